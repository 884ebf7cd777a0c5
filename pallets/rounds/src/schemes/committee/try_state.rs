//! Invariants of a committee's state.

use super::super::Attempt;
use crate::{Committees, Config, Nonces};
use alloc::vec::Vec;
use consilium_primitives::{
	committee::{progress::Dispute, Committee},
	study::Phase,
};
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

/// The committee exists from Revealing on, its challenge from Checking on, and nonces only before; only
/// parties have posted, each once; who counts has a weight, and who does not has none; disputes are about
/// hospitals that committed, by parties that posted, each once, and at most t about each hospital.
pub(super) fn check<T: Config>(
	committee: &Committee<T::AccountId>,
	Attempt { key, round, .. }: &Attempt<T>,
) -> Result<(), TryRuntimeError> {
	let progress = Committees::<T>::get(key.study, key.round);
	let needed = !matches!(round.phase, Phase::Collecting | Phase::Aborted(_));
	ensure!(progress.is_some() || !needed, "a committee is missing");
	let nonces = Nonces::<T>::get(key.study, key.round);
	let are_collected = matches!(round.phase, Phase::Collecting | Phase::Revealing);
	ensure!(are_collected || nonces.is_empty(), "nonces are left");
	let Some(progress) = progress.filter(|_| needed) else { return Ok(()) };
	let partials: Vec<u8> = progress.partials.iter().map(|partial| partial.party).collect();
	let is_drawn = progress.challenge.is_some();
	ensure!(is_drawn == (round.phase != Phase::Revealing), "a challenge too early or too late");
	let committed: Vec<u8> = nonces.iter().map(|nonce| nonce.party).collect();
	for points in [progress.checked.as_slice(), progress.judged.as_slice(), &partials, &committed] {
		for (i, point) in points.iter().enumerate() {
			ensure!((1..=committee.parties.len()).contains(&usize::from(*point)), "a stranger posted");
			ensure!(!points.iter().skip(i + 1).any(|other| other == point), "posted twice");
		}
	}
	for dealer in &progress.dealers {
		let counts = round.committed.contains(&dealer.hospital);
		let checked = !matches!(round.phase, Phase::Revealing | Phase::Checking);
		ensure!((dealer.factor > 0) == (counts && checked), "a weight does not fit");
	}
	for hospital in &round.committed {
		ensure!(progress.dealers.iter().any(|dealer| dealer.hospital == *hospital), "no dealer");
	}
	for (i, dispute) in progress.disputes.iter().enumerate() {
		let same = |other: &&Dispute<T::AccountId>| {
			other.hospital == dispute.hospital && other.party == dispute.party
		};
		ensure!(!progress.disputes.iter().skip(i + 1).any(|other| same(&other)), "disputed twice");
		ensure!(progress.checked.contains(&dispute.party), "a party disputes that posted nothing");
		let about = progress.disputes.iter().filter(|other| other.hospital == dispute.hospital);
		ensure!(about.count() as u32 <= committee.threshold, "too many disputes about one hospital");
	}
	Ok(())
}
