use crate::{mock::*, Heads, NextSequence, Records};
use consilium_primitives::audit::Subject;
use frame_support::traits::Hooks;

const STUDY: Subject<u64> = Subject::Study(3);

/// What the check says after `damage` to a subject with four records.
fn complaint(damage: impl FnOnce()) -> sp_runtime::TryRuntimeError {
	chain().execute_with(|| {
		for detail in 0..4 {
			record(STUDY, detail);
		}
		AuditTrail::do_try_state().unwrap();
		damage();
		AuditTrail::do_try_state().unwrap_err()
	})
}

#[test]
fn a_record_that_was_taken_away_is_noticed() {
	assert_eq!(complaint(|| Records::<Test>::remove(STUDY, 1)), "a kept record is missing".into());
}

#[test]
fn an_altered_record_is_noticed() {
	let alter = || Records::<Test>::mutate(STUDY, 1, |entry| entry.as_mut().unwrap().actor = None);
	assert_eq!(complaint(alter), "a head does not follow from its records".into());
}

#[test]
fn swapped_records_are_noticed() {
	let swap = || Records::<Test>::swap(STUDY, 1, STUDY, 2);
	assert_eq!(complaint(swap), "a record is out of place".into());
}

#[test]
fn a_record_too_many_is_noticed() {
	let add = || Records::<Test>::insert(STUDY, 9, Records::<Test>::get(STUDY, 0).unwrap());
	assert_eq!(complaint(add), "records are kept that should be gone".into());
}

#[test]
fn a_gap_in_the_numbers_is_noticed() {
	let skip = || NextSequence::<Test>::put(5);
	assert_eq!(complaint(skip), "the records are not numbered without gaps".into());
}

#[test]
fn a_subject_that_was_taken_away_is_noticed() {
	let forget = || Heads::<Test>::remove(STUDY);
	assert_eq!(complaint(forget), "the records are not numbered without gaps".into());
}

#[test]
#[should_panic(expected = "KeptRecords must be at least 1")]
fn a_chain_that_keeps_no_records_is_refused() {
	KeptRecords::set(0);
	<AuditTrail as Hooks<u32>>::integrity_test();
}
