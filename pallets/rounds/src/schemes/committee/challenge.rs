//! The rules by which the challenge is drawn, pure.
//!
//! While a round collects, each party commits to a nonce. When all hospitals and at least n - t parties have
//! committed, or at the deadline, *Revealing* begins: the parties reveal their nonces, and the challenge is
//! the hash of what was revealed. A party that committed and reveals nothing is named; it has chosen between
//! two challenges.

use super::machine::{CommitteeMachine, Conclusion};
use crate::refusal::Refusal;
use alloc::vec::Vec;
use consilium_primitives::{
	committee::{
		challenge::{self, Nonce, PartyNonce},
		progress::{NamedParty, PartyFault},
	},
	study::{AbortReason, Phase, RoundKey},
	AccountBytes, H256,
};

impl<AccountId: Clone + PartialEq> CommitteeMachine<'_, AccountId> {
	/// The point of `who`, if it may commit to a nonce now.
	pub fn may_commit_nonce(&self, who: &AccountId) -> Result<u8, Refusal> {
		self.ensure_phase(Phase::Collecting, Refusal::NotCollecting)?;
		let posted: Vec<u8> = self.nonces.iter().map(|of| of.party).collect();
		self.point_unless_posted(who, &posted)
	}

	/// `who` has committed to a nonce.
	pub fn commit_nonce(&mut self, who: &AccountId, commitment: H256) -> Result<u8, Refusal> {
		let party = self.may_commit_nonce(who)?;
		let nonce = PartyNonce { party, commitment, nonce: None };
		self.nonces.try_push(nonce).map_err(|_| Refusal::AlreadyPosted)?;
		Ok(party)
	}

	/// Whether Collecting can end before its deadline. A party that is away is not waited for, nor is one
	/// whose commitment comes after all others.
	pub fn all_collected(&self) -> bool {
		self.machine.all_committed() && self.has_nonces()
	}

	/// What `who` committed to, if it may reveal it now.
	pub fn may_reveal_nonce(&self, who: &AccountId) -> Result<H256, Refusal> {
		self.ensure_phase(Phase::Revealing, Refusal::NotRevealing)?;
		let point = self.committee.point_of(who).ok_or(Refusal::NotInCommittee)?;
		let of = self.nonces.iter().find(|of| of.party == point).ok_or(Refusal::UnexpectedNonce)?;
		if of.nonce.is_some() {
			return Err(Refusal::AlreadyPosted);
		}
		Ok(of.commitment)
	}

	/// `who` reveals its nonce. Returns its point, and whether no nonce is left to reveal.
	pub fn reveal_nonce(
		&mut self,
		who: &AccountId,
		genesis: H256,
		round: RoundKey,
		nonce: Nonce,
	) -> Result<(u8, bool), Refusal>
	where
		AccountId: Into<AccountBytes>,
	{
		let commitment = self.may_reveal_nonce(who)?;
		if challenge::nonce_commitment(genesis, round, &who.clone().into(), &nonce) != commitment {
			return Err(Refusal::UnexpectedNonce);
		}
		let point = self.committee.point_of(who).ok_or(Refusal::NotInCommittee)?;
		for of in self.nonces.iter_mut().filter(|of| of.party == point) {
			of.nonce = Some(nonce);
		}
		Ok((point, self.nonces.iter().all(|of| of.nonce.is_some())))
	}

	/// Whether Revealing has failed before its deadline.
	pub fn is_hopeless(&self) -> bool {
		self.machine.round.phase == Phase::Revealing && !self.has_nonces()
	}

	/// Ends Revealing with the nonces that were revealed: more than t, so one of an honest party.
	pub fn conclude_revealing(&mut self, genesis: H256, round: RoundKey) -> Conclusion<AccountId> {
		let revealed = self.nonces.iter().filter(|of| of.nonce.is_some()).count();
		if !self.has_nonces() || revealed as u64 <= u64::from(self.committee.threshold) {
			return self.fail(AbortReason::TooFewNonces, self.withheld());
		}
		self.progress.challenge = Some(challenge::challenge(genesis, round, self.nonces));
		let mut named = self.withheld();
		self.note(&mut named);
		self.go_on(Phase::Checking, Vec::new(), Vec::new(), named)
	}

	/// Those who committed to a nonce and did not reveal it.
	fn withheld(&self) -> Vec<NamedParty<AccountId>> {
		let withheld = self.nonces.iter().filter(|of| of.nonce.is_none());
		withheld.map(|of| NamedParty { party: of.party, fault: PartyFault::NonceWithheld }).collect()
	}

	fn has_nonces(&self) -> bool {
		self.nonces.len() >= self.committee.least_posts()
	}
}
