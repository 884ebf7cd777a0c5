//! Errors of calls to a KME.

use std::{fmt, sync::Arc, time::Duration};

/// A call to a KME failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the KME at {kme} {fault}")]
pub struct KmeError {
	/// The KME's URL.
	pub kme: Arc<str>,
	/// The reason.
	pub fault: Fault,
}

impl KmeError {
	/// Whether the same call may succeed later without any change on this side.
	pub fn is_temporary(&self) -> bool {
		self.fault.is_temporary()
	}
}

/// Why a call to a KME failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
	/// 401: the KME authenticated the caller, but denies it the call.
	#[error(
		"denies this SAE the keys (401){0}; check that it knows this certificate for this SAE, and that the \
		 keys are addressed to this SAE"
	)]
	Unauthorised(Message),
	/// 400: the KME rejects the request.
	#[error("rejects the request (400){message}{}; compare it with the KME's status", Details(.details))]
	BadRequest {
		/// The KME's message.
		message: Message,
		/// The KME's details.
		details: Vec<String>,
	},
	/// 503: the KME cannot serve now, for example because it has run out of keys.
	#[error("cannot serve now (503){0}; if this persists, check the link's error rate and its stored keys")]
	Unavailable(Message),
	/// The KME has no key with this id for this SAE, and no earlier request of the same call can have
	/// consumed it.
	#[error(
		"has no such key{0}: it never existed, has expired, or was already delivered; ask the sender to seal \
		 again"
	)]
	KeyNotFound(Message),
	/// The KME delivered the key to a request of this call whose response was lost.
	#[error(
		"delivered the key, but its response was lost ({reason}), and it delivers a key only once; ask the \
		 sender to seal again"
	)]
	HandedOut {
		/// How the response was lost.
		reason: String,
	},
	/// It is unknown whether the KME delivered the key to a request of this call, and it could not be asked
	/// again.
	#[error(
		"may have delivered the key: its response was lost ({reason}), and asking again failed ({again}); \
		 retry when it responds"
	)]
	Undecided {
		/// How the response was lost.
		reason: String,
		/// Why asking again failed.
		again: String,
	},
	/// TLS: one side does not trust the other's certificate.
	#[error("{whose} ({reason})")]
	Certificate {
		/// Whose certificate.
		whose: Whose,
		/// The TLS library's reason.
		reason: String,
	},
	/// No TLS connection was established, so nothing was sent.
	#[error("cannot be reached: {0}; check that it is running, and the host and port in its URL")]
	Unreachable(String),
	/// The response was not complete in time.
	#[error("gave no whole answer within {} s; check its load, or increase the timeout", .0.as_secs_f32())]
	Timeout(Duration),
	/// The connection ended before the response was complete.
	#[error("closed the connection before its response was complete: {0}")]
	Interrupted(String),
	/// A response that violates the standard, or does not match the request.
	#[error("sent an invalid response: {0}; check that the URL is that of a KME (ETSI GS QKD 014)")]
	Malformed(String),
	/// An HTTP status that the standard does not define.
	#[error(
		"responded with status {code}{message}, which ETSI GS QKD 014 does not define; check the path of its \
		 URL"
	)]
	Status {
		/// The status.
		code: u16,
		/// The KME's message.
		message: Message,
	},
	/// The request is invalid. Nothing was sent.
	#[error("was not asked: {0}")]
	Request(String),
}

/// Whose certificate is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
	/// The KME's.
	Kme,
	/// This SAE's.
	Sae,
}

impl fmt::Display for Whose {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(match self {
			Self::Kme => {
				"presents an untrusted certificate; check that `ca` is the authority that signed it, that it \
				 has not expired and that it names the host in the URL"
			},
			Self::Sae => {
				"does not accept this SAE's certificate; renew it, or have one signed by an authority that \
				 the KME trusts"
			},
		})
	}
}

impl Fault {
	/// Whether the same call may succeed later without any change on this side.
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

	/// Whether the KME may have delivered keys to the failed request.
	pub fn may_have_handed_out(&self) -> bool {
		match self {
			Self::HandedOut { .. }
			| Self::Undecided { .. }
			| Self::Timeout(_)
			| Self::Interrupted(_)
			| Self::Malformed(_) => true,
			// A gateway that lost its connection to the KME.
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

/// A KME's error message. Untrusted text: truncated, without control characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message(String);

impl Message {
	const MAX_CHARACTERS: usize = 300;

	/// Sanitises text that a KME sent.
	pub fn new(text: &str) -> Self {
		Self(text.chars().take(Self::MAX_CHARACTERS).map(|c| if c.is_control() { ' ' } else { c }).collect())
	}

	/// The text; may be empty.
	pub fn as_str(&self) -> &str {
		&self.0
	}
}

/// Empty if the KME sent no message.
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
