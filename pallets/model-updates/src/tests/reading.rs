use crate::{mock::*, Call, Commitments};
use consilium_primitives::{study::RoundKey, traits::Commitments as _};
use frame_support::assert_ok;
use sp_runtime::AccountId32;

fn committed() -> Vec<AccountId32> {
	ModelUpdates::of_round(3, 2).into_iter().map(|(hospital, _)| hospital).collect()
}

#[test]
fn the_commitments_of_a_round_are_listed_in_the_order_of_accounts() {
	run(|| {
		for hospital in [5, ALICE, 7, BOB] {
			assert_ok!(commit(hospital, statement(hospital).signed()));
		}
		assert_eq!(committed(), [ALICE, BOB, 5, 7].map(account));
		assert_eq!(ModelUpdates::of_round(3, 2)[1].1, statement(BOB).signed());
		assert!(ModelUpdates::of_round(3, 1).is_empty());
		assert!(ModelUpdates::of_round(2, 3).is_empty());
	});
}

#[test]
fn the_commitments_of_a_failed_attempt_can_be_forgotten_and_made_anew() {
	run(|| {
		for hospital in [ALICE, BOB, 5] {
			assert_ok!(commit(hospital, statement(hospital).signed()));
		}
		ModelUpdates::clear(3, 2, &[account(ALICE), account(5), account(EVE)]);
		assert_eq!(committed(), [account(BOB)]);
		assert_ok!(commit(ALICE, statement(ALICE).signed()));
		assert_eq!(committed(), [ALICE, BOB].map(account));
	});
}

#[test]
fn other_rounds_keep_their_commitments() {
	run(|| {
		assert_ok!(commit(ALICE, statement(ALICE).signed()));
		Commitments::<Test>::insert((3, 1), account(ALICE), statement(ALICE).signed());
		ModelUpdates::clear(3, 1, &[account(ALICE)]);
		assert_eq!(committed(), [account(ALICE)]);
	});
}

#[test]
fn the_call_with_which_a_worker_commits_names_the_round_and_its_attempt() {
	run(|| {
		let commitment = statement(ALICE).signed();
		let RoundKey { study, round, attempt } = ROUND;
		let expected =
			Call::commit_update { study, round, attempt, commitment: Box::new(commitment.clone()) };
		assert_eq!(ModelUpdates::commit_call(ROUND, commitment), RuntimeCall::ModelUpdates(expected));
	});
}
