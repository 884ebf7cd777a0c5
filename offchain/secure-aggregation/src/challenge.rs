//! Values derived from the public randomness of a round's checks.
//!
//! Each use has its own key: SHA-256 of `consilium/checks/v1\0`, the challenge, a byte for the use (0: a
//! degree test, 1: a projection), and the number of the test or projection, from 0, as a byte. The key seeds
//! a key stream, AES-256 in counter mode as for the seeds of shares.
//!
//! - **rho** of a degree test is the first nonzero element of the stream, drawn like those of shares.
//! - **signs** of a projection: byte i of the stream determines the coordinates 4 i to 4 i + 3. The sign of
//!   coordinate 4 i + k is bit k minus bit 4 + k: 0 with a probability of 1/2, 1 and -1 with 1/4 each.

use crate::{
	field::{in_field, Field},
	key_stream::{ElementStream, KeyStream},
};
use consilium_primitives::{committee::field::PrimeField, H256};
use sha2::{Digest, Sha256};

/// Domain separator of derived keys.
const DOMAIN: &[u8] = b"consilium/checks/v1\0";

/// Coordinates per byte of signs.
pub(crate) const SIGNS_PER_BYTE: usize = 4;

/// The public randomness of a round's checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge(H256);

impl Challenge {
	/// From the 32 bytes recorded on chain.
	pub const fn new(challenge: H256) -> Self {
		Self(challenge)
	}

	/// The point of a degree test, from 1 to p - 1.
	pub fn rho(&self, field: PrimeField, test: u8) -> u64 {
		in_field!(field, first_unit(&self.derive(0, test)))
	}

	/// The signs of a projection.
	pub fn signs(&self, projection: u8) -> Signs {
		Signs(KeyStream::new(&self.derive(1, projection)))
	}

	fn derive(&self, purpose: u8, number: u8) -> [u8; 32] {
		let mut hasher = Sha256::new();
		hasher.update(DOMAIN);
		hasher.update(self.0);
		hasher.update([purpose, number]);
		hasher.finalize().into()
	}
}

fn first_unit<F: Field>(key: &[u8; 32]) -> u64 {
	let mut stream = ElementStream::<F>::new(key);
	loop {
		let element = stream.next();
		if element != 0 {
			return element;
		}
	}
}

/// The signs of a projection, coordinate by coordinate.
pub struct Signs(KeyStream);

impl Signs {
	/// The next signs, four coordinates to a byte.
	pub fn fill(&mut self, signs: &mut [u8]) {
		self.0.fill(signs);
	}
}
