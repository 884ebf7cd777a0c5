//! Test vectors for other implementations. `vectors/check.py` verifies them with another AES-GCM.

use crate::common::*;
use consilium_blobs::sealed::{open, seal, ContentKeys, Header, OpenError, SealContext};
use consilium_primitives::{study::RoundKey, H256};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

fn vectors() -> Value {
	serde_json::from_str(include_str!("../vectors/sealed-blob.json")).unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
	value[name].as_str().unwrap_or_else(|| panic!("{name} is a text"))
}

fn number(value: &Value, name: &str) -> usize {
	value[name].as_u64().unwrap_or_else(|| panic!("{name} is a number")).try_into().unwrap()
}

/// Bytes in hexadecimal, or generated: byte i of `count` is (first + i * step) mod 251.
fn bytes(value: &Value) -> Vec<u8> {
	match value.as_str() {
		Some(text) => hex::decode(text).unwrap(),
		None => {
			let (first, step) = (number(value, "first"), number(value, "step"));
			(0..number(value, "count")).map(|index| ((first + index * step) % 251) as u8).collect()
		},
	}
}

fn array<const LENGTH: usize>(value: &Value) -> [u8; LENGTH] {
	bytes(value).try_into().unwrap()
}

fn header(value: &Value) -> Header {
	let [study, round, attempt] = ["study", "round", "attempt"].map(|name| number(value, name) as u32);
	let key_id = array(&value["key_id"]);
	Header {
		context: SealContext {
			genesis: H256(array(&value["genesis"])),
			round: RoundKey { study, round, attempt },
			sender: array(&value["sender"]),
			receiver: array(&value["receiver"]),
		},
		key_id: match text(value, "suite") {
			"qkd-ml-kem-768" => Some(key_id),
			"ml-kem-768" => {
				assert_eq!(key_id, [0; 16]);
				None
			},
			other => panic!("suite {other}"),
		},
		kem_ciphertext: array(&value["kem_ciphertext"]),
		salt: array(&value["salt"]),
		length: number(value, "length") as u64,
	}
}

fn hash(bytes: &[u8]) -> String {
	hex::encode(Sha256::digest(bytes))
}

#[test]
fn blobs_are_those_of_the_vectors() {
	for vector in vectors()["sealed"].as_array().unwrap() {
		let name = text(vector, "name");
		let (header, keys) =
			(header(&vector["header"]), ContentKeys::from_okm(&array(&vector["okm"]).into()));
		let plaintext = bytes(&vector["plaintext"]);
		let blob = seal(&header, &keys, &plaintext).unwrap();
		assert_eq!(hash(&header.derivation_context()), text(vector, "context_sha256"), "{name}");
		assert_eq!(hash(&blob[..HEADER]), text(vector, "associated_data"), "{name}");
		assert_eq!(blob.len(), number(vector, "blob_length"), "{name}");
		assert_eq!(hex::encode(&blob[blob.len() - 16..]), text(vector, "last_tag"), "{name}");
		if let Some(chunks) = vector["chunks"].as_str() {
			assert_eq!(hex::encode(&blob[HEADER..]), chunks, "{name}");
		}
		assert_eq!(hash(&blob), text(vector, "blob_sha256"), "{name}");
		assert!(*open(&keys, &expected_of(&header), &blob).unwrap() == plaintext, "{name}");
	}
}

#[test]
fn blobs_that_the_vectors_reject_are_rejected() {
	let vectors = vectors();
	let blobs: HashMap<_, _> =
		vectors["sealed"].as_array().unwrap().iter().map(|vector| (text(vector, "name"), vector)).collect();
	for case in vectors["rejected"].as_array().unwrap() {
		let name = text(case, "name");
		let vector = blobs[text(case, "blob")];
		let (header, keys) =
			(header(&vector["header"]), ContentKeys::from_okm(&array(&vector["okm"]).into()));
		let mut blob = seal(&header, &keys, &bytes(&vector["plaintext"])).unwrap();
		edit(&mut blob, case);
		let error = rejected(&keys, &expected_of(&header), &blob);
		let found = match error {
			OpenError::Format(_) => "format",
			OpenError::Unexpected { .. } => "unexpected",
			OpenError::Keys => "keys",
			OpenError::Altered { .. } => "altered",
			other => panic!("{name}: {other}"),
		};
		assert_eq!(found, text(case, "error"), "{name}: {error}");
	}
}

fn edit(blob: &mut Vec<u8>, rejected: &Value) {
	for (place, mask) in rejected["xor"].as_object().into_iter().flatten() {
		blob[place.parse::<usize>().unwrap()] ^= u8::from_str_radix(mask.as_str().unwrap(), 16).unwrap();
	}
	if let Some(chunks) = rejected["swap_chunks"].as_array() {
		let place = |index: usize| HEADER + chunks[index].as_u64().unwrap() as usize * SEALED_CHUNK;
		let (before, after) = blob.split_at_mut(place(1));
		before[place(0)..][..SEALED_CHUNK].swap_with_slice(&mut after[..SEALED_CHUNK]);
	}
	if let Some(length) = rejected["truncate"].as_u64() {
		blob.truncate(length as usize);
	}
	if let Some(more) = rejected["append"].as_str() {
		blob.extend(hex::decode(more).unwrap());
	}
}
