//! One party's shares of one hospital's update, as they come out of the store.

use super::InCommittee;
use crate::{
	jobs::JobError,
	sealer::{SealContext, SealError},
};
use consilium_blobs::BlobError;
use consilium_primitives::{
	commitment::BlobReference,
	job::{Dealt, RoundContext},
	AccountBytes, H256,
};
use consilium_secure_aggregation::package::{self, Expected, PackageError, Share};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Why there are no shares: the fault of the hospital that dealt them, as far as this party can tell.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShareFault {
	/// Missing or altered.
	#[error(transparent)]
	Blob(BlobError),
	/// The store is not even asked.
	#[error("the commitment gives the blob {found} bytes; shares of this study take {expected}")]
	Length { found: u64, expected: u64 },
	#[error("{}", SealError::Rejected(.0.clone()))]
	Seal(String),
	#[error(transparent)]
	Package(#[from] PackageError),
}

impl InCommittee<'_> {
	/// The shares that were sealed for this party, which are opened once. An error when the cause lies with
	/// this hospital.
	pub(super) fn share(&self, party: u8, dealt: &Dealt) -> Result<Result<Arc<Share>, ShareFault>, JobError> {
		let opened = &self.resources.opened;
		if let Some(share) = opened.get(self.context, party, dealt) {
			return Ok(Ok(share));
		}
		let share = self.sealed_share(party, dealt)?.map(Arc::new);
		if let Ok(share) = &share {
			opened.keep(self.context, party, dealt, share.clone(), share.bytes());
		}
		Ok(share)
	}

	fn sealed_share(&self, party: u8, dealt: &Dealt) -> Result<Result<Share, ShareFault>, JobError> {
		let blob = match self.read(dealt.blob, dealt.suite.blob_length(self.package_length(party)?))? {
			Ok(blob) => blob,
			Err(fault) => return Ok(Err(fault)),
		};
		let RoundContext { genesis, round, hospital: receiver, .. } = *self.context;
		let context = SealContext { genesis, round, sender: dealt.hospital, receiver };
		match self.resources.sealer().open(&context, dealt.suite, &dealt.sae_id, blob) {
			Ok(bytes) => Ok(self.parse(&bytes, party, dealt.hospital, dealt.package)),
			Err(SealError::Rejected(reason)) => Ok(Err(ShareFault::Seal(reason))),
			Err(error) => Err(error.into()),
		}
	}

	/// The shares of `party` that were published in the clear. An error when the cause lies with this
	/// hospital.
	pub(super) fn published_share(
		&self,
		party: u8,
		hospital: AccountBytes,
		package: H256,
		published: BlobReference,
	) -> Result<Result<Arc<Share>, ShareFault>, JobError> {
		let bytes = self.read(published, self.package_length(party)?)?;
		let share = bytes.map(Zeroizing::new).and_then(|bytes| self.parse(&bytes, party, hospital, package));
		Ok(share.map(Arc::new))
	}

	fn parse(
		&self,
		bytes: &[u8],
		party: u8,
		hospital: AccountBytes,
		package: H256,
	) -> Result<Share, ShareFault> {
		let RoundContext { genesis, round, .. } = *self.context;
		let expected = Expected { genesis, round, hospital, party, package };
		Ok(package::open(bytes, self.committee, self.parameters(), &expected)?)
	}

	/// Length of a party's package in bytes.
	fn package_length(&self, party: u8) -> Result<u64, JobError> {
		let lengths = self.committee.package_lengths(self.parameters());
		let place = usize::from(party).checked_sub(1);
		place.and_then(|place| lengths.get(place)).copied().ok_or(JobError::NoSuchParty(party))
	}

	fn read(&self, blob: BlobReference, expected: u64) -> Result<Result<Vec<u8>, ShareFault>, JobError> {
		if blob.length != expected {
			return Ok(Err(ShareFault::Length { found: blob.length, expected }));
		}
		Ok(self.resources.fetch(blob)?.map_err(ShareFault::Blob))
	}
}
