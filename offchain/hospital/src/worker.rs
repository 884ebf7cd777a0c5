//! Works on jobs, one after the other, on the hospital's thread, and hands trainings to the training thread.

use crate::{
	job_table::JobTable,
	jobs::{self, caught, name, train, Ahead, Resources},
	messages::{Abandoned, Message, Training, QUEUE_LENGTH},
};
use consilium_primitives::{
	committee::posts::Check,
	job::{Job, JobId, JobKind, Outcome},
	study::{Metrics, RoundKey, Verdict},
	AccountBytes, H256,
};
use std::{
	collections::VecDeque,
	sync::{
		mpsc::{Receiver, RecvError, Sender, SyncSender, TryRecvError},
		Arc,
	},
	time::{Duration, Instant},
};

/// Most steps that may wait to be done ahead of time.
const MOST_AHEAD: usize = 1_024;

/// How long no keys are drawn ahead after a step failed.
const PAUSE_AHEAD: Duration = Duration::from_secs(60);

pub(crate) struct Worker {
	resources: Arc<Resources>,
	table: Arc<JobTable>,
	training_thread: Sender<Training>,
	/// Handed to the training thread and not reported back, in this order.
	trainings: VecDeque<(JobId, Abandoned)>,
	/// While a training for its round and attempt is in `trainings`, no job to train is here: so the two
	/// threads never write the same file of the state.
	waiting: Vec<Waiting>,
	/// What is done when there is nothing else to do.
	ahead: VecDeque<Ahead>,
	/// When a step failed last.
	failed_ahead: Option<Instant>,
}

/// Work that is done once the first block of its phase is final.
struct Waiting {
	id: JobId,
	job: Box<Job>,
}

impl Worker {
	pub fn new(resources: Arc<Resources>, table: Arc<JobTable>, training_thread: Sender<Training>) -> Self {
		let (trainings, waiting, ahead) = Default::default();
		Self { resources, table, training_thread, trainings, waiting, ahead, failed_ahead: None }
	}

	/// Works until no more messages can come.
	pub fn run(mut self, receiver: Receiver<Message>) {
		while let Ok(message) = self.next(&receiver) {
			match message {
				Some(message) => self.handle(message),
				None => {
					self.work_ahead();
				},
			}
		}
	}

	/// The next message; `None` if there is none now, and something to do ahead of time.
	fn next(&self, receiver: &Receiver<Message>) -> Result<Option<Message>, RecvError> {
		if self.ahead.is_empty() {
			return receiver.recv().map(Some);
		}
		match receiver.try_recv() {
			Ok(message) => Ok(Some(message)),
			Err(TryRecvError::Empty) => Ok(None),
			Err(TryRecvError::Disconnected) => Err(RecvError),
		}
	}

	/// Does one step ahead of time. Returns whether there was one.
	pub fn work_ahead(&mut self) -> bool {
		let Some(step) = self.ahead.pop_front() else { return false };
		if let Err(reason) = caught(|| step.run(&self.resources)) {
			log::debug!(target: "hospital", "not done ahead of time: {reason}");
			self.failed_ahead = Some(Instant::now());
			// The cause is most likely the same for the others.
			self.ahead.retain(|other| !other.is_like(&step));
		}
		true
	}

	pub fn handle(&mut self, message: Message) {
		match message {
			Message::Start { job, reply } => self.begin(job, reply),
			Message::Finalised => {},
			Message::Trained(training, result) => self.trained(training, result),
		}
		// At every message: a notice of finality may not have found room in the queue.
		self.go_on();
	}

	/// Has an update trained that is not prepared yet. All else waits: its inputs are facts of a block that
	/// may still be abandoned.
	fn begin(&mut self, job: Box<Job>, reply: SyncSender<Message>) {
		let id = job.id();
		self.abandon_for(&id);
		self.plan_ahead(&job);
		let is_training = matches!(*job, Job::Train { .. });
		let is_in_training = self.trainings.iter().any(|(other, _)| place(other) == place(&id));
		if !is_training || (!is_in_training && train::is_prepared(&self.resources, &id)) {
			self.waiting.push(Waiting { id, job });
			return;
		}
		let before = self.trainings.len();
		if before >= QUEUE_LENGTH {
			log::warn!(target: "hospital", "{}: {before} trainings wait; starting it later", name(&id.round));
			return self.table.forget(&id);
		}
		if before > 0 {
			log::info!(target: "hospital", "{}: waits for {before} trainings", name(&id.round));
		}
		let abandoned = Abandoned::default();
		self.trainings.push_back((id, abandoned.clone()));
		if self.training_thread.send(Training { id, job, abandoned, reply }).is_err() {
			self.trainings.pop_back();
			self.fail(id, "the training thread has ended, which is a bug".to_owned());
		}
	}

	fn plan_ahead(&mut self, job: &Job) {
		self.ahead.retain(|step| !step.is_superseded(job.context()));
		if matches!(job, Job::Train { .. }) && !self.may_prepare_keys(&job.id()) {
			return;
		}
		let steps = Ahead::of(job);
		if self.ahead.len().saturating_add(steps.len()) <= MOST_AHEAD {
			self.ahead.extend(steps);
		}
	}

	/// Keys are scarce: none are drawn where nothing can be trained, or what was trained is sealed. And a KME
	/// that does not answer must not keep the jobs of other studies waiting again and again.
	fn may_prepare_keys(&self, id: &JobId) -> bool {
		self.resources.trainer.is_some()
			&& self.failed_ahead.is_none_or(|at| at.elapsed() >= PAUSE_AHEAD)
			&& !train::is_sealed(&self.resources, id)
	}

	fn trained(&mut self, Training { id, job, abandoned, .. }: Training, result: Result<(), String>) {
		self.trainings.pop_front();
		match result {
			_ if abandoned.get() => {},
			Ok(()) => self.waiting.push(Waiting { id, job }),
			Err(reason) => self.fail(id, reason),
		}
	}

	/// Abandons work of the same kind and attempt that waits or trains: the chain asks for other work there
	/// now, so the block that asked for it is gone. It must not leave when another block of that height
	/// becomes final.
	fn abandon_for(&mut self, id: &JobId) {
		let waiting = self.waiting.extract_if(.., |waiting| place(&waiting.id) == place(id));
		let mut abandoned: Vec<_> = waiting.map(|waiting| waiting.id).collect();
		let trainings = self.trainings.iter().filter(|(other, _)| place(other) == place(id));
		abandoned.extend(trainings.filter(|(_, abandoned)| abandoned.set()).map(|(id, _)| id));
		for id in abandoned {
			log::info!(target: "hospital", "{}: {:?} abandoned for other work", name(&id.round), id.kind);
			self.table.forget(&id);
		}
	}

	/// Does all work that need not wait any longer.
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
		self.ahead.retain(|step| !step.is_useless_after(&id));
		if let Err(error) = self.resources.state.prune(&id) {
			log::warn!(target: "hospital", "cannot delete the state of old rounds: {error}");
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

/// Where a re-organisation may ask for other work.
fn place(id: &JobId) -> (H256, AccountBytes, RoundKey, JobKind) {
	(id.genesis, id.hospital, id.round, id.kind)
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
			format!("checked the shares of {} hospitals; {complaints} rejected", checks.content.len())
		},
		Outcome::Answered(answers) => {
			let parties: Vec<_> = answers.content.iter().map(|answer| answer.party).collect();
			format!("published the shares that the parties {parties:?} dispute")
		},
		Outcome::Judged(judgements) => {
			let right = judgements.content.iter().filter(|right| **right).count();
			format!("judged {right} of {} published shares right", judgements.content.len())
		},
		Outcome::Aggregated(partial) => {
			format!("published the partial aggregate {}", hex::encode(partial.content.hash))
		},
		Outcome::NonceCommitted(commitment) => {
			format!("chose a nonce for the challenge; committed to it by {}", hex::encode(commitment.content))
		},
		Outcome::NonceRevealed(_) => "revealed its nonce for the challenge".to_owned(),
		Outcome::Deleted => "deleted what it published; the retention of this round is over".to_owned(),
		Outcome::Attested { verdict, metrics, corrected: _, records: _ } => {
			let verdict = match verdict {
				Verdict::Accept { artifact } => format!("accepts the model {}", hex::encode(artifact)),
				Verdict::RejectModel { artifact } => format!("rejects the model {}", hex::encode(artifact)),
				Verdict::RejectUpdate { hospital, fault } => {
					format!("rejects the update of 0x{}: {fault:?}", hex::encode(hospital))
				},
				Verdict::RejectPartials => "rejects the partial aggregates; they give no model".to_owned(),
			};
			match metrics {
				Metrics::Classification(metrics) => format!(
					"{verdict}; accuracy {:.4}, log-loss {:.4} on {} test records",
					metrics.accuracy.to_f64(),
					metrics.log_loss.to_f64(),
					metrics.examples
				),
				Metrics::Regression(metrics) => format!(
					"{verdict}; MAE {:.4}, RMSE {:.4} on {} test records",
					metrics.mae.to_f64(),
					metrics.rmse.to_f64(),
					metrics.examples
				),
				Metrics::Unavailable => verdict,
			}
		},
	}
}
