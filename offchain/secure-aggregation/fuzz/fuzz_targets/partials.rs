//! Partial aggregates with altered bytes: an error, or a sum that enough of them agree with.
//!
//! The first byte chooses the field; then every three bytes alter one partial aggregate: party, offset, mask.
//! A mask of 0 truncates it there.

#![no_main]

use consilium_primitives::{
	committee::{field::PrimeField, Committee, Direction},
	study::RoundKey,
	H256,
};
use consilium_secure_aggregation::{
	dealing::{deal, DealingHeader},
	package::{hash, open, Expected},
	partial::{PartialAggregate, PartialHeader},
	reconstruct::{reconstruct, AggregateHeader},
};

const COORDINATES: [i64; 40] = [-3; 40];
const PARTIES: u8 = 7;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	let Some((choice, alterations)) = bytes.split_first() else { return };
	let field = if choice & 1 == 0 { PrimeField::Mersenne61 } else { PrimeField::Mersenne31 };
	let committee = Committee {
		threshold: 2,
		parties: (0..PARTIES).collect::<Vec<u8>>().try_into().expect("few"),
		field,
		direction: Direction::Off,
		projections: 0,
		weakest_suite: consilium_primitives::commitment::Suite::QkdMlKem768,
		step_blocks: 1,
	};
	let (genesis, round, hospital) = (H256::zero(), RoundKey { study: 0, round: 1, attempt: 1 }, [7; 32]);
	let header = DealingHeader { genesis, round, hospital };
	let dealing = deal(&committee, &header, &COORDINATES, &[1; 32]).expect("small numbers");
	let mut partials: Vec<Vec<u8>> = (1..)
		.zip(&dealing.packages)
		.map(|(party, package)| {
			let expected = Expected { genesis, round, hospital, party, package: hash(package) };
			let share = open(package, &committee, 40, &expected).expect("honest");
			let mut sum = PartialAggregate::new(&committee, 40).expect("honest");
			sum.add(&share, 5).expect("the first");
			sum.to_bytes(&PartialHeader { genesis, round, party }).expect("the same header")
		})
		.collect();
	let mut altered = [false; PARTIES as usize];
	for alteration in alterations.chunks_exact(3) {
		let party = usize::from(alteration[0] % PARTIES);
		let place = usize::from(alteration[1]) % partials[party].len().max(1);
		match (alteration[2], partials[party].get_mut(place)) {
			(0, _) => partials[party].truncate(place),
			(mask, Some(byte)) => *byte ^= mask,
			(_, None) => (),
		}
		altered[party] = true;
	}
	let partials: Vec<(u8, &[u8])> = (1..).zip(partials.iter().map(Vec::as_slice)).collect();
	let result = reconstruct(&committee, 40, &AggregateHeader { genesis, round }, &partials);
	if altered.iter().filter(|altered| **altered).count() <= 2 {
		let result = result.expect("two wrong partials of seven are corrected");
		assert_eq!(result.sums, [-15; 40]);
		assert!(result.wrong.iter().all(|party| altered[usize::from(*party) - 1]));
	}
});
