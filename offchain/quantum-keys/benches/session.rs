//! Cost of a session key on one core: encapsulation at the sender, decapsulation at the receiver, and
//! derivation at both, of 71 bytes with a context as long as a sealed blob's header.

use consilium_quantum_keys::session::{decapsulate, derive, encapsulate};
use criterion::{criterion_group, criterion_main, Criterion, Throughput};
use ml_kem::{DecapsulationKey768, KeyExport, Seed};
use std::hint::black_box;

const SEED: [u8; 64] = [7; 64];
const QKD_KEY: [u8; 32] = [8; 32];
const SALT: [u8; 32] = [9; 32];
const CONTEXT: [u8; 1266] = [10; 1266];

fn benchmarks(criterion: &mut Criterion) {
	let key = DecapsulationKey768::from_seed(Seed::from(SEED)).encapsulation_key().to_bytes().into();
	let (ciphertext, secret) = encapsulate(&key).expect("a valid key");
	let mut group = criterion.benchmark_group("session");
	group.throughput(Throughput::Elements(1));
	group.bench_function("encapsulate", |bencher| bencher.iter(|| encapsulate(black_box(&key))));
	group.bench_function("decapsulate from the seed", |bencher| {
		bencher.iter(|| decapsulate(black_box(&SEED), black_box(&ciphertext)));
	});
	group.bench_function("derive", |bencher| {
		bencher.iter(|| derive::<71>(black_box(&secret), Some(&QKD_KEY), &SALT, black_box(&CONTEXT)));
	});
	group.bench_function("sender: encapsulate and derive", |bencher| {
		bencher.iter(|| {
			let (_, secret) = encapsulate(black_box(&key)).expect("a valid key");
			derive::<71>(&secret, Some(&QKD_KEY), &SALT, black_box(&CONTEXT))
		});
	});
	group.finish();
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
