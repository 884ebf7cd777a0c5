//! Authentication of the classical messages: nobody but the two ends can alter, add, drop or reorder one.
//!
//! | module | contents |
//! | --- | --- |
//! | [`one_time`] | a tag for a single message under its own key |
//! | [`wegman_carter`] | tags under one-time pads of the key pool, information-theoretically secure |
//! | [`setup`] | the signed set-up of a session |
//! | [`signatures`] | signed messages, until the pool holds enough for tags |
//!
//! Each tag costs bits of the pool, and Cascade takes hundreds of messages. So a message can be
//! [deferred](Authenticator::defer): it is sent without a tag, and the next tag in either direction also
//! covers all deferred messages, sent and received. An altered deferred message is detected at that tag,
//! before there is a key; everything disclosed until then concerns bits that are discarded.
//!
//! A deferred message is encoded as 0 and the message; any other one as 1, the message's number in its
//! direction (8 bytes, little-endian), the message, and its tag or signature.
//!
//! A link that starts without a shared key signs its set-up and first block, like Wang et al., "Experimental
//! authentication of quantum key distribution with post-quantum cryptography", npj Quantum Information 7:67
//! (2021): signatures must resist forgery only until that block is done, and the security of later blocks
//! rests on tags alone.

pub mod one_time;
pub mod setup;
pub mod signatures;
pub mod wegman_carter;

/// One of the two ends of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
	/// The end that sends qubits.
	Transmitter,
	/// The end that detects them.
	Receiver,
}

impl End {
	/// The other end.
	pub fn other(self) -> Self {
		match self {
			Self::Transmitter => Self::Receiver,
			Self::Receiver => Self::Transmitter,
		}
	}

	/// Its encoding.
	fn code(self) -> u8 {
		match self {
			Self::Transmitter => 0,
			Self::Receiver => 1,
		}
	}
}

/// Why a message was not authenticated. Any of these except [`PoolEmpty`](Self::PoolEmpty)
/// [closes](Self::Closed) the session, so that a forger has a single attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticationError {
	/// The message is shorter than its sequence number and tag.
	#[error("a message of {0} bytes is too short to be authenticated")]
	Short(usize),
	/// The first byte is invalid.
	#[error("a message begins with {0}; it must be 0 (deferred) or 1 (with a tag)")]
	UnknownForm(u8),
	/// The message is not the next one.
	#[error("received message {actual} instead of {expected}: one was lost, repeated or inserted")]
	Sequence {
		/// Its sequence number.
		actual: u64,
		/// The expected one.
		expected: u64,
	},
	/// The tag or signature is wrong.
	#[error(
		"message {0} is not authentic: it or a deferred one before it was altered, or the ends have \
		 different keys"
	)]
	Forged(u64),
	/// The key pool has no pad left.
	#[error("the key pool has no bits left for authentication")]
	PoolEmpty,
	/// A previous message was not authentic.
	#[error("this session was closed after a message that was not authentic; set up a new one")]
	Closed,
}

/// A received message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened<'a> {
	/// The message and all deferred ones before it are authentic.
	Authentic(&'a [u8]),
	/// Not authenticated until an authentic message follows.
	Deferred(&'a [u8]),
}

/// Authenticates the messages of one session, in order.
pub trait Authenticator {
	/// Encodes a message with a tag, which also covers all deferred messages.
	fn seal(&mut self, message: &[u8]) -> Result<Vec<u8>, AuthenticationError>;

	/// Encodes a message that the next sealed message of either end authenticates. Between two sealed
	/// messages the ends must take turns, as the order of deferred messages is authenticated, too.
	fn defer(&mut self, message: &[u8]) -> Result<Vec<u8>, AuthenticationError>;

	/// Decodes a received message.
	fn open<'a>(&mut self, bytes: &'a [u8]) -> Result<Opened<'a>, AuthenticationError>;

	/// Bits of the key pool used so far, in both directions.
	fn spent_bits(&self) -> u64;
}

/// Creates and verifies tags or signatures.
trait Tagger {
	/// Length of a tag or signature in bytes.
	const LENGTH: usize;

	fn make(&mut self, context: &Context<'_>, message: &[u8]) -> Result<Vec<u8>, AuthenticationError>;

	fn verify(
		&mut self,
		context: &Context<'_>,
		message: &[u8],
		tag: &[u8],
	) -> Result<bool, AuthenticationError>;
}

/// What a tag covers in addition to its message.
struct Context<'a> {
	sender: End,
	sequence: u64,
	deferred: &'a [u8],
}

/// The state of a session.
#[derive(Debug)]
struct Session {
	end: End,
	sent: u64,
	received: u64,
	/// The deferred messages since the last sealed one: sender, length (8 bytes), bytes.
	deferred: Vec<u8>,
	closed: bool,
}

/// First byte of a deferred message, and of one with a tag.
const DEFERRED: u8 = 0;
const SEALED: u8 = 1;

/// Length of a sequence number in bytes.
const SEQUENCE: usize = 8;

impl Session {
	fn new(end: End) -> Self {
		Self { end, sent: 0, received: 0, deferred: Vec::new(), closed: false }
	}

	fn seal<T: Tagger>(&mut self, tagger: &mut T, message: &[u8]) -> Result<Vec<u8>, AuthenticationError> {
		self.require_open()?;
		let context = Context { sender: self.end, sequence: self.sent, deferred: &self.deferred };
		let tag = tagger.make(&context, message)?;
		self.deferred.clear();
		let sequence = self.sent.to_le_bytes();
		self.sent += 1;
		Ok([&[SEALED], &sequence[..], message, &tag].concat())
	}

	fn defer(&mut self, message: &[u8]) -> Result<Vec<u8>, AuthenticationError> {
		self.require_open()?;
		self.record_deferred(self.end, message);
		Ok([&[DEFERRED], message].concat())
	}

	fn open<'a, T: Tagger>(
		&mut self,
		tagger: &mut T,
		bytes: &'a [u8],
	) -> Result<Opened<'a>, AuthenticationError> {
		self.require_open()?;
		let result = self.check(tagger, bytes);
		// An empty pool is not an attempted forgery.
		self.closed = result.as_ref().is_err_and(|error| *error != AuthenticationError::PoolEmpty);
		result
	}

	fn check<'a, T: Tagger>(
		&mut self,
		tagger: &mut T,
		bytes: &'a [u8],
	) -> Result<Opened<'a>, AuthenticationError> {
		let short = AuthenticationError::Short(bytes.len());
		let rest = match bytes.split_first().ok_or(short)? {
			(&DEFERRED, message) => {
				self.record_deferred(self.end.other(), message);
				return Ok(Opened::Deferred(message));
			},
			(&SEALED, rest) => rest,
			(other, _) => return Err(AuthenticationError::UnknownForm(*other)),
		};
		let (sequence, rest) = rest.split_first_chunk::<SEQUENCE>().ok_or(short)?;
		let length = rest.len().checked_sub(T::LENGTH).ok_or(short)?;
		let (message, tag) = rest.split_at(length);
		let sequence = u64::from_le_bytes(*sequence);
		if sequence != self.received {
			return Err(AuthenticationError::Sequence { actual: sequence, expected: self.received });
		}
		let context = Context { sender: self.end.other(), sequence, deferred: &self.deferred };
		if !tagger.verify(&context, message, tag)? {
			return Err(AuthenticationError::Forged(sequence));
		}
		self.deferred.clear();
		self.received += 1;
		Ok(Opened::Authentic(message))
	}

	fn record_deferred(&mut self, sender: End, message: &[u8]) {
		self.deferred.push(sender.code());
		self.deferred.extend_from_slice(&(message.len() as u64).to_le_bytes());
		self.deferred.extend_from_slice(message);
	}

	fn require_open(&self) -> Result<(), AuthenticationError> {
		if self.closed {
			Err(AuthenticationError::Closed)
		} else {
			Ok(())
		}
	}
}
