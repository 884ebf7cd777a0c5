//! Works on jobs, one after the other, on the hospital's thread.

use crate::{
	board::Board,
	jobs::{
		attest,
		train::{self, Trained},
		JobError, Workplace,
	},
};
use consilium_primitives::{
	job::{Contribution, Job, JobId, Outcome, RoundContext},
	study::{RoundKey, Verdict},
	BlockNumber,
};
use std::{
	any::Any,
	panic::{catch_unwind, AssertUnwindSafe},
	sync::Arc,
};

/// What the hospital's thread is told.
pub(crate) enum Message {
	Start(Box<Job>),
	/// More blocks are final; the board says up to which.
	Finalised,
}

pub(crate) struct Worker {
	workplace: Workplace,
	board: Arc<Board>,
	waiting: Vec<Waiting>,
}

/// Work that goes on once the first block of its phase is final.
struct Waiting {
	id: JobId,
	phase_since: BlockNumber,
	next: Next,
}

enum Next {
	Publish(Trained),
	Attest { context: Box<RoundContext>, contributions: Vec<Contribution> },
}

impl Worker {
	pub fn new(workplace: Workplace, board: Arc<Board>) -> Self {
		Self { workplace, board, waiting: Vec::new() }
	}

	pub fn handle(&mut self, message: Message) {
		if let Message::Start(job) = message {
			self.begin(*job);
		}
		// At every message: a notice of finality may not have found room in the queue.
		self.go_on();
	}

	/// Trains. An attestation first waits: its updates are facts of a block that may still go away.
	fn begin(&mut self, job: Job) {
		let id = job.id();
		match job {
			Job::Train(context) => {
				let prepared = caught(|| train::prepare(&mut self.workplace, &id, &context));
				match prepared {
					Ok(trained) => self.wait(id, context.phase_since, Next::Publish(trained)),
					Err(reason) => self.fail(id, reason),
				}
			},
			Job::Attest { context, contributions } => {
				let phase_since = context.phase_since;
				self.wait(id, phase_since, Next::Attest { context: Box::new(context), contributions });
			},
		}
	}

	fn wait(&mut self, id: JobId, phase_since: BlockNumber, next: Next) {
		self.waiting.push(Waiting { id, phase_since, next });
	}

	/// Finishes whatever need not wait any longer.
	fn go_on(&mut self) {
		let finalised = self.board.finalised();
		let ready: Vec<_> = self.waiting.extract_if(.., |waiting| waiting.phase_since <= finalised).collect();
		for Waiting { id, next, .. } in ready {
			let outcome = caught(|| match next {
				Next::Publish(trained) => train::publish(&self.workplace, &id, trained),
				Next::Attest { context, contributions } => {
					attest::attest(&mut self.workplace, &id, &context, &contributions)
				},
			});
			match outcome {
				Ok(outcome) => self.finish(id, outcome),
				Err(reason) => self.fail(id, reason),
			}
		}
	}

	fn finish(&mut self, id: JobId, outcome: Outcome) {
		log::info!(target: "hospital", "{}: {}", words(&id.round), summary(&outcome));
		self.board.done(id, outcome);
		if let Err(error) = self.workplace.state.prune(&id) {
			log::warn!(target: "hospital", "old rounds are not cleared away: {error}");
		}
	}

	fn fail(&self, id: JobId, reason: String) {
		let text = format!("{}: {:?} failed: {reason}", words(&id.round), id.kind);
		if self.board.failed(id, reason) {
			log::error!(target: "hospital", "{text}");
		} else {
			log::debug!(target: "hospital", "{text}");
		}
	}
}

/// Runs a step of a job; a panic in it is its failure and no one else's.
fn caught<T>(step: impl FnOnce() -> Result<T, JobError>) -> Result<T, String> {
	// What a step changes is a file, written whole, or the trainer's records, replaced whole.
	match catch_unwind(AssertUnwindSafe(step)) {
		Ok(result) => result.map_err(|error| error.to_string()),
		Err(panic) => Err(format!("it panicked, which is a bug: {}", panic_message(&*panic))),
	}
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
	let text = panic.downcast_ref::<&str>().copied();
	text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}

fn words(round: &RoundKey) -> String {
	format!("study {}, round {}, try {}", round.study, round.round, round.attempt)
}

fn summary(outcome: &Outcome) -> String {
	match outcome {
		Outcome::Trained(commitment) => {
			let blobs = commitment.blobs.iter();
			let hashes: Vec<_> = blobs.map(|blob| hex::encode(blob.hash)).collect();
			format!("trained on {} records; published the update {}", commitment.examples, hashes.join(", "))
		},
		Outcome::Attested { verdict, metrics } => {
			let verdict = match verdict {
				Verdict::Accept { artifact } => format!("accepts the model {}", hex::encode(artifact)),
				Verdict::RejectModel { artifact } => format!("rejects the model {}", hex::encode(artifact)),
				Verdict::RejectUpdate { hospital, fault } => {
					format!("rejects the update of 0x{}: {fault:?}", hex::encode(hospital))
				},
			};
			match metrics {
				Some(metrics) => format!(
					"{verdict}; accuracy {:.4}, log-loss {:.4} on {} test records",
					metrics.accuracy.to_f64(),
					metrics.log_loss.to_f64(),
					metrics.examples
				),
				None => verdict,
			}
		},
	}
}
