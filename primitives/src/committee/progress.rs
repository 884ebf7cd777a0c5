//! How far the committee of a round has come, as the chain knows it.

use super::posts::MaxDisputes;
use crate::{commitment::BlobReference, MaxParties};
use bounded_collections::BoundedVec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

/// One party's word against one hospital's.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Dispute<AccountId> {
	/// The hospital whose shares are in question.
	pub hospital: AccountId,
	/// The party's point.
	pub party: u8,
	/// Whether the party complained that it has no shares; else it posted other checks than the sharing implies.
	pub complaint: bool,
	/// The party's share package in the clear, once the hospital has published it.
	pub answer: Option<BlobReference>,
	/// Other parties that find the published shares right.
	pub right: u8,
	/// Other parties that find them wrong.
	pub wrong: u8,
}

/// What a party did.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum PartyFault<AccountId> {
	/// It posted no checks.
	NoChecks,
	/// It complained that it had no shares of this hospital, which then published them.
	UnfoundedComplaint(AccountId),
	/// It posted other checks of this hospital than its shares imply.
	FalseChecks(AccountId),
	/// It posted no partial aggregate.
	NoPartial,
	/// Its partial aggregate was wrong and was corrected.
	WrongPartial,
}

/// A party that is named for what it did.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct NamedParty<AccountId> {
	/// Its point.
	pub party: u8,
	/// What it did.
	pub fault: PartyFault<AccountId>,
}

/// A party's sum of the included hospitals' shares, each times its weight.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Partial {
	/// The party's point.
	pub party: u8,
	/// Where it is.
	pub blob: BlobReference,
}

/// A hospital that committed.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Dealer<AccountId> {
	/// Which.
	pub hospital: AccountId,
	/// What its number of examples is multiplied by; 0 before the checks, and for a hospital that does not count.
	pub factor: u32,
}

/// How far the committee has come in the present or last try of a round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct CommitteeProgress<AccountId> {
	/// The public randomness of the checks: drawn from a block after the commitments.
	pub challenge: Option<H256>,
	/// The hospitals that committed, in the order of accounts.
	pub dealers: BoundedVec<Dealer<AccountId>, MaxParties>,
	/// Points of the parties that have posted checks.
	pub checked: BoundedVec<u8, MaxParties>,
	/// What is disputed.
	pub disputes: BoundedVec<Dispute<AccountId>, MaxDisputes>,
	/// Points of the parties that have judged the disputes.
	pub judged: BoundedVec<u8, MaxParties>,
	/// The partial aggregates.
	pub partials: BoundedVec<Partial, MaxParties>,
	/// The parties that were named, in order; silence and lies in partials at the end.
	pub named: BoundedVec<NamedParty<AccountId>, MaxDisputes>,
}

impl<AccountId> Default for CommitteeProgress<AccountId> {
	fn default() -> Self {
		Self {
			challenge: None,
			dealers: Default::default(),
			checked: Default::default(),
			disputes: Default::default(),
			judged: Default::default(),
			partials: Default::default(),
			named: Default::default(),
		}
	}
}
