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

#[cfg(test)]
mod tests {
	use super::*;
	use consilium_primitives::{committee::posts::Signed, H256};

	fn of(call: impl Into<RuntimeCall>) -> (&'static str, Option<JobKind>) {
		let Sent { call, job } = sent(&call.into());
		assert!(job.is_none_or(|(key, _)| key == RoundKey { study: 1, round: 2, attempt: 3 }));
		(call, job.map(|(_, kind)| kind))
	}

	#[test]
	fn calls_of_jobs_have_their_kind() {
		let (study, round, attempt) = (1, 2, 3);
		let commitment = Signed { content: H256::zero(), signature: Default::default() }.into();
		assert_eq!(
			of(Rounds::commit_nonce { study, round, attempt, commitment }),
			("rounds.commitNonce", Some(JobKind::CommitNonce))
		);
		let delete = pallet_model_updates::Call::delete_update { study, round };
		assert_eq!(of(delete), ("modelUpdates.deleteUpdate", None));
		let remark = frame_system::Call::remark { remark: H256::zero().as_bytes().to_vec() };
		assert_eq!(of(remark), ("another call", None));
	}
}
