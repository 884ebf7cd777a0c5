//! The control loop of the off-chain worker.
//!
//! At every new best block it looks at what the chain wants from this node's hospital, and does the next step: start
//! a job, ask after it, or submit what is ready. It remembers nothing: a step is due as long as the chain's state
//! does not show it done, whatever was submitted before, so lost transactions, restarts and re-organisations need no
//! special care. Native code makes jobs idempotent and holds them back until the block that asked for them
//! is final.

use crate::{Config, Pallet, Rounds, RunningStudies, Studies, LOG_TARGET};
use alloc::vec::Vec;
use consilium_primitives::{
	host::{self, Started},
	job::{Contribution, Job, JobStatus, Outcome, RoundContext},
	study::{Phase, Round, RoundKey, Study, StudySpec, Verdict},
	traits::{Commitments, Members},
	AccountBytes, BoundedVec, RoundNumber, StudyId,
};
use frame_system::{
	offchain::{SendSignedTransaction, Signer},
	pallet_prelude::BlockNumberFor,
};
use sp_runtime::traits::{IdentifyAccount, Zero};

/// One pass over all running studies, and over the last round of those that have just ended, for slower
/// attestations.
pub fn run<T: Config>() {
	for hospital in Signer::<T, T::WorkerKey>::keystore_accounts() {
		let account = hospital.public.clone().into_account();
		if !T::Members::is_active(&account) {
			continue;
		}
		for (id, study) in Studies::<T>::iter().filter(|(id, study)| is_of_interest::<T>(*id, study)) {
			if !study.spec.hospitals.contains(&account) {
				continue;
			}
			let current = study.current_round;
			for number in [current.saturating_sub(1), current] {
				if let Some(step) = next_step::<T>(id, &study, number, &account) {
					take::<T>(step, &hospital.public);
				}
			}
		}
	}
}

/// A running study, or one whose last round still takes attestations.
fn is_of_interest<T: Config>(id: StudyId, study: &Study<T::AccountId>) -> bool {
	RunningStudies::<T>::get().contains(&id)
		|| Rounds::<T>::get(id, study.current_round)
			.is_some_and(|round| round.phase == Phase::Finalised && Pallet::<T>::now() <= round.deadline)
}

/// What is due from `account` in this round, if anything.
fn next_step<T: Config>(
	id: StudyId,
	study: &Study<T::AccountId>,
	number: RoundNumber,
	account: &T::AccountId,
) -> Option<Job> {
	let mut round = Rounds::<T>::get(id, number)?;
	if round.phase == Phase::Collecting {
		Pallet::<T>::machine(study, &mut round).may_commit(account).ok()?;
		return Some(Job::Train(context::<T>(id, study, number, &round, account)?));
	}
	Pallet::<T>::machine(study, &mut round).may_attest(account).ok()?;
	let context = context::<T>(id, study, number, &round, account)?;
	let contributions = T::Commitments::of_round(id, number)
		.into_iter()
		.filter_map(|(hospital, commitment)| {
			Some(Contribution {
				hospital: hospital.into(),
				weight: commitment.examples.min(study.spec.max_examples),
				blob: *commitment.blobs.first()?,
			})
		})
		.collect();
	Some(Job::Attest { context, contributions })
}

fn context<T: Config>(
	id: StudyId,
	study: &Study<T::AccountId>,
	number: RoundNumber,
	round: &Round<T::AccountId>,
	account: &T::AccountId,
) -> Option<RoundContext> {
	Some(RoundContext {
		genesis: frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()),
		round: RoundKey { study: id, round: number, attempt: round.attempt },
		hospital: account.clone().into(),
		spec: spec_of_bytes::<T>(&study.spec)?,
		base: round.base,
		phase_since: round.phase_since,
	})
}

/// The same specification with accounts as native code knows them.
fn spec_of_bytes<T: Config>(spec: &StudySpec<T::AccountId>) -> Option<StudySpec<AccountBytes>> {
	let hospitals: Vec<AccountBytes> = spec.hospitals.iter().cloned().map(Into::into).collect();
	Some(StudySpec {
		title: spec.title.clone(),
		agreement: spec.agreement,
		schema: spec.schema,
		model: spec.model.clone(),
		training: spec.training,
		optimizer: spec.optimizer,
		scheme: spec.scheme,
		max_examples: spec.max_examples,
		fraction_bits: spec.fraction_bits,
		hospitals: BoundedVec::try_from(hospitals).ok()?,
		quorum: spec.quorum,
		max_rounds: spec.max_rounds,
		max_attempts: spec.max_attempts,
		collecting_blocks: spec.collecting_blocks,
		attesting_blocks: spec.attesting_blocks,
		max_log_loss_increase: spec.max_log_loss_increase,
		seed: spec.seed,
	})
}

/// Starts the job, or submits what it brought.
fn take<T: Config>(job: Job, public: &T::Public) {
	let id = job.id();
	match host::poll(id) {
		JobStatus::Done(outcome) => submit::<T>(id.round, outcome, public),
		JobStatus::Pending => {},
		JobStatus::Unknown | JobStatus::Failed => match host::start(&job) {
			Started::Accepted | Started::NoHospital => {},
			Started::Busy => {
				log::warn!(target: LOG_TARGET, "{id:?}: the hospital's queue is full; trying again at the next block");
			},
			Started::Incompatible => {
				log::error!(target: LOG_TARGET, "{id:?}: this node is too old for the runtime; update the node");
			},
		},
	}
}

fn submit<T: Config>(round: RoundKey, outcome: Outcome, public: &T::Public) {
	let call = match outcome {
		Outcome::Trained(commitment) => T::Commitments::commit_call(round, commitment),
		Outcome::Attested { verdict, metrics } => crate::Call::attest {
			study: round.study,
			round: round.round,
			attempt: round.attempt,
			verdict: verdict_of_accounts::<T>(verdict),
			metrics,
		}
		.into(),
	};
	let signer = Signer::<T, T::WorkerKey>::any_account().with_filter(alloc::vec![public.clone()]);
	// That it was sent means nothing; the next block's pass looks at the state.
	match signer.send_signed_transaction(|_| call.clone()) {
		Some((_, Ok(()))) => log::debug!(target: LOG_TARGET, "{round:?}: submitted"),
		_ => log::warn!(target: LOG_TARGET, "{round:?}: not submitted; trying again at the next block"),
	}
}

fn verdict_of_accounts<T: Config>(verdict: Verdict<AccountBytes>) -> Verdict<T::AccountId> {
	match verdict {
		Verdict::Accept { artifact } => Verdict::Accept { artifact },
		Verdict::RejectModel { artifact } => Verdict::RejectModel { artifact },
		Verdict::RejectUpdate { hospital, fault } => {
			Verdict::RejectUpdate { hospital: T::AccountId::from(hospital), fault }
		},
	}
}
