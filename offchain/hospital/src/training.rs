//! Trains, one study after the other, on the training thread.

use crate::{
	jobs::{caught, name, train, Resources},
	messages::{Message, Training},
};
use std::{
	collections::VecDeque,
	sync::{mpsc::Receiver, Arc},
	time::Instant,
};

pub(crate) struct TrainingWorker {
	resources: Arc<Resources>,
	receiver: Receiver<Training>,
	waiting: VecDeque<Training>,
}

impl TrainingWorker {
	pub fn new(resources: Arc<Resources>, receiver: Receiver<Training>) -> Self {
		Self { resources, receiver, waiting: VecDeque::new() }
	}

	/// Trains until no more trainings can come.
	pub fn run(mut self) {
		while let Ok(training) = self.receiver.recv() {
			self.waiting.push_back(training);
			while self.train_next() {}
		}
	}

	/// Does the next training and reports its end. Returns whether there was one.
	pub fn train_next(&mut self) -> bool {
		self.waiting.extend(self.receiver.try_iter());
		let Some(training) = self.waiting.pop_front() else { return false };
		let result = if training.abandoned.get() { Ok(()) } else { self.train(&training) };
		let reply = training.reply.clone();
		// Without a receiver the hospital's thread has ended, and nobody wants the update.
		let _ = reply.send(Message::Trained(training, result));
		true
	}

	fn train(&self, Training { id, job, .. }: &Training) -> Result<(), String> {
		let (name, waiting) = (name(&id.round), self.waiting.len());
		log::info!(target: "hospital", "{name}: training starts; {waiting} more wait");
		let start = Instant::now();
		let result = caught(|| train::prepare(&self.resources, id, job.context()));
		let end = if result.is_ok() { "ended" } else { "failed" };
		log::info!(target: "hospital", "{name}: training {end} after {:.1} s", start.elapsed().as_secs_f64());
		result
	}
}
