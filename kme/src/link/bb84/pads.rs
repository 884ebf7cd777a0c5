//! Secret bits that are kept for tags, and what authenticates the messages of a connection.

use consilium_post_processing::authentication::{
	signatures::Signatures,
	wegman_carter::{Pad, PadSource, WegmanCarter},
	Authenticator, End,
};
use std::{
	collections::VecDeque,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use zeroize::Zeroizing;

/// Bytes of a pad and of the hash key.
const BLOCK: usize = 16;

/// Pads that are kept for each direction. A block that succeeds takes five in both together; blocks that are given up take them
/// too, and bring none, so after some dozens in a row the connection is set up anew.
const KEPT: usize = 64;

/// Pads of one direction.
#[derive(Clone, Default)]
struct Pads(Arc<Mutex<VecDeque<Pad>>>);

impl Pads {
	fn lock(&self) -> MutexGuard<'_, VecDeque<Pad>> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn missing(&self) -> usize {
		KEPT.saturating_sub(self.lock().len())
	}
}

impl PadSource for Pads {
	fn next_pad(&mut self) -> Option<Pad> {
		self.lock().pop_front()
	}
}

/// Signatures until there are secret bits, then tags.
pub(super) struct Authentication {
	end: End,
	authenticator: Box<dyn Authenticator + Send>,
	/// Of messages of the transmitter, and of the receiver; none while messages are signed.
	pads: Option<[Pads; 2]>,
}

impl Authentication {
	pub fn new(end: End, signatures: Signatures) -> Self {
		Self { end, authenticator: Box::new(signatures), pads: None }
	}

	pub fn get(&mut self) -> &mut dyn Authenticator {
		&mut *self.authenticator
	}

	/// Takes from a new secret what tags need, the same at both ends, and returns the rest.
	pub fn top_up<'a>(&mut self, secret: &'a [u8]) -> &'a [u8] {
		match &self.pads {
			Some(pads) => fill(pads, secret).unwrap_or(secret),
			None => self.begin_tags(secret).unwrap_or(secret),
		}
	}

	/// From signatures to tags; `None`, and no change, when the secret is too short.
	fn begin_tags<'a>(&mut self, secret: &'a [u8]) -> Option<&'a [u8]> {
		let (hash_key, rest) = secret.split_first_chunk::<BLOCK>()?;
		let pads = [Pads::default(), Pads::default()];
		let rest = fill(&pads, rest)?;
		let [of_transmitter, of_receiver] = pads.clone();
		let (outgoing, incoming) = match self.end {
			End::Transmitter => (of_transmitter, of_receiver),
			End::Receiver => (of_receiver, of_transmitter),
		};
		let hash_key = Zeroizing::new(*hash_key);
		self.authenticator = Box::new(WegmanCarter::new(hash_key, self.end, outgoing, incoming));
		self.pads = Some(pads);
		Some(rest)
	}
}

/// Fills both directions up; `None`, and no change, when the secret is too short.
fn fill<'a>(pads: &[Pads; 2], secret: &'a [u8]) -> Option<&'a [u8]> {
	let missing = pads.each_ref().map(Pads::missing);
	let (taken, rest) = secret.split_at_checked((missing[0] + missing[1]) * BLOCK)?;
	let mut blocks = taken.chunks_exact(BLOCK);
	for (pads, missing) in pads.iter().zip(missing) {
		for block in blocks.by_ref().take(missing) {
			let mut pad = Pad::default();
			pad.copy_from_slice(block);
			pads.lock().push_back(pad);
		}
	}
	Some(rest)
}
