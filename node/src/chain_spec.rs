//! Which chains the binary knows.
//!
//! `dev`, `local` and `committee` come from the presets of the runtime inside the binary; every other chain is a JSON file, as
//! `consilium-node export-chain-spec` writes it.

use consilium_runtime::{genesis::COMMITTEE_TESTNET_PRESET, WASM_BINARY};
use sc_service::{ChainType, Properties};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use std::path::Path;

/// Chain specification without extensions.
pub type ChainSpec = sc_service::GenericChainSpec;

/// Name of the chain's protocols on the network.
const PROTOCOL_ID: &str = "consilium";

/// Prefix of addresses: the generic one of Substrate, as in the runtime's `SS58Prefix`.
const SS58_FORMAT: u16 = 42;

/// The chain `id`: `dev`, `local`, nothing (which is `local`), `committee`, or the path of a JSON file.
pub fn load(id: &str) -> Result<ChainSpec, String> {
	match id {
		"dev" => preset("Consilium Development", "consilium_dev", ChainType::Development, DEV_RUNTIME_PRESET),
		"" | "local" => {
			preset("Consilium Local", "consilium_local", ChainType::Local, LOCAL_TESTNET_RUNTIME_PRESET)
		},
		"committee" => {
			preset("Consilium Committee", "consilium_committee", ChainType::Local, COMMITTEE_TESTNET_PRESET)
		},
		path => from_file(Path::new(path)),
	}
}

fn preset(name: &str, id: &str, chain_type: ChainType, preset: &str) -> Result<ChainSpec, String> {
	let code = WASM_BINARY.ok_or(
		"this binary was built with SKIP_WASM_BUILD and holds no runtime: build it without, or give a chain \
		 specification as a JSON file with --chain",
	)?;
	// There is no coin, hence no token properties.
	let properties = Properties::from_iter([("ss58Format".to_owned(), SS58_FORMAT.into())]);
	Ok(ChainSpec::builder(code, None)
		.with_name(name)
		.with_id(id)
		.with_chain_type(chain_type)
		.with_protocol_id(PROTOCOL_ID)
		.with_properties(properties)
		.with_genesis_config_preset_name(preset)
		.build())
}

fn from_file(path: &Path) -> Result<ChainSpec, String> {
	if !path.is_file() {
		return Err(format!(
			"--chain {}: there is no such file, and no chain of this name; give `dev`, `local`, `committee` or the path of a \
			 chain specification in JSON",
			path.display(),
		));
	}
	ChainSpec::from_json_file(path.to_owned()).map_err(|error| {
		format!(
			"--chain {}: {error}; a chain specification is JSON as `consilium-node export-chain-spec` prints it",
			path.display(),
		)
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::fs;

	#[test]
	fn unknown_names_say_what_is_known() {
		let Err(message) = load("mainnet") else { panic!("there is no chain `mainnet`") };
		assert!(message.contains("--chain mainnet: there is no such file"), "{message}");
		assert!(message.contains("`dev`, `local`"), "{message}");
	}

	#[test]
	fn files_that_are_no_chain_specification_are_named() {
		let folder = tempfile::tempdir().unwrap();
		let file = folder.path().join("chain.json");
		for content in ["", "{", "[]", r#"{"name": "x"}"#, "\u{0}"] {
			fs::write(&file, content).unwrap();
			let Err(message) = load(&file.display().to_string()) else { panic!("{content:?} is no chain") };
			assert!(message.contains("chain.json: Error parsing spec file"), "{content:?}: {message}");
		}
		let Err(message) = load(&folder.path().display().to_string()) else { panic!("a folder is no chain") };
		assert!(message.contains("there is no such file"), "{message}");
	}

	/// The code of a runtime differs from folder to folder; ids and genesis do not.
	#[test]
	fn committed_specifications_are_those_of_the_presets() {
		let folder = Path::new("../chain-specs");
		for (file, id, preset) in [
			("development.json", "consilium_dev", DEV_RUNTIME_PRESET),
			("local.json", "consilium_local", LOCAL_TESTNET_RUNTIME_PRESET),
			("committee.json", "consilium_committee", COMMITTEE_TESTNET_PRESET),
		] {
			let text = fs::read_to_string(folder.join(file)).unwrap();
			let written: serde_json::Value = serde_json::from_str(&text).unwrap();
			let patch = consilium_runtime::genesis::get_preset(&preset.into()).unwrap();
			let patch: serde_json::Value = serde_json::from_slice(&patch).unwrap();
			let stale = "is stale; make it anew with chain-specs/generate.sh";
			assert!(written["genesis"]["runtimeGenesis"]["patch"] == patch, "{file} {stale}");
			assert!(written["id"] == id, "{file} {stale}");
			assert!(ChainSpec::from_json_file(folder.join(file)).is_ok(), "{file} {stale}");
		}
	}
}
