//! `consilium-node hospital doctor`

use super::{
	account::AccountKey,
	ask::{self, USUAL_URL},
	status::{check_lines, text},
};
use crate::health::status::CheckView;
use clap::Args;
use consilium_hospital::{
	health::{Check, Health, State},
	HospitalConfig,
};
use consilium_runtime::VERSION;
use std::{
	error::Error,
	fmt::Write,
	path::{Path, PathBuf},
	time::SystemTime,
};

/// Options of `hospital doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
	/// Address of the node's JSON-RPC, http:// or ws://.
	#[arg(long, default_value = USUAL_URL)]
	url: String,

	/// The hospital's configuration, to check what can be checked while no node runs.
	#[arg(long, value_name = "HOSPITAL.TOML")]
	hospital: Option<PathBuf>,
}

/// What was found.
#[derive(Debug)]
pub struct Findings {
	/// The text to print.
	pub text: String,
	/// The checks that failed.
	pub failed: Vec<String>,
}

impl Doctor {
	/// Checks everything. `version` is that of the program.
	pub fn run(&self, version: &str) -> Result<Findings, Box<dyn Error + Send + Sync>> {
		let mut out = format!(
			"consilium-node {version}, made for runtime {}, {} {}\n",
			VERSION.spec_version,
			std::env::consts::OS,
			std::env::consts::ARCH
		);
		let checks = match (ask::status(&self.url, true), &self.hospital) {
			(Ok(status), _) => {
				writeln!(out, "The node at {} says:\n\n{}", self.url, text(&status))?;
				status.checks
			},
			(Err(error), Some(file)) => {
				let node = Check::failed("node", error.to_string());
				let checks: Vec<_> = std::iter::once(node).chain(without_node(file)).collect();
				let checks: Vec<_> = checks.iter().map(CheckView::from).collect();
				writeln!(out, "Without a node, of {}:\n", file.display())?;
				check_lines(&mut out, &checks)?;
				checks
			},
			(Err(error), None) => {
				return Err(format!(
					"{error}. Without a node, --hospital HOSPITAL.TOML checks what needs no chain"
				)
				.into())
			},
		};
		let failed = checks.into_iter().filter(|check| check.state == State::Failed);
		Ok(Findings { text: out, failed: failed.map(|check| check.name).collect() })
	}
}

/// What needs neither a node nor a chain.
fn without_node(file: &Path) -> Vec<Check> {
	let config = match HospitalConfig::load(file) {
		Ok(config) => config,
		Err(error) => return vec![Check::failed("hospital", error.to_string())],
	};
	let account = match AccountKey::read(&config.keys.account) {
		Ok(_) => Check::ok("hospital", format!("{} can be read", file.display())),
		Err(error) => Check::failed("hospital", error.to_string()),
	};
	let report = Health::new(config, None).check(&[], &[], SystemTime::now());
	std::iter::once(account).chain(report.checks).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use consilium_hospital::{keys::HospitalKeys, secret_file::write_secret};
	use std::{fs, net::TcpListener};

	/// A doctor for a hospital that only computes, and an address at which nothing answers.
	fn doctor(folder: &Path) -> Doctor {
		HospitalKeys::development("alice").unwrap().write(folder).unwrap();
		write_secret(&folder.join("account.key"), "//Alice").unwrap();
		let config = "name = \"Alice General\"\n\
			[keys]\naccount = \"account.key\"\n\
			ml_dsa_65 = \"ml-dsa-65.key\"\nml_kem_768 = \"ml-kem-768.key\"\n\
			[blobs]\nstore = \"blobs\"\n";
		fs::write(folder.join("hospital.toml"), config).unwrap();
		let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
		Doctor { url: format!("http://{free}"), hospital: Some(folder.join("hospital.toml")) }
	}

	#[test]
	fn without_a_node_what_can_be_checked_is() {
		let folder = tempfile::tempdir().unwrap();
		let mut doctor = doctor(folder.path());
		let Findings { text, failed } = doctor.run("0.0.0").unwrap();
		assert_eq!(failed, ["node"]);
		assert!(text.contains("nothing answers at") && text.contains("ok       store"), "{text}");
		let seeds = ["ml-dsa-65.key", "ml-kem-768.key", "account.key"]
			.map(|file| fs::read_to_string(folder.path().join(file)).unwrap());
		assert!(seeds.iter().all(|seed| !text.contains(seed.trim())), "a secret: {text}");

		fs::remove_dir(folder.path().join("blobs")).unwrap();
		fs::write(folder.path().join("blobs"), "a file in the way").unwrap();
		let Findings { text, failed } = doctor.run("0.0.0").unwrap();
		assert_eq!(failed, ["node", "store"], "{text}");
		doctor.hospital = None;
		assert!(doctor.run("0.0.0").unwrap_err().to_string().contains("--hospital"));
	}
}
