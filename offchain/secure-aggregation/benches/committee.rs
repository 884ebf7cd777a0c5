//! Cost of secure aggregation for a hospital and a party on one core.
//!
//! Names contain the field, d coordinates, n parties, and the threshold t. A party's time is per hospital.
//! Times include the zeroing of secrets and the first touch of fresh memory, which can be half of them on a
//! virtual machine. Goals: encode and share 10^6 coordinates among 4 parties over Mersenne61 in under 19 ms,
//! and send at most 12 MB for them over Mersenne31.

use consilium_primitives::{
	commitment::BlobReference,
	committee::{field::PrimeField, Committee, Direction},
	encoding::UpdateEncoding,
	fixed_point::Decimal,
	study::RoundKey,
	H256,
};
use consilium_privacy::encoding::{encode_direction, encode_update};
use consilium_secure_aggregation::{
	challenge::Challenge,
	checks::check_elements,
	dealing::{deal, DealingHeader},
	package::{hash, open, Expected},
	partial::{PartialAggregate, PartialHeader},
	reconstruct::{reconstruct, AggregateHeader},
};
use criterion::{criterion_group, criterion_main, BatchSize, BenchmarkId, Criterion, Throughput};
use std::{hint::black_box, time::Duration};

const GENESIS: H256 = H256::zero();
const ROUND: RoundKey = RoundKey { study: 1, round: 2, attempt: 1 };
const HOSPITAL: [u8; 32] = [7; 32];
const OTHER_HOSPITAL: [u8; 32] = [8; 32];
const SIZES: [u32; 5] = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];

fn specification(field: PrimeField, parties: u8, projections: u8, is_directed: bool) -> Committee<u8> {
	let root = BlobReference { hash: H256::zero(), length: 0 };
	Committee {
		threshold: u32::from(parties - 1) / 3,
		parties: (0..parties).collect::<Vec<_>>().try_into().expect("few"),
		field,
		direction: if is_directed {
			Direction::Exclude { root, tolerance: Decimal::ZERO }
		} else {
			Direction::Off
		},
		projections,
		weakest_suite: consilium_primitives::commitment::Suite::QkdMlKem768,
		step_blocks: 1,
	}
}

fn encoding(field: PrimeField) -> UpdateEncoding {
	let fraction_bits = match field {
		PrimeField::Mersenne61 => 16,
		PrimeField::Mersenne31 => 9,
	};
	UpdateEncoding { clip: Some(Decimal::ONE), fraction_bits }
}

fn update(parameters: u32) -> Vec<f64> {
	(0..parameters).map(|i| f64::from(i.wrapping_mul(2_654_435_761) >> 8) - f64::from(1u32 << 23)).collect()
}

fn expected(party: u8, package: &[u8]) -> Expected {
	Expected { genesis: GENESIS, round: ROUND, hospital: HOSPITAL, party, package: hash(package) }
}

fn benchmarks(criterion: &mut Criterion) {
	for field in [PrimeField::Mersenne61, PrimeField::Mersenne31] {
		for parties in [4, 7] {
			for parameters in SIZES {
				benchmark(criterion, field, parties, parameters);
			}
		}
	}
}

fn benchmark(criterion: &mut Criterion, field: PrimeField, parties: u8, parameters: u32) {
	let committee = specification(field, parties, 0, false);
	let encoding = encoding(field);
	let update = update(parameters);
	let share = |hospital| {
		let header = DealingHeader { genesis: GENESIS, round: ROUND, hospital };
		let coordinates = encode_update(black_box(&update), &encoding).expect("finite");
		deal(&committee, &header, &coordinates, &[1; 32]).expect("in range").packages
	};
	let packages = share(HOSPITAL);
	let bytes: usize = packages.iter().map(|package| package.len()).sum();
	let name = |what: &str| BenchmarkId::new(what, format!("{field:?}, d = {parameters}, n = {parties}"));
	println!("{field:?}, d = {parameters}, n = {parties}: a hospital sends {bytes} bytes");

	let mut group = criterion.benchmark_group("committee");
	group.throughput(Throughput::Elements(parameters.into()));
	group.sample_size(if parameters > 100_000 { 10 } else { 20 });
	group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
	group.bench_function(name("encode and share"), |bencher| {
		bencher.iter(|| share(HOSPITAL));
	});
	for (what, party) in [("open a seed", 1), ("open elements", parties)] {
		let package = &packages[usize::from(party) - 1];
		let expected = expected(party, package);
		group.bench_function(name(what), |bencher| {
			bencher.iter(|| open(black_box(package), &committee, parameters, &expected));
		});
	}
	let package = &packages[usize::from(parties) - 1];
	let opened = open(package, &committee, parameters, &expected(parties, package)).expect("honest");
	let challenge = Challenge::new(H256::repeat_byte(5));
	group.bench_function(name("check norm"), |bencher| {
		bencher.iter(|| check_elements(black_box(&opened), &committee, &challenge, None));
	});
	let strict = specification(field, parties, 16, true);
	let root = encode_direction(&update, strict.root_bits()).expect("finite");
	group.bench_function(name("check norm, direction, 16 projections"), |bencher| {
		bencher.iter(|| check_elements(black_box(&opened), &strict, &challenge, Some(&root)));
	});
	group.bench_function(name("add a share to the sum"), |bencher| {
		// After another hospital's, so that the sum's memory is already touched.
		let package = &share(OTHER_HOSPITAL)[usize::from(parties) - 1];
		let other = Expected { hospital: OTHER_HOSPITAL, ..expected(parties, package) };
		let other = open(package, &committee, parameters, &other).expect("honest");
		let started = || {
			let mut sum = PartialAggregate::new(&committee, parameters).expect("valid");
			sum.add(&other, 1).expect("the first");
			sum
		};
		bencher.iter_batched_ref(started, |sum| sum.add(black_box(&opened), 12_345), BatchSize::PerIteration);
	});
	let partials: Vec<_> = (1..)
		.zip(&packages)
		.map(|(party, package)| {
			let share = open(package, &committee, parameters, &expected(party, package)).expect("honest");
			let mut sum = PartialAggregate::new(&committee, parameters).expect("valid");
			sum.add(&share, 100).expect("fits");
			let header = PartialHeader { genesis: GENESIS, round: ROUND, party };
			(party, sum.to_bytes(&header).expect("the same header"))
		})
		.collect();
	let partials: Vec<(u8, &[u8])> =
		partials.iter().map(|(party, bytes)| (*party, bytes.as_slice())).collect();
	let header = AggregateHeader { genesis: GENESIS, round: ROUND };
	group.bench_function(name("reconstruct"), |bencher| {
		bencher.iter(|| reconstruct(&committee, parameters, &header, black_box(&partials)));
	});
	group.finish();
}

criterion_group!(committees, benchmarks);
criterion_main!(committees);
