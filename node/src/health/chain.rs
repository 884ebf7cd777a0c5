//! What the chain says at one block.

use consilium_hospital::health::StudyNeeds;
use consilium_primitives::{
	committee::progress::CommitteeProgress,
	hospital::{Hospital, SaeId},
	runtime_api::{HospitalsApi, RoundsApi},
	study::{Round, RoundKey, Study, StudyStatus},
	StudyId,
};
use consilium_runtime::{opaque::Block, AccountId, Hash};
use sp_api::{ApiError, ProvideRuntimeApi};
use std::collections::BTreeSet;

/// The members and the studies.
pub struct Facts {
	/// All members, in the order of accounts.
	pub members: Vec<(AccountId, Hospital)>,
	/// The studies that are not completed.
	pub studies: Vec<StudyFacts>,
	/// Those that are: they stay so.
	pub completed: Vec<StudyId>,
}

/// One study, and its current round.
pub struct StudyFacts {
	/// Its number.
	pub id: StudyId,
	/// The study.
	pub study: Study<AccountId>,
	/// Its current round.
	pub round: Option<Round<AccountId>>,
	/// The committee of that round, from Revealing on.
	pub committee: Option<CommitteeProgress<AccountId>>,
}

impl Facts {
	/// Reads the members, and all studies that are not `known` to be completed.
	pub fn read<C>(client: &C, at: Hash, known: &BTreeSet<StudyId>) -> Result<Self, ApiError>
	where
		C: ProvideRuntimeApi<Block>,
		C::Api: HospitalsApi<Block, AccountId> + RoundsApi<Block, AccountId>,
	{
		let api = client.runtime_api();
		let members = api.hospitals(at)?;
		let (mut studies, mut completed) = (Vec::new(), Vec::new());
		for id in (0..api.study_count(at)?).filter(|id| !known.contains(id)) {
			let Some(study) = api.study(at, id)? else { continue };
			if study.status == StudyStatus::Completed {
				completed.push(id);
			}
			let round = api.round(at, id, study.current_round)?;
			let committee = api.committee(at, id, study.current_round)?;
			studies.push(StudyFacts { id, study, round, committee });
		}
		Ok(Self { members, studies, completed })
	}

	/// The entry of a member.
	pub fn member(&self, account: &AccountId) -> Option<&Hospital> {
		self.members.iter().find(|(member, _)| member == account).map(|(_, hospital)| hospital)
	}

	/// The studies in which `account` trains or computes.
	pub fn studies_of<'a>(&'a self, account: &'a AccountId) -> impl Iterator<Item = &'a StudyFacts> {
		self.studies.iter().filter(move |facts| facts.trains(account) || facts.party(account).is_some())
	}

	/// What the running studies in which `account` trains need of its records.
	pub fn needs(&self, account: &AccountId) -> Vec<StudyNeeds> {
		let trained = self.studies.iter().filter(|facts| facts.is_running() && facts.trains(account));
		trained.map(|facts| StudyNeeds { id: facts.id, schema: facts.study.spec.schema.0 }).collect()
	}

	/// The SAE ids of the other active members.
	pub fn other_saes(&self, account: &AccountId) -> Vec<SaeId> {
		let others =
			self.members.iter().filter(|(member, hospital)| member != account && !hospital.suspended);
		others.map(|(_, hospital)| hospital.sae_id.clone()).collect()
	}

	/// The attempts that are under way in studies of `account`.
	pub fn sessions(&self, account: &AccountId) -> BTreeSet<RoundKey> {
		let attempts = self.studies_of(account).filter(|facts| facts.is_running());
		attempts
			.filter_map(|facts| {
				let round = facts.round.as_ref()?;
				Some(RoundKey { study: facts.id, round: facts.study.current_round, attempt: round.attempt })
			})
			.collect()
	}
}

impl StudyFacts {
	/// Whether a round is under way.
	pub fn is_running(&self) -> bool {
		self.study.status == StudyStatus::Running
	}

	/// Whether `account` is one of the hospitals.
	pub fn trains(&self, account: &AccountId) -> bool {
		self.study.spec.hospitals.contains(account)
	}

	/// The point of `account` as a party of the committee.
	pub fn party(&self, account: &AccountId) -> Option<u8> {
		let parties = &self.study.spec.scheme.committee()?.parties;
		let place = parties.iter().position(|party| party == account)?;
		u8::try_from(place + 1).ok()
	}
}
