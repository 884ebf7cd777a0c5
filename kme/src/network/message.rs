//! The encoding of messages between KMEs.
//!
//! Numbers are big-endian; a text is its length (1 byte) and UTF-8. All bounds are checked before memory is
//! allocated, and nothing may follow.
//!
//! ```text
//! Delivery  1 ‖ request 16 ‖ hops left 1 ‖ milliseconds 4 ‖ destination text ‖ master text
//!             ‖ slaves 1 × text ‖ number of keys 2 ‖ bytes of a key 2 ‖ ids 16 each ‖ keys
//! Outcome   2 ‖ request 16 ‖ 0 stored
//!                          ‖ 1 refused ‖ reason: length 2, UTF-8
//!                          ‖ 2 the bits of a block are missing ‖ block 8
//! ```
//!
//! The keys of a delivery are at its end, so that an envelope can encrypt them alone.

use crate::{
	identity::{KmeId, SaeId},
	keys::{KeyBatch, MAX_SLAVES},
};
use std::time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Maximum length of a reason in bytes; longer ones are truncated.
const MAX_REASON: usize = 512;

/// First byte of a delivery.
pub(super) const DELIVERY: u8 = 1;
/// First byte of an outcome.
const OUTCOME: u8 = 2;

/// Identifies a delivery and its outcome. Random, drawn by the first KME.
pub type RequestId = [u8; 16];

/// A message between two KMEs that share a link.
#[derive(Clone, PartialEq)]
pub enum Message {
	/// Keys under delivery.
	Delivery(Delivery),
	/// The outcome of a delivery.
	Outcome(RequestId, Outcome),
}

/// Keys under delivery to the KME of their slave SAEs.
#[derive(Clone, PartialEq)]
pub struct Delivery {
	/// Its id.
	pub request: RequestId,
	/// How many more hops it may take.
	pub hops_left: u8,
	/// How long the sender waits for the outcome; whole milliseconds, at most 2^32 - 1.
	pub timeout: Duration,
	/// The KME that stores the keys.
	pub destination: KmeId,
	/// The SAE that requested them.
	pub master: SaeId,
	/// The SAEs that may fetch them; 1 to [`MAX_SLAVES`].
	pub slaves: Vec<SaeId>,
	/// The keys.
	pub keys: KeyBatch,
}

/// The outcome of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
	/// The keys are stored at their destination.
	Stored,
	/// They are not, for this reason.
	Refused(String),
	/// The next KME lacks the secret bits of this block, which the message used.
	MissingBits(u64),
}

/// Why bytes are not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
	/// The bytes end within a field.
	#[error("the message is truncated in its {0}")]
	Short(&'static str),
	/// A field has an invalid value.
	#[error("the message has an invalid {0}")]
	Field(&'static str),
	/// Bytes follow.
	#[error("{0} bytes follow the message")]
	Trailing(usize),
}

impl Message {
	/// The encoded message, and how many bytes of keys it ends with.
	pub fn encode(&self) -> (Zeroizing<Vec<u8>>, usize) {
		match self {
			Self::Delivery(delivery) => delivery.encode(),
			Self::Outcome(request, outcome) => (Zeroizing::new(outcome.encode(request)), 0),
		}
	}

	/// Decodes a message.
	pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
		let mut reader = Reader(bytes);
		let message = match reader.byte("kind")? {
			DELIVERY => Self::Delivery(Delivery::decode(&mut reader)?),
			OUTCOME => Self::Outcome(reader.array("request")?, Outcome::decode(&mut reader)?),
			_ => return Err(DecodeError::Field("kind")),
		};
		match reader.0.len() {
			0 => Ok(message),
			left => Err(DecodeError::Trailing(left)),
		}
	}
}

impl Delivery {
	fn encode(&self) -> (Zeroizing<Vec<u8>>, usize) {
		let secrets = self.keys.bytes();
		let texts = (self.slaves.len() + 2) * (1 + crate::identity::MAX_IDENTITY);
		// One allocation of full size, as growing would leave copies in memory.
		let mut bytes = Zeroizing::new(Vec::with_capacity(32 + texts + 16 * self.keys.len() + secrets.len()));
		bytes.push(DELIVERY);
		bytes.extend(self.request);
		bytes.push(self.hops_left);
		bytes.extend(u32::try_from(self.timeout.as_millis()).unwrap_or(u32::MAX).to_be_bytes());
		put_text(&mut bytes, self.destination.as_str());
		put_text(&mut bytes, self.master.as_str());
		bytes.push(self.slaves.len() as u8);
		self.slaves.iter().for_each(|slave| put_text(&mut bytes, slave.as_str()));
		bytes.extend((self.keys.len() as u16).to_be_bytes());
		let size = secrets.len().checked_div(self.keys.len()).unwrap_or(0);
		bytes.extend((size as u16).to_be_bytes());
		self.keys.ids().iter().for_each(|id| bytes.extend(id.as_bytes()));
		bytes.extend(secrets);
		(bytes, secrets.len())
	}

	fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
		let request = reader.array("request")?;
		let hops_left = reader.byte("hops left")?;
		let timeout = Duration::from_millis(u32::from_be_bytes(reader.array("milliseconds")?).into());
		let destination =
			KmeId::new(reader.text("destination")?).map_err(|_| DecodeError::Field("KME id"))?;
		let master = reader.sae("master")?;
		let count = usize::from(reader.byte("number of slaves")?);
		if !(1..=MAX_SLAVES).contains(&count) {
			return Err(DecodeError::Field("number of slaves"));
		}
		let slaves = (0..count).map(|_| reader.sae("slave")).collect::<Result<_, _>>()?;
		let number = usize::from(u16::from_be_bytes(reader.array("number of keys")?));
		let size = usize::from(u16::from_be_bytes(reader.array("bytes of a key")?));
		let ids = reader.take(16 * number, "ids")?;
		let ids = ids.chunks_exact(16).filter_map(|id| Uuid::from_slice(id).ok()).collect();
		let secrets = Zeroizing::new(reader.take(number * size, "keys")?.to_vec());
		let keys = KeyBatch::new(ids, secrets).ok_or(DecodeError::Field("keys"))?;
		Ok(Self { request, hops_left, timeout, destination, master, slaves, keys })
	}
}

impl Outcome {
	fn encode(&self, request: &RequestId) -> Vec<u8> {
		let mut bytes = vec![OUTCOME];
		bytes.extend(request);
		match self {
			Self::Stored => bytes.push(0),
			Self::Refused(reason) => {
				let mut end = reason.len().min(MAX_REASON);
				while !reason.is_char_boundary(end) {
					end -= 1;
				}
				bytes.push(1);
				bytes.extend((end as u16).to_be_bytes());
				bytes.extend(&reason.as_bytes()[..end]);
			},
			Self::MissingBits(block) => {
				bytes.push(2);
				bytes.extend(block.to_be_bytes());
			},
		}
		bytes
	}

	fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
		Ok(match reader.byte("outcome")? {
			0 => Self::Stored,
			1 => {
				let length = usize::from(u16::from_be_bytes(reader.array("length of the reason")?));
				if length > MAX_REASON {
					return Err(DecodeError::Field("length of the reason"));
				}
				let reason = std::str::from_utf8(reader.take(length, "reason")?);
				Self::Refused(reason.map_err(|_| DecodeError::Field("reason"))?.into())
			},
			2 => Self::MissingBits(u64::from_be_bytes(reader.array("block")?)),
			_ => return Err(DecodeError::Field("outcome")),
		})
	}
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
	bytes.push(text.len() as u8);
	bytes.extend(text.as_bytes());
}

/// Reads fields from the front of bytes.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
	pub(super) fn take(&mut self, length: usize, field: &'static str) -> Result<&'a [u8], DecodeError> {
		let (taken, rest) = self.0.split_at_checked(length).ok_or(DecodeError::Short(field))?;
		self.0 = rest;
		Ok(taken)
	}

	pub(super) fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], DecodeError> {
		let (taken, rest) = self.0.split_first_chunk().ok_or(DecodeError::Short(field))?;
		self.0 = rest;
		Ok(*taken)
	}

	pub(super) fn byte(&mut self, field: &'static str) -> Result<u8, DecodeError> {
		let [byte] = self.array(field)?;
		Ok(byte)
	}

	fn text(&mut self, field: &'static str) -> Result<&'a str, DecodeError> {
		let length = usize::from(self.byte(field)?);
		std::str::from_utf8(self.take(length, field)?).map_err(|_| DecodeError::Field(field))
	}

	fn sae(&mut self, field: &'static str) -> Result<SaeId, DecodeError> {
		SaeId::new(self.text(field)?).map_err(|_| DecodeError::Field("SAE id"))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn delivery(slaves: usize, number: usize, size: usize) -> Message {
		Message::Delivery(Delivery {
			request: [7; 16],
			hops_left: 3,
			timeout: Duration::from_millis(1234),
			destination: KmeId::new("kme-z").unwrap(),
			master: SaeId::new("sae-a").unwrap(),
			slaves: (0..slaves).map(|slave| SaeId::new(&format!("sae-{slave}")).unwrap()).collect(),
			keys: KeyBatch::random(number, size).unwrap(),
		})
	}

	fn messages() -> Vec<Message> {
		vec![
			delivery(1, 1, 32),
			delivery(MAX_SLAVES, 64, 512),
			Message::Outcome([1; 16], Outcome::Stored),
			Message::Outcome([2; 16], Outcome::Refused("link a-b is down: é".into())),
			Message::Outcome([3; 16], Outcome::MissingBits(u64::MAX)),
		]
	}

	#[test]
	fn messages_round_trip_and_truncated_ones_are_refused() {
		for message in messages() {
			let (bytes, secrets) = message.encode();
			assert!(Message::decode(&bytes).unwrap() == message);
			if let Message::Delivery(delivery) = &message {
				assert_eq!(&bytes[bytes.len() - secrets..], delivery.keys.bytes());
			}
			for length in 0..bytes.len() {
				assert!(Message::decode(&bytes[..length]).is_err());
			}
			assert_eq!(Message::decode(&[&bytes[..], &[0]].concat()).err(), Some(DecodeError::Trailing(1)));
		}
	}

	#[test]
	fn long_reasons_are_truncated_between_characters() {
		let (bytes, _) = Message::Outcome([0; 16], Outcome::Refused("é".repeat(400) + "x")).encode();
		let Message::Outcome(_, Outcome::Refused(reason)) = Message::decode(&bytes).unwrap() else {
			panic!()
		};
		assert_eq!(reason, "é".repeat(256));
	}

	proptest! {
		#[test]
		fn encodings_are_unique(kind in 0u8..4, mut bytes: Vec<u8>) {
			bytes.insert(0, kind);
			if let Ok(message) = Message::decode(&bytes) {
				let (written, _) = message.encode();
				prop_assert_eq!(written.as_slice(), bytes);
			}
		}
	}
}
