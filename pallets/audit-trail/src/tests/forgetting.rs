use crate::{mock::*, Records};
use consilium_primitives::audit::{AuditRecord, Subject};

const STUDY: Subject<u64> = Subject::Study(3);

fn indices(records: &[AuditRecord<u64>]) -> Vec<u64> {
	records.iter().map(|record| record.index).collect()
}

#[test]
fn the_state_keeps_the_newest_records_of_each_subject() {
	run(|| {
		KeptRecords::set(3);
		for detail in 0..8 {
			record(STUDY, detail);
		}
		assert_eq!(indices(&AuditTrail::trail(STUDY, 0, 10)), [5, 6, 7]);
		assert_eq!(Records::<Test>::iter_prefix(STUDY).count(), 3);
	});
}

#[test]
fn as_many_records_as_are_kept_are_all_there() {
	run(|| {
		KeptRecords::set(3);
		for detail in 0..3 {
			record(STUDY, detail);
		}
		assert_eq!(indices(&AuditTrail::trail(STUDY, 0, 10)), [0, 1, 2]);
	});
}

#[test]
fn one_kept_record_is_the_newest() {
	run(|| {
		KeptRecords::set(1);
		record(STUDY, 0);
		record(STUDY, 1);
		assert_eq!(indices(&AuditTrail::trail(STUDY, 0, 10)), [1]);
	});
}

#[test]
fn a_cursor_before_the_oldest_kept_record_starts_there() {
	run(|| {
		KeptRecords::set(3);
		for detail in 0..8 {
			record(STUDY, detail);
		}
		assert_eq!(indices(&AuditTrail::trail(STUDY, 2, 2)), [5, 6]);
		assert_eq!(indices(&AuditTrail::trail(STUDY, 6, 2)), [6, 7]);
		assert!(AuditTrail::trail(STUDY, u64::MAX, u32::MAX).is_empty());
	});
}

#[test]
fn one_subjects_records_do_not_push_out_anothers() {
	run(|| {
		KeptRecords::set(2);
		record(Subject::Agreement(3), 0);
		for detail in 0..8 {
			record(STUDY, detail);
		}
		assert_eq!(indices(&AuditTrail::trail(Subject::Agreement(3), 0, 10)), [0]);
	});
}

#[test]
fn count_and_head_cover_the_forgotten_records_too() {
	let heads = [1_000, 2].map(|kept| {
		let mut head = Default::default();
		run(|| {
			KeptRecords::set(kept);
			for detail in 0..8 {
				record(STUDY, detail);
			}
			head = AuditTrail::head(STUDY);
		});
		head
	});
	assert_eq!(heads[0].count, 8);
	assert_eq!(heads[0], heads[1]);
}
