//! What to do about a database that cannot be opened.

use sc_service::Error;
use sp_blockchain::Error as ChainError;
use std::path::Path;

/// Adds the remedy to the error of a database that another node uses, or that was cut short, as by a full
/// disk. `path` is its folder.
pub fn explain(error: Error, path: Option<&Path>) -> sc_cli::Error {
	let (Error::Client(fault), Some(path)) = (&error, path) else { return sc_cli::Error::Service(error) };
	let remedy = match (fault, fault.to_string()) {
		(_, text) if text.contains("Incompatible pruning") => return sc_cli::Error::Service(error),
		(ChainError::Backend(_) | ChainError::StateDatabase(_) | ChainError::DatabaseError(_), text) => {
			if text.contains("in use") {
				"Another node runs with it; stop that one, or give this one another --base-path".to_owned()
			} else {
				format!(
					"If the disk was full, or the node was killed while it wrote, free some space, remove \
					 the folder {path} and start the node again: it fetches the blocks from its peers. \
					 Remove nothing beside that folder: `keystore`, `network` and `hospital` hold keys and \
					 what the hospital has published",
					path = path.display(),
				)
			}
		},
		_ => return sc_cli::Error::Service(error),
	};
	let message = format!("the database {} cannot be opened: {fault}. {remedy}", path.display());
	sc_cli::Error::Application(message.into())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_database_that_cannot_be_opened_is_named_with_the_remedy() {
		let path = Path::new("data/chains/consortium/paritydb");
		let explained =
			|fault: &str, path| explain(Error::Client(ChainError::Backend(fault.into())), path).to_string();
		let message = explained("Invalid metadata", Some(path));
		for part in ["Invalid metadata", "remove the folder data/chains/consortium/paritydb", "`hospital`"] {
			assert!(message.contains(part), "{message}");
		}
		let message = explained("Database file is in use. (os error 11)", Some(path));
		assert!(message.contains("--base-path") && !message.contains("remove"), "{message}");
		// In memory there is nothing to remove, and other errors have other remedies.
		assert!(!explained("Invalid metadata", None).contains("remove"));
		assert!(!explained("Incompatible pruning modes", Some(path)).contains("remove"));
		let other = Error::Other("the port is taken".into());
		assert!(!explain(other, Some(path)).to_string().contains("remove"));
	}
}
