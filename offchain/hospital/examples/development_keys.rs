//! Writes the public development keys of all hospitals, raw, to a folder:
//! `cargo run -p consilium-hospital --release --example development_keys --
//! runtime/src/genesis/development-keys`

use consilium_hospital::keys::{HospitalKeys, DEVELOPMENT_NAMES};
use std::{error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
	let folder = std::env::args_os().nth(1).ok_or("usage: development_keys FOLDER")?;
	let folder = PathBuf::from(folder);
	fs::create_dir_all(&folder)?;
	for name in DEVELOPMENT_NAMES {
		let keys = HospitalKeys::development(name)?.public();
		fs::write(folder.join(format!("{name}.ml-dsa-65.pub")), keys.ml_dsa_65)?;
		fs::write(folder.join(format!("{name}.ml-kem-768.pub")), keys.ml_kem_768)?;
	}
	Ok(())
}
