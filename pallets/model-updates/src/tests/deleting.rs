use crate::{mock::*, Error, Event};
use consilium_primitives::{
	audit::{Action, Subject},
	traits::Commitments,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, DispatchResult};

fn delete(hospital: u8) -> DispatchResult {
	ModelUpdates::delete_update(RuntimeOrigin::signed(account(hospital)), ROUND.study, ROUND.round)
}

fn kept(hospital: u8) -> bool {
	ModelUpdates::of_hospital(ROUND.study, ROUND.round, &account(hospital)).is_some()
}

#[test]
fn a_deletion_is_announced_and_recorded_and_the_commitment_goes() {
	run(|| {
		assert_ok!(commit(ALICE, statement(ALICE).signed()));
		assert_ok!(commit(BOB, statement(BOB).signed()));
		RetentionIsOver::set(true);
		assert_ok!(delete(ALICE));
		assert_eq!((kept(ALICE), kept(BOB)), (false, true));
		let blobs = statement(ALICE).blobs;
		let event = Event::UpdateDeleted { round: ROUND, hospital: account(ALICE), blobs };
		assert_eq!(AuditTrail::last_fact(), Some(event.into()));
		let record = AuditTrail::trail(Subject::Study(3), 0, 10).pop().unwrap();
		assert_eq!((record.action, record.actor), (Action::UpdateDeleted, Some(account(ALICE))));
	});
}

#[test]
fn what_is_to_be_kept_is_not_said_to_be_deleted() {
	run(|| {
		assert_ok!(commit(ALICE, statement(ALICE).signed()));
		assert_noop!(delete(ALICE), KEPT);
		assert!(kept(ALICE));
	});
}

#[test]
fn an_update_is_deleted_once_and_by_whom_it_is() {
	run(|| {
		assert_ok!(commit(ALICE, statement(ALICE).signed()));
		RetentionIsOver::set(true);
		assert_noop!(delete(BOB), Error::<Test>::NotCommitted);
		assert_ok!(delete(ALICE));
		assert_noop!(delete(ALICE), Error::<Test>::NotCommitted);
	});
}

#[test]
fn only_accounts_delete() {
	run(|| {
		RetentionIsOver::set(true);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(ModelUpdates::delete_update(origin, 3, 2), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn the_worker_says_it_with_this_call() {
	let call = crate::Call::delete_update { study: 3, round: 2 };
	assert_eq!(ModelUpdates::deletion_call(3, 2), RuntimeCall::ModelUpdates(call));
}
