//! Who may read a file with a secret.

use std::{
	fs::Metadata,
	os::unix::fs::{MetadataExt, PermissionsExt},
};

/// User ID of root.
const ROOT: u32 = 0;

/// The permission bits of a file with a secret that others than its owner may read or write; `None` if it is
/// private.
///
/// The group of a file of root may read it, as PostgreSQL allows for its TLS key: a secret that an
/// orchestrator mounts belongs to root and reaches a program that is not root through a group (Kubernetes:
/// `fsGroup`, mode 440), on a mount on which nobody can change modes.
pub fn open_to_others(file: &Metadata) -> Option<u32> {
	let mode = file.permissions().mode() & 0o777;
	let forbidden = if file.uid() == ROOT { 0o037 } else { 0o077 };
	(mode & forbidden != 0).then_some(mode)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::fs::{self, Permissions};

	#[test]
	fn only_the_group_of_a_file_of_root_may_read_it() {
		let file = tempfile::NamedTempFile::new().unwrap();
		let is_root = fs::metadata(file.path()).unwrap().uid() == ROOT;
		let with_mode = |mode| {
			fs::set_permissions(file.path(), Permissions::from_mode(mode)).unwrap();
			open_to_others(&fs::metadata(file.path()).unwrap())
		};
		for private in [0o400, 0o600, 0o700] {
			assert_eq!(with_mode(private), None, "{private:o}");
		}
		for group in [0o440, 0o640] {
			assert_eq!(with_mode(group).is_none(), is_root, "{group:o}");
		}
		for open in [0o620, 0o610, 0o660, 0o604, 0o602, 0o601, 0o444, 0o777] {
			assert_eq!(with_mode(open), Some(open), "{open:o}");
		}
	}
}
