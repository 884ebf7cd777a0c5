//! Subjects of audit records as text.

use consilium_primitives::audit::Subject;
use consilium_runtime::AccountId;
use sp_core::crypto::{PublicError, Ss58Codec};
use std::num::ParseIntError;

const FORMS: &str = "expected hospital/<SS58 address>, agreement/<number> or study/<number>";

/// Why a text is no subject.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
	/// It names no kind of subject.
	#[error("subject: `{0}` names no kind of subject; {FORMS}")]
	Kind(String),
	/// The address is wrong.
	#[error("subject: `{address}` is no SS58 address ({reason}); {FORMS}")]
	Address {
		/// What stands after `hospital/`.
		address: String,
		/// What is wrong with it.
		reason: PublicError,
	},
	/// The number is wrong.
	#[error("subject: `{number}` is no number from 0 to 4294967295 ({reason}); {FORMS}")]
	Number {
		/// What stands after `agreement/` or `study/`.
		number: String,
		/// What is wrong with it.
		reason: ParseIntError,
	},
}

/// Longest part of a wrong subject that is repeated in an error, in characters.
const MAX_SHOWN: usize = 64;

/// The subject that `text` names.
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

/// The text that names `subject`, with the generic SS58 prefix.
pub fn to_string(subject: &Subject<AccountId>) -> String {
	match subject {
		Subject::Hospital(account) => format!("hospital/{account}"),
		Subject::Agreement(id) => format!("agreement/{id}"),
		Subject::Study(id) => format!("study/{id}"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_keyring::Sr25519Keyring;

	#[test]
	fn every_subject_reads_back() {
		let alice = Sr25519Keyring::Alice.to_account_id();
		for subject in [Subject::Hospital(alice), Subject::Agreement(0), Subject::Study(u32::MAX)] {
			assert_eq!(parse(&to_string(&subject)).unwrap(), subject);
		}
		assert_eq!(to_string(&Subject::Study(7)), "study/7");
	}

	#[test]
	fn wrong_subjects_are_told_the_right_form() {
		for (text, part) in [
			("", "`` names no kind"),
			("study", "`study` names no kind"),
			("Study/1", "`Study/1` names no kind"),
			("round/1", "`round/1` names no kind"),
			("study/", "`` is no number"),
			("study/-1", "`-1` is no number"),
			("study/4294967296", "`4294967296` is no number"),
			("agreement/1/2", "`1/2` is no number"),
			("hospital/alice", "`alice` is no SS58 address"),
			// The last letter is another: the checksum is wrong.
			("hospital/5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ", "is no SS58 address"),
		] {
			let message = parse(text).unwrap_err().to_string();
			assert!(message.starts_with("subject: ") && message.contains(part), "{text:?}: {message}");
			assert!(message.ends_with(FORMS), "{text:?}: {message}");
		}
	}

	#[test]
	fn long_nonsense_is_not_repeated_in_full() {
		let message = parse(&format!("study/{}", "9".repeat(100_000))).unwrap_err().to_string();
		assert!(message.len() < 300, "{message}");
	}
}
