//! This node's hospital.
//!
//! | file | contents |
//! | --- | --- |
//! | `account.rs` | the account key, from its file to the keystore |
//! | `check.rs` | `hospital check` |
//! | `cli.rs` | `consilium-node hospital ...` |
//! | `extension.rs` | the connection from the off-chain worker |
//! | `keys.rs` | `hospital keys generate` |
//! | `rotation.rs` | `hospital keys rotate` |

mod account;
mod check;
pub mod cli;
pub mod extension;
mod keys;
mod rotation;

use account::{AccountKey, AccountKeyError};
use consilium_hospital::{health::Health, Hospital, HospitalConfig};
use extension::Connection;
use sp_core::crypto::Ss58Codec;
use sp_keystore::KeystorePtr;
use sp_panic_handler::AbortGuard;
use std::path::Path;

/// Target of all log lines about the hospital.
pub const LOG_TARGET: &str = "hospital";

/// Starts the hospital configured in `file` (a hospital.toml) with its state in the folder `state`.
/// `on_finished` is called whenever one of its jobs is finished, and must not wait.
///
/// On an error, logs it and returns `None`. The node keeps running: the chain does not depend on one
/// hospital's records.
pub fn start_or_explain(
	file: &Path,
	state: &Path,
	keystore: &KeystorePtr,
	on_finished: impl Fn() + Send + Sync + 'static,
) -> Option<Connection> {
	match start(file, state, keystore, on_finished) {
		Ok((account, connection)) => {
			log::info!(target: LOG_TARGET, "🏥 The hospital of {} takes part as {account}", file.display());
			Some(connection)
		},
		Err(error) => {
			log::error!(
				target: LOG_TARGET,
				"The hospital of {} does not start: {error}. The node runs WITHOUT it: it still validates \
				 if it is a validator, but does not train or attest. Fix the error, run `hospital check \
				 --hospital {}`, and restart the node.",
				file.display(),
				file.display(),
			);
			None
		},
	}
}

/// Why the hospital does not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
	#[error(transparent)]
	Config(#[from] consilium_hospital::ConfigError),
	#[error(transparent)]
	Account(#[from] AccountKeyError),
	#[error(transparent)]
	Start(#[from] consilium_hospital::StartError),
}

fn start(
	file: &Path,
	state: &Path,
	keystore: &KeystorePtr,
	on_finished: impl Fn() + Send + Sync + 'static,
) -> Result<(String, Connection), StartError> {
	let config = HospitalConfig::load(file)?;
	let account = AccountKey::read(&config.keys.account)?;
	// A panic in a job fails only that job; in any other thread of a node it ends the process.
	let guard = AbortGuard::force_unwind;
	let health = Health::new(config, Some(state.into()));
	let handle = Hospital::start_guarded(&health, state, account.public().0, guard, on_finished)?;
	account.insert(keystore.as_ref())?;
	Ok((account.public().to_ss58check(), handle.into()))
}
