//! Data-use agreements between hospitals.

use crate::{BlockNumber, MaxParties, Name};
use bounded_collections::BoundedVec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

/// What a party proposes to the others.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct AgreementTerms<AccountId> {
	/// What the data is used for.
	pub purpose: Name,
	/// SHA-256 of the signed document, which stays off chain.
	pub document: H256,
	/// The hospitals that must sign, the proposer among them, each once.
	pub parties: BoundedVec<AccountId, MaxParties>,
	/// First block at which the agreement no longer holds; `None` for no end.
	pub expires_at: Option<BlockNumber>,
}

/// Where an agreement stands.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum AgreementStatus<AccountId> {
	/// Not all parties have signed.
	Proposed,
	/// All parties have signed.
	Active,
	/// A party has withdrawn; final.
	Revoked {
		/// Who withdrew.
		by: AccountId,
	},
}

/// An agreement as the chain knows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Agreement<AccountId> {
	/// What was proposed.
	pub terms: AgreementTerms<AccountId>,
	/// The parties that have signed, in the order of signing.
	pub signatures: BoundedVec<AccountId, MaxParties>,
	/// Where it stands. An active agreement past its end no longer holds.
	pub status: AgreementStatus<AccountId>,
}

impl<AccountId> Agreement<AccountId> {
	/// Whether the agreement permits use of data at block `now`.
	pub fn holds_at(&self, now: BlockNumber) -> bool {
		matches!(self.status, AgreementStatus::Active) && self.terms.expires_at.is_none_or(|end| now < end)
	}
}
