//! `consilium-node hospital keys generate`

use clap::Args;
use consilium_hospital::{
	keys::{
		write_store_key, HospitalKeys, KeyError, DEVELOPMENT_NAMES, ML_DSA_65_FILE, ML_KEM_768_FILE,
		STORE_KEY_FILE,
	},
	secret_file::{write_secret, SecretFileError},
};
use consilium_primitives::hospital::SaeId;
use serde::Serialize;
use sp_core::{
	crypto::{Ss58Codec, Zeroize},
	sr25519, Bytes, Pair,
};
use std::{
	fs::{self, OpenOptions},
	io::{self, Write},
	path::{Path, PathBuf},
};

/// File name of the account key in a folder of keys.
const ACCOUNT_FILE: &str = "account.key";

/// File name of the public identity in a folder of keys.
const IDENTITY_FILE: &str = "identity.json";

/// Maximum length of a name, in bytes, as on chain.
const MAX_LENGTH: usize = 64;

/// Options of `hospital keys generate`.
#[derive(Debug, Args)]
pub struct Generate {
	/// Folder for the files; created if missing, accessible to its owner only.
	#[arg(long, value_name = "DIR")]
	out: PathBuf,

	/// Use the well-known keys of this hospital of the chains `dev` and `local`. They are public: never use
	/// them with real records.
	#[arg(long, value_name = "NAME", value_parser = DEVELOPMENT_NAMES)]
	dev: Option<String>,

	/// Human-readable name of the hospital, 1 to 64 bytes [default with --dev: that name].
	#[arg(long, required_unless_present = "dev", value_parser = parse_name)]
	name: Option<String>,

	/// The hospital's SAE ID at its key management entity (ETSI GS QKD 014), 1 to 64 printable ASCII
	/// characters without `/` [default with --dev: sae-NAME].
	#[arg(long, required_unless_present = "dev", value_name = "ID")]
	sae_id: Option<SaeId>,
}

/// Why no keys were generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
	/// One of the files already exists.
	#[error(
		"{} already exists; nothing was written. Give another --out, or move the file away",
		path.display()
	)]
	Exists {
		/// The file.
		path: PathBuf,
	},
	/// The post-quantum keys cannot be generated or written.
	#[error(transparent)]
	Keys(#[from] KeyError),
	/// The account key cannot be written.
	#[error(transparent)]
	Account(#[from] SecretFileError),
	/// The identity cannot be written.
	#[error("cannot write {}: {source}", path.display())]
	Identity {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: io::Error,
	},
}

/// A hospital's public identity, which the council needs to admit it.
#[derive(Serialize)]
struct Identity {
	name: String,
	/// SS58 address, prefix 42.
	account: String,
	sae_id: String,
	/// 1952 bytes, hexadecimal with 0x.
	ml_dsa_65: Bytes,
	/// 1184 bytes, hexadecimal with 0x.
	ml_kem_768: Bytes,
}

impl Generate {
	/// Writes the files. Returns the message for the user, who calls this program as `executable`.
	pub fn run(&self, executable: &str) -> Result<String, GenerateError> {
		let files = [ACCOUNT_FILE, ML_DSA_65_FILE, ML_KEM_768_FILE, STORE_KEY_FILE, IDENTITY_FILE]
			.map(|name| self.out.join(name));
		if let Some(path) = files.iter().find(|path| path.exists()) {
			return Err(GenerateError::Exists { path: path.clone() });
		}
		let [account_file, ml_dsa_65_file, ml_kem_768_file, store_key_file, identity_file] = &files;

		let (keys, account, mut secret) = self.make()?;
		let mut written = Written::default();
		let result = write_secret(account_file, &secret);
		secret.zeroize();
		result?;
		written.add(&[account_file]);
		keys.write(&self.out)?;
		written.add(&[ml_dsa_65_file, ml_kem_768_file]);
		write_store_key(&self.out)?;
		written.add(&[store_key_file]);
		let public = keys.public();
		let dev = self.dev.as_deref().unwrap_or_default();
		let identity = Identity {
			name: self.name.clone().unwrap_or_else(|| dev.to_owned()),
			account: account.to_ss58check(),
			sae_id: self.sae_id.clone().map_or_else(|| format!("sae-{dev}"), Into::into),
			ml_dsa_65: Bytes(public.ml_dsa_65.to_vec()),
			ml_kem_768: Bytes(public.ml_kem_768.to_vec()),
		};
		write_json(identity_file, &identity)
			.map_err(|source| GenerateError::Identity { path: identity_file.clone(), source })?;
		written.keep();

		let warning = match self.dev {
			Some(_) => "\nThese keys are public. Use them on development chains only.\n",
			None => "\nThese are the only copies of the secret files: back them up offline.\n",
		};
		Ok(format!(
			"Keys of {name}, account {account}:\n\n  \
			 {account_file}  secret: the account (sr25519)\n  \
			 {ml_dsa_65_file}  secret: signs updates (ML-DSA-65)\n  \
			 {ml_kem_768_file}  secret: opens blobs sealed to the hospital (ML-KEM-768)\n  \
			 {store_key_file}  secret: encrypts the store of QKD keys\n  \
			 {identity_file}  public: name, account, SAE ID and public keys\n\
			 {warning}\n\
			 Next:\n  \
			 1. Send {IDENTITY_FILE} to the council, which admits the hospital by motion.\n  \
			 2. {executable} hospital example > hospital.toml, and edit it.\n  \
			 3. {executable} hospital check --hospital hospital.toml\n  \
			 4. {executable} --chain <CHAIN> --hospital hospital.toml, with --validator on a validator.\n",
			name = identity.name,
			account = identity.account,
			account_file = account_file.display(),
			ml_dsa_65_file = ml_dsa_65_file.display(),
			ml_kem_768_file = ml_kem_768_file.display(),
			store_key_file = store_key_file.display(),
			identity_file = identity_file.display(),
		))
	}

	/// The post-quantum keys, the account, and the account's secret as written to its file.
	fn make(&self) -> Result<(HospitalKeys, sr25519::Public, String), KeyError> {
		match &self.dev {
			Some(name) => {
				let secret = format!("//{}", capitalised(name));
				let pair = sr25519::Pair::from_string(&secret, None)
					.map_err(|_| KeyError::NotADevelopmentName { name: name.clone() })?;
				Ok((HospitalKeys::development(name)?, pair.public(), secret))
			},
			None => {
				let (pair, words, _) = sr25519::Pair::generate_with_phrase(None);
				Ok((HospitalKeys::generate()?, pair.public(), words))
			},
		}
	}
}

/// Files that are removed again unless all are written: half of them are useless, and would block another
/// attempt, since no file is overwritten.
#[derive(Default)]
struct Written(Vec<PathBuf>);

impl Written {
	fn add(&mut self, paths: &[&PathBuf]) {
		self.0.extend(paths.iter().map(|path| (*path).clone()));
	}

	fn keep(mut self) {
		self.0.clear();
	}
}

impl Drop for Written {
	fn drop(&mut self) {
		for path in &self.0 {
			if let Err(error) = fs::remove_file(path) {
				eprintln!("cannot remove {}: {error}; remove it before another attempt", path.display());
			}
		}
	}
}

/// Writes `value` as JSON to a new file, which is removed again if it cannot be written whole.
pub fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
	let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
	let written = serde_json::to_writer_pretty(&mut file, value)
		.map_err(io::Error::from)
		.and_then(|()| file.write_all(b"\n"))
		.and_then(|()| file.sync_all());
	written.inspect_err(|_| {
		// The caller hears of the first error.
		let _ = fs::remove_file(path);
	})
}

/// With an initial capital, as in the derivation of development accounts.
fn capitalised(name: &str) -> String {
	let (first, rest) = name.split_at(1);
	first.to_uppercase() + rest
}

fn parse_name(name: &str) -> Result<String, String> {
	match name.len() {
		1..=MAX_LENGTH => Ok(name.to_owned()),
		length => Err(format!("it has {length} bytes; a name must have 1 to {MAX_LENGTH}")),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;
	use std::{collections::BTreeMap, os::unix::fs::PermissionsExt};

	#[derive(Parser)]
	struct CommandLine {
		#[command(flatten)]
		generate: Generate,
	}

	fn parse(arguments: &[&str]) -> Result<Generate, clap::Error> {
		let arguments = ["generate"].into_iter().chain(arguments.iter().copied());
		CommandLine::try_parse_from(arguments).map(|line| line.generate)
	}

	fn generate(out: &Path, arguments: &[&str]) -> Result<String, GenerateError> {
		parse(&[&["--out", out.to_str().unwrap()], arguments].concat()).unwrap().run("consilium-node")
	}

	fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
		fs::read_dir(folder)
			.unwrap()
			.map(|entry| entry.unwrap())
			.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
			.collect()
	}

	#[test]
	fn development_keys_are_those_of_the_presets() {
		let folder = tempfile::tempdir().unwrap();
		let out = folder.path().join("keys");
		generate(&out, &["--dev", "alice"]).unwrap();
		assert_eq!(fs::read_to_string(out.join(ACCOUNT_FILE)).unwrap(), "//Alice\n");
		let identity: serde_json::Value =
			serde_json::from_slice(&fs::read(out.join(IDENTITY_FILE)).unwrap()).unwrap();
		assert_eq!(identity["name"], "alice");
		assert_eq!(identity["sae_id"], "sae-alice");
		assert_eq!(identity["account"], "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
		let public = HospitalKeys::development("alice").unwrap().public();
		assert_eq!(identity["ml_dsa_65"], sp_core::bytes::to_hex(&public.ml_dsa_65, false));
		assert_eq!(identity["ml_kem_768"], sp_core::bytes::to_hex(&public.ml_kem_768, false));
	}

	#[test]
	fn keys_are_fresh_and_readable_by_their_owner_only() {
		let folder = tempfile::tempdir().unwrap();
		let arguments = ["--name", "General Hospital", "--sae-id", "sae-general"];
		let outs = ["a", "b"].map(|name| folder.path().join(name));
		for out in &outs {
			let message = generate(out, &arguments).unwrap();
			let words = fs::read_to_string(out.join(ACCOUNT_FILE)).unwrap();
			assert!(!message.contains(words.trim()), "the message reveals the secret");
			for secret in [ACCOUNT_FILE, ML_DSA_65_FILE, ML_KEM_768_FILE, STORE_KEY_FILE] {
				assert_eq!(
					fs::metadata(out.join(secret)).unwrap().permissions().mode() & 0o777,
					0o600,
					"{secret}"
				);
			}
		}
		let [a, b] = outs.map(|out| contents(&out));
		assert_eq!(a.len(), 5);
		assert!(a.iter().all(|(name, bytes)| b[name] != *bytes), "two hospitals share a key");
	}

	#[test]
	fn nothing_is_overwritten_and_no_partial_output_is_left() {
		for existing in [ACCOUNT_FILE, ML_DSA_65_FILE, ML_KEM_768_FILE, STORE_KEY_FILE, IDENTITY_FILE] {
			let folder = tempfile::tempdir().unwrap();
			fs::write(folder.path().join(existing), "precious").unwrap();
			let error = generate(folder.path(), &["--dev", "bob"]).unwrap_err();
			assert!(error.to_string().contains(existing), "{error}");
			assert_eq!(
				contents(folder.path()),
				BTreeMap::from([(existing.to_owned(), b"precious".to_vec())])
			);
		}
	}

	#[test]
	fn half_of_the_files_do_not_stay() {
		let folder = tempfile::tempdir().unwrap();
		let [first, second, kept] = ["first", "second", "kept"].map(|name| folder.path().join(name));
		let written = |paths: &[&PathBuf]| {
			paths.iter().for_each(|path| fs::write(path, "key").unwrap());
			let mut written = Written::default();
			written.add(paths);
			written
		};
		drop(written(&[&first, &second]));
		// A link to nowhere is not seen beforehand, and cannot be replaced.
		for blocked in [ML_KEM_768_FILE, STORE_KEY_FILE, IDENTITY_FILE] {
			let link = folder.path().join(blocked);
			std::os::unix::fs::symlink("nowhere", &link).unwrap();
			generate(folder.path(), &["--dev", "bob"]).unwrap_err();
			let left: Vec<_> =
				fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
			assert_eq!(left, std::slice::from_ref(&link));
			fs::remove_file(link).unwrap();
		}
		written(&[&kept]).keep();
		assert_eq!(contents(folder.path()).keys().collect::<Vec<_>>(), ["kept"]);

		// A folder without write permission would not do for root: JSON has no such keys.
		let unwritable = BTreeMap::from([((1, 2), 3)]);
		assert!(write_json(&first, &unwritable).is_err());
		assert!(!first.exists());
	}

	#[test]
	fn wrong_arguments_are_named() {
		let long = "x".repeat(65);
		for (arguments, part) in [
			(vec!["--dev", "mallory"], "--dev"),
			(vec!["--sae-id", "sae-1"], "--name"),
			(vec!["--name", "General"], "--sae-id"),
			(vec!["--name", "", "--sae-id", "sae-1"], "--name"),
			(vec!["--name", &long, "--sae-id", "sae-1"], "65 bytes"),
			(vec!["--name", "General", "--sae-id", "sae 1"], "printable ASCII"),
			(vec!["--name", "General", "--sae-id", "saé"], "printable ASCII"),
		] {
			let error = parse(&[&["--out", "keys"], arguments.as_slice()].concat()).unwrap_err().to_string();
			assert!(error.contains(part), "{arguments:?}: {error}");
		}
	}
}
