//! Which checks have changed since they were reported last.

use super::{Check, State};
use std::collections::BTreeMap;

/// What is new about a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
	/// It has got worse, or has another reason.
	Worse(Check),
	/// It is as it should be again.
	Recovered(Check),
}

/// The checks as they were reported last.
#[derive(Debug, Default)]
pub struct Changes {
	reported: BTreeMap<&'static str, (State, String)>,
}

impl Changes {
	/// What is to be reported of these checks. A check that stays as it was is reported once, however its
	/// figures change; one that is not known is not reported, and changes nothing.
	pub fn of(&mut self, checks: &[Check]) -> Vec<Change> {
		let mut changes = Vec::new();
		for check in checks.iter().filter(|check| check.state != State::Unknown) {
			let now = (check.state, without_figures(&check.message));
			let before = self.reported.get(check.name);
			match check.state {
				State::Ok if before.is_some_and(|(state, _)| *state != State::Ok) => {
					changes.push(Change::Recovered(check.clone()));
				},
				State::Warning | State::Failed if before != Some(&now) => {
					changes.push(Change::Worse(check.clone()));
				},
				_ => {},
			}
			self.reported.insert(check.name, now);
		}
		changes
	}
}

/// A message without its numbers: seconds, blocks and keys differ from check to check.
fn without_figures(message: &str) -> String {
	message.chars().filter(|character| !character.is_ascii_digit()).collect()
}
