//! What depends on a study's aggregation scheme.
//!
//! A scheme is a file or folder here with an implementation of [`Scheme`], and an arm of [`of`].
//!
//! | module | scheme |
//! | --- | --- |
//! | `plain` | every hospital reads every update |
//! | `committee` | parties check and sum shares of the updates |

mod committee;
mod plain;

pub(super) use committee::{OpenedShares, ShareFault};

use super::{
	update::{Contents, UpdateSecret},
	JobError, Resources,
};
use consilium_primitives::{
	hospital::SealingIdentity,
	job::{Dealt, Inputs, Job, JobId, Outcome, RoundContext},
	study::{AggregationScheme, Points, Verdict},
	AccountBytes,
};

/// A hospital's part in a scheme, in one attempt of a round.
pub(super) trait Scheme {
	/// Makes of an encoded update what can be made before the phase is final.
	fn prepare(&self, coordinates: Vec<i64>) -> Result<Ready, JobError>;

	/// Makes of a secret what leaves the hospital, once the phase is final. Not called where
	/// [`Self::prepare`] gives the contents.
	fn seal(&self, _receivers: &[SealingIdentity], _secret: &UpdateSecret) -> Result<Contents, JobError> {
		Err(JobError::OtherScheme)
	}

	/// Whether training again can reproduce what has left the hospital, after its file is lost; an error that
	/// says why not.
	fn is_reproducible(&self) -> Result<(), JobError>;

	/// The mean of the updates, or the verdict on what prevents it.
	fn aggregate(&self, inputs: &Inputs) -> Result<Result<Aggregate, Verdict<AccountBytes>>, JobError>;

	/// Gets the keys ready with which the receiver in this place will be sealed something: see
	/// [`Ahead`](super::Ahead).
	fn prepare_keys(&self, _place: usize, _receiver: &SealingIdentity) -> Result<(), JobError> {
		Ok(())
	}

	/// Opens a share that this party will need.
	fn open_share(&self, _party: u8, _dealt: &Dealt) -> Result<(), JobError> {
		Ok(())
	}

	/// Does a job that only some schemes have.
	fn run(&self, _id: &JobId, _job: &Job) -> Result<Outcome, JobError> {
		Err(JobError::OtherScheme)
	}
}

/// What a scheme has made of an update before the phase is final.
pub(super) enum Ready {
	/// All that leaves the hospital.
	Contents(Contents),
	/// What [`Scheme::seal`] makes the contents from.
	Secret(UpdateSecret),
}

/// The aggregate of the updates.
pub(super) struct Aggregate {
	/// Their weighted mean.
	pub mean: Vec<f64>,
	/// Points of the parties whose partial aggregates are wrong and were corrected, in ascending order.
	pub corrected: Points,
}

/// The scheme of the context's study.
pub(super) fn of<'a>(resources: &'a Resources, context: &'a RoundContext) -> Box<dyn Scheme + 'a> {
	match &context.spec.scheme {
		AggregationScheme::Plain => Box::new(plain::Plain { resources, context }),
		AggregationScheme::Committee(committee) => {
			Box::new(committee::InCommittee { resources, context, committee })
		},
	}
}
