//! Open this party's shares of the checks.
//!
//! Elements under one challenge say nothing of an update but the numbers that the study opens; under two challenges they say
//! more, for the masks of the sharing are used twice. So this work waits for the finality of the block that its context
//! names, and the chain must name one by which the challenge is decided.

use super::{
	elements::Opening,
	shares::{Reader, ShareFault},
	JobError, Workplace,
};
use consilium_primitives::{
	committee::posts::{Check, Checks},
	job::{Dealt, RoundContext},
	H256,
};

/// One check for each hospital, in the order of `dealt`. A hospital whose shares are missing, altered or not what it
/// committed to is complained of; a store that has no hospital's shares is nobody's fault.
pub(super) fn check(
	workplace: &Workplace,
	context: &RoundContext,
	party: u8,
	challenge: H256,
	dealt: &[Dealt],
) -> Result<Checks, JobError> {
	let reader = Reader::of_party(context, party)?;
	let opening = Opening::new(workplace, context, &reader, challenge)?;
	let mut checks = Vec::with_capacity(dealt.len());
	let (mut store_has_any, mut store_lacks_any) = (false, false);
	for dealt in dealt {
		let share = reader.sealed(workplace, party, dealt)?;
		match &share {
			Err(ShareFault::Blob(_)) => store_lacks_any = true,
			// The store was not asked.
			Err(ShareFault::Length { .. }) => {},
			Ok(_) | Err(ShareFault::Seal(_) | ShareFault::Package(_)) => store_has_any = true,
		}
		checks.push(match share {
			Ok(share) => {
				let elements = opening.elements(&reader, &share)?;
				Check::Elements(elements.try_into().map_err(|_| JobError::TooMany)?)
			},
			Err(fault) => {
				let hospital = hex::encode(dealt.hospital);
				log::warn!(target: "hospital", "complains of the shares of hospital 0x{hospital}: {fault}");
				Check::Complaint
			},
		});
	}
	// Rather this party's store than everybody's fault.
	if store_lacks_any && !store_has_any {
		return Err(JobError::NothingInStore("shares for this party"));
	}
	checks.try_into().map_err(|_| JobError::TooMany)
}
