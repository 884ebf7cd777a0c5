//! A hello and a proof of arbitrary bytes: an error, never a panic.
//!
//! The first byte is the length of the proof at the end, in units of 16 bytes, and whether a valid hello
//! precedes it.

#![no_main]

use consilium_post_processing::authentication::{
	setup::{Names, Setup},
	signatures::SigningKeys,
	End,
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::sync::{Arc, LazyLock};

static KEYS: LazyLock<Arc<SigningKeys>> = LazyLock::new(|| Arc::new(SigningKeys::generate()));

fn begin(end: End, own: &str, peer: &str) -> (Setup, Vec<u8>) {
	let names = Names { link: "a-b".into(), own: own.into(), peer: peer.into() };
	Setup::begin(KEYS.clone(), end, names, &mut ChaCha20Rng::seed_from_u64(1)).expect("the names are short")
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	let Some((choice, rest)) = bytes.split_first() else { return };
	let (hello, proof) = rest.split_at(rest.len().saturating_sub(usize::from(choice >> 1) * 16));
	let (setup, _) = begin(End::Transmitter, "a", "b");
	let true_hello = begin(End::Receiver, "b", "a").1;
	let hello = if choice & 1 == 0 { &true_hello } else { hello };
	if let Ok((agreed, _)) = setup.agree(hello) {
		assert!(agreed.complete(proof).is_err(), "this was not signed");
	}
});
