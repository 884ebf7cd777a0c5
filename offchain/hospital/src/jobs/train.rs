//! Train on the hospital's records, publish the update or its shares, and sign for it.
//!
//! Two steps, between which the phase's first block becomes final: [`prepare`] trains; [`train`] shares, seals, signs and lets
//! out what was prepared. Keys for sealing can be drawn only once, so not for a block that may still go away. Both steps can be
//! repeated after a crash at any point, and a hospital never lets out two different updates, or two sharings of one update,
//! in one try of one round:
//!
//! 1. The update is saved before it is published; with a committee first with the random seed of its shares, then also the
//!    sealed packages. What is saved is published, not what is computed again.
//! 2. Before anything leaves, the hash of all that the commitment names is saved in a second file. From then on, if the
//!    first file is damaged, only an update with this hash is published; if the second is, only the one in the first.
//!    Shares cannot be made again without their seed, so with the first file they are lost.
//! 3. With neither, the job fails. An update that may differ from a published one stays inside.
//!
//! As long as the second file does not exist nothing has left, and an update that was prepared for
//! a model of an abandoned fork is dropped. Another try shares its update anew, with another seed.

use super::{
	dealing::{self, DealingSecret},
	delete::delete_failed_tries,
	JobError, Workplace,
};
use crate::{
	sealer::SealedBlob,
	state::{Entry, StateError},
};
use codec::{Decode, Encode};
use consilium_primitives::{
	artifact::PlainUpdate,
	commitment::{signing_payload, BlobReference, Blobs, Commitment, Packages, Suite, Suites},
	hospital::SealingIdentity,
	job::{JobId, JobKind, Outcome, RoundContext},
	study::AggregationScheme,
	H256,
};
use consilium_privacy::encoding::encode_update;
use consilium_training::federated::training_seed;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const SAVED: Entry = Entry::Outcome(JobKind::Train);
const PUBLISHING: Entry = Entry::Publishing(JobKind::Train);

/// An update that may have left the hospital, or not yet.
#[derive(Encode, Decode)]
pub(super) struct Trained {
	/// What was asked for.
	work: H256,
	/// Training records behind it.
	examples: u32,
	/// What the update's shares are made from; `None` for the scheme `Plain`.
	secret: Option<DealingSecret>,
	/// What leaves the hospital; with a committee only once it is sealed.
	release: Option<Release>,
}

/// What leaves the hospital.
#[derive(Clone, Encode, Decode)]
pub(super) struct Release {
	/// Bytes of the blobs that the commitment names, in its order.
	blobs: Vec<Vec<u8>>,
	/// What the hospital says of them.
	commitment: Commitment,
}

impl Trained {
	/// Hash of what leaves the hospital, if it was sealed.
	pub fn hash(&self) -> Option<H256> {
		self.release.as_ref().map(Release::hash)
	}

	/// What the shares are made from; `None` for the scheme `Plain`.
	pub const fn secret(&self) -> Option<&DealingSecret> {
		self.secret.as_ref()
	}

	/// The blobs, as committed.
	pub fn blobs(&self) -> &[BlobReference] {
		self.release.as_ref().map_or(&[], |release| &release.commitment.blobs)
	}

	/// Hashes of the parties' packages, as committed.
	pub fn packages(&self) -> &[H256] {
		self.release.as_ref().map_or(&[], |release| &release.commitment.packages)
	}
}

impl Release {
	/// These blobs, with the hospital's signature.
	fn new(
		workplace: &Workplace,
		context: &RoundContext,
		examples: u32,
		blobs: Vec<SealedBlob>,
		packages: Vec<H256>,
	) -> Result<Self, JobError> {
		let references = blobs.iter().map(|blob| BlobReference::of(&blob.bytes)).collect();
		let suites = blobs.iter().map(|blob| blob.suite).collect();
		let mut commitment = Commitment {
			blobs: Blobs::truncate_from(references),
			packages: Packages::truncate_from(packages),
			examples,
			suites: Suites::truncate_from(suites),
			signature: Default::default(),
		};
		commitment.signature = workplace.keys.sign(&payload(context, &commitment))?;
		Ok(Self { blobs: blobs.into_iter().map(|blob| blob.bytes).collect(), commitment })
	}

	/// SHA-256 of all that leaves the hospital, by the hashes that the commitment names.
	fn hash(&self) -> H256 {
		H256(Sha256::digest((&self.commitment.blobs, &self.commitment.packages).encode()).into())
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

/// Seals the update for `receivers` and lets it out, all of which may have happened before.
pub(super) fn train(
	workplace: &mut Workplace,
	id: &JobId,
	context: &RoundContext,
	receivers: &[SealingIdentity],
) -> Result<Outcome, JobError> {
	let mut trained = prepared(workplace, id, context)?;
	let release = match trained.release.take() {
		Some(release) => release,
		None => {
			let release = sealed(workplace, context, receivers, &trained)?;
			trained.release = Some(release.clone());
			workplace.state.save(id, SAVED, &trained)?;
			release
		},
	};
	if !matches!(workplace.state.load::<H256>(id, PUBLISHING), Ok(Some(_))) {
		workplace.state.save(id, PUBLISHING, &release.hash())?;
	}
	for blob in release.blobs {
		workplace.put(blob)?;
	}
	if context.spec.retention_blocks.is_some() {
		delete_failed_tries(workplace, id);
	}
	Ok(Outcome::Trained(release.commitment))
}

/// What leaves the hospital of an update that is shared.
fn sealed(
	workplace: &Workplace,
	context: &RoundContext,
	receivers: &[SealingIdentity],
	trained: &Trained,
) -> Result<Release, JobError> {
	let committee = context.spec.scheme.committee().ok_or(JobError::NoCommittee)?;
	let secret = trained.secret().ok_or(JobError::NoCommittee)?;
	let dealing = secret.deal(context, committee)?;
	let (blobs, packages) = dealing::seal(workplace, context, committee, receivers, &dealing)?;
	Release::new(workplace, context, trained.examples, blobs, packages)
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
		Left::This(hash) => Some(hash) == saved.hash(),
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
			if trained.hash() != Some(hash) {
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

	let coordinates = encode_update(&change(&base.parameters, &local_parameters)?, &spec.encoding)?;
	let (secret, release) = match &spec.scheme {
		AggregationScheme::Plain => {
			let update = PlainUpdate { round: context.round, hospital: context.hospital, coordinates };
			let blob = SealedBlob { suite: Suite::Plain, bytes: update.to_bytes() };
			(None, Some(Release::new(workplace, context, local.examples, vec![blob], Vec::new())?))
		},
		AggregationScheme::Committee(_) => (Some(DealingSecret::new(coordinates)?), None),
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

/// The same update, signed again if the hospital's keys were replaced since.
fn signed_by_present_keys(
	workplace: &Workplace,
	id: &JobId,
	context: &RoundContext,
	mut trained: Trained,
) -> Result<Trained, JobError> {
	let Some(release) = &mut trained.release else { return Ok(trained) };
	let payload = payload(context, &release.commitment);
	if !workplace.keys.verifies(&payload, &release.commitment.signature) {
		release.commitment.signature = workplace.keys.sign(&payload)?;
		workplace.state.save(id, SAVED, &trained)?;
	}
	Ok(trained)
}

fn payload(context: &RoundContext, commitment: &Commitment) -> Vec<u8> {
	let Commitment { blobs, packages, examples, suites, signature: _ } = commitment;
	signing_payload(context.genesis, context.round, &context.hospital, suites, *examples, blobs, packages)
}
