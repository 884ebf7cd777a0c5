//! One-time authentication of messages with bits of a link's pool.

use polyval::{
	universal_hash::{KeyInit, UniversalHash},
	Polyval,
};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// Bytes of a tag.
pub const TAG_BYTES: usize = 16;

/// A message authentication code whose key is used for one message.
pub trait Authenticator: Send + Sync {
	/// Bytes of key that one message costs.
	fn key_bytes(&self) -> usize;

	/// The tag of a message; `key` has [`Authenticator::key_bytes`] bytes that were never used before.
	fn tag(&self, key: &[u8], message: &[u8]) -> [u8; TAG_BYTES];

	/// Whether a tag belongs to a message, in a time that does not depend on the tag.
	fn verify(&self, key: &[u8], message: &[u8], tag: &[u8]) -> bool {
		self.tag(key, message).ct_eq(tag).into()
	}
}

/// Wegman and Carter's construction (J. Comput. Syst. Sci. 22, 265, 1981): a universal hash of the message under one half
/// of the key, hidden by the other half.
///
/// The hash is POLYVAL (RFC 8452, section 3) over the message, padded with zeros to whole blocks of 16 bytes, and a
/// block with its length in bits. Whoever does not know the key forges a message of n blocks with probability at
/// most (n + 1) / 2^128.
#[derive(Clone, Copy, Debug, Default)]
pub struct PolyvalOneTime;

impl Authenticator for PolyvalOneTime {
	fn key_bytes(&self) -> usize {
		2 * TAG_BYTES
	}

	fn tag(&self, key: &[u8], message: &[u8]) -> [u8; TAG_BYTES] {
		let (hash_key, pad) = key.split_at(TAG_BYTES);
		let mut hash = Polyval::new(polyval::Key::from_slice(hash_key));
		hash.update_padded(message);
		let mut length = [0; TAG_BYTES];
		length[..8].copy_from_slice(&(8 * message.len() as u64).to_le_bytes());
		hash.update(&[length.into()]);
		let digest: Zeroizing<[u8; TAG_BYTES]> = Zeroizing::new(hash.finalize().into());
		let mut tag = *digest;
		tag.iter_mut().zip(pad).for_each(|(byte, pad)| *byte ^= pad);
		tag
	}

	fn verify(&self, key: &[u8], message: &[u8], tag: &[u8]) -> bool {
		// The right tag of a message that is refused would be a forgery: it does not stay in memory.
		let mut expected = self.tag(key, message);
		let is_right = expected.ct_eq(tag).into();
		expected.zeroize();
		is_right
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// RFC 8452, appendix A: POLYVAL of two blocks, of which the second takes the place of the length here.
	#[test]
	fn known_answer() {
		let mut key = hex::decode("25629347589242761d31f826ba4b757b").unwrap();
		let first = hex::decode("4f4f95668c83dfb6401762bb2d01a262").unwrap();
		let second = hex::decode("d1a24ddd2721d006bbe45f20d3c9f362").unwrap();
		let expected = hex::decode("f7a3b47b846119fae5b7866cf5e5b77e").unwrap();
		let mut hash = Polyval::new(polyval::Key::from_slice(&key));
		hash.update_padded(&[first.clone(), second.clone()].concat());
		assert_eq!(hash.finalize().as_slice(), expected);

		// The same two blocks as a message: one more step of Horner's rule, then the pad.
		key.extend([0xA5; 16]);
		let message = [first, second].concat();
		let mut hash = Polyval::new(polyval::Key::from_slice(&key[..16]));
		let mut block = [0; 16];
		block[0] = 0;
		block[1] = 1;
		hash.update_padded(&[message.as_slice(), &block].concat());
		let padded: Vec<u8> = hash.finalize().iter().map(|byte| byte ^ 0xA5).collect();
		assert_eq!(PolyvalOneTime.tag(&key, &message).as_slice(), padded);
	}

	#[test]
	fn every_altered_bit_is_noticed() {
		let key: Vec<u8> = (1..=32).collect();
		let message = b"one hop of a key".to_vec();
		let tag = PolyvalOneTime.tag(&key, &message);
		assert!(PolyvalOneTime.verify(&key, &message, &tag));
		for bit in 0..8 * message.len() {
			let mut altered = message.clone();
			altered[bit / 8] ^= 1 << (bit % 8);
			assert!(!PolyvalOneTime.verify(&key, &altered, &tag));
		}
		for bit in 0..128 {
			let mut altered = tag;
			altered[bit / 8] ^= 1 << (bit % 8);
			assert!(!PolyvalOneTime.verify(&key, &message, &altered));
		}
		assert!(!PolyvalOneTime.verify(&key, &message, &tag[..15]));
		assert!(!PolyvalOneTime.verify(&key, &[message.as_slice(), &[0]].concat(), &tag));
	}
}
