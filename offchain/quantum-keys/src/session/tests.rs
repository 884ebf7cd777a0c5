//! Test vectors, and that the output depends on every input.

use super::*;
use ml_kem::KeyExport;
use proptest::prelude::*;
use serde_json::Value;

fn bytes(value: &Value) -> Vec<u8> {
	hex::decode(value.as_str().unwrap()).unwrap()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
	bytes(value).try_into().unwrap()
}

fn ml_kem_vectors() -> Value {
	serde_json::from_str(include_str!("../tests/vectors/ml_kem_768.json")).unwrap()
}

fn cases<'a>(vectors: &'a Value, name: &str) -> &'a Vec<Value> {
	let cases = vectors[name].as_array().unwrap();
	assert!(!cases.is_empty());
	cases
}

fn secret(byte: u8) -> SharedSecret {
	SharedSecret(Zeroizing::new([byte; SHARED_SECRET_BYTES]))
}

fn key_pair(seed: &[u8; SEED_BYTES]) -> MlKem768EncapsulationKey {
	DecapsulationKey768::from_seed(Seed::from(*seed)).encapsulation_key().to_bytes().into()
}

#[test]
fn acvp_key_generation() {
	for case in cases(&ml_kem_vectors(), "keyGen") {
		let seed: [u8; SEED_BYTES] = [bytes(&case["d"]), bytes(&case["z"])].concat().try_into().unwrap();
		assert_eq!(key_pair(&seed).as_slice(), bytes(&case["ek"]), "ACVP test case {}", case["tcId"]);
	}
}

#[test]
fn acvp_encapsulation() {
	for case in cases(&ml_kem_vectors(), "encapsulation") {
		let (ciphertext, secret) = encapsulate_with(&array(&case["ek"]), &array(&case["m"])).unwrap();
		assert_eq!(ciphertext.as_slice(), bytes(&case["c"]), "ACVP test case {}", case["tcId"]);
		assert_eq!(secret.0.as_slice(), bytes(&case["K"]), "ACVP test case {}", case["tcId"]);
	}
}

#[test]
fn wycheproof_decapsulation_with_implicit_rejection() {
	for case in cases(&ml_kem_vectors(), "decapsulation") {
		let secret = decapsulate(&array(&case["seed"]), &array(&case["c"]));
		assert_eq!(
			secret.0.as_slice(),
			bytes(&case["K"]),
			"Wycheproof {}: {}",
			case["tcId"],
			case["comment"]
		);
	}
}

#[test]
fn wycheproof_keys_that_are_not_reduced_are_rejected() {
	for case in cases(&ml_kem_vectors(), "invalid") {
		let result = encapsulate(&array(&case["ek"]));
		assert_eq!(result.err(), Some(EncapsulationError::InvalidKey), "Wycheproof {}", case["tcId"]);
	}
}

#[test]
fn wycheproof_hkdf_sha512() {
	let vectors: Value = serde_json::from_str(include_str!("../tests/vectors/hkdf_sha512.json")).unwrap();
	for case in cases(&vectors, "tests") {
		let info = bytes(&case["info"]);
		// In two parts, as `derive` passes it.
		let (first, second) = info.split_at(info.len() / 2);
		let output: Zeroizing<[u8; 64]> =
			hkdf_sha512(&bytes(&case["salt"]), &bytes(&case["ikm"]), &[first, second]);
		assert_eq!(output.as_slice(), bytes(&case["okm"]), "Wycheproof {}", case["tcId"]);
	}
}

/// Computed independently with Python's hashlib and hmac:
///
/// ```python
/// def hkdf(salt, ikm, info, n):
///     prk = hmac.new(salt, ikm, "sha512").digest(); okm = t = b""; i = 1
///     while len(okm) < n: t = hmac.new(prk, t + info + bytes([i]), "sha512").digest(); okm += t; i += 1
///     return okm[:n]
/// kem = bytes(range(32)); qkd = bytes(range(100, 132)); salt = bytes([0x55] * 32)
/// context = hashlib.sha512(b"consilium test context").digest()
/// hkdf(salt, kem + qkd, b"consilium/session-key/v1/qkd+ml-kem-768" + b"\x01" + context, 71).hex()
/// hkdf(salt, kem, b"consilium/session-key/v1/ml-kem-768" + b"\x02" + context, 71).hex()
/// ```
#[test]
fn pinned_session_keys() {
	let kem = SharedSecret(Zeroizing::new(std::array::from_fn(|i| i as u8)));
	let qkd = std::array::from_fn(|i| 100 + i as u8);
	let derive = |qkd| hex::encode(*derive::<71>(&kem, qkd, &[0x55; 32], b"consilium test context"));
	assert_eq!(
		derive(Some(&qkd)),
		"8259b2e78dcadba8d54c4c83ba456c18bef88b1b855ca3c4c4071c1f06150c9c5f59c6b6695d169d969b904a0fd1c043\
		 8c57a0c149507c003b72a9b87198f79bd340b4ee10b2f2"
	);
	assert_eq!(
		derive(None),
		"c8ae8a3975f201e52753451d838e202723866d0e798951f9a8dd38deadfa8944c50bc3b06e084e51fa0da08a39a3d8b3\
		 4661bd5cdde7839d4b1b60783d781b53a03067b180ab46"
	);
}

#[test]
fn the_output_depends_on_every_input() {
	let derive = |kem, qkd, salt, context: &[u8]| *derive::<32>(&secret(kem), qkd, &[salt; 32], context);
	let outputs = [
		derive(1, Some(&[2; 32]), 3, b"context"),
		derive(4, Some(&[2; 32]), 3, b"context"),
		derive(1, Some(&[4; 32]), 3, b"context"),
		derive(1, Some(&[2; 32]), 4, b"context"),
		derive(1, Some(&[2; 32]), 3, b"another"),
		derive(1, None, 3, b"context"),
		derive(1, Some(&[0; 32]), 3, b"context"),
		derive(2, Some(&[1; 32]), 3, b"context"),
	];
	for (i, output) in outputs.iter().enumerate() {
		assert!(!outputs[..i].contains(output), "output {i} is not new");
	}
}

#[test]
fn fresh_encapsulations_differ() {
	let key = key_pair(&[9; SEED_BYTES]);
	let (one, other) = (encapsulate(&key).unwrap(), encapsulate(&key).unwrap());
	assert_ne!(one.0, other.0);
	assert_ne!(*one.1 .0, *other.1 .0);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn both_sides_derive_the_same(
		seed in prop::array::uniform32(any::<u8>()),
		qkd in prop::option::of(prop::array::uniform32(any::<u8>())),
		salt in prop::array::uniform32(any::<u8>()),
		context in prop::collection::vec(any::<u8>(), 0..300),
		flipped in 0..CIPHERTEXT_BYTES,
	) {
		let seed: [u8; SEED_BYTES] = [seed, seed].concat().try_into().unwrap();
		let (mut ciphertext, sender) = encapsulate(&key_pair(&seed)).unwrap();
		let receiver = decapsulate(&seed, &ciphertext);
		let sent = derive::<71>(&sender, qkd.as_ref(), &salt, &context);
		prop_assert_eq!(*sent, *derive::<71>(&receiver, qkd.as_ref(), &salt, &context));
		ciphertext[flipped] ^= 1;
		let rejected = decapsulate(&seed, &ciphertext);
		prop_assert_ne!(*sent, *derive::<71>(&rejected, qkd.as_ref(), &salt, &context));
	}
}
