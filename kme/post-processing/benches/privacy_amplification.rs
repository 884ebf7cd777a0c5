//! Toeplitz hashing of a key to two fifths of its length. Throughput is key bits per second.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

use consilium_post_processing::{
	bits::BitString,
	privacy_amplification::{amplify, seed_bits},
};
use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::time::Duration;

fn toeplitz(criterion: &mut Criterion) {
	let mut group = criterion.benchmark_group("toeplitz");
	group.sample_size(10).measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_millis(500));
	let mut rng = ChaCha8Rng::seed_from_u64(1);
	for length in [10_000, 100_000, 1_000_000, 4_000_000] {
		let secret = length * 2 / 5;
		let key = BitString::random(length, &mut rng);
		let seed = BitString::random(seed_bits(length, secret), &mut rng);
		group.throughput(Throughput::Elements(length as u64));
		group.bench_function(BenchmarkId::from_parameter(length), |bencher| {
			bencher.iter(|| amplify(&key, &seed, secret).unwrap());
		});
	}
	group.finish();
}

criterion_group!(benches, toeplitz);
criterion_main!(benches);
