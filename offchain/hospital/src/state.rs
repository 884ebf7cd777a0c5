//! What is remembered of jobs on disk.
//!
//! ```text
//! <state>/<genesis>/<account>/<study>/<round>-<attempt>-train.outcome      update or its shares, commitment
//!                                     <round>-<attempt>-train.publishing   hash of the commitment's contents
//!                                     <round>-<attempt>-commit-nonce.outcome  nonce of a party
//!                                     <round>-<attempt>-check.outcome      opened elements and complaints
//!                                     <round>-<attempt>-answer.outcome     references of published packages
//!                                     <round>-<attempt>-answer.publishing  points of their parties
//!                                     <round>-<attempt>-judge.outcome      judgements
//!                                     <round>-<attempt>-aggregate.outcome  reference of the partial sum
//!                                     <round>-<attempt>-attest.outcome     verdict, metrics
//! ```
//!
//! `<genesis>` and `<account>` are the first 16 hexadecimal digits; folders have mode 700, files 600. A file
//! is a magic number, the SHA-256 of the rest, and the rest in SCALE. It is written whole or not at all, and
//! is durable when [`State::save`] returns. Some files hold updates and the secrets of their shares; their
//! bytes are zeroed in memory after writing and reading.

use crate::secret_file::{create_private_folder, write_private, TEMPORARY};
use codec::{Decode, DecodeAll, Encode};
use consilium_primitives::job::{JobId, JobKind};
use sha2::{Digest, Sha256};
use std::{
	io,
	path::{Path, PathBuf},
	sync::{Mutex, PoisonError},
};
use zeroize::Zeroizing;

/// Rounds of a study that are remembered.
pub const ROUNDS_KEPT: u32 = 8;

const MARK: &[u8; 8] = b"CSLMjob1";
const HASH_BYTES: usize = 32;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
	/// The result of a job of this kind.
	Outcome(JobKind),
	/// What it is publishing, or has published.
	Publishing(JobKind),
}

/// Why state cannot be saved or loaded.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
	/// A file cannot be read or written.
	#[error("cannot use {} in the hospital's state: {source}", path.display())]
	Unusable {
		/// The file or folder.
		path: PathBuf,
		/// The system's reason.
		source: io::Error,
	},
	/// A file was changed since it was written.
	#[error("{} in the hospital's state is damaged", path.display())]
	Damaged {
		/// The file.
		path: PathBuf,
	},
}

/// The folder with a hospital's state.
pub struct State {
	folder: PathBuf,
	/// Held while files are written: [`State::prune`] must not take one thread's half-written file for that
	/// of a crash.
	writing: Mutex<()>,
}

impl State {
	/// Opens a folder, which is created if missing.
	pub fn open(folder: &Path) -> Result<Self, StateError> {
		create_private_folder(folder)
			.map_err(|source| StateError::Unusable { path: folder.into(), source })?;
		Ok(Self { folder: folder.into(), writing: Mutex::default() })
	}

	/// The saved value; `None` if nothing was saved.
	pub fn load<T: Decode>(&self, id: &JobId, entry: Entry) -> Result<Option<T>, StateError> {
		let path = self.path(id, entry);
		let bytes = match std::fs::read(&path) {
			Ok(bytes) => Zeroizing::new(bytes),
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
			Err(source) => return Err(StateError::Unusable { path, source }),
		};
		match unframe(&bytes) {
			Some(value) => Ok(Some(value)),
			None => Err(StateError::Damaged { path }),
		}
	}

	/// Saves a value in place of what was saved before.
	pub fn save(&self, id: &JobId, entry: Entry, value: &impl Encode) -> Result<(), StateError> {
		let path = self.path(id, entry);
		let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
		write_private(&path, &frame(value), true).map_err(|source| StateError::Unusable { path, source })
	}

	/// Deletes all but the last [`ROUNDS_KEPT`] rounds of the job's study, the job's round being the last,
	/// and files that a crash left half written.
	pub fn prune(&self, id: &JobId) -> Result<(), StateError> {
		let folder = self.study(id);
		let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
		let prune = || -> io::Result<()> {
			for file in std::fs::read_dir(&folder)? {
				let file = file?;
				let name = file.file_name().to_string_lossy().into_owned();
				let round = name.split('-').next().and_then(|round| round.parse::<u32>().ok());
				if name.starts_with(TEMPORARY)
					|| round.is_some_and(|round| is_forgotten(round, id.round.round))
				{
					std::fs::remove_file(file.path())?;
				}
			}
			Ok(())
		};
		prune().map_err(|source| StateError::Unusable { path: folder.clone(), source })
	}

	fn study(&self, id: &JobId) -> PathBuf {
		self.folder
			.join(hex::encode(&id.genesis.as_bytes()[..8]))
			.join(hex::encode(&id.hospital[..8]))
			.join(id.round.study.to_string())
	}

	fn path(&self, id: &JobId, entry: Entry) -> PathBuf {
		let (kind, content) = match entry {
			Entry::Outcome(kind) => (kind, "outcome"),
			Entry::Publishing(kind) => (kind, "publishing"),
		};
		let kind = kind_name(kind);
		self.study(id).join(format!("{}-{}-{kind}.{content}", id.round.round, id.round.attempt))
	}
}

/// Whether `round` is no longer remembered once there is `newest`.
pub fn is_forgotten(round: u32, newest: u32) -> bool {
	round <= newest.saturating_sub(ROUNDS_KEPT)
}

fn frame(value: &impl Encode) -> Zeroizing<Vec<u8>> {
	let start = MARK.len() + HASH_BYTES;
	// One allocation of full size: growing would leave copies behind.
	let mut bytes = Zeroizing::new(Vec::with_capacity(start + value.encoded_size()));
	bytes.extend(MARK);
	bytes.extend([0; HASH_BYTES]);
	value.encode_to(&mut *bytes);
	let hash = Sha256::digest(&bytes[start..]);
	bytes[MARK.len()..start].copy_from_slice(&hash);
	bytes
}

fn unframe<T: Decode>(bytes: &[u8]) -> Option<T> {
	let (hash, body) = bytes.strip_prefix(MARK)?.split_at_checked(HASH_BYTES)?;
	(Sha256::digest(body).as_slice() == hash).then(|| T::decode_all(&mut &body[..]).ok())?
}

/// The name of a kind of job, in the files of the state and in metrics.
pub fn kind_name(kind: JobKind) -> &'static str {
	match kind {
		JobKind::Train => "train",
		JobKind::Check => "check",
		JobKind::Answer => "answer",
		JobKind::Judge => "judge",
		JobKind::Aggregate => "aggregate",
		JobKind::Attest => "attest",
		JobKind::Delete => "delete",
		JobKind::CommitNonce => "commit-nonce",
		JobKind::RevealNonce => "reveal-nonce",
	}
}
