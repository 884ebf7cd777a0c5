use crate::mock::*;
use consilium_primitives::hospital::Role;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
	Admit(u64, Vec<Role>),
	Suspend(u64),
	Reinstate(u64),
	Remove(u64),
	SetRoles(u64, Vec<Role>),
	ReplaceKeys(u64, u64),
}

fn any_roles() -> impl Strategy<Value = Vec<Role>> {
	let role =
		prop_oneof![Just(Role::Trainer), Just(Role::Compute), Just(Role::Validator), Just(Role::Auditor)];
	proptest::collection::vec(role, 0..4)
}

fn any_step() -> impl Strategy<Value = Step> {
	let account = 1u64..8;
	prop_oneof![
		3 => (account.clone(), any_roles()).prop_map(|(account, roles)| Step::Admit(account, roles)),
		2 => account.clone().prop_map(Step::Suspend),
		2 => account.clone().prop_map(Step::Reinstate),
		1 => account.clone().prop_map(Step::Remove),
		1 => (account.clone(), account.clone()).prop_map(|(account, keys)| Step::ReplaceKeys(account, keys)),
		2 => (account, any_roles()).prop_map(|(account, roles)| Step::SetRoles(account, roles)),
	]
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

	#[test]
	fn whatever_the_council_decides_the_invariants_hold_and_a_validator_is_left(
		steps in proptest::collection::vec(any_step(), 0..40),
	) {
		run(|| {
			for step in steps {
				// Refusals are part of the sequence.
				let _ = match step {
					Step::Admit(account, with) => admit(account, &with),
					Step::Suspend(account) => HospitalRegistry::suspend(majority(), account),
					Step::Reinstate(account) => HospitalRegistry::reinstate(majority(), account),
					Step::Remove(account) => HospitalRegistry::remove(majority(), account),
					Step::SetRoles(account, with) => {
						HospitalRegistry::set_roles(majority(), account, roles(&with))
					},
					Step::ReplaceKeys(account, of) => {
						HospitalRegistry::replace_keys(majority(), account, keys(of))
					},
				};
				check_invariants();
				System::reset_events();
				assert!(!HospitalRegistry::validators().is_empty());
			}
		});
	}
}
