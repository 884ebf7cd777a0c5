//! Model poisoning by a hostile hospital.

use crate::{error::Error, evaluation::Evaluation};
use clap::{Args, ValueEnum};
use consilium_training::{
	labels::{Labels, Targets},
	records::Records,
};

/// Selects the hostile hospital and its attack.
#[derive(Args)]
#[command(next_help_heading = "A hostile hospital")]
pub struct HostileArguments {
	/// Name of the hospital that attacks in every round. Default: all hospitals are honest
	#[arg(long, value_name = "HOSPITAL", requires = "attack")]
	hostile: Option<String>,
	/// Its attack
	#[arg(long, value_enum, requires = "hostile")]
	attack: Option<Attack>,
	/// Factor by which its update is scaled up
	#[arg(long, value_name = "FACTOR", default_value_t = 5.0, value_parser = factor, requires = "hostile")]
	factor: f64,
}

/// Attacks of a hostile hospital.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Attack {
	/// Send the negated honest update
	SignFlip,
	/// Train on wrong labels: class c becomes the c-th from the end, a target is mirrored at the mean
	LabelFlip,
}

/// A hospital that attacks in every round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hostile {
	/// Its number, from 0.
	pub hospital: usize,
	/// Its attack.
	pub attack: Attack,
	/// Factor by which its update is scaled up.
	pub factor: f64,
}

impl HostileArguments {
	/// Looks up the hospital by its name.
	pub fn find(&self, evaluation: &Evaluation) -> Result<Option<Hostile>, Error> {
		let (Some(name), Some(attack)) = (&self.hostile, self.attack) else { return Ok(None) };
		let names = || evaluation.hospitals.iter().map(|hospital| hospital.name.as_str());
		let hospital = names().position(|other| other == name).ok_or_else(|| Error::UnknownHospital {
			name: name.clone(),
			known: names().collect::<Vec<_>>().join(", "),
		})?;
		Ok(Some(Hostile { hospital, attack, factor: self.factor }))
	}
}

impl Hostile {
	/// The records that the hospital trains on.
	pub fn records(&self, honest: &Records, classes: usize) -> Records {
		let mut records = honest.clone();
		if self.attack == Attack::LabelFlip {
			match &mut records.labels {
				Labels::Classes(labels) => {
					let last = classes as u32 - 1;
					labels.iter_mut().for_each(|label| *label = last - *label);
				},
				Labels::Numbers(Targets { values, mean, .. }) => {
					values.iter_mut().for_each(|value| *value = 2.0 * *mean - *value);
				},
			}
		}
		records
	}

	/// Turns its update, trained on [`Self::records`], into the one it sends.
	pub fn poison(&self, update: &mut [f64]) {
		let factor = match self.attack {
			Attack::SignFlip => -self.factor,
			Attack::LabelFlip => self.factor,
		};
		update.iter_mut().for_each(|change| *change *= factor);
	}
}

fn factor(text: &str) -> Result<f64, String> {
	let number: f64 = text.parse().map_err(|_| "expected a number such as 5".to_owned())?;
	let is_valid = number.is_finite() && number > 0.0;
	is_valid.then_some(number).ok_or_else(|| "expected a number above 0".to_owned())
}

#[cfg(test)]
mod tests {
	use super::*;
	use ndarray::Array2;

	#[test]
	fn labels_are_mirrored_and_updates_scaled() {
		let honest = Records { features: Array2::zeros((3, 1)), labels: Labels::Classes(vec![0, 1, 2]) };
		let flip = Hostile { hospital: 0, attack: Attack::LabelFlip, factor: 5.0 };
		let turn = Hostile { attack: Attack::SignFlip, ..flip };
		assert_eq!(flip.records(&honest, 3).labels, Labels::Classes(vec![2, 1, 0]));
		assert_eq!(turn.records(&honest, 3), honest);
		let targets = |values| Labels::Numbers(Targets { values, mean: 4.0, scale: 2.0 });
		let days = Records { labels: targets(vec![1.0, 4.0, 7.5]), ..honest.clone() };
		assert_eq!(flip.records(&days, 0).labels, targets(vec![7.0, 4.0, 0.5]));
		for (hostile, expected) in [(flip, [5.0, -10.0]), (turn, [-5.0, 10.0])] {
			let mut update = [1.0, -2.0];
			hostile.poison(&mut update);
			assert_eq!(update, expected);
		}
	}
}
