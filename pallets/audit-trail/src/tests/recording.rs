use crate::{mock::*, Event, Heads, NextSequence};
use codec::Encode;
use consilium_primitives::{
	audit::{Action, AuditHead, AuditRecord, Subject},
	traits::Audit,
	H256,
};
use sp_io::hashing::blake2_256;

/// The head as an auditor computes it: from the records and the definition alone.
fn head_of(records: &[AuditRecord<u64>]) -> H256 {
	records.iter().fold(H256::zero(), |head, record| {
		let mut bytes = head.as_bytes().to_vec();
		bytes.extend(record.encode());
		blake2_256(&bytes).into()
	})
}

#[test]
fn a_record_says_who_did_what_to_whom_and_when() {
	run(|| {
		System::set_block_number(42);
		AuditTrail::tell(Some(&5), acting::Event::RoundOpened { subject: Subject::Study(3), detail: 9 });
		let expected = AuditRecord {
			sequence: 0,
			index: 0,
			block: 42,
			actor: Some(5),
			action: Action::RoundOpened,
			subject: Subject::Study(3),
			// The pallet, the variant, the kind of subject, the study, 9.
			detail: blake2_256(&[2, 0, 2, 3, 0, 0, 0, 9, 0, 0, 0]).into(),
		};
		assert_eq!(AuditTrail::trail(Subject::Study(3), 0, 10), [expected]);
	});
}

#[test]
fn what_the_chain_does_by_itself_has_no_actor() {
	run(|| {
		AuditTrail::tell(None, acting::Event::RoundOpened { subject: Subject::Study(3), detail: 0 });
		assert_eq!(AuditTrail::trail(Subject::Study(3), 0, 1)[0].actor, None);
	});
}

#[test]
fn every_record_is_an_event_with_the_new_head_after_the_fact() {
	run(|| {
		record(Subject::Study(3), 1);
		record(Subject::Study(3), 2);
		let records = AuditTrail::trail(Subject::Study(3), 0, 10);
		for (i, record) in records.iter().enumerate() {
			let head = head_of(&records[..=i]);
			let event = acting::Event::RoundOpened { subject: Subject::Study(3), detail: i as u32 + 1 };
			assert_eq!(System::events()[2 * i].event, event.into());
			let recorded = Event::Recorded { record: record.clone(), head };
			assert_eq!(System::events()[2 * i + 1].event, recorded.into());
		}
		assert_eq!(System::events().len(), 4);
	});
}

#[test]
fn the_head_follows_from_all_records_in_order() {
	run(|| {
		for detail in 0..20 {
			record(Subject::Study(3), detail);
		}
		let records = AuditTrail::trail(Subject::Study(3), 0, 20);
		let head = AuditTrail::head(Subject::Study(3));
		assert_eq!(head, AuditHead { count: 20, head: head_of(&records) });
	});
}

#[test]
fn a_missing_moved_or_altered_record_changes_the_head() {
	run(|| {
		for detail in 0..4 {
			record(Subject::Study(3), detail);
		}
		let records = AuditTrail::trail(Subject::Study(3), 0, 4);
		let head = AuditTrail::head(Subject::Study(3)).head;

		let mut missing = records.clone();
		missing.remove(1);
		let mut moved = records.clone();
		moved.swap(1, 2);
		let mut altered = records.clone();
		altered[2].actor = Some(9);
		for forged in [missing, moved, altered] {
			assert_ne!(head_of(&forged), head);
		}
	});
}

#[test]
fn subjects_of_one_number_but_of_different_kinds_have_separate_trails() {
	run(|| {
		for (i, subject) in SUBJECTS.into_iter().enumerate() {
			for detail in 0..=i as u32 {
				record(subject, detail);
			}
		}
		for (i, subject) in SUBJECTS.into_iter().enumerate() {
			let records = AuditTrail::trail(subject, 0, 10);
			assert_eq!(records.len(), i + 1);
			assert!(records.iter().all(|record| record.subject == subject));
			assert_eq!(records.last().unwrap().index, i as u64);
			assert_eq!(AuditTrail::head(subject).head, head_of(&records));
		}
	});
}

#[test]
fn records_of_all_subjects_are_numbered_without_gaps() {
	run(|| {
		for i in 0..9 {
			record(SUBJECTS[i % 3], i as u32);
		}
		assert_eq!(NextSequence::<Test>::get(), 9);
		for (i, subject) in SUBJECTS.into_iter().enumerate() {
			let sequences: Vec<_> =
				AuditTrail::trail(subject, 0, 10).iter().map(|record| record.sequence).collect();
			assert_eq!(sequences, [i as u64, i as u64 + 3, i as u64 + 6]);
		}
	});
}

#[test]
fn a_subject_of_which_nothing_is_known_has_no_records_and_the_zero_head() {
	run(|| {
		assert_eq!(AuditTrail::head(Subject::Study(9)), AuditHead { count: 0, head: H256::zero() });
		assert!(AuditTrail::trail(Subject::Study(9), 0, 10).is_empty());
		assert!(!Heads::<Test>::contains_key(Subject::Study(9)));
	});
}
