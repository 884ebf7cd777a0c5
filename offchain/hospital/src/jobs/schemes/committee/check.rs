//! Open this party's shares of the checks.
//!
//! Elements under one challenge reveal nothing of an update but the numbers that the study opens; under two
//! challenges they reveal more, because the masks of the sharing are used twice. So this work waits for the
//! finality of the block that its context names, and the chain must name one by which the challenge is
//! decided.

use super::{opening::Opening, shares::ShareFault, InCommittee};
use crate::jobs::JobError;
use consilium_primitives::{
	committee::posts::{Check, Checks},
	job::Dealt,
	H256,
};

impl InCommittee<'_> {
	/// One check for each hospital, in the order of `dealt`: a complaint where the shares are missing,
	/// altered or not what the hospital committed to. When the store has no hospital's shares the job fails
	/// instead.
	pub(super) fn check(&self, party: u8, challenge: H256, dealt: &[Dealt]) -> Result<Checks, JobError> {
		self.ensure_party(party)?;
		let opening = Opening::new(self, challenge)?;
		let mut checks = Vec::with_capacity(dealt.len());
		let (mut store_has_any, mut store_lacks_any) = (false, false);
		for dealt in dealt {
			let share = self.share(party, dealt)?;
			match &share {
				Err(ShareFault::Blob(_)) => store_lacks_any = true,
				// The store was not asked.
				Err(ShareFault::Length { .. }) => {},
				Ok(_) | Err(ShareFault::Seal(_) | ShareFault::Package(_)) => store_has_any = true,
			}
			checks.push(match share {
				Ok(share) => {
					let elements = opening.elements(&share)?;
					Check::Elements(elements.try_into().map_err(|_| JobError::TooMany)?)
				},
				Err(fault) => {
					let hospital = hex::encode(dealt.hospital);
					log::warn!(target: "hospital", "rejects the shares of hospital 0x{hospital}: {fault}");
					Check::Complaint
				},
			});
		}
		// More likely this party's store than a fault of every hospital.
		if store_lacks_any && !store_has_any {
			return Err(JobError::NothingInStore("shares for this party"));
		}
		checks.try_into().map_err(|_| JobError::TooMany)
	}
}
