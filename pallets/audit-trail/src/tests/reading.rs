use crate::mock::*;
use consilium_primitives::{audit::Subject, runtime_api::MAX_AUDIT_PAGE};

const STUDY: Subject<u64> = Subject::Study(3);

fn indices(cursor: u64, limit: u32) -> Vec<u64> {
	AuditTrail::trail(STUDY, cursor, limit).into_iter().map(|record| record.index).collect()
}

fn with_records(count: u32) {
	for detail in 0..count {
		record(STUDY, detail);
	}
}

#[test]
fn a_page_begins_at_the_cursor_and_has_at_most_limit_records() {
	run(|| {
		with_records(10);
		assert_eq!(indices(0, 3), [0, 1, 2]);
		assert_eq!(indices(3, 3), [3, 4, 5]);
		assert_eq!(indices(9, 3), [9]);
	});
}

#[test]
fn pages_one_after_another_are_the_whole_trail() {
	run(|| {
		with_records(10);
		let mut read = Vec::new();
		loop {
			let page = indices(read.len() as u64, 4);
			if page.is_empty() {
				break;
			}
			read.extend(page);
		}
		assert_eq!(read, (0..10).collect::<Vec<_>>());
	});
}

#[test]
fn a_limit_of_zero_brings_nothing() {
	run(|| {
		with_records(10);
		assert!(indices(0, 0).is_empty());
		assert!(indices(u64::MAX, 0).is_empty());
	});
}

#[test]
fn a_page_is_never_longer_than_the_chain_allows() {
	run(|| {
		with_records(MAX_AUDIT_PAGE + 5);
		for limit in [MAX_AUDIT_PAGE, MAX_AUDIT_PAGE + 1, u32::MAX] {
			assert_eq!(indices(0, limit).len(), MAX_AUDIT_PAGE as usize);
		}
		assert_eq!(indices(u64::from(MAX_AUDIT_PAGE), u32::MAX).len(), 5);
	});
}

#[test]
fn a_cursor_past_the_end_brings_nothing() {
	run(|| {
		with_records(10);
		for cursor in [10, 11, u64::MAX - 1, u64::MAX] {
			assert!(indices(cursor, u32::MAX).is_empty());
		}
	});
}
