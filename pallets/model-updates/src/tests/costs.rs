use crate::{mock::*, Call};
use codec::MaxEncodedLen;
use consilium_primitives::{
	commitment::{Blobs, Packages, Suites},
	ml_dsa_65::VERIFICATION_TIME,
};
use frame_support::{dispatch::GetDispatchInfo, weights::Weight};

#[test]
fn the_largest_event_is_within_the_allowance() {
	let lists = Blobs::max_encoded_len() + Suites::max_encoded_len() + Packages::max_encoded_len();
	assert!(lists + 100 < 5_000);
}

#[test]
fn a_commitment_costs_at_least_its_verification() {
	chain().execute_with(|| {
		let commitment = Box::new(statement(ALICE).signed());
		let call = Call::<Test>::commit_update { study: 3, round: 2, attempt: 4, commitment };
		let weight = call.get_dispatch_info().call_weight;
		assert!(weight.ref_time() > VERIFICATION_TIME);
		assert!(weight.proof_size() > 0);
	});
}

#[test]
fn only_the_last_commitment_of_a_round_costs_what_it_reserved() {
	let cost = |is_last: bool| -> (Weight, Option<Weight>) {
		chain().execute_with(|| {
			IsLast::set(is_last);
			let commitment = Box::new(statement(ALICE).signed());
			let call = Call::<Test>::commit_update { study: 3, round: 2, attempt: 4, commitment };
			let reserved = call.get_dispatch_info().call_weight;
			let Call::commit_update { study, round, attempt, commitment } = call else { unreachable!() };
			let post = ModelUpdates::commit_update(
				RuntimeOrigin::signed(account(ALICE)),
				study,
				round,
				attempt,
				commitment,
			);
			(reserved, post.unwrap().actual_weight)
		})
	};
	assert_eq!(cost(true).1, None);
	let (reserved, actual) = cost(false);
	let actual = actual.unwrap();
	assert!(actual.ref_time() < reserved.ref_time());
	assert!(actual.ref_time() > VERIFICATION_TIME);
}
