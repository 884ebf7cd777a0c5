//! Values that look as if they were in another unit. Only hints for a person; nothing is converted.

/// Factors between units in use for one quantity, and what for.
const FACTORS: [(f64, &str); 12] = [
	(1000.0, "as from g to mg"),
	(18.016, "as glucose from mmol/l to mg/dl"),
	(38.67, "as cholesterol from mmol/l to mg/dl"),
	(88.57, "as triglycerides from mmol/l to mg/dl"),
	(88.4, "as creatinine from mg/dl to µmol/l"),
	(17.1, "as bilirubin from mg/dl to µmol/l"),
	(59.48, "as uric acid from mg/dl to µmol/l"),
	(100.0, "as from m to cm"),
	(10.0, "as from g/dl to g/l"),
	(2.54, "as from inches to cm"),
	(2.2046, "as from kg to pounds"),
	(7.5006, "as from kPa to mmHg"),
];

/// Rows of each of two groups, at least, and their share.
const LEAST_GROUP: usize = 3;
const LEAST_SHARE: f64 = 0.05;

/// Least ratio between the greatest value of one group and the least one of the next.
const LEAST_GAP: f64 = 2.0;

/// How far the ratio of two medians may be from a factor.
const TOLERANCE: f64 = 0.15;

fn celsius(fahrenheit: f64) -> f64 {
	(fahrenheit - 32.0) / 1.8
}

/// A change of unit that brings nine in ten of `values` into a range, in words.
pub(crate) fn change_into(values: &[f64], low: f64, high: f64) -> Option<String> {
	let brings = |change: &dyn Fn(f64) -> f64| {
		let within = values.iter().filter(|value| (low..=high).contains(&change(**value))).count();
		within * 10 >= values.len() * 9
	};
	if brings(&celsius) && high < 60.0 {
		return Some("converted from °F to °C".to_owned());
	}
	FACTORS.into_iter().find_map(|(factor, what)| {
		if brings(&|value| value * factor) {
			Some(format!("multiplied by {factor} ({what})"))
		} else if brings(&|value| value / factor) {
			Some(format!("divided by {factor} ({what}, the other way round)"))
		} else {
			None
		}
	})
}

/// Whether ascending numbers are two groups, with a gap between them, that differ as two units do.
pub(crate) fn two_groups(numbers: &[f64]) -> Option<String> {
	let first = numbers.iter().position(|number| *number > 0.0)?;
	let positive = &numbers[first..];
	// With negative values, or many zeros, it is no quantity that has only a unit.
	if first * 10 > numbers.len() || numbers.first().is_some_and(|least| *least < 0.0) {
		return None;
	}
	let ratio = |pair: &[f64]| pair[1] / pair[0];
	let widest = positive.windows(2).enumerate().max_by(|(_, a), (_, b)| ratio(a).total_cmp(&ratio(b)))?;
	let (small, large) = positive.split_at(widest.0 + 1);
	let least = LEAST_GROUP.max((positive.len() as f64 * LEAST_SHARE).ceil() as usize);
	// From 1 to 2 in counts, such as days, is no gap.
	let is_next = numbers.iter().all(|number| number.fract() == 0.0) && widest.1[1] - widest.1[0] <= 1.0;
	if small.len() < least || large.len() < least || is_next {
		return None;
	}
	let (below, above) = (small[small.len() / 2], large[large.len() / 2]);
	let is_temperature = (34.0..=42.0).contains(&below) && (celsius(above) / below - 1.0).abs() < 0.05;
	let known = FACTORS
		.into_iter()
		.find(|(factor, _)| (above / below / factor - 1.0).abs() < TOLERANCE && ratio(widest.1) >= LEAST_GAP);
	let what = if is_temperature { "as °C and °F" } else { known?.1 };
	Some(format!(
		"{} values lie around {below} and {} around {above}, {what}: is the column in two units?",
		small.len(),
		large.len()
	))
}
