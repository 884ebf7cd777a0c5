//! The end that detected the qubits.

use super::{
	message::Message,
	outcome::{error_rate, BlockOutcome, Progress},
	AbortReason, Conversation, Parameters, ProtocolError, Step,
};
use crate::{
	authentication::Authenticator,
	bits::BitString,
	cascade::{CascadeError, Correction, Corrector, Seed},
	privacy_amplification::amplify,
	sifting::{self, announce, by_intensity, differences, Answer},
	verification::{tag, HashKey, Tag},
};
use consilium_quantum_channel::{
	finite_key::Counts,
	record::{Detected, Intensity},
};
use zeroize::Zeroize;

/// The weight of the expected error rate, in bits of the test basis.
const EXPECTATION_WEIGHT: f64 = 100.0;

/// The receiver's end of one block.
pub struct Receiver {
	parameters: Parameters,
	conversation: Conversation,
	expected_error_rate: f64,
	stage: Stage,
}

/// The message that it waits for.
enum Stage {
	/// None: not started yet.
	Begin(Record),
	Sifting(Record),
	Parities(Box<Reconciling>),
	Amplification {
		key: BitString,
		progress: Progress,
	},
	Closed,
}

/// The record of the detections, whose bits are zeroed when dropped.
struct Record(Vec<Detected>);

impl Drop for Record {
	fn drop(&mut self) {
		self.0.iter_mut().for_each(|detected| detected.bit.zeroize());
	}
}

struct Reconciling {
	corrector: Corrector,
	/// The key before correction.
	raw: BitString,
	intensities: Vec<Intensity>,
	/// The part of the verification tag among the leaked bits.
	surplus: u64,
	progress: Progress,
}

/// A reply, and the outcome if this end is done.
type Reply = (Message, Option<BlockOutcome>);

impl Receiver {
	/// Begins a block with the record of its detections. `expected_error_rate` is the expected QBER, such as
	/// that of the previous block: it helps to choose Cascade's block sizes if the test basis has few bits.
	pub fn new(
		parameters: Parameters,
		block: u64,
		detected: Vec<Detected>,
		expected_error_rate: f64,
	) -> Self {
		let stage = Stage::Begin(Record(detected));
		Self { parameters, conversation: Conversation::new(block), expected_error_rate, stage }
	}

	/// Returns the announcement, the first message of the block.
	pub fn start(&mut self, authenticator: &mut dyn Authenticator) -> Result<Vec<u8>, ProtocolError> {
		let Stage::Begin(record) = std::mem::replace(&mut self.stage, Stage::Closed) else {
			return Err(ProtocolError::Closed);
		};
		let announcement = announce(&record.0)?;
		let bytes = self.conversation.send(&Message::Announcement(announcement), authenticator)?;
		self.stage = Stage::Sifting(record);
		Ok(bytes)
	}

	/// Handles a message of the transmitter.
	pub fn handle(
		&mut self,
		bytes: &[u8],
		authenticator: &mut dyn Authenticator,
	) -> Result<Step, ProtocolError> {
		// Any failure below leaves it closed.
		let stage = std::mem::replace(&mut self.stage, Stage::Closed);
		if matches!(stage, Stage::Closed | Stage::Begin(_)) {
			return Err(ProtocolError::Closed);
		}
		let message = self.conversation.open(bytes, authenticator)?;
		let (reply, outcome) = match (stage, message) {
			(Stage::Sifting(record), Message::Sifting { answer, seed }) => {
				let (reply, outcome) = self.sift(&record, &answer, seed)?;
				(Some(reply), outcome)
			},
			(Stage::Parities(mut reconciling), Message::Parities(parities)) => {
				let answered = reconciling.corrector.answer(&parities);
				let (reply, outcome) = self.ask(reconciling, answered)?;
				(Some(reply), outcome)
			},
			(
				Stage::Amplification { key, progress },
				Message::Amplification { hash_key, tag, secret_bits, seed },
			) => {
				let (reply, outcome) = self.amplify(key, progress, (hash_key, tag), secret_bits, &seed)?;
				(Some(reply), outcome)
			},
			(Stage::Amplification { progress, .. }, Message::Abort { reason, .. }) => {
				(None, Some(progress.outcome(Err(reason))))
			},
			(_, message) => return Err(ProtocolError::OutOfTurn(message.kind())),
		};
		self.conversation.step(reply, outcome, authenticator)
	}

	fn sift(&mut self, record: &Record, answer: &Answer, seed: Seed) -> Result<Reply, ProtocolError> {
		let sifted = sifting::sift(&record.0, answer)?;
		let surplus = self.parameters.surplus_bits(self.parameters.tag_bytes(sifted.key.len())?);
		let test = Counts {
			detections: by_intensity(&sifted.test_intensities),
			errors: differences(&answer.test_bits, &sifted.test, &sifted.test_intensities),
		};
		let key = Counts { detections: by_intensity(&sifted.key_intensities), errors: [0; 3] };
		let progress = Progress { key, test, leaked: surplus, is_reconciled: false };
		// The budget of reconciliation, beyond which no secret bits are left in any case.
		let budget = self.parameters.estimate(&key, &test)?.secret_length(surplus);
		if budget == 0 {
			return Ok(progress.abort(AbortReason::NoSecretBits));
		}
		let error_rate = self.error_rate(&progress.test);
		let corrector = Corrector::new(&sifted.key, &self.parameters.agreement(seed), error_rate, budget)?;
		let reconciling = Reconciling {
			corrector,
			raw: sifted.key,
			intensities: sifted.key_intensities,
			surplus,
			progress,
		};
		self.ask(Box::new(reconciling), Ok(()))
	}

	/// The error rate to expect in the key basis.
	fn error_rate(&self, test: &Counts) -> f64 {
		let bits = test.detections.iter().sum::<u64>() as f64;
		let observed = error_rate(test).unwrap_or_default();
		(observed * bits + self.expected_error_rate * EXPECTATION_WEIGHT) / (bits + EXPECTATION_WEIGHT)
	}

	/// Requests more parities, or reports that the key is corrected.
	fn ask(
		&mut self,
		mut reconciling: Box<Reconciling>,
		answered: Result<(), CascadeError>,
	) -> Result<Reply, ProtocolError> {
		match answered.and_then(|()| Ok(reconciling.corrector.ask()?.to_vec())) {
			Ok(queries) if queries.is_empty() => Ok(self.reconciled(*reconciling)),
			Ok(queries) => {
				self.stage = Stage::Parities(reconciling);
				Ok((Message::Questions(queries), None))
			},
			Err(error) => {
				let Reconciling { corrector, surplus, mut progress, .. } = *reconciling;
				progress.leaked = corrector.leaked() + surplus;
				match error {
					CascadeError::Leaked { .. } => Ok(progress.abort(AbortReason::NoSecretBits)),
					CascadeError::Contradiction => Ok(progress.abort(AbortReason::ContradictingParities)),
					error => Err(error.into()),
				}
			},
		}
	}

	fn reconciled(
		&mut self,
		Reconciling { corrector, raw, intensities, surplus, mut progress }: Reconciling,
	) -> Reply {
		let Correction { key, leaked, .. } = corrector.finish();
		progress.leaked = leaked + surplus;
		progress.key.errors = differences(&raw, &key, &intensities);
		progress.is_reconciled = true;
		let message =
			Message::Reconciled { test_errors: progress.test.errors, key_errors: progress.key.errors };
		self.stage = Stage::Amplification { key, progress };
		(message, None)
	}

	fn amplify(
		&self,
		key: BitString,
		progress: Progress,
		(hash_key, theirs): (HashKey, Tag),
		other: u64,
		seed: &BitString,
	) -> Result<Reply, ProtocolError> {
		let own = self.parameters.estimate(&progress.key, &progress.test)?.secret_length(progress.leaked);
		if own != other {
			return Err(ProtocolError::SecretLength { own, other });
		}
		if tag(&hash_key, &key, self.parameters.tag_bytes(key.len())?) != theirs {
			return Ok(progress.abort(AbortReason::VerificationFailed));
		}
		let secret = amplify(&key, seed, own as usize)?;
		Ok((Message::Verified, Some(progress.outcome(Ok(secret)))))
	}
}

impl Progress {
	fn abort(self, reason: AbortReason) -> Reply {
		(Message::Abort { reason, test_errors: self.test.errors }, Some(self.outcome(Err(reason))))
	}
}
