//! Commitments to updates, and the payload that a hospital signs for one.

use crate::{hospital::MlDsa65Signature, json, study::RoundKey, AccountBytes, MaxParties};
use alloc::vec::Vec;
use bounded_collections::BoundedVec;
use codec::Encode;
use primitive_types::H256;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Domain separator of commitments. It is part of the message and the context string of FIPS 204 is empty, so
/// that verifiers without support for contexts can check it.
pub const COMMITMENT_DOMAIN: &[u8; 27] = b"consilium/commit_update/v1\0";

/// How a blob is protected, from weakest to strongest.
#[apply(chain_type)]
#[derive(Copy, PartialOrd, Ord, Serialize)]
pub enum Suite {
	/// Not encrypted: anyone with access to the blob store can read the blob.
	Plain,
	/// Sealed with AES-256-GCM under a session key from ML-KEM-768.
	MlKem768,
	/// Sealed with AES-256-GCM under a session key from a QKD key and ML-KEM-768; secure as long as either
	/// is.
	QkdMlKem768,
}

/// Bytes before the first chunk of a sealed blob (`docs/sealed-blob.md`).
pub const SEALED_HEADER_LENGTH: u64 = 1_298;

/// Bytes of plaintext in each chunk of a sealed blob but the last.
pub const SEALED_CHUNK_LENGTH: u64 = 65_536;

/// Bytes that sealing adds to each chunk.
pub const SEALED_TAG_LENGTH: u64 = 16;

impl Suite {
	/// Length in bytes of the blob that protects a plaintext of this length. An empty plaintext has one
	/// chunk.
	pub fn blob_length(self, plaintext: u64) -> u64 {
		match self {
			Self::Plain => plaintext,
			Self::MlKem768 | Self::QkdMlKem768 => {
				let tags = plaintext.div_ceil(SEALED_CHUNK_LENGTH).max(1).saturating_mul(SEALED_TAG_LENGTH);
				plaintext.saturating_add(SEALED_HEADER_LENGTH).saturating_add(tags)
			},
		}
	}
}

/// A blob in the blob store.
#[apply(chain_type)]
#[derive(Copy, PartialOrd, Ord, Hash, Serialize)]
pub struct BlobReference {
	/// SHA-256 of the bytes; also the blob's address.
	pub hash: H256,
	/// Length in bytes.
	pub length: u64,
}

impl BlobReference {
	/// The reference to these bytes.
	pub fn of(bytes: &[u8]) -> Self {
		Self { hash: H256(Sha256::digest(bytes).into()), length: bytes.len() as u64 }
	}
}

/// The blobs of one update: one for the scheme `Plain`, otherwise one per receiver.
pub type Blobs = BoundedVec<BlobReference, MaxParties>;

/// The suite of each of an update's blobs.
pub type Suites = BoundedVec<Suite, MaxParties>;

/// Hashes of the share packages, one per party of the committee.
pub type Packages = BoundedVec<H256, MaxParties>;

/// A hospital's commitment to its update.
#[apply(chain_type)]
#[derive(Serialize)]
pub struct Commitment {
	/// The update's blobs.
	pub blobs: Blobs,
	/// SHA-256 of each party's share package before sealing; empty for the scheme `Plain`. Packages are
	/// salted, so the hashes reveal nothing about the shares.
	pub packages: Packages,
	/// Number of training records behind the update: its weight in the mean.
	pub examples: u32,
	/// The suite of each blob, in the order of `blobs`.
	pub suites: Suites,
	/// The hospital's ML-DSA-65 signature over [`signing_payload`].
	#[serde(serialize_with = "json::hex")]
	pub signature: MlDsa65Signature,
}

/// The bytes a hospital signs for an update, in SCALE: domain, genesis hash, study, round, attempt, sender,
/// suite of each blob, number of examples, hash and length of each blob, and the hashes of the packages.
/// Different commitments have different bytes, and none is valid on another chain, in another round or for
/// another sender.
pub fn signing_payload(
	genesis: H256,
	round: RoundKey,
	sender: &AccountBytes,
	suites: &Suites,
	examples: u32,
	blobs: &Blobs,
	packages: &Packages,
) -> Vec<u8> {
	(COMMITMENT_DOMAIN, genesis, round, sender, suites, examples, blobs, packages).encode()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn payload(
		genesis: u8,
		round: RoundKey,
		sender: u8,
		suite: Suite,
		examples: u32,
		(blob, length): (u8, u64),
		packages: &[u8],
	) -> Vec<u8> {
		let blobs = Blobs::try_from(alloc::vec![BlobReference { hash: H256::repeat_byte(blob), length }])
			.expect("one blob is allowed");
		let packages: Vec<_> = packages.iter().map(|byte| H256::repeat_byte(*byte)).collect();
		let packages = Packages::try_from(packages).expect("few enough");
		signing_payload(
			H256::repeat_byte(genesis),
			round,
			&[sender; 32],
			&Suites::truncate_from(alloc::vec![suite]),
			examples,
			&blobs,
			&packages,
		)
	}

	#[test]
	fn a_sealed_blob_has_a_header_and_a_tag_for_each_chunk() {
		for suite in [Suite::MlKem768, Suite::QkdMlKem768] {
			assert_eq!(suite.blob_length(0), 1_298 + 16);
			assert_eq!(suite.blob_length(65_536), 1_298 + 65_536 + 16);
			assert_eq!(suite.blob_length(65_537), 1_298 + 65_537 + 32);
			assert_eq!(suite.blob_length(u64::MAX), u64::MAX);
		}
		assert_eq!(Suite::Plain.blob_length(7), 7);
	}

	#[test]
	fn payload_is_pinned() {
		let bytes =
			payload(1, RoundKey { study: 2, round: 3, attempt: 4 }, 5, Suite::QkdMlKem768, 6, (7, 8), &[9]);
		let mut expected = COMMITMENT_DOMAIN.to_vec();
		expected.extend([1; 32]);
		expected.extend([2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]);
		expected.extend([5; 32]);
		expected.extend([4, 2, 6, 0, 0, 0, 4]);
		expected.extend([7; 32]);
		expected.extend([8, 0, 0, 0, 0, 0, 0, 0, 4]);
		expected.extend([9; 32]);
		assert_eq!(bytes, expected);
	}

	#[test]
	fn every_field_changes_the_payload() {
		let (key, sealed) = (RoundKey { study: 2, round: 3, attempt: 4 }, Suite::QkdMlKem768);
		let all = [
			payload(1, key, 5, sealed, 6, (7, 8), &[1]),
			payload(9, key, 5, sealed, 6, (7, 8), &[1]),
			payload(1, RoundKey { study: 9, ..key }, 5, sealed, 6, (7, 8), &[1]),
			payload(1, RoundKey { round: 9, ..key }, 5, sealed, 6, (7, 8), &[1]),
			payload(1, RoundKey { attempt: 9, ..key }, 5, sealed, 6, (7, 8), &[1]),
			payload(1, key, 9, sealed, 6, (7, 8), &[1]),
			payload(1, key, 5, Suite::MlKem768, 6, (7, 8), &[1]),
			payload(1, key, 5, sealed, 9, (7, 8), &[1]),
			payload(1, key, 5, sealed, 6, (9, 8), &[1]),
			payload(1, key, 5, sealed, 6, (7, 9), &[1]),
			payload(1, key, 5, sealed, 6, (7, 8), &[2]),
			payload(1, key, 5, sealed, 6, (7, 8), &[]),
			payload(1, key, 5, sealed, 6, (7, 8), &[1, 1]),
		];
		for (i, one) in all.iter().enumerate() {
			assert!(all.iter().skip(i + 1).all(|other| other != one), "payload {i} occurs twice");
		}
	}
}
