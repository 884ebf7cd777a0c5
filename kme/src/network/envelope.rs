//! A message on one hop: its keys encrypted with a one-time pad, all of it authenticated, both with secret
//! bits of the link.
//!
//! ```text
//! version 1 ‖ segments 1 × (block 8 ‖ offset 4 ‖ length 4) ‖ message, its keys XORed with the pad ‖ tag 16
//! ```
//!
//! Numbers are big-endian. The segments name the secret bits: first the key of the tag, then the pad, which
//! is as long as the keys. The [tag](consilium_post_processing::authentication::one_time) covers everything
//! before it.

use super::message::{DecodeError, Message, Reader, RequestId, DELIVERY};
use crate::link::pool::{LinkPool, PoolFault, Segment, MAX_SEGMENTS};
use consilium_post_processing::authentication::one_time::{tag, verify, KEY_BYTES, TAG_BYTES};
use zeroize::Zeroizing;

const VERSION: u8 = 1;

/// Why an envelope cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
	/// The secret bits are missing.
	#[error(transparent)]
	Pool(#[from] PoolFault),
	/// The tag is wrong.
	#[error("the tag of the message is wrong")]
	Forged,
	/// The bytes are not an envelope, or its contents are not a message.
	#[error(transparent)]
	Malformed(#[from] DecodeError),
}

/// Bytes of secret bits used to send `secrets` bytes of keys.
pub fn cost(secrets: usize) -> usize {
	KEY_BYTES + secrets
}

/// Seals a message in an envelope.
pub fn seal(message: &Message, pool: &LinkPool) -> Result<Vec<u8>, PoolFault> {
	let (mut body, secrets) = message.encode();
	let material = pool.draw(cost(secrets))?;
	let (key, pad) = material.bytes.split_first_chunk().expect("as many bytes as were drawn");
	let clear = body.len() - secrets;
	body[clear..].iter_mut().zip(pad).for_each(|(byte, pad)| *byte ^= pad);

	let mut bytes = Vec::with_capacity(2 + 16 * material.segments.len() + body.len() + TAG_BYTES);
	bytes.extend([VERSION, material.segments.len() as u8]);
	for segment in &material.segments {
		bytes.extend(segment.block.to_be_bytes());
		bytes.extend(segment.offset.to_be_bytes());
		bytes.extend(segment.length.to_be_bytes());
	}
	bytes.extend(body.as_slice());
	bytes.extend(tag(key, &bytes));
	Ok(bytes)
}

/// The id of the delivery in an envelope that cannot be opened. Not authenticated.
pub fn request_of(bytes: &[u8]) -> Option<RequestId> {
	let (_, body) = parse(bytes).ok()?;
	let mut reader = Reader(body);
	(reader.byte("kind").ok()? == DELIVERY).then(|| reader.array("request").ok())?
}

/// Opens an envelope. The bits are used up only if the tag is right.
pub fn open(bytes: &[u8], pool: &LinkPool) -> Result<Message, EnvelopeError> {
	let (segments, body) = parse(bytes)?;
	let material = pool.peek(&segments)?;
	let (key, pad) = material.split_first_chunk().ok_or(DecodeError::Short("segments"))?;
	let (signed, tag) = bytes.split_at(bytes.len() - TAG_BYTES);
	if !verify(key, signed, tag) {
		return Err(EnvelopeError::Forged);
	}
	let mut body = Zeroizing::new(body.to_vec());
	let clear = body.len().checked_sub(pad.len()).ok_or(DecodeError::Short("keys"))?;
	body[clear..].iter_mut().zip(pad).for_each(|(byte, pad)| *byte ^= pad);
	let message = Message::decode(&body)?;
	pool.commit(&segments);
	Ok(message)
}

fn parse(bytes: &[u8]) -> Result<(Vec<Segment>, &[u8]), EnvelopeError> {
	let mut reader = Reader(bytes);
	if reader.byte("version")? != VERSION {
		return Err(DecodeError::Field("version").into());
	}
	let count = usize::from(reader.byte("number of segments")?);
	if !(1..=MAX_SEGMENTS).contains(&count) {
		return Err(DecodeError::Field("number of segments").into());
	}
	let mut segments = Vec::with_capacity(count);
	for _ in 0..count {
		segments.push(Segment {
			block: u64::from_be_bytes(reader.array("segment")?),
			offset: u32::from_be_bytes(reader.array("segment")?),
			length: u32::from_be_bytes(reader.array("segment")?),
		});
	}
	let body = reader.0.len().checked_sub(TAG_BYTES).ok_or(DecodeError::Short("tag"))?;
	Ok((segments, &reader.0[..body]))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		identity::{KmeId, SaeId},
		keys::KeyBatch,
		link::pool::End,
		network::message::{Delivery, Outcome},
	};
	use std::time::Duration;

	fn pools() -> (LinkPool, LinkPool) {
		let pools = (LinkPool::new(End::A, 1 << 16), LinkPool::new(End::B, 1 << 16));
		for number in 0..8u64 {
			let bits: Vec<u8> = (0..200).map(|place| (number * 91 + place * 7) as u8).collect();
			pools.0.deposit(number, &bits).unwrap();
			pools.1.deposit(number, &bits).unwrap();
		}
		pools
	}

	fn delivery() -> Message {
		Message::Delivery(Delivery {
			request: [7; 16],
			hops_left: 3,
			timeout: Duration::from_millis(1),
			destination: KmeId::new("kme-z").unwrap(),
			master: SaeId::new("sae-a").unwrap(),
			slaves: vec![SaeId::new("sae-z").unwrap()],
			keys: KeyBatch::random(4, 32).unwrap(),
		})
	}

	#[test]
	fn messages_arrive_and_keys_are_hidden() {
		let (a, b) = pools();
		let message = delivery();
		let Message::Delivery(delivery) = &message else { panic!() };
		let sealed = seal(&message, &a).unwrap();
		for (_, key) in delivery.keys.iter() {
			assert!(!sealed.windows(8).any(|window| window == &key[..8]));
		}
		assert!(open(&sealed, &b).unwrap() == message);
		let back = Message::Outcome([7; 16], Outcome::Stored);
		assert!(open(&seal(&back, &b).unwrap(), &a).unwrap() == back);
		assert!(matches!(open(&sealed, &b), Err(EnvelopeError::Pool(_))), "only once");
	}

	#[test]
	fn altered_envelopes_are_refused_and_use_no_bits() {
		let (a, b) = pools();
		let message = delivery();
		let sealed = seal(&message, &a).unwrap();
		for bit in 0..8 * sealed.len() {
			let mut altered = sealed.clone();
			altered[bit / 8] ^= 1 << (bit % 8);
			assert!(open(&altered, &b).is_err(), "bit {bit}");
		}
		for length in 0..sealed.len() {
			assert!(open(&sealed[..length], &b).is_err());
		}
		assert!(open(&sealed, &b).unwrap() == message);
	}

	#[test]
	fn an_empty_pool_is_reported() {
		let pool = LinkPool::new(End::A, 1 << 16);
		assert_eq!(seal(&delivery(), &pool), Err(PoolFault::Empty { stored: 0, needed: 8 * (32 + 4 * 32) }));
	}
}
