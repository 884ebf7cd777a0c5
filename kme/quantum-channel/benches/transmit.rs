//! Simulation of blocks on one core, by block size.
//!
//! Throughput is detections per second. Target: a million detections in about 0.1 s, and 10^9 pulses over 100
//! km well below a second.

use consilium_quantum_channel::{
	eavesdropper::Eavesdropper, model::Model, parameters::Link, simulator::Simulator,
};
use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use std::hint::black_box;

const SEED: [u8; 32] = [7; 32];

fn by_block(bencher: &mut Criterion) {
	let mut group = bencher.benchmark_group("transmit");
	group.sample_size(10);
	let link = Link::metropolitan(25.0);
	let attack = Eavesdropper::InterceptResend { fraction: 0.1 };
	for (name, simulator, eavesdropper, sizes) in [
		("sampled", Simulator::Sampled, Eavesdropper::None, &[1_000, 10_000, 100_000, 1_000_000][..]),
		("sampled_intercepted", Simulator::Sampled, attack, &[1_000_000]),
		("monte_carlo", Simulator::MonteCarlo, Eavesdropper::None, &[1_000, 10_000]),
	] {
		let model = Model::new(&link, &eavesdropper).expect("a preset");
		for &detections in sizes {
			let pulses =
				(detections as f64 / model.expected_detections(1 << 40) * (1u64 << 40) as f64) as u64;
			group.throughput(Throughput::Elements(detections));
			group.bench_with_input(BenchmarkId::new(name, detections), &pulses, |b, &pulses| {
				b.iter(|| black_box(simulator.transmit(&link, &eavesdropper, pulses, SEED)))
			});
		}
	}
	let pulses = 1_000_000_000;
	group.throughput(Throughput::Elements(pulses));
	group.bench_function("sampled_pulses/1e9 over 100 km", |b| {
		b.iter(|| {
			black_box(Simulator::Sampled.transmit(&Link::lim(100.0), &Eavesdropper::None, pulses, SEED))
		})
	});
	group.finish();
}

criterion_group!(benches, by_block);
criterion_main!(benches);
