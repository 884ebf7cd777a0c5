//! How this pallet's events are recorded in the audit trail.

use crate::{Config, Event, Pallet};
use consilium_primitives::{
	audit::{Action, Subject},
	traits::{Audit, Fact},
};

impl<T: Config> Fact<T::AccountId> for Event<T> {
	fn action(&self) -> Action {
		match self {
			Self::AgreementProposed { .. } => Action::AgreementProposed,
			Self::AgreementSigned { .. } => Action::AgreementSigned,
			Self::AgreementActivated { .. } => Action::AgreementActivated,
			Self::AgreementRevoked { .. } => Action::AgreementRevoked,
			Self::__Ignore(_, never) => match *never {},
		}
	}

	fn subject(&self) -> Subject<T::AccountId> {
		match self {
			Self::AgreementProposed { agreement, .. }
			| Self::AgreementSigned { agreement, .. }
			| Self::AgreementActivated { agreement, .. }
			| Self::AgreementRevoked { agreement, .. } => Subject::Agreement(*agreement),
			Self::__Ignore(_, never) => match *never {},
		}
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn tell(actor: &T::AccountId, fact: Event<T>) {
		T::Audit::tell(Some(actor), fact);
	}
}
