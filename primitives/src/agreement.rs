//! Data-use agreements between hospitals.

use crate::{BlockNumber, MaxParties, Name};
use bounded_collections::BoundedVec;
use primitive_types::H256;

/// The terms that one party proposes to the others.
#[apply(chain_type)]
pub struct AgreementTerms<AccountId> {
	/// The purpose of use.
	pub purpose: Name,
	/// SHA-256 of the signed document, which stays off chain.
	pub document: H256,
	/// The hospitals that must sign, including the proposer; no duplicates.
	pub parties: BoundedVec<AccountId, MaxParties>,
	/// First block at which the agreement no longer holds; `None`: it does not expire.
	pub expires_at: Option<BlockNumber>,
}

/// The status of an agreement.
#[apply(chain_type)]
pub enum AgreementStatus<AccountId> {
	/// Some parties have yet to sign.
	Proposed,
	/// All parties have signed.
	Active,
	/// A party withdrew; final.
	Revoked {
		/// The party that withdrew.
		by: AccountId,
	},
}

/// An agreement as the chain knows it.
#[apply(chain_type)]
pub struct Agreement<AccountId> {
	/// The terms.
	pub terms: AgreementTerms<AccountId>,
	/// The parties that have signed, in the order of signing.
	pub signatures: BoundedVec<AccountId, MaxParties>,
	/// The status. An active agreement that has expired no longer holds.
	pub status: AgreementStatus<AccountId>,
}

impl<AccountId> Agreement<AccountId> {
	/// Whether the agreement permits use of data at block `now`.
	pub fn holds_at(&self, now: BlockNumber) -> bool {
		matches!(self.status, AgreementStatus::Active) && self.terms.expires_at.is_none_or(|end| now < end)
	}
}
