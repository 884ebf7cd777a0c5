//! Train on the hospital's records, publish the update and sign for it.
//!
//! Two steps, between which the phase's first block becomes final: [`prepare`] trains and signs, [`publish`]
//! lets the update out. Both can be repeated after a crash at any point, and a hospital never lets out two
//! different updates in one try of one round:
//!
//! 1. The update is saved before it is published. What is saved is published, not what is computed again.
//! 2. Before the update leaves, its hash is saved in a second file. From then on, if the first file is
//!    damaged, only an update with this hash is published; if the second is, only the one in the first.
//! 3. With neither, the job fails. An update that may differ from a published one stays inside.
//!
//! As long as the second file does not exist nothing has left, and an update that was prepared for
//! a model of an abandoned fork is dropped.

use super::{on_chain, work, JobError, Workplace};
use crate::state::{Entry, StateError};
use codec::{Decode, Encode};
use consilium_blobs::Reference;
use consilium_primitives::{
	artifact::PlainUpdate,
	commitment::{signing_payload, Blobs, Commitment, Suite},
	job::{JobId, Outcome, RoundContext},
	H256,
};
use consilium_training::federated::{encode_update, training_seed};

/// An update that may have left the hospital, or not yet.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) struct Trained {
	/// What was asked for.
	work: H256,
	/// Bytes of the update.
	update: Vec<u8>,
	/// What the hospital says of it.
	commitment: Commitment,
}

/// What of an update may have left the hospital.
enum Left {
	Nothing,
	/// An update with this hash.
	This(H256),
	/// One that is no longer known.
	Unknown,
}

/// Trains, unless an update is saved already, and saves the update with its commitment.
pub(crate) fn prepare(
	workplace: &mut Workplace,
	id: &JobId,
	context: &RoundContext,
) -> Result<Trained, JobError> {
	let left = match workplace.state.load(id, Entry::Publishing) {
		Ok(None) => Left::Nothing,
		Ok(Some(hash)) => Left::This(hash),
		Err(error @ StateError::Damaged { .. }) => {
			log::warn!(target: "hospital", "{error}");
			Left::Unknown
		},
		Err(error) => return Err(error.into()),
	};
	let saved: Option<Trained> = match workplace.state.load(id, Entry::Trained) {
		Err(error @ StateError::Damaged { .. }) => {
			log::warn!(target: "hospital", "{error}; training again");
			None
		},
		result => result?,
	};
	let usable = saved.filter(|saved| match left {
		Left::Nothing => saved.work == work(context, &[]),
		Left::This(hash) => hash == hash_of(&saved.update),
		Left::Unknown => true,
	});
	match (usable, left) {
		(Some(saved), _) => signed_by_present_keys(workplace, id, context, saved),
		(None, Left::Nothing) => {
			let trained = train(workplace, context)?;
			workplace.state.save(id, Entry::Trained, &trained)?;
			Ok(trained)
		},
		(None, Left::This(hash)) => {
			let trained = train(workplace, context)?;
			if hash_of(&trained.update) != hash {
				return Err(JobError::PublishedBefore("training again gives another update"));
			}
			workplace.state.save(id, Entry::Trained, &trained)?;
			Ok(trained)
		},
		(None, Left::Unknown) => Err(JobError::PublishedBefore("both files about it are damaged")),
	}
}

/// Lets the update out, which may have happened before.
pub(crate) fn publish(workplace: &Workplace, id: &JobId, trained: Trained) -> Result<Outcome, JobError> {
	if !matches!(workplace.state.load::<H256>(id, Entry::Publishing), Ok(Some(_))) {
		workplace.state.save(id, Entry::Publishing, &hash_of(&trained.update))?;
	}
	workplace.put(trained.update)?;
	Ok(Outcome::Trained(trained.commitment))
}

fn train(workplace: &mut Workplace, context: &RoundContext) -> Result<Trained, JobError> {
	let spec = &context.spec;
	let position = spec.hospitals.iter().position(|hospital| *hospital == context.hospital);
	let position = position.ok_or(JobError::NotInStudy)? as u32;
	// The hospital's position instead of its account, and no attempt: a simulation of the study has the
	// same seeds, and a second try brings the same update.
	let seed = training_seed(spec.seed, context.round.round, &position.to_le_bytes());
	let base = workplace.base(context)?;
	let local = workplace.trainer.train(spec, &base.parameters, seed)?;
	let coordinates = encode_update(&base.parameters, &local.parameters, spec.fraction_bits)?;
	let update = PlainUpdate { round: context.round, hospital: context.hospital, coordinates }.to_bytes();

	let blobs = Blobs::truncate_from(vec![on_chain(Reference::of(&update))]);
	let (suite, examples) = (Suite::Plain, local.examples);
	let signature = workplace.keys.sign(&payload(context, suite, examples, &blobs))?;
	let commitment = Commitment { blobs, examples, suite, signature };
	Ok(Trained { work: work(context, &[]), update, commitment })
}

/// The same update, signed again if the hospital's keys were replaced since.
fn signed_by_present_keys(
	workplace: &Workplace,
	id: &JobId,
	context: &RoundContext,
	mut trained: Trained,
) -> Result<Trained, JobError> {
	let Commitment { blobs, examples, suite, signature } = &mut trained.commitment;
	let payload = payload(context, *suite, *examples, blobs);
	if !workplace.keys.verifies(&payload, signature) {
		*signature = workplace.keys.sign(&payload)?;
		workplace.state.save(id, Entry::Trained, &trained)?;
	}
	Ok(trained)
}

fn payload(context: &RoundContext, suite: Suite, examples: u32, blobs: &Blobs) -> Vec<u8> {
	signing_payload(context.genesis, context.round, &context.hospital, suite, examples, blobs)
}

fn hash_of(update: &[u8]) -> H256 {
	H256(Reference::of(update).hash)
}
