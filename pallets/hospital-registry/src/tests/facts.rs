use crate::{mock::*, Event};
use consilium_primitives::{
	hospital::{Role, SaeId},
	H256,
};

#[test]
fn every_record_follows_from_the_bytes_of_its_event() {
	run(|| {
		let (hospital, keys, roles) = (BOB, H256::repeat_byte(7), roles(&[Role::Compute]));
		let (name, sae_id) = (name(b"Bob Clinic"), SaeId::try_from("bob").unwrap());
		let facts = vec![
			Event::HospitalAdmitted { hospital, name, roles: roles.clone(), sae_id, keys },
			Event::HospitalSuspended { hospital },
			Event::HospitalReinstated { hospital },
			Event::HospitalRemoved { hospital },
			Event::RolesChanged { hospital, roles },
			Event::KeysChanged { hospital, keys, by_council: true },
		];
		assert_eq!(AuditTrail::check_facts::<Event<Test>>(facts, read), Ok(()));
	});
}
