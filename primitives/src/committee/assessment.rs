//! Conclusions from the parties' posts about a hospital's update and about the parties.

use super::{
	decoding::{decode, Value},
	field::PrimeField,
	posts::Check,
	Committee, Direction, FULL_WEIGHT, PROJECTION_FACTOR,
};
use crate::{encoding::UpdateEncoding, study::UpdateFault};
use alloc::vec::Vec;

/// What the chain concludes about one hospital.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assessment {
	/// Its update is excluded.
	Faulty(UpdateFault),
	/// Its update counts if the hospital wins its disputes.
	Sound {
		/// Factor for its number of examples: 1, or 1 to 256 under [`Direction::Weight`].
		factor: u32,
		/// Points of the parties that are in dispute with the hospital, at most t, in ascending order.
		disputed: Vec<u8>,
		/// What an honest party would have posted, for judging disputes.
		opened: Opened,
	},
}

/// The polynomials behind the posts about one hospital, constant first: one per element except the residue of
/// the product, which is 0 for every party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
	field: PrimeField,
	residue: usize,
	polynomials: Vec<Vec<u64>>,
}

impl Opened {
	/// The elements that an honest party at `point` posts.
	pub fn at(&self, point: u8) -> Vec<u64> {
		let mut elements: Vec<u64> =
			self.polynomials.iter().map(|p| self.field.evaluate(p, u64::from(point))).collect();
		elements.insert(self.residue.min(elements.len()), 0);
		elements
	}
}

/// The numbers that the checks open of one hospital's update; [`weigh`] depends on nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
	/// Squared L2 norm of the encoded update, in units of 2^(-2 fraction bits).
	pub norm_squared: u64,
	/// Inner product of the encoded update with the root update, which has [`Committee::root_bits`]
	/// fractional bits; `None` if the direction is off.
	pub inner_product: Option<i64>,
	/// Inner products of the encoded update with random vectors of -1, 0 and 1.
	pub projections: Vec<i64>,
}

/// Assesses one hospital's update of `parameters` coordinates in this encoding from the parties' posts, each
/// with the party's point.
///
/// If at most t parties are dishonest or silent, and n >= 3t + 1:
///
/// - an honest hospital is never faulty, and is disputed only by dishonest parties;
/// - a sharing that is malformed, or whose proof of product fails, at more than t honest parties is faulty;
///   at t or fewer it is disputed by them.
///
/// With fewer parties, wrong posts can be undecodable; then the hospital is excluded.
pub fn assess<AccountId>(
	committee: &Committee<AccountId>,
	parameters: u32,
	encoding: &UpdateEncoding,
	posts: &[(u8, &Check)],
) -> Assessment {
	let field = committee.field;
	let expected = committee.check_elements();
	let residue = field.degree_tests() as usize;
	let mut disputed: Vec<u8> = Vec::new();
	let mut opened: Vec<(u8, &[u64])> = Vec::new();
	for (point, check) in posts {
		match check {
			Check::Elements(elements)
				if elements.len() == expected && elements.iter().all(|e| field.contains(*e)) =>
			{
				opened.push((*point, elements.as_slice()));
			},
			// A post of the wrong shape counts as a complaint: its author becomes a party to a dispute.
			Check::Elements(_) | Check::Complaint => disputed.push(*point),
		}
	}
	let threshold = committee.threshold as usize;
	if disputed.len() > threshold {
		return Assessment::Faulty(UpdateFault::Unavailable);
	}

	let mut polynomials = Vec::new();
	let mut residues = 0usize;
	for element in 0..expected {
		let values: Vec<Value> = opened
			.iter()
			.map(|(point, elements)| (u64::from(*point), elements.get(element).copied().unwrap_or_default()))
			.collect();
		let wrong: Vec<u8> = if element == residue {
			let wrong = values.iter().filter(|(_, residue)| *residue != 0);
			let wrong: Vec<u8> = wrong.filter_map(|(point, _)| u8::try_from(*point).ok()).collect();
			residues = wrong.len();
			wrong
		} else {
			let Some(decoded) = decode(field, &values, committee.threshold) else {
				return Assessment::Faulty(UpdateFault::MalformedSharing);
			};
			polynomials.push(decoded.coefficients);
			decoded.wrong.into_iter().filter_map(|point| u8::try_from(point).ok()).collect()
		};
		for point in wrong {
			if !disputed.contains(&point) {
				disputed.push(point);
			}
		}
	}
	if residues > threshold {
		return Assessment::Faulty(UpdateFault::InvalidProof);
	}
	if disputed.len() > threshold {
		return Assessment::Faulty(UpdateFault::MalformedSharing);
	}
	disputed.sort_unstable();

	let opened = Opened { field, residue, polynomials };
	match weigh(committee, parameters, encoding, &numbers(committee, &opened)) {
		Ok(factor) => Assessment::Sound { factor, disputed, opened },
		Err(fault) => Assessment::Faulty(fault),
	}
}

/// The opened numbers: the polynomials' values at 0.
fn numbers<AccountId>(committee: &Committee<AccountId>, opened: &Opened) -> Numbers {
	let field = committee.field;
	let mut constants =
		opened.polynomials.iter().skip(opened.residue).map(|p| p.first().copied().unwrap_or_default());
	Numbers {
		norm_squared: constants.next().unwrap_or(u64::MAX),
		inner_product: committee
			.direction
			.root()
			.and_then(|_| constants.next())
			.map(|element| field.to_signed(element)),
		projections: constants.map(|element| field.to_signed(element)).collect(),
	}
}

/// The factor for the number of examples behind an update of `parameters` coordinates in this encoding: 1, or
/// 1 to [`FULL_WEIGHT`] under [`Direction::Weight`]. Norm and projections are checked first, so that the
/// direction is only considered for updates within their bounds.
///
/// # Errors
///
/// The reason for which the update is excluded.
pub fn weigh<AccountId>(
	committee: &Committee<AccountId>,
	parameters: u32,
	encoding: &UpdateEncoding,
	numbers: &Numbers,
) -> Result<u32, UpdateFault> {
	let bound = encoding.norm_bound(parameters).unwrap_or(0);
	if u128::from(numbers.norm_squared) > u128::from(bound) * u128::from(bound) {
		return Err(UpdateFault::NormTooLarge);
	}
	let projection_bound = bound.saturating_mul(PROJECTION_FACTOR);
	if numbers.projections.iter().any(|projection| projection.unsigned_abs() > projection_bound) {
		return Err(UpdateFault::ProjectionTooLarge);
	}
	let lowest = committee.lowest_inner_product(encoding.fraction_bits).unwrap_or(0);
	match (committee.direction, numbers.inner_product) {
		(Direction::Off, _) | (_, None) => Ok(1),
		(_, Some(product)) if product < lowest => Err(UpdateFault::HostileDirection),
		(Direction::Exclude { .. }, _) => Ok(1),
		(Direction::Weight { .. }, Some(product)) => {
			Ok(cosine(u64::try_from(product).unwrap_or(0), numbers.norm_squared, committee.root_bits()))
		},
	}
}

/// The cosine of the angle between an update and the root update in steps of 1/256, rounded up, from 1 to
/// 256.
fn cosine(inner_product: u64, norm_squared: u64, root_bits: u32) -> u32 {
	let square = u128::from(inner_product).saturating_mul(u128::from(inner_product));
	let full = u128::from(FULL_WEIGHT);
	let scaled = square.saturating_mul(full * full);
	let norms =
		u128::from(norm_squared).saturating_mul(1u128.checked_shl(2 * root_bits).unwrap_or(u128::MAX));
	let floor = scaled.checked_div(norms).unwrap_or(0).isqrt();
	let is_exact = floor.saturating_mul(floor).saturating_mul(norms) >= scaled;
	floor.saturating_add(u128::from(!is_exact)).clamp(1, full) as u32
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn cosines_are_steps_of_one_in_256() {
		// An update of norm 3 along the root, across it, and at 60 degrees, with 12 bits.
		assert_eq!(cosine(3 << 12, 9, 12), 256);
		assert_eq!(cosine(0, 9, 12), 1);
		assert_eq!(cosine(2 << 12, 16, 12), 128);
		assert_eq!(cosine((2 << 12) + 1, 16, 12), 129);
		// An update of norm 0 has no direction.
		assert_eq!(cosine(0, 0, 12), 1);
	}
}
