//! Lengths of a sealed blob and of its parts.

use consilium_primitives::commitment::{Suite, SEALED_CHUNK_LENGTH, SEALED_HEADER_LENGTH, SEALED_TAG_LENGTH};

/// Length of the header in bytes, key commitment included.
pub const HEADER_LENGTH: usize = SEALED_HEADER_LENGTH as usize;

/// Length of the context of the key derivation: the header without the key commitment, in bytes.
pub const CONTEXT_LENGTH: usize = HEADER_LENGTH - COMMITMENT_LENGTH;

/// Length of the key commitment in bytes.
pub const COMMITMENT_LENGTH: usize = 32;

/// Plaintext bytes in each chunk but the last.
pub const CHUNK_LENGTH: usize = SEALED_CHUNK_LENGTH as usize;

/// Bytes of the authentication tag after each chunk.
pub const TAG_LENGTH: usize = SEALED_TAG_LENGTH as usize;

/// Longest plaintext, in bytes: 2^48, since the chunk counter has 32 bits.
pub const MAX_PLAINTEXT: u64 = (CHUNK_LENGTH as u64) << 32;

/// Length in bytes of a plaintext's sealed blob; `None` above [`MAX_PLAINTEXT`].
pub fn sealed_length(plaintext: u64) -> Option<u64> {
	// The length does not depend on the suite.
	(plaintext <= MAX_PLAINTEXT).then(|| Suite::QkdMlKem768.blob_length(plaintext))
}

/// Number of chunks of a plaintext; an empty plaintext has one empty chunk.
pub(super) fn chunk_count(plaintext: u64) -> Option<u64> {
	(plaintext <= MAX_PLAINTEXT).then(|| plaintext.div_ceil(CHUNK_LENGTH as u64).max(1))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_started_chunk_adds_a_tag() {
		let overhead = |plaintext| sealed_length(plaintext).map(|length| length - plaintext);
		assert_eq!(overhead(0), Some(1298 + 16));
		assert_eq!(overhead(1), Some(1298 + 16));
		assert_eq!(overhead(65_536), Some(1298 + 16));
		assert_eq!(overhead(65_537), Some(1298 + 32));
		assert_eq!(overhead(131_072), Some(1298 + 32));
		assert_eq!(overhead(MAX_PLAINTEXT), Some(1298 + (16 << 32)));
		assert_eq!(sealed_length(MAX_PLAINTEXT + 1), None);
		assert_eq!(sealed_length(u64::MAX), None);
	}
}
