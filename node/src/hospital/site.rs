//! Starts the hospital of a hospital.toml.

use super::{
	account::{AccountKey, AccountKeyError},
	extension::Connection,
	LOG_TARGET,
};
use crate::health::Identity;
use consilium_hospital::{
	health::{Check, Health},
	keys::HospitalKeys,
	Hospital, HospitalConfig,
};
use sp_core::crypto::Ss58Codec;
use sp_keystore::KeystorePtr;
use sp_panic_handler::AbortGuard;
use std::{
	path::{Path, PathBuf},
	thread,
};

/// The hospital of this node, whether it runs or not.
pub struct Site {
	/// Its hospital.toml.
	pub file: PathBuf,
	/// Who it is; `None` if its keys cannot be read.
	pub identity: Option<Identity>,
	/// Its checks; `None` if the file cannot be read.
	pub health: Option<Health>,
	/// The connection to its threads; `None` if it does not run.
	pub connection: Option<Connection>,
	/// Why it does not run.
	fault: Option<String>,
}

/// Why the hospital does not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
	#[error(transparent)]
	Config(#[from] consilium_hospital::ConfigError),
	#[error(transparent)]
	Account(#[from] AccountKeyError),
	#[error("keys: {0}")]
	Keys(#[from] consilium_hospital::keys::KeyError),
	#[error(transparent)]
	Start(#[from] consilium_hospital::StartError),
	#[error("its start panicked, which is a bug; the log has more")]
	Panic,
}

impl Site {
	/// Starts the hospital configured in `file` (a hospital.toml) with its state in the folder `state`.
	/// `on_finished` is called whenever one of its jobs is finished, and must not wait.
	///
	/// An error is logged. The node keeps running: the chain does not depend on one hospital's records.
	pub fn start(
		file: &Path,
		state: &Path,
		keystore: &KeystorePtr,
		on_finished: impl Fn() + Send + Sync + 'static,
	) -> Self {
		let mut site = Self::stopped(file);
		match site.start_apart(state, keystore, on_finished) {
			Ok(account) => log::info!(
				target: LOG_TARGET,
				"🏥 The hospital of {} has the account {account}; what keeps it from taking part is logged as \
				 `check`, and shown by `consilium-node hospital status`",
				file.display()
			),
			Err(error) => {
				let file = file.display();
				log::error!(
					target: LOG_TARGET,
					"The hospital of {file} does not start: {error}. The node runs WITHOUT it: it still \
					 validates if it is a validator, but does not train or attest. Fix the error, run \
					 `hospital check --hospital {file}`, and restart the node.",
				);
				site.fault = Some(error.to_string());
			},
		}
		site
	}

	/// A hospital that does not run because the off-chain worker is turned off.
	pub fn turned_off(file: &Path) -> Self {
		let fault = "the off-chain worker is turned off (--offchain-worker never)".to_owned();
		Self { fault: Some(fault), ..Self::stopped(file) }
	}

	fn stopped(file: &Path) -> Self {
		Self { file: file.into(), identity: None, health: None, connection: None, fault: None }
	}

	/// On a thread of its own: a hospital that does not start drops runtimes of its own, which panics in the
	/// node's. A panic is a reason not to start, and does not end the node.
	fn start_apart(
		&mut self,
		state: &Path,
		keystore: &KeystorePtr,
		on_finished: impl Fn() + Send + Sync + 'static,
	) -> Result<String, StartError> {
		thread::scope(|scope| {
			let start = || {
				let _guard = AbortGuard::force_unwind();
				self.try_start(state, keystore, on_finished)
			};
			scope.spawn(start).join().unwrap_or(Err(StartError::Panic))
		})
	}

	fn try_start(
		&mut self,
		state: &Path,
		keystore: &KeystorePtr,
		on_finished: impl Fn() + Send + Sync + 'static,
	) -> Result<String, StartError> {
		let config = HospitalConfig::load(&self.file)?;
		let files = config.keys.clone();
		let health = self.health.insert(Health::new(config, Some(state.into())));
		let account = AccountKey::read(&files.account)?;
		let keys = HospitalKeys::load(&files)?.public();
		let trains = health.records().is_some();
		self.identity = Some(Identity { account: account.public().into(), keys, files, trains });
		// A panic in a job fails only that job; in any other thread of a node it ends the process.
		let guard = AbortGuard::force_unwind;
		let handle = Hospital::start_guarded(health, state, account.public().0, guard, on_finished)?;
		account.insert(keystore.as_ref())?;
		self.connection = Some(handle.into());
		Ok(account.public().to_ss58check())
	}

	/// Whether it is configured with a key management entity.
	pub fn has_kme(&self) -> bool {
		self.health.as_ref().is_some_and(|health| health.config().quantum.is_some())
	}

	/// Whether the hospital runs.
	pub fn check(&self) -> Check {
		const NAME: &str = "hospital";
		let file = self.file.display();
		match &self.fault {
			None => Check::ok(NAME, format!("the hospital of {file} runs")),
			Some(fault) => Check::failed(
				NAME,
				format!(
					"the hospital of {file} does not run, so it neither trains nor attests: {}; fix it and \
					 restart the node",
					fault.lines().next().unwrap_or_default()
				),
			),
		}
	}
}
