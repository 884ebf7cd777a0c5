//! Steps of a draw, at each of which tests kill the process; in production they are only logged.

use crate::store::format::Kind;
use std::fmt;

/// The last completed step.
#[derive(Clone, Copy)]
pub(crate) enum Step {
	/// The file was written under a temporary name.
	Written(Kind),
	/// The file is durable.
	Synced(Kind),
	/// The file has its final name.
	Named(Kind),
	/// The KME's response is in memory only.
	Answered,
	/// The key is durable; its mark still exists.
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
