//! Who is waited for: members that were silent are not, until they are heard again.

use crate::{Config, Event, Pallet};
use alloc::vec::Vec;
use consilium_primitives::{
	study::{Absence, Duty, RoundKey, Study},
	RoundNumber,
};

/// Whether a round waits for a member with this duty. It waits for everybody but those that are absent. One
/// that is heard again is waited for from the next round on; one that is silent again in spite of it after
/// 2, 4, 8, ... rounds, so that a member that is heard and never does its duty costs less and less.
pub fn is_awaited<AccountId: PartialEq>(
	absent: &[Absence<AccountId>],
	round: RoundNumber,
	member: &AccountId,
	duty: Duty,
) -> bool {
	absent.iter().find(|one| one.member == *member && one.duty == duty).is_none_or(|one| is_over(one, round))
}

/// Whether somebody that was absent is waited for again.
fn is_over<AccountId>(absence: &Absence<AccountId>, round: RoundNumber) -> bool {
	let rounds = 1u32.checked_shl(absence.misses.saturating_sub(1)).unwrap_or(RoundNumber::MAX);
	absence.heard && round >= absence.round.saturating_add(rounds)
}

impl<T: Config> Pallet<T> {
	/// `member` did something in a study. Returns whether that is news: then the study has changed.
	pub(crate) fn note_heard(
		key: RoundKey,
		study: &mut Study<T::AccountId>,
		member: &T::AccountId,
		duty: Duty,
	) -> bool {
		let mut absences = study.absent.iter_mut();
		let silent = absences.find(|one| one.member == *member && one.duty == duty && !one.heard);
		let Some(absence) = silent else { return false };
		absence.heard = true;
		let member = member.clone();
		Self::tell(Some(&member.clone()), Event::MemberReturned { round: key, member, duty });
		true
	}

	/// These members were silent until a deadline. Those that nobody waited for are as absent as before.
	pub(crate) fn note_silent(
		key: RoundKey,
		study: &mut Study<T::AccountId>,
		silent: Vec<(T::AccountId, Duty)>,
	) {
		for (member, duty) in silent {
			if !is_awaited(&study.absent, key.round, &member, duty) {
				continue;
			}
			let round = key.round;
			let before = study.absent.iter_mut().find(|one| one.member == member && one.duty == duty);
			if let Some(absence) = before {
				*absence = Absence {
					round,
					heard: false,
					misses: absence.misses.saturating_add(1),
					..absence.clone()
				};
			} else {
				let absence = Absence { member: member.clone(), duty, round, misses: 1, heard: false };
				// Every member has room once for each of its duties.
				let _ = study.absent.try_push(absence);
			}
			Self::tell(None, Event::MemberAbsent { round: key, member, duty });
		}
	}

	/// A round is final: those that it waited for again have done their duty.
	pub(crate) fn forget_absences(study: &mut Study<T::AccountId>, round: RoundNumber) {
		study.absent.retain(|absence| !is_over(absence, round));
	}
}
