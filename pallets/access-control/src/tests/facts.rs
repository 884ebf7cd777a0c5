use crate::{mock::*, Event};
use consilium_primitives::H256;

#[test]
fn every_record_follows_from_the_bytes_of_its_event() {
	run(|| {
		let (agreement, by, document) = (3, BOB, H256::repeat_byte(7));
		let facts = vec![
			Event::AgreementProposed { agreement, by, terms: terms(&[ALICE, BOB], Some(50)) },
			Event::AgreementSigned { agreement, by, document },
			Event::AgreementActivated { agreement, by, document },
			Event::AgreementRevoked { agreement, by },
		];
		assert_eq!(AuditTrail::check_facts::<Event<Test>>(facts, read), Ok(()));
	});
}
