//! Train on the hospital's records, publish the update or its shares, and sign for it.
//!
//! Two steps, between which the phase's first block becomes final: [`prepare`] trains, shares and signs; [`train`] lets out
//! what was prepared. Both can be repeated after a crash at any point, and a hospital never lets out two different updates,
//! or two sharings of one update, in one try of one round:
//!
//! 1. The update is saved before it is published; with a committee also the random seed of its shares and the sealed
//!    packages. What is saved is published, not what is computed again.
//! 2. Before anything leaves, the hash of all that the commitment names is saved in a second file. From then on, if the
//!    first file is damaged, only an update with this hash is published; if the second is, only the one in the first.
//!    Shares cannot be made again without their seed, so with the first file they are lost.
//! 3. With neither, the job fails. An update that may differ from a published one stays inside.
//!
//! As long as the second file does not exist nothing has left, and an update that was prepared for
//! a model of an abandoned fork is dropped. Another try shares its update anew, with another seed.

use super::{
	dealing::{self, DealingSecret},
	on_chain, JobError, Workplace,
};
use crate::state::{Entry, StateError};
use codec::{Decode, Encode};
use consilium_blobs::Reference;
use consilium_primitives::{
	artifact::PlainUpdate,
	commitment::Suite,
	commitment::{signing_payload, Blobs, Commitment, Packages},
	job::{JobId, JobKind, Outcome, RoundContext},
	study::AggregationScheme,
	H256,
};
use consilium_training::federated::{encode_update, training_seed, UpdateError};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const SAVED: Entry = Entry::Outcome(JobKind::Train);
const PUBLISHING: Entry = Entry::Publishing(JobKind::Train);

/// An update that may have left the hospital, or not yet.
#[derive(Encode, Decode)]
pub(super) struct Trained {
	/// What was asked for.
	work: H256,
	/// Bytes of the blobs that the commitment names, in its order.
	blobs: Vec<Vec<u8>>,
	/// What the blobs' shares are made from; `None` for the scheme `Plain`.
	secret: Option<DealingSecret>,
	/// What the hospital says of it.
	commitment: Commitment,
}

impl Trained {
	/// SHA-256 of all that leaves the hospital, by the hashes that the commitment names.
	pub fn hash(&self) -> H256 {
		H256(Sha256::digest((&self.commitment.blobs, &self.commitment.packages).encode()).into())
	}

	/// What the shares are made from; `None` for the scheme `Plain`.
	pub const fn secret(&self) -> Option<&DealingSecret> {
		self.secret.as_ref()
	}

	/// Hashes of the parties' packages, as committed.
	pub fn packages(&self) -> &[H256] {
		&self.commitment.packages
	}
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
pub(crate) fn prepare(workplace: &mut Workplace, id: &JobId, context: &RoundContext) -> Result<(), JobError> {
	prepared(workplace, id, context).map(drop)
}

/// Lets the update out, which may have happened before.
pub(super) fn train(
	workplace: &mut Workplace,
	id: &JobId,
	context: &RoundContext,
) -> Result<Outcome, JobError> {
	let trained = prepared(workplace, id, context)?;
	if !matches!(workplace.state.load::<H256>(id, PUBLISHING), Ok(Some(_))) {
		workplace.state.save(id, PUBLISHING, &trained.hash())?;
	}
	for blob in trained.blobs {
		workplace.put(blob)?;
	}
	Ok(Outcome::Trained(trained.commitment))
}

/// The update that may leave: the saved one, or a new one, which is saved.
fn prepared(workplace: &mut Workplace, id: &JobId, context: &RoundContext) -> Result<Trained, JobError> {
	let left = match workplace.state.load(id, PUBLISHING) {
		Ok(None) => Left::Nothing,
		Ok(Some(hash)) => Left::This(hash),
		Err(error @ StateError::Damaged { .. }) => {
			log::warn!(target: "hospital", "{error}");
			Left::Unknown
		},
		Err(error) => return Err(error.into()),
	};
	let saved: Option<Trained> = match workplace.state.load(id, SAVED) {
		Err(error @ StateError::Damaged { .. }) => {
			log::warn!(target: "hospital", "{error}; training again");
			None
		},
		result => result?,
	};
	let usable = saved.filter(|saved| match left {
		Left::Nothing => saved.work == id.work,
		Left::This(hash) => hash == saved.hash(),
		Left::Unknown => true,
	});
	match (usable, left) {
		(Some(saved), _) => signed_by_present_keys(workplace, id, context, saved),
		(None, Left::Nothing) => {
			let trained = new(workplace, id, context)?;
			workplace.state.save(id, SAVED, &trained)?;
			Ok(trained)
		},
		(None, Left::This(_)) if context.spec.scheme.committee().is_some() => {
			Err(JobError::PublishedBefore("the file with the seed of its shares is lost"))
		},
		(None, Left::This(hash)) => {
			let trained = new(workplace, id, context)?;
			if trained.hash() != hash {
				return Err(JobError::PublishedBefore("training again gives another update"));
			}
			workplace.state.save(id, SAVED, &trained)?;
			Ok(trained)
		},
		(None, Left::Unknown) => Err(JobError::PublishedBefore("both files about it are damaged")),
	}
}

/// Trains, and makes ready what is to be published.
fn new(workplace: &mut Workplace, id: &JobId, context: &RoundContext) -> Result<Trained, JobError> {
	let spec = &context.spec;
	let position = spec.hospitals.iter().position(|hospital| *hospital == context.hospital);
	let position = position.ok_or(JobError::NotInStudy)? as u32;
	// The hospital's position instead of its account, and no attempt: a simulation of the study has the
	// same seeds, and a second try brings the same update.
	let seed = training_seed(spec.seed, context.round.round, &position.to_le_bytes());
	let base = workplace.base(context)?;
	let local = workplace.trainer()?.train(spec, &base.parameters, seed)?;
	let local_parameters = Zeroizing::new(local.parameters);

	let (blobs, packages, secret, suite) = match &spec.scheme {
		AggregationScheme::Plain => {
			let coordinates = encode_update(&base.parameters, &local_parameters, spec.fraction_bits)?;
			let update = PlainUpdate { round: context.round, hospital: context.hospital, coordinates };
			(vec![update.to_bytes()], Vec::new(), None, Suite::Plain)
		},
		AggregationScheme::Committee(committee) => {
			let change = change(&base.parameters, &local_parameters)?;
			let secret = DealingSecret::new(&change, committee, spec.fraction_bits)?;
			let dealing = secret.deal(context, committee)?;
			let sealed = dealing::seal(workplace, context, committee, &dealing)?;
			let (blobs, packages) = sealed.into_iter().unzip();
			(blobs, packages, Some(secret), workplace.sealer.suite())
		},
	};
	let references = blobs.iter().map(|blob| on_chain(Reference::of(blob))).collect();
	let mut commitment = Commitment {
		blobs: Blobs::truncate_from(references),
		packages: Packages::truncate_from(packages),
		examples: local.examples,
		suite,
		signature: Default::default(),
	};
	commitment.signature = workplace.keys.sign(&payload(context, &commitment))?;
	Ok(Trained { work: id.work, blobs, secret, commitment })
}

/// What training changed, coordinate by coordinate.
fn change(global: &[f64], local: &[f64]) -> Result<Zeroizing<Vec<f64>>, UpdateError> {
	if local.len() != global.len() {
		return Err(UpdateError::Length { local: local.len(), global: global.len() });
	}
	Ok(Zeroizing::new(local.iter().zip(global).map(|(local, global)| local - global).collect()))
}

/// The same update, signed again if the hospital's keys were replaced since.
fn signed_by_present_keys(
	workplace: &Workplace,
	id: &JobId,
	context: &RoundContext,
	mut trained: Trained,
) -> Result<Trained, JobError> {
	let payload = payload(context, &trained.commitment);
	if !workplace.keys.verifies(&payload, &trained.commitment.signature) {
		trained.commitment.signature = workplace.keys.sign(&payload)?;
		workplace.state.save(id, SAVED, &trained)?;
	}
	Ok(trained)
}

fn payload(context: &RoundContext, commitment: &Commitment) -> Vec<u8> {
	let Commitment { blobs, packages, examples, suite, signature: _ } = commitment;
	signing_payload(context.genesis, context.round, &context.hospital, *suite, *examples, blobs, packages)
}
