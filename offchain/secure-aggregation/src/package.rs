//! Opening of share packages.

use crate::{
	field::{in_field, Elements, Field},
	key_stream::ElementStream,
	packing::unpack,
	product::correction,
	shape::{Shape, ShapeError},
};
use consilium_primitives::{
	artifact::Malformed,
	committee::{
		share_package::{parse, ShareBody, SEED_BYTES},
		Committee,
	},
	study::RoundKey,
	AccountBytes, H256,
};
use sha2::{Digest, Sha256};
use std::fmt;

/// A package as recorded on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
	/// The chain, by its genesis hash.
	pub genesis: H256,
	/// The attempt of the round.
	pub round: RoundKey,
	/// The hospital whose update is shared.
	pub hospital: AccountBytes,
	/// The party that receives it, from 1.
	pub party: u8,
	/// SHA-256 of the package, as committed.
	pub package: H256,
}

/// One party's share of one hospital's update: all its elements. Zeroed when dropped.
pub struct Share {
	pub(crate) expected: Expected,
	pub(crate) shape: Shape,
	pub(crate) elements: Elements,
}

impl Share {
	/// The party's point.
	pub fn party(&self) -> u8 {
		self.expected.party
	}

	/// The hospital whose update is shared.
	pub fn hospital(&self) -> AccountBytes {
		self.expected.hospital
	}

	/// Length of its elements in memory, in bytes.
	pub fn bytes(&self) -> u64 {
		self.shape.elements() as u64 * 8
	}
}

/// Omits the elements, which are secret.
impl fmt::Debug for Share {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.debug_struct("Share").field("expected", &self.expected).finish_non_exhaustive()
	}
}

/// Why a package cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
	/// The committee or the number of coordinates.
	#[error(transparent)]
	Shape(#[from] ShapeError),
	/// The committee does not have this party.
	#[error("the committee has no party {party}; its parties are numbered 1 to {parties}")]
	Party {
		/// The point.
		party: u8,
		/// n.
		parties: u8,
	},
	/// The hospital committed to another package.
	#[error(
		"the share package has the hash {found:?}, but the hospital committed to {committed:?}; dispute it \
		 on chain"
	)]
	Hash {
		/// SHA-256 of the package.
		found: H256,
		/// The committed hash.
		committed: H256,
	},
	/// Not a share package for the committee's field and size.
	#[error("the share package {0}; dispute it on chain")]
	Malformed(#[from] Malformed),
	/// A package of another chain, round, hospital or party.
	#[error("the share package is for another chain, round, hospital or party; dispute it on chain")]
	Header,
	/// A seed for a party after the first t, or elements for one of the first t.
	#[error(
		"party {party} must receive a seed if and only if it is one of the first t; dispute the package on \
		 chain"
	)]
	Kind {
		/// The point.
		party: u8,
	},
	/// An element that is not below the modulus.
	#[error("the share package contains numbers that are not elements of the field; dispute it on chain")]
	Unreduced,
}

/// SHA-256 of a share package, as a hospital commits to it.
pub fn hash(package: &[u8]) -> H256 {
	H256(Sha256::digest(package).into())
}

/// Opens the package of the party `expected.party`, of an update of `parameters` coordinates.
///
/// The hash is checked first, so that every other fault is the hospital's. A seed is expanded to the
/// coordinates, O_1 to O_t and the masks, in the order of its key stream; S(m) is then the value for which
/// the proof of product holds.
pub fn open<AccountId>(
	bytes: &[u8],
	committee: &Committee<AccountId>,
	parameters: u32,
	expected: &Expected,
) -> Result<Share, PackageError> {
	let shape = Shape::new(committee, parameters as usize)?;
	let party = expected.party;
	if party == 0 || party > shape.parties {
		return Err(PackageError::Party { party, parties: shape.parties });
	}
	let found = hash(bytes);
	if found != expected.package {
		return Err(PackageError::Hash { found, committed: expected.package });
	}
	let (header, body) = parse(bytes, shape.field, shape.elements() as u64)?;
	let stated = (header.genesis, header.round, header.hospital, header.party);
	if stated != (expected.genesis, expected.round, expected.hospital, party) {
		return Err(PackageError::Header);
	}
	let elements = match (body, shape.has_seed(party)) {
		(ShareBody::Seed(seed), true) => in_field!(shape.field, expand(seed, &shape, party)),
		(ShareBody::Elements(packed), false) => {
			in_field!(shape.field, read(packed, &shape)).ok_or(PackageError::Unreduced)?
		},
		_ => return Err(PackageError::Kind { party }),
	};
	Ok(Share { expected: *expected, shape, elements })
}

fn read<F: Field>(packed: &[u8], shape: &Shape) -> Option<Elements> {
	unpack::<F>(packed, shape.elements()).map(F::share)
}

fn expand<F: Field>(seed: &[u8; SEED_BYTES], shape: &Shape, party: u8) -> Elements {
	let mut elements = vec![F::Element::default(); shape.elements()];
	let mut stream = ElementStream::<F>::new(seed);
	let (coordinates, extras) = elements.split_at_mut(shape.parameters);
	let (square, drawn) = extras.split_at_mut(1);
	stream.fill(coordinates);
	stream.fill(drawn);
	let values = drawn.iter().take(shape.threshold.into()).map(|value| (*value).into());
	let correction = correction(shape.field, party, values);
	square[0] = F::element(shape.field.subtract(F::sum_of_squares(coordinates), correction));
	F::share(elements)
}
