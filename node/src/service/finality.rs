//! What this node knows of finality, for the blocks that it makes.

use consilium_primitives::{finality::INHERENT_IDENTIFIER, BlockNumber};
use consilium_runtime::opaque::Block;
use sp_blockchain::HeaderBackend;
use sp_inherents::{Error, InherentData, InherentIdentifier};

/// Puts the height of the last final block into a block.
pub struct InherentDataProvider(BlockNumber);

impl InherentDataProvider {
	/// What `client` knows now.
	pub fn of(client: &impl HeaderBackend<Block>) -> Self {
		Self(client.info().finalized_number)
	}
}

#[async_trait::async_trait]
impl sp_inherents::InherentDataProvider for InherentDataProvider {
	async fn provide_inherent_data(&self, data: &mut InherentData) -> Result<(), Error> {
		data.put_data(INHERENT_IDENTIFIER, &self.0)
	}

	async fn try_handle_error(&self, _: &InherentIdentifier, _: &[u8]) -> Option<Result<(), Error>> {
		// A claim is checked by nobody: what counts is how many make it.
		None
	}
}
