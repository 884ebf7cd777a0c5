//! What the chain knows of an update, and the payload that a hospital signs for it.

use crate::{hospital::MlDsa65Signature, study::RoundKey, AccountBytes, MaxParties};
use alloc::vec::Vec;
use bounded_collections::BoundedVec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

/// Separates commitments from everything else an ML-DSA key may sign. It stands in the message, and
/// the context string of FIPS 204 is empty, so that verifiers without contexts can check it.
pub const COMMITMENT_DOMAIN: &[u8; 27] = b"consilium/commit_update/v1\0";

/// How a blob is protected.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Suite {
	/// Not encrypted: whoever reads the blob store reads the update.
	Plain,
}

/// A blob in the blob store.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct BlobReference {
	/// SHA-256 of the bytes; also the blob's address.
	pub hash: H256,
	/// Length in bytes.
	pub length: u64,
}

/// The blobs of one update: one for the scheme `Plain`, else one for each receiver.
pub type Blobs = BoundedVec<BlobReference, MaxParties>;

/// What a hospital says of its update.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Commitment {
	/// Where the update is.
	pub blobs: Blobs,
	/// Training records behind it: its weight in the mean.
	pub examples: u32,
	/// How the blobs are protected.
	pub suite: Suite,
	/// ML-DSA-65 signature of the hospital over [`signing_payload`].
	pub signature: MlDsa65Signature,
}

/// The bytes a hospital signs for an update: domain, genesis hash, study, round, attempt, sender,
/// suite, example count, and hash and length of each blob, in SCALE. No two different commitments
/// have the same bytes, and none is valid on another chain, in another round or under another name.
pub fn signing_payload(
	genesis: H256,
	round: RoundKey,
	sender: &AccountBytes,
	suite: Suite,
	examples: u32,
	blobs: &Blobs,
) -> Vec<u8> {
	(COMMITMENT_DOMAIN, genesis, round, sender, suite, examples, blobs).encode()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn payload(genesis: u8, round: RoundKey, sender: u8, examples: u32, blob: u8, length: u64) -> Vec<u8> {
		let blobs = Blobs::try_from(alloc::vec![BlobReference { hash: H256::repeat_byte(blob), length }])
			.expect("one blob is allowed");
		signing_payload(H256::repeat_byte(genesis), round, &[sender; 32], Suite::Plain, examples, &blobs)
	}

	#[test]
	fn payload_is_pinned() {
		let bytes = payload(1, RoundKey { study: 2, round: 3, attempt: 4 }, 5, 6, 7, 8);
		let mut expected = COMMITMENT_DOMAIN.to_vec();
		expected.extend([1; 32]);
		expected.extend([2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]);
		expected.extend([5; 32]);
		expected.extend([0, 6, 0, 0, 0, 4]);
		expected.extend([7; 32]);
		expected.extend([8, 0, 0, 0, 0, 0, 0, 0]);
		assert_eq!(bytes, expected);
	}

	#[test]
	fn every_field_changes_the_payload() {
		let key = RoundKey { study: 2, round: 3, attempt: 4 };
		let all = [
			payload(1, key, 5, 6, 7, 8),
			payload(9, key, 5, 6, 7, 8),
			payload(1, RoundKey { study: 9, ..key }, 5, 6, 7, 8),
			payload(1, RoundKey { round: 9, ..key }, 5, 6, 7, 8),
			payload(1, RoundKey { attempt: 9, ..key }, 5, 6, 7, 8),
			payload(1, key, 9, 6, 7, 8),
			payload(1, key, 5, 9, 7, 8),
			payload(1, key, 5, 6, 9, 8),
			payload(1, key, 5, 6, 7, 9),
		];
		for (i, one) in all.iter().enumerate() {
			assert!(all.iter().skip(i + 1).all(|other| other != one), "payload {i} stands twice");
		}
	}
}
