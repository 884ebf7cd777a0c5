//! Train on the hospital's records, publish the update or its shares, and sign the commitment.
//!
//! Two steps, between which the phase's first block becomes final: [`prepare`] trains, on the training
//! thread; [`publish`] seals, signs and publishes what was prepared. Shares are dealt and
//! sealed after finality only, so that no second sharing is made; their keys may be drawn before. Both steps
//! can be repeated after a crash at any point, and a hospital never publishes two different updates, or two
//! sharings of one update, in one attempt of one round:
//!
//! 1. The update is saved before it is published; if it is to be shared, first with the random seed of its
//!    shares, then also with the sealed packages. What is saved is published, not what is computed again.
//! 2. Before anything leaves, the hash of everything in the commitment is saved in a second file. From then
//!    on, if the first file is damaged, only an update with this hash is published; if the second is, only
//!    the one in the first. Whether an update can be reproduced without the first file depends on the study's
//!    scheme.
//! 3. With neither, the job fails. An update that may differ from a published one stays inside.
//!
//! As long as the second file does not exist nothing has left, and an update that was prepared for a model of
//! an abandoned fork is dropped. Another attempt shares its update again, with another seed.

use super::{
	delete::delete_failed_attempts,
	schemes::{self, Ready},
	update::{Release, Trained, PUBLISHING, SAVED},
	JobError, Resources,
};
use crate::state::StateError;
use consilium_primitives::{
	hospital::SealingIdentity,
	job::{JobId, Outcome, RoundContext},
	H256,
};
use consilium_privacy::encoding::encode_update;
use consilium_training::federated::training_seed;
use zeroize::Zeroizing;

/// How much of an update may have left the hospital.
enum Left {
	Nothing,
	/// An update with this hash.
	This(H256),
	/// An update that is no longer known.
	Unknown,
}

/// Whether an update that may be published is saved.
pub(crate) fn is_prepared(resources: &Resources, id: &JobId) -> bool {
	matches!(recall(resources, id), Ok((Some(_), _)))
}

/// Whether an update is saved that is sealed already, and needs no more keys.
pub(crate) fn is_sealed(resources: &Resources, id: &JobId) -> bool {
	matches!(recall(resources, id), Ok((Some(trained), _)) if trained.release.is_some())
}

/// Trains and saves the update, unless one is saved that may be published.
pub(crate) fn prepare(resources: &Resources, id: &JobId, context: &RoundContext) -> Result<(), JobError> {
	let (None, left) = recall(resources, id)? else { return Ok(()) };
	let published = match left {
		Left::Nothing => None,
		Left::This(hash) => {
			schemes::of(resources, context).is_reproducible()?;
			Some(hash)
		},
		Left::Unknown => return Err(JobError::PublishedBefore("both files about it are damaged")),
	};
	let trained = new(resources, id, context)?;
	if published.is_some() && trained.hash() != published {
		return Err(JobError::PublishedBefore("training again gives another update"));
	}
	Ok(resources.state.save(id, SAVED, &trained)?)
}

/// Publishes the prepared update, sealed for `receivers`. Any part of this may have happened before.
pub(super) fn publish(
	resources: &Resources,
	id: &JobId,
	context: &RoundContext,
	receivers: &[SealingIdentity],
) -> Result<Outcome, JobError> {
	let (Some(mut trained), _) = recall(resources, id)? else { return Err(JobError::NotPrepared) };
	let release = match trained.release.take() {
		Some(release) if release.is_signed(resources, context) => release,
		unsigned => {
			let release = match unsigned {
				Some(release) => release.signed(resources, context)?,
				None => sealed(resources, context, receivers, &trained)?,
			};
			trained.release = Some(release.clone());
			resources.state.save(id, SAVED, &trained)?;
			release
		},
	};
	if !matches!(resources.state.load::<H256>(id, PUBLISHING), Ok(Some(_))) {
		resources.state.save(id, PUBLISHING, &release.hash())?;
	}
	for blob in release.blobs {
		resources.put(blob)?;
	}
	if context.spec.retention_blocks.is_some() {
		delete_failed_attempts(resources, id);
	}
	Ok(Outcome::Trained(release.commitment))
}

fn sealed(
	resources: &Resources,
	context: &RoundContext,
	receivers: &[SealingIdentity],
	trained: &Trained,
) -> Result<Release, JobError> {
	let secret = trained.secret.as_ref().ok_or(JobError::OtherScheme)?;
	let contents = schemes::of(resources, context).seal(receivers, secret)?;
	Release::new(resources, context, trained.examples, contents)
}

/// The saved update if it may be published, and how much of an update may have left.
fn recall(resources: &Resources, id: &JobId) -> Result<(Option<Trained>, Left), JobError> {
	let left = match resources.state.load(id, PUBLISHING) {
		Ok(None) => Left::Nothing,
		Ok(Some(hash)) => Left::This(hash),
		Err(error @ StateError::Damaged { .. }) => {
			log::warn!(target: "hospital", "{error}");
			Left::Unknown
		},
		Err(error) => return Err(error.into()),
	};
	let saved = match Trained::load(resources, id) {
		Err(error @ StateError::Damaged { .. }) => {
			log::warn!(target: "hospital", "{error}");
			None
		},
		result => result?,
	};
	let usable = saved.filter(|saved| match left {
		Left::Nothing => saved.work == id.work,
		Left::This(hash) => Some(hash) == saved.hash(),
		Left::Unknown => true,
	});
	Ok((usable, left))
}

/// Trains, and lets the scheme make of the update what it can before the phase is final.
fn new(resources: &Resources, id: &JobId, context: &RoundContext) -> Result<Trained, JobError> {
	let spec = &context.spec;
	let position = spec.hospitals.iter().position(|hospital| *hospital == context.hospital);
	let position = position.ok_or(JobError::NotInStudy)? as u32;
	// The hospital's position instead of its account, and no attempt: a simulation of the study has the
	// same seeds, and a second attempt gives the same update.
	let seed = training_seed(spec.seed, context.round.round, &position.to_le_bytes());
	let base = resources.base(context)?;
	let local = resources.trainer()?.train(spec, &base.parameters, seed)?;
	let local_parameters = Zeroizing::new(local.parameters);

	let coordinates = encode_update(&change(&base.parameters, &local_parameters)?, &spec.encoding)?;
	let (secret, release) = match schemes::of(resources, context).prepare(coordinates)? {
		Ready::Contents(contents) => {
			(None, Some(Release::new(resources, context, local.examples, contents)?))
		},
		Ready::Secret(secret) => (Some(secret), None),
	};
	Ok(Trained { work: id.work, examples: local.examples, secret, release })
}

/// What training changed, coordinate by coordinate.
fn change(global: &[f64], local: &[f64]) -> Result<Zeroizing<Vec<f64>>, JobError> {
	if local.len() != global.len() {
		return Err(JobError::UpdateLength { local: local.len(), global: global.len() });
	}
	Ok(Zeroizing::new(local.iter().zip(global).map(|(local, global)| local - global).collect()))
}
