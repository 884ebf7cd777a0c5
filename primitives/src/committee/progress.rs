//! The state of a round's committee, as the chain knows it.

use super::posts::MaxDisputes;
use crate::{commitment::BlobReference, MaxParties};
use bounded_collections::BoundedVec;
use primitive_types::H256;
use serde::Serialize;

/// A dispute between a party and a hospital.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
pub struct Dispute<AccountId> {
	/// The hospital whose shares are disputed.
	pub hospital: AccountId,
	/// The party's point.
	pub party: u8,
	/// Whether the party complained that it has no shares; otherwise it posted checks that the sharing does
	/// not imply.
	pub complaint: bool,
	/// The party's share package in the clear, once the hospital has published it.
	pub answer: Option<BlobReference>,
	/// Number of other parties that accept the published shares.
	pub right: u8,
	/// Number of other parties that reject them.
	pub wrong: u8,
}

/// How a party failed.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
#[serde(tag = "fault", content = "hospital")]
pub enum PartyFault<AccountId> {
	/// It posted no checks.
	NoChecks,
	/// It claimed to have no shares of this hospital, which then published valid ones.
	UnfoundedComplaint(AccountId),
	/// It posted checks of this hospital that its shares do not imply.
	FalseChecks(AccountId),
	/// It posted no partial aggregate.
	NoPartial,
	/// Its partial aggregate was wrong and was corrected.
	WrongPartial,
	/// It committed to a nonce and did not reveal it.
	NonceWithheld,
}

/// A party named for a fault.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
pub struct NamedParty<AccountId> {
	/// Its point.
	pub party: u8,
	/// Its fault.
	#[serde(flatten)]
	pub fault: PartyFault<AccountId>,
}

/// A party's weighted sum of the included hospitals' shares.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
pub struct Partial {
	/// The party's point.
	pub party: u8,
	/// The blob with the sums.
	pub blob: BlobReference,
}

/// A hospital that committed.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
pub struct Dealer<AccountId> {
	/// The hospital.
	pub hospital: AccountId,
	/// Factor for its number of examples; 0 before the checks and for an excluded hospital.
	pub factor: u32,
}

/// The state of the committee in the current or last attempt at a round.
#[apply(chain_type)]
#[derive(Serialize)]
pub struct CommitteeProgress<AccountId> {
	/// The public randomness of the checks, from the parties' nonces.
	pub challenge: Option<H256>,
	/// The hospitals that committed, in order of accounts.
	pub dealers: BoundedVec<Dealer<AccountId>, MaxParties>,
	/// Points of the parties that have posted checks.
	pub checked: BoundedVec<u8, MaxParties>,
	/// The disputes.
	pub disputes: BoundedVec<Dispute<AccountId>, MaxDisputes>,
	/// Points of the parties that have judged the disputes.
	pub judged: BoundedVec<u8, MaxParties>,
	/// The partial aggregates.
	pub partials: BoundedVec<Partial, MaxParties>,
	/// The parties that were named, in order; faults in partial aggregates come last.
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
