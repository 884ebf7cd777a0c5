//! The whole post-processing of a block at a QBER of 2 %, from detections to keys, with tags, both ends on one core.
//! Throughput is bits of the raw key, which has about half as many as there are detections. Aim: 5 Mbit/s for one end, so half
//! of that here.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{parameters, run_honestly, Channel};
use criterion::{criterion_group, criterion_main, BatchSize, BenchmarkId, Criterion, Throughput};
use std::time::Duration;

fn post_processing(criterion: &mut Criterion) {
	let mut group = criterion.benchmark_group("post_processing");
	group.sample_size(10).measurement_time(Duration::from_secs(4)).warm_up_time(Duration::from_millis(500));
	for sifted in [10_000, 30_000, 100_000, 300_000, 1_000_000] {
		// About half of the detections has the key basis at both ends.
		let channel = Channel { key_basis_probability: 0.7, ..Channel::new(2 * sifted, 0.02) };
		let records = channel.transmit(1);
		let ends = run_honestly(&parameters(), records.clone());
		let (messages, bytes) = (ends.messages, ends.bytes);
		let (outcome, _) = ends.outcomes();
		println!(
			"{} bits: {} leaked, {} secret, {} of them for tags; {messages} messages, {bytes} bytes",
			outcome.sifted_bits(),
			outcome.leaked_bits,
			outcome.secret_bits(),
			outcome.authentication_bits,
		);
		group.throughput(Throughput::Elements(outcome.sifted_bits()));
		group.bench_function(BenchmarkId::from_parameter(sifted), |bencher| {
			bencher.iter_batched(
				|| records.clone(),
				|records| run_honestly(&parameters(), records),
				BatchSize::PerIteration,
			);
		});
	}
	group.finish();
}

criterion_group!(benches, post_processing);
criterion_main!(benches);
