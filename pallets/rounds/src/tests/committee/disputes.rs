use super::*;
use crate::Error;
use consilium_primitives::audit::Action;
use frame_support::{assert_noop, assert_ok};

/// A round in which the party at `point` posts what `bend` makes of its honest checks.
fn after_checks(point: u8, bend: impl Fn(&mut Checks)) -> StudyId {
	let id = checking(committee());
	all_check(id, |party| {
		let mut honest = checks(party, &NORMS);
		if party == point {
			bend(&mut honest);
		}
		honest
	});
	id
}

fn complain_of(hospital: u8) -> impl Fn(&mut Checks) {
	move |checks| checks[place(hospital)] = Check::Complaint
}

fn falsify(hospital: u8) -> impl Fn(&mut Checks) {
	move |checks| {
		if let Check::Elements(elements) = &mut checks[place(hospital)] {
			elements[2] += 1;
		}
	}
}

#[test]
fn a_party_that_stands_alone_disputes() {
	run(|| {
		let id = after_checks(BOB, complain_of(CAROL));
		assert_eq!(phase(id), Phase::Answering);
		let disputes = progress(id).disputes;
		assert_eq!(
			(&disputes[0].hospital, disputes[0].party, disputes[0].complaint),
			(&account(CAROL), 2, true)
		);
		assert_eq!(disputes.len(), 1);
		assert_eq!(times(id, Action::DisputeOpened), 1);
		let id = after_checks(BOB, falsify(CAROL));
		assert!(!progress(id).disputes[0].complaint);
	});
}

#[test]
fn a_party_that_disputes_falsely_is_named_and_the_hospital_counts() {
	for (bend, fault) in [
		(
			Box::new(complain_of(CAROL)) as Box<dyn Fn(&mut Checks)>,
			PartyFault::UnfoundedComplaint(account(CAROL)),
		),
		(Box::new(falsify(CAROL)), PartyFault::FalseChecks(account(CAROL))),
	] {
		run(|| {
			let id = after_checks(BOB, &bend);
			assert_ok!(answer(CAROL, id, &[2]));
			assert_eq!(phase(id), Phase::Judging);
			assert_ok!(judge(ALICE, id, &[true]));
			assert_eq!(phase(id), Phase::Judging, "one word does not decide");
			assert_ok!(judge(DAVE, id, &[true]));
			assert_eq!(phase(id), Phase::Aggregating);
			assert_eq!(named(id), [(2, fault)]);
			assert!(excluded(id).is_empty());
			assert_eq!(times(id, Action::DisputeSettled), 1);
		});
	}
}

#[test]
fn a_hospital_that_sends_one_party_garbage_loses_the_dispute() {
	run(|| {
		let id = after_checks(BOB, complain_of(CAROL));
		assert_ok!(answer(CAROL, id, &[2]));
		assert_ok!(judge(ALICE, id, &[false]));
		assert_ok!(judge(CAROL, id, &[true]));
		assert_eq!(phase(id), Phase::Judging);
		assert_ok!(judge(DAVE, id, &[false]));
		assert_eq!(phase(id), Phase::Aggregating);
		assert_eq!(excluded(id), [(account(CAROL), UpdateFault::DisputeLost)]);
		assert!(named(id).is_empty());
		assert_eq!(round(id, 1).committed.len(), 3);
	});
}

#[test]
fn a_party_does_not_judge_its_own_dispute() {
	run(|| {
		let id = after_checks(BOB, complain_of(CAROL));
		assert_ok!(answer(CAROL, id, &[2]));
		assert_ok!(judge(BOB, id, &[false]));
		assert_ok!(judge(ALICE, id, &[false]));
		assert_eq!(phase(id), Phase::Judging);
		let dispute = progress(id).disputes[0].clone();
		assert_eq!((dispute.right, dispute.wrong), (0, 1));
	});
}

#[test]
fn who_does_not_answer_does_not_count() {
	run(|| {
		let id = after_checks(BOB, complain_of(CAROL));
		advance(PHASE + 1);
		assert_eq!(phase(id), Phase::Aggregating);
		assert_eq!(excluded(id), [(account(CAROL), UpdateFault::DisputeUnanswered)]);
	});
}

#[test]
fn a_dispute_that_is_not_judged_is_lost() {
	run(|| {
		let id = after_checks(BOB, complain_of(CAROL));
		assert_ok!(answer(CAROL, id, &[2]));
		assert_ok!(judge(ALICE, id, &[true]));
		advance(PHASE + 1);
		assert_eq!(phase(id), Phase::Aggregating);
		assert_eq!(excluded(id), [(account(CAROL), UpdateFault::DisputeLost)]);
	});
}

#[test]
fn one_party_may_dispute_with_all_and_each_answers_for_itself() {
	run(|| {
		let id = after_checks(BOB, |checks| checks.iter_mut().for_each(|check| *check = Check::Complaint));
		assert_eq!(progress(id).disputes.len(), 4);
		for hospital in [ALICE, BOB, DAVE] {
			assert_eq!(phase(id), Phase::Answering);
			assert_ok!(answer(hospital, id, &[2]));
		}
		advance(PHASE + 1);
		assert_eq!(phase(id), Phase::Judging);
		assert_eq!(excluded(id), [(account(CAROL), UpdateFault::DisputeUnanswered)]);
		assert_ok!(judge(ALICE, id, &[true; 3]));
		assert_ok!(judge(DAVE, id, &[true; 3]));
		assert_eq!(phase(id), Phase::Aggregating);
		assert_eq!(named(id).len(), 3);
	});
}

#[test]
fn who_may_answer_and_judge_what() {
	run(|| {
		let id = after_checks(BOB, complain_of(CAROL));
		assert_noop!(answer(ALICE, id, &[2]), Error::<Test>::NotDisputed);
		for wrong in [&[][..], &[1], &[2, 1], &[2, 2]] {
			assert_noop!(answer(CAROL, id, wrong), Error::<Test>::UnexpectedPost);
		}
		let key = current(id);
		let short = BlobReference { length: 1, ..published(CAROL, 2) };
		let answers = Answers::truncate_from(vec![Answer { party: 2, shares: short }]);
		let short = post(CAROL, Kind::Answers, key, answers);
		assert_noop!(Rounds::answer_disputes(signed(CAROL), id, 1, 1, short), Error::<Test>::UnexpectedPost);
		let answers = Answers::truncate_from(vec![Answer { party: 2, shares: published(CAROL, 2) }]);
		let of_dave = post(DAVE, Kind::Answers, key, answers);
		assert_noop!(
			Rounds::answer_disputes(signed(CAROL), id, 1, 1, of_dave),
			pallet_model_updates::Error::<Test>::InvalidSignature
		);
		assert_noop!(judge(ALICE, id, &[true]), Error::<Test>::NotJudging);
		assert_ok!(answer(CAROL, id, &[2]));
		assert_noop!(answer(CAROL, id, &[2]), Error::<Test>::NotAnswering);
		assert_noop!(judge(EVE, id, &[true]), Error::<Test>::NotInCommittee);
		assert_noop!(judge(ALICE, id, &[]), Error::<Test>::UnexpectedPost);
		assert_noop!(judge(ALICE, id, &[true, true]), Error::<Test>::UnexpectedPost);
		assert_ok!(judge(ALICE, id, &[true]));
		assert_noop!(judge(ALICE, id, &[true]), Error::<Test>::AlreadyPosted);
	});
}
