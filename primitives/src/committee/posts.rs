//! What parties and hospitals post in the phases of a committee, and the payloads they sign.

use super::MAX_PROJECTIONS;
use crate::{
	commitment::BlobReference, hospital::MlDsa65Signature, study::RoundKey, AccountBytes, MaxParties,
};
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

/// Bound of the elements that a party posts of one hospital: four tests of the degree, product, norm, direction and the
/// projections.
pub type MaxCheckElements = ConstU32<{ 7 + MAX_PROJECTIONS as u32 }>;

/// What a party says of one hospital's shares.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Check {
	/// The opened elements, in the order of [`Committee::check_elements`](super::Committee::check_elements).
	Elements(BoundedVec<u64, MaxCheckElements>),
	/// The party has no shares to check: its blob is missing, altered, or not what the hospital committed to.
	Complaint,
}

/// What a party posts in Checking: one check for each hospital that committed, in the order of accounts.
pub type Checks = BoundedVec<Check, MaxParties>;

/// A hospital's answer to a dispute: the party's shares in the clear.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Answer {
	/// The party's point.
	pub party: u8,
	/// Its share package.
	pub shares: BlobReference,
}

/// The answers of one hospital, one for each dispute about it.
pub type Answers = BoundedVec<Answer, MaxParties>;

/// Most disputes of a round: fewer than one hospital's with every party, for a hospital that quarrels with more than t
/// parties is at fault without any.
pub type MaxDisputes = ConstU32<{ crate::MAX_PARTIES * 31 }>;

/// A party's judgement of all answered disputes, in their order: whether the published shares are those that were
/// committed and imply what the other parties opened.
pub type Judgements = BoundedVec<bool, MaxDisputes>;

/// Separates what parties and hospitals of a committee sign from everything else an ML-DSA key may sign, and each kind
/// from the others. It stands in the message; the context string of FIPS 204 is empty.
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
}

impl Kind {
	/// The words that the payload begins with.
	pub const fn domain(self) -> &'static [u8] {
		match self {
			Self::Checks => b"consilium/post_checks/v1\0",
			Self::Answers => b"consilium/answer_disputes/v1\0",
			Self::Judgements => b"consilium/judge_disputes/v1\0",
			Self::Partial => b"consilium/post_partial/v1\0",
		}
	}
}

/// The bytes a member signs for a post: domain, genesis hash, study, round, attempt, sender, and the content in SCALE.
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

/// Something a member posted, with its ML-DSA-65 signature over [`signing_payload`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Signed<Content> {
	/// What was posted.
	pub content: Content,
	/// The signature.
	pub signature: MlDsa65Signature,
}
