//! Migrations of the storage, from each version to the next.

mod layout3;
mod v2;
mod v3;
mod v4;

#[cfg(test)]
mod tests;

pub use v2::{ClipToEncoding, V2};
pub use v3::{ChallengeBeforeChecking, V3};
pub use v4::{AbsencesAndRecords, V4};
