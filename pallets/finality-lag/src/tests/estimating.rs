use crate::{estimate, mock::*};

#[test]
fn a_third_of_the_validators_may_be_faulty() {
	let tolerated = [(0, 0), (1, 0), (2, 0), (3, 0), (4, 1), (6, 1), (7, 2), (64, 21)];
	for (validators, faulty) in tolerated {
		assert_eq!(estimate::tolerated(validators), faulty);
	}
}

#[test]
fn the_final_height_is_what_one_honest_validator_vouches_for() {
	assert_eq!(estimate::height(vec![], 0), None);
	assert_eq!(estimate::height(vec![5], 0), Some(5));
	assert_eq!(estimate::height(vec![5], 1), None);
	assert_eq!(estimate::height(vec![3, 9, 4, 1], 1), Some(4));
	assert_eq!(estimate::height(vec![3, 9, 4, 8, 1, 1, 1], 2), Some(4));
}

#[test]
fn it_follows_the_blocks_at_a_short_distance() {
	run(|| {
		blocks(&[1, 2, 3, 4], 20);
		// Block 18 claims 15, and so does block 17 with 14; the second highest of blocks before 20 is 15.
		assert_eq!(finalised(), 15);
	});
}

#[test]
fn it_is_known_from_the_next_block_on() {
	run(|| {
		blocks(&[1, 2, 3, 4], 20);
		let before = finalised();
		begin(1);
		let during = finalised();
		claim(19);
		assert_eq!(finalised(), during);
		begin(2);
		assert!(before < during && during < finalised());
	});
}

#[test]
fn one_liar_of_four_raises_nothing() {
	run(|| {
		for _ in 0..5 {
			block(1, 0);
			block(2, 0);
			block(3, 0);
			block(4, u32::MAX);
		}
		assert_eq!(finalised(), 0);
	});
}

#[test]
fn one_liar_of_four_that_claims_nothing_delays_it_by_a_block_at_most() {
	run(|| {
		for _ in 0..5 {
			blocks(&[1, 2, 3], 3);
			block(4, 0);
			assert!(System::block_number() - finalised() <= 6);
			assert!(!stands_still());
		}
	});
}

#[test]
fn it_never_goes_down() {
	run(|| {
		blocks(&[1, 2, 3, 4], 20);
		let before = finalised();
		stalled_blocks(&[1, 2, 3, 4], 8, 1);
		assert!(finalised() >= before);
		let before = finalised();
		Validators::set(&vec![5, 6, 7, 8]);
		begin(5);
		assert_eq!(finalised(), before);
	});
}

#[test]
fn a_single_validator_vouches_for_itself() {
	run(|| {
		Validators::set(&vec![1]);
		blocks(&[1], 10);
		assert_eq!(finalised(), 6);
	});
}
