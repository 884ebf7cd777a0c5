//! The committee's part of a round on chain: what parties and hospitals post, and what follows.

use super::machine::{self as steps, CommitteeMachine, Conclusion};
use crate::{
	machine::Transition, schemes::Attempt, Committees, Config, Error, Event, Nonces, Pallet, PostedChecks,
	Rounds, Studies,
};
use alloc::vec::Vec;
use codec::Encode;
use consilium_primitives::{
	commitment::BlobReference,
	committee::{
		challenge::{Nonce, PartyNonces},
		posts::{signing_payload, Answers, Checks, Judgements, Kind, Signed},
		progress::{CommitteeProgress, NamedParty},
		Committee,
	},
	study::{Duty, Exclusion, Phase, Round, RoundKey, Study},
	traits::{Commitments, Members},
	RoundNumber, StudyId, H256,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_io::hashing::blake2_256;
use sp_runtime::traits::Zero;

/// A round with a committee, as stored.
pub(super) struct CommitteeRound<T: Config> {
	key: RoundKey,
	pub(super) study: Study<T::AccountId>,
	pub(super) round: Round<T::AccountId>,
	pub(super) committee: Committee<T::AccountId>,
	pub(super) progress: CommitteeProgress<T::AccountId>,
	nonces: PartyNonces,
	/// The parties that did nothing in a phase that ends at its deadline.
	silent: Vec<T::AccountId>,
}

impl<T: Config> CommitteeRound<T> {
	/// A round of this committee. Its progress while it collects is none, or that of the attempt before.
	pub(super) fn of(attempt: &Attempt<T>, committee: &Committee<T::AccountId>) -> Self {
		let Attempt { key, study, round } = *attempt;
		let progress = Committees::<T>::get(key.study, key.round).unwrap_or_default();
		let nonces = Nonces::<T>::get(key.study, key.round);
		let (study, round, committee) = (study.clone(), round.clone(), committee.clone());
		Self { key, study, round, committee, progress, nonces, silent: Vec::new() }
	}

	fn load(id: StudyId, number: RoundNumber) -> Option<Self> {
		let study = Studies::<T>::get(id)?;
		let round = Rounds::<T>::get(id, number)?;
		Some(Self::of(&Attempt::<T>::of(id, number, &study, &round), study.spec.scheme.committee()?))
	}

	fn try_load(key: RoundKey) -> Result<Self, DispatchError> {
		let RoundKey { study, round, attempt } = key;
		ensure!(Studies::<T>::contains_key(study), Error::<T>::StudyNotFound);
		ensure!(Rounds::<T>::contains_key(study, round), Error::<T>::RoundNotFound);
		let this = Self::load(study, round).ok_or(Error::<T>::NotInCommittee)?;
		ensure!(this.round.attempt == attempt, Error::<T>::WrongAttempt);
		Ok(this)
	}

	pub(super) fn machine(&mut self) -> CommitteeMachine<'_, T::AccountId> {
		CommitteeMachine {
			machine: Pallet::<T>::machine(&self.study, &mut self.round),
			committee: &self.committee,
			progress: &mut self.progress,
			nonces: &mut self.nonces,
		}
	}

	/// What the parties have posted in Checking.
	pub(super) fn posts(&self) -> Vec<(u8, Checks)> {
		let round = (self.key.study, self.key.round);
		self.progress
			.checked
			.iter()
			.filter_map(|point| Some((*point, PostedChecks::<T>::get(round, point)?)))
			.collect()
	}

	/// `who` has done something in the round.
	fn heard(&mut self, who: &T::AccountId, duty: Duty) {
		if Pallet::<T>::note_heard(self.key, &mut self.study, who, duty) {
			Studies::<T>::insert(self.key.study, &self.study);
		}
	}

	fn save(&self) {
		Committees::<T>::insert(self.key.study, self.key.round, &self.progress);
	}

	/// Stores the result of a phase, and goes on.
	fn conclude(mut self, conclusion: Conclusion<T::AccountId>) {
		let Conclusion { excluded, settled, named, transition } = conclusion;
		self.save();
		let key = self.key;
		for (dispute, for_hospital) in settled {
			let (hospital, point) = (dispute.hospital, dispute.party);
			Pallet::<T>::tell(None, Event::DisputeSettled { round: key, hospital, point, for_hospital });
		}
		Pallet::<T>::announce(key, named);
		// Only now: those that are named were waited for.
		let silent = self.silent.drain(..).map(|party| (party, Duty::Compute)).collect();
		Pallet::<T>::note_silent(key, &mut self.study, silent);
		for Exclusion { hospital, fault } in excluded {
			Pallet::<T>::tell(None, Event::HospitalExcluded { round: key, hospital, fault });
		}
		if transition == Transition::Continued(Phase::Answering) {
			for dispute in &self.progress.disputes {
				let (hospital, point) = (dispute.hospital.clone(), dispute.party);
				let complaint = dispute.complaint;
				Pallet::<T>::tell(None, Event::DisputeOpened { round: key, hospital, point, complaint });
			}
		}
		Pallet::<T>::follow(key.study, &mut self.study, key.round, self.round, transition);
		Studies::<T>::insert(key.study, self.study);
	}
}

impl<T: Config> Pallet<T> {
	/// What the parties of a round posted in Checking, each with its point, in the order of posting.
	pub fn checks(id: StudyId, number: RoundNumber) -> Vec<(u8, Checks)> {
		CommitteeRound::<T>::load(id, number).map(|of| of.posts()).unwrap_or_default()
	}

	pub(crate) fn do_commit_nonce(who: T::AccountId, key: RoundKey, signed: Signed<H256>) -> DispatchResult {
		let mut this = CommitteeRound::<T>::try_load(key)?;
		let commitment = signed.content;
		let point = this.machine().commit_nonce(&who, commitment).map_err(Error::<T>::from)?;
		Self::ensure_signed_post(Kind::Nonce, key, &who, &signed)?;
		Self::tell(Some(&who), Event::NonceCommitted { round: key, party: who.clone(), point, commitment });
		this.heard(&who, Duty::Compute);
		Nonces::<T>::insert(key.study, key.round, this.nonces);
		Ok(())
	}

	pub(crate) fn do_reveal_nonce(who: T::AccountId, key: RoundKey, nonce: Nonce) -> DispatchResult {
		let mut this = CommitteeRound::<T>::try_load(key)?;
		ensure!(T::Members::is_active(&who), Error::<T>::NotInCommittee);
		let (point, all) =
			this.machine().reveal_nonce(&who, genesis::<T>(), key, nonce).map_err(Error::<T>::from)?;
		Self::tell(Some(&who), Event::NonceRevealed { round: key, party: who.clone(), point, nonce });
		this.heard(&who, Duty::Compute);
		Nonces::<T>::insert(key.study, key.round, &this.nonces);
		if all {
			this.conclude_revealing();
		}
		Ok(())
	}

	pub(crate) fn do_post_checks(who: T::AccountId, key: RoundKey, signed: Signed<Checks>) -> DispatchResult {
		let mut this = CommitteeRound::<T>::try_load(key)?;
		let point = this.machine().may_check(&who).map_err(Error::<T>::from)?;
		this.machine().check(&who, &signed.content).map_err(Error::<T>::from)?;
		// Last, because it costs most.
		Self::ensure_signed_post(Kind::Checks, key, &who, &signed)?;
		let checks = signed.content.using_encoded(blake2_256).into();
		Self::tell(Some(&who), Event::ChecksPosted { round: key, party: who.clone(), point, checks });
		this.heard(&who, Duty::Compute);
		PostedChecks::<T>::insert((key.study, key.round), point, signed.content);
		this.save();
		Ok(())
	}

	pub(crate) fn do_answer_disputes(
		who: T::AccountId,
		key: RoundKey,
		signed: Signed<Answers>,
	) -> DispatchResult {
		let mut this = CommitteeRound::<T>::try_load(key)?;
		let all = this.machine().answer(&who, &signed.content).map_err(Error::<T>::from)?;
		Self::ensure_signed_post(Kind::Answers, key, &who, &signed)?;
		let answers = signed.content;
		Self::tell(Some(&who), Event::DisputesAnswered { round: key, hospital: who.clone(), answers });
		this.heard(&who, Duty::Train);
		this.save();
		if all {
			this.conclude_answering();
		}
		Ok(())
	}

	pub(crate) fn do_judge_disputes(
		who: T::AccountId,
		key: RoundKey,
		signed: Signed<Judgements>,
	) -> DispatchResult {
		let mut this = CommitteeRound::<T>::try_load(key)?;
		let point = this.machine().may_judge(&who).map_err(Error::<T>::from)?;
		let all = this.machine().judge(&who, &signed.content).map_err(Error::<T>::from)?;
		Self::ensure_signed_post(Kind::Judgements, key, &who, &signed)?;
		let judgements = signed.content;
		Self::tell(Some(&who), Event::DisputesJudged { round: key, party: who.clone(), point, judgements });
		this.heard(&who, Duty::Compute);
		this.save();
		if all {
			this.conclude_judging();
		}
		Ok(())
	}

	pub(crate) fn do_post_partial(
		who: T::AccountId,
		key: RoundKey,
		signed: Signed<BlobReference>,
	) -> DispatchResult {
		let mut this = CommitteeRound::<T>::try_load(key)?;
		let point = this.machine().may_aggregate(&who).map_err(Error::<T>::from)?;
		let all = this.machine().aggregate(&who, signed.content).map_err(Error::<T>::from)?;
		Self::ensure_signed_post(Kind::Partial, key, &who, &signed)?;
		let partial = signed.content;
		Self::tell(Some(&who), Event::PartialPosted { round: key, party: who.clone(), point, partial });
		this.heard(&who, Duty::Compute);
		this.save();
		if all {
			this.conclude_aggregating();
		}
		Ok(())
	}

	fn announce(key: RoundKey, named: Vec<NamedParty<T::AccountId>>) {
		for NamedParty { party: point, fault } in named {
			Self::tell(None, Event::PartyNamed { round: key, point, fault });
		}
	}

	fn ensure_signed_post<Content: Encode>(
		kind: Kind,
		key: RoundKey,
		who: &T::AccountId,
		signed: &Signed<Content>,
	) -> DispatchResult {
		ensure!(T::Members::is_active(who), Error::<T>::NotInCommittee);
		let payload = signing_payload(kind, genesis::<T>(), key, &who.clone().into(), &signed.content);
		T::Commitments::ensure_signed(who, &payload, &signed.signature)
	}
}

impl<T: Config> CommitteeRound<T> {
	/// Collecting has ended: nothing of an earlier attempt is left.
	pub(super) fn open(attempt: &Attempt<T>) {
		let RoundKey { study, round, .. } = attempt.key;
		let _ = PostedChecks::<T>::clear_prefix((study, round), u32::MAX, None);
		Committees::<T>::insert(study, round, steps::open(&attempt.round.committed));
	}

	/// A new block: ends a phase whose deadline has passed. Returns whether there was anything to do.
	pub(super) fn tick(mut self) -> bool {
		let machine = self.machine();
		if !machine.is_late() && !machine.is_hopeless() {
			return false;
		}
		if machine.is_late() {
			self.silent = machine.silent_parties();
		}
		match self.round.phase {
			Phase::Revealing => self.conclude_revealing(),
			Phase::Checking => self.conclude_checking(),
			Phase::Answering => self.conclude_answering(),
			Phase::Judging => self.conclude_judging(),
			Phase::Aggregating => self.conclude_aggregating(),
			_ => return false,
		}
		true
	}

	/// The end of a block: ends Collecting or Checking if all is there. Collecting, so that every commitment
	/// in the block counts, wherever it is in it. Checking, because decoding costs more than a call should;
	/// the block has reserved it from its beginning.
	pub(super) fn end_block(mut self) {
		let machine = self.machine();
		if machine.all_collected() {
			self.end_collecting();
		} else if machine.all_checked() {
			self.conclude_checking();
		}
	}

	/// Names the parties whose partial aggregates the hospitals corrected.
	pub(super) fn name_corrected(mut self) {
		let named = self.machine().name_corrected();
		self.save();
		Pallet::<T>::announce(self.key, named);
	}

	fn end_collecting(mut self) {
		let transition = self.machine().machine.end_collecting();
		Pallet::<T>::follow(self.key.study, &mut self.study, self.key.round, self.round, transition);
		Studies::<T>::insert(self.key.study, self.study);
	}

	fn conclude_revealing(mut self) {
		let round = self.key;
		let conclusion = self.machine().conclude_revealing(genesis::<T>(), round);
		Nonces::<T>::remove(round.study, round.round);
		if let Some(challenge) = self.progress.challenge {
			Pallet::<T>::tell(None, Event::ChallengeDrawn { round, challenge });
		}
		self.conclude(conclusion);
	}

	fn conclude_checking(mut self) {
		let posts = self.posts();
		let conclusion = self.machine().conclude_checking(&posts);
		self.conclude(conclusion);
	}

	fn conclude_answering(mut self) {
		let conclusion = self.machine().conclude_answering();
		self.conclude(conclusion);
	}

	fn conclude_judging(mut self) {
		let conclusion = self.machine().conclude_judging();
		self.conclude(conclusion);
	}

	fn conclude_aggregating(mut self) {
		let conclusion = self.machine().conclude_aggregating();
		self.conclude(conclusion);
	}
}

fn genesis<T: Config>() -> H256 {
	frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero())
}
