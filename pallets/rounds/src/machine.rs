//! The state machine of a round, pure: no storage, no chain.
//!
//! ```text
//!  Collecting ─┬────────────────────── Plain ──────────────────────▶ Attesting ──▶ Finalised
//!              └▶ Revealing ─▶ Checking ─▶ [Answering ─▶ Judging] ─▶ Aggregating ─┘
//!
//!  and from every phase before Finalised: Aborted(reason)
//! ```
//!
//! The phases in the lower row are those of a committee, whose rules are in [`crate::schemes::committee`]. A
//! [`Machine`] is a round with its study's specification and the present block. Each step changes the round
//! and says which [`Transition`] it caused, if any; the pallet does the rest.

use crate::{presence, refusal::Refusal, schemes};
use alloc::vec::Vec;
use consilium_primitives::{
	study::{
		AbortReason, Absence, Attestation, Duty, Exclusion, Phase, Round, StudySpec, UpdateFault, Verdict,
	},
	BlockNumber, RoundNumber, H256,
};

/// What a step caused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition<AccountId> {
	/// The round goes on to Attesting or, with a committee, to Revealing.
	CollectingEnded,
	/// The committee's part goes on to this phase, or ends with Attesting.
	Continued(Phase),
	/// A quorum accepts this artifact.
	Finalised(H256),
	/// The attempt failed; the named hospital, if any, is excluded from the next.
	Aborted(AbortReason, Option<Exclusion<AccountId>>),
}

/// A round at a block.
pub struct Machine<'a, AccountId> {
	/// The study.
	pub spec: &'a StudySpec<AccountId>,
	/// The round.
	pub round: &'a mut Round<AccountId>,
	/// The present block.
	pub now: BlockNumber,
	/// The last block known to be final.
	pub finalised: BlockNumber,
	/// The round's number.
	pub number: RoundNumber,
	/// Who is absent from the study.
	pub absent: &'a [Absence<AccountId>],
}

/// A fresh attempt of a round.
pub fn open<AccountId: Clone + PartialEq>(
	spec: &StudySpec<AccountId>,
	attempt: u32,
	base: Option<H256>,
	opened_at: BlockNumber,
	now: BlockNumber,
) -> Round<AccountId> {
	let (phase, blocks) = schemes::rules(&spec.scheme).first_phase(spec);
	Round {
		attempt,
		phase,
		opened_at,
		phase_since: now,
		deadline: now.saturating_add(blocks),
		base,
		committed: Default::default(),
		excluded: Default::default(),
		attestations: Default::default(),
		artifact: None,
	}
}

impl<AccountId: Clone + PartialEq> Machine<'_, AccountId> {
	/// Whether `who` may commit now.
	pub fn may_commit(&self, who: &AccountId) -> Result<(), Refusal> {
		if self.round.phase != Phase::Collecting || self.is_late() {
			return Err(Refusal::NotCollecting);
		}
		if !self.spec.hospitals.contains(who) {
			return Err(Refusal::NotEnrolled);
		}
		if self.is_excluded(who) {
			return Err(Refusal::Excluded);
		}
		if self.round.committed.contains(who) {
			return Err(Refusal::AlreadyCommitted);
		}
		Ok(())
	}

	/// `who` has committed. The phase ends with the last commitment that can come, unless the scheme collects
	/// more than commitments; then the scheme ends it.
	pub fn commit(&mut self, who: &AccountId) -> Result<Option<Transition<AccountId>>, Refusal> {
		self.may_commit(who)?;
		self.round.committed.try_push(who.clone()).map_err(|_| Refusal::NotEnrolled)?;
		let ends = self.all_committed() && !schemes::rules(&self.spec.scheme).collects_more();
		Ok(ends.then(|| self.end_collecting()))
	}

	/// Whether all commitments that are waited for are there, and enough.
	pub fn all_committed(&self) -> bool {
		let committed = &self.round.committed;
		let is_there = |hospital: &AccountId| committed.contains(hospital) || self.is_excluded(hospital);
		let awaited = |hospital: &&AccountId| self.is_awaited(hospital, Duty::Train);
		self.round.phase == Phase::Collecting
			&& self.spec.hospitals.iter().filter(awaited).all(is_there)
			&& self.has_quorum(committed.len())
	}

	/// Whether the round waits for this member.
	pub fn is_awaited(&self, member: &AccountId, duty: Duty) -> bool {
		presence::is_awaited(self.absent, self.number, member, duty)
	}

	/// The hospitals that have not done what the present phase is for.
	pub fn silent_hospitals(&self) -> Vec<AccountId> {
		let has_attested = |who: &AccountId| self.round.attestations.iter().any(|word| word.hospital == *who);
		let is_silent = |who: &&AccountId| match self.round.phase {
			Phase::Collecting => !self.round.committed.contains(who) && !self.is_excluded(who),
			Phase::Attesting => !has_attested(who),
			_ => false,
		};
		self.spec.hospitals.iter().filter(is_silent).cloned().collect()
	}

	/// Whether `who` may attest now. A finalised round still accepts attestations of slower hospitals
	/// until its deadline; they are recorded and change nothing else.
	pub fn may_attest(&self, who: &AccountId) -> Result<(), Refusal> {
		let open = matches!(self.round.phase, Phase::Attesting | Phase::Finalised);
		if !open || self.is_late() {
			return Err(Refusal::NotAttesting);
		}
		if !self.spec.hospitals.contains(who) {
			return Err(Refusal::NotEnrolled);
		}
		if self.round.attestations.iter().any(|attestation| attestation.hospital == *who) {
			return Err(Refusal::AlreadyAttested);
		}
		Ok(())
	}

	/// A hospital attests. The phase ends when a quorum accepts one artifact, or when none can any more.
	pub fn attest(
		&mut self,
		attestation: Attestation<AccountId>,
	) -> Result<Option<Transition<AccountId>>, Refusal> {
		self.may_attest(&attestation.hospital)?;
		schemes::rules(&self.spec.scheme).check_attestation(self.round, &attestation)?;
		self.round.attestations.try_push(attestation).map_err(|_| Refusal::NotEnrolled)?;
		if self.round.phase == Phase::Finalised {
			return Ok(None);
		}
		let (artifact, accepted) = self.most_accepted();
		if let Some(artifact) = artifact.filter(|_| self.has_quorum(accepted)) {
			self.round.phase = Phase::Finalised;
			self.round.artifact = Some(artifact);
			return Ok(Some(Transition::Finalised(artifact)));
		}
		let outstanding = self.spec.hospitals.len().saturating_sub(self.round.attestations.len());
		if self.has_quorum(accepted.saturating_add(outstanding)) {
			return Ok(None);
		}
		let culprit = self.most_rejected();
		let against_partials =
			self.round.attestations.iter().filter(|word| word.verdict == Verdict::RejectPartials).count();
		let reason = if culprit.is_some() {
			AbortReason::UpdateUnusable
		} else if !self.has_quorum(self.spec.hospitals.len().saturating_sub(against_partials)) {
			AbortReason::AggregateUnusable
		} else {
			AbortReason::ModelRejected
		};
		Ok(Some(self.abort(reason, culprit)))
	}

	/// Whether the phase has ended at its deadline. That block must be final: what counts against somebody
	/// was seen by two thirds of the validators, so nothing runs out while finality stands still.
	pub fn is_late(&self) -> bool {
		self.now > self.round.deadline && self.finalised >= self.round.deadline
	}

	/// While finality stands still, the time of the phase starts again with each block. A round that has
	/// ended still takes attestations.
	pub fn hold(&mut self) {
		if self.is_late() {
			return;
		}
		let blocks = schemes::rules(&self.spec.scheme).phase_blocks(self.spec, self.round.phase);
		self.round.deadline = self.round.deadline.max(self.now.saturating_add(blocks));
	}

	/// The present block has begun. Phases end after their deadline; those that only one scheme has are ended
	/// by it.
	pub fn tick(&mut self) -> Option<Transition<AccountId>> {
		if !self.is_late() {
			return None;
		}
		match self.round.phase {
			Phase::Collecting if self.has_quorum(self.round.committed.len()) => Some(self.end_collecting()),
			Phase::Collecting => Some(self.abort(AbortReason::TooFewCommitments, None)),
			Phase::Attesting => Some(self.abort(AbortReason::TooFewAttestations, None)),
			_ => None,
		}
	}

	/// Ends the attempt, whatever its phase, unless it has ended already.
	pub fn halt(&mut self) -> Option<Transition<AccountId>> {
		self.round.phase.is_under_way().then(|| self.abort(AbortReason::StudyHalted, None))
	}

	fn is_excluded(&self, who: &AccountId) -> bool {
		self.round.excluded.iter().any(|exclusion| exclusion.hospital == *who)
	}

	pub(crate) fn has_quorum(&self, hospitals: usize) -> bool {
		hospitals as u64 >= u64::from(self.spec.quorum)
	}

	/// Ends Collecting, with the commitments that there are.
	pub(crate) fn end_collecting(&mut self) -> Transition<AccountId> {
		let (phase, blocks) = schemes::rules(&self.spec.scheme).after_collecting(self.spec);
		self.begin(phase, blocks);
		Transition::CollectingEnded
	}

	pub(crate) fn begin(&mut self, phase: Phase, blocks: BlockNumber) {
		self.round.phase = phase;
		self.round.phase_since = self.now;
		self.round.deadline = self.now.saturating_add(blocks);
	}

	pub(crate) fn abort(
		&mut self,
		reason: AbortReason,
		culprit: Option<Exclusion<AccountId>>,
	) -> Transition<AccountId> {
		self.round.phase = Phase::Aborted(reason);
		Transition::Aborted(reason, culprit)
	}

	/// The artifact that most hospitals accept, and how many do.
	fn most_accepted(&self) -> (Option<H256>, usize) {
		let accepted = |attestation: &Attestation<AccountId>| match attestation.verdict {
			Verdict::Accept { artifact } => Some(artifact),
			_ => None,
		};
		let attestations = &self.round.attestations;
		attestations
			.iter()
			.filter_map(accepted)
			.map(|artifact| {
				(
					Some(artifact),
					attestations.iter().filter(|other| accepted(other) == Some(artifact)).count(),
				)
			})
			.max_by_key(|(_, count)| *count)
			.unwrap_or((None, 0))
	}

	/// The hospital whose update so many reject that no artifact can reach the quorum, with the fault that
	/// was named first.
	fn most_rejected(&self) -> Option<Exclusion<AccountId>> {
		let rejected = |attestation: &Attestation<AccountId>| match &attestation.verdict {
			Verdict::RejectUpdate { hospital, fault } => Some((hospital.clone(), *fault)),
			_ => None,
		};
		let attestations = &self.round.attestations;
		let can_block = |hospital: &AccountId| {
			let accusers = attestations
				.iter()
				.filter(|other| rejected(other).is_some_and(|(accused, _)| accused == *hospital))
				.count();
			!self.has_quorum(self.spec.hospitals.len().saturating_sub(accusers))
		};
		attestations
			.iter()
			.filter_map(rejected)
			.find(|(hospital, _)| can_block(hospital))
			.map(|(hospital, fault): (AccountId, UpdateFault)| Exclusion { hospital, fault })
	}
}
