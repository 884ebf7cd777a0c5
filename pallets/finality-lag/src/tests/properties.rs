//! Whatever up to a third of the validators claims, the honest ones decide.

use crate::mock::*;
use proptest::prelude::*;

proptest! {
	#![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

	/// Four validators take turns, one of which lies. For the others the final block is at most `lag` before
	/// the present one; it may jump, and stand still.
	#[test]
	fn the_final_height_is_one_that_an_honest_validator_knows(
		liar in 1u8..5,
		turns in proptest::collection::vec((1u8..5, any::<u32>(), 0u32..4), 1..120),
	) {
		run(|| {
			let mut known = 0;
			let mut before = 0;
			for (author, lie, step) in turns {
				begin(author);
				assert!(finalised() <= known, "{} is not known to be final, {known} is", finalised());
				assert!(finalised() >= before, "the final height went down");
				before = finalised();
				known = (known + step).min(System::block_number() - 1);
				claim(if author == liar { lie % 200 } else { known });
				FinalityLag::do_try_state().unwrap();
			}
		});
	}
}
