//! The transmitter's end.

use super::{
	message::Message,
	outcome::{BlockOutcome, Progress},
	AbortReason, Conversation, Parameters, ProtocolError, Step,
};
use crate::{
	authentication::Authenticator,
	bits::BitString,
	cascade::ParitySource,
	privacy_amplification::{amplify, seed_bits},
	sifting::{self, by_intensity, Announcement, Sifted},
	verification,
};
use consilium_quantum_channel::{finite_key::Counts, record::Sent};
use rand::CryptoRng;
use zeroize::Zeroize;

/// The transmitter's end of one block.
pub struct Transmitter<R> {
	parameters: Parameters,
	conversation: Conversation,
	rng: R,
	stage: Stage,
}

/// The message that it waits for.
enum Stage {
	Announcement { sent: Vec<Sent> },
	Questions(Reconciling),
	Verified { secret: BitString, progress: Progress },
	Closed,
}

struct Reconciling {
	key: BitString,
	source: ParitySource,
	progress: Progress,
}

impl<R: CryptoRng> Transmitter<R> {
	/// Begins a block with the record of all pulses that the receiver may have detected. The generator must
	/// be cryptographic: it draws seeds that must be unpredictable while the qubits travel.
	pub fn new(parameters: Parameters, block: u64, sent: Vec<Sent>, rng: R) -> Self {
		Self { parameters, conversation: Conversation::new(block), rng, stage: Stage::Announcement { sent } }
	}

	/// Handles a message of the receiver.
	pub fn handle(
		&mut self,
		bytes: &[u8],
		authenticator: &mut dyn Authenticator,
	) -> Result<Step, ProtocolError> {
		// Any failure below leaves it closed.
		let stage = std::mem::replace(&mut self.stage, Stage::Closed);
		if matches!(stage, Stage::Closed) {
			return Err(ProtocolError::Closed);
		}
		let message = self.conversation.open(bytes, authenticator)?;
		let mut outcome = None;
		let reply = match (stage, message) {
			(Stage::Announcement { mut sent }, Message::Announcement(announcement)) => {
				let reply = self.sift(&sent, &announcement);
				zero(&mut sent);
				Some(reply?)
			},
			(Stage::Questions(mut reconciling), Message::Questions(queries)) => {
				let parities = reconciling.source.answer(&queries)?;
				self.stage = Stage::Questions(reconciling);
				Some(Message::Parities(parities))
			},
			(Stage::Questions(reconciling), Message::Reconciled { test_errors, key_errors }) => {
				let (message, aborted) = self.amplify(reconciling, test_errors, key_errors)?;
				outcome = aborted;
				Some(message)
			},
			(
				Stage::Questions(Reconciling { source, mut progress, .. }),
				Message::Abort { reason, test_errors },
			) => {
				progress.leaked += source.leaked();
				progress.test.errors = test_errors;
				outcome = Some(progress.outcome(Err(reason)));
				None
			},
			(Stage::Verified { progress, .. }, Message::Abort { reason, .. }) => {
				outcome = Some(progress.outcome(Err(reason)));
				None
			},
			(Stage::Verified { secret, progress }, Message::Verified) => {
				outcome = Some(progress.outcome(Ok(secret)));
				None
			},
			(_, message) => return Err(ProtocolError::OutOfTurn(message.kind())),
		};
		self.conversation.step(reply, outcome, authenticator)
	}

	fn sift(&mut self, sent: &[Sent], announcement: &Announcement) -> Result<Message, ProtocolError> {
		let (answer, Sifted { key, key_intensities, test_intensities, .. }) =
			sifting::answer(sent, announcement)?;
		let mut seed = [0; 32];
		self.rng.fill_bytes(&mut seed);
		let source = ParitySource::new(&key, &self.parameters.agreement(seed))?;
		let counts = |intensities| Counts { detections: by_intensity(intensities), errors: [0; 3] };
		let progress = Progress {
			key: counts(&key_intensities),
			test: counts(&test_intensities),
			leaked: 0,
			is_reconciled: false,
		};
		self.stage = Stage::Questions(Reconciling { key, source, progress });
		Ok(Message::Sifting { answer, seed })
	}

	fn amplify(
		&mut self,
		Reconciling { key, source, mut progress }: Reconciling,
		test_errors: [u64; 3],
		key_errors: [u64; 3],
	) -> Result<(Message, Option<BlockOutcome>), ProtocolError> {
		let exceeds = |errors: &[u64; 3], counts: &Counts| {
			errors.iter().zip(&counts.detections).any(|(errors, detections)| errors > detections)
		};
		if exceeds(&test_errors, &progress.test) || exceeds(&key_errors, &progress.key) {
			return Err(ProtocolError::Counts);
		}
		progress.test.errors = test_errors;
		progress.key.errors = key_errors;
		progress.is_reconciled = true;
		let tag_bytes = self.parameters.tag_bytes(key.len())?;
		progress.leaked = source.leaked() + self.parameters.surplus_bits(tag_bytes);
		let estimate = self.parameters.estimate(&progress.key, &progress.test)?;
		let secret_bits = estimate.secret_length(progress.leaked);
		if secret_bits == 0 {
			let reason = AbortReason::NoSecretBits;
			return Ok((Message::Abort { reason, test_errors }, Some(progress.outcome(Err(reason)))));
		}
		let mut hash_key = [0; 16];
		self.rng.fill_bytes(&mut hash_key);
		let tag = verification::tag(&hash_key, &key, tag_bytes);
		let seed = BitString::random(seed_bits(key.len(), secret_bits as usize), &mut self.rng);
		let secret = amplify(&key, &seed, secret_bits as usize)?;
		self.stage = Stage::Verified { secret, progress };
		Ok((Message::Amplification { hash_key, tag, secret_bits, seed }, None))
	}
}

impl<R> Drop for Transmitter<R> {
	fn drop(&mut self) {
		if let Stage::Announcement { sent } = &mut self.stage {
			zero(sent);
		}
	}
}

/// Zeroes the bits of a record, which include the raw key.
fn zero(sent: &mut [Sent]) {
	sent.iter_mut().for_each(|sent| sent.bit.zeroize());
}
