//! `consilium-kme run` and `consilium-kme check`.

use clap::Args;
use consilium_kme::{link::bb84::Bb84, tls::Tls, Kme, KmeConfig};
use std::{error::Error, path::PathBuf, sync::Arc};
use tokio::signal::unix::{signal, SignalKind};

/// Run a KME until SIGTERM or SIGINT
#[derive(Args)]
pub struct Run {
	/// The configuration; see `consilium-kme example`
	#[arg(long)]
	config: PathBuf,
}

/// Check a configuration and its certificates, and summarise it
#[derive(Args)]
pub struct Check {
	/// The configuration; see `consilium-kme example`
	#[arg(long)]
	config: PathBuf,
}

impl Run {
	pub fn run(self) -> Result<(), Box<dyn Error>> {
		let config = KmeConfig::load(&self.config)?;
		tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
			// Before anything is served, as until then a signal kills the process.
			let mut terminate = signal(SignalKind::terminate())?;
			let mut interrupt = signal(SignalKind::interrupt())?;
			let id = config.id.clone();
			let kme = Kme::start(config, Arc::new(Bb84::new())).await?;
			let addresses = kme.addresses();
			log::info!("{id} serves SAEs at https://{}", addresses.sae);
			if let Some(address) = addresses.links {
				log::info!("{id} accepts other KMEs at {address}");
			}
			if let Some(address) = addresses.operator {
				log::info!("{id} serves metrics and link status at http://{address}");
				if !address.ip().is_loopback() {
					log::warn!(
						"{address} is not a loopback address; anyone who can reach it controls the simulated \
						 eavesdropper"
					);
				}
			}
			tokio::select! {
				_ = terminate.recv() => (),
				_ = interrupt.recv() => (),
			}
			log::info!("{id} stops; keys not yet fetched are lost");
			kme.stop().await;
			Ok(())
		})
	}
}

impl Check {
	pub fn run(self) -> Result<(), Box<dyn Error>> {
		let config = KmeConfig::load(&self.config)?;
		Tls::load(&config.tls, config.id.as_str())?;
		println!("{} is valid: KME {}", self.config.display(), config.id);
		println!("  serves SAEs at https://{}", config.sae.listen);
		for sae in config.saes() {
			println!("    {sae}");
		}
		for link in &config.links {
			let physics = if link.simulation.is_some() { "simulated" } else { "not simulated" };
			match &link.address {
				Some(address) => println!("  link to {}: dials {address}, {physics}", link.peer),
				None => println!("  link to {}: listens, {physics}", link.peer),
			}
		}
		for (kme, route) in config.map.routes(&config.id) {
			if route.hops > 1 {
				println!(
					"  {kme} is reached through {} in {} hops; the KMEs in between see the keys",
					route.next, route.hops
				);
			}
		}
		Ok(())
	}
}
