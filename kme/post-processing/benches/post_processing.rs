//! The complete post-processing of a block at a QBER of 2 %, from detections to keys, with tags, on one core.
//! Throughput is raw key bits per second; there are about half as many of them as detections.
//!
//! The time that each end spends in its `start` and `handle` is measured separately, as on a link each end
//! has its own core. Target: 5 Mbit/s per end. `both` is their sum.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

#[path = "../tests/blocks/link.rs"]
mod link;

use consilium_post_processing::{
	authentication::End,
	protocol::{BlockOutcome, Receiver, Transmitter},
};
use consilium_quantum_channel::record::{Detected, Sent};
use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use link::{parameters, tags, Channel};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::time::{Duration, Instant};

/// A finished block.
struct Block {
	transmitter: Duration,
	receiver: Duration,
	outcome: BlockOutcome,
	messages: usize,
	bytes: usize,
}

/// A part of a block's time.
type Share = fn(&Block) -> Duration;

fn block((sent, detected): (Vec<Sent>, Vec<Detected>)) -> Block {
	let (mut transmitters, mut receivers) = (tags(End::Transmitter), tags(End::Receiver));
	let mut transmitter = Transmitter::new(parameters(), 5, sent, ChaCha20Rng::seed_from_u64(1));
	let mut receiver = Receiver::new(parameters(), 5, detected, 0.02);
	let (mut of_transmitter, mut of_receiver) = (Duration::ZERO, Duration::ZERO);
	let (mut messages, mut bytes) = (0, 0);

	let begin = Instant::now();
	let mut next = receiver.start(&mut receivers).unwrap();
	of_receiver += begin.elapsed();
	loop {
		messages += 1;
		bytes += next.len();
		let begin = Instant::now();
		let step = if messages % 2 == 1 {
			let step = transmitter.handle(&next, &mut transmitters).unwrap();
			of_transmitter += begin.elapsed();
			step
		} else {
			let step = receiver.handle(&next, &mut receivers).unwrap();
			of_receiver += begin.elapsed();
			step
		};
		match step.reply {
			Some(reply) => next = reply,
			None => {
				let outcome = step.outcome.unwrap();
				assert!(outcome.key.is_ok());
				return Block {
					transmitter: of_transmitter,
					receiver: of_receiver,
					outcome,
					messages,
					bytes,
				};
			},
		}
	}
}

fn post_processing(criterion: &mut Criterion) {
	let mut group = criterion.benchmark_group("post_processing");
	group.sample_size(10).measurement_time(Duration::from_secs(4)).warm_up_time(Duration::from_millis(500));
	for sifted in [10_000, 30_000, 100_000, 300_000, 1_000_000] {
		// About half of the detections have the key basis at both ends.
		let channel = Channel { key_basis_probability: 0.7, ..Channel::new(2 * sifted, 0.02) };
		let records = channel.transmit(1);
		let Block { outcome, messages, bytes, .. } = block(records.clone());
		println!(
			"{} bits: {} leaked, {} secret, {} of them for tags; {messages} messages, {bytes} bytes",
			outcome.sifted_bits(),
			outcome.leaked_bits,
			outcome.secret_bits(),
			outcome.authentication_bits,
		);
		group.throughput(Throughput::Elements(outcome.sifted_bits()));
		let ends: [(&str, Share); 3] = [
			("receiver", |block| block.receiver),
			("transmitter", |block| block.transmitter),
			("both", |block| block.receiver + block.transmitter),
		];
		for (name, time) in ends {
			group.bench_function(BenchmarkId::new(name, sifted), |bencher| {
				bencher.iter_custom(|blocks| (0..blocks).map(|_| time(&block(records.clone()))).sum());
			});
		}
	}
	group.finish();
}

criterion_group!(benches, post_processing);
criterion_main!(benches);
