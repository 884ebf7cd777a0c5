//! The state machine alone: hospitals are numbers, and there is no chain.

use crate::{
	machine::{open, Machine, Transition},
	mock,
	refusal::Refusal,
};
use consilium_primitives::{
	study::{AbortReason, Absence, Attestation, Exclusion, Phase, Round, StudySpec, UpdateFault, Verdict},
	BlockNumber, BoundedVec, H256,
};

pub const MODEL: H256 = H256::repeat_byte(1);
const OTHER: H256 = H256::repeat_byte(2);
const START: BlockNumber = 10;
/// Last block of the first phase.
const COLLECTED: BlockNumber = START + mock::PHASE;

/// A study of the hospitals 1 to `hospitals`.
pub fn spec(hospitals: u8, quorum: u32) -> StudySpec<u8> {
	let hospitals = BoundedVec::truncate_from((1..=hospitals).collect());
	StudySpec { hospitals, quorum, ..mock::spec().map_accounts(|_| 0) }
}

/// A round with its study, at a block.
pub struct Table {
	pub spec: StudySpec<u8>,
	pub round: Round<u8>,
	pub now: BlockNumber,
	/// `None` if it is the block before.
	pub finalised: Option<BlockNumber>,
	pub absent: Vec<Absence<u8>>,
}

type Step = Result<Option<Transition<u8>>, Refusal>;

impl Table {
	pub fn new(hospitals: u8, quorum: u32) -> Self {
		let spec = spec(hospitals, quorum);
		let round = open(&spec, 1, None, START, START);
		Self { spec, round, now: START, finalised: None, absent: Vec::new() }
	}

	/// A round to which all hospitals have committed.
	pub fn attesting(hospitals: u8, quorum: u32) -> Self {
		let mut table = Self::new(hospitals, quorum);
		for hospital in 1..=hospitals {
			table.commit(hospital).unwrap();
		}
		assert_eq!(table.round.phase, Phase::Attesting);
		table
	}

	pub fn machine(&mut self) -> Machine<'_, u8> {
		let finalised = self.finalised.unwrap_or(self.now.saturating_sub(1));
		Machine {
			spec: &self.spec,
			round: &mut self.round,
			now: self.now,
			finalised,
			number: 1,
			absent: &self.absent,
		}
	}

	/// A step that is refused changes nothing.
	fn checked(&mut self, step: impl FnOnce(&mut Self) -> Step) -> Step {
		let before = self.round.clone();
		let result = step(self);
		assert!(result.is_ok() || self.round == before, "a refused step changed the round");
		result
	}

	pub fn commit(&mut self, hospital: u8) -> Step {
		self.checked(|table| table.machine().commit(&hospital))
	}

	pub fn attest(&mut self, hospital: u8, verdict: Verdict<u8>) -> Step {
		let word = Attestation {
			hospital,
			verdict,
			metrics: consilium_primitives::study::Metrics::Unavailable,
			corrected: Default::default(),
			records: None,
		};
		self.checked(|table| table.machine().attest(word))
	}

	fn tick(&mut self) -> Option<Transition<u8>> {
		self.machine().tick()
	}

	fn exclude(&mut self, hospital: u8) {
		let exclusion = Exclusion { hospital, fault: UpdateFault::Malformed };
		self.round.excluded.try_push(exclusion).unwrap();
	}
}

pub const ACCEPT: Verdict<u8> = Verdict::Accept { artifact: MODEL };
const REJECT: Verdict<u8> = Verdict::RejectModel { artifact: MODEL };

fn blame(hospital: u8) -> Verdict<u8> {
	Verdict::RejectUpdate { hospital, fault: UpdateFault::Unavailable }
}

fn aborted(reason: AbortReason) -> Transition<u8> {
	Transition::Aborted(reason, None)
}

#[test]
fn an_attempt_opens_empty_and_collecting() {
	let spec = spec(4, 3);
	let round = open(&spec, 7, Some(MODEL), 2, START);
	assert_eq!((round.attempt, round.phase, round.base), (7, Phase::Collecting, Some(MODEL)));
	assert_eq!((round.opened_at, round.phase_since, round.deadline), (2, START, COLLECTED));
	assert!(round.committed.is_empty() && round.excluded.is_empty() && round.attestations.is_empty());
	assert_eq!(round.artifact, None);
	assert_eq!(open(&spec, 1, None, 0, u32::MAX - 1).deadline, u32::MAX);
}

#[test]
fn collecting_ends_when_all_have_committed() {
	let mut table = Table::new(4, 3);
	for hospital in [3, 1, 4] {
		assert_eq!(table.commit(hospital), Ok(None));
	}
	table.now = START + 2;
	assert_eq!(table.commit(2), Ok(Some(Transition::CollectingEnded)));
	assert_eq!(table.round.phase, Phase::Attesting);
	assert_eq!((table.round.phase_since, table.round.deadline), (START + 2, START + 2 + mock::PHASE));
	assert_eq!(table.round.committed.into_inner(), [3, 1, 4, 2]);
}

#[test]
fn the_deadline_is_the_last_block_of_collecting() {
	let mut table = Table::new(4, 3);
	for hospital in [1, 2] {
		table.commit(hospital).unwrap();
	}
	table.now = COLLECTED;
	assert_eq!(table.tick(), None);
	assert_eq!(table.commit(3), Ok(None));
	table.now = COLLECTED + 1;
	assert_eq!(table.commit(4), Err(Refusal::NotCollecting));
	assert_eq!(table.tick(), Some(Transition::CollectingEnded));
	assert_eq!(table.round.deadline, COLLECTED + 1 + mock::PHASE);
}

#[test]
fn collecting_fails_without_a_quorum() {
	let mut table = Table::new(4, 3);
	for hospital in [1, 2] {
		table.commit(hospital).unwrap();
	}
	table.now = COLLECTED + 1;
	assert_eq!(table.tick(), Some(aborted(AbortReason::TooFewCommitments)));
	assert_eq!(table.round.phase, Phase::Aborted(AbortReason::TooFewCommitments));
	assert_eq!(table.tick(), None);
}

#[test]
fn who_may_not_commit_is_told_why() {
	let mut table = Table::new(4, 3);
	table.exclude(2);
	table.commit(1).unwrap();
	assert_eq!(table.commit(1), Err(Refusal::AlreadyCommitted));
	assert_eq!(table.commit(2), Err(Refusal::Excluded));
	assert_eq!(table.commit(5), Err(Refusal::NotEnrolled));
}

#[test]
fn only_a_collecting_round_takes_commitments() {
	let phases = [Phase::Attesting, Phase::Finalised, Phase::Aborted(AbortReason::ModelRejected)];
	for phase in phases {
		let mut table = Table::new(4, 3);
		table.round.phase = phase;
		assert_eq!(table.commit(1), Err(Refusal::NotCollecting));
	}
}

#[test]
fn excluded_hospitals_are_not_waited_for() {
	let mut table = Table::new(4, 3);
	table.exclude(2);
	assert_eq!(table.commit(1), Ok(None));
	assert_eq!(table.commit(3), Ok(None));
	assert_eq!(table.commit(4), Ok(Some(Transition::CollectingEnded)));
}

#[test]
fn when_too_many_are_excluded_the_others_wait_for_the_deadline_in_vain() {
	let mut table = Table::new(4, 3);
	table.exclude(2);
	table.exclude(3);
	assert_eq!(table.commit(1), Ok(None));
	assert_eq!(table.commit(4), Ok(None));
	table.now = COLLECTED + 1;
	assert_eq!(table.tick(), Some(aborted(AbortReason::TooFewCommitments)));
}

#[test]
fn who_may_not_attest_is_told_why() {
	let mut table = Table::attesting(4, 3);
	table.attest(1, ACCEPT).unwrap();
	assert_eq!(table.attest(1, REJECT), Err(Refusal::AlreadyAttested));
	assert_eq!(table.attest(5, ACCEPT), Err(Refusal::NotEnrolled));
	assert_eq!(table.attest(2, blame(5)), Err(Refusal::NoSuchUpdate));
	table.now = table.round.deadline + 1;
	assert_eq!(table.attest(2, ACCEPT), Err(Refusal::NotAttesting));
}

#[test]
fn a_collecting_or_aborted_round_takes_no_attestation() {
	for phase in [Phase::Collecting, Phase::Aborted(AbortReason::StudyHalted)] {
		let mut table = Table::attesting(4, 3);
		table.round.phase = phase;
		assert_eq!(table.attest(1, ACCEPT), Err(Refusal::NotAttesting));
	}
}

#[test]
fn attesting_fails_at_its_deadline() {
	let mut table = Table::attesting(4, 3);
	table.attest(1, ACCEPT).unwrap();
	table.attest(2, ACCEPT).unwrap();
	table.now = table.round.deadline;
	assert_eq!(table.tick(), None);
	table.now += 1;
	assert_eq!(table.tick(), Some(aborted(AbortReason::TooFewAttestations)));
	assert_eq!(table.tick(), None);
}

#[test]
fn a_finalised_round_accepts_late_attestations_and_stays_as_it_is() {
	let mut table = Table::attesting(5, 3);
	for hospital in [1, 2] {
		assert_eq!(table.attest(hospital, ACCEPT), Ok(None));
	}
	assert_eq!(table.attest(3, ACCEPT), Ok(Some(Transition::Finalised(MODEL))));
	for (hospital, verdict) in [(4, blame(1)), (5, Verdict::Accept { artifact: OTHER })] {
		assert_eq!(table.attest(hospital, verdict), Ok(None));
	}
	assert_eq!((table.round.phase, table.round.artifact), (Phase::Finalised, Some(MODEL)));
	assert_eq!(table.round.attestations.len(), 5);
	assert_eq!(table.attest(5, ACCEPT), Err(Refusal::AlreadyAttested));
	table.now = table.round.deadline + 1;
	assert_eq!(table.tick(), None);
}

#[test]
fn a_late_attestation_too_names_only_updates_that_were_committed() {
	let mut table = Table::attesting(4, 3);
	for hospital in [1, 2, 3] {
		table.attest(hospital, ACCEPT).unwrap();
	}
	assert_eq!(table.attest(4, blame(9)), Err(Refusal::NoSuchUpdate));
}

#[test]
fn for_every_size_and_quorum_as_many_rejections_as_block_it_abort_the_attempt() {
	for hospitals in 1..=9u8 {
		for quorum in u32::from(hospitals) / 2 + 1..=u32::from(hospitals) {
			let blocking = u32::from(hospitals) - quorum + 1;
			let mut table = Table::attesting(hospitals, quorum);
			for hospital in 1..=hospitals {
				let expected = (u32::from(hospital) == blocking).then(|| aborted(AbortReason::ModelRejected));
				assert_eq!(table.attest(hospital, REJECT), Ok(expected.clone()), "{hospitals} {quorum}");
				if expected.is_some() {
					break;
				}
			}
		}
	}
}

#[test]
fn for_every_size_and_quorum_as_many_acceptances_as_the_quorum_finalise_the_round() {
	for hospitals in 1..=9u8 {
		for quorum in u32::from(hospitals) / 2 + 1..=u32::from(hospitals) {
			let mut table = Table::attesting(hospitals, quorum);
			let rejecting = hospitals - quorum as u8;
			for hospital in 1..=rejecting {
				assert_eq!(table.attest(hospital, REJECT), Ok(None), "{hospitals} {quorum}");
			}
			for hospital in rejecting + 1..hospitals {
				assert_eq!(table.attest(hospital, ACCEPT), Ok(None), "{hospitals} {quorum}");
			}
			assert_eq!(table.attest(hospitals, ACCEPT), Ok(Some(Transition::Finalised(MODEL))));
		}
	}
}

#[test]
fn acceptances_of_different_models_do_not_add_up() {
	let mut table = Table::attesting(4, 3);
	for (hospital, artifact) in [(1, MODEL), (2, OTHER), (3, MODEL)] {
		assert_eq!(table.attest(hospital, Verdict::Accept { artifact }), Ok(None));
	}
	let last = table.attest(4, Verdict::Accept { artifact: OTHER });
	assert_eq!(last, Ok(Some(aborted(AbortReason::ModelRejected))));
}

#[test]
fn the_hospital_that_so_many_blame_that_no_quorum_is_left_is_excluded_with_the_first_fault() {
	let mut table = Table::attesting(4, 3);
	let malformed = Verdict::RejectUpdate { hospital: 2, fault: UpdateFault::Malformed };
	assert_eq!(table.attest(1, malformed), Ok(None));
	let exclusion = Exclusion { hospital: 2, fault: UpdateFault::Malformed };
	let expected = Transition::Aborted(AbortReason::UpdateUnusable, Some(exclusion));
	assert_eq!(table.attest(3, blame(2)), Ok(Some(expected)));
	assert_eq!(table.round.phase, Phase::Aborted(AbortReason::UpdateUnusable));
}

#[test]
fn blame_that_is_divided_or_mixed_with_other_reasons_excludes_nobody() {
	for second in [blame(3), REJECT] {
		let mut table = Table::attesting(4, 3);
		assert_eq!(table.attest(1, blame(2)), Ok(None));
		assert_eq!(table.attest(4, second), Ok(Some(aborted(AbortReason::ModelRejected))));
	}
}

#[test]
fn too_few_to_block_the_quorum_exclude_nobody_even_if_others_block_it_too() {
	// Five of seven are a quorum; three block it, two do not.
	let mut table = Table::attesting(7, 5);
	assert_eq!(table.attest(1, blame(7)), Ok(None));
	assert_eq!(table.attest(2, blame(7)), Ok(None));
	assert_eq!(table.attest(3, REJECT), Ok(Some(aborted(AbortReason::ModelRejected))));
}

#[test]
fn halting_ends_an_attempt_that_is_under_way_and_no_other() {
	for mut table in [Table::new(4, 3), Table::attesting(4, 3)] {
		assert_eq!(table.machine().halt(), Some(aborted(AbortReason::StudyHalted)));
		assert_eq!(table.round.phase, Phase::Aborted(AbortReason::StudyHalted));
		assert_eq!(table.machine().halt(), None);
	}
	let mut table = Table::attesting(1, 1);
	table.attest(1, ACCEPT).unwrap();
	assert_eq!(table.machine().halt(), None);
	assert_eq!(table.round.phase, Phase::Finalised);
}
