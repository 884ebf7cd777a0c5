//! One file for each thing that is done with members.

mod admission;
mod costs;
mod extension;
mod genesis;
mod invariants;
mod keys;
mod properties;
mod removal;
mod role_changes;
mod suspension;

use crate::mock::*;
use consilium_primitives::audit::{Action, Subject};

/// The newest audit record of a hospital.
fn last_action(account: u64) -> Action {
	let subject = Subject::Hospital(account);
	let count = AuditTrail::head(subject).count;
	AuditTrail::trail(subject, count - 1, 1)[0].action
}
