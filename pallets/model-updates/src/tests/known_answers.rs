use consilium_primitives::ml_dsa_65::verify;
use fips204::{
	ml_dsa_65::KG,
	traits::{KeyGen, SerDes, Signer},
};
use sp_io::hashing::{blake2_256, sha2_256};

/// SHA-256 chain over keys and signatures of the test below, as computed with another implementation
/// (RustCrypto's `ml-dsa` 0.1.2, `MlDsa65::from_seed` and `sign_deterministic` with an empty context).
const ACCUMULATED: &str = "2a2b76a54ff9eb5f82f6de1b4fbbf664f67a329373725a60aefc3d98abc4d5bd";

#[test]
fn keys_and_signatures_are_those_of_another_implementation() {
	let mut accumulated = [0; 32];
	for i in 0u32..100 {
		let seed = blake2_256(&i.to_le_bytes());
		let message = seed.repeat(i as usize % 5);
		let (public, private) = KG::keygen_from_seed(&seed);
		// FIPS 204, section 3.4: the deterministic variant takes zeros for randomness.
		let signature = private.try_sign_with_seed(&[0; 32], &message, &[]).unwrap();
		let public = public.into_bytes();
		assert!(verify(&public, &message, &signature));
		accumulated = sha2_256(&[&accumulated[..], &public, &signature].concat());
	}
	assert_eq!(sp_core::hexdisplay::HexDisplay::from(&accumulated).to_string(), ACCUMULATED);
}
