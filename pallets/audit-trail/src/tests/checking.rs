//! What the tests of all pallets rely on: the check of events against records.

use crate::{mock::*, Event, Records};
use consilium_primitives::audit::Subject;

const STUDY: Subject<u64> = Subject::Study(3);

fn fact() -> acting::Event<Test> {
	acting::Event::RoundOpened { subject: STUDY, detail: 1 }
}

/// What the check says of the events after `damage`, with one fact that is recorded before it.
fn complaint(damage: impl FnOnce()) -> String {
	chain().execute_with(|| {
		record(STUDY, 0);
		AuditTrail::check_events(read).unwrap();
		damage();
		AuditTrail::check_events(read).unwrap_err()
	})
}

fn deposit_record(alter: impl FnOnce(&mut consilium_primitives::audit::AuditRecord<u64>)) {
	let mut record = Records::<Test>::get(STUDY, 0).unwrap();
	alter(&mut record);
	System::deposit_event(Event::Recorded { record, head: Default::default() });
}

#[test]
fn an_event_that_is_not_recorded_is_noticed() {
	assert!(complaint(|| System::deposit_event(fact())).ends_with("was not recorded"));
	let another = || {
		System::deposit_event(fact());
		record(STUDY, 0);
	};
	assert!(complaint(another).ends_with("was not recorded"));
}

#[test]
fn a_record_without_its_event_is_noticed() {
	assert_eq!(complaint(|| deposit_record(|_| {})), "a record follows no fact");
}

#[test]
fn a_record_of_something_else_is_noticed() {
	let alterations: [fn(&mut consilium_primitives::audit::AuditRecord<u64>); 2] =
		[|record| record.subject = Subject::Study(4), |record| record.detail = Default::default()];
	for alter in alterations {
		let damage = || {
			System::deposit_event(acting::Event::RoundOpened { subject: STUDY, detail: 0 });
			deposit_record(alter);
		};
		assert!(complaint(damage).contains("was recorded instead of"));
	}
}

#[test]
fn facts_must_be_all_variants() {
	run(|| {
		assert_eq!(AuditTrail::check_facts(vec![fact()], read), Ok(()));
		assert!(AuditTrail::check_facts(Vec::<acting::Event<Test>>::new(), read).is_err());
		assert!(AuditTrail::check_facts(vec![fact(), fact()], read).is_err());
	});
}
