//! Trainings that take long, while other work goes on.

use super::{
	committee_mock::{committee, town, Round},
	mock::{account, damage, files, Desk, Town, PHASE_SINCE},
};
use crate::{
	handle::{open_resources, spawn},
	trainer::{LocalModel, LocalTrainer, Trainer, TrainerError},
	Handle,
};
use consilium_primitives::{
	job::{Job, JobStatus, Outcome},
	study::{StudySpec, Verdict},
	AccountBytes,
};
use consilium_training::metrics::Metrics;
use std::sync::{
	mpsc::{channel, Receiver, Sender},
	Mutex,
};

/// Trains when it is allowed to, and evaluates always.
struct Slow {
	trainer: LocalTrainer,
	began: Sender<()>,
	allowed: Mutex<Receiver<()>>,
}

impl Trainer for Slow {
	fn train(
		&self,
		spec: &StudySpec<AccountBytes>,
		global: &[f64],
		seed: [u8; 32],
	) -> Result<LocalModel, TrainerError> {
		self.began.send(()).unwrap();
		self.allowed.lock().unwrap().recv().unwrap();
		self.trainer.train(spec, global, seed)
	}

	fn evaluate(
		&self,
		spec: &StudySpec<AccountBytes>,
		parameters: &[f64],
	) -> Result<Option<Metrics>, TrainerError> {
		self.trainer.evaluate(spec, parameters)
	}

	fn records_hash(&self) -> Result<Option<[u8; 32]>, TrainerError> {
		self.trainer.records_hash()
	}
}

/// Alice's hospital on its threads, with a state of its own.
fn slow_hospital(town: &Town) -> (Handle, Receiver<()>, Sender<()>) {
	let (began, begins) = channel();
	let (allow, allowed) = channel();
	let trainer = Slow { trainer: town.trainer(0).unwrap(), began, allowed: Mutex::new(allowed) };
	let config = town.config(0);
	let state = town.home(0).join("slow-state");
	let resources = open_resources(&config, &state, (town.sealer)(&config), Some(Box::new(trainer))).unwrap();
	(spawn(resources, account(0), || (), Box::new(|| ())).unwrap(), begins, allow)
}

/// Waits for the end of a job.
fn outcome(handle: &Handle, job: &Job) -> Outcome {
	loop {
		match handle.poll(job.id()).status {
			JobStatus::Pending => std::thread::yield_now(),
			JobStatus::Done(outcome) => break outcome,
			status => panic!("{status:?}: {:?}", handle.table().reason(&job.id())),
		}
	}
}

/// The job to train in another study.
fn train_elsewhere(town: &Town, study: u32) -> Job {
	let mut context = town.context(0, 1, None);
	context.round.study = study;
	town.train_in(context)
}

#[test]
fn a_long_training_holds_up_no_other_study() {
	let mut round = Round::new(town(committee()));
	let checks = round.check_all();
	let weights = round.weights(&checks);
	let partials = round.aggregate_all(&weights);
	let (artifact, _) = round.accepted(1, &partials, &weights);

	let (handle, begins, allow) = slow_hospital(&round.town);
	handle.finalised(PHASE_SINCE);
	let [first, second] = [1, 2].map(|study| train_elsewhere(&round.town, study));
	for job in [&first, &second] {
		assert!(handle.start(job.clone()));
	}
	begins.recv().unwrap();
	let (check, aggregate) = (round.check_job(1), round.aggregate_job(1, round.dealt(1, &weights)));
	let attest = round.attest_job(0, &partials, &weights);
	for job in [&check, &aggregate, &attest] {
		assert!(handle.start(job.clone()));
	}
	let Outcome::Checked(posted) = outcome(&handle, &check) else { panic!("not checked") };
	assert_eq!(posted.content, checks[0]);
	let Outcome::Aggregated(posted) = outcome(&handle, &aggregate) else { panic!("not aggregated") };
	assert_eq!(posted.content, partials[0].blob);
	let Outcome::Attested { verdict, .. } = outcome(&handle, &attest) else { panic!("not attested") };
	assert_eq!(verdict, Verdict::Accept { artifact });

	// All the while the trainings have waited.
	for job in [first, second] {
		assert_eq!(handle.poll(job.id()).status, JobStatus::Pending);
		allow.send(()).unwrap();
		assert!(matches!(outcome(&handle, &job), Outcome::Trained(_)));
	}
	assert_eq!(begins.try_iter().count(), 1);
}

#[test]
fn a_saved_update_is_published_beside_a_training() {
	let town = Town::new();
	let (handle, begins, allow) = slow_hospital(&town);
	let saved = town.train(0, 1, None);
	assert!(handle.start(saved.clone()));
	begins.recv().unwrap();
	let long = train_elsewhere(&town, 1);
	assert!(handle.start(long.clone()));
	allow.send(()).unwrap();
	// The first is trained, the second trains.
	begins.recv().unwrap();
	handle.finalised(PHASE_SINCE);
	assert!(matches!(outcome(&handle, &saved), Outcome::Trained(_)));
	assert_eq!(handle.poll(long.id()).status, JobStatus::Pending);
	allow.send(()).unwrap();
	outcome(&handle, &long);
	drop(handle);
	// After a restart, too.
	let mut desk = town.open(0);
	desk.start(town.train(0, 1, None));
	let mut desk = town.open(0);
	desk.handle.finalised(PHASE_SINCE);
	assert!(desk.handle.start(train_elsewhere(&town, 1)));
	assert!(desk.handle.start(saved.clone()));
	desk.work_without_training();
	assert!(matches!(desk.handle.poll(saved.id()).status, JobStatus::Done(_)));
	assert_eq!(desk.handle.poll(long.id()).status, JobStatus::Pending);
}

#[test]
fn an_abandoned_training_neither_leaves_nor_replaces_the_wanted_one() {
	let town = Town::new();
	let wanted = town.train(0, 1, None);
	let mut context = town.context(0, 1, None);
	context.spec.seed += 1;
	let other = town.train_in(context);
	let expected = Town::new().open(0).commitment(wanted.clone());

	let mut desk = town.open(0);
	desk.handle.finalised(PHASE_SINCE);
	// The chain asks for one, for another and for the first again, before any has been trained.
	for job in [&wanted, &other, &wanted] {
		assert!(desk.handle.start(job.clone()));
		desk.work_without_training();
	}
	assert_eq!(desk.handle.poll(other.id()).status, JobStatus::Unknown);
	desk.work();
	let JobStatus::Done(Outcome::Trained(commitment)) = desk.handle.poll(wanted.id()).status else {
		panic!()
	};
	assert_eq!(commitment.blobs, expected.blobs);
	assert_eq!(desk.handle.poll(other.id()).status, JobStatus::Unknown);
	assert_eq!(files(&town.blobs()).len(), 1);
}

#[test]
fn what_is_lost_after_training_fails_the_job_and_is_trained_again() {
	let town = Town::new();
	let mut desk = town.open(0);
	let job = town.train(0, 1, None);
	desk.start(job.clone());
	damage(&town.state(0).join("1-1-train.outcome"));
	assert_eq!(desk.finalise(job.id()), JobStatus::Failed);
	assert!(desk.handle.table().reason(&job.id()).unwrap().contains("training starts again"));
	desk.pass(crate::job_table::BACKOFF);
	assert!(matches!(desk.run(job), JobStatus::Done(_)));
}

#[test]
fn so_many_trainings_wait_and_the_next_can_be_started_again_later() {
	let town = Town::new();
	let mut desk = town.open(0);
	let jobs: Vec<_> = (1..=65).map(|study| train_elsewhere(&town, study)).collect();
	let start = |desk: &mut Desk, job: &Job| {
		assert!(desk.handle.start(job.clone()));
		desk.work_without_training();
		desk.handle.poll(job.id()).status
	};
	let statuses: Vec<_> = jobs.iter().map(|job| start(&mut desk, job)).collect();
	assert!(statuses[..64].iter().all(|status| *status == JobStatus::Pending));
	assert_eq!(statuses[64], JobStatus::Unknown);
	desk.work();
	assert_eq!(start(&mut desk, &jobs[64]), JobStatus::Pending);
}
