//! In which rounds the hospital took part since its node started.

use super::chain::{Facts, StudyFacts};
use consilium_primitives::{runtime_api::RoundsApi, study::Round, RoundNumber, StudyId};
use consilium_runtime::{opaque::Block, AccountId, Hash};
use sp_api::{ApiError, ProvideRuntimeApi};
use std::{
	collections::BTreeMap,
	time::{SystemTime, UNIX_EPOCH},
};

/// Finalised rounds of the studies in which the hospital trains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoundsSeen {
	/// The newest finalised round of each study that was counted.
	counted: BTreeMap<StudyId, RoundNumber>,
	/// Rounds with the hospital's update.
	pub taken_part: u64,
	/// Rounds without it.
	pub missed: u64,
	/// Unix time at which the newest was counted; 0 before the first.
	pub last: u64,
}

impl RoundsSeen {
	/// Counts the rounds that were finalised since the last call. The first call for a study counts none,
	/// unless it is in its first round.
	pub fn count<C>(
		&mut self,
		client: &C,
		at: Hash,
		facts: &Facts,
		account: &AccountId,
	) -> Result<(), ApiError>
	where
		C: ProvideRuntimeApi<Block>,
		C::Api: RoundsApi<Block, AccountId>,
	{
		for StudyFacts { id, study, .. } in facts.studies.iter().filter(|facts| facts.trains(account)) {
			let first = if study.current_round <= 1 { 0 } else { study.finalised_rounds };
			let counted = self.counted.entry(*id).or_insert(first);
			while *counted < study.finalised_rounds {
				let number = counted.saturating_add(1);
				let Some(round) = client.runtime_api().round(at, *id, number)? else { break };
				*counted = number;
				match counts(&round, account) {
					true => self.taken_part += 1,
					false => self.missed += 1,
				}
				self.last = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
			}
		}
		Ok(())
	}
}

/// Whether the hospital's update counts in a round.
fn counts(round: &Round<AccountId>, account: &AccountId) -> bool {
	round.committed.contains(account)
		&& !round.excluded.iter().any(|exclusion| exclusion.hospital == *account)
}
