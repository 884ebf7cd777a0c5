//! How much of each hospital's updates counted, over all runs.

use crate::study::{is_quorum, Contribution};
use consilium_primitives::study::UpdateFault;
use serde::Serialize;

/// Statistics over all runs, by round.
#[derive(Serialize)]
pub struct Contributions {
	/// Number of runs.
	runs: usize,
	/// Number of runs in which the round had too few sound updates.
	lost_rounds: Vec<usize>,
	/// One entry per hospital.
	hospitals: Vec<HospitalContributions>,
}

#[derive(Serialize)]
struct HospitalContributions {
	name: String,
	/// L2 norm of its update, before an honest hospital clips it.
	mean_norm: Vec<f64>,
	largest_norm: Vec<f64>,
	/// Fraction of its number of examples that counts, 0 if it is excluded.
	mean_share: Vec<f64>,
	/// Number of runs in which it was excluded, by reason; reasons that did not occur are omitted.
	excluded: Vec<Exclusions>,
}

#[derive(Serialize)]
struct Exclusions {
	reason: &'static str,
	runs: Vec<usize>,
}

/// The reasons for which a simulated committee excludes updates.
const REASONS: [(UpdateFault, &str); 2] =
	[(UpdateFault::NormTooLarge, "norm too large"), (UpdateFault::HostileDirection, "hostile direction")];

impl Contributions {
	/// Computes the statistics. `runs` has one contribution per run, round and hospital, in the order of
	/// `names`.
	pub fn new(names: &[&str], runs: &[Vec<Vec<Contribution>>]) -> Self {
		let rounds = runs.first().map_or(0, Vec::len);
		let over_runs = |round: usize| runs.iter().filter_map(move |run| run.get(round));
		let lost = |contributions: &&Vec<Contribution>| {
			let sound = contributions.iter().filter(|contribution| contribution.share.is_ok()).count();
			!is_quorum(sound, contributions.len())
		};
		let hospitals = names.iter().enumerate().map(|(hospital, name)| {
			let by_round = |round: usize| over_runs(round).map(move |contributions| &contributions[hospital]);
			let mean = |value: fn(&Contribution) -> f64| -> Vec<f64> {
				(0..rounds).map(|round| by_round(round).map(value).sum::<f64>() / runs.len() as f64).collect()
			};
			let excluded = REASONS.iter().map(|(fault, reason)| {
				let count = |round| by_round(round).filter(|one| one.share == Err(*fault)).count();
				Exclusions { reason, runs: (0..rounds).map(count).collect() }
			});
			HospitalContributions {
				name: (*name).to_owned(),
				mean_norm: mean(|contribution| contribution.norm),
				largest_norm: (0..rounds)
					.map(|round| by_round(round).map(|contribution| contribution.norm).fold(0.0, f64::max))
					.collect(),
				mean_share: mean(|contribution| contribution.share.unwrap_or(0.0)),
				excluded: excluded
					.filter(|exclusions| exclusions.runs.iter().any(|runs| *runs > 0))
					.collect(),
			}
		});
		Self {
			runs: runs.len(),
			lost_rounds: (0..rounds).map(|round| over_runs(round).filter(lost).count()).collect(),
			hospitals: hospitals.collect(),
		}
	}

	/// A table with one column per round.
	pub fn table(&self) -> String {
		let numbers = |values: &[f64], decimals: usize| -> Vec<String> {
			values.iter().map(|value| format!("{value:.decimals$}")).collect()
		};
		let counts = |values: &[usize]| -> Vec<String> { values.iter().map(usize::to_string).collect() };
		let numbered = (1..=self.lost_rounds.len()).map(|round| round.to_string()).collect();
		let mut rows = vec![("round".to_owned(), numbered)];
		for hospital in &self.hospitals {
			let mut row = |what: &str, cells| rows.push((format!("{} {what}", hospital.name), cells));
			row("mean norm", numbers(&hospital.mean_norm, 3));
			row("largest norm", numbers(&hospital.largest_norm, 3));
			row("mean share", numbers(&hospital.mean_share, 2));
			for exclusions in &hospital.excluded {
				row(exclusions.reason, counts(&exclusions.runs));
			}
		}
		rows.push(("lost rounds".to_owned(), counts(&self.lost_rounds)));

		let first = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
		let width = rows.iter().flat_map(|(_, cells)| cells).map(String::len).max().unwrap_or(0);
		let mut text = format!(
			"updates by round, over {} runs: L2 norms before clipping, fraction of the examples that counts, \
			 runs in which the update was excluded\n",
			self.runs
		);
		for (name, cells) in rows {
			let cells: String = cells.iter().map(|cell| format!("  {cell:>width$}")).collect();
			text.push_str(&format!("{name:first$}{cells}\n"));
		}
		text
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn runs_are_counted_by_round_hospital_and_reason() {
		let one = |norm, share| Contribution { norm, share };
		let (far, large) = (Err(UpdateFault::HostileDirection), Err(UpdateFault::NormTooLarge));
		let runs = [
			vec![vec![one(1.0, Ok(1.0)), one(2.0, far)], vec![one(1.0, Ok(0.5)), one(2.0, Ok(1.0))]],
			vec![vec![one(3.0, Ok(0.5)), one(2.0, large)], vec![one(1.0, far), one(2.0, far)]],
		];
		let counted = Contributions::new(&["a", "b"], &runs);
		assert_eq!(counted.lost_rounds, [2, 1]);
		assert_eq!(counted.hospitals[0].mean_norm, [2.0, 1.0]);
		assert_eq!(counted.hospitals[0].largest_norm, [3.0, 1.0]);
		assert_eq!(counted.hospitals[0].mean_share, [0.75, 0.25]);
		let reasons = |hospital: usize| -> Vec<(&str, Vec<usize>)> {
			let excluded = counted.hospitals[hospital].excluded.iter();
			excluded.map(|exclusions| (exclusions.reason, exclusions.runs.clone())).collect()
		};
		assert_eq!(reasons(0), [("hostile direction", vec![0, 1])]);
		assert_eq!(reasons(1), [("norm too large", vec![1, 0]), ("hostile direction", vec![1, 1])]);
		let table = counted.table();
		let cells = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
		for line in ["round 1 2", "a mean norm 2.000 1.000", "b hostile direction 1 1", "lost rounds 2 1"] {
			assert!(table.lines().any(|other| cells(other) == line), "{line} in\n{table}");
		}
	}
}
