//! State on disk.

use super::mock::Town;
use crate::state::{Entry, State, StateError};
use consilium_primitives::job::{JobId, JobKind};
use proptest::prelude::*;
use std::{fs, os::unix::fs::PermissionsExt};

const TRAINED: Entry = Entry::Outcome(JobKind::Train);

const KINDS: [JobKind; 7] = [
	JobKind::Train,
	JobKind::Check,
	JobKind::Answer,
	JobKind::Judge,
	JobKind::Aggregate,
	JobKind::Attest,
	JobKind::Delete,
];

fn id() -> JobId {
	Town::new().train(0, 1, None).id()
}

#[test]
fn only_the_owner_may_read_the_state() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("deep/state");
	let state = State::open(&path).unwrap();
	state.save(&id(), TRAINED, &1u32).unwrap();
	let mut inside = path;
	loop {
		let metadata = fs::metadata(&inside).unwrap();
		let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
		assert_eq!(metadata.permissions().mode() & 0o777, expected, "{}", inside.display());
		if metadata.is_file() {
			break;
		}
		inside = fs::read_dir(&inside).unwrap().next().unwrap().unwrap().path();
	}
}

#[test]
fn each_entry_of_each_job_has_its_own_file() {
	let folder = tempfile::tempdir().unwrap();
	let state = State::open(folder.path()).unwrap();
	let first = id();
	let mut others = [first; 5];
	others[0].round.study += 1;
	others[1].round.round += 1;
	others[2].round.attempt += 1;
	others[3].hospital[0] ^= 1;
	others[4].genesis.0[0] ^= 1;
	state.save(&first, TRAINED, &7u32).unwrap();
	for other in &others {
		assert_eq!(state.load::<u32>(other, TRAINED).unwrap(), None);
	}
	let entries: Vec<Entry> =
		KINDS.into_iter().flat_map(|kind| [Entry::Outcome(kind), Entry::Publishing(kind)]).collect();
	for entry in entries.iter().filter(|entry| **entry != TRAINED) {
		assert_eq!(state.load::<u32>(&first, *entry).unwrap(), None, "{entry:?}");
	}
	for (value, entry) in (0u32..).zip(&entries) {
		state.save(&first, *entry, &value).unwrap();
	}
	for (value, entry) in (0u32..).zip(&entries) {
		assert_eq!(state.load(&first, *entry).unwrap(), Some(value), "{entry:?}");
	}
}

#[test]
fn a_path_that_is_not_a_folder_is_named() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("file");
	fs::write(&path, b"").unwrap();
	let error = State::open(&path).err().unwrap();
	assert!(error.to_string().contains(&path.display().to_string()), "{error}");
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn a_changed_file_is_damaged(
		value in proptest::collection::vec(any::<u8>(), 0..100),
		position in any::<prop::sample::Index>(),
		cut in any::<prop::sample::Index>(),
	) {
		let folder = tempfile::tempdir().unwrap();
		let state = State::open(folder.path()).unwrap();
		let id = id();
		state.save(&id, TRAINED, &value).unwrap();
		prop_assert_eq!(state.load(&id, TRAINED).unwrap(), Some(value));

		let account = hex::encode(&id.hospital[..8]);
		let path = folder.path().join("07".repeat(8)).join(account).join("0/1-1-train.outcome");
		let bytes = fs::read(&path).unwrap();
		let mut flipped = bytes.clone();
		flipped[position.index(bytes.len())] ^= 1;
		for wrong in [flipped, bytes[..cut.index(bytes.len())].to_vec(), [bytes.as_slice(), &[0]].concat()] {
			fs::write(&path, wrong).unwrap();
			let damaged = matches!(state.load::<Vec<u8>>(&id, TRAINED), Err(StateError::Damaged { .. }));
			prop_assert!(damaged);
		}
	}
}
