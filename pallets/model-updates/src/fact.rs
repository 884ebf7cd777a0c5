//! How this pallet's events are recorded in the audit trail.

use crate::{Config, Event, Pallet};
use consilium_primitives::{
	audit::{Action, Subject},
	traits::{Audit, Fact},
};

impl<T: Config> Fact<T::AccountId> for Event<T> {
	fn action(&self) -> Action {
		match self {
			Self::UpdateCommitted { .. } => Action::UpdateCommitted,
			Self::UpdateDeleted { .. } => Action::UpdateDeleted,
			Self::__Ignore(_, never) => match *never {},
		}
	}

	fn subject(&self) -> Subject<T::AccountId> {
		match self {
			Self::UpdateCommitted { round, .. } | Self::UpdateDeleted { round, .. } => {
				Subject::Study(round.study)
			},
			Self::__Ignore(_, never) => match *never {},
		}
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn tell(actor: &T::AccountId, fact: Event<T>) {
		T::Audit::tell(Some(actor), fact);
	}
}
