//! Cascade alone, both ends on one core, at a QBER of 2 %. Throughput is raw key bits per second.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

use consilium_post_processing::{
	bits::BitString,
	cascade::{reconcile, Agreement, Corrector, ParitySource, Variant, DEFAULT_FRAME_BITS},
};
use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::time::Duration;

fn cascade(criterion: &mut Criterion) {
	const ERROR_RATE: f64 = 0.02;
	let mut group = criterion.benchmark_group("cascade");
	group.sample_size(10).measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_millis(500));
	let mut rng = ChaCha8Rng::seed_from_u64(1);
	for length in [10_000, 100_000, 1_000_000] {
		let key = BitString::random(length, &mut rng);
		let noisy = BitString::from_fn(length, |index| key.get(index) ^ rng.random_bool(ERROR_RATE));
		group.throughput(Throughput::Elements(length as u64));
		for variant in [Variant::Original, Variant::Option8] {
			let agreement = Agreement { variant, frame_bits: DEFAULT_FRAME_BITS, seed: [1; 32] };
			let run = || {
				let mut source = ParitySource::new(&key, &agreement).unwrap();
				let corrector = Corrector::new(&noisy, &agreement, ERROR_RATE, u64::MAX).unwrap();
				reconcile(corrector, &mut source).unwrap()
			};
			let correction = run();
			assert!(variant == Variant::Original || correction.key == key);
			let entropy = -ERROR_RATE * ERROR_RATE.log2() - (1.0 - ERROR_RATE) * (1.0 - ERROR_RATE).log2();
			println!(
				"{variant:?}, {length} bits: efficiency {:.3}, {} round trips",
				correction.leaked as f64 / (length as f64 * entropy),
				correction.round_trips
			);
			group.bench_function(BenchmarkId::new(format!("{variant:?}"), length), |bencher| {
				bencher.iter(run)
			});
		}
	}
	group.finish();
}

criterion_group!(benches, cascade);
criterion_main!(benches);
