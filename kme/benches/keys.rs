//! Keys per second from enc_keys, between two KMEs on this machine, over reused connections with mutual TLS.
//!
//! Each iteration is one request on each connection at the same time. A key is created, delivered to the
//! other KME under a one-time pad, stored there and confirmed before the response. Secret bits are dealt (no
//! physics) in the same process, so their cost is included. Target: 2,000 keys per second.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

#[path = "../tests/kme/common/mod.rs"]
mod common;

use common::{base, config::config, has_bits, pki::Pki, sae::Sae};
use consilium_kme::{
	config::{KeyLimits, KmeConfig},
	link::dealer::Dealer,
	Kme,
};
use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use std::{sync::Arc, time::Duration};
use tokio::runtime::Runtime;

/// Simultaneous connections of an SAE.
const CONNECTIONS: [usize; 3] = [1, 4, 16];

fn pair(runtime: &Runtime, pki: &Pki) -> (Kme, Kme) {
	let adapt = |mut config: KmeConfig| {
		config.links.iter_mut().for_each(|link| link.pool_bits = 1 << 26);
		config.keys =
			KeyLimits { max_key_count: 10_000_000, lifetime: Duration::from_secs(5), ..KeyLimits::default() };
		config
	};
	runtime.block_on(async {
		let mut b = adapt(config(pki, "kme-b", &[]));
		b.links.retain(|link| link.peer.as_str() == "kme-a");
		let b = Kme::start(b, Arc::new(Dealer::default())).await.unwrap();
		let a = adapt(config(pki, "kme-a", &[("kme-b", b.addresses().links.unwrap())]));
		let a = Kme::start(a, Arc::new(Dealer::default())).await.unwrap();
		has_bits(&a).await;
		has_bits(&b).await;
		(a, b)
	})
}

fn enc_keys(criterion: &mut Criterion) {
	let runtime = Runtime::new().unwrap();
	let pki = Pki::default();
	let (a, _b) = pair(&runtime, &pki);
	let mut group = criterion.benchmark_group("enc_keys");
	group.sample_size(20).measurement_time(Duration::from_secs(6));
	for number in [1, 64] {
		for connections in CONNECTIONS {
			let saes: Vec<_> =
				(0..connections).map(|_| Sae { client: pki.client("sae-a1"), base: base(&a) }).collect();
			group.throughput(Throughput::Elements((number * connections) as u64));
			let id = BenchmarkId::new(format!("number={number}"), format!("{connections} connections"));
			group.bench_function(id, |bencher| {
				bencher.iter(|| {
					runtime.block_on(async {
						let requests = saes.iter().map(|sae| sae.enc_keys("sae-b1", number));
						futures::future::join_all(requests).await
					})
				});
			});
		}
	}
	group.finish();
}

fn fetch(criterion: &mut Criterion) {
	let runtime = Runtime::new().unwrap();
	let pki = Pki::default();
	let (a, b) = pair(&runtime, &pki);
	let master = Sae { client: pki.client("sae-a1"), base: base(&a) };
	let slave = Sae { client: pki.client("sae-b1"), base: base(&b) };
	let mut group = criterion.benchmark_group("enc_keys and dec_keys");
	group.sample_size(20).measurement_time(Duration::from_secs(6));
	for number in [1, 64] {
		group.throughput(Throughput::Elements(number as u64));
		group.bench_function(format!("number={number}"), |bencher| {
			bencher.iter(|| {
				runtime.block_on(async {
					let made = master.enc_keys("sae-b1", number).await;
					let ids: Vec<_> = made.iter().map(|(id, _)| id.as_str()).collect();
					assert_eq!(slave.dec_keys("sae-a1", &ids).await.0, 200);
				})
			});
		});
	}
	group.finish();
}

criterion_group!(benches, enc_keys, fetch);
criterion_main!(benches);
