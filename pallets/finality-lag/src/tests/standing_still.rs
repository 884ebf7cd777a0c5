use crate::mock::*;

const ALL: [u8; 4] = [1, 2, 3, 4];

#[test]
fn finality_goes_on_from_the_first_block() {
	run(|| {
		for count in 1..30 {
			blocks(&[ALL[count % 4]], 1);
			assert!(!stands_still(), "block {count}");
		}
	});
}

#[test]
fn two_of_four_that_are_away_stop_it_after_the_timeout() {
	run(|| {
		blocks(&ALL, 20);
		// Their claims before the outage reach 17; the last rise is at the second block after it.
		stalled_blocks(&[1, 2], 2, 17);
		stalled_blocks(&[1, 2], TIMEOUT as usize, 17);
		assert!(!stands_still());
		stalled_blocks(&[1, 2], 3, 17);
		assert!(stands_still());
		assert_eq!(finalised(), 17);
	});
}

#[test]
fn it_goes_on_with_the_second_claim_that_says_so() {
	run(|| {
		blocks(&ALL, 20);
		stalled_blocks(&[1, 2], 100, 17);
		assert!(stands_still());
		block(3, 118);
		begin(4);
		assert!(stands_still());
		claim(119);
		begin(1);
		assert!(!stands_still());
		assert_eq!(finalised(), 118);
	});
}

#[test]
fn one_of_four_that_is_away_does_not_stop_it() {
	run(|| {
		blocks(&ALL, 20);
		for author in [1, 2, 3].into_iter().cycle().take(40) {
			blocks(&[author], 1);
			assert!(!stands_still());
		}
	});
}

#[test]
fn finality_that_is_late_but_goes_on_does_not_stand_still() {
	run(|| {
		blocks(&ALL, 20);
		for author in ALL.into_iter().cycle().take(80) {
			// A height every fifth block, and thirty blocks late.
			let height = System::block_number().saturating_sub(30) / 5 * 5;
			block(author, height);
			assert!(System::block_number() < 60 || !stands_still(), "block {}", System::block_number());
		}
	});
}

#[test]
fn one_liar_of_four_cannot_hide_that_it_stands_still() {
	run(|| {
		blocks(&ALL, 20);
		for _ in 0..10 {
			block(1, 17);
			block(2, u32::MAX);
		}
		assert!(stands_still());
	});
}

#[test]
fn more_validators_are_given_more_time() {
	run(|| {
		Validators::set(&vec![1, 2, 3, 4, 5, 6, 7]);
		blocks(&[1, 2, 3, 4, 5, 6, 7], 28);
		stalled_blocks(&[1, 2, 3, 4], 3, 25);
		stalled_blocks(&[1, 2, 3, 4], TIMEOUT as usize + 1, 25);
		assert!(!stands_still());
		stalled_blocks(&[1, 2, 3, 4], 3, 25);
		assert!(stands_still());
	});
}
