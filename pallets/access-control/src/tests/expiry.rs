use crate::{mock::*, Agreements, Error};
use consilium_primitives::{agreement::AgreementStatus, traits::Agreements as _};
use frame_support::{assert_noop, assert_ok};

#[test]
fn an_agreement_holds_until_the_block_of_its_end() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE], Some(10))));
		for (block, holds) in [(1, true), (9, true), (10, false), (11, false), (u32::MAX, false)] {
			System::set_block_number(block);
			assert_eq!(AccessControl::holds(0), holds, "block {block}");
		}
		assert_eq!(Agreements::<Test>::get(0).unwrap().status, AgreementStatus::Active);
	});
}

#[test]
fn an_agreement_without_an_end_holds_for_good() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE], None)));
		System::set_block_number(u32::MAX);
		assert!(AccessControl::holds(0));
	});
}

#[test]
fn an_agreement_that_would_end_before_it_begins_cannot_be_proposed() {
	run(|| {
		System::set_block_number(10);
		for end in [0, 9, 10] {
			assert_noop!(propose(ALICE, terms(&[ALICE], Some(end))), Error::<Test>::AlreadyExpired);
		}
		assert_ok!(propose(ALICE, terms(&[ALICE], Some(11))));
	});
}

#[test]
fn an_agreement_past_its_end_cannot_be_signed() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE, BOB], Some(10))));
		System::set_block_number(10);
		assert_noop!(sign(BOB, 0), Error::<Test>::AlreadyExpired);
	});
}

#[test]
fn a_signature_in_the_last_block_before_the_end_counts() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE, BOB], Some(10))));
		System::set_block_number(9);
		assert_ok!(sign(BOB, 0));
		assert!(AccessControl::holds(0));
	});
}

#[test]
fn an_agreement_past_its_end_may_still_be_revoked() {
	run(|| {
		assert_ok!(propose(ALICE, terms(&[ALICE], Some(10))));
		System::set_block_number(10);
		assert_ok!(revoke(ALICE, 0));
	});
}
