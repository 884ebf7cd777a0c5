//! Work ahead of time: before it is needed, between messages, and never instead of a job.

use super::{
	committee_mock::{committee, town, Round},
	mock::{Town, PHASE_SINCE},
};
use crate::{
	jobs::Ahead,
	sealer::{SealContext, SealError, SealedBlob, Sealer},
};
use consilium_primitives::{
	commitment::Suite,
	committee::posts::Check,
	hospital::{SaeId, SealingIdentity},
	job::{Job, JobStatus, Outcome, RoundContext},
	AccountBytes,
};
use std::{
	fs,
	sync::{
		atomic::{AtomicBool, Ordering},
		Mutex, MutexGuard, PoisonError,
	},
};
use zeroize::Zeroizing;

/// All have committed, and this party is asked to reveal its nonce, which is not final yet.
fn revealing(round: &mut Round, party: u8) {
	let context = round.town.context(usize::from(party) - 1, 1, None);
	let commit = Job::CommitNonce { context: context.clone() };
	let Outcome::NonceCommitted(commitment) = round.desk(party).outcome(commit) else { panic!("no nonce") };
	let dealt = round.dealt(party, &[]);
	let mut context = context;
	context.phase_since = PHASE_SINCE + 1;
	let reveal = Job::RevealNonce { context, commitment: commitment.content, party, dealt };
	assert_eq!(round.desk(party).start(reveal), JobStatus::Pending);
}

#[test]
fn a_party_opens_its_shares_before_there_is_a_challenge() {
	let mut round = Round::new(town(committee()));
	revealing(&mut round, 3);
	for hospital in 0..4 {
		fs::remove_file(round.blob(hospital, 3)).unwrap();
	}
	let checks = round.check(3);
	assert!(checks.iter().all(|check| matches!(check, Check::Elements(_))));
	// And sums them.
	round.aggregate(3, round.dealt(3, &[1; 4]));
}

#[test]
fn what_cannot_be_opened_ahead_is_rejected_by_the_job() {
	let mut round = Round::new(town(committee()));
	fs::remove_file(round.blob(1, 3)).unwrap();
	revealing(&mut round, 3);
	let checks = round.check(3);
	let complaints: Vec<bool> = checks.iter().map(|check| *check == Check::Complaint).collect();
	assert_eq!(complaints, [false, true, false, false]);
}

#[test]
fn opened_shares_of_another_attempt_are_not_used() {
	let mut round = Round::new(town(committee()));
	revealing(&mut round, 3);
	fs::remove_file(round.blob(2, 3)).unwrap();
	let Job::Check { mut context, party, challenge, dealt } = round.check_job(3) else { unreachable!() };
	context.round.attempt = 2;
	let Outcome::Checked(checks) = round.desk(3).outcome(Job::Check { context, party, challenge, dealt })
	else {
		panic!("no checks")
	};
	assert_eq!(checks.content[2], Check::Complaint);
}

/// To whom keys were prepared, and to whom something was sealed, in order.
static LOG: Mutex<Vec<(&str, AccountBytes)>> = Mutex::new(Vec::new());

fn log() -> MutexGuard<'static, Vec<(&'static str, AccountBytes)>> {
	LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes what it is asked for.
struct Noting;

impl Sealer for Noting {
	fn prepare(&self, context: &SealContext, _: &SealingIdentity) -> Result<(), SealError> {
		log().push(("prepared", context.receiver));
		match context.round.round {
			2 => Err(SealError::NoKme),
			_ => Ok(()),
		}
	}

	fn seal(
		&self,
		context: &SealContext,
		_: &SealingIdentity,
		suite: Suite,
		package: &[u8],
	) -> Result<SealedBlob, SealError> {
		log().push(("sealed", context.receiver));
		Ok(SealedBlob { suite, bytes: package.to_vec() })
	}

	fn open(
		&self,
		_: &SealContext,
		_: Suite,
		_: &SaeId,
		blob: Vec<u8>,
	) -> Result<Zeroizing<Vec<u8>>, SealError> {
		Ok(Zeroizing::new(blob))
	}
}

#[test]
fn keys_are_prepared_while_training_waits_for_finality_and_once_only() {
	let town = Town { sealer: |_| Box::new(Noting), ..town(committee()) };
	let parties = town.spec.scheme.committee().unwrap().parties.to_vec();
	let of = |what: &'static str| parties.iter().map(move |party| (what, *party)).collect::<Vec<_>>();
	let mut desk = town.open(0);
	let job = town.train(0, 1, None);
	let id = job.id();
	assert_eq!(desk.start(job.clone()), JobStatus::Pending);
	assert_eq!(std::mem::take(&mut *log()), of("prepared"));
	desk.finalise(id);
	assert_eq!(std::mem::take(&mut *log()), of("sealed"));
	// After a restart, what is sealed needs no keys.
	let mut desk = town.open(0);
	assert!(matches!(desk.run(job), JobStatus::Done(_)));
	assert_eq!(*log(), []);
	// One failure stands for all.
	let next = town.train(0, 2, None);
	assert!(matches!(desk.run(next), JobStatus::Done(_)));
	let mut expected = vec![("prepared", parties[0])];
	expected.extend(of("sealed"));
	assert_eq!(std::mem::take(&mut *log()), expected);
}

#[test]
fn a_node_that_only_computes_draws_no_keys() {
	let town = Town { sealer: |_| Box::new(Unwilling), ..town(committee()) };
	town.remove_records(0);
	let mut desk = town.open(0);
	assert_eq!(desk.start(town.train(0, 1, None)), JobStatus::Failed);
	assert!(!WAS_ASKED.load(Ordering::Acquire));
}

/// Whether [`Unwilling`] was asked for anything.
static WAS_ASKED: AtomicBool = AtomicBool::new(false);

fn asked<T>() -> Result<T, SealError> {
	WAS_ASKED.store(true, Ordering::Release);
	Err(SealError::NoKme)
}

struct Unwilling;

impl Sealer for Unwilling {
	fn prepare(&self, _: &SealContext, _: &SealingIdentity) -> Result<(), SealError> {
		asked()
	}

	fn seal(
		&self,
		_: &SealContext,
		_: &SealingIdentity,
		_: Suite,
		_: &[u8],
	) -> Result<SealedBlob, SealError> {
		asked()
	}

	fn open(
		&self,
		_: &SealContext,
		_: Suite,
		_: &SaeId,
		_: Vec<u8>,
	) -> Result<Zeroizing<Vec<u8>>, SealError> {
		asked()
	}
}

#[test]
fn steps_of_an_earlier_attempt_or_a_finished_job_are_dropped() {
	let town = town(committee());
	let context = town.context(0, 1, None);
	let steps = |context: &RoundContext| {
		let receivers = vec![super::mock::identity(1)];
		Ahead::of(&Job::Train { context: context.clone(), receivers })
	};
	let mut later = context.clone();
	later.round.attempt = 2;
	let mut other = later.clone();
	other.round.study = 9;
	assert!(steps(&context)[0].is_superseded(&later));
	assert!(!steps(&later)[0].is_superseded(&later));
	assert!(!steps(&context)[0].is_superseded(&other));
	let train = town.train(0, 1, None).id();
	assert!(steps(&context)[0].is_useless_after(&train));
	assert!(!steps(&later)[0].is_useless_after(&train));
	assert!(!steps(&context)[0].is_useless_after(&Job::CommitNonce { context: context.clone() }.id()));
}
