//! What parties and hospitals post in the phases of a committee, and the payloads they sign.

use super::MAX_PROJECTIONS;
use crate::{
	commitment::BlobReference, hospital::MlDsa65Signature, study::RoundKey, AccountBytes, MaxParties,
};
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::Encode;
use primitive_types::H256;

/// Bound of the elements that a party posts for one hospital: four degree tests, product, norm, direction and
/// projections.
pub type MaxCheckElements = ConstU32<{ 7 + MAX_PROJECTIONS as u32 }>;

/// A party's check of one hospital's shares.
#[apply(chain_type)]
pub enum Check {
	/// The opened elements, in the order of [`Committee::check_elements`](super::Committee::check_elements).
	Elements(BoundedVec<u64, MaxCheckElements>),
	/// The party has no shares to check: the blob is missing, altered, or not what the hospital committed to.
	Complaint,
}

/// A party's post in Checking: one check per hospital that committed, in order of accounts.
pub type Checks = BoundedVec<Check, MaxParties>;

/// A hospital's answer to a dispute: the party's shares in the clear.
#[apply(chain_type)]
#[derive(Copy)]
pub struct Answer {
	/// The party's point.
	pub party: u8,
	/// Its share package.
	pub shares: BlobReference,
}

/// The answers of one hospital, one per dispute about it.
pub type Answers = BoundedVec<Answer, MaxParties>;

/// Maximum number of disputes in a round: a hospital is in dispute with at most t parties, because beyond
/// that it is found at fault without a dispute.
pub type MaxDisputes = ConstU32<{ crate::MAX_PARTIES * 31 }>;

/// A party's judgement of all answered disputes, in order: whether the published shares match the commitment
/// and imply what the other parties opened.
pub type Judgements = BoundedVec<bool, MaxDisputes>;

/// The kind of a signed post, by which its domain separator differs from that of all others. The separator is
/// part of the message; the context string of FIPS 204 is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	/// [`Checks`].
	Checks,
	/// [`Answers`].
	Answers,
	/// [`Judgements`].
	Judgements,
	/// A partial aggregate's [`BlobReference`].
	Partial,
	/// A commitment to a nonce.
	Nonce,
}

impl Kind {
	/// The domain separator.
	pub const fn domain(self) -> &'static [u8] {
		match self {
			Self::Checks => b"consilium/post_checks/v1\0",
			Self::Answers => b"consilium/answer_disputes/v1\0",
			Self::Judgements => b"consilium/judge_disputes/v1\0",
			Self::Partial => b"consilium/post_partial/v1\0",
			Self::Nonce => b"consilium/commit_nonce/v1\0",
		}
	}
}

/// The bytes a member signs for a post, in SCALE: domain, genesis hash, study, round, attempt, sender,
/// content.
pub fn signing_payload(
	kind: Kind,
	genesis: H256,
	round: RoundKey,
	sender: &AccountBytes,
	content: &impl Encode,
) -> Vec<u8> {
	let mut payload = kind.domain().to_vec();
	(genesis, round, sender).encode_to(&mut payload);
	content.encode_to(&mut payload);
	payload
}

/// A post with the member's ML-DSA-65 signature over [`signing_payload`].
#[apply(chain_type)]
pub struct Signed<Content> {
	/// The post.
	pub content: Content,
	/// The signature.
	pub signature: MlDsa65Signature,
}
