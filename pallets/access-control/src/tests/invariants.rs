use crate::{mock::*, Agreements, NextAgreement};
use consilium_primitives::agreement::{Agreement, AgreementStatus};

/// What the check says after `damage` to an agreement of Alice and Bob that Alice has signed.
fn complaint(damage: impl FnOnce(&mut Agreement<u64>)) -> sp_runtime::TryRuntimeError {
	chain().execute_with(|| {
		propose(ALICE, terms(&[ALICE, BOB], None)).unwrap();
		AccessControl::do_try_state().unwrap();
		Agreements::<Test>::mutate(0, |entry| damage(entry.as_mut().unwrap()));
		AccessControl::do_try_state().unwrap_err()
	})
}

#[test]
fn a_strangers_signature_is_noticed() {
	let damage = |agreement: &mut Agreement<u64>| agreement.signatures = vec![CAROL].try_into().unwrap();
	assert_eq!(complaint(damage), "a signature is not a party's".into());
}

#[test]
fn two_signatures_of_one_party_are_noticed() {
	let damage = |agreement: &mut Agreement<u64>| agreement.signatures.try_push(ALICE).unwrap();
	assert_eq!(complaint(damage), "a party signed twice".into());
}

#[test]
fn an_active_agreement_without_all_signatures_is_noticed() {
	let damage = |agreement: &mut Agreement<u64>| agreement.status = AgreementStatus::Active;
	assert_eq!(complaint(damage), "an incomplete agreement is active".into());
}

#[test]
fn a_signed_agreement_that_is_not_active_is_noticed() {
	let damage = |agreement: &mut Agreement<u64>| agreement.signatures.try_push(BOB).unwrap();
	assert_eq!(complaint(damage), "a complete agreement is not active".into());
}

#[test]
fn a_strangers_revocation_is_noticed() {
	let damage = |agreement: &mut Agreement<u64>| agreement.status = AgreementStatus::Revoked { by: CAROL };
	assert_eq!(complaint(damage), "revoked by no party".into());
}

#[test]
fn ids_with_gaps_or_out_of_range_are_noticed() {
	chain().execute_with(|| {
		propose(ALICE, terms(&[ALICE], None)).unwrap();
		NextAgreement::<Test>::put(2);
		assert_eq!(AccessControl::do_try_state().unwrap_err(), "agreement ids have gaps".into());
		NextAgreement::<Test>::put(1);
		Agreements::<Test>::swap(0, 5);
		assert_eq!(AccessControl::do_try_state().unwrap_err(), "an agreement's id was not given out".into());
	});
}
