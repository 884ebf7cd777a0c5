//! A trained update, as it is saved and as it leaves the hospital.

use super::{resources::Resources, JobError};
use crate::{
	keys::random,
	sealer::SealedBlob,
	state::{Entry, StateError},
};
use codec::{Decode, Encode};
use consilium_primitives::{
	commitment::{signing_payload, BlobReference, Blobs, Commitment, Packages, Suites},
	job::{JobId, JobKind, RoundContext},
	H256,
};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Where a [`Trained`] is saved.
pub(super) const SAVED: Entry = Entry::Outcome(JobKind::Train);

/// Where [`Trained::hash`] is saved before anything leaves the hospital.
pub(super) const PUBLISHING: Entry = Entry::Publishing(JobKind::Train);

/// An update, published or not.
#[derive(Encode, Decode)]
pub(super) struct Trained {
	/// The work that it is the result of.
	pub work: H256,
	/// Training records behind it, at least 1.
	pub examples: u32,
	/// What its contents are made from once the phase is final; `None` where they were complete after
	/// training.
	pub secret: Option<UpdateSecret>,
	/// What leaves the hospital; `None` before it is made.
	pub release: Option<Release>,
}

/// What a scheme makes an update's contents from. Overwritten with zeros when dropped.
#[derive(Encode, Decode, Zeroize, ZeroizeOnDrop)]
pub(super) struct UpdateSecret {
	/// The encoded update.
	pub coordinates: Vec<i64>,
	/// From the operating system; every random number of the scheme comes from it.
	pub seed: [u8; 32],
}

/// What leaves the hospital, before it is signed.
pub(super) struct Contents {
	/// In the order of the commitment.
	pub blobs: Vec<SealedBlob>,
	/// SHA-256 of each blob's share package; none where there are no shares.
	pub packages: Vec<H256>,
}

/// What leaves the hospital.
#[derive(Clone, Encode, Decode)]
pub(super) struct Release {
	/// Bytes of the blobs that the commitment names, in its order.
	pub blobs: Vec<Vec<u8>>,
	/// To be posted on the chain.
	pub commitment: Commitment,
}

impl Trained {
	/// What is saved of an attempt.
	pub fn load(resources: &Resources, id: &JobId) -> Result<Option<Self>, StateError> {
		resources.state.load(id, SAVED)
	}

	/// Hash of what leaves the hospital, if that is made.
	pub fn hash(&self) -> Option<H256> {
		self.release.as_ref().map(Release::hash)
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

impl UpdateSecret {
	/// For an encoded update, with a new seed.
	pub fn new(coordinates: Vec<i64>) -> Result<Self, JobError> {
		Ok(Self { coordinates, seed: *random()? })
	}
}

impl Release {
	/// These contents, with the hospital's signature.
	pub fn new(
		resources: &Resources,
		context: &RoundContext,
		examples: u32,
		Contents { blobs, packages }: Contents,
	) -> Result<Self, JobError> {
		let references = blobs.iter().map(|blob| BlobReference::of(&blob.bytes)).collect();
		let suites = blobs.iter().map(|blob| blob.suite).collect();
		let commitment = Commitment {
			blobs: Blobs::truncate_from(references),
			packages: Packages::truncate_from(packages),
			examples,
			suites: Suites::truncate_from(suites),
			signature: Default::default(),
		};
		let blobs = blobs.into_iter().map(|blob| blob.bytes).collect();
		Self { blobs, commitment }.signed(resources, context)
	}

	/// The same, signed with the hospital's present keys.
	pub fn signed(mut self, resources: &Resources, context: &RoundContext) -> Result<Self, JobError> {
		self.commitment.signature = resources.keys.sign(&self.payload(context))?;
		Ok(self)
	}

	/// Whether the signature is one of the hospital's present keys.
	pub fn is_signed(&self, resources: &Resources, context: &RoundContext) -> bool {
		resources.keys.verifies(&self.payload(context), &self.commitment.signature)
	}

	/// SHA-256 of all that leaves the hospital, by the hashes in the commitment.
	pub fn hash(&self) -> H256 {
		H256(Sha256::digest((&self.commitment.blobs, &self.commitment.packages).encode()).into())
	}

	fn payload(&self, context: &RoundContext) -> Vec<u8> {
		let Commitment { blobs, packages, examples, suites, signature: _ } = &self.commitment;
		signing_payload(context.genesis, context.round, &context.hospital, suites, *examples, blobs, packages)
	}
}
