//! Dealing: a hospital shares its update.

use crate::{
	field::{in_field, Field, Residues},
	key_stream::ElementStream,
	packing::Packer,
	product::{prove, Polynomial},
	shape::{Shape, ShapeError},
};
use codec::Encode;
use consilium_primitives::{
	committee::{
		decoding::{interpolate, Value},
		share_package::ShareHeader,
		Committee,
	},
	study::RoundKey,
	AccountBytes, H256,
};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

/// Coordinates that are shared together; a multiple of the elements that are packed together.
const BLOCK: usize = 1024;

/// Domain separator of derived keys.
const DOMAIN: &[u8] = b"consilium/dealing/v1\0";

/// The update that is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DealingHeader {
	/// The chain, by its genesis hash.
	pub genesis: H256,
	/// The attempt of the round.
	pub round: RoundKey,
	/// The hospital.
	pub hospital: AccountBytes,
}

/// A shared update.
pub struct Dealing {
	/// The share package of each party, in order; lengths as in [`Committee::package_lengths`].
	pub packages: Vec<Zeroizing<Vec<u8>>>,
}

/// Why an update cannot be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DealingError {
	/// The committee or the number of coordinates.
	#[error(transparent)]
	Shape(#[from] ShapeError),
	/// A coordinate does not fit the field.
	#[error(
		"coordinate {place} of the update is above {largest}, half the modulus of the study's field; the \
		 study needs a lower clip, fewer fractional bits or the larger field"
	)]
	OutOfRange {
		/// The coordinate, from 0.
		place: usize,
		/// The largest magnitude.
		largest: u64,
	},
}

/// Shares an update among the parties of a committee, with the proof of its norm.
///
/// `coordinates` are fixed-point numbers whose magnitude is at most half the modulus. `secret` comes from the
/// operating system's random generator, is used for this update only, and is as confidential as the update:
/// the seeds and salts of all packages are derived from it, so that the same secret and update yield the same
/// bytes. Sharing two updates under one secret, round and hospital would reveal their difference.
pub fn deal<AccountId>(
	committee: &Committee<AccountId>,
	header: &DealingHeader,
	coordinates: &[i64],
	secret: &[u8; 32],
) -> Result<Dealing, DealingError> {
	let shape = Shape::new(committee, coordinates.len())?;
	let largest = shape.field.largest_magnitude();
	if let Some(place) = coordinates.iter().position(|coordinate| coordinate.unsigned_abs() > largest) {
		return Err(DealingError::OutOfRange { place, largest });
	}
	let keys = Keys { header, secret };
	Ok(Dealing { packages: in_field!(shape.field, share(&shape, &keys, coordinates)) })
}

fn share<F: Field>(shape: &Shape, keys: &Keys<'_>, coordinates: &[i64]) -> Vec<Zeroizing<Vec<u8>>> {
	let threshold = usize::from(shape.threshold);
	let seeds: Vec<_> = (1..=shape.threshold).map(|party| keys.derive(Use::Seed, party)).collect();
	let mut streams: Vec<_> = seeds.iter().map(|seed| ElementStream::<F>::new(seed)).collect();
	let mut packers: Vec<_> = (shape.threshold + 1..=shape.parties)
		.map(|party| Packer::<F>::new(&keys.package_header(party, false), shape.elements()))
		.collect();

	// The values of P at 0 to 2t.
	let mut squares = Zeroizing::new(vec![0; 2 * threshold + 1]);
	let mut add_squares = |point: usize, values: &[F::Element]| {
		if let Some(sum) = squares.get_mut(point) {
			*sum = shape.field.add(*sum, F::sum_of_squares(values));
		}
	};
	let mut rows: Vec<_> =
		(0..=threshold).map(|_| Zeroizing::new(vec![F::Element::default(); BLOCK])).collect();
	for block in coordinates.chunks(BLOCK) {
		// Row i holds the values at t - i.
		for (row, point) in rows.iter_mut().zip((0..=threshold).rev()) {
			row.truncate(block.len());
			match point.checked_sub(1) {
				Some(stream) => streams[stream].fill(row),
				None => F::encode(block, row),
			}
			add_squares(point, row);
		}
		differences::<F>(&mut rows);
		for (packer, point) in packers.iter_mut().zip(threshold + 1..) {
			step::<F>(&mut rows);
			add_squares(point, &rows[0]);
			packer.push(&rows[0]);
		}
	}

	let extras = extras(shape, keys, &mut streams, &squares);
	for (packer, point) in packers.iter_mut().zip(u64::from(shape.threshold) + 1..) {
		let values = extras.iter().map(|polynomial| F::element(shape.field.evaluate(polynomial, point)));
		packer.push(&Zeroizing::new(values.collect::<Vec<_>>()));
	}

	let seeded = (1..).zip(&seeds).map(|(party, seed)| {
		let mut bytes = Zeroizing::new(keys.package_header(party, true));
		bytes.reserve_exact(seed.len());
		bytes.extend_from_slice(seed.as_slice());
		bytes
	});
	seeded.chain(packers.into_iter().map(Packer::finish)).collect()
}

/// The polynomials that follow the coordinates: S, O_1 to O_t, the masks. Continues the key streams after the
/// coordinates.
fn extras<F: Field>(
	shape: &Shape,
	keys: &Keys<'_>,
	streams: &mut [ElementStream<F>],
	squares: &[u64],
) -> Vec<Polynomial> {
	let mut next = || Zeroizing::new(streams.iter_mut().map(ElementStream::next).collect::<Vec<_>>());
	let free: Vec<_> = (0..shape.threshold).map(|_| next()).collect();
	let mut polynomials = prove(shape.field, squares, &free);
	let mut constants = ElementStream::<F>::new(&keys.derive(Use::Masks, 0));
	for _ in 0..shape.field.degree_tests() {
		let at_parties = next();
		let values = std::iter::once(constants.next()).chain(at_parties.iter().copied());
		let values: Zeroizing<Vec<Value>> = Zeroizing::new((0..).zip(values).collect());
		polynomials.push(Zeroizing::new(interpolate(shape.field, &values)));
	}
	polynomials
}

/// Turns the values of polynomials at t, t - 1, ..., 0 into their backward differences at t of order 0, 1,
/// ..., t.
fn differences<R: Residues>(rows: &mut [Zeroizing<Vec<R::Element>>]) {
	for order in 1..rows.len() {
		for i in (order..rows.len()).rev() {
			let (later, earlier) = rows.split_at_mut(i);
			for (value, later) in earlier[0].iter_mut().zip(later[i - 1].iter()) {
				*value = R::subtract(*later, *value);
			}
		}
	}
}

/// Advances backward differences from one point to the next, with t additions per coordinate and no
/// multiplication. The values, which are the differences of order 0, are reduced.
fn step<R: Residues>(rows: &mut [Zeroizing<Vec<R::Element>>]) {
	for i in (1..rows.len()).rev() {
		let (lower, higher) = rows.split_at_mut(i);
		let difference = higher[0].iter();
		let values = lower[i - 1].iter_mut().zip(difference);
		if i == 1 {
			values.for_each(|(value, difference)| *value = R::reduce(R::add(*value, *difference)));
		} else {
			values.for_each(|(value, difference)| *value = R::add(*value, *difference));
		}
	}
}

/// The use of a derived key.
#[derive(Clone, Copy)]
enum Use {
	Seed = 0,
	Salt = 1,
	Masks = 2,
}

/// Keys derived from the hospital's secret.
struct Keys<'a> {
	header: &'a DealingHeader,
	secret: &'a [u8; 32],
}

impl Keys<'_> {
	/// SHA-256 of the domain, the secret, genesis hash, round, hospital, a byte for the use, and the party or
	/// 0. All inputs have the same length, so no hash can be extended to another.
	fn derive(&self, purpose: Use, party: u8) -> Zeroizing<[u8; 32]> {
		let DealingHeader { genesis, round, hospital } = self.header;
		let mut hasher = Sha256::new();
		hasher.update(DOMAIN);
		hasher.update(self.secret);
		hasher.update((genesis, round, hospital, purpose as u8, party).encode());
		let mut hash = hasher.finalize();
		let key = Zeroizing::new(hash.into());
		hash.as_mut_slice().zeroize();
		key
	}

	fn package_header(&self, party: u8, is_seed: bool) -> Vec<u8> {
		let DealingHeader { genesis, round, hospital } = *self.header;
		let salt = *self.derive(Use::Salt, party);
		ShareHeader { genesis, round, hospital, party, salt }.to_bytes(is_seed)
	}
}

#[cfg(test)]
mod tests;
