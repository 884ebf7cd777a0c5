//! Committees: their specification and how far they have come in a round.

use super::{round::Blob, Choice};
use consilium_primitives::{
	committee::{self, progress},
	fixed_point::Decimal,
	BlockNumber,
};
use consilium_runtime::{AccountId, Hash};
use serde::Serialize;

/// The compute parties of a study, and the checks they make.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommitteeSpec {
	/// How many parties may put together what they hold and still learn nothing.
	pub threshold: u32,
	/// The parties; a party's point is its place, from 1.
	pub parties: Vec<AccountId>,
	/// `Mersenne61`, `Mersenne31`.
	pub field: Choice,
	/// What follows from an update's direction.
	pub direction: Direction,
	/// Random projections that are opened of each update.
	pub projections: u8,
	/// `QkdMlKem768`, `MlKem768`, `Plain`: shares may be sealed with this suite or a stronger one.
	pub weakest_suite: Choice,
	/// Blocks for each step of the committee.
	pub step_blocks: BlockNumber,
}

/// What follows from an update's direction.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind")]
pub enum Direction {
	/// Nothing.
	Off,
	/// An update that points away from the root update is excluded.
	Exclude {
		/// The root set.
		root: Blob,
		/// How far an update may go against the root update.
		tolerance: f64,
	},
	/// An update is weighed by its angle to the root update.
	Weight {
		/// The root set.
		root: Blob,
		/// How far an update may go against the root update.
		tolerance: f64,
	},
}

/// How far the committee has come.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Committee {
	/// The public randomness of the checks.
	pub challenge: Option<Hash>,
	/// The hospitals that committed, in the order of accounts.
	pub dealers: Vec<Dealer>,
	/// Points of the parties that have posted checks.
	pub checked: Vec<u8>,
	/// What is disputed.
	pub disputes: Vec<Dispute>,
	/// Points of the parties that have judged the disputes.
	pub judged: Vec<u8>,
	/// The partial aggregates.
	pub partials: Vec<Partial>,
	/// The parties that were named.
	pub named: Vec<Named>,
}

/// A hospital that committed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dealer {
	/// Which.
	pub hospital: AccountId,
	/// What its number of examples is multiplied by; 0 before the checks and for one that does not count.
	pub factor: u32,
}

/// A party's word against a hospital's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dispute {
	/// Whose shares are in question.
	pub hospital: AccountId,
	/// The party's point.
	pub party: u8,
	/// Whether the party complained that it has no shares.
	pub complaint: bool,
	/// The party's share package in the clear.
	pub answer: Option<Blob>,
	/// Parties that find it right.
	pub right: u8,
	/// Parties that find it wrong.
	pub wrong: u8,
}

/// A partial aggregate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Partial {
	/// The party's point.
	pub party: u8,
	/// Where it is.
	pub blob: Blob,
}

/// A party that was named.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Named {
	/// Its point.
	pub party: u8,
	/// What it did.
	#[serde(flatten)]
	pub fault: Fault,
}

/// What a party did.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "fault")]
pub enum Fault {
	/// It posted no checks.
	NoChecks,
	/// It complained without reason that it had no shares.
	UnfoundedComplaint {
		/// Of this hospital.
		hospital: AccountId,
	},
	/// It posted other checks than its shares imply.
	FalseChecks {
		/// Of this hospital.
		hospital: AccountId,
	},
	/// It posted no partial aggregate.
	NoPartial,
	/// Its partial aggregate was wrong and was corrected.
	WrongPartial,
}

impl From<committee::Committee<AccountId>> for CommitteeSpec {
	fn from(committee: committee::Committee<AccountId>) -> Self {
		Self {
			threshold: committee.threshold,
			parties: committee.parties.into_inner(),
			field: Choice::of(committee.field),
			direction: match committee.direction {
				committee::Direction::Off => Direction::Off,
				committee::Direction::Exclude { root, tolerance } => {
					Direction::Exclude { root: root.into(), tolerance: tolerance.to_f64() }
				},
				committee::Direction::Weight { root, tolerance } => {
					Direction::Weight { root: root.into(), tolerance: tolerance.to_f64() }
				},
			},
			projections: committee.projections,
			weakest_suite: Choice::of(committee.weakest_suite),
			step_blocks: committee.step_blocks,
		}
	}
}

impl From<progress::CommitteeProgress<AccountId>> for Committee {
	fn from(progress: progress::CommitteeProgress<AccountId>) -> Self {
		let dealer = |of: progress::Dealer<AccountId>| Dealer { hospital: of.hospital, factor: of.factor };
		let partial = |of: progress::Partial| Partial { party: of.party, blob: of.blob.into() };
		Self {
			challenge: progress.challenge,
			dealers: progress.dealers.into_iter().map(dealer).collect(),
			checked: progress.checked.into_inner(),
			disputes: progress.disputes.into_iter().map(Dispute::from).collect(),
			judged: progress.judged.into_inner(),
			partials: progress.partials.into_iter().map(partial).collect(),
			named: progress.named.into_iter().map(Named::from).collect(),
		}
	}
}

impl From<progress::Dispute<AccountId>> for Dispute {
	fn from(dispute: progress::Dispute<AccountId>) -> Self {
		Self {
			hospital: dispute.hospital,
			party: dispute.party,
			complaint: dispute.complaint,
			answer: dispute.answer.map(Blob::from),
			right: dispute.right,
			wrong: dispute.wrong,
		}
	}
}

impl From<progress::NamedParty<AccountId>> for Named {
	fn from(named: progress::NamedParty<AccountId>) -> Self {
		let fault = match named.fault {
			progress::PartyFault::NoChecks => Fault::NoChecks,
			progress::PartyFault::UnfoundedComplaint(hospital) => Fault::UnfoundedComplaint { hospital },
			progress::PartyFault::FalseChecks(hospital) => Fault::FalseChecks { hospital },
			progress::PartyFault::NoPartial => Fault::NoPartial,
			progress::PartyFault::WrongPartial => Fault::WrongPartial,
		};
		Self { party: named.party, fault }
	}
}
