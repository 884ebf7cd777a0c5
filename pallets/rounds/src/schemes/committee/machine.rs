//! The committee's part of a round, pure.
//!
//! Once the challenge is drawn, the parties post their shares of the checks (*Checking*). A hospital that
//! fails them is excluded; where at most t parties dispute a hospital's shares, it publishes the shares of
//! these parties (*Answering*) and the other parties judge them (*Judging*). Then the parties post their
//! partial aggregates (*Aggregating*), and the hospitals attest as in a round without a committee.
//!
//! A phase ends when all that are waited for and n - t parties have posted, or at its deadline with the posts
//! of n - t parties.

use crate::{
	machine::{Machine, Transition},
	refusal::Refusal,
	schemes::Rules,
};
use alloc::vec::Vec;
use consilium_primitives::{
	commitment::BlobReference,
	committee::{
		assessment::{assess, Assessment},
		challenge::PartyNonces,
		posts::{Answers, Check, Checks, Judgements},
		progress::{CommitteeProgress, Dealer, Dispute, NamedParty, Partial, PartyFault},
		Committee,
	},
	study::{AbortReason, Duty, Exclusion, Phase, Points, UpdateFault},
};

/// The result of a phase of the committee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conclusion<AccountId> {
	/// The hospitals whose updates no longer count.
	pub excluded: Vec<Exclusion<AccountId>>,
	/// The disputes that were decided, each with whether the hospital was right.
	pub settled: Vec<(Dispute<AccountId>, bool)>,
	/// The parties that were named.
	pub named: Vec<NamedParty<AccountId>>,
	/// The transition that follows.
	pub transition: Transition<AccountId>,
}

/// A round with its committee, at a block.
pub struct CommitteeMachine<'a, AccountId> {
	/// The round and its study.
	pub machine: Machine<'a, AccountId>,
	/// The committee.
	pub committee: &'a Committee<AccountId>,
	/// How far it has come.
	pub progress: &'a mut CommitteeProgress<AccountId>,
	/// The nonces of its parties, before there is a challenge.
	pub nonces: &'a mut PartyNonces,
}

/// The committee's progress when Collecting has ended: hospitals in the order of accounts.
pub fn open<AccountId: Clone + Ord>(committed: &[AccountId]) -> CommitteeProgress<AccountId> {
	let mut hospitals = committed.to_vec();
	hospitals.sort();
	let dealers = hospitals.into_iter().map(|hospital| Dealer { hospital, factor: 0 }).collect::<Vec<_>>();
	CommitteeProgress { dealers: dealers.try_into().unwrap_or_default(), ..Default::default() }
}

impl<AccountId: Clone + PartialEq> CommitteeMachine<'_, AccountId> {
	/// The point of `who`, if it may post checks now.
	pub fn may_check(&self, who: &AccountId) -> Result<u8, Refusal> {
		self.ensure_phase(Phase::Checking, Refusal::NotChecking)?;
		self.point_unless_posted(who, &self.progress.checked)
	}

	/// `who` has posted these checks.
	pub fn check(&mut self, who: &AccountId, checks: &Checks) -> Result<(), Refusal> {
		let point = self.may_check(who)?;
		let expected = self.committee.check_elements();
		let fits = checks.len() == self.progress.dealers.len()
			&& checks.iter().all(|check| match check {
				Check::Elements(elements) => elements.len() == expected,
				Check::Complaint => true,
			});
		if !fits {
			return Err(Refusal::UnexpectedPost);
		}
		self.progress.checked.try_push(point).map_err(|_| Refusal::AlreadyPosted)
	}

	/// Whether Checking can end before its deadline.
	pub fn all_checked(&self) -> bool {
		self.machine.round.phase == Phase::Checking && self.are_there(&self.progress.checked)
	}

	/// Ends Checking with what the parties posted.
	pub fn conclude_checking(&mut self, posts: &[(u8, Checks)]) -> Conclusion<AccountId> {
		let mut named = self.silent(&self.progress.checked, PartyFault::NoChecks);
		if posts.len() < self.committee.least_posts() {
			return self.fail(AbortReason::TooFewChecks, named);
		}
		let mut excluded = Vec::new();
		for place in 0..self.progress.dealers.len() {
			let assessment = self.assess(place, posts);
			let Some(dealer) = self.progress.dealers.get_mut(place) else { continue };
			match assessment {
				Assessment::Faulty(fault) => {
					excluded.push(Exclusion { hospital: dealer.hospital.clone(), fault });
				},
				Assessment::Sound { factor, disputed, .. } => {
					dealer.factor = factor;
					let hospital = dealer.hospital.clone();
					for party in disputed {
						let complaint = posts.iter().any(|(point, checks)| {
							*point == party && matches!(checks.get(place), Some(Check::Complaint))
						});
						let hospital = hospital.clone();
						let dispute =
							Dispute { hospital, party, complaint, answer: None, right: 0, wrong: 0 };
						// There is room for t disputes about each hospital.
						let _ = self.progress.disputes.try_push(dispute);
					}
				},
			}
		}
		self.note(&mut named);
		let next = if self.progress.disputes.is_empty() { Phase::Aggregating } else { Phase::Answering };
		self.go_on(next, excluded, Vec::new(), named)
	}

	/// The assessment of the hospital at this place.
	pub fn assess(&self, place: usize, posts: &[(u8, Checks)]) -> Assessment {
		let posts: Vec<(u8, &Check)> =
			posts.iter().filter_map(|(point, checks)| Some((*point, checks.get(place)?))).collect();
		let spec = self.machine.spec;
		let parameters = spec.model.parameters().unwrap_or(0);
		assess(self.committee, parameters, &spec.encoding, &posts)
	}

	/// Whether `who` has disputes to answer now.
	pub fn may_answer(&self, who: &AccountId) -> Result<(), Refusal> {
		self.ensure_phase(Phase::Answering, Refusal::NotAnswering)?;
		let mut own = self.progress.disputes.iter().filter(|dispute| dispute.hospital == *who).peekable();
		if own.peek().is_none() {
			return Err(Refusal::NotDisputed);
		}
		if own.all(|dispute| dispute.answer.is_some()) {
			return Err(Refusal::AlreadyPosted);
		}
		Ok(())
	}

	/// `who` answers all disputes about it; returns whether no dispute is unanswered.
	pub fn answer(&mut self, who: &AccountId, answers: &Answers) -> Result<bool, Refusal> {
		self.may_answer(who)?;
		let lengths = self.committee.package_lengths(self.machine.spec.model.parameters().unwrap_or(0));
		let of = |party: u8| answers.iter().find(|answer| answer.party == party);
		let own = self.progress.disputes.iter().filter(|dispute| dispute.hospital == *who);
		let fits = answers.len() == own.clone().count()
			&& own.clone().all(|dispute| {
				let length = usize::from(dispute.party).checked_sub(1).and_then(|place| lengths.get(place));
				of(dispute.party).is_some_and(|answer| Some(&answer.shares.length) == length)
			});
		if !fits {
			return Err(Refusal::UnexpectedPost);
		}
		for dispute in self.progress.disputes.iter_mut().filter(|dispute| dispute.hospital == *who) {
			dispute.answer = of(dispute.party).map(|answer| answer.shares);
		}
		Ok(self.progress.disputes.iter().all(|dispute| dispute.answer.is_some()))
	}

	/// Ends Answering: hospitals that have not answered are excluded.
	pub fn conclude_answering(&mut self) -> Conclusion<AccountId> {
		let mut excluded: Vec<Exclusion<AccountId>> = Vec::new();
		for dispute in self.progress.disputes.iter().filter(|dispute| dispute.answer.is_none()) {
			if !excluded.iter().any(|exclusion| exclusion.hospital == dispute.hospital) {
				let hospital = dispute.hospital.clone();
				excluded.push(Exclusion { hospital, fault: UpdateFault::DisputeUnanswered });
			}
		}
		let is_answered = self.progress.disputes.iter().any(|dispute| dispute.answer.is_some());
		let next = if is_answered { Phase::Judging } else { Phase::Aggregating };
		self.go_on(next, excluded, Vec::new(), Vec::new())
	}

	/// The disputes that are judged, in order.
	pub fn answered(&self) -> impl Iterator<Item = &Dispute<AccountId>> {
		self.progress.disputes.iter().filter(|dispute| dispute.answer.is_some())
	}

	/// The point of `who`, if it may judge now.
	pub fn may_judge(&self, who: &AccountId) -> Result<u8, Refusal> {
		self.ensure_phase(Phase::Judging, Refusal::NotJudging)?;
		self.point_unless_posted(who, &self.progress.judged)
	}

	/// `who` judges all answered disputes; its judgement of its own disputes is not counted. Returns whether
	/// all are decided or all parties have judged.
	pub fn judge(&mut self, who: &AccountId, judgements: &Judgements) -> Result<bool, Refusal> {
		let point = self.may_judge(who)?;
		if judgements.len() != self.answered().count() {
			return Err(Refusal::UnexpectedPost);
		}
		self.progress.judged.try_push(point).map_err(|_| Refusal::AlreadyPosted)?;
		let answered = self.progress.disputes.iter_mut().filter(|dispute| dispute.answer.is_some());
		for (dispute, is_right) in answered.zip(judgements) {
			if dispute.party == point {
				continue;
			}
			let votes = if *is_right { &mut dispute.right } else { &mut dispute.wrong };
			*votes = votes.saturating_add(1);
		}
		let all_decided = self.answered().all(|dispute| self.is_decided(dispute));
		Ok(all_decided || self.progress.judged.len() >= self.committee.parties.len())
	}

	/// Ends Judging. A hospital is right if more than t parties say so.
	pub fn conclude_judging(&mut self) -> Conclusion<AccountId> {
		let mut excluded: Vec<Exclusion<AccountId>> = Vec::new();
		let mut named = Vec::new();
		let mut settled = Vec::new();
		for dispute in self.answered() {
			let is_right = u32::from(dispute.right) > self.committee.threshold;
			settled.push((dispute.clone(), is_right));
			let hospital = dispute.hospital.clone();
			if is_right {
				let fault = if dispute.complaint {
					PartyFault::UnfoundedComplaint(hospital)
				} else {
					PartyFault::FalseChecks(hospital)
				};
				named.push(NamedParty { party: dispute.party, fault });
			} else if !excluded.iter().any(|exclusion| exclusion.hospital == hospital) {
				excluded.push(Exclusion { hospital, fault: UpdateFault::DisputeLost });
			}
		}
		self.note(&mut named);
		self.go_on(Phase::Aggregating, excluded, settled, named)
	}

	/// The point of `who`, if it may post its partial aggregate now.
	pub fn may_aggregate(&self, who: &AccountId) -> Result<u8, Refusal> {
		self.ensure_phase(Phase::Aggregating, Refusal::NotAggregating)?;
		let posted: Vec<u8> = self.progress.partials.iter().map(|partial| partial.party).collect();
		self.point_unless_posted(who, &posted)
	}

	/// `who` has posted its partial aggregate; returns whether all parties have that are waited for.
	pub fn aggregate(&mut self, who: &AccountId, blob: BlobReference) -> Result<bool, Refusal> {
		let party = self.may_aggregate(who)?;
		let parameters = self.machine.spec.model.parameters().unwrap_or(0);
		if blob.length != self.committee.partial_length(parameters) {
			return Err(Refusal::UnexpectedPost);
		}
		self.progress.partials.try_push(Partial { party, blob }).map_err(|_| Refusal::AlreadyPosted)?;
		let posted: Vec<u8> = self.progress.partials.iter().map(|partial| partial.party).collect();
		Ok(self.are_there(&posted))
	}

	/// Ends Aggregating.
	pub fn conclude_aggregating(&mut self) -> Conclusion<AccountId> {
		let posted: Vec<u8> = self.progress.partials.iter().map(|partial| partial.party).collect();
		let mut named = self.silent(&posted, PartyFault::NoPartial);
		if posted.len() < self.committee.least_posts() {
			return self.fail(AbortReason::TooFewPartials, named);
		}
		self.note(&mut named);
		self.go_on(Phase::Attesting, Vec::new(), Vec::new(), named)
	}

	/// Whether these are points of parties that posted a partial aggregate, in ascending order.
	pub fn may_correct(&self, corrected: &Points) -> Result<(), Refusal> {
		let ascending = corrected.iter().zip(corrected.iter().skip(1)).all(|(a, b)| a < b);
		let posted = |point: &u8| self.progress.partials.iter().any(|partial| partial.party == *point);
		if ascending && corrected.iter().all(posted) {
			Ok(())
		} else {
			Err(Refusal::NoSuchPartial)
		}
	}

	/// The parties whose partial aggregates most of those corrected who accept the new model.
	pub fn name_corrected(&mut self) -> Vec<NamedParty<AccountId>> {
		let Some(artifact) = self.machine.round.artifact else { return Vec::new() };
		let accepting: Vec<&Points> = self
			.machine
			.round
			.attestations
			.iter()
			.filter(|word| word.verdict == consilium_primitives::study::Verdict::Accept { artifact })
			.map(|word| &word.corrected)
			.collect();
		let is_wrong = |party: &u8| {
			let corrections = accepting.iter().filter(|points| points.contains(party)).count();
			corrections.saturating_mul(2) > accepting.len()
		};
		let parties = self.progress.partials.iter().map(|partial| partial.party).filter(is_wrong);
		let mut named: Vec<_> =
			parties.map(|party| NamedParty { party, fault: PartyFault::WrongPartial }).collect();
		self.note(&mut named);
		named
	}

	/// Whether the phase under way has ended at its deadline.
	pub fn is_late(&self) -> bool {
		self.machine.is_late()
	}

	pub(super) fn ensure_phase(&self, phase: Phase, refusal: Refusal) -> Result<(), Refusal> {
		if self.machine.round.phase == phase && !self.is_late() {
			Ok(())
		} else {
			Err(refusal)
		}
	}

	pub(super) fn point_unless_posted(&self, who: &AccountId, posted: &[u8]) -> Result<u8, Refusal> {
		let point = self.committee.point_of(who).ok_or(Refusal::NotInCommittee)?;
		if posted.contains(&point) {
			Err(Refusal::AlreadyPosted)
		} else {
			Ok(point)
		}
	}

	fn is_decided(&self, dispute: &Dispute<AccountId>) -> bool {
		u32::from(dispute.right.max(dispute.wrong)) > self.committee.threshold
	}

	/// The points of all parties, with their accounts.
	fn points(&self) -> impl Iterator<Item = (u8, &AccountId)> {
		(1..=u8::MAX).zip(&self.committee.parties)
	}

	/// Whether enough parties have posted, and all that are waited for.
	fn are_there(&self, posted: &[u8]) -> bool {
		let is_there = |(point, party): (u8, &AccountId)| {
			posted.contains(&point) || !self.machine.is_awaited(party, Duty::Compute)
		};
		posted.len() >= self.committee.least_posts() && self.points().all(is_there)
	}

	/// The parties that are waited for and not among `posted`.
	fn silent(&self, posted: &[u8], fault: PartyFault<AccountId>) -> Vec<NamedParty<AccountId>> {
		self.points()
			.filter(|(point, party)| !posted.contains(point) && self.machine.is_awaited(party, Duty::Compute))
			.map(|(party, _)| NamedParty { party, fault: fault.clone() })
			.collect()
	}

	/// The parties that have not done what the present phase is for.
	pub fn silent_parties(&self) -> Vec<AccountId> {
		let is_silent = |point: u8| match self.machine.round.phase {
			Phase::Collecting => !self.nonces.iter().any(|of| of.party == point),
			Phase::Revealing => self.nonces.iter().any(|of| of.party == point && of.nonce.is_none()),
			Phase::Checking => !self.progress.checked.contains(&point),
			Phase::Judging => !self.progress.judged.contains(&point),
			Phase::Aggregating => !self.progress.partials.iter().any(|partial| partial.party == point),
			_ => false,
		};
		self.points().filter(|(point, _)| is_silent(*point)).map(|(_, party)| party.clone()).collect()
	}

	/// Records who was named, as far as there is room.
	pub(super) fn note(&mut self, named: &mut Vec<NamedParty<AccountId>>) {
		named.retain(|party| self.progress.named.try_push(party.clone()).is_ok());
	}

	pub(super) fn fail(
		&mut self,
		reason: AbortReason,
		mut named: Vec<NamedParty<AccountId>>,
	) -> Conclusion<AccountId> {
		self.note(&mut named);
		let transition = self.machine.abort(reason, None);
		Conclusion { excluded: Vec::new(), settled: Vec::new(), named, transition }
	}

	/// Excludes, and goes on to `next` if a quorum of updates is left.
	pub(super) fn go_on(
		&mut self,
		next: Phase,
		excluded: Vec<Exclusion<AccountId>>,
		settled: Vec<(Dispute<AccountId>, bool)>,
		named: Vec<NamedParty<AccountId>>,
	) -> Conclusion<AccountId> {
		for exclusion in &excluded {
			let is_other = |hospital: &AccountId| *hospital != exclusion.hospital;
			self.machine.round.committed.retain(is_other);
			for dealer in self.progress.dealers.iter_mut().filter(|dealer| !is_other(&dealer.hospital)) {
				dealer.factor = 0;
			}
			// Every hospital of the study has room here.
			let _ = self.machine.round.excluded.try_push(exclusion.clone());
		}
		let transition = if self.machine.has_quorum(self.machine.round.committed.len()) {
			let blocks = self.committee.phase_blocks(self.machine.spec, next);
			self.machine.begin(next, blocks);
			Transition::Continued(next)
		} else {
			self.machine.abort(AbortReason::TooFewUpdates, None)
		};
		Conclusion { excluded, settled, named, transition }
	}
}
