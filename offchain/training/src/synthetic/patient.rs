//! One admission: the patient, the measurements, and whether they are readmitted.

use super::{normal, Profile};
use rand::Rng;
use rand_chacha::ChaCha20Rng;

/// An admission in the schema's units. Unmeasured values are `None`; the outcome depends on the true value
/// nevertheless.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Patient {
	pub age: f64,
	pub male: bool,
	/// 0 elective, 1 emergency, 2 transfer.
	pub admission: usize,
	/// 0 never, 1 former, 2 current.
	pub smoking: Option<usize>,
	pub diabetes: bool,
	pub systolic_bp: Option<f64>,
	pub heart_rate: Option<f64>,
	/// Degrees Celsius.
	pub temperature: Option<f64>,
	pub bmi: Option<f64>,
	/// mg/dL.
	pub glucose: Option<f64>,
	/// mg/dL.
	pub creatinine: Option<f64>,
	/// g/dL.
	pub hemoglobin: Option<f64>,
	/// mg/L.
	pub crp: Option<f64>,
	pub readmitted: bool,
}

impl Patient {
	pub fn draw(rng: &mut ChaCha20Rng, profile: &Profile) -> Self {
		let age = normal(rng, profile.age, 13.0).clamp(18.0, 99.0).round();
		let male = rng.random_bool(0.5);
		let admission = choose(rng, [1.0 - profile.emergencies - 0.1, profile.emergencies, 0.1]);
		let smoking = choose(rng, [0.5, 0.3, 0.2]);
		let bmi = normal(rng, 27.0, 4.5).clamp(15.0, 55.0);
		// Not recorded; correlates the measurements.
		let frailty = normal(rng, profile.frailty, 1.0) + 0.02 * (age - 64.0);
		let diabetes = rng.random_bool(probability(-1.6 + 0.03 * (age - 64.0) + 0.1 * (bmi - 27.0)));
		let is_emergency = f64::from(u8::from(admission == 1));
		let has_diabetes = f64::from(u8::from(diabetes));

		let systolic_bp = (normal(rng, 132.0, 17.0) + 0.3 * (age - 64.0) - 5.0 * frailty).clamp(70.0, 230.0);
		let heart_rate = (normal(rng, 78.0, 12.0) + 4.0 * frailty + 6.0 * is_emergency).clamp(40.0, 190.0);
		let temperature = (normal(rng, 36.8, 0.4) + 0.3 * is_emergency).clamp(34.5, 41.0);
		let glucose = (100.0 + 60.0 * has_diabetes) * normal(rng, 0.0, 0.18).exp();
		let creatinine = normal(rng, -0.05 + 0.18 * frailty + 0.12 * f64::from(u8::from(male)), 0.25).exp();
		let hemoglobin = normal(rng, 13.6 - 0.7 * frailty, 1.2).clamp(5.0, 19.0);
		let crp = normal(rng, 1.5 + 0.4 * frailty + 0.6 * is_emergency, 0.9).exp().min(400.0);

		let log_odds = -1.3
			+ profile.outcome_shift
			+ 0.045 * (age - 64.0)
			+ 1.1 * is_emergency
			+ [0.0, 0.2, 0.8][smoking]
			+ 0.7 * has_diabetes
			+ 0.035 * (heart_rate - 80.0)
			- 0.018 * (systolic_bp - 132.0)
			+ 2.2 * creatinine.ln()
			- 0.5 * (hemoglobin - 13.6)
			+ 0.6 * (crp.ln() - 1.8)
			// Effects that a linear model cannot learn: diabetes matters more with impaired kidneys, age more
			// in an emergency, and both under- and overweight patients do worse.
			+ 1.5 * has_diabetes * creatinine.ln()
			+ 0.03 * is_emergency * (age - 64.0)
			+ 0.015 * ((bmi - 26.0) * (bmi - 26.0) - 20.0);
		let readmitted = rng.random_bool(probability(log_odds));

		// Laboratory values are ordered less often for elective admissions, so values are not missing
		// completely at random.
		let laboratory = profile.missing * if admission == 0 { 1.6 } else { 0.8 };
		let vitals = profile.missing / 4.0;
		let mut unless_missing = |value: f64, rate: f64| (!rng.random_bool(rate)).then_some(value);
		Self {
			age,
			male,
			admission,
			diabetes,
			systolic_bp: unless_missing(systolic_bp, vitals),
			heart_rate: unless_missing(heart_rate, vitals),
			temperature: unless_missing(temperature, vitals),
			bmi: unless_missing(bmi, 2.0 * vitals),
			glucose: unless_missing(glucose, laboratory),
			creatinine: unless_missing(creatinine, laboratory),
			hemoglobin: unless_missing(hemoglobin, laboratory),
			crp: unless_missing(crp, 2.0 * laboratory),
			smoking: (!rng.random_bool(profile.missing)).then_some(smoking),
			readmitted,
		}
	}
}

fn probability(log_odds: f64) -> f64 {
	1.0 / (1.0 + (-log_odds).exp())
}

/// A random index; the last has the remaining probability.
fn choose(rng: &mut ChaCha20Rng, probabilities: [f64; 3]) -> usize {
	let draw: f64 = rng.random();
	match draw {
		low if low < probabilities[0] => 0,
		middle if middle < probabilities[0] + probabilities[1] => 1,
		_ => 2,
	}
}
