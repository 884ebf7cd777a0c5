//! A study of four hospitals with made-up records.

use crate::{
	handle::{open_resources, Handle},
	keys::HospitalKeys,
	messages::Message,
	sealer::{SealContext, SealError, SealedBlob, Sealer},
	secret_file::write_secret,
	trainer::{LocalTrainer, Trainer},
	training::TrainingWorker,
	worker::Worker,
	HospitalConfig,
};
use consilium_primitives::{
	commitment::{Commitment, Suite},
	encoding::UpdateEncoding,
	fixed_point::Decimal,
	hospital::{SaeId, SealingIdentity},
	job::{Contribution, Inputs, Job, JobId, JobStatus, Outcome, RoundContext},
	model::{Adaptive, LocalSteps, LocalTraining, ModelFamily, ModelSpec, ServerOptimizer},
	study::{AggregationScheme, RoundKey, StudySpec},
	AccountBytes, BoundedVec, H256,
};
use consilium_training::{schema::Schema, synthetic};
use std::{
	fs,
	path::{Path, PathBuf},
	sync::{
		mpsc::{channel, sync_channel, Receiver},
		Arc, Mutex,
	},
	time::{Duration, Instant},
};
use tempfile::TempDir;
use zeroize::Zeroizing;

pub const NAMES: [&str; 4] = ["alice", "bob", "charlie", "dave"];
pub const GENESIS: H256 = H256([7; 32]);
/// Block at which every phase begins.
pub const PHASE_SINCE: u32 = 10;
/// Jobs that find room in a desk's queue.
pub const QUEUE: usize = 4;

pub fn account(number: usize) -> AccountBytes {
	[number as u8 + 1; 32]
}

pub fn adam() -> Adaptive {
	let decimal = |value| Decimal::from_f64(value).unwrap();
	Adaptive { learning_rate: decimal(0.1), beta_1: decimal(0.9), beta_2: decimal(0.99), tau: decimal(0.001) }
}

/// A study with the synthetic schema.
pub fn study_of(hospitals: Vec<AccountBytes>, seed: u64) -> StudySpec<AccountBytes> {
	let schema = Schema::parse(synthetic::SCHEMA).unwrap();
	let quorum = hospitals.len() as u32 / 2 + 1;
	StudySpec {
		title: BoundedVec::truncate_from(b"mortality".to_vec()),
		agreement: 0,
		schema: H256(schema.hash()),
		model: ModelSpec {
			family: ModelFamily::LogisticRegression,
			features: schema.features() as u32,
			classes: schema.classes() as u32,
		},
		training: LocalTraining {
			steps: LocalSteps::Epochs(2),
			batch_size: 16,
			learning_rate: Decimal::from_f64(0.05).unwrap(),
			proximal: Decimal::ZERO,
		},
		optimizer: ServerOptimizer::FedAvg,
		scheme: AggregationScheme::Plain,
		max_examples: 1000,
		encoding: UpdateEncoding { clip: None, fraction_bits: 20 },
		hospitals: BoundedVec::truncate_from(hospitals),
		quorum,
		max_rounds: 3,
		max_attempts: 3,
		collecting_blocks: 10,
		attesting_blocks: 10,
		retention_blocks: None,
		max_log_loss_increase: Decimal::from_f64(0.5).unwrap(),
		seed,
	}
}

/// What is needed to seal for a hospital, whose ML-KEM-768 key is the well-known one.
pub fn identity(number: usize) -> SealingIdentity {
	let name = NAMES[number];
	let ml_kem_768 = HospitalKeys::development(name).unwrap().public().ml_kem_768;
	SealingIdentity { sae_id: sae_id(number), ml_kem_768 }
}

/// A hospital's name towards key management entities.
pub fn sae_id(number: usize) -> SaeId {
	SaeId::try_from(format!("sae-{}", NAMES[number])).unwrap()
}

/// Leaves packages as they are, for tests that look into them.
pub struct Clear;

impl Sealer for Clear {
	fn seal(
		&self,
		_: &SealContext,
		_: &SealingIdentity,
		weakest: Suite,
		package: &[u8],
	) -> Result<SealedBlob, SealError> {
		assert_eq!(weakest, Suite::Plain);
		Ok(SealedBlob { suite: weakest, bytes: package.to_vec() })
	}

	fn open(
		&self,
		_: &SealContext,
		suite: Suite,
		_: &SaeId,
		blob: Vec<u8>,
	) -> Result<Zeroizing<Vec<u8>>, SealError> {
		assert_eq!(suite, Suite::Plain);
		Ok(Zeroizing::new(blob))
	}
}

/// Folders of four hospitals with one blob store.
pub struct Town {
	pub folder: TempDir,
	pub spec: StudySpec<AccountBytes>,
	/// What hospitals that are opened from now on seal with.
	pub sealer: fn(&HospitalConfig) -> Box<dyn Sealer>,
}

impl Town {
	pub fn new() -> Self {
		let folder = tempfile::tempdir().unwrap();
		for (number, name) in NAMES.into_iter().enumerate() {
			let home = folder.path().join(name);
			HospitalKeys::development(name).unwrap().write(&home.join("keys")).unwrap();
			write_secret(&home.join("keys/account.key"), &format!("//{name}")).unwrap();
			fs::write(home.join("records.csv"), synthetic::csv_text(1, number as u32, 80)).unwrap();
			fs::write(home.join("schema.toml"), synthetic::SCHEMA).unwrap();
			let text = HospitalConfig::example().replace("store = \"blobs\"", "store = \"../blobs\"");
			// In place of a comment, so that all other lines keep their numbers.
			let comment = "# or a file with the columns center,set,y, and the hospital's number in it:";
			let text = text.replace(comment, "split_seed = 42");
			fs::write(home.join("hospital.toml"), text).unwrap();
		}
		let spec = study_of((0..4).map(account).collect(), 9);
		Self { folder, spec, sealer: |_| Box::new(Clear) }
	}

	pub fn home(&self, number: usize) -> PathBuf {
		self.folder.path().join(NAMES[number])
	}

	pub fn config(&self, number: usize) -> HospitalConfig {
		HospitalConfig::load(&self.home(number).join("hospital.toml")).unwrap()
	}

	pub fn blobs(&self) -> PathBuf {
		self.folder.path().join("blobs")
	}

	/// Where a hospital keeps its state of the study.
	pub fn state(&self, number: usize) -> PathBuf {
		let account = hex::encode(&account(number)[..8]);
		self.home(number).join("state").join("07".repeat(8)).join(account).join("0")
	}

	/// Makes a hospital a node that only computes.
	pub fn remove_records(&self, number: usize) {
		let path = self.home(number).join("hospital.toml");
		let text = fs::read_to_string(&path).unwrap();
		let (keys, rest) = text.split_once("[records]").unwrap();
		let (_, blobs) = rest.split_once("[blobs]").unwrap();
		fs::write(path, format!("{keys}[blobs]{blobs}")).unwrap();
		fs::remove_file(self.home(number).join("records.csv")).unwrap();
	}

	/// Replaces a hospital's records by others.
	pub fn change_records(&self, number: usize) {
		fs::write(self.home(number).join("records.csv"), synthetic::csv_text(2, number as u32, 80)).unwrap();
	}

	/// Starts a hospital, or starts it again after a crash.
	pub fn open(&self, number: usize) -> Desk {
		self.open_with(number, self.trainer(number).map(|trainer| -> Box<dyn Trainer> { Box::new(trainer) }))
	}

	/// A hospital's trainer, if it has records.
	pub fn trainer(&self, number: usize) -> Option<LocalTrainer> {
		let config = self.config(number);
		Some(LocalTrainer::new(config.name, config.records?))
	}

	pub fn open_with(&self, number: usize, trainer: Option<Box<dyn Trainer>>) -> Desk {
		let (sender, receiver) = sync_channel(QUEUE);
		let now = Arc::new(Mutex::new(Instant::now()));
		let clock = now.clone();
		let handle =
			Handle::new(account(number), sender, Box::new(move || *clock.lock().unwrap()), Box::new(|| ()));
		let state = self.home(number).join("state");
		let resources =
			open_resources(&self.config(number), &state, (self.sealer)(&self.config(number)), trainer)
				.unwrap();
		let resources = Arc::new(resources);
		let (trainings, training_receiver) = channel();
		let worker = Worker::new(resources.clone(), handle.table(), trainings);
		let training_worker = TrainingWorker::new(resources, training_receiver);
		Desk { worker, training_worker, handle, receiver, now }
	}

	pub fn open_all(&self) -> Vec<Desk> {
		(0..NAMES.len()).map(|number| self.open(number)).collect()
	}

	pub fn context(&self, number: usize, round: u32, base: Option<H256>) -> RoundContext {
		RoundContext {
			genesis: GENESIS,
			round: RoundKey { study: 0, round, attempt: 1 },
			hospital: account(number),
			spec: self.spec.clone(),
			base,
			phase_since: PHASE_SINCE,
		}
	}

	pub fn train(&self, number: usize, round: u32, base: Option<H256>) -> Job {
		self.train_in(self.context(number, round, base))
	}

	/// The job to train in this context, with the hospitals' keys for sealing.
	pub fn train_in(&self, context: RoundContext) -> Job {
		let parties = context.spec.scheme.committee().map(|committee| committee.parties.to_vec());
		let receivers =
			parties.unwrap_or_default().into_iter().map(|party| identity(usize::from(party[0]) - 1));
		Job::Train { receivers: receivers.collect(), context }
	}

	pub fn attest(
		&self,
		number: usize,
		round: u32,
		base: Option<H256>,
		contributions: &[Contribution],
	) -> Job {
		let inputs = Inputs::Updates(contributions.to_vec());
		Job::Attest { context: self.context(number, round, base), inputs }
	}

	/// All hospitals train in round 1.
	pub fn contributions(&self, desks: &mut [Desk]) -> Vec<Contribution> {
		let commitments =
			desks.iter_mut().enumerate().map(|(number, desk)| desk.commitment(self.train(number, 1, None)));
		commitments.enumerate().map(|(number, commitment)| contribution(number, &commitment)).collect()
	}
}

pub fn contribution(number: usize, commitment: &Commitment) -> Contribution {
	Contribution { hospital: account(number), weight: commitment.examples, blob: commitment.blobs[0] }
}

/// One running hospital. Dropping it is a crash.
pub struct Desk {
	pub worker: Worker,
	pub training_worker: TrainingWorker,
	pub handle: Handle,
	receiver: Receiver<Message>,
	now: Arc<Mutex<Instant>>,
}

impl Desk {
	/// The turn of the hospital's thread: works until its queue is empty.
	pub fn work_without_training(&mut self) {
		while let Ok(message) = self.receiver.try_recv() {
			self.worker.handle(message);
		}
		while self.worker.work_ahead() {}
	}

	/// The turns of both threads, until all queues are empty.
	pub fn work(&mut self) {
		self.work_without_training();
		while self.training_worker.train_next() {
			self.work_without_training();
		}
	}

	pub fn pass(&self, time: Duration) {
		*self.now.lock().unwrap() += time;
	}

	/// Starts a job and works on it.
	pub fn start(&mut self, job: Job) -> JobStatus {
		let id = job.id();
		assert!(self.handle.start(job));
		self.work();
		self.handle.poll(id).status
	}

	/// Makes blocks final and goes on with waiting jobs.
	pub fn finalise(&mut self, id: JobId) -> JobStatus {
		self.handle.finalised(PHASE_SINCE);
		self.work();
		self.handle.poll(id).status
	}

	/// Starts a job and brings it to its end.
	pub fn run(&mut self, job: Job) -> JobStatus {
		let id = job.id();
		self.start(job);
		self.finalise(id)
	}

	/// Brings a job to its failure, and says why.
	pub fn failure(&mut self, job: Job) -> String {
		let id = job.id();
		assert_eq!(self.run(job), JobStatus::Failed);
		self.handle.table().reason(&id).unwrap()
	}

	pub fn outcome(&mut self, job: Job) -> Outcome {
		match self.run(job) {
			JobStatus::Done(outcome) => outcome,
			status => panic!("{status:?}"),
		}
	}

	pub fn commitment(&mut self, job: Job) -> Commitment {
		match self.outcome(job) {
			Outcome::Trained(commitment) => commitment,
			outcome => panic!("{outcome:?}"),
		}
	}
}

/// Names of the files in a folder, sorted.
pub fn files(folder: &Path) -> Vec<String> {
	let mut names: Vec<_> =
		fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
	names.sort();
	names
}

/// Changes the last byte of a file.
pub fn damage(path: &Path) {
	let mut bytes = fs::read(path).unwrap();
	*bytes.last_mut().unwrap() ^= 1;
	fs::write(path, bytes).unwrap();
}
