//! How this pallet's events are recorded in the audit trail.

use crate::{Config, Event, Pallet};
use consilium_primitives::{
	audit::{Action, Subject},
	traits::{Audit, Fact},
};

impl<T: Config> Fact<T::AccountId> for Event<T> {
	fn action(&self) -> Action {
		match self {
			Self::HospitalAdmitted { .. } => Action::HospitalAdmitted,
			Self::HospitalSuspended { .. } => Action::HospitalSuspended,
			Self::HospitalReinstated { .. } => Action::HospitalReinstated,
			Self::HospitalRemoved { .. } => Action::HospitalRemoved,
			Self::RolesChanged { .. } => Action::RolesChanged,
			Self::KeysChanged { .. } => Action::KeysChanged,
			Self::__Ignore(_, never) => match *never {},
		}
	}

	fn subject(&self) -> Subject<T::AccountId> {
		match self {
			Self::HospitalAdmitted { hospital, .. }
			| Self::HospitalSuspended { hospital }
			| Self::HospitalReinstated { hospital }
			| Self::HospitalRemoved { hospital }
			| Self::RolesChanged { hospital, .. }
			| Self::KeysChanged { hospital, .. } => Subject::Hospital(hospital.clone()),
			Self::__Ignore(_, never) => match *never {},
		}
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn tell(actor: Option<&T::AccountId>, fact: Event<T>) {
		T::Audit::tell(actor, fact);
	}
}
