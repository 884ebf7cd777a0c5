//! One file for each thing that is done with agreements.

mod costs;
mod expiry;
mod facts;
mod invariants;
mod properties;
mod proposing;
mod revoking;
mod signing;

use crate::mock::*;
use consilium_primitives::{
	audit::{Action, Subject},
	AgreementId,
};

/// Who did what to an agreement, oldest first.
fn trail(agreement: AgreementId) -> Vec<(Option<u64>, Action)> {
	AuditTrail::trail(Subject::Agreement(agreement), 0, 100)
		.into_iter()
		.map(|record| (record.actor, record.action))
		.collect()
}
