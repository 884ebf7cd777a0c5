//! Works on jobs, one after the other, on the hospital's thread.

use crate::{
	job_table::JobTable,
	jobs::{self, caught, name, train, Resources},
};
use consilium_primitives::{
	committee::posts::Check,
	job::{Job, JobId, Outcome},
	study::Verdict,
};
use std::sync::Arc;

/// What the hospital's thread is told.
pub(crate) enum Message {
	Start(Box<Job>),
	/// More blocks are final; the job table says up to which.
	Finalised,
}

pub(crate) struct Worker {
	resources: Resources,
	table: Arc<JobTable>,
	waiting: Vec<Waiting>,
}

/// Work that is done once the first block of its phase is final.
struct Waiting {
	id: JobId,
	job: Box<Job>,
}

impl Worker {
	pub fn new(resources: Resources, table: Arc<JobTable>) -> Self {
		Self { resources, table, waiting: Vec::new() }
	}

	pub fn handle(&mut self, message: Message) {
		if let Message::Start(job) = message {
			self.begin(job);
		}
		// At every message: a notice of finality may not have found room in the queue.
		self.go_on();
	}

	/// Trains. Other work first waits: what it is done with are facts of a block that may still go away.
	fn begin(&mut self, job: Box<Job>) {
		let id = job.id();
		self.give_up_for(&id);
		if let Job::Train { context, .. } = &*job {
			if let Err(reason) = caught(|| train::prepare(&self.resources, &id, context)) {
				return self.fail(id, reason);
			}
		}
		self.waiting.push(Waiting { id, job });
	}

	/// Gives up waiting work of the same kind and try: the chain asks for other work there now, so the block that
	/// asked for it is gone. It must not leave when another block of that height becomes final.
	fn give_up_for(&mut self, id: &JobId) {
		let place = |id: &JobId| (id.genesis, id.hospital, id.round, id.kind);
		for Waiting { id, .. } in self.waiting.extract_if(.., |waiting| place(&waiting.id) == place(id)) {
			log::info!(target: "hospital", "{}: {:?} given up for other work", name(&id.round), id.kind);
			self.table.forget(&id);
		}
	}

	/// Does whatever need not wait any longer.
	fn go_on(&mut self) {
		let finalised = self.table.finalised();
		let ready: Vec<_> =
			self.waiting.extract_if(.., |waiting| waiting.job.context().phase_since <= finalised).collect();
		for Waiting { id, job } in ready {
			match caught(|| jobs::run(&self.resources, &id, &job)) {
				Ok(outcome) => self.finish(id, outcome),
				Err(reason) => self.fail(id, reason),
			}
		}
	}

	fn finish(&mut self, id: JobId, outcome: Outcome) {
		log::info!(target: "hospital", "{}: {}", name(&id.round), summary(&outcome));
		self.table.done(id, outcome);
		if let Err(error) = self.resources.state.prune(&id) {
			log::warn!(target: "hospital", "old rounds are not cleared away: {error}");
		}
	}

	fn fail(&self, id: JobId, reason: String) {
		let text = format!("{}: {:?} failed: {reason}", name(&id.round), id.kind);
		if self.table.failed(id, reason) {
			log::error!(target: "hospital", "{text}");
		} else {
			log::debug!(target: "hospital", "{text}");
		}
	}
}

fn summary(outcome: &Outcome) -> String {
	match outcome {
		Outcome::Trained(commitment) => {
			let blobs = commitment.blobs.iter();
			let hashes: Vec<_> = blobs.map(|blob| hex::encode(blob.hash)).collect();
			let what = if commitment.packages.is_empty() { "the update" } else { "its shares" };
			format!("trained on {} records; published {what} {}", commitment.examples, hashes.join(", "))
		},
		Outcome::Checked(checks) => {
			let complaints = checks.content.iter().filter(|check| **check == Check::Complaint).count();
			format!("checked the shares of {} hospitals; {complaints} complaints", checks.content.len())
		},
		Outcome::Answered(answers) => {
			let parties: Vec<_> = answers.content.iter().map(|answer| answer.party).collect();
			format!("published the shares of the parties {parties:?}, which dispute them")
		},
		Outcome::Judged(judgements) => {
			let right = judgements.content.iter().filter(|right| **right).count();
			format!("finds {right} of {} published shares right", judgements.content.len())
		},
		Outcome::Aggregated(partial) => {
			format!("published the partial aggregate {}", hex::encode(partial.content.hash))
		},
		Outcome::Deleted => "deleted what it published in this round, whose retention is over".to_owned(),
		Outcome::Attested { verdict, metrics, corrected: _ } => {
			let verdict = match verdict {
				Verdict::Accept { artifact } => format!("accepts the model {}", hex::encode(artifact)),
				Verdict::RejectModel { artifact } => format!("rejects the model {}", hex::encode(artifact)),
				Verdict::RejectUpdate { hospital, fault } => {
					format!("rejects the update of 0x{}: {fault:?}", hex::encode(hospital))
				},
				Verdict::RejectPartials => "finds no model in the partial aggregates".to_owned(),
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
