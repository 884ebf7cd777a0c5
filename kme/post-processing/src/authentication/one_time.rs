//! A tag for a single message under its own key, for messages that may be lost or arrive in any order.
//!
//! Hash and pad are those of [`wegman_carter`](super::wegman_carter), but the hash key is used only once,
//! like the pad, which costs 128 more bits. The hash input is a block with a label, the message padded with
//! zeros, and a block with its length. A forgery succeeds with probability at most
//! [`forgery_probability`](super::wegman_carter::forgery_probability) of the message's length.

use crate::polynomial_hash::{encrypted_hash, BLOCK};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Length of a key in bytes: the hash key, then the pad.
pub const KEY_BYTES: usize = 2 * BLOCK;

/// Length of a tag in bytes.
pub const TAG_BYTES: usize = BLOCK;

/// Distinguishes these tags from those of a session.
const HEADER: &[u8; BLOCK] = b"one-time tag 1\0\0";

/// The tag of a message. The key must be secret and used only once: two messages under one key reveal it.
pub fn tag(key: &[u8; KEY_BYTES], message: &[u8]) -> [u8; TAG_BYTES] {
	let (hash_key, pad) = halves(key);
	encrypted_hash(hash_key, HEADER, [message, &[]], pad)
}

/// Whether a tag belongs to a message, in constant time.
pub fn verify(key: &[u8; KEY_BYTES], message: &[u8], tag: &[u8]) -> bool {
	// The expected tag of a refused message would be a forgery: it must not stay in memory.
	let expected = Zeroizing::new(self::tag(key, message));
	expected.ct_eq(tag).into()
}

fn halves(key: &[u8; KEY_BYTES]) -> (&[u8; BLOCK], &[u8; BLOCK]) {
	let (hash_key, pad) = key.split_first_chunk().expect("a key has two blocks");
	(hash_key, pad.first_chunk().expect("a key has two blocks"))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn key() -> [u8; KEY_BYTES] {
		std::array::from_fn(|index| index as u8 + 1)
	}

	/// The tag is POLYVAL of the layout, computed independently, XORed with the pad.
	#[test]
	fn the_tag_is_hash_and_pad() {
		use polyval::universal_hash::{KeyInit, UniversalHash};
		let mut polyval = polyval::Polyval::new(key()[..16].into());
		polyval.update(&[(*b"one-time tag 1\0\0").into(), (*b"one hop of a key").into()]);
		polyval.update(&[(*b"!\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0").into()]);
		polyval.update(&[(*b"\x11\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0").into()]);
		let mut expected = <[u8; 16]>::from(polyval.finalize());
		expected.iter_mut().zip(&key()[16..]).for_each(|(byte, pad)| *byte ^= pad);
		assert_eq!(tag(&key(), b"one hop of a key!"), expected);
	}

	#[test]
	fn every_altered_bit_is_detected() {
		let message = *b"one hop of a key";
		let tag = tag(&key(), &message);
		assert!(verify(&key(), &message, &tag));
		for bit in 0..8 * message.len() {
			let mut altered = message;
			altered[bit / 8] ^= 1 << (bit % 8);
			assert!(!verify(&key(), &altered, &tag), "bit {bit} of the message");
		}
		for bit in 0..8 * TAG_BYTES {
			let mut altered = tag;
			altered[bit / 8] ^= 1 << (bit % 8);
			assert!(!verify(&key(), &message, &altered), "bit {bit} of the tag");
		}
		for bit in 0..8 * KEY_BYTES {
			let mut altered = key();
			altered[bit / 8] ^= 1 << (bit % 8);
			assert!(!verify(&altered, &message, &tag), "bit {bit} of the key");
		}
		assert!(!verify(&key(), &message, &tag[..15]));
		assert!(!verify(&key(), &[&message[..], &[0]].concat(), &tag));
	}
}
