//! Publish the share packages that parties dispute.
//!
//! Whoever has t + 1 packages of one update has the update. So a hospital publishes those of t parties at most in one try,
//! whatever it is asked: the points of the parties are saved before the first package leaves, and count for every later answer.

use super::{train::Trained, JobError, Workplace};
use crate::state::Entry;
use consilium_primitives::{
	committee::posts::{Answer, Answers},
	job::{JobId, JobKind, RoundContext},
	H256,
};
use consilium_secure_aggregation::package;

/// Publishes the packages of these parties, re-made from what was saved with the published update.
pub(super) fn answer(
	workplace: &Workplace,
	id: &JobId,
	context: &RoundContext,
	parties: &[u8],
) -> Result<Answers, JobError> {
	let committee = context.spec.scheme.committee().ok_or(JobError::NoCommittee)?;
	let trained: Option<Trained> = workplace.state.load(id, Entry::Outcome(JobKind::Train))?;
	let published: Option<H256> = workplace.state.load(id, Entry::Publishing(JobKind::Train))?;
	let trained = trained
		.filter(|trained| published.is_some() && published == trained.hash())
		.ok_or(JobError::NoAnswer("the state has no update that was published in this try"))?;
	let secret = trained.secret().ok_or(JobError::NoAnswer("the published update was not shared"))?;
	let dealing = secret.deal(context, committee)?;
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
	let mut open: Vec<u8> = workplace.state.load(id, entry)?.unwrap_or_default();
	open.extend(parties);
	open.sort_unstable();
	open.dedup();
	if open.len() > committee.threshold as usize {
		return Err(JobError::NoAnswer("with them more packages would be open than the threshold allows"));
	}
	workplace.state.save(id, entry, &open)?;

	let answers: Vec<Answer> = packages
		.into_iter()
		.map(|(party, bytes)| Ok(Answer { party, shares: workplace.put(bytes.to_vec())? }))
		.collect::<Result<_, JobError>>()?;
	answers.try_into().map_err(|_| JobError::TooMany)
}
