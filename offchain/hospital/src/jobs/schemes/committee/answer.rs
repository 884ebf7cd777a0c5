//! Publish the share packages that parties dispute.
//!
//! With t + 1 packages of an update anyone can reconstruct it. So a hospital publishes those of at most t
//! parties in one attempt, whatever it is asked: the points of the parties are saved before the first package
//! leaves, and count for every later answer.

use super::InCommittee;
use crate::{
	jobs::{
		update::{Trained, PUBLISHING},
		JobError,
	},
	state::Entry,
};
use consilium_primitives::{
	committee::posts::{Answer, Answers},
	job::{JobId, JobKind},
	H256,
};
use consilium_secure_aggregation::package;

impl InCommittee<'_> {
	/// Publishes the packages of these parties, dealt again from what was saved with the published update.
	pub(super) fn answer(&self, id: &JobId, parties: &[u8]) -> Result<Answers, JobError> {
		let state = &self.resources.state;
		let trained = Trained::load(self.resources, id)?;
		let published: Option<H256> = state.load(id, PUBLISHING)?;
		let trained = trained
			.filter(|trained| published.is_some() && published == trained.hash())
			.ok_or(JobError::NoAnswer("the state has no update that was published in this attempt"))?;
		let secret = trained.secret.as_ref();
		let secret = secret.ok_or(JobError::NoAnswer("the published update was not shared"))?;
		let dealing = self.deal(secret)?;
		let mut packages = Vec::with_capacity(parties.len());
		for party in parties {
			let place = usize::from(*party).checked_sub(1).ok_or(JobError::NoSuchParty(*party))?;
			let bytes = dealing.packages.get(place).ok_or(JobError::NoSuchParty(*party))?;
			if trained.packages().get(place) != Some(&package::hash(bytes)) {
				return Err(JobError::NoAnswer("the shares are no longer those that were committed"));
			}
			packages.push((*party, bytes));
		}

		let entry = Entry::Publishing(JobKind::Answer);
		let mut open: Vec<u8> = state.load(id, entry)?.unwrap_or_default();
		open.extend(parties);
		open.sort_unstable();
		open.dedup();
		if open.len() > self.committee.threshold as usize {
			return Err(JobError::NoAnswer(
				"with them more packages would be open than the threshold allows",
			));
		}
		state.save(id, entry, &open)?;

		let answers: Vec<Answer> = packages
			.into_iter()
			.map(|(party, bytes)| Ok(Answer { party, shares: self.resources.put(bytes.to_vec())? }))
			.collect::<Result<_, JobError>>()?;
		answers.try_into().map_err(|_| JobError::TooMany)
	}
}
