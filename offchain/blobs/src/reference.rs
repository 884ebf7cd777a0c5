//! The name of a blob in a store.

use cid::Cid;
use consilium_primitives::commitment::BlobReference;
use multihash::Multihash;

/// Multicodec `raw`: bytes without structure.
const RAW: u64 = 0x55;

/// Multicodec `sha2-256`.
const SHA2_256: u64 = 0x12;

/// The blob's address: CIDv1, as text in lower-case base 32 with the prefix `b`.
pub fn cid(reference: &BlobReference) -> Cid {
	let hash = Multihash::wrap(SHA2_256, &reference.hash.0).expect("a multihash holds up to 64 bytes");
	Cid::new_v1(RAW, hash)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_address_is_the_one_that_ipfs_computes() {
		// `ipfs add --cid-version=1 --raw-leaves` of a file with these bytes.
		let reference = BlobReference::of(b"hello world");
		assert_eq!(
			cid(&reference).to_string(),
			"bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
		);
		assert_eq!(reference.length, 11);
	}
}
