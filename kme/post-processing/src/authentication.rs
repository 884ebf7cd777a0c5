//! Authentication of the classical messages: who is not an end of the link cannot alter, add, drop or reorder one.
//!
//! | module | holds |
//! | --- | --- |
//! | [`one_time`] | a tag for one message under a key of its own |
//! | [`wegman_carter`] | tags under one-time pads of the key pool, safe against any computer |
//! | [`setup`] | a signed set-up of a session |
//! | [`signatures`] | signed messages, until the pool holds enough for tags |
//!
//! Each tag costs bits of the pool, and Cascade takes hundreds of messages. So a message can be [deferred](Authenticator::defer):
//! it is sent bare, and the next tag in either direction also covers all that was deferred, sent and received. Whoever
//! alters a deferred message is found out at that tag, before a key comes of it; what was told meanwhile concerns bits that
//! are thrown away.
//!
//! In bytes a message is 0 and the message, if deferred; else 1, the message's number in its direction (8 bytes, little
//! endian), the message, and its tag or signature.
//!
//! A link that starts without a shared key signs its set-up and first block, as Wang et al. do, "Experimental authentication
//! of quantum key distribution with post-quantum cryptography", npj Quantum Information 7:67 (2021): signatures need to
//! withstand forgery only until that block is done, and every later block's safety rests on tags alone.

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

	/// How it is written in messages.
	fn code(self) -> u8 {
		match self {
			Self::Transmitter => 0,
			Self::Receiver => 1,
		}
	}
}

/// Why a message was not authenticated. After any of these but [`PoolEmpty`](Self::PoolEmpty) the session is
/// [closed](Self::Closed), so that nobody can try more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticationError {
	/// The message is shorter than its sequence number and tag.
	#[error("a message of {0} bytes is too short to be authenticated")]
	Short(usize),
	/// The message begins with none of the two forms.
	#[error("a message begins with {0}; 0 (deferred) or 1 (with a tag) is right")]
	UnknownForm(u8),
	/// The message is not the next one.
	#[error("message {actual} came when {expected} was due: one was lost, repeated or inserted")]
	Sequence {
		/// Its sequence number.
		actual: u64,
		/// That which was due.
		expected: u64,
	},
	/// The tag or signature is wrong.
	#[error("message {0} is not authentic: it, or a deferred one before it, was altered, or the ends do not share their keys")]
	Forged(u64),
	/// The key pool has no pad left.
	#[error("the key pool has no bits left to authenticate with")]
	PoolEmpty,
	/// A message failed before.
	#[error("this session was closed when a message was not authentic; set up a new one")]
	Closed,
}

/// A message that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened<'a> {
	/// It is authentic, and so is all that was deferred before it.
	Authentic(&'a [u8]),
	/// Nothing is known of it until an authentic message follows.
	Deferred(&'a [u8]),
}

/// Authenticates the messages of one session, in order.
pub trait Authenticator {
	/// Bytes to send for a message. They also vouch for all that was deferred.
	fn seal(&mut self, message: &[u8]) -> Result<Vec<u8>, AuthenticationError>;

	/// Bytes to send for a message that is authenticated by the next that is sealed, by either end. Between two sealed
	/// messages the ends must take turns: the order of deferred messages is authenticated too.
	fn defer(&mut self, message: &[u8]) -> Result<Vec<u8>, AuthenticationError>;

	/// The message in bytes that came.
	fn open<'a>(&mut self, bytes: &'a [u8]) -> Result<Opened<'a>, AuthenticationError>;

	/// Bits of the key pool used so far, in both directions.
	fn spent_bits(&self) -> u64;
}

/// Makes and checks what stands behind a message and vouches for it. `context` is the sender, the message's number, and what
/// was deferred before it.
trait Voucher {
	/// Bytes of a tag or signature.
	const LENGTH: usize;

	fn make(&mut self, context: &Context<'_>, message: &[u8]) -> Result<Vec<u8>, AuthenticationError>;

	fn is_right(
		&mut self,
		context: &Context<'_>,
		message: &[u8],
		voucher: &[u8],
	) -> Result<bool, AuthenticationError>;
}

/// What a tag covers besides its message.
struct Context<'a> {
	sender: End,
	sequence: u64,
	deferred: &'a [u8],
}

/// The messages of a session: their numbers, what is deferred, and whether the session is closed.
#[derive(Debug)]
struct Session {
	end: End,
	sent: u64,
	received: u64,
	/// Each deferred message since the last sealed one: sender, length (8 bytes), bytes.
	deferred: Vec<u8>,
	closed: bool,
}

/// First byte of a deferred message, and of one that carries a tag.
const DEFERRED: u8 = 0;
const SEALED: u8 = 1;

/// Bytes of a sequence number.
const SEQUENCE: usize = 8;

impl Session {
	fn new(end: End) -> Self {
		Self { end, sent: 0, received: 0, deferred: Vec::new(), closed: false }
	}

	fn seal<V: Voucher>(&mut self, voucher: &mut V, message: &[u8]) -> Result<Vec<u8>, AuthenticationError> {
		self.require_open()?;
		let context = Context { sender: self.end, sequence: self.sent, deferred: &self.deferred };
		let tag = voucher.make(&context, message)?;
		self.deferred.clear();
		let sequence = self.sent.to_le_bytes();
		self.sent += 1;
		Ok([&[SEALED], &sequence[..], message, &tag].concat())
	}

	fn defer(&mut self, message: &[u8]) -> Result<Vec<u8>, AuthenticationError> {
		self.require_open()?;
		self.note(self.end, message);
		Ok([&[DEFERRED], message].concat())
	}

	fn open<'a, V: Voucher>(
		&mut self,
		voucher: &mut V,
		bytes: &'a [u8],
	) -> Result<Opened<'a>, AuthenticationError> {
		self.require_open()?;
		let result = self.check(voucher, bytes);
		// An empty pool is no one's attempt.
		self.closed = result.as_ref().is_err_and(|error| *error != AuthenticationError::PoolEmpty);
		result
	}

	fn check<'a, V: Voucher>(
		&mut self,
		voucher: &mut V,
		bytes: &'a [u8],
	) -> Result<Opened<'a>, AuthenticationError> {
		let short = AuthenticationError::Short(bytes.len());
		let rest = match bytes.split_first().ok_or(short)? {
			(&DEFERRED, message) => {
				self.note(self.end.other(), message);
				return Ok(Opened::Deferred(message));
			},
			(&SEALED, rest) => rest,
			(other, _) => return Err(AuthenticationError::UnknownForm(*other)),
		};
		let (sequence, rest) = rest.split_first_chunk::<SEQUENCE>().ok_or(short)?;
		let length = rest.len().checked_sub(V::LENGTH).ok_or(short)?;
		let (message, tag) = rest.split_at(length);
		let sequence = u64::from_le_bytes(*sequence);
		if sequence != self.received {
			return Err(AuthenticationError::Sequence { actual: sequence, expected: self.received });
		}
		let context = Context { sender: self.end.other(), sequence, deferred: &self.deferred };
		if !voucher.is_right(&context, message, tag)? {
			return Err(AuthenticationError::Forged(sequence));
		}
		self.deferred.clear();
		self.received += 1;
		Ok(Opened::Authentic(message))
	}

	fn note(&mut self, sender: End, message: &[u8]) {
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
