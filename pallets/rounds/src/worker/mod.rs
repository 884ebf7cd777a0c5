//! The control loop of the off-chain worker.
//!
//! At every new best block, and again whenever native code has finished a job, it reads what the chain needs
//! from this node's hospital, and takes the next step: start a job, poll it, or submit its result. It keeps
//! no memory: a step is due as long as the chain's state does not show it done, no matter what was submitted
//! before, so lost transactions, restarts and re-organisations need no special care. Native code makes jobs
//! idempotent and holds them back until the block that asked for them is final.
//!
//! An outcome may be submitted several times. Outcomes are submitted in the order in which their jobs were
//! finished, and those that are in a block drop out at the front: so each gets the same nonce every time, and
//! the pool refuses the copy.

pub(crate) mod retention;

use crate::{
	schemes::{self, Attempt},
	Config, Pallet, Rounds, RunningStudies, Studies, LOG_TARGET,
};
use alloc::{boxed::Box, vec::Vec};
use consilium_primitives::{
	host::{self, Started},
	job::{Job, JobReport, JobStatus, Outcome, RoundContext},
	study::{Phase, RoundKey, Study, StudySpec, Verdict},
	traits::{Commitments, Members},
	AccountBytes, RoundNumber, StudyId,
};
use frame_system::{
	offchain::{SendSignedTransaction, Signer},
	pallet_prelude::BlockNumberFor,
};
use sp_runtime::traits::{IdentifyAccount, Zero};

/// One pass over all running studies, over the last round of those that have just ended, for slower
/// attestations, and now and then over the rounds whose updates are to be deleted.
pub fn run<T: Config>() {
	for member in Signer::<T, T::WorkerKey>::keystore_accounts() {
		let account = member.public.clone().into_account();
		if !T::Members::is_active(&account) {
			continue;
		}
		let mut finished = Vec::new();
		for (id, study) in Studies::<T>::iter().filter(|(_, study)| takes_part(&study.spec, &account)) {
			finished.extend(due::<T>(id, &study, &account).into_iter().filter_map(take));
		}
		finished.sort_by_key(|finished| finished.place);
		for Finished { round, outcome, .. } in finished {
			submit::<T>(round, outcome, &member.public);
		}
	}
}

/// What `account` has to do in a study.
fn due<T: Config>(id: StudyId, study: &Study<T::AccountId>, account: &T::AccountId) -> Vec<Job> {
	let mut jobs = retention::due::<T>(id, study, account);
	if is_of_interest::<T>(id, study) {
		let current = study.current_round;
		let rounds = [current.saturating_sub(1), current];
		jobs.extend(rounds.into_iter().flat_map(|number| steps::<T>(id, study, number, account)));
	}
	jobs
}

/// As a hospital that trains, or computing for the scheme.
fn takes_part<AccountId: Clone + PartialEq>(spec: &StudySpec<AccountId>, account: &AccountId) -> bool {
	spec.hospitals.contains(account) || schemes::rules(&spec.scheme).parties().contains(account)
}

/// A running study, or one whose last round still takes attestations.
fn is_of_interest<T: Config>(id: StudyId, study: &Study<T::AccountId>) -> bool {
	RunningStudies::<T>::get().contains(&id)
		|| Rounds::<T>::get(id, study.current_round).is_some_and(|mut round| {
			round.phase == Phase::Finalised && !Pallet::<T>::machine(study, &mut round).is_late()
		})
}

/// What is due from `account` in this round: in all schemes, and for the study's.
fn steps<T: Config>(
	id: StudyId,
	study: &Study<T::AccountId>,
	number: RoundNumber,
	account: &T::AccountId,
) -> Vec<Job> {
	let Some(mut round) = Rounds::<T>::get(id, number) else { return Vec::new() };
	let machine = Pallet::<T>::machine(study, &mut round);
	let (may_commit, may_attest) = (machine.may_commit(account).is_ok(), machine.may_attest(account).is_ok());
	let attempt = Attempt::<T>::of(id, number, study, &round);
	let (scheme, context) = (schemes::working::<T>(&study.spec.scheme), context(&attempt, account));
	let train = || Some(Job::Train { context: context.clone(), receivers: scheme.receivers()? });
	let attest = || Some(Job::Attest { context: context.clone(), inputs: scheme.inputs(&attempt)? });
	let mut jobs: Vec<Job> = may_commit.then(train).flatten().into_iter().collect();
	jobs.extend(may_attest.then(attest).flatten());
	jobs.extend(scheme.next_step(&attempt, context.clone(), account));
	jobs
}

/// What all jobs of `account` for an attempt have in common.
fn context<T: Config>(attempt: &Attempt<T>, account: &T::AccountId) -> RoundContext {
	let Attempt { key, study, round } = attempt;
	RoundContext {
		genesis: frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()),
		round: *key,
		hospital: account.clone().into(),
		spec: study.spec.map_accounts(|account| account.clone().into()),
		base: round.base,
		phase_since: round.phase_since,
	}
}

/// What native code has finished.
struct Finished {
	round: RoundKey,
	outcome: Outcome,
	/// See [`JobReport::place`].
	place: u64,
}

/// Starts the job, or takes its outcome.
fn take(job: Job) -> Option<Finished> {
	let id = job.id();
	let JobReport { status, place } = host::poll(id);
	match status {
		JobStatus::Done(outcome) => return Some(Finished { round: id.round, outcome, place }),
		JobStatus::Pending => {},
		JobStatus::Unknown | JobStatus::Failed => match host::start(job) {
			Started::Accepted | Started::NoHospital => {},
			Started::Busy => {
				log::warn!(
					target: LOG_TARGET,
					"{id:?}: the hospital's queue is full; retrying at the next block"
				);
			},
			Started::Incompatible => {
				log::error!(
					target: LOG_TARGET,
					"{id:?}: this node cannot read the job: it or the chain's runtime is older than the \
					 other; the check `runtime` of `consilium-node hospital status` says which"
				);
			},
		},
	}
	None
}

fn submit<T: Config>(round: RoundKey, outcome: Outcome, public: &T::Public) {
	let RoundKey { study, round: number, attempt } = round;
	let call = match outcome {
		Outcome::Trained(commitment) => T::Commitments::commit_call(round, commitment),
		Outcome::Checked(checks) => {
			crate::Call::post_checks { study, round: number, attempt, checks: Box::new(checks) }.into()
		},
		Outcome::Answered(answers) => {
			crate::Call::answer_disputes { study, round: number, attempt, answers: Box::new(answers) }.into()
		},
		Outcome::Judged(judgements) => {
			crate::Call::judge_disputes { study, round: number, attempt, judgements: Box::new(judgements) }
				.into()
		},
		Outcome::Aggregated(partial) => {
			crate::Call::post_partial { study, round: number, attempt, partial: Box::new(partial) }.into()
		},
		Outcome::NonceCommitted(commitment) => {
			crate::Call::commit_nonce { study, round: number, attempt, commitment: Box::new(commitment) }
				.into()
		},
		Outcome::NonceRevealed(nonce) => {
			crate::Call::reveal_nonce { study, round: number, attempt, nonce }.into()
		},
		Outcome::Deleted => T::Commitments::deletion_call(study, number),
		Outcome::Attested { verdict, metrics, corrected, records } => {
			let verdict = verdict_of_accounts::<T>(verdict);
			crate::Call::attest { study, round: number, attempt, verdict, metrics, corrected, records }.into()
		},
	};
	let signer = Signer::<T, T::WorkerKey>::any_account().with_filter(alloc::vec![public.clone()]);
	// Having sent it proves nothing; the next pass looks at the state.
	match signer.send_signed_transaction(|_| call.clone()) {
		Some((_, Ok(()))) => log::debug!(target: LOG_TARGET, "{round:?}: submitted"),
		_ => log::warn!(target: LOG_TARGET, "{round:?}: not submitted; retrying at the next block"),
	}
}

fn verdict_of_accounts<T: Config>(verdict: Verdict<AccountBytes>) -> Verdict<T::AccountId> {
	match verdict {
		Verdict::Accept { artifact } => Verdict::Accept { artifact },
		Verdict::RejectModel { artifact } => Verdict::RejectModel { artifact },
		Verdict::RejectUpdate { hospital, fault } => {
			Verdict::RejectUpdate { hospital: T::AccountId::from(hospital), fault }
		},
		Verdict::RejectPartials => Verdict::RejectPartials,
	}
}
