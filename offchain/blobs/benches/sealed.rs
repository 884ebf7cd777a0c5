//! Cost of sealing and opening on one core.
//!
//! Goal: sealing and opening 64 MiB in memory at 60 % or more of the AES-256-GCM speed that `openssl speed
//! -evp aes-256-gcm -bytes 65536 -seconds 3` reports for the same core, in 1000 bytes per second.
//! `aes_256_gcm` is the same work by `ring` alone, in memory touched before; the extra time of `seal` and
//! `open` goes into copying the plaintext and into the first touch of fresh memory. `reference` is the hash
//! under which the store keeps the blob.

use consilium_blobs::{
	sealed::{
		open, open_in_place, open_stream, seal, seal_in_place, seal_stream, ContentKeys, Expected, Header,
		SealContext,
	},
	BlobReference,
};
use consilium_primitives::{study::RoundKey, H256};
use criterion::{criterion_group, criterion_main, BatchSize, Criterion, Throughput};
use ring::aead::{Aad, LessSafeKey, Nonce, UnboundKey, AES_256_GCM};
use std::{
	hint::black_box,
	io::{self, Cursor},
};

const LENGTH: usize = 64 << 20;
const CHUNK: usize = 65_536;

fn benchmarks(criterion: &mut Criterion) {
	let context = SealContext {
		genesis: H256::zero(),
		round: RoundKey { study: 0, round: 1, attempt: 1 },
		sender: [1; 32],
		receiver: [2; 32],
	};
	let header = Header {
		context,
		key_id: Some([3; 16]),
		kem_ciphertext: [4; 1088],
		salt: [5; 32],
		length: LENGTH as u64,
	};
	let expected = Expected { suite: header.suite(), context };
	let keys = ContentKeys::from_okm(&[6; 71].into());
	let plaintext: Vec<u8> = (0..LENGTH).map(|index| (index % 251) as u8).collect();
	let blob = seal(&header, &keys, &plaintext).expect("the header states its length");

	let mut group = criterion.benchmark_group("64 MiB");
	group.throughput(Throughput::Bytes(LENGTH as u64)).sample_size(20);
	group.bench_function("aes_256_gcm", |bencher| {
		let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).expect("32 bytes"));
		let mut text = plaintext.clone();
		bencher.iter(|| {
			for (index, chunk) in (0u64..).zip(text.chunks_mut(CHUNK)) {
				let mut nonce = [0; 12];
				nonce[4..].copy_from_slice(&index.to_be_bytes());
				let nonce = Nonce::assume_unique_for_key(nonce);
				let sealed = key.seal_in_place_separate_tag(nonce, Aad::from([0; 32]), chunk);
				let _tag = black_box(sealed.expect("a chunk is short"));
			}
		});
	});
	group.bench_function("seal", |bencher| {
		bencher.iter_with_large_drop(|| seal(&header, &keys, black_box(&plaintext)).expect("as above"));
	});
	group.bench_function("open", |bencher| {
		bencher.iter_with_large_drop(|| open(&keys, &expected, black_box(&blob)).expect("authentic"));
	});
	let roomy = || {
		let mut memory = Vec::with_capacity(blob.len());
		memory.extend(&plaintext);
		memory
	};
	group.bench_function("seal_in_place", |bencher| {
		let seal = |plaintext| seal_in_place(&header, &keys, plaintext).expect("as above");
		bencher.iter_batched(roomy, seal, BatchSize::PerIteration);
	});
	group.bench_function("open_in_place", |bencher| {
		let open = |blob| open_in_place(&keys, &expected, blob).expect("authentic");
		bencher.iter_batched(|| blob.clone(), open, BatchSize::PerIteration);
	});
	group.bench_function("seal_stream", |bencher| {
		bencher.iter(|| {
			seal_stream(&header, &keys, black_box(plaintext.as_slice()), io::sink()).expect("as above")
		});
	});
	group.bench_function("open_stream", |bencher| {
		bencher.iter(|| {
			open_stream(&keys, &expected, Cursor::new(black_box(&blob)), io::sink()).expect("authentic")
		});
	});
	group.bench_function("reference", |bencher| bencher.iter(|| BlobReference::of(black_box(&blob))));
	group.finish();
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
