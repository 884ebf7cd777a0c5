//! Deleting what is no longer to be kept.
//!
//! A blob does not say whose it is, or how long it is to be kept: that is for the caller to know.

use super::BlobStore;
use crate::BlobError;
use consilium_primitives::commitment::BlobReference;
use futures::StreamExt;

/// Deletions under way at once.
const CONCURRENCY: usize = 8;

impl BlobStore {
	/// Deletes blobs, and says of each in turn whether it is gone. It is no error if one was not there.
	pub async fn delete_all(&self, references: &[BlobReference]) -> Vec<Result<(), BlobError>> {
		futures::stream::iter(references)
			.map(|reference| self.delete(reference))
			.buffered(CONCURRENCY)
			.collect()
			.await
	}
}
