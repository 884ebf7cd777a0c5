//! Secret bits reserved for tags, and the authentication of a connection's messages.

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

/// Pads reserved for each direction. A block uses up to five, both directions together. Aborted blocks use
/// pads too, but add none, so after some dozens in a row the connection is set up again.
const RESERVE: usize = 64;

/// Pads of one direction.
#[derive(Clone, Default)]
struct Pads(Arc<Mutex<VecDeque<Pad>>>);

impl Pads {
	fn lock(&self) -> MutexGuard<'_, VecDeque<Pad>> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn missing(&self) -> usize {
		RESERVE.saturating_sub(self.lock().len())
	}
}

impl PadSource for Pads {
	fn next_pad(&mut self) -> Option<Pad> {
		self.lock().pop_front()
	}
}

/// Authenticates messages by signatures until there are secret bits, then by tags.
pub(super) struct Authentication {
	end: End,
	authenticator: Box<dyn Authenticator + Send>,
	/// Pads for messages of the transmitter and of the receiver; `None` while messages are signed.
	pads: Option<[Pads; 2]>,
}

impl Authentication {
	pub fn new(end: End, signatures: Signatures) -> Self {
		Self { end, authenticator: Box::new(signatures), pads: None }
	}

	pub fn get(&mut self) -> &mut dyn Authenticator {
		&mut *self.authenticator
	}

	/// Takes the bits that tags need from a new secret, the same bits at both ends, and returns the rest.
	pub fn top_up<'a>(&mut self, secret: &'a [u8]) -> &'a [u8] {
		match &self.pads {
			Some(pads) => fill(pads, secret).unwrap_or(secret),
			None => self.begin_tags(secret).unwrap_or(secret),
		}
	}

	/// Switches from signatures to tags. `None`, without a change, if the secret is too short.
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

/// Fills up both directions. `None`, without a change, if the secret is too short.
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
