//! Jobs of the parties of a committee, and of hospitals whose shares are disputed.

use super::round::CommitteeRound;
use crate::{
	schemes::{Attempt, Working},
	Committees, Config,
};
use alloc::vec::Vec;
use consilium_primitives::{
	commitment::{BlobReference, Commitment},
	committee::{assessment::Assessment, progress::Dealer, Committee},
	hospital::SealingIdentity,
	job::{AnsweredDispute, Dealt, Inputs, Job, RoundContext},
	study::Phase,
	traits::{Commitments, Members},
};

impl<T: Config> Working<T> for Committee<T::AccountId> {
	fn receivers(&self) -> Option<Vec<SealingIdentity>> {
		self.parties.iter().map(T::Members::sealing_identity).collect()
	}

	fn next_step(&self, attempt: &Attempt<T>, context: RoundContext, account: &T::AccountId) -> Option<Job> {
		let mut of = CommitteeRound::<T>::of(attempt, self);
		match attempt.round.phase {
			Phase::Collecting => {
				of.machine().may_commit_nonce(account).ok()?;
				Some(Job::CommitNonce { context })
			},
			Phase::Revealing => {
				// The block that ended Collecting must be final: a nonce that is known before could be used
				// to choose an update.
				let commitment = of.machine().may_reveal_nonce(account).ok()?;
				let party = self.point_of(account)?;
				let dealt = dealt::<T>(&of, &context, party, |_| true);
				Some(Job::RevealNonce { context, commitment, party, dealt })
			},
			Phase::Checking => {
				// The block of the challenge must be final: under two challenges more would be opened than
				// under one.
				let party = of.machine().may_check(account).ok()?;
				let challenge = of.progress.challenge?;
				let dealt = dealt::<T>(&of, &context, party, |_| true);
				Some(Job::Check { context, party, challenge, dealt })
			},
			Phase::Answering => {
				of.machine().may_answer(account).ok()?;
				let own = of.progress.disputes.iter().filter(|dispute| dispute.hospital == *account);
				let parties = own.map(|dispute| dispute.party).collect();
				Some(Job::Answer { context, parties })
			},
			Phase::Judging => {
				of.machine().may_judge(account).ok()?;
				let challenge = of.progress.challenge?;
				let disputes = answered::<T>(&mut of, &context)?;
				Some(Job::Judge { context, challenge, disputes })
			},
			Phase::Aggregating => {
				let party = of.machine().may_aggregate(account).ok()?;
				let dealt = dealt::<T>(&of, &context, party, |dealer| dealer.factor > 0);
				Some(Job::Aggregate { context, party, dealt })
			},
			_ => None,
		}
	}

	fn inputs(&self, attempt: &Attempt<T>) -> Option<Inputs> {
		let of = CommitteeRound::<T>::of(attempt, self);
		let commitments = T::Commitments::of_round(attempt.key.study, attempt.key.round);
		let weights = of.progress.dealers.iter().filter_map(|dealer| {
			let (_, commitment) = commitments.iter().find(|(hospital, _)| *hospital == dealer.hospital)?;
			Some(weight::<T>(&of, dealer, commitment))
		});
		let total_weight = weights.fold(0u64, u64::saturating_add);
		Some(Inputs::Partials { partials: of.progress.partials.to_vec(), total_weight })
	}

	/// The shares, those that were published in a dispute, and the partial aggregate.
	fn published(
		&self,
		attempt: &Attempt<T>,
		account: &T::AccountId,
		commitment: &Commitment,
	) -> Vec<BlobReference> {
		let mut blobs = commitment.blobs.to_vec();
		if let Some(progress) = Committees::<T>::get(attempt.key.study, attempt.key.round) {
			let own = progress.disputes.iter().filter(|dispute| dispute.hospital == *account);
			blobs.extend(own.filter_map(|dispute| dispute.answer));
			let party = self.point_of(account);
			let own = progress.partials.iter().filter(|partial| Some(partial.party) == party);
			blobs.extend(own.map(|partial| partial.blob));
		}
		blobs
	}
}

/// The shares for the party at this point of the hospitals that `is_wanted`, in the order of accounts.
fn dealt<T: Config>(
	of: &CommitteeRound<T>,
	context: &RoundContext,
	party: u8,
	is_wanted: impl Fn(&Dealer<T::AccountId>) -> bool,
) -> Vec<Dealt> {
	let commitments = T::Commitments::of_round(context.round.study, context.round.round);
	let place = usize::from(party).saturating_sub(1);
	let wanted = of.progress.dealers.iter().filter(|dealer| is_wanted(dealer));
	wanted
		.filter_map(|dealer| {
			let (_, commitment) = commitments.iter().find(|(hospital, _)| *hospital == dealer.hospital)?;
			let mut disputes = of.progress.disputes.iter();
			let dispute =
				disputes.find(|dispute| dispute.hospital == dealer.hospital && dispute.party == party);
			Some(Dealt {
				hospital: dealer.hospital.clone().into(),
				weight: weight::<T>(of, dealer, commitment),
				blob: *commitment.blobs.get(place)?,
				suite: *commitment.suites.get(place)?,
				sae_id: T::Members::sealing_identity(&dealer.hospital)?.sae_id,
				package: *commitment.packages.get(place)?,
				published: dispute.and_then(|dispute| dispute.answer),
			})
		})
		.collect()
}

/// A hospital's weight in the sum: its examples, capped, times the factor from the checks.
fn weight<T: Config>(of: &CommitteeRound<T>, dealer: &Dealer<T::AccountId>, commitment: &Commitment) -> u64 {
	let examples = commitment.examples.min(of.study.spec.max_examples);
	u64::from(examples).saturating_mul(u64::from(dealer.factor))
}

/// The disputes to judge, with what the posts of the others imply.
fn answered<T: Config>(of: &mut CommitteeRound<T>, context: &RoundContext) -> Option<Vec<AnsweredDispute>> {
	let commitments = T::Commitments::of_round(context.round.study, context.round.round);
	let posts = of.posts();
	let dealers: Vec<T::AccountId> =
		of.progress.dealers.iter().map(|dealer| dealer.hospital.clone()).collect();
	let machine = of.machine();
	machine
		.answered()
		.map(|dispute| {
			let place = dealers.iter().position(|hospital| *hospital == dispute.hospital)?;
			let Assessment::Sound { opened, .. } = machine.assess(place, &posts) else { return None };
			let (_, commitment) = commitments.iter().find(|(hospital, _)| *hospital == dispute.hospital)?;
			let package = commitment.packages.get(usize::from(dispute.party).checked_sub(1)?)?;
			Some(AnsweredDispute {
				hospital: dispute.hospital.clone().into(),
				party: dispute.party,
				package: *package,
				published: dispute.answer?,
				expected: opened.at(dispute.party),
			})
		})
		.collect()
}
