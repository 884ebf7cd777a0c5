//! A node of a hospital: the chain, a keystore, a pool of transactions and native code that the test
//! controls.

use crate::mock::*;
use codec::{Decode, Encode};
use consilium_primitives::{
	hospital::HOSPITAL_KEY_TYPE,
	host::{HospitalJobs, HospitalJobsExt},
	job::{Job, JobId, JobKind, JobReport, JobStatus, Outcome},
	study::RoundKey,
	AccountBytes,
};
use frame_support::{
	storage::{with_transaction, TransactionOutcome},
	traits::Hooks,
};
use frame_system::CheckNonce;
use sp_core::{
	crypto::KeyTypeId,
	offchain::{
		testing::{PoolState, TestOffchainExt, TestTransactionPoolExt},
		OffchainDbExt, OffchainWorkerExt, TransactionPoolExt,
	},
};
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use sp_runtime::{
	generic::Preamble,
	traits::{Dispatchable, Verify},
	AccountId32, DispatchError, DispatchResult,
};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex},
};

/// What native code was asked to do, and what it answers.
#[derive(Default)]
pub struct Jobs {
	/// The jobs that were started, oldest first.
	pub started: Vec<Job>,
	/// The jobs whose status is not unknown, each with its place in the order in which they were finished.
	pub status: BTreeMap<Work, JobReport>,
	/// Whether no further job is taken.
	pub full: bool,
}

/// Which work: whose, of which attempt, of which kind.
pub type Work = (AccountBytes, RoundKey, JobKind);

#[derive(Clone, Default)]
struct SharedJobs(Arc<Mutex<Jobs>>);

impl HospitalJobs for SharedJobs {
	fn start(&mut self, job: Job) -> bool {
		let mut jobs = self.0.lock().unwrap();
		if !jobs.full {
			jobs.started.push(job);
		}
		!jobs.full
	}

	fn poll(&mut self, id: JobId) -> JobReport {
		self.0
			.lock()
			.unwrap()
			.status
			.get(&(id.hospital, id.round, id.kind))
			.cloned()
			.unwrap_or(JobReport::unfinished(JobStatus::Unknown))
	}
}

/// A transaction from the pool.
#[derive(Clone, Debug, PartialEq)]
pub struct Submitted {
	pub signer: AccountId32,
	pub nonce: u32,
	pub call: RuntimeCall,
}

pub struct Node {
	chain: sp_io::TestExternalities,
	jobs: SharedJobs,
	pool: Box<dyn Fn() -> Vec<Vec<u8>>>,
}

impl Node {
	/// A node with the account keys of these hospitals. `with_jobs` says whether native code is there.
	fn build(hospitals: &[u8], with_jobs: bool) -> Self {
		let mut chain = chain();
		let keystore = MemoryKeystore::new();
		for hospital in hospitals {
			let key_type = KeyTypeId(HOSPITAL_KEY_TYPE);
			let key = keystore.sr25519_generate_new(key_type, Some(&key_uri(*hospital))).unwrap();
			assert_eq!(AccountId32::from(key), account(*hospital));
		}
		let (offchain, _) = TestOffchainExt::new();
		let (pool, state) = TestTransactionPoolExt::new();
		let jobs = SharedJobs::default();
		chain.register_extension(OffchainDbExt::new(offchain.clone()));
		chain.register_extension(OffchainWorkerExt::new(offchain));
		chain.register_extension(TransactionPoolExt::new(pool));
		chain.register_extension(KeystoreExt::new(keystore));
		if with_jobs {
			chain.register_extension(HospitalJobsExt::new(Box::new(jobs.clone())));
		}
		let pool = Box::new(move || {
			let state: &mut PoolState = &mut state.write();
			std::mem::take(&mut state.transactions)
		});
		Self { chain, jobs, pool }
	}

	pub fn of(hospitals: &[u8]) -> Self {
		Self::build(hospitals, true)
	}

	pub fn without_hospital_configuration(hospitals: &[u8]) -> Self {
		Self::build(hospitals, false)
	}

	/// Does something on the chain and checks the invariants.
	pub fn on_chain<R>(&mut self, step: impl FnOnce() -> R) -> R {
		self.chain.execute_with(|| {
			let result = step();
			check_invariants();
			result
		})
	}

	/// One pass of the off-chain worker at the present block. As on a node, nothing that it writes stays.
	pub fn work(&mut self) {
		self.chain.execute_with(|| {
			let discarded: Result<(), DispatchError> = with_transaction(|| {
				Rounds::offchain_worker(System::block_number());
				TransactionOutcome::Rollback(Ok(()))
			});
			discarded.unwrap();
		});
	}

	/// Takes the transactions out of the pool. Their signatures must be right.
	pub fn submitted(&mut self) -> Vec<Submitted> {
		let decode = |bytes: Vec<u8>| {
			let extrinsic = Extrinsic::decode(&mut &bytes[..]).unwrap();
			let Preamble::Signed(signer, signature, CheckNonce(nonce)) = extrinsic.preamble else {
				panic!("not signed");
			};
			assert!(signature.verify(extrinsic.function.encode().as_slice(), &signer));
			Submitted { signer, nonce, call: extrinsic.function }
		};
		(self.pool)().into_iter().map(decode).collect()
	}

	/// Puts a transaction into a block.
	pub fn include(&mut self, transaction: Submitted) -> DispatchResult {
		let origin = RuntimeOrigin::signed(transaction.signer);
		self.on_chain(|| transaction.call.dispatch(origin).map(|_| ()).map_err(|error| error.error))
	}

	/// Takes the list of jobs that were started.
	pub fn started(&self) -> Vec<Job> {
		std::mem::take(&mut self.jobs.0.lock().unwrap().started)
	}

	/// Jobs are finished in the order in which they are set to `Done`.
	pub fn set_status(&self, work: Work, status: JobStatus) {
		let mut jobs = self.jobs.0.lock().unwrap();
		let place = jobs.status.values().map(|report| report.place).max().unwrap_or(0);
		let place = if matches!(status, JobStatus::Done(_)) { place + 1 } else { 0 };
		jobs.status.insert(work, JobReport { status, place });
	}

	pub fn set_full(&self, full: bool) {
		self.jobs.0.lock().unwrap().full = full;
	}

	/// Native code finishes the training of a hospital for an attempt.
	pub fn train(&mut self, hospital: u8, round: RoundKey) {
		let outcome = Outcome::Trained(self.on_chain(|| commitment(hospital, round)));
		self.set_status(work(hospital, round, JobKind::Train), JobStatus::Done(outcome));
	}
}

pub fn work(hospital: u8, round: RoundKey, kind: JobKind) -> Work {
	(account(hospital).into(), round, kind)
}
