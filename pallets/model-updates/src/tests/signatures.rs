use crate::{mock::*, Error};
use codec::{Decode, Encode};
use consilium_primitives::{commitment::Commitment, hospital::ML_DSA_65_SIGNATURE_BYTES, H256};
use fips204::{
	ml_dsa_65::KG,
	traits::{KeyGen, Signer},
};
use frame_support::assert_noop;

/// Submits Alice's commitment with her signature over something else.
#[track_caller]
fn refuses_signature_over(change: impl FnOnce(&mut Statement)) {
	run(|| {
		let truth = statement(ALICE);
		let mut signed = truth.clone();
		change(&mut signed);
		let commitment = truth.with_signature(signed.signature_by(ALICE));
		assert_noop!(commit(ALICE, commitment), Error::<Test>::InvalidSignature);
	});
}

#[test]
fn a_signature_for_another_chain_is_refused() {
	refuses_signature_over(|statement| statement.genesis = H256::repeat_byte(1));
}

#[test]
fn a_signature_for_another_study_is_refused() {
	refuses_signature_over(|statement| statement.round.study += 1);
}

#[test]
fn a_signature_for_another_round_is_refused() {
	refuses_signature_over(|statement| statement.round.round += 1);
}

#[test]
fn a_signature_for_another_attempt_is_refused() {
	refuses_signature_over(|statement| statement.round.attempt -= 1);
}

#[test]
fn a_signature_in_another_name_is_refused() {
	refuses_signature_over(|statement| statement.sender = BOB);
}

#[test]
fn a_signature_for_another_number_of_examples_is_refused() {
	refuses_signature_over(|statement| statement.examples += 1);
}

#[test]
fn a_signature_for_a_blob_of_other_content_is_refused() {
	refuses_signature_over(|statement| statement.blobs = blobs(8, &[LENGTH]));
}

#[test]
fn a_signature_for_a_blob_of_other_length_is_refused() {
	refuses_signature_over(|statement| statement.blobs = blobs(ALICE, &[LENGTH + 1]));
}

#[test]
fn a_signature_for_more_blobs_is_refused() {
	refuses_signature_over(|statement| statement.blobs = blobs(ALICE, &[LENGTH, LENGTH]));
}

#[test]
fn another_hospitals_commitment_cannot_be_sent_in_ones_own_name() {
	run(|| {
		assert_noop!(commit(BOB, statement(ALICE).signed()), Error::<Test>::InvalidSignature);
	});
}

#[test]
fn another_hospitals_key_does_not_sign_for_one() {
	run(|| {
		let truth = statement(ALICE);
		let commitment = truth.with_signature(truth.signature_by(BOB));
		assert_noop!(commit(ALICE, commitment), Error::<Test>::InvalidSignature);
	});
}

#[test]
fn a_fresh_key_does_not_sign_for_anyone() {
	run(|| {
		let truth = statement(ALICE);
		let (_, fresh) = KG::keygen_from_seed(&[200; 32]);
		let signature = fresh.try_sign_with_seed(&[0; 32], &truth.payload(), &[]).unwrap();
		let commitment = truth.with_signature(signature.to_vec());
		assert_noop!(commit(ALICE, commitment), Error::<Test>::InvalidSignature);
	});
}

#[test]
fn a_signature_under_a_context_is_refused() {
	run(|| {
		let truth = statement(ALICE);
		let signature =
			key_pair(ALICE).1.try_sign_with_seed(&[0; 32], &truth.payload(), b"consilium").unwrap();
		let commitment = truth.with_signature(signature.to_vec());
		assert_noop!(commit(ALICE, commitment), Error::<Test>::InvalidSignature);
	});
}

#[test]
fn a_truncated_or_empty_signature_is_refused() {
	run(|| {
		let truth = statement(ALICE);
		let whole = truth.signature_by(ALICE);
		for length in [0, 1, 48, ML_DSA_65_SIGNATURE_BYTES - 1] {
			let commitment = truth.with_signature(whole[..length].to_vec());
			assert_noop!(commit(ALICE, commitment), Error::<Test>::InvalidSignature);
		}
	});
}

#[test]
fn a_signature_that_is_too_long_cannot_even_be_decoded() {
	chain().execute_with(|| {
		let Commitment { blobs, packages, examples, suites, signature } = statement(ALICE).signed();
		let mut longer = signature.into_inner();
		let whole = (&blobs, &packages, examples, &suites, &longer).encode();
		assert!(Commitment::decode(&mut &whole[..]).is_ok());
		longer.push(0);
		let longer = (&blobs, &packages, examples, &suites, &longer).encode();
		assert!(Commitment::decode(&mut &longer[..]).is_err());
	});
}

#[test]
fn a_signature_of_zeros_or_of_ones_is_refused() {
	run(|| {
		for fill in [0x00, 0xff] {
			let commitment = statement(ALICE).with_signature(vec![fill; ML_DSA_65_SIGNATURE_BYTES]);
			assert_noop!(commit(ALICE, commitment), Error::<Test>::InvalidSignature);
		}
	});
}
