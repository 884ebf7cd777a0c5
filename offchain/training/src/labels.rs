//! What is to be predicted: a class or a number.

/// The labels of some records, one each.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
	/// Classes, from 0.
	Classes(Vec<u32>),
	/// Numbers: a regression.
	Numbers(Targets),
}

/// Numbers to be predicted, and the scale on which a model predicts them.
#[derive(Clone, Debug, PartialEq)]
pub struct Targets {
	/// In the schema's unit, finite.
	pub values: Vec<f64>,
	/// What a model's output of 0 means, in the schema's unit.
	pub mean: f64,
	/// What a difference of 1 between outputs means, in the schema's unit; above 0.
	pub scale: f64,
}

impl Labels {
	/// Number of records.
	pub fn len(&self) -> usize {
		match self {
			Self::Classes(classes) => classes.len(),
			Self::Numbers(targets) => targets.values.len(),
		}
	}

	/// Whether there are no records.
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}

	/// The classes; `None` in a regression.
	pub fn classes(&self) -> Option<&[u32]> {
		match self {
			Self::Classes(classes) => Some(classes),
			Self::Numbers(_) => None,
		}
	}

	/// The numbers; `None` in a classification.
	pub fn targets(&self) -> Option<&Targets> {
		match self {
			Self::Classes(_) => None,
			Self::Numbers(targets) => Some(targets),
		}
	}

	/// The labels of the rows with these indices, in this order.
	///
	/// # Panics
	/// If a row index is not below [`Self::len`].
	pub fn select(&self, rows: &[usize]) -> Self {
		match self {
			Self::Classes(classes) => Self::Classes(rows.iter().map(|row| classes[*row]).collect()),
			Self::Numbers(targets) => {
				let values = rows.iter().map(|row| targets.values[*row]).collect();
				Self::Numbers(Targets { values, ..*targets })
			},
		}
	}

	/// Adds the labels of further records; `None`, and nothing added, if they are of the other kind or on
	/// another scale.
	pub(crate) fn append(&mut self, others: &Self) -> Option<()> {
		match (self, others) {
			(Self::Classes(classes), Self::Classes(others)) => classes.extend(others),
			(Self::Numbers(targets), Self::Numbers(others))
				if (targets.mean, targets.scale) == (others.mean, others.scale) =>
			{
				targets.values.extend(&others.values);
			},
			_ => return None,
		}
		Some(())
	}
}

impl Targets {
	/// Numbers that a model predicts as they are.
	pub fn new(values: Vec<f64>) -> Self {
		Self { values, mean: 0.0, scale: 1.0 }
	}

	/// The outputs of a perfect model.
	pub fn outputs(&self) -> impl Iterator<Item = f64> + '_ {
		self.values.iter().map(|value| (value - self.mean) / self.scale)
	}

	/// A model's output in the schema's unit.
	pub fn in_unit(&self, output: f64) -> f64 {
		self.mean + self.scale * output
	}
}
