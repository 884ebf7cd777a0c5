//! What a hospital can do about a dispatch error.

use super::errors::Described;

/// What an error means for the hospital.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
	/// The outcome came too late, or a second time: nothing to do.
	Late,
	/// A fault, with its remedy.
	Fault(&'static str),
}

/// The meaning of an error.
pub fn meaning(described: &Described) -> Meaning {
	let keys =
		"the ML-DSA-65 key in hospital.toml (keys.ml_dsa_65) is not the registered one: restore it and \
	            restart the node, or register it with rotate-keys.mjs";
	match (described.pallet.as_str(), described.error.as_str()) {
		(_, "AlreadyCommitted" | "AlreadyPosted" | "AlreadyAttested" | "WrongAttempt" | "WrongRound")
		| (
			"rounds",
			"NotCollecting" | "NotRevealing" | "NotChecking" | "NotAnswering" | "NotJudging"
			| "NotAggregating" | "NotAttesting" | "StudyNotRunning" | "NotDisputed",
		) => Meaning::Late,
		(_, "InvalidSignature" | "NoVerificationKey") => Meaning::Fault(keys),
		("modelUpdates", "UnexpectedSuites") => Meaning::Fault(
			"the study requires keys from quantum key distribution: see the check `kme` in `consilium-node \
			 hospital status`",
		),
		("modelUpdates", "UnexpectedBlobs" | "UnexpectedPackages") | ("rounds", "UnexpectedPost") => {
			Meaning::Fault(
				"this node and the chain's runtime may be of different releases: see the check `runtime`",
			)
		},
		("modelUpdates", "NoExamples") => {
			Meaning::Fault("give the hospital records that train (records.file)")
		},
		("rounds", "NotEnrolled" | "NotInCommittee") => Meaning::Fault(
			"the account of hospital.toml (keys.account) does not take part in this study; see the check \
			 `member`",
		),
		("rounds", "Excluded") => Meaning::Fault("`watch-rounds.mjs` and `rounds_round` have the reason"),
		("rounds", "UnexpectedNonce") => Meaning::Fault(
			"the hospital's state folder was lost or replaced after the nonce was committed to; the next \
			 attempt draws another",
		),
		("hospitalRegistry", "Suspended") => Meaning::Fault("ask the council to reinstate this hospital"),
		_ => Meaning::Fault("`consilium-node hospital doctor` shows what else is known; report it with that"),
	}
}
