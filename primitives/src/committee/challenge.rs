//! The challenge of a committee's checks.
//!
//! Each party commits to a random nonce while the round collects, and reveals it once all updates are
//! committed. The challenge is the hash of the revealed nonces: nobody knows it before the updates are fixed,
//! and with at least one honest party nobody chooses it. A party that withholds its nonce chooses between two
//! challenges, so t of them between 2^t.

use crate::{study::RoundKey, AccountBytes, MaxParties};
use bounded_collections::BoundedVec;
use codec::Encode;
use primitive_types::H256;
use sha2::{Digest, Sha256};

/// Separates commitments to nonces from every other SHA-256 in the protocol.
const NONCE_DOMAIN: &[u8] = b"consilium/nonce/1\n";

/// Separates challenges from every other SHA-256 in the protocol.
const CHALLENGE_DOMAIN: &[u8] = b"consilium/challenge/2\n";

/// 32 bytes from a party's operating system.
pub type Nonce = [u8; 32];

/// A party's nonce, as the chain knows it.
#[apply(chain_type)]
#[derive(Copy)]
pub struct PartyNonce {
	/// The party's point.
	pub party: u8,
	/// [`nonce_commitment`].
	pub commitment: H256,
	/// The nonce, once it is revealed.
	pub nonce: Option<Nonce>,
}

/// The nonces of an attempt, in the order of their commitments.
pub type PartyNonces = BoundedVec<PartyNonce, MaxParties>;

/// SHA-256 over the domain and, in SCALE, genesis hash, study, round, attempt, the party's account and its
/// nonce. With the party in it, nobody can reveal another party's nonce as its own.
pub fn nonce_commitment(genesis: H256, round: RoundKey, party: &AccountBytes, nonce: &Nonce) -> H256 {
	hash(NONCE_DOMAIN, &(genesis, round, party, nonce))
}

/// SHA-256 over the domain and, in SCALE, genesis hash, study, round, attempt, and point and nonce of each
/// party that revealed one, in the order of points.
pub fn challenge(genesis: H256, round: RoundKey, nonces: &[PartyNonce]) -> H256 {
	let mut revealed: alloc::vec::Vec<(u8, Nonce)> =
		nonces.iter().filter_map(|of| Some((of.party, of.nonce?))).collect();
	revealed.sort_unstable();
	hash(CHALLENGE_DOMAIN, &(genesis, round, revealed))
}

fn hash(domain: &[u8], content: &impl Encode) -> H256 {
	let mut bytes = domain.to_vec();
	content.encode_to(&mut bytes);
	H256(Sha256::digest(&bytes).into())
}

#[cfg(test)]
mod tests {
	use super::*;

	const ROUND: RoundKey = RoundKey { study: 2, round: 3, attempt: 4 };

	fn nonces() -> [PartyNonce; 3] {
		let of = |party, nonce| PartyNonce { party, commitment: H256::zero(), nonce };
		[of(4, Some([4; 32])), of(1, Some([1; 32])), of(2, None)]
	}

	/// By Python: `hashlib.sha256(domain + genesis + u32s little-endian + ...)`, with the compact length of a
	/// list (`08` for two) before it.
	#[test]
	fn known_answers() {
		let genesis = H256::repeat_byte(1);
		let commitment = nonce_commitment(genesis, ROUND, &[5; 32], &[6; 32]);
		assert_eq!(
			alloc::format!("{commitment:x}"),
			"66a52d0f26f75e5dfb2a3d4918c4b64d02a8cd3a13c08ab9090d38ce8b1de284"
		);
		let challenge = challenge(genesis, ROUND, &nonces());
		assert_eq!(
			alloc::format!("{challenge:x}"),
			"580203be18c6c2c0e99b90b38b3fb5bc3b0eee365e16544ec7b9743a6d6108a1"
		);
	}

	#[test]
	fn everything_is_bound() {
		let one = H256::repeat_byte(1);
		let commitment = nonce_commitment(one, ROUND, &[5; 32], &[6; 32]);
		let other_round = RoundKey { attempt: 5, ..ROUND };
		for other in [
			nonce_commitment(H256::repeat_byte(2), ROUND, &[5; 32], &[6; 32]),
			nonce_commitment(one, other_round, &[5; 32], &[6; 32]),
			nonce_commitment(one, ROUND, &[7; 32], &[6; 32]),
			nonce_commitment(one, ROUND, &[5; 32], &[7; 32]),
		] {
			assert_ne!(commitment, other);
		}
		let drawn = challenge(one, ROUND, &nonces());
		let [first, second, third] = nonces();
		assert_eq!(drawn, challenge(one, ROUND, &[second, third, first]), "the order of commitments");
		let revealed = PartyNonce { nonce: Some([2; 32]), ..third };
		let exchanged = PartyNonce { party: 1, ..first };
		for other in [
			challenge(H256::repeat_byte(2), ROUND, &nonces()),
			challenge(one, other_round, &nonces()),
			challenge(one, ROUND, &[first, second, revealed]),
			challenge(one, ROUND, &[PartyNonce { party: 4, ..second }, exchanged]),
			challenge(one, ROUND, &[first]),
		] {
			assert_ne!(drawn, other);
		}
	}
}
