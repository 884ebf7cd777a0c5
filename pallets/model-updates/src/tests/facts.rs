use crate::{mock::*, Event};
use consilium_primitives::commitment::Commitment;

#[test]
fn every_record_follows_from_the_bytes_of_its_event() {
	run(|| {
		let (round, hospital) = (ROUND, account(BOB));
		let Commitment { blobs, packages, examples, suites, .. } = statement(BOB).signed();
		let facts = vec![
			Event::UpdateCommitted {
				round,
				hospital: hospital.clone(),
				examples,
				blobs: blobs.clone(),
				suites,
				packages,
			},
			Event::UpdateDeleted { round, hospital, blobs },
		];
		assert_eq!(AuditTrail::check_facts::<Event<Test>>(facts, read), Ok(()));
	});
}
