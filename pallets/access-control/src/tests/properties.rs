use crate::{mock::*, Agreements};
use consilium_primitives::{agreement::AgreementStatus, traits::Agreements as _};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
	Propose(u64, Vec<u64>, Option<u32>),
	Sign(u64, u32),
	Revoke(u64, u32),
	Advance(u32),
	SetMembers(Vec<u64>),
}

fn any_step() -> impl Strategy<Value = Step> {
	let account = 1u64..5;
	let accounts = proptest::collection::vec(1u64..5, 0..4);
	let agreement = 0u32..4;
	prop_oneof![
		3 => (account.clone(), accounts.clone(), proptest::option::of(0u32..30))
			.prop_map(|(who, parties, end)| Step::Propose(who, parties, end)),
		6 => (account.clone(), agreement.clone()).prop_map(|(who, id)| Step::Sign(who, id)),
		1 => (account, agreement).prop_map(|(who, id)| Step::Revoke(who, id)),
		2 => (1u32..6).prop_map(Step::Advance),
		1 => accounts.prop_map(Step::SetMembers),
	]
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

	#[test]
	fn whatever_is_done_the_invariants_hold_and_an_agreement_holds_only_by_all_its_parties_will(
		steps in proptest::collection::vec(any_step(), 0..50),
	) {
		run(|| {
			for step in steps {
				// Refusals are part of the sequence.
				let _ = match step {
					Step::Propose(who, parties, end) => propose(who, terms(&parties, end)),
					Step::Sign(who, id) => sign(who, id),
					Step::Revoke(who, id) => revoke(who, id),
					Step::Advance(blocks) => {
						System::set_block_number(System::block_number() + blocks);
						Ok(())
					},
					Step::SetMembers(members) => {
						ActiveMembers::set(members);
						Ok(())
					},
				};
				check_invariants();
				System::reset_events();
				for (id, agreement) in Agreements::<Test>::iter() {
					let all_signed =
						agreement.terms.parties.iter().all(|party| AccessControl::has_signed(id, party));
					let ended = agreement.terms.expires_at.is_some_and(|end| System::block_number() >= end);
					let revoked = matches!(agreement.status, AgreementStatus::Revoked { .. });
					assert_eq!(AccessControl::holds(id), all_signed && !ended && !revoked);
				}
			}
		});
	}
}
