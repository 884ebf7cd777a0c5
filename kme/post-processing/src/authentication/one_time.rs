//! A tag for one message under a key of its own, for messages that may be lost or come in any order.
//!
//! The hash and the pad are those of [`wegman_carter`](super::wegman_carter), but the hash key is not kept: it is fresh for
//! each message like the pad, and costs 128 bits more. Hashed are a block with a label, the message, filled up with zeros,
//! and a block with its length. Whoever does not know the key forges a message of so many bytes with probability at most
//! [`forgery_probability`](super::wegman_carter::forgery_probability) in each attempt.

use crate::polynomial_hash::{hidden_hash, BLOCK};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes of a key: of the hash key, then of the pad.
pub const KEY_BYTES: usize = 2 * BLOCK;

/// Bytes of a tag.
pub const TAG_BYTES: usize = BLOCK;

/// Tells these tags from those of a session.
const HEADER: &[u8; BLOCK] = b"one-time tag 1\0\0";

/// The tag of a message. The key is secret, and was never used before: two messages under one key betray it.
pub fn tag(key: &[u8; KEY_BYTES], message: &[u8]) -> [u8; TAG_BYTES] {
	let (hash_key, pad) = halves(key);
	hidden_hash(hash_key, HEADER, [message, &[]], pad)
}

/// Whether a tag belongs to a message, in a time that does not depend on the tag.
pub fn is_right(key: &[u8; KEY_BYTES], message: &[u8], tag: &[u8]) -> bool {
	// The right tag of a message that is refused would be a forgery: it does not stay in memory.
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

	/// The tag is what POLYVAL of the layout by hand gives, under the pad.
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
	fn every_altered_bit_is_noticed() {
		let message = *b"one hop of a key";
		let tag = tag(&key(), &message);
		assert!(is_right(&key(), &message, &tag));
		for bit in 0..8 * message.len() {
			let mut altered = message;
			altered[bit / 8] ^= 1 << (bit % 8);
			assert!(!is_right(&key(), &altered, &tag), "bit {bit} of the message");
		}
		for bit in 0..8 * TAG_BYTES {
			let mut altered = tag;
			altered[bit / 8] ^= 1 << (bit % 8);
			assert!(!is_right(&key(), &message, &altered), "bit {bit} of the tag");
		}
		for bit in 0..8 * KEY_BYTES {
			let mut altered = key();
			altered[bit / 8] ^= 1 << (bit % 8);
			assert!(!is_right(&altered, &message, &tag), "bit {bit} of the key");
		}
		assert!(!is_right(&key(), &message, &tag[..15]));
		assert!(!is_right(&key(), &[&message[..], &[0]].concat(), &tag));
	}
}
