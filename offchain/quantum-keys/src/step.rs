//! The points of a draw between which a process may die. Tests kill it at each; otherwise they are traced in the log.

use crate::store::format::Kind;
use std::fmt;

/// What was done last.
#[derive(Clone, Copy)]
pub(crate) enum Step {
	/// The file's bytes were given to the system, under a temporary name.
	Written(Kind),
	/// They are durable.
	Synced(Kind),
	/// The file has its name.
	Named(Kind),
	/// The KME's answer is in memory, and nowhere else.
	Answered,
	/// The key is durable, and its mark is still there.
	Stored,
}

impl fmt::Display for Step {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Written(kind) => write!(formatter, "{kind:?} written"),
			Self::Synced(kind) => write!(formatter, "{kind:?} synced"),
			Self::Named(kind) => write!(formatter, "{kind:?} named"),
			Self::Answered => formatter.write_str("answered"),
			Self::Stored => formatter.write_str("stored"),
		}
	}
}

#[cfg(not(test))]
pub(crate) fn reached(step: Step) {
	log::trace!(target: "quantum-keys", "draw: {step}");
}

#[cfg(test)]
pub(crate) use crate::tests::kill_tests::reached;
