//! Parsing of the subjects of audit records.

use consilium_primitives::audit::Subject;
use consilium_runtime::AccountId;
use sp_core::crypto::{PublicError, Ss58Codec};
use std::num::ParseIntError;

const FORMS: &str = "expected hospital/<SS58 address>, agreement/<number> or study/<number>";

/// Why a text is not a subject.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
	/// Unknown kind.
	#[error("subject: `{0}` does not name a kind of subject; {FORMS}")]
	Kind(String),
	/// Invalid address.
	#[error("subject: `{address}` is not an SS58 address ({reason}); {FORMS}")]
	Address {
		/// The text after `hospital/`.
		address: String,
		/// The reason.
		reason: PublicError,
	},
	/// Invalid number.
	#[error("subject: `{number}` is not a number from 0 to 4294967295 ({reason}); {FORMS}")]
	Number {
		/// The text after `agreement/` or `study/`.
		number: String,
		/// The reason.
		reason: ParseIntError,
	},
}

/// Maximum number of characters of an invalid subject that an error quotes.
const MAX_SHOWN: usize = 64;

/// Parses a subject.
pub fn parse(text: &str) -> Result<Subject<AccountId>, SubjectError> {
	let shown = |part: &str| part.chars().take(MAX_SHOWN).collect::<String>();
	let number =
		|part: &str| part.parse().map_err(|reason| SubjectError::Number { number: shown(part), reason });
	match text.split_once('/') {
		Some(("hospital", address)) => AccountId::from_ss58check(address)
			.map(Subject::Hospital)
			.map_err(|reason| SubjectError::Address { address: shown(address), reason }),
		Some(("agreement", id)) => number(id).map(Subject::Agreement),
		Some(("study", id)) => number(id).map(Subject::Study),
		_ => Err(SubjectError::Kind(shown(text))),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_keyring::Sr25519Keyring;

	#[test]
	fn every_subject_round_trips() {
		let alice = Sr25519Keyring::Alice.to_account_id();
		for subject in [Subject::Hospital(alice), Subject::Agreement(0), Subject::Study(u32::MAX)] {
			assert_eq!(parse(&subject.to_string()).unwrap(), subject);
		}
		assert_eq!(Subject::<AccountId>::Study(7).to_string(), "study/7");
	}

	#[test]
	fn errors_name_the_valid_forms() {
		for (text, part) in [
			("", "`` does not name a kind"),
			("study", "`study` does not name a kind"),
			("Study/1", "`Study/1` does not name a kind"),
			("round/1", "`round/1` does not name a kind"),
			("study/", "`` is not a number"),
			("study/-1", "`-1` is not a number"),
			("study/4294967296", "`4294967296` is not a number"),
			("agreement/1/2", "`1/2` is not a number"),
			("hospital/alice", "`alice` is not an SS58 address"),
			// The last character is altered, so the checksum fails.
			("hospital/5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ", "is not an SS58 address"),
		] {
			let message = parse(text).unwrap_err().to_string();
			assert!(message.starts_with("subject: ") && message.contains(part), "{text:?}: {message}");
			assert!(message.ends_with(FORMS), "{text:?}: {message}");
		}
	}

	#[test]
	fn long_input_is_not_quoted_in_full() {
		let message = parse(&format!("study/{}", "9".repeat(100_000))).unwrap_err().to_string();
		assert!(message.len() < 300, "{message}");
	}
}
