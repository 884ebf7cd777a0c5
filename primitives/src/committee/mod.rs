//! Secure aggregation by a committee: its specification, what its parties post, and what follows from that.
//!
//! Coordinates of an update are secret-shared among n parties by polynomials of degree t over a prime field
//! (Shamir 1979); party m, counted from 1, holds the values at x = m. Any t parties together learn nothing.
//! Linear operations work on shares. With n >= 3t + 1, up to t wrong values are corrected and their authors
//! named, because everything that is opened is a Reed-Solomon code word. `docs/secure-aggregation.md`
//! explains what each check proves, against whom, and what it opens.
//!
//! | module | contents |
//! | --- | --- |
//! | [`assessment`] | conclusions from the parties' posts about a hospital and about the parties |
//! | [`challenge`] | the randomness of the checks, and the nonces it is made from |
//! | [`decoding`] | Reed-Solomon decoding that names the parties with wrong values |
//! | [`field`] | arithmetic on single elements |
//! | [`posts`] | what parties and hospitals post, and the payloads they sign |
//! | [`progress`] | the state of a round's committee |
//! | [`share_package`] | the bytes of one party's share |

pub mod assessment;
pub mod challenge;
pub mod decoding;
pub mod field;
pub mod posts;
pub mod progress;
pub mod share_package;

use crate::{
	commitment::{BlobReference, Suite},
	encoding::UpdateEncoding,
	fixed_point::Decimal,
	BlockNumber, MaxParties,
};
use bounded_collections::BoundedVec;
use field::PrimeField;
use serde::Serialize;

/// Maximum number of random projections of an update.
pub const MAX_PROJECTIONS: u8 = 32;

/// Steps of a full weight under [`Direction::Weight`].
pub const FULL_WEIGHT: u32 = 256;

/// The bound of a projection, in multiples of the update's norm. An honest update exceeds it with a
/// probability below 2^-45 (Hoeffding: 2 exp(-8^2 / 2)).
pub const PROJECTION_FACTOR: u64 = 8;

/// The modulus must be at least this many times the squared bound of projections. If the squares of the
/// coordinates sum to the modulus or more, a projection is then within the bound, modulo p, with a
/// probability of at most 1/2 (PINE, Rothblum et al. 2023; calculated in `docs/secure-aggregation.md`).
pub const PROJECTION_ROOM: u64 = 81;

/// The compute parties of a study, and the checks they make.
#[apply(chain_type)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Committee<AccountId> {
	/// t: the number of parties that learn nothing even if they collude; at least 1.
	pub threshold: u32,
	/// The n parties without duplicates, n >= 2t + 1. A party's point is its position in this list, from 1.
	pub parties: BoundedVec<AccountId, MaxParties>,
	/// The field of the shares.
	pub field: PrimeField,
	/// What follows from an update's direction.
	pub direction: Direction,
	/// Random projections that are opened of each update, at most [`MAX_PROJECTIONS`]. Each misses an update
	/// whose norm is small only modulo p with a probability of at most 1/2; with 0 such updates are not
	/// detected.
	pub projections: u8,
	/// The weakest suite that shares may be sealed with. `Plain` is for experiments with synthetic records:
	/// anyone with access to the blob store can then read the updates.
	pub weakest_suite: Suite,
	/// Length in blocks of each phase of the committee: Revealing, Checking, Answering, Judging and
	/// Aggregating.
	pub step_blocks: BlockNumber,
}

/// What follows from an update's direction: its inner product with the root update, which every party trains
/// on the same small root set (FLTrust, Cao et al. 2021).
///
/// The tolerance bounds how far an update may go against the root update: the length of its component in the
/// opposite direction, in the unit of the clip. FLTrust uses 0, which suits similar updates. Near convergence
/// the weighted updates of honest hospitals sum to almost nothing, so some of them point away from any root
/// update; they are short then, and a tolerance admits them.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
#[serde(tag = "kind")]
pub enum Direction {
	/// Nothing; the inner product is not opened.
	Off,
	/// An update that goes further against the root update than tolerated is excluded.
	Exclude {
		/// The root set.
		root: BlobReference,
		/// The tolerance.
		tolerance: Decimal,
	},
	/// An update's weight is multiplied by the cosine of its angle to the root update, in steps of 1/256,
	/// rounded up, or by 1/256 if it points away; an update that goes further against the root update than
	/// tolerated is excluded.
	Weight {
		/// The root set.
		root: BlobReference,
		/// The tolerance.
		tolerance: Decimal,
	},
}

impl Direction {
	/// The root set, unless the direction is off.
	pub const fn root(&self) -> Option<BlobReference> {
		match self {
			Self::Off => None,
			Self::Exclude { root, .. } | Self::Weight { root, .. } => Some(*root),
		}
	}

	/// How far an update may go against the root update.
	pub const fn tolerance(&self) -> Decimal {
		match self {
			Self::Off => Decimal::ZERO,
			Self::Exclude { tolerance, .. } | Self::Weight { tolerance, .. } => *tolerance,
		}
	}

	/// The largest factor that an update's number of examples is multiplied by.
	pub const fn largest_factor(&self) -> u32 {
		match self {
			Self::Weight { .. } => FULL_WEIGHT,
			Self::Off | Self::Exclude { .. } => 1,
		}
	}
}

/// What is wrong with a committee's specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitteeFault {
	/// A threshold of 0, or fewer than 2t + 1 parties.
	Threshold,
	/// A duplicate party.
	Parties,
	/// The study has no clip, without which the committee cannot bound norms.
	NoClip,
	/// Norm, weights or projections can exceed half the modulus: use fewer fractional bits, a lower clip,
	/// fewer examples or the larger field.
	Range,
	/// More than [`MAX_PROJECTIONS`] projections.
	Projections,
	/// A phase of 0 blocks.
	Schedule,
}

impl<AccountId: PartialEq> Committee<AccountId> {
	/// Validates what does not depend on the chain's state, for updates of `parameters` coordinates in this
	/// encoding from `hospitals` hospitals with at most `max_examples` examples each.
	pub fn check(
		&self,
		parameters: u32,
		encoding: &UpdateEncoding,
		hospitals: u32,
		max_examples: u32,
	) -> Result<(), CommitteeFault> {
		let distinct =
			self.parties.iter().enumerate().all(|(i, a)| !self.parties.iter().skip(i + 1).any(|b| a == b));
		let parties = u64::from(self.parties.len() as u32);
		let rules = [
			(self.threshold > 0 && parties > 2 * u64::from(self.threshold), CommitteeFault::Threshold),
			(distinct, CommitteeFault::Parties),
			(encoding.clip.is_some(), CommitteeFault::NoClip),
			(self.projections <= MAX_PROJECTIONS, CommitteeFault::Projections),
			(
				self.has_room(parameters, encoding, hospitals, max_examples).unwrap_or(false),
				CommitteeFault::Range,
			),
			(self.step_blocks > 0, CommitteeFault::Schedule),
		];
		rules.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, fault)| Err(fault))
	}

	/// Whether all numbers that are opened stay below half the modulus.
	fn has_room(
		&self,
		parameters: u32,
		encoding: &UpdateEncoding,
		hospitals: u32,
		max_examples: u32,
	) -> Option<bool> {
		let bound = u128::from(encoding.norm_bound(parameters)?);
		let weight = u128::from(hospitals)
			.checked_mul(u128::from(max_examples))?
			.checked_mul(u128::from(self.direction.largest_factor()))?;
		let root = 1u128 << self.root_bits();
		// Half, as the limit is half the modulus.
		let room = u128::from(PROJECTION_ROOM * PROJECTION_FACTOR * PROJECTION_FACTOR / 2);
		let projection = if self.projections > 0 { bound.checked_mul(room)? } else { 1 };
		let largest = [bound, weight, root, projection].map(|factor| bound.checked_mul(factor));
		let limit = u128::from(self.field.largest_magnitude());
		Some(largest.into_iter().all(|number| number.is_some_and(|number| number < limit)))
	}

	/// The point of a party, from 1; `None` if the account is not a party.
	pub fn point_of(&self, who: &AccountId) -> Option<u8> {
		let place = self.parties.iter().position(|party| party == who)?;
		u8::try_from(place.checked_add(1)?).ok()
	}
}

impl<AccountId> Committee<AccountId> {
	/// The number of parties that must post before a phase of the committee can end: n - t, as t may be
	/// silent.
	pub fn least_posts(&self) -> usize {
		self.parties.len().saturating_sub(self.threshold as usize)
	}

	/// The same committee with other account ids.
	pub fn map_accounts<Other>(&self, map: impl Fn(&AccountId) -> Other) -> Committee<Other> {
		let Self { threshold, field, direction, projections, weakest_suite, step_blocks, .. } = *self;
		let parties = BoundedVec::truncate_from(self.parties.iter().map(map).collect());
		Committee { threshold, parties, field, direction, projections, weakest_suite, step_blocks }
	}

	/// The lowest tolerated inner product with the root update, in the scale in which it is opened.
	pub fn lowest_inner_product(&self, fraction_bits: u8) -> Option<i64> {
		let scale = 1u128.checked_shl(u32::from(fraction_bits).checked_add(self.root_bits())?)?;
		let scaled = u128::from(self.direction.tolerance().nanos()).checked_mul(scale)?;
		i64::try_from(scaled / u128::from(Decimal::ONE.nanos())).ok()?.checked_neg()
	}

	/// Fractional bits of the root update's coordinates. Its norm is 1, or 0 if training on the root set
	/// changes nothing.
	pub const fn root_bits(&self) -> u32 {
		match self.field {
			PrimeField::Mersenne61 => 20,
			PrimeField::Mersenne31 => 12,
		}
	}

	/// The number of elements that a party posts for each hospital, in this order: degree tests, residue of
	/// the proof of product, squared norm, inner product unless the direction is off, projections.
	pub fn check_elements(&self) -> usize {
		let direction = usize::from(self.direction.root().is_some());
		self.field.degree_tests() as usize + 2 + direction + usize::from(self.projections)
	}

	/// The number of elements in one share of an update of `parameters` coordinates, in this order: the
	/// coordinates; S and O_1 to O_t of the proof of product; one mask per degree test.
	pub fn share_elements(&self, parameters: u32) -> u64 {
		u64::from(parameters)
			.saturating_add(1)
			.saturating_add(u64::from(self.threshold))
			.saturating_add(u64::from(self.field.degree_tests()))
	}
}

#[cfg(test)]
mod tests;
