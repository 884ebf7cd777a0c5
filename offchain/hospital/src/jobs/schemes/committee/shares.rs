//! One party's shares of one hospital's update, as they come out of the store.

use crate::{
	jobs::{JobError, Resources},
	sealer::{SealContext, SealError},
};
use consilium_blobs::BlobError;
use consilium_primitives::{
	commitment::BlobReference,
	committee::Committee,
	job::{Dealt, RoundContext},
	AccountBytes, H256,
};
use consilium_secure_aggregation::package::{self, Expected, PackageError, Share};
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

/// Reads the shares of a round.
pub(super) struct Reader<'a> {
	pub context: &'a RoundContext,
	pub committee: &'a Committee<AccountBytes>,
	/// Parameters of the study's model.
	pub parameters: u32,
	/// Length of each party's package in bytes.
	lengths: Vec<u64>,
}

impl<'a> Reader<'a> {
	pub fn new(context: &'a RoundContext, committee: &'a Committee<AccountBytes>) -> Self {
		let parameters = context.spec.model.parameters().unwrap_or(0);
		Self { context, committee, parameters, lengths: committee.package_lengths(parameters) }
	}

	/// An error unless this hospital is `party`.
	pub fn ensure_party(&self, party: u8) -> Result<(), JobError> {
		let is_party = self.committee.point_of(&self.context.hospital) == Some(party);
		is_party.then_some(()).ok_or(JobError::NotThisParty(party))
	}

	/// The shares that were sealed for this party. An error when the cause lies with this hospital.
	pub fn sealed(
		&self,
		resources: &Resources,
		party: u8,
		dealt: &Dealt,
	) -> Result<Result<Share, ShareFault>, JobError> {
		let expected = dealt.suite.blob_length(self.length(party)?);
		let blob = match read(resources, dealt.blob, expected)? {
			Ok(blob) => blob,
			Err(fault) => return Ok(Err(fault)),
		};
		let RoundContext { genesis, round, hospital, .. } = *self.context;
		let context = SealContext { genesis, round, sender: dealt.hospital, receiver: hospital };
		match resources.sealer().open(&context, dealt.suite, &dealt.sae_id, blob) {
			Ok(bytes) => Ok(self.parse(&bytes, party, dealt.hospital, dealt.package)),
			Err(SealError::Rejected(reason)) => Ok(Err(ShareFault::Seal(reason))),
			Err(error) => Err(error.into()),
		}
	}

	/// The shares of `party` that were published in the clear. An error when the cause lies with this
	/// hospital.
	pub fn published(
		&self,
		resources: &Resources,
		party: u8,
		hospital: AccountBytes,
		package: H256,
		published: BlobReference,
	) -> Result<Result<Share, ShareFault>, JobError> {
		let package_bytes = read(resources, published, self.length(party)?)?;
		Ok(package_bytes.map(Zeroizing::new).and_then(|bytes| self.parse(&bytes, party, hospital, package)))
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
		Ok(package::open(bytes, self.committee, self.parameters, &expected)?)
	}

	/// Length of a party's package in bytes.
	fn length(&self, party: u8) -> Result<u64, JobError> {
		let place = usize::from(party).checked_sub(1);
		place.and_then(|place| self.lengths.get(place)).copied().ok_or(JobError::NoSuchParty(party))
	}
}

fn read(
	resources: &Resources,
	blob: BlobReference,
	expected: u64,
) -> Result<Result<Vec<u8>, ShareFault>, JobError> {
	if blob.length != expected {
		return Ok(Err(ShareFault::Length { found: blob.length, expected }));
	}
	Ok(resources.fetch(blob)?.map_err(ShareFault::Blob))
}
