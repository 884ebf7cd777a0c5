//! Work ahead of time: what a job will need, done while it waits for finality or for the other hospitals.
//!
//! It gives nothing of an update away, and no job depends on it: what was not done ahead, or failed, is done
//! when it is needed, and only then is a failure reported. It is done step by step between the messages to
//! the hospital's thread; a step may wait for a KME as long as sealing would.

use super::{schemes, JobError, Resources};
use consilium_primitives::{
	hospital::SealingIdentity,
	job::{Dealt, Job, JobId, JobKind, RoundContext},
};
use std::{mem::discriminant, sync::Arc};

/// A step that can be done ahead.
pub(crate) enum Ahead {
	/// Draw and encapsulate the keys with which the update will be sealed for one receiver.
	PrepareKeys {
		context: Arc<RoundContext>,
		/// Its place among the receivers.
		place: usize,
		receiver: Box<SealingIdentity>,
	},
	/// Open the share of one hospital, which this party will check and sum.
	OpenShare { context: Arc<RoundContext>, party: u8, dealt: Box<Dealt> },
}

impl Ahead {
	/// What can be done ahead of a job, or ahead of the one after it.
	pub fn of(job: &Job) -> Vec<Self> {
		match job {
			Job::Train { context, receivers } => {
				let context = Arc::new(context.clone());
				let prepare = |(place, receiver): (usize, &SealingIdentity)| {
					let receiver = Box::new(receiver.clone());
					Self::PrepareKeys { context: context.clone(), place, receiver }
				};
				receivers.iter().enumerate().map(prepare).collect()
			},
			Job::RevealNonce { context, party, dealt, .. } => {
				let context = Arc::new(context.clone());
				let open = |dealt: &Dealt| {
					let dealt = Box::new(dealt.clone());
					Self::OpenShare { context: context.clone(), party: *party, dealt }
				};
				dealt.iter().map(open).collect()
			},
			_ => Vec::new(),
		}
	}

	/// Whether both are steps of one kind ahead of one job.
	pub fn is_like(&self, other: &Self) -> bool {
		discriminant(self) == discriminant(other) && Arc::ptr_eq(self.context(), other.context())
	}

	/// Whether another attempt of its study has begun, if `round` has.
	pub fn is_superseded(&self, context: &RoundContext) -> bool {
		let RoundContext { genesis, round, .. } = **self.context();
		(genesis, round.study) == (context.genesis, context.round.study) && round != context.round
	}

	/// Whether the job that it would have helped is finished, if this one is.
	pub fn is_useless_after(&self, finished: &JobId) -> bool {
		let kind = match self {
			Self::PrepareKeys { .. } => JobKind::Train,
			Self::OpenShare { .. } => JobKind::Aggregate,
		};
		let RoundContext { genesis, round, .. } = **self.context();
		(kind, genesis, round) == (finished.kind, finished.genesis, finished.round)
	}

	fn context(&self) -> &Arc<RoundContext> {
		let (Self::PrepareKeys { context, .. } | Self::OpenShare { context, .. }) = self;
		context
	}

	pub fn run(&self, resources: &Resources) -> Result<(), JobError> {
		match self {
			Self::PrepareKeys { context, place, receiver } => {
				schemes::of(resources, context).prepare_keys(*place, receiver)
			},
			Self::OpenShare { context, party, dealt } => {
				schemes::of(resources, context).open_share(*party, dealt)
			},
		}
	}
}
