//! The keys of a sealed blob.

use super::layout::COMMITMENT_LENGTH;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// Bytes of output keying material for one blob.
pub const OKM_LENGTH: usize = KEY_LENGTH + COMMITMENT_LENGTH + PREFIX_LENGTH;

const KEY_LENGTH: usize = 32;
pub(super) const PREFIX_LENGTH: usize = 7;

/// The keys of one blob: content key, key commitment and nonce prefix.
///
/// They belong to one header and one plaintext. Sealing two plaintexts with the same keys repeats nonces,
/// which reveals both plaintexts and the authentication key.
#[derive(ZeroizeOnDrop)]
pub struct ContentKeys {
	pub(super) content_key: [u8; KEY_LENGTH],
	#[zeroize(skip)]
	pub(super) commitment: [u8; COMMITMENT_LENGTH],
	pub(super) nonce_prefix: [u8; PREFIX_LENGTH],
}

impl ContentKeys {
	/// Splits 71 bytes of output keying material: 32 of content key, 32 of key commitment, 7 of nonce prefix.
	/// They must come from a collision-resistant key derivation function, such as HKDF-SHA-512, with a secret
	/// that is used for this blob alone and [`Header::derivation_context`](super::Header::derivation_context)
	/// as context. This is what makes the commitment binding.
	pub fn from_okm(okm: &Zeroizing<[u8; OKM_LENGTH]>) -> Self {
		let mut keys = Self {
			content_key: [0; KEY_LENGTH],
			commitment: [0; COMMITMENT_LENGTH],
			nonce_prefix: [0; PREFIX_LENGTH],
		};
		let (content_key, rest) = okm.split_at(KEY_LENGTH);
		let (commitment, nonce_prefix) = rest.split_at(COMMITMENT_LENGTH);
		keys.content_key.copy_from_slice(content_key);
		keys.commitment.copy_from_slice(commitment);
		keys.nonce_prefix.copy_from_slice(nonce_prefix);
		keys
	}
}
