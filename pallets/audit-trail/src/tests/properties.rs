use crate::mock::*;
use proptest::prelude::*;

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

	#[test]
	fn whatever_is_written_the_invariants_hold_and_pages_fit(
		kept in 1u64..6,
		subjects in proptest::collection::vec(0usize..3, 0..40),
		cursor in prop_oneof![0u64..50, Just(u64::MAX)],
		limit in prop_oneof![0u32..50, Just(u32::MAX)],
	) {
		run(|| {
			KeptRecords::set(kept);
			for (detail, subject) in subjects.iter().enumerate() {
				record(SUBJECTS[*subject], detail as u32);
				AuditTrail::do_try_state().unwrap();
			}
			for (i, subject) in SUBJECTS.into_iter().enumerate() {
				let count = subjects.iter().filter(|written| **written == i).count() as u64;
				assert_eq!(AuditTrail::head(subject).count, count);
				let first = cursor.max(count.saturating_sub(kept));
				let expected: Vec<_> = (first..count).take(limit as usize).collect();
				let read: Vec<_> =
					AuditTrail::trail(subject, cursor, limit).iter().map(|record| record.index).collect();
				assert_eq!(read, expected);
			}
		});
	}
}
