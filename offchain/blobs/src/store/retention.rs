//! Deleting what is no longer to be kept.
//!
//! A blob does not say whose it is, or how long it is to be kept: that is for the caller to know. What is in a store but is
//! no blob is neither listed nor deleted.

use super::{bucket, folder, BlobStore, Place};
use crate::{BlobError, Reference};
use futures::StreamExt;
use std::time::{Duration, SystemTime};

/// Deletions under way at once.
const CONCURRENCY: usize = 8;

/// A blob that a store says to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
	/// The blob: the hash by its name, the length by the store. Neither was checked against its bytes.
	pub reference: Reference,
	/// When it was written, by the store's clock.
	pub modified: SystemTime,
}

impl BlobStore {
	/// Deletes blobs, and says of each in turn whether it is gone. It is no error if one was not there.
	pub async fn delete_all(&self, references: &[Reference]) -> Vec<Result<(), BlobError>> {
		futures::stream::iter(references)
			.map(|reference| self.delete(reference))
			.buffered(CONCURRENCY)
			.collect()
			.await
	}

	/// The blobs that were written at least `age` ago, the oldest first. Age is the difference between this machine's clock
	/// and the store's. A blob that is put again while it is there keeps its age.
	pub async fn older_than(&self, age: Duration) -> Result<Vec<Stored>, BlobError> {
		let mut blobs = match &self.place {
			Place::Folder(folder) => {
				let folder = folder.clone();
				tokio::task::spawn_blocking(move || folder::list(&folder))
					.await
					.map_err(|error| self.unreachable(error))?
					.map_err(|error| self.unreachable(error))?
			},
			Place::Bucket(bucket) => {
				bucket::list(bucket, &self.prefix).await.map_err(|error| self.unreachable(error))?
			},
		};
		let now = SystemTime::now();
		blobs.retain(|blob| now.duration_since(blob.modified).is_ok_and(|elapsed| elapsed >= age));
		blobs.sort_by_key(|blob| blob.modified);
		Ok(blobs)
	}
}
