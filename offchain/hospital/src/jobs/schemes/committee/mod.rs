//! The scheme `Committee`: parties check and sum shares of the updates.
//!
//! | module | holds |
//! | --- | --- |
//! | `aggregate`, `answer`, `check`, `judge` | the jobs of a committee and of hospitals in a dispute |
//! | `dealing` | from an update to sealed share packages |
//! | `opening` | the elements that a party opens of a hospital's shares |
//! | `reconstruction` | from the parties' partial aggregates to the mean |
//! | `shares` | share packages, as they come out of the store |

mod aggregate;
mod answer;
mod check;
mod dealing;
mod judge;
mod opening;
mod reconstruction;
mod shares;

pub(crate) use shares::ShareFault;

use super::{Ready, Scheme};
use crate::jobs::{
	update::{Contents, UpdateSecret},
	JobError, Resources,
};
use consilium_primitives::{
	committee::{posts::Kind, Committee},
	hospital::SealingIdentity,
	job::{Inputs, Job, JobId, Outcome, RoundContext},
	study::Verdict,
	AccountBytes,
};
use shares::Reader;

/// The scheme with this committee.
pub(super) struct InCommittee<'a>(pub &'a Committee<AccountBytes>);

impl Scheme for InCommittee<'_> {
	/// Shares are dealt after finality: the keys that seal them can be drawn only once.
	fn prepare(&self, _: &RoundContext, coordinates: Vec<i64>) -> Result<Ready, JobError> {
		UpdateSecret::new(coordinates).map(Ready::Secret)
	}

	fn seal(
		&self,
		resources: &Resources,
		context: &RoundContext,
		receivers: &[SealingIdentity],
		secret: &UpdateSecret,
	) -> Result<Contents, JobError> {
		dealing::seal(resources, context, self.0, receivers, secret)
	}

	/// Shares of the same update with another seed would be a second sharing.
	fn is_reproducible(&self) -> Result<(), JobError> {
		Err(JobError::PublishedBefore("the file with the seed of its shares is lost"))
	}

	fn aggregate(
		&self,
		resources: &Resources,
		context: &RoundContext,
		inputs: &Inputs,
	) -> Result<Result<super::Aggregate, Verdict<AccountBytes>>, JobError> {
		let Inputs::Partials { partials, total_weight } = inputs else { return Err(JobError::OtherScheme) };
		let aggregate = reconstruction::mean(resources, context, self.0, partials, *total_weight)?;
		Ok(aggregate.ok_or(Verdict::RejectPartials))
	}

	fn run(&self, resources: &Resources, id: &JobId, job: &Job) -> Result<Outcome, JobError> {
		let reader = Reader::new(job.context(), self.0);
		match job {
			Job::Check { context, party, challenge, dealt } => {
				let checks =
					resources.once(id, || check::check(resources, &reader, *party, *challenge, dealt))?;
				Ok(Outcome::Checked(resources.signed(context, Kind::Checks, checks)?))
			},
			Job::Answer { context, parties } => {
				let answers =
					resources.once(id, || answer::answer(resources, id, context, self.0, parties))?;
				Ok(Outcome::Answered(resources.signed(context, Kind::Answers, answers)?))
			},
			Job::Judge { context, challenge, disputes } => {
				let judgements =
					resources.once(id, || judge::judge(resources, &reader, *challenge, disputes))?;
				Ok(Outcome::Judged(resources.signed(context, Kind::Judgements, judgements)?))
			},
			Job::Aggregate { context, party, dealt } => {
				let partial =
					resources.once(id, || aggregate::aggregate(resources, &reader, *party, dealt))?;
				Ok(Outcome::Aggregated(resources.signed(context, Kind::Partial, partial)?))
			},
			Job::Train { .. } | Job::Attest { .. } | Job::Delete { .. } => Err(JobError::OtherScheme),
		}
	}
}
