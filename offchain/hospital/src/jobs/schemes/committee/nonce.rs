//! Choose a nonce for the challenge, commit to it, and reveal it.
//!
//! The nonce is saved before the commitment to it leaves, so that a restart in between reveals what was
//! committed to. It must not leave before all updates are fixed: so revealing waits for the finality of the
//! block that ended Collecting, as every job of a phase does.

use super::InCommittee;
use crate::{
	jobs::{resources::Saved, JobError},
	keys::random,
	state::Entry,
};
use consilium_primitives::{
	committee::challenge::{nonce_commitment, Nonce},
	job::{JobId, JobKind},
	H256,
};

impl InCommittee<'_> {
	/// The commitment to this party's nonce.
	pub(super) fn commit_nonce(&self, id: &JobId) -> Result<H256, JobError> {
		let nonce: Nonce = self.resources.once(id, || Ok(*random()?))?;
		Ok(self.commitment(&nonce))
	}

	/// The nonce that this party committed to in this attempt.
	pub(super) fn reveal_nonce(&self, id: &JobId, commitment: H256) -> Result<Nonce, JobError> {
		let saved: Option<Saved<Nonce>> =
			self.resources.state.load(id, Entry::Outcome(JobKind::CommitNonce))?;
		let nonce = saved.map(|saved| saved.result).filter(|nonce| self.commitment(nonce) == commitment);
		nonce.ok_or(JobError::NoNonce)
	}

	fn commitment(&self, nonce: &Nonce) -> H256 {
		let context = self.context;
		nonce_commitment(context.genesis, context.round, &context.hospital, nonce)
	}
}
