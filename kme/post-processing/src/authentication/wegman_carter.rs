//! Information-theoretically secure tags: a polynomial hash over GF(2^128), encrypted with a one-time pad.
//!
//! The hash is POLYVAL (RFC 8452, section 3) under a secret key of the session. Each tag takes 128 new bits
//! of the key pool as its pad, so that tags reveal nothing about the hash key (Wegman and Carter, J. Comput.
//! Syst. Sci. 22, 265, 1981). The hash input is a block with a label, the direction and the sequence number,
//! the deferred messages and the message, each padded with zeros, and a block with their lengths. A forgery
//! succeeds with probability at most [`forgery_probability`] of the input's length.

use super::{AuthenticationError, Authenticator, Context, End, Opened, Session, Tagger};
use crate::polynomial_hash::{degree, encrypted_hash, BLOCK};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bits of the pool used for each tag.
pub const PAD_BITS: u64 = 128;

/// A one-time pad.
pub type Pad = Zeroizing<[u8; BLOCK]>;

/// The source of pads: the part of the key pool for messages in one direction.
pub trait PadSource {
	/// The next pad, which is never returned again; `None` if none is left. Both ends get the same pads in
	/// the same order.
	fn next_pad(&mut self) -> Option<Pad>;
}

/// Tags and verifies the messages of one session.
pub struct WegmanCarter<P> {
	session: Session,
	tags: Tags<P>,
}

struct Tags<P> {
	hash_key: Zeroizing<[u8; BLOCK]>,
	outgoing: P,
	incoming: P,
	pads: u64,
}

/// An upper bound on the probability of a successful forgery of this many bytes, deferred messages included:
/// (blocks + 3) / 2^128.
pub fn forgery_probability(bytes: usize) -> f64 {
	degree(bytes) as f64 * f64::powi(2.0, -128)
}

impl<P: PadSource> WegmanCarter<P> {
	/// One end of a session. The hash key is 128 secret bits shared by both ends and used for this session
	/// only. The pads of `outgoing` are those of the other end's `incoming`.
	pub fn new(hash_key: Zeroizing<[u8; BLOCK]>, end: End, outgoing: P, incoming: P) -> Self {
		Self { session: Session::new(end), tags: Tags { hash_key, outgoing, incoming, pads: 0 } }
	}
}

impl<P> Tags<P> {
	fn tag(&self, context: &Context<'_>, message: &[u8], pad: &Pad) -> [u8; BLOCK] {
		let mut header = *b"wegman1\0\0\0\0\0\0\0\0\0";
		header[7] = context.sender.code();
		header[8..].copy_from_slice(&context.sequence.to_le_bytes());
		encrypted_hash(&self.hash_key, &header, [context.deferred, message], pad)
	}
}

impl<P: PadSource> Tagger for Tags<P> {
	const LENGTH: usize = BLOCK;

	fn make(&mut self, context: &Context<'_>, message: &[u8]) -> Result<Vec<u8>, AuthenticationError> {
		let pad = self.outgoing.next_pad().ok_or(AuthenticationError::PoolEmpty)?;
		self.pads += 1;
		Ok(self.tag(context, message, &pad).to_vec())
	}

	fn verify(
		&mut self,
		context: &Context<'_>,
		message: &[u8],
		tag: &[u8],
	) -> Result<bool, AuthenticationError> {
		let pad = self.incoming.next_pad().ok_or(AuthenticationError::PoolEmpty)?;
		self.pads += 1;
		Ok(self.tag(context, message, &pad).ct_eq(tag).into())
	}
}

impl<P: PadSource> Authenticator for WegmanCarter<P> {
	fn seal(&mut self, message: &[u8]) -> Result<Vec<u8>, AuthenticationError> {
		self.session.seal(&mut self.tags, message)
	}

	fn defer(&mut self, message: &[u8]) -> Result<Vec<u8>, AuthenticationError> {
		self.session.defer(message)
	}

	fn open<'a>(&mut self, bytes: &'a [u8]) -> Result<Opened<'a>, AuthenticationError> {
		self.session.open(&mut self.tags, bytes)
	}

	fn spent_bits(&self) -> u64 {
		self.tags.pads * PAD_BITS
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::collections::VecDeque;

	struct Pads(VecDeque<Pad>);

	impl PadSource for Pads {
		fn next_pad(&mut self) -> Option<Pad> {
			self.0.pop_front()
		}
	}

	fn pads(first: u8) -> Pads {
		Pads((first..first + 3).map(|byte| Zeroizing::new([byte; BLOCK])).collect())
	}

	fn ends() -> (WegmanCarter<Pads>, WegmanCarter<Pads>) {
		let key = Zeroizing::new([9; BLOCK]);
		(
			WegmanCarter::new(key.clone(), End::Transmitter, pads(1), pads(101)),
			WegmanCarter::new(key, End::Receiver, pads(101), pads(1)),
		)
	}

	#[test]
	fn messages_are_authenticated_in_order_in_both_directions() {
		let (mut transmitter, mut receiver) = ends();
		for message in [&b"one"[..], b"", b"three"] {
			let bytes = transmitter.seal(message).unwrap();
			assert_eq!(receiver.open(&bytes), Ok(Opened::Authentic(message)));
		}
		let bytes = receiver.seal(b"back").unwrap();
		assert_eq!(transmitter.open(&bytes), Ok(Opened::Authentic(b"back")));
		assert_eq!((transmitter.spent_bits(), receiver.spent_bits()), (512, 512));
		assert_eq!(transmitter.seal(b"four"), Err(AuthenticationError::PoolEmpty));
		assert_eq!(
			transmitter.seal(b"five"),
			Err(AuthenticationError::PoolEmpty),
			"the session is not closed"
		);
	}

	/// The tag is POLYVAL of the layout, computed independently, XORed with the pad.
	#[test]
	fn the_tag_is_hash_and_pad() {
		use polyval::universal_hash::{KeyInit, UniversalHash};
		let (mut transmitter, _) = ends();
		transmitter.seal(b"first").unwrap();
		assert_eq!(transmitter.defer(b"later").unwrap(), b"\0later");
		let bytes = transmitter.seal(b"abc").unwrap();
		let mut polyval = polyval::Polyval::new(&[9; 16].into());
		polyval.update(&[(*b"wegman1\0\x01\0\0\0\0\0\0\0").into()]);
		polyval.update(&[(*b"\0\x05\0\0\0\0\0\0\0later\0\0").into()]);
		polyval.update(&[(*b"abc\0\0\0\0\0\0\0\0\0\0\0\0\0").into()]);
		polyval.update(&[(*b"\x0e\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0").into()]);
		let hash = <[u8; 16]>::from(polyval.finalize());
		assert_eq!(bytes[..12], *b"\x01\x01\0\0\0\0\0\0\0abc");
		assert_eq!(bytes[12..], hash.map(|byte| byte ^ 2));
	}

	#[test]
	fn any_flipped_bit_closes_the_session() {
		let bytes = ends().0.seal(b"message").unwrap();
		for bit in 0..bytes.len() * 8 {
			let mut altered = bytes.clone();
			altered[bit / 8] ^= 1 << (bit % 8);
			let (_, mut receiver) = ends();
			let result = receiver.open(&altered);
			match bit {
				// Turns the message into a deferred one.
				0 => {
					assert!(matches!(result, Ok(Opened::Deferred(_))));
					continue;
				},
				1..8 => assert!(matches!(result, Err(AuthenticationError::UnknownForm(_)))),
				8..72 => assert!(matches!(result, Err(AuthenticationError::Sequence { expected: 0, .. }))),
				_ => assert_eq!(result, Err(AuthenticationError::Forged(0))),
			}
			assert_eq!(receiver.open(&bytes), Err(AuthenticationError::Closed));
			assert_eq!(receiver.seal(b"more"), Err(AuthenticationError::Closed));
			assert_eq!(receiver.defer(b"more"), Err(AuthenticationError::Closed));
		}
	}

	/// The next tag detects altered deferred messages in either direction, also added, dropped and reordered
	/// ones.
	#[test]
	fn the_next_tag_covers_deferred_messages() {
		let run = |alter: &dyn Fn(&mut Vec<Vec<u8>>)| {
			let (mut transmitter, mut receiver) = ends();
			let mut deferred =
				vec![receiver.defer(b"question").unwrap(), receiver.defer(b"another").unwrap()];
			alter(&mut deferred);
			for bytes in &deferred {
				assert!(matches!(transmitter.open(bytes), Ok(Opened::Deferred(_))));
			}
			let answer = transmitter.defer(b"answer").unwrap();
			assert_eq!(receiver.open(&answer), Ok(Opened::Deferred(b"answer")));
			let bytes = receiver.seal(b"done").unwrap();
			transmitter.open(&bytes).map(|opened| opened == Opened::Authentic(b"done"))
		};
		assert_eq!(run(&|_| ()), Ok(true));
		assert_eq!(run(&|deferred| deferred[0][3] ^= 1), Err(AuthenticationError::Forged(0)));
		assert_eq!(run(&|deferred| deferred.swap(0, 1)), Err(AuthenticationError::Forged(0)));
		assert_eq!(run(&|deferred| drop(deferred.pop())), Err(AuthenticationError::Forged(0)));
		assert_eq!(run(&|deferred| deferred.push(vec![0])), Err(AuthenticationError::Forged(0)));
	}

	#[test]
	fn repeated_reflected_short_and_longer_messages_are_refused() {
		let (mut transmitter, mut receiver) = ends();
		let bytes = transmitter.seal(b"message").unwrap();
		// Reflected to its sender, even with the same pads in both directions.
		let mut mirror = WegmanCarter::new(Zeroizing::new([9; BLOCK]), End::Transmitter, pads(1), pads(1));
		assert_eq!(mirror.open(&bytes), Err(AuthenticationError::Forged(0)));
		receiver.open(&bytes).unwrap();
		assert_eq!(receiver.open(&bytes), Err(AuthenticationError::Sequence { actual: 0, expected: 1 }));
		for length in 0..25 {
			assert_eq!(ends().1.open(&bytes[..length]), Err(AuthenticationError::Short(length)));
		}
		// An additional zero at the end of the message.
		let longer = [&bytes[..16], &[0], &bytes[16..]].concat();
		assert_eq!(ends().1.open(&longer), Err(AuthenticationError::Forged(0)));
	}

	#[test]
	fn the_forgery_probability_of_a_gigabyte_is_below_1e_30() {
		assert!(forgery_probability(1 << 30) < 1e-30);
		assert_eq!(forgery_probability(0), 3.0 * f64::powi(2.0, -128));
	}
}
