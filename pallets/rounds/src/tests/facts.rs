use super::committee::{answers, committee, partial, with};
use crate::{mock::*, Event};
use consilium_primitives::{
	committee::{posts::Judgements, progress::PartyFault},
	study::{AbortReason, Duty, HaltReason, Phase, Points, RoundKey, UpdateFault},
	H256,
};

#[test]
fn every_record_follows_from_the_bytes_of_its_event() {
	run(|| {
		let round = RoundKey { study: 3, round: 2, attempt: 1 };
		let (study, deadline, point) = (3, 9, 2);
		let (by, hospital, party) = (account(ALICE), account(BOB), account(CAROL));
		let fault = UpdateFault::NormTooLarge;
		let facts = vec![
			Event::StudyOpened { study, by: by.clone(), spec: Box::new(with(committee())) },
			Event::StudyCompleted { study, artifact: artifact(1) },
			Event::StudyHalted { study, reason: HaltReason::Stopped },
			Event::StudyResumed { study, by },
			Event::RoundOpened { round, deadline },
			Event::CollectingEnded { round, committed: accounts(&PARTIES), deadline },
			Event::ChallengeDrawn { round, challenge: H256::repeat_byte(4) },
			Event::ChecksPosted { round, party: party.clone(), point, checks: H256::repeat_byte(5) },
			Event::DisputeOpened { round, hospital: hospital.clone(), point, complaint: true },
			Event::DisputesAnswered { round, hospital: hospital.clone(), answers: answers(BOB, &[2]) },
			Event::DisputesJudged {
				round,
				party: party.clone(),
				point,
				judgements: Judgements::truncate_from(vec![true]),
			},
			Event::DisputeSettled { round, hospital: hospital.clone(), point, for_hospital: true },
			Event::PartialPosted { round, party: party.clone(), point, partial: partial(CAROL) },
			Event::PartyNamed { round, point, fault: PartyFault::FalseChecks(hospital.clone()) },
			Event::PhaseBegan { round, phase: Phase::Judging, deadline },
			Event::ModelAttested {
				round,
				hospital: hospital.clone(),
				verdict: accept(1),
				metrics: consilium_primitives::study::Metrics::Unavailable,
				corrected: Points::truncate_from(vec![2]),
				records: Some(H256::repeat_byte(8)),
			},
			Event::HospitalExcluded { round, hospital, fault },
			Event::RoundFinalised { round, artifact: artifact(1) },
			Event::RoundAborted { round, reason: AbortReason::ModelRejected },
			Event::NonceCommitted { round, party: party.clone(), point, commitment: H256::repeat_byte(6) },
			Event::NonceRevealed { round, party, point, nonce: [7; 32] },
			Event::FinalityStalled { round, since: 4 },
			Event::FinalityResumed { round, deadline },
			Event::MemberAbsent { round, member: account(BOB), duty: Duty::Train },
			Event::MemberReturned { round, member: account(BOB), duty: Duty::Compute },
			Event::StudyWaiting { round, until: deadline },
		];
		assert_eq!(AuditTrail::check_facts::<Event<Test>>(facts, read), Ok(()));
	});
}
