//! For tests: whether the records of a block follow from its events' bytes alone.

use crate::{Config, Event, Pallet};
use codec::{DecodeAll, Encode};
use consilium_primitives::{
	audit::{Action, Subject},
	traits::{Audit, Fact},
};
use scale_info::{TypeDef, TypeInfo};
use sp_io::hashing::blake2_256;

/// Reads action and subject of an event, if it is a fact.
pub type Reader<T> = fn(
	&<T as frame_system::Config>::RuntimeEvent,
) -> Option<(Action, Subject<<T as frame_system::Config>::AccountId>)>;

impl<T: Config> Pallet<T>
where
	T::RuntimeEvent: TryInto<Event<T>>,
{
	/// The newest event that is followed by its record, if the record is the last event.
	pub fn last_fact() -> Option<T::RuntimeEvent> {
		let mut events: Vec<_> = frame_system::Pallet::<T>::read_events_no_consensus().collect();
		events.pop()?.event.try_into().ok()?;
		events.pop().map(|fact| fact.event)
	}

	/// Checks the events so far: exactly the facts are followed by a record, and action, subject and detail
	/// of the record follow from the bytes of the fact.
	pub fn check_events(read: Reader<T>) -> Result<(), String> {
		let mut due = None;
		for event in frame_system::Pallet::<T>::read_events_no_consensus().map(|record| record.event) {
			let bytes = event.encode();
			let recorded: Option<Event<T>> = event.try_into().ok();
			match (due.take(), recorded) {
				(Some(expected), Some(Event::Recorded { record, .. })) => {
					let found = (record.action, record.subject, record.detail.0);
					if found != expected {
						return Err(format!("{found:?} was recorded instead of {expected:?}"));
					}
				},
				(None, None) => {
					let event = T::RuntimeEvent::decode_all(&mut &bytes[..]).map_err(|e| format!("{e}"))?;
					due = read(&event).map(|(action, subject)| (action, subject, blake2_256(&bytes)));
				},
				(Some(expected), _) => return Err(format!("{expected:?} was not recorded")),
				(None, _) => return Err("a record follows no fact".into()),
			}
		}
		due.map_or(Ok(()), |expected| Err(format!("{expected:?} was not recorded")))
	}

	/// Tells each of these facts, one for every variant of a pallet's event, in the order of the variants;
	/// each must bear the name of its action.
	pub fn check_facts<F>(facts: Vec<F>, read: Reader<T>) -> Result<(), String>
	where
		F: Fact<T::AccountId> + Into<T::RuntimeEvent> + TypeInfo,
	{
		let TypeDef::Variant(variants) = F::type_info().type_def else { return Err("no enum".into()) };
		let expected: Vec<String> = variants.variants.iter().map(|variant| variant.name.into()).collect();
		let actions: Vec<String> = facts.iter().map(|fact| format!("{:?}", fact.action())).collect();
		if actions != expected {
			return Err(format!("the facts are {actions:?}, the variants {expected:?}"));
		}
		for fact in facts {
			Self::tell(None, fact);
			Self::check_events(read)?;
		}
		Ok(())
	}
}
