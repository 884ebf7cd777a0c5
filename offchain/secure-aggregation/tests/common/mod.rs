//! A chain, hospitals and parties for the tests, an independent parser of share packages, and cheating
//! dealers.

#![allow(dead_code, clippy::unwrap_used, missing_docs)]

use consilium_primitives::{
	commitment::BlobReference,
	committee::{
		assessment::{assess, Assessment, Opened},
		field::PrimeField,
		posts::Check,
		share_package::HEADER_BYTES,
		Committee, Direction,
	},
	encoding::UpdateEncoding,
	fixed_point::Decimal,
	study::RoundKey,
	H256,
};
use consilium_secure_aggregation::{
	challenge::Challenge,
	checks::check_elements,
	dealing::{deal, DealingHeader},
	package::{hash, open, Expected, PackageError, Share},
};

pub const FIELDS: [PrimeField; 2] = [PrimeField::Mersenne61, PrimeField::Mersenne31];
pub const GENESIS: H256 = H256::repeat_byte(1);
pub const ROUND: RoundKey = RoundKey { study: 2, round: 3, attempt: 4 };
pub const HOSPITAL: [u8; 32] = [5; 32];
pub const HEADER: DealingHeader = DealingHeader { genesis: GENESIS, round: ROUND, hospital: HOSPITAL };

pub fn committee(field: PrimeField, parties: u8, threshold: u32) -> Committee<u8> {
	Committee {
		threshold,
		parties: (0..parties).collect::<Vec<_>>().try_into().unwrap(),
		field,
		direction: Direction::Off,
		projections: 0,
		weakest_suite: consilium_primitives::commitment::Suite::QkdMlKem768,
		step_blocks: 10,
	}
}

/// The same with all optional checks.
pub fn strict(field: PrimeField, parties: u8, threshold: u32) -> Committee<u8> {
	let root = BlobReference { hash: H256::zero(), length: 1 };
	let direction = Direction::Exclude { root, tolerance: Decimal::ZERO };
	Committee { direction, projections: 32, ..committee(field, parties, threshold) }
}

/// A clip of 1, and fractional bits under which such an update fits a field with all checks.
pub fn encoding(field: PrimeField) -> UpdateEncoding {
	let fraction_bits = match field {
		PrimeField::Mersenne61 => 16,
		PrimeField::Mersenne31 => 9,
	};
	UpdateEncoding { clip: Some(Decimal::ONE), fraction_bits }
}

pub fn challenge() -> Challenge {
	Challenge::new(H256::repeat_byte(9))
}

/// A hospital's commitment.
#[derive(Clone)]
pub struct Dealt {
	pub committee: Committee<u8>,
	pub parameters: u32,
	pub packages: Vec<Vec<u8>>,
}

impl Dealt {
	/// From an honest dealer.
	pub fn new(committee: &Committee<u8>, coordinates: &[i64]) -> Self {
		let dealing = deal(committee, &HEADER, coordinates, &[6; 32]).unwrap();
		Self {
			committee: committee.clone(),
			parameters: coordinates.len() as u32,
			packages: dealing.packages.iter().map(|package| package.to_vec()).collect(),
		}
	}

	pub fn expected(&self, party: u8) -> Expected {
		let package = hash(&self.packages[usize::from(party) - 1]);
		Expected { genesis: GENESIS, round: ROUND, hospital: HOSPITAL, party, package }
	}

	pub fn open(&self, party: u8) -> Result<Share, PackageError> {
		let bytes = &self.packages[usize::from(party) - 1];
		open(bytes, &self.committee, self.parameters, &self.expected(party))
	}

	pub fn check(&self, party: u8, root: Option<&[i64]>) -> Vec<u64> {
		check_elements(&self.open(party).unwrap(), &self.committee, &challenge(), root).unwrap()
	}

	/// The checks that honest parties post.
	pub fn posts(&self, root: Option<&[i64]>) -> Vec<Check> {
		(1..=self.committee.parties.len() as u8)
			.map(|party| Check::Elements(self.check(party, root).try_into().unwrap()))
			.collect()
	}

	/// The chain's assessment of posts.
	pub fn assess(&self, posts: &[Check]) -> Assessment {
		let posts: Vec<(u8, &Check)> = (1..).zip(posts).collect();
		assess(&self.committee, self.parameters, &encoding(self.committee.field), &posts)
	}

	/// Whether another party confirms the published package.
	pub fn judge(&self, party: u8, published: &[u8], opened: &Opened, root: Option<&[i64]>) -> bool {
		open(published, &self.committee, self.parameters, &self.expected(party)).is_ok_and(|share| {
			check_elements(&share, &self.committee, &challenge(), root).unwrap() == opened.at(party)
		})
	}

	/// The elements in a party's package, which must not contain a seed.
	pub fn elements(&self, party: u8) -> Vec<u64> {
		let package = &self.packages[usize::from(party) - 1];
		assert_eq!(package[HEADER_BYTES - 1], 1, "party {party} has a seed");
		let count = self.committee.share_elements(self.parameters) as usize;
		unpack(self.committee.field, &package[HEADER_BYTES..], count)
	}

	/// Replaces the elements in a party's package.
	pub fn replace(&mut self, party: u8, elements: &[u64]) {
		let package = &mut self.packages[usize::from(party) - 1];
		package.truncate(HEADER_BYTES);
		package.extend(pack(self.committee.field, elements));
	}

	/// Makes a cheating dealer change the shares of the parties after the first t, given their points.
	pub fn bend(&mut self, bend: impl Fn(u64, &mut Vec<u64>)) {
		for party in self.committee.threshold as u8 + 1..=self.committee.parties.len() as u8 {
			let mut elements = self.elements(party);
			bend(u64::from(party), &mut elements);
			self.replace(party, &elements);
		}
	}
}

/// Bit by bit, as specified in the format's documentation.
pub fn unpack(field: PrimeField, bytes: &[u8], count: usize) -> Vec<u64> {
	match field {
		PrimeField::Mersenne61 => {
			bytes.chunks(8).map(|word| u64::from_le_bytes(word.try_into().unwrap())).collect()
		},
		PrimeField::Mersenne31 => {
			let words: Vec<u64> =
				bytes.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap()).into()).collect();
			let whole = count / 32;
			let mut elements = Vec::new();
			for group in words[..whole * 31].chunks(31) {
				elements.extend(group.iter().map(|word| word % (1 << 31)));
				elements.push(group.iter().rev().fold(0, |last, word| 2 * last + (word >> 31)));
			}
			elements.extend(&words[whole * 31..]);
			elements
		},
	}
}

pub fn pack(field: PrimeField, elements: &[u64]) -> Vec<u8> {
	match field {
		PrimeField::Mersenne61 => elements.iter().flat_map(|element| element.to_le_bytes()).collect(),
		PrimeField::Mersenne31 => {
			let whole = elements.len() / 32 * 32;
			let mut words = Vec::new();
			for group in elements[..whole].chunks(32) {
				let mut last = group[31];
				for element in &group[..31] {
					words.push(element + (last % 2) * (1 << 31));
					last /= 2;
				}
			}
			words.extend(&elements[whole..]);
			words.iter().flat_map(|word| (*word as u32).to_le_bytes()).collect()
		},
	}
}

/// Coordinates whose squares sum to exactly `total`.
pub fn squares_that_sum_to(mut total: u64) -> Vec<i64> {
	let mut roots = Vec::new();
	while total > 0 {
		let root = total.isqrt();
		roots.push(root as i64);
		total -= root * root;
	}
	roots
}
