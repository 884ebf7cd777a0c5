//! Hash and length of a blob, and its name in a store.

use cid::Cid;
use multihash::Multihash;
use sha2::{Digest, Sha256};

/// Multicodec `raw`: bytes without structure.
const RAW: u64 = 0x55;

/// Multicodec `sha2-256`.
const SHA2_256: u64 = 0x12;

/// What one has to know of a blob to ask for it and to check it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
	/// SHA-256 of the bytes.
	pub hash: [u8; 32],
	/// Length in bytes.
	pub length: u64,
}

impl Reference {
	/// The reference of these bytes.
	pub fn of(bytes: &[u8]) -> Self {
		Self { hash: Sha256::digest(bytes).into(), length: bytes.len() as u64 }
	}

	/// The blob's address: CIDv1, in text `b` and base 32 in lower case.
	pub fn cid(&self) -> Cid {
		let hash = Multihash::wrap(SHA2_256, &self.hash).expect("32 bytes are within the 64 that it holds");
		Cid::new_v1(RAW, hash)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_address_is_the_one_that_ipfs_computes() {
		// `ipfs add --cid-version=1 --raw-leaves` of a file with these bytes.
		let reference = Reference::of(b"hello world");
		assert_eq!(
			reference.cid().to_string(),
			"bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
		);
		assert_eq!(reference.length, 11);
	}
}
