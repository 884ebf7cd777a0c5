//! One file for each thing that is done with members.

mod admission;
mod costs;
mod extension;
mod facts;
mod genesis;
mod invariants;
mod keys;
mod properties;
mod removal;
mod role_changes;
mod suspension;

use crate::mock::*;
use consilium_primitives::audit::{Action, Subject};

/// Actor and action of a hospital's newest audit record.
fn last_record(account: u64) -> (Option<u64>, Action) {
	let subject = Subject::Hospital(account);
	let count = AuditTrail::head(subject).count;
	let record = &AuditTrail::trail(subject, count - 1, 1)[0];
	(record.actor, record.action)
}

fn last_action(account: u64) -> Action {
	last_record(account).1
}
