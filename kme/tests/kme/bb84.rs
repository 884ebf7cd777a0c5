//! KMEs over simulated quantum links: from photons to keys of applications.

use crate::{
	common::{
		base,
		config::config,
		has_bits,
		pki::Pki,
		sae::{keys, Sae},
		until,
	},
	message,
};
use consilium_kme::{
	link::{bb84::Bb84, eavesdropper::Eavesdropper, status::LinkState, Link},
	Kme, KmeConfig,
};
use std::{net::SocketAddr, sync::Arc};

/// Three KMEs in a line over simulated links.
async fn line(change: impl Fn(&mut KmeConfig)) -> (Pki, [Kme; 3]) {
	let _ = env_logger::builder().is_test(true).try_init();
	let pki = Pki::default();
	let start = async |id: &str, dials: &[(&str, SocketAddr)]| {
		let mut config = config(&pki, id, dials);
		change(&mut config);
		Kme::start(config, Arc::new(Bb84::new())).await.unwrap()
	};
	let c = start("kme-c", &[]).await;
	let b = start("kme-b", &[("kme-c", c.addresses().links.unwrap())]).await;
	let a = start("kme-a", &[("kme-b", b.addresses().links.unwrap())]).await;
	(pki, [a, b, c])
}

fn link<'a>(kme: &'a Kme, peer: &str) -> &'a Arc<Link> {
	kme.network().links().iter().find(|(id, _)| id.as_str() == peer).unwrap().1
}

fn sae(pki: &Pki, kme: &Kme, name: &str) -> Sae {
	Sae { client: pki.client(name), base: base(kme) }
}

#[tokio::test(flavor = "multi_thread")]
async fn simulated_links_give_keys_to_saes() {
	let (pki, kmes) = line(|_| ()).await;
	for kme in &kmes {
		has_bits(kme).await;
	}
	let [a, b, c] = &kmes;
	for (there, slave) in [(b, "sae-b1"), (c, "sae-c1")] {
		let made = sae(&pki, a, "sae-a1").enc_keys(slave, 3).await;
		let ids: Vec<_> = made.iter().map(|(id, _)| id.as_str()).collect();
		let (code, body) = sae(&pki, there, slave).dec_keys("sae-a1", &ids).await;
		assert_eq!((code, keys(&body)), (200, made));
	}
	let status = link(a, "kme-b").status();
	// The preset's error rate is between 1.5 and 2 %.
	let qber = status.qber.unwrap();
	assert!((0.01..0.025).contains(&qber), "QBER {qber}");
	assert!(status.secret_rate > 0.0 && status.secret_rate < status.sifted_rate);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_eavesdropper_stops_key_delivery_until_she_is_removed() {
	let (pki, kmes) = line(|config| {
		if let Some(simulation) = config.links.iter_mut().find_map(|link| link.simulation.as_mut()) {
			simulation.intercept_resend = 1.0;
		}
	})
	.await;
	let [a, b, _] = &kmes;
	let tapped = link(a, "kme-b");
	until(|| tapped.status().state == LinkState::Aborted).await;
	assert_eq!(tapped.pool().stored_bits(), (0, 0));
	assert_eq!(link(b, "kme-a").pool().stored_bits(), (0, 0));
	let alice = sae(&pki, a, "sae-a1");
	let (code, body) = alice.get("sae-b1/enc_keys").await;
	assert_eq!(code, 503);
	let text = message(&body);
	assert!(text.starts_with("link kme-a-kme-b: no key: QBER .2"), "{text}");
	assert!(text.ends_with("above what can be corrected: eavesdropping?"), "{text}");
	let qber = tapped.status().qber.unwrap();
	assert!((0.23..0.28).contains(&qber), "QBER {qber}");

	tapped.set_eavesdropper(Eavesdropper::default());
	until(|| tapped.status().state == LinkState::Up && link(b, "kme-a").status().state == LinkState::Up)
		.await;
	let made = alice.enc_keys("sae-b1", 1).await;
	let (code, body) = sae(&pki, b, "sae-b1").dec_keys("sae-a1", &[&made[0].0]).await;
	assert_eq!((code, keys(&body)), (200, made));
}

/// The first block is signed; the next ones carry tags, whose pads come from previous blocks.
#[tokio::test(flavor = "multi_thread")]
async fn later_blocks_are_authenticated_by_tags() {
	let (_pki, kmes) = line(|config| config.links.iter_mut().for_each(|link| link.pool_bits = 1 << 26)).await;
	let [a, b, _] = &kmes;
	let (here, there) = (link(a, "kme-b"), link(b, "kme-a"));
	for _ in 0..3 {
		let before = (here.pool().stored_bits().0, there.pool().stored_bits().0);
		until(|| here.pool().stored_bits().0 > before.0 && there.pool().stored_bits().0 > before.1).await;
	}
	assert_eq!((here.status().state, there.status().state), (LinkState::Up, LinkState::Up));
	assert_eq!(here.status().last_abort, None);
}
