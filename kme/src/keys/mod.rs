//! Keys that wait for the SAEs to which they are addressed. They lie in memory only: a KME that restarts has
//! forgotten them and answers "not found".

mod batch;
mod store;

pub use batch::KeyBatch;
pub use store::{Claim, ClaimError, KeyStore, StoreFull};
