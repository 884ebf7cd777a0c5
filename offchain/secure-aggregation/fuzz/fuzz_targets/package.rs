//! A share package that a hospital committed to: rejected, or opened and checked.
//!
//! The first byte chooses field and party, the next two the size; the rest follows the expected header.

#![no_main]

use consilium_primitives::{
	committee::{field::PrimeField, share_package::ShareHeader, Committee, Direction},
	study::RoundKey,
	H256,
};
use consilium_secure_aggregation::{
	challenge::Challenge,
	checks::check_elements,
	package::{hash, open, Expected},
	partial::PartialAggregate,
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	let Some(([choice, low, high], rest)) = bytes.split_first_chunk() else { return };
	let field = if choice & 1 == 0 { PrimeField::Mersenne61 } else { PrimeField::Mersenne31 };
	let party = (choice >> 1) % 8;
	let parameters = u32::from(u16::from_le_bytes([*low, *high]) % 200);
	let committee = Committee {
		threshold: 2,
		parties: (0..7).collect::<Vec<u8>>().try_into().expect("few"),
		field,
		direction: Direction::Off,
		projections: 3,
		weakest_suite: consilium_primitives::commitment::Suite::QkdMlKem768,
		step_blocks: 1,
	};
	let (genesis, round, hospital) = (H256::zero(), RoundKey { study: 0, round: 1, attempt: 1 }, [7; 32]);
	let mut package = rest.to_vec();
	if choice & 0x80 == 0 {
		let header = ShareHeader { genesis, round, hospital, party, salt: [0; 32] };
		package = [header.to_bytes(choice & 0x40 == 0), package].concat();
	}
	let expected = Expected { genesis, round, hospital, party, package: hash(&package) };
	if let Ok(share) = open(&package, &committee, parameters, &expected) {
		let elements = check_elements(&share, &committee, &Challenge::new(H256::zero()), None)
			.expect("the share was opened for this committee");
		assert_eq!(elements.len(), committee.check_elements());
		assert!(elements.iter().all(|element| field.contains(*element)));
		let mut sum = PartialAggregate::new(&committee, parameters).expect("it could be opened");
		sum.add(&share, u64::MAX).expect("it is the first");
	}
});
