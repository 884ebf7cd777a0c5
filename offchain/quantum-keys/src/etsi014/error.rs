//! What goes wrong with a KME.

use std::{fmt, sync::Arc, time::Duration};

/// A call to a KME failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the KME at {kme} {fault}")]
pub struct KmeError {
	/// The KME's URL.
	pub kme: Arc<str>,
	/// What is wrong.
	pub fault: Fault,
}

impl KmeError {
	/// Whether the same call may succeed later, without anybody doing anything about it here.
	pub fn is_temporary(&self) -> bool {
		self.fault.is_temporary()
	}
}

/// What is wrong with a call to a KME.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
	/// 401: the KME knows the caller, and the call is not for it.
	#[error(
		"does not let this SAE have the keys (401){0}; check that the certificate is the one it knows for this SAE, \
		 and that the keys are addressed to this SAE"
	)]
	Unauthorised(Message),
	/// 400: the KME cannot serve such a request.
	#[error("refuses the request (400){message}{}; compare it with the KME's status", Details(.details))]
	BadRequest {
		/// What the KME says.
		message: Message,
		/// What it says beside.
		details: Vec<String>,
	},
	/// 503: the KME cannot serve now; for instance it has no key left.
	#[error("cannot serve now (503){0}; if this lasts, look at the link's error rate and its stored keys")]
	Unavailable(Message),
	/// The KME has no key of this name for this SAE, and no earlier request of the same call can have taken it.
	#[error(
		"has no such key{0}; it was never there, is too old, or was handed out before: ask the sender to seal again"
	)]
	KeyNotFound(Message),
	/// The KME took the key from its pool for a request of this call whose answer did not arrive.
	#[error(
		"handed the key out, but its answer was lost ({reason}), and it gives a key only once: ask the sender to seal again"
	)]
	HandedOut {
		/// What happened to the answer.
		reason: String,
	},
	/// It is open whether the KME took the key from its pool for a request of this call; it could not be asked again.
	#[error(
		"may have handed out the key: its answer was lost ({reason}), and asking again failed ({again}); try again when it \
		 answers"
	)]
	Undecided {
		/// What happened to the answer.
		reason: String,
		/// Why asking again failed.
		again: String,
	},
	/// TLS: one side does not accept the other's certificate.
	#[error("{whose} ({reason})")]
	Certificate {
		/// Whose certificate.
		whose: Whose,
		/// What TLS says.
		reason: String,
	},
	/// No TLS connection comes about, so that nothing was sent.
	#[error("cannot be reached: {0}; check that it runs, and that address and port in its URL are right")]
	Unreachable(String),
	/// No whole answer in time.
	#[error("gave no whole answer within {} s; check its load, or allow it more time", .0.as_secs_f32())]
	Timeout(Duration),
	/// The connection ended before the whole answer was here.
	#[error("broke off before its answer was whole: {0}")]
	Interrupted(String),
	/// An answer that is not as the standard says, or not what was asked for.
	#[error("answers {0}; this is not as ETSI GS QKD 014 says, so check that the URL is that of a KME")]
	Malformed(String),
	/// A status that the standard does not know.
	#[error("answers with the status {code}{message}, which ETSI GS QKD 014 does not know; check the path of its URL")]
	Status {
		/// The status.
		code: u16,
		/// What the KME says.
		message: Message,
	},
	/// The request makes no sense. Nothing was sent.
	#[error("was not asked: {0}")]
	Request(String),
}

/// Whose certificate is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
	/// The KME's.
	Kme,
	/// Ours.
	Sae,
}

impl fmt::Display for Whose {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(match self {
			Self::Kme => {
				"shows a certificate that is not accepted; check that `ca` is the authority that signed it, that it has not \
				 expired and that it names the host in the URL"
			},
			Self::Sae => {
				"does not accept the certificate of this SAE; have one signed by an authority that the KME knows, or renew it"
			},
		})
	}
}

impl Fault {
	/// Whether the same call may succeed later, without anybody doing anything about it here.
	pub fn is_temporary(&self) -> bool {
		match self {
			Self::Unavailable(_)
			| Self::Undecided { .. }
			| Self::Unreachable(_)
			| Self::Timeout(_)
			| Self::Interrupted(_) => true,
			Self::Status { code, .. } => *code == 429 || *code >= 500,
			Self::Unauthorised(_)
			| Self::BadRequest { .. }
			| Self::KeyNotFound(_)
			| Self::HandedOut { .. }
			| Self::Certificate { .. }
			| Self::Malformed(_)
			| Self::Request(_) => false,
		}
	}

	/// Whether the KME may have taken keys from its pool for the request that ended so.
	pub fn may_have_handed_out(&self) -> bool {
		match self {
			Self::HandedOut { .. }
			| Self::Undecided { .. }
			| Self::Timeout(_)
			| Self::Interrupted(_)
			| Self::Malformed(_) => true,
			// A gateway's word on a KME that it lost sight of.
			Self::Status { code, .. } => *code < 300 || *code >= 500,
			Self::Unauthorised(_)
			| Self::BadRequest { .. }
			| Self::Unavailable(_)
			| Self::KeyNotFound(_)
			| Self::Certificate { .. }
			| Self::Unreachable(_)
			| Self::Request(_) => false,
		}
	}
}

/// What a KME says of an error. Foreign text: without control characters, and cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message(String);

impl Message {
	const MAX_CHARACTERS: usize = 300;

	/// Text as a KME sent it.
	pub fn new(text: &str) -> Self {
		Self(text.chars().take(Self::MAX_CHARACTERS).map(|c| if c.is_control() { ' ' } else { c }).collect())
	}

	/// The text; may be empty.
	pub fn as_str(&self) -> &str {
		&self.0
	}
}

/// Nothing if the KME says nothing.
impl fmt::Display for Message {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		if self.0.is_empty() {
			return Ok(());
		}
		write!(formatter, ": \"{}\"", self.0)
	}
}

struct Details<'a>(&'a [String]);

impl fmt::Display for Details<'_> {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		if self.0.is_empty() {
			return Ok(());
		}
		write!(formatter, " ({})", self.0.join("; "))
	}
}
