//! Rounds.

use super::{committee::Committee, Choice};
use consilium_primitives::{
	commitment,
	committee::progress::CommitteeProgress,
	fixed_point::Decimal,
	study::{self, Exclusion},
	BlockNumber, RoundNumber, StudyId,
};
use consilium_runtime::{AccountId, Hash};
use serde::Serialize;

/// A round: its present or last try.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Round {
	/// The study.
	pub study: StudyId,
	/// The round, from 1.
	pub round: RoundNumber,
	/// The try, from 1.
	pub attempt: u32,
	/// Where it stands.
	pub phase: Phase,
	/// Block at which the first try was opened.
	pub opened_at: BlockNumber,
	/// Block at which the present phase began.
	pub phase_since: BlockNumber,
	/// Last block of the present phase.
	pub deadline: BlockNumber,
	/// SHA-256 of the model that the round starts from; `null` for the initial one.
	pub base: Option<Hash>,
	/// Who has committed in this try, in order.
	pub committed: Vec<AccountId>,
	/// The commitments, in the order of accounts.
	pub commitments: Vec<Commitment>,
	/// Whose updates do not count.
	pub excluded: Vec<Excluded>,
	/// What the hospitals say of the new model.
	pub attestations: Vec<Attestation>,
	/// SHA-256 of the new model, once finalised.
	pub artifact: Option<Hash>,
	/// How far the committee has come; `null` for the scheme `Plain` and before Checking.
	pub committee: Option<Committee>,
}

/// Where a round stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind")]
pub enum Phase {
	/// Hospitals train and commit.
	Collecting,
	/// Compute parties open their shares of the checks.
	Checking,
	/// Hospitals publish the shares that are disputed.
	Answering,
	/// Compute parties judge published shares.
	Judging,
	/// Compute parties post their partial aggregates.
	Aggregating,
	/// Hospitals attest to the new model.
	Attesting,
	/// A quorum accepts one artifact.
	Finalised,
	/// The try failed.
	Aborted {
		/// `TooFewCommitments`, `TooFewChecks`, `TooFewUpdates`, `TooFewPartials`, `AggregateUnusable`,
		/// `TooFewAttestations`, `ModelRejected`, `UpdateUnusable`, `StudyHalted`.
		reason: Choice,
	},
}

/// What a hospital says of its update. Its ML-DSA-65 signature, 3309 bytes, is in the runtime API
/// `RoundsApi_commitments`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Commitment {
	/// Whose update.
	pub hospital: AccountId,
	/// Where it is.
	pub blobs: Vec<Blob>,
	/// SHA-256 of each party's share package; none for the scheme `Plain`.
	pub packages: Vec<Hash>,
	/// Training records behind it.
	pub examples: u32,
	/// How each blob is protected: `QkdMlKem768`, `MlKem768`, `Plain`.
	pub suites: Vec<Choice>,
}

/// A blob in the blob store.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Blob {
	/// SHA-256 of the bytes.
	pub hash: Hash,
	/// Length in bytes.
	pub length: u64,
}

/// A hospital whose update does not count.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Excluded {
	/// Which hospital.
	pub hospital: AccountId,
	/// `Unavailable`, `Malformed`, `MalformedSharing`, `InvalidProof`, `NormTooLarge`, `ProjectionTooLarge`,
	/// `HostileDirection`, `DisputeUnanswered`, `DisputeLost`.
	pub fault: Choice,
}

/// A hospital's word on the new model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attestation {
	/// Whose word.
	pub hospital: AccountId,
	/// The judgement.
	pub verdict: Verdict,
	/// The new model on the hospital's own test records.
	pub metrics: Option<Metrics>,
	/// Points of the parties whose partial aggregates the hospital corrected.
	pub corrected: Vec<u8>,
}

/// A judgement.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind")]
pub enum Verdict {
	/// The new model is good enough.
	Accept {
		/// SHA-256 of the model.
		artifact: Hash,
	},
	/// The new model is not good enough.
	RejectModel {
		/// SHA-256 of the model.
		artifact: Hash,
	},
	/// The new model could not be computed.
	RejectUpdate {
		/// Whose update stands in the way.
		hospital: AccountId,
		/// `Unavailable`, `Malformed`.
		fault: Choice,
	},
	/// The partial aggregates are missing, or more are wrong than can be corrected.
	RejectPartials,
}

/// How a model does on a hospital's own test records.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Metrics {
	/// Test records.
	pub examples: u32,
	/// Share of records whose most probable class is right, 0 to 1.
	pub accuracy: f64,
	/// Area under the receiver operating characteristic, 0 to 1; `null` when a class is absent.
	pub auc: Option<f64>,
	/// Mean negative log-likelihood, in nats.
	pub log_loss: f64,
	/// Brier score.
	pub brier: f64,
}

impl Round {
	/// The round `round` of the study `study` with its commitments.
	pub fn new(
		study: StudyId,
		round: RoundNumber,
		state: study::Round<AccountId>,
		commitments: Vec<(AccountId, commitment::Commitment)>,
		committee: Option<CommitteeProgress<AccountId>>,
	) -> Self {
		Self {
			study,
			round,
			attempt: state.attempt,
			phase: state.phase.into(),
			opened_at: state.opened_at,
			phase_since: state.phase_since,
			deadline: state.deadline,
			base: state.base,
			committed: state.committed.into_inner(),
			commitments: commitments.into_iter().map(Commitment::from).collect(),
			excluded: state.excluded.into_iter().map(Excluded::from).collect(),
			attestations: state.attestations.into_iter().map(Attestation::from).collect(),
			artifact: state.artifact,
			committee: committee.map(Committee::from),
		}
	}
}

impl From<study::Phase> for Phase {
	fn from(phase: study::Phase) -> Self {
		match phase {
			study::Phase::Collecting => Self::Collecting,
			study::Phase::Checking => Self::Checking,
			study::Phase::Answering => Self::Answering,
			study::Phase::Judging => Self::Judging,
			study::Phase::Aggregating => Self::Aggregating,
			study::Phase::Attesting => Self::Attesting,
			study::Phase::Finalised => Self::Finalised,
			study::Phase::Aborted(reason) => Self::Aborted { reason: Choice::of(reason) },
		}
	}
}

impl From<(AccountId, commitment::Commitment)> for Commitment {
	fn from((hospital, commitment): (AccountId, commitment::Commitment)) -> Self {
		let blobs = commitment.blobs.into_iter();
		Self {
			hospital,
			blobs: blobs.map(Blob::from).collect(),
			packages: commitment.packages.into_inner(),
			examples: commitment.examples,
			suites: commitment.suites.into_iter().map(Choice::of).collect(),
		}
	}
}

impl From<commitment::BlobReference> for Blob {
	fn from(blob: commitment::BlobReference) -> Self {
		Self { hash: blob.hash, length: blob.length }
	}
}

impl From<Exclusion<AccountId>> for Excluded {
	fn from(Exclusion { hospital, fault }: Exclusion<AccountId>) -> Self {
		Self { hospital, fault: Choice::of(fault) }
	}
}

impl From<study::Attestation<AccountId>> for Attestation {
	fn from(attestation: study::Attestation<AccountId>) -> Self {
		Self {
			hospital: attestation.hospital,
			verdict: match attestation.verdict {
				study::Verdict::Accept { artifact } => Verdict::Accept { artifact },
				study::Verdict::RejectModel { artifact } => Verdict::RejectModel { artifact },
				study::Verdict::RejectUpdate { hospital, fault } => {
					Verdict::RejectUpdate { hospital, fault: Choice::of(fault) }
				},
				study::Verdict::RejectPartials => Verdict::RejectPartials,
			},
			metrics: attestation.metrics.map(Metrics::from),
			corrected: attestation.corrected.into_inner(),
		}
	}
}

impl From<study::Metrics> for Metrics {
	fn from(metrics: study::Metrics) -> Self {
		Self {
			examples: metrics.examples,
			accuracy: metrics.accuracy.to_f64(),
			auc: metrics.auc.map(Decimal::to_f64),
			log_loss: metrics.log_loss.to_f64(),
			brier: metrics.brier.to_f64(),
		}
	}
}
