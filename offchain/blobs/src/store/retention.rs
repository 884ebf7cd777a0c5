//! Deletion of many blobs.
//!
//! A blob records neither its owner nor its retention period: the caller must know both.

use super::BlobStore;
use crate::BlobError;
use consilium_primitives::commitment::BlobReference;
use futures::StreamExt;

/// Most concurrent deletions.
const CONCURRENCY: usize = 8;

impl BlobStore {
	/// Deletes blobs; the results are in the order of `references`. Deletion is idempotent.
	pub async fn delete_all(&self, references: &[BlobReference]) -> Vec<Result<(), BlobError>> {
		futures::stream::iter(references)
			.map(|reference| self.delete(reference))
			.buffered(CONCURRENCY)
			.collect()
			.await
	}
}
