use crate::{mock::*, Commitments};
use consilium_primitives::commitment::Commitment;

/// What the check says after `damage` to Alice's commitment.
fn complaint(damage: impl FnOnce(&mut Commitment)) -> sp_runtime::TryRuntimeError {
	chain().execute_with(|| {
		commit(ALICE, statement(ALICE).signed()).unwrap();
		ModelUpdates::do_try_state().unwrap();
		Commitments::<Test>::mutate((3, 2), account(ALICE), |entry| damage(entry.as_mut().unwrap()));
		ModelUpdates::do_try_state().unwrap_err()
	})
}

#[test]
fn a_commitment_without_examples_is_noticed() {
	assert_eq!(complaint(|entry| entry.examples = 0), "a commitment has no examples".into());
}

#[test]
fn a_commitment_with_other_blobs_is_noticed() {
	assert_eq!(complaint(|entry| entry.blobs = blobs(1, &[])), "a commitment has other blobs".into());
}

#[test]
fn a_commitment_with_a_truncated_signature_is_noticed() {
	let damage = |entry: &mut Commitment| entry.signature.truncate(3308);
	assert_eq!(complaint(damage), "a signature has another length".into());
}
