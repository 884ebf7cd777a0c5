//! One file for each thing that is done with commitments.

mod committing;
mod costs;
mod deleting;
mod facts;
mod invariants;
mod known_answers;
mod reading;
mod signatures;
mod verification;
