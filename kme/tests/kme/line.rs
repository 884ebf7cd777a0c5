//! Three KMEs in one process.

use crate::{
	common::{base, config::config, has_bits, pki::Pki, sae::Sae},
	engine::Seeded,
};
use consilium_kme::{Kme, KmeConfig};
use std::{net::SocketAddr, sync::Arc};

/// Three KMEs in a line, connected.
pub struct Line {
	pub pki: Pki,
	pub engine: Arc<Seeded>,
	pub a: Kme,
	pub b: Kme,
	pub c: Kme,
}

impl Line {
	pub async fn start() -> Self {
		Self::start_with(Seeded::new(16 * 1024), |_| ()).await
	}

	pub async fn start_with(engine: Arc<Seeded>, change: impl Fn(&mut KmeConfig)) -> Self {
		let _ = env_logger::builder().is_test(true).try_init();
		let pki = Pki::default();
		let start = async |id: &str, dials: &[(&str, SocketAddr)]| {
			let mut config = config(&pki, id, dials);
			change(&mut config);
			Kme::start(config, engine.clone()).await.unwrap()
		};
		let c = start("kme-c", &[]).await;
		let b = start("kme-b", &[("kme-c", c.addresses().links.unwrap())]).await;
		let a = start("kme-a", &[("kme-b", b.addresses().links.unwrap())]).await;
		let line = Self { pki, engine, a, b, c };
		if *line.engine.flows.borrow() {
			line.settled().await;
		}
		line
	}

	/// Waits until every link has secret bits.
	pub async fn settled(&self) {
		for kme in [&self.a, &self.b, &self.c] {
			has_bits(kme).await;
		}
	}

	pub fn sae(&self, name: &str) -> Sae {
		let at = match name.as_bytes()[4] {
			b'b' => &self.b,
			b'c' => &self.c,
			_ => &self.a,
		};
		Sae { client: self.pki.client(name), base: base(at) }
	}
}
