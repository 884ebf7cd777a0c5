//! Valid committees and update sizes.

use consilium_primitives::{
	committee::{field::PrimeField, Committee},
	model::MAX_PARAMETERS,
};

/// Why a committee cannot share an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
	/// A threshold of 0, or fewer than 2t + 1 parties.
	#[error(
		"{parties} parties cannot share with threshold {threshold}; the threshold t must be at least 1, and \
		 the number of parties at least 2t + 1"
	)]
	Committee {
		/// n.
		parties: usize,
		/// t.
		threshold: u32,
	},
	/// No coordinates, or more than [`MAX_PARAMETERS`].
	#[error("an update of {parameters} coordinates cannot be shared; it must have 1 to {MAX_PARAMETERS}")]
	Parameters {
		/// The number of coordinates.
		parameters: usize,
	},
}

/// Validated parameters of a sharing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
	/// The field.
	pub field: PrimeField,
	/// n, at most 64.
	pub parties: u8,
	/// t, at least 1, with 2t + 1 <= n.
	pub threshold: u8,
	/// d, from 1 to 10^7.
	pub parameters: usize,
}

impl Shape {
	pub fn new<AccountId>(committee: &Committee<AccountId>, parameters: usize) -> Result<Self, ShapeError> {
		let invalid =
			ShapeError::Committee { parties: committee.parties.len(), threshold: committee.threshold };
		let parties = u8::try_from(committee.parties.len()).map_err(|_| invalid)?;
		let threshold = u8::try_from(committee.threshold).map_err(|_| invalid)?;
		if threshold == 0 || u16::from(parties) <= 2 * u16::from(threshold) {
			return Err(invalid);
		}
		if parameters == 0 || parameters as u64 > MAX_PARAMETERS {
			return Err(ShapeError::Parameters { parameters });
		}
		Ok(Self { field: committee.field, parties, threshold, parameters })
	}

	/// Elements of a share without its masks: the coordinates, S, and O_1 to O_t. The degree tests cover
	/// these.
	pub fn tested(&self) -> usize {
		self.parameters + 1 + usize::from(self.threshold)
	}

	/// Elements of a share.
	pub fn elements(&self) -> usize {
		self.tested() + self.field.degree_tests() as usize
	}

	/// Whether this party's package contains a seed.
	pub fn has_seed(&self, party: u8) -> bool {
		party <= self.threshold
	}
}
