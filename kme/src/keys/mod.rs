//! Keys stored until the SAEs to which they are addressed fetch them, in memory only: after a restart a KME
//! responds "not found".

mod batch;
mod store;

pub use batch::KeyBatch;
pub use store::{Claim, ClaimError, KeyStore, StoreFull};

/// Most slave SAEs that one request for keys may name.
pub const MAX_SLAVES: usize = 32;
