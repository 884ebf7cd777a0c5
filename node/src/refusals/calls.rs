//! Which job a transaction is the outcome of.

use consilium_primitives::{
	job::JobKind,
	study::{RoundKey, Verdict},
};
use consilium_runtime::{AccountId, RuntimeCall, UncheckedExtrinsic};
use pallet_rounds::Call as Rounds;
use sp_runtime::{generic::Preamble, MultiAddress};

/// A transaction of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
	/// The call, such as `modelUpdates.commitUpdate`.
	pub call: &'static str,
	/// The attempt and the kind of job; `None` for a call that is no job's.
	pub job: Option<(RoundKey, JobKind)>,
}

/// What `account` sent with this extrinsic; `None` if somebody else signed it.
pub fn sent_by(account: &AccountId, extrinsic: &UncheckedExtrinsic) -> Option<Sent> {
	match &extrinsic.preamble {
		Preamble::Signed(MultiAddress::Id(signer), ..) if signer == account => {
			Some(sent(&extrinsic.function))
		},
		_ => None,
	}
}

fn sent(call: &RuntimeCall) -> Sent {
	let job = |study: &u32, round: &u32, attempt: &u32, kind| {
		Some((RoundKey { study: *study, round: *round, attempt: *attempt }, kind))
	};
	let (call, job) = match call {
		RuntimeCall::ModelUpdates(pallet_model_updates::Call::commit_update {
			study,
			round,
			attempt,
			..
		}) => ("modelUpdates.commitUpdate", job(study, round, attempt, JobKind::Train)),
		RuntimeCall::ModelUpdates(_) => ("modelUpdates.deleteUpdate", None),
		RuntimeCall::Rounds(Rounds::post_checks { study, round, attempt, .. }) => {
			("rounds.postChecks", job(study, round, attempt, JobKind::Check))
		},
		RuntimeCall::Rounds(Rounds::answer_disputes { study, round, attempt, .. }) => {
			("rounds.answerDisputes", job(study, round, attempt, JobKind::Answer))
		},
		RuntimeCall::Rounds(Rounds::judge_disputes { study, round, attempt, .. }) => {
			("rounds.judgeDisputes", job(study, round, attempt, JobKind::Judge))
		},
		RuntimeCall::Rounds(Rounds::post_partial { study, round, attempt, .. }) => {
			("rounds.postPartial", job(study, round, attempt, JobKind::Aggregate))
		},
		RuntimeCall::Rounds(Rounds::commit_nonce { study, round, attempt, .. }) => {
			("rounds.commitNonce", job(study, round, attempt, JobKind::CommitNonce))
		},
		RuntimeCall::Rounds(Rounds::reveal_nonce { study, round, attempt, .. }) => {
			("rounds.revealNonce", job(study, round, attempt, JobKind::RevealNonce))
		},
		RuntimeCall::Rounds(Rounds::attest { study, round, attempt, verdict, .. }) => {
			let call = match verdict {
				Verdict::Accept { .. } | Verdict::RejectModel { .. } => "rounds.attest",
				Verdict::RejectUpdate { .. } | Verdict::RejectPartials => "rounds.attest (a rejection)",
			};
			(call, job(study, round, attempt, JobKind::Attest))
		},
		_ => ("another call", None),
	};
	Sent { call, job }
}
