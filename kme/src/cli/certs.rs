//! `consilium-kme certs`.

use clap::Args;
use consilium_kme::{
	identity::{KmeId, SaeId},
	pki,
};
use std::{error::Error, path::PathBuf};

/// Create certificates for a trial: an authority, and one for each KME and SAE
///
/// Private keys are readable by their owner only. No file is overwritten.
#[derive(Args)]
pub struct Certs {
	/// Folder for the files; created if missing
	#[arg(long)]
	out: PathBuf,
	/// A KME and the host names and addresses of its certificate, such as
	/// kme-alice=10.0.0.1,kme.alice.example
	#[arg(long = "kme", value_name = "ID=HOST[,HOST]", value_parser = kme)]
	kmes: Vec<(KmeId, Vec<String>)>,
	/// An SAE, such as sae-alice
	#[arg(long = "sae", value_name = "ID", num_args = 1..)]
	saes: Vec<SaeId>,
}

fn kme(text: &str) -> Result<(KmeId, Vec<String>), String> {
	let (id, hosts) = text.split_once('=').ok_or("give an id and a host, such as kme-alice=127.0.0.1")?;
	let id = KmeId::new(id).map_err(|fault| fault.to_string())?;
	let hosts: Vec<String> = hosts.split(',').map(str::to_owned).collect();
	if hosts.iter().any(String::is_empty) {
		return Err(format!("a host of {id} is empty"));
	}
	Ok((id, hosts))
}

impl Certs {
	pub fn run(self) -> Result<(), Box<dyn Error>> {
		for file in pki::create(&self.out, &self.kmes, &self.saes)? {
			println!("{}", file.display());
		}
		println!(
			"These certificates are for trials only and are valid for two years. Anyone with {} can \
			 pose as any SAE or KME:\ndelete it when no more certificates are needed.",
			pki::key_file(&self.out, "ca").display()
		);
		Ok(())
	}
}
