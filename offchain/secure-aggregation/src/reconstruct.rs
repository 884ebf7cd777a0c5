//! Reconstruction of the sum from partial aggregates.

use crate::{
	field::{in_field, Field},
	partial::{parse, PartialHeader},
	shape::{Shape, ShapeError},
};
use consilium_primitives::{
	committee::{
		decoding::{decode, radius, Value},
		field::PrimeField,
		Committee,
	},
	study::RoundKey,
	H256,
};

/// Coordinates that are reconstructed together.
const BLOCK: usize = 1024;

/// The identity of an aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AggregateHeader {
	/// The chain, by its genesis hash.
	pub genesis: H256,
	/// The attempt of the round.
	pub round: RoundKey,
}

/// A reconstructed sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconstruction {
	/// The weighted sum of the hospitals' coordinates.
	pub sums: Vec<i64>,
	/// Points of the parties whose partial aggregates were malformed or corrected, in ascending order.
	pub wrong: Vec<u8>,
}

/// Why a sum cannot be reconstructed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReconstructError {
	/// The committee or the number of coordinates.
	#[error(transparent)]
	Shape(#[from] ShapeError),
	/// A party that the committee does not have, or a repeated one.
	#[error(
		"party {party} has two partial aggregates or is not in the committee; pass one partial aggregate per \
		 party"
	)]
	Party {
		/// The point.
		party: u8,
	},
	/// Fewer than t + 1 are readable.
	#[error(
		"only {readable} partial aggregates are readable, but {needed} are needed; wait for those of other \
		 parties"
	)]
	TooFew {
		/// The readable partial aggregates.
		readable: usize,
		/// t + 1.
		needed: usize,
	},
	/// More of them are wrong than can be corrected.
	#[error(
		"more than {correctable} of the {readable} readable partial aggregates are wrong; wait for those of \
		 other parties"
	)]
	TooManyWrong {
		/// The readable partial aggregates.
		readable: usize,
		/// The most wrong ones that could be corrected.
		correctable: usize,
	},
}

/// Reconstructs a sum of `parameters` coordinates from partial aggregates, each with its party's point.
///
/// With m readable ones, m >= t + 1, up to floor((m - t - 1) / 2) wrong ones are corrected and named,
/// regardless of their errors. More wrong ones are an error, unless enough of them agree on another sum to
/// outvote the rest; as long as wrong ones do not collude, up to m - t - 1 are an error and never a wrong
/// sum. The result does not depend on the order of the partial aggregates.
pub fn reconstruct<AccountId>(
	committee: &Committee<AccountId>,
	parameters: u32,
	header: &AggregateHeader,
	partials: &[(u8, &[u8])],
) -> Result<Reconstruction, ReconstructError> {
	let shape = Shape::new(committee, parameters as usize)?;
	for (place, (party, _)) in partials.iter().enumerate() {
		let is_twice = partials[..place].iter().any(|(other, _)| other == party);
		if *party == 0 || *party > shape.parties || is_twice {
			return Err(ReconstructError::Party { party: *party });
		}
	}
	in_field!(shape.field, combine(&shape, header, partials))
}

fn combine<F: Field>(
	shape: &Shape,
	header: &AggregateHeader,
	partials: &[(u8, &[u8])],
) -> Result<Reconstruction, ReconstructError> {
	let AggregateHeader { genesis, round } = *header;
	let mut wrong = Vec::new();
	let mut readable: Vec<(u8, Vec<F::Element>)> = Vec::new();
	for (party, bytes) in partials {
		let header = PartialHeader { genesis, round, party: *party };
		match parse::<F>(bytes, &header, shape.parameters) {
			Ok(elements) => readable.push((*party, elements)),
			Err(_) => wrong.push(*party),
		}
	}
	readable.sort_unstable_by_key(|(party, _)| *party);
	let threshold = u32::from(shape.threshold);
	let needed = usize::from(shape.threshold) + 1;
	let readable_before = readable.len();
	let correctable = radius(readable_before, threshold)
		.ok_or(ReconstructError::TooFew { readable: readable_before, needed })?;
	let too_many = ReconstructError::TooManyWrong { readable: readable_before, correctable };

	let mut sums = Vec::with_capacity(shape.parameters);
	let mut interpolation = Interpolation::of(F::PRIME, &readable, needed);
	while sums.len() < shape.parameters {
		let start = sums.len();
		let end = shape.parameters.min(start + BLOCK);
		let block: Vec<&[F::Element]> = readable.iter().map(|(_, elements)| &elements[start..end]).collect();
		match interpolation.secrets::<F>(&block) {
			Ok(secrets) => sums.extend(secrets.iter().map(|secret| F::PRIME.to_signed((*secret).into()))),
			Err(place) => {
				// A party that is wrong in one coordinate is excluded from all later ones; the earlier ones
				// also hold without it.
				let values: Vec<Value> = readable
					.iter()
					.map(|(party, elements)| (u64::from(*party), elements[start + place].into()))
					.collect();
				let decoded = decode(F::PRIME, &values, threshold).ok_or(too_many)?;
				let liars = decoded.wrong.into_iter().filter_map(|point| u8::try_from(point).ok());
				let named = wrong.len();
				wrong.extend(liars);
				readable.retain(|(party, _)| !wrong[named..].contains(party));
				if readable_before - readable.len() > correctable {
					return Err(too_many);
				}
				interpolation = Interpolation::of(F::PRIME, &readable, needed);
			},
		}
	}
	wrong.sort_unstable();
	Ok(Reconstruction { sums, wrong })
}

/// Lagrange coefficients for the values at 0 and at the other points, from those at the first t + 1 points.
struct Interpolation {
	at_zero: Vec<u64>,
	at_others: Vec<Vec<u64>>,
}

impl Interpolation {
	fn of<E>(field: PrimeField, partials: &[(u8, E)], needed: usize) -> Self {
		let points: Vec<u64> = partials.iter().map(|(party, _)| u64::from(*party)).collect();
		let (base, others) = points.split_at(needed);
		Self {
			at_zero: lagrange(field, base, 0),
			at_others: others.iter().map(|x| lagrange(field, base, *x)).collect(),
		}
	}

	/// The values at 0 of a block, or the first coordinate on which the parties disagree.
	fn secrets<F: Field>(&self, block: &[&[F::Element]]) -> Result<Vec<F::Element>, usize> {
		let (base, others) = block.split_at(self.at_zero.len());
		for (coefficients, other) in self.at_others.iter().zip(others) {
			let predicted = combination::<F>(coefficients, base);
			if predicted != *other {
				let differs = predicted.iter().zip(other.iter()).position(|(a, b)| a != b);
				return Err(differs.unwrap_or_default());
			}
		}
		Ok(combination::<F>(&self.at_zero, base))
	}
}

fn combination<F: Field>(coefficients: &[u64], base: &[&[F::Element]]) -> Vec<F::Element> {
	let mut sums = vec![F::Element::default(); base.first().map_or(0, |values| values.len())];
	for (coefficient, values) in coefficients.iter().zip(base) {
		F::add_multiple(&mut sums, F::element(*coefficient), values);
	}
	sums
}

/// Lagrange coefficients for the value at `x` from those at `points`.
fn lagrange(field: PrimeField, points: &[u64], x: u64) -> Vec<u64> {
	let coefficient = |point: &u64| {
		let others = points.iter().filter(|other| *other != point);
		let (numerator, denominator) = others.fold((1, 1), |(numerator, denominator), other| {
			(
				field.multiply(numerator, field.subtract(x, *other)),
				field.multiply(denominator, field.subtract(*point, *other)),
			)
		});
		field.multiply(numerator, field.invert(denominator))
	};
	points.iter().map(coefficient).collect()
}
