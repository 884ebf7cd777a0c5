//! Sealed blobs: encrypted by one hospital for another, in one attempt of one round.
//!
//! `docs/sealed-blob.md` specifies the format byte by byte. Who may open a blob depends on its keys, which
//! the caller derives with [`Header::derivation_context`] as context.
//!
//! | module | holds |
//! | --- | --- |
//! | [`error`] | errors of sealing and opening |
//! | [`header`] | the header, and what the opener expects of it |
//! | [`keys`] | content key, key commitment and nonce prefix |
//! | [`layout`] | lengths |
//! | [`stream`] | sealing and opening of streams, with one chunk in memory |
//! | [`whole`] | sealing and opening in memory |
//!
//! ```
//! use consilium_blobs::sealed::{open, seal, ContentKeys, Expected, Header, SealContext};
//! use consilium_primitives::{study::RoundKey, H256};
//! # use zeroize::Zeroizing;
//! # // Replaces HKDF-SHA-512 with the session secret.
//! # fn derive(context: &[u8]) -> Zeroizing<[u8; 71]> {
//! #     Zeroizing::new(std::array::from_fn(|index| context[index] ^ index as u8))
//! # }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let plaintext = b"a share";
//! let context = SealContext {
//!     genesis: H256([1; 32]),
//!     round: RoundKey { study: 7, round: 3, attempt: 1 },
//!     sender: [2; 32],
//!     receiver: [3; 32],
//! };
//! let header = Header {
//!     context,
//!     key_id: Some([4; 16]),
//!     kem_ciphertext: [5; 1088],
//!     salt: [6; 32],
//!     length: plaintext.len() as u64,
//! };
//! let keys = ContentKeys::from_okm(&derive(&header.derivation_context()));
//! let blob = seal(&header, &keys, plaintext)?;
//!
//! // The receiver.
//! let parsed = Header::parse(&blob)?;
//! let keys = ContentKeys::from_okm(&derive(&parsed.header.derivation_context()));
//! let expected = Expected { suite: header.suite(), context };
//! assert_eq!(open(&keys, &expected, &blob)?.as_slice(), plaintext);
//! # Ok(())
//! # }
//! ```

mod chunks;
pub mod error;
pub mod header;
pub mod keys;
pub mod layout;
pub mod stream;
pub mod whole;

pub use error::{FormatError, OpenError, SealError};
pub use header::{Expected, Header, Parsed, SealContext};
pub use keys::ContentKeys;
pub use layout::{sealed_length, HEADER_LENGTH};
pub use stream::{open_stream, seal_stream};
pub use whole::{open, open_in_place, seal, seal_in_place};
