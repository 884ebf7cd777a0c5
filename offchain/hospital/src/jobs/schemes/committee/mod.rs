//! The scheme `Committee`: parties check and sum shares of the updates.
//!
//! | module | holds |
//! | --- | --- |
//! | `aggregate`, `answer`, `check`, `judge` | the jobs of a committee and of hospitals in a dispute |
//! | `dealing` | from an update to sealed share packages |
//! | `nonce` | this party's part of the challenge |
//! | `opened` | shares that are kept for the next job |
//! | `opening` | the elements that a party opens of a hospital's shares |
//! | `reconstruction` | from the parties' partial aggregates to the mean |
//! | `shares` | share packages, as they come out of the store |

mod aggregate;
mod answer;
mod check;
mod dealing;
mod judge;
mod nonce;
mod opened;
mod opening;
mod reconstruction;
mod shares;

pub(crate) use opened::OpenedShares;
pub(crate) use shares::ShareFault;

use super::{Aggregate, Ready, Scheme};
use crate::jobs::{
	update::{Contents, UpdateSecret},
	JobError, Resources,
};
use consilium_primitives::{
	committee::{posts::Kind, Committee},
	hospital::SealingIdentity,
	job::{Dealt, Inputs, Job, JobId, Outcome, RoundContext},
	study::Verdict,
	AccountBytes,
};

/// The scheme with this committee.
pub(super) struct InCommittee<'a> {
	pub resources: &'a Resources,
	pub context: &'a RoundContext,
	pub committee: &'a Committee<AccountBytes>,
}

impl Scheme for InCommittee<'_> {
	/// Shares are dealt after finality: another base gives another update, which must not be shared too.
	fn prepare(&self, coordinates: Vec<i64>) -> Result<Ready, JobError> {
		UpdateSecret::new(coordinates).map(Ready::Secret)
	}

	fn seal(&self, receivers: &[SealingIdentity], secret: &UpdateSecret) -> Result<Contents, JobError> {
		self.seal_packages(receivers, secret)
	}

	/// Shares of the same update with another seed would be a second sharing.
	fn is_reproducible(&self) -> Result<(), JobError> {
		Err(JobError::PublishedBefore("the file with the seed of its shares is lost"))
	}

	fn aggregate(&self, inputs: &Inputs) -> Result<Result<Aggregate, Verdict<AccountBytes>>, JobError> {
		let Inputs::Partials { partials, total_weight } = inputs else { return Err(JobError::OtherScheme) };
		Ok(self.reconstruct(partials, *total_weight)?.ok_or(Verdict::RejectPartials))
	}

	fn prepare_keys(&self, place: usize, receiver: &SealingIdentity) -> Result<(), JobError> {
		self.prepare_session(place, receiver)
	}

	fn open_share(&self, party: u8, dealt: &Dealt) -> Result<(), JobError> {
		// What is wrong with a share is reported by the job that checks it.
		self.share(party, dealt).map(drop)
	}

	fn run(&self, id: &JobId, job: &Job) -> Result<Outcome, JobError> {
		let Self { resources, context, .. } = self;
		match job {
			Job::Check { party, challenge, dealt, .. } => {
				let checks = resources.once(id, || self.check(*party, *challenge, dealt))?;
				Ok(Outcome::Checked(resources.signed(context, Kind::Checks, checks)?))
			},
			Job::Answer { parties, .. } => {
				let answers = resources.once(id, || self.answer(id, parties))?;
				Ok(Outcome::Answered(resources.signed(context, Kind::Answers, answers)?))
			},
			Job::Judge { challenge, disputes, .. } => {
				let judgements = resources.once(id, || self.judge(*challenge, disputes))?;
				Ok(Outcome::Judged(resources.signed(context, Kind::Judgements, judgements)?))
			},
			Job::Aggregate { party, dealt, .. } => {
				let partial = resources.once(id, || self.sum_shares(*party, dealt))?;
				Ok(Outcome::Aggregated(resources.signed(context, Kind::Partial, partial)?))
			},
			Job::CommitNonce { .. } => {
				let commitment = self.commit_nonce(id)?;
				Ok(Outcome::NonceCommitted(resources.signed(context, Kind::Nonce, commitment)?))
			},
			Job::RevealNonce { commitment, .. } => {
				self.reveal_nonce(id, *commitment).map(Outcome::NonceRevealed)
			},
			Job::Train { .. } | Job::Attest { .. } | Job::Delete { .. } => Err(JobError::OtherScheme),
		}
	}
}

impl InCommittee<'_> {
	/// Parameters of the study's model.
	fn parameters(&self) -> u32 {
		self.context.spec.model.parameters().unwrap_or(0)
	}

	/// An error unless this hospital is `party`.
	fn ensure_party(&self, party: u8) -> Result<(), JobError> {
		let is_party = self.committee.point_of(&self.context.hospital) == Some(party);
		is_party.then_some(()).ok_or(JobError::NotThisParty(party))
	}
}
