//! Transactions of the off-chain worker that the pool refuses.

use crate::hospital::LOG_TARGET;
use pallet_hospital_registry::NOT_A_MEMBER;
use sc_transaction_pool_api::{
	error::{Error, IntoPoolError},
	LocalTransactionFor, LocalTransactionPool,
};
use sp_runtime::{
	traits::Block as BlockT,
	transaction_validity::{InvalidTransaction, TransactionValidityError},
};
use std::sync::Arc;

/// A pool whose refusals are logged with their reason, and counted by `count`.
pub struct Explained<P, F> {
	pool: Arc<P>,
	count: F,
}

impl<P, F> Explained<P, F> {
	/// Submits to `pool`.
	pub fn new(pool: Arc<P>, count: F) -> Self {
		Self { pool, count }
	}
}

impl<P: LocalTransactionPool, F: Fn(&'static str) + Send + Sync> LocalTransactionPool for Explained<P, F> {
	type Block = P::Block;
	/// The off-chain worker is told only whether it worked.
	type Hash = ();
	type Error = Error;

	fn submit_local(
		&self,
		at: <Self::Block as BlockT>::Hash,
		transaction: LocalTransactionFor<Self>,
	) -> Result<(), Error> {
		let Err(error) = self.pool.submit_local(at, transaction) else { return Ok(()) };
		let error = match error.into_pool_error() {
			Ok(error) => error,
			Err(other) => {
				(self.count)("other");
				log::warn!(target: LOG_TARGET, "the pool refused a transaction of this hospital: {other}");
				return Err(Error::ImmediatelyDropped);
			},
		};
		match explain(&error) {
			// Outcomes are submitted again with the same nonce until they are in a block.
			None => {
				log::debug!(target: LOG_TARGET, "a transaction is in the pool already: {error}");
				Ok(())
			},
			Some((reason, words)) => {
				(self.count)(reason);
				log::warn!(target: LOG_TARGET, "the pool refused a transaction of this hospital: {words}");
				Err(error)
			},
		}
	}
}

/// A label and words for a refusal; `None` for a copy of what is in the pool.
fn explain(error: &Error) -> Option<(&'static str, String)> {
	let (label, words) = match error {
		Error::AlreadyImported(_) | Error::TooLowPriority { .. } => return None,
		Error::InvalidTransaction(InvalidTransaction::Stale) => {
			let words = "a transaction with its nonce is in a block already; the next pass makes another";
			("stale", words.into())
		},
		Error::InvalidTransaction(InvalidTransaction::Custom(NOT_A_MEMBER)) => (
			"not-a-member",
			"its account is not a member, or is suspended; see the check `member` in `consilium-node \
			 hospital status`"
				.into(),
		),
		Error::InvalidTransaction(invalid) => {
			("invalid", <&'static str>::from(TransactionValidityError::Invalid(*invalid)).into())
		},
		Error::TemporarilyBanned => {
			("banned", "it was invalid a short while ago; a later pass makes another".into())
		},
		Error::ImmediatelyDropped => {
			("full", "the pool is full; raise --pool-limit, or wait until others are in blocks".into())
		},
		other => ("other", other.to_string()),
	};
	Some((label, words))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn copies_are_no_refusals_and_all_else_has_words() {
		assert_eq!(explain(&Error::TooLowPriority { old: 1, new: 1 }), None);
		assert_eq!(explain(&Error::AlreadyImported(Box::new(()))), None);
		for (error, label, word) in [
			(Error::ImmediatelyDropped, "full", "--pool-limit"),
			(Error::InvalidTransaction(InvalidTransaction::Stale), "stale", "nonce"),
			(Error::InvalidTransaction(InvalidTransaction::Custom(NOT_A_MEMBER)), "not-a-member", "`member`"),
			(Error::InvalidTransaction(InvalidTransaction::BadProof), "invalid", "signature"),
			(Error::CycleDetected, "other", "cyclic"),
		] {
			let (found, words) = explain(&error).unwrap();
			assert_eq!(found, label);
			assert!(words.contains(word), "{words}");
		}
	}
}
