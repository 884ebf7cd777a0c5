//! Each migration finds what the version before it stored.

use super::{
	layout3,
	v2::{OldCommittee, OldScheme, OldSpec, OldStudy},
	V2, V3, V4,
};
use crate::{
	mock::*,
	tests::committee::{collect, committee, progress, with},
	Nonces, Pallet,
};
use codec::Encode;
use consilium_primitives::{
	committee::challenge::challenge,
	fixed_point::Decimal,
	study::{AggregationScheme, Phase, Round, Study, StudySpec},
	BoundedVec, H256,
};
use frame_support::traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion};
use sp_runtime::AccountId32;

/// A study as version 3 stored it.
fn third(study: Study<AccountId32>) -> layout3::Study<AccountId32> {
	layout3::Study {
		spec: study.spec,
		opened_by: study.opened_by,
		opened_at: study.opened_at,
		status: study.status,
		current_round: study.current_round,
		finalised_rounds: study.finalised_rounds,
		attempts_left: study.attempts_left,
		artifact: study.artifact,
	}
}

/// A round as version 3 stored it.
fn third_round(round: Round<AccountId32>) -> layout3::Round<AccountId32> {
	let attestations = round.attestations.into_iter().map(|word| layout3::Attestation {
		hospital: word.hospital,
		verdict: word.verdict,
		metrics: word.metrics,
		corrected: word.corrected,
	});
	layout3::Round {
		attempt: round.attempt,
		phase: round.phase,
		opened_at: round.opened_at,
		phase_since: round.phase_since,
		deadline: round.deadline,
		base: round.base,
		committed: round.committed,
		excluded: round.excluded,
		attestations: BoundedVec::truncate_from(attestations.collect()),
		artifact: round.artifact,
	}
}

/// Stores everything as this version, 2 or 3, did.
fn go_back_to(version: u16) {
	for (id, study) in crate::Studies::<Test>::iter().collect::<Vec<_>>() {
		layout3::Studies::<Test>::insert(id, third(study));
	}
	for (id, number, round) in crate::Rounds::<Test>::iter().collect::<Vec<_>>() {
		layout3::Rounds::<Test>::insert(id, number, third_round(round));
	}
	StorageVersion::new(version).put::<Pallet<Test>>();
}

/// From whatever version to the present one.
fn upgrade() {
	V2::<Test>::on_runtime_upgrade();
	V3::<Test>::on_runtime_upgrade();
	V4::<Test>::on_runtime_upgrade();
	assert_eq!(Pallet::<Test>::on_chain_storage_version(), 4);
}

/// A study as version 1 stored it.
fn first(of: Study<AccountId32>) -> OldStudy<AccountId32> {
	let spec = of.spec;
	let scheme = match spec.scheme {
		AggregationScheme::Plain => OldScheme::Plain,
		AggregationScheme::Committee(committee) => OldScheme::Committee(OldCommittee {
			threshold: committee.threshold,
			parties: committee.parties,
			field: committee.field,
			clip: Decimal::from_nanos(300_000_000),
			_norm_bound: Decimal::from_nanos(600_000_000),
			direction: committee.direction,
			projections: committee.projections,
			weakest_suite: committee.weakest_suite,
			step_blocks: committee.step_blocks,
		}),
	};
	OldStudy {
		spec: OldSpec {
			title: spec.title,
			agreement: spec.agreement,
			schema: spec.schema,
			model: spec.model,
			training: spec.training,
			optimizer: spec.optimizer,
			scheme,
			max_examples: spec.max_examples,
			fraction_bits: spec.encoding.fraction_bits,
			hospitals: spec.hospitals,
			quorum: spec.quorum,
			max_rounds: spec.max_rounds,
			max_attempts: spec.max_attempts,
			collecting_blocks: spec.collecting_blocks,
			attesting_blocks: spec.attesting_blocks,
			retention_blocks: spec.retention_blocks,
			max_log_loss_increase: spec.max_log_loss_increase,
			seed: spec.seed,
		},
		opened_by: of.opened_by,
		opened_at: of.opened_at,
		status: of.status,
		current_round: of.current_round,
		finalised_rounds: of.finalised_rounds,
		attempts_left: of.attempts_left,
		artifact: of.artifact,
	}
}

#[test]
fn the_clip_moves_to_the_encoding_once() {
	run(|| {
		let scheme = AggregationScheme::Committee(committee());
		let ids = [open(spec()), open(StudySpec { scheme, ..spec() })];
		let before = ids.map(study);
		go_back_to(1);
		for (id, entry) in ids.into_iter().zip(before.clone()) {
			let key = layout3::Studies::<Test>::hashed_key_for(id);
			frame_support::storage::unhashed::put_raw(&key, &first(entry).encode());
		}

		V2::<Test>::on_runtime_upgrade();
		let stored = |id| layout3::Studies::<Test>::get(id).unwrap();
		let clips = [None, Some(Decimal::from_nanos(300_000_000))];
		for ((id, mut expected), clip) in ids.into_iter().zip(before).zip(clips) {
			expected.spec.encoding.clip = clip;
			assert_eq!(stored(id), third(expected));
		}
		assert_eq!(Pallet::<Test>::on_chain_storage_version(), 2);

		// A second run leaves everything as it is.
		let after = ids.map(stored);
		V2::<Test>::on_runtime_upgrade();
		assert_eq!(ids.map(stored), after);
		upgrade();
	});
}

#[test]
fn a_round_that_awaits_its_challenge_gets_one() {
	run(|| {
		let id = open(with(committee()));
		collect(id);
		// As version 2 stored it.
		crate::Rounds::<Test>::mutate(id, 1, |round| round.as_mut().unwrap().phase = Phase::Checking);
		Nonces::<Test>::remove(id, 1);
		let other = open(spec());
		let key = current(id);
		go_back_to(2);
		System::set_block_number(9);
		System::set_parent_hash(H256::repeat_byte(9));

		V3::<Test>::on_runtime_upgrade();
		let drawn = crate::Committees::<Test>::get(id, 1).unwrap().challenge;
		assert_eq!(drawn, Some(challenge(H256::repeat_byte(9), key, &[])));
		assert_eq!(layout3::Rounds::<Test>::get(id, 1).unwrap().phase_since, 9);
		assert_eq!(layout3::Rounds::<Test>::get(other, 1).unwrap().phase, Phase::Collecting);
		assert_eq!(Pallet::<Test>::on_chain_storage_version(), 3);

		V3::<Test>::on_runtime_upgrade();
		upgrade();
		assert_eq!(progress(id).challenge, drawn);
		assert_eq!(progress(id).challenge, drawn);
	});
}

#[test]
fn nobody_is_absent_at_first_and_earlier_attestations_stay() {
	run(|| {
		let ids = [open(spec()), open(with(committee()))];
		finalise(ids[0], 1);
		attest_to(
			DAVE,
			consilium_primitives::study::RoundKey { study: ids[0], round: 1, attempt: 1 },
			accept(2),
		)
		.unwrap();
		let (studies, rounds) = (ids.map(study), [round(ids[0], 1), round(ids[0], 2), round(ids[1], 1)]);
		assert_eq!(rounds[0].attestations.len(), 4);
		go_back_to(3);
		upgrade();
		assert_eq!(ids.map(study), studies);
		assert_eq!([round(ids[0], 1), round(ids[0], 2), round(ids[1], 1)], rounds);

		// A second run leaves everything as it is.
		upgrade();
		assert_eq!(ids.map(study), studies);
	});
}
