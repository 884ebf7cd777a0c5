//! The chain specifications that the binary accepts.
//!
//! `dev`, `local` and `committee` are built from the presets of the embedded runtime; every other chain is a
//! JSON file, as `consilium-node export-chain-spec` prints it.

use consilium_runtime::{genesis::COMMITTEE_TESTNET_PRESET, WASM_BINARY};
use sc_service::{ChainType, Properties};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use std::path::Path;

/// Chain specification without extensions.
pub type ChainSpec = sc_service::GenericChainSpec;

/// Prefix of the chain's network protocols.
const PROTOCOL_ID: &str = "consilium";

/// SS58 prefix: Substrate's generic one, as in the runtime's `SS58Prefix`.
const SS58_FORMAT: u16 = 42;

/// The specification of the chain `id`: `dev`, `local` (the default, for an empty `id`), `committee`, or the
/// path of a JSON file.
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
		"this binary was built with SKIP_WASM_BUILD and has no embedded runtime: build it without \
		 SKIP_WASM_BUILD, or pass the JSON file of a chain specification with --chain",
	)?;
	// The chain has no currency, hence no token properties.
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
			"--chain {}: not a file, and not the name of a built-in chain; give `dev`, `local`, `committee` \
			 or the path of a chain specification in JSON",
			path.display(),
		));
	}
	ChainSpec::from_json_file(path.to_owned()).map_err(|error| {
		format!(
			"--chain {}: {error}; expected JSON as printed by `consilium-node export-chain-spec`",
			path.display(),
		)
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::fs;

	#[test]
	fn unknown_names_list_the_known_ones() {
		let Err(message) = load("mainnet") else { panic!("there is no chain `mainnet`") };
		assert!(message.contains("--chain mainnet: not a file"), "{message}");
		assert!(message.contains("`dev`, `local`"), "{message}");
	}

	#[test]
	fn invalid_files_are_named() {
		let folder = tempfile::tempdir().unwrap();
		let file = folder.path().join("chain.json");
		for content in ["", "{", "[]", r#"{"name": "x"}"#, "\u{0}"] {
			fs::write(&file, content).unwrap();
			let Err(message) = load(&file.display().to_string()) else {
				panic!("{content:?} is not a chain specification")
			};
			assert!(message.contains("chain.json: Error parsing spec file"), "{content:?}: {message}");
		}
		let Err(message) = load(&folder.path().display().to_string()) else {
			panic!("a folder is not a chain specification")
		};
		assert!(message.contains("not a file"), "{message}");
	}
}
