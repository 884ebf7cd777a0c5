//! The encoding of any update stays within the bound that follows from the study.

#![allow(clippy::unwrap_used, missing_docs)]

use consilium_primitives::{encoding::UpdateEncoding, fixed_point::Decimal};
use consilium_privacy::encoding::encode_update;
use proptest::prelude::*;

proptest! {
	#[test]
	fn the_encoded_norm_stays_within_its_bound(
		seed in proptest::collection::vec(any::<u64>(), 1..200),
		repeat in 1usize..50,
		scale in -30i32..300,
		clip in 1u64..10_000_000_000,
		bits in 0u8..=40,
	) {
		let update: Vec<f64> = seed
			.iter()
			.cycle()
			.take(seed.len() * repeat)
			.map(|bits| (*bits as i64 as f64) / (1u64 << 63) as f64 * 10f64.powi(scale))
			.collect();
		let clip = Decimal::from_nanos(clip);
		let encoding = UpdateEncoding { clip: Some(clip), fraction_bits: bits };
		let encoded = encode_update(&update, &encoding).unwrap();
		let squared: u128 = encoded.iter().map(|x| u128::from(x.unsigned_abs()).pow(2)).sum();
		let bound = encoding.norm_bound(update.len() as u32).unwrap();
		prop_assert!(squared <= u128::from(bound).pow(2), "{squared} is above {bound} squared");
		// Clipping takes away no more than it must.
		let unit = 10f64.powi(scale);
		let norm = update.iter().map(|x| (x / unit).powi(2)).sum::<f64>().sqrt() * unit;
		let least = norm.min(clip.to_f64()) * (1u64 << bits) as f64 * (1.0 - 1e-8);
		let rounding = (update.len() as f64).sqrt() / 2.0;
		prop_assert!((squared as f64).sqrt() >= least - rounding - 1e-6);
	}
}
