//! A certification authority and certificates for trials.
//!
//! In production a consortium has its own authority; the KME only reads PEM files.

use crate::identity::{KmeId, SaeId};
use rcgen::{
	BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
	IsCa, KeyPair, KeyUsagePurpose,
};
use std::{
	fs::{DirBuilder, OpenOptions},
	io::{self, Write},
	os::unix::fs::{DirBuilderExt, OpenOptionsExt},
	path::{Path, PathBuf},
	time::{Duration, SystemTime},
};
use zeroize::Zeroizing;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long certificates for trials are valid.
const VALIDITY: Duration = Duration::from_secs(730 * 24 * 60 * 60);
/// File names of the authority itself, without extension.
const AUTHORITY: &str = "ca";

/// Why certificates were not created.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
	/// A file to be written exists already.
	#[error("{} exists and is not overwritten; give another folder or move it away first", .0.display())]
	Exists(PathBuf),
	/// Two certificates would have the same name.
	#[error("the id `{0}` is given twice, or is `ca`; KMEs and SAEs need different ids")]
	Name(String),
	/// A file cannot be written.
	#[error("cannot write {}: {source}", path.display())]
	Unwritable {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: io::Error,
	},
	/// A host name is invalid, or the cryptography failed.
	#[error("cannot create the certificate of {name}: {source}")]
	Certificate {
		/// Its common name.
		name: String,
		/// The library's reason.
		source: rcgen::Error,
	},
}

/// Writes `ca.pem` and `ca.key`, and for each KME and SAE `<id>.pem` and `<id>.key`, to a folder, which is
/// created with mode 700 if missing. Keys (ECDSA P-256, PKCS#8) have mode 600. No file is overwritten.
/// Returns the paths.
///
/// For each KME the host names or addresses are given at which others reach it. For trials only: anyone with
/// `ca.key` can impersonate any SAE or KME.
pub fn create(
	folder: &Path,
	kmes: &[(KmeId, Vec<String>)],
	saes: &[SaeId],
) -> Result<Vec<PathBuf>, PkiError> {
	let mut names = vec![AUTHORITY];
	names.extend(kmes.iter().map(|(id, _)| id.as_str()).chain(saes.iter().map(SaeId::as_str)));
	for (index, name) in names.iter().enumerate() {
		if names[..index].contains(name) {
			return Err(PkiError::Name((*name).into()));
		}
		for file in [certificate_file(folder, name), key_file(folder, name)] {
			if file.exists() {
				return Err(PkiError::Exists(file));
			}
		}
	}
	let unwritable = |source| PkiError::Unwritable { path: folder.into(), source };
	DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(unwritable)?;

	let authority = authority().map_err(|source| PkiError::Certificate { name: AUTHORITY.into(), source })?;
	let mut files = write(folder, AUTHORITY, &authority.pem(), authority.key())?;
	let both = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
	let kmes = kmes.iter().map(|(id, hosts)| (id.as_str(), hosts.clone(), both.clone()));
	let saes = saes.iter().map(|id| (id.as_str(), Vec::new(), vec![ExtendedKeyUsagePurpose::ClientAuth]));
	for (name, hosts, usages) in kmes.chain(saes) {
		let (pem, key) = issue(&authority, name, hosts, usages)
			.map_err(|source| PkiError::Certificate { name: name.into(), source })?;
		files.extend(write(folder, name, &pem, &key)?);
	}
	Ok(files)
}

/// The path at which [`create`] writes a certificate.
pub fn certificate_file(folder: &Path, name: &str) -> PathBuf {
	folder.join(format!("{name}.pem"))
}

/// The path at which [`create`] writes a private key.
pub fn key_file(folder: &Path, name: &str) -> PathBuf {
	folder.join(format!("{name}.key"))
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
	let mut parameters = parameters("Consilium CA for trials", Vec::new())?;
	parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
	parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
	CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)
}

fn issue(
	authority: &CertifiedIssuer<KeyPair>,
	name: &str,
	hosts: Vec<String>,
	usages: Vec<ExtendedKeyUsagePurpose>,
) -> Result<(String, KeyPair), rcgen::Error> {
	let mut parameters = parameters(name, hosts)?;
	parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
	parameters.extended_key_usages = usages;
	parameters.use_authority_key_identifier_extension = true;
	let key = KeyPair::generate()?;
	let certificate = parameters.signed_by(&key, authority)?;
	Ok((certificate.pem(), key))
}

fn parameters(name: &str, hosts: Vec<String>) -> Result<CertificateParams, rcgen::Error> {
	let mut parameters = CertificateParams::new(hosts)?;
	parameters.distinguished_name = DistinguishedName::new();
	parameters.distinguished_name.push(DnType::CommonName, name);
	// A clock that is slightly behind must accept a new certificate.
	let now = SystemTime::now();
	parameters.not_before = (now - DAY).into();
	parameters.not_after = (now + VALIDITY).into();
	Ok(parameters)
}

fn write(folder: &Path, name: &str, certificate: &str, key: &KeyPair) -> Result<Vec<PathBuf>, PkiError> {
	let files = [certificate_file(folder, name), key_file(folder, name)];
	let private = Zeroizing::new(key.serialize_pem());
	for (path, content, mode) in [(&files[0], certificate, 0o644), (&files[1], private.as_str(), 0o600)] {
		OpenOptions::new()
			.write(true)
			.create_new(true)
			.mode(mode)
			.open(path)
			.and_then(|mut file| {
				file.write_all(content.as_bytes())?;
				file.sync_all()
			})
			.map_err(|source| match source.kind() {
				io::ErrorKind::AlreadyExists => PkiError::Exists(path.clone()),
				_ => PkiError::Unwritable { path: path.clone(), source },
			})?;
	}
	Ok(files.into())
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::os::unix::fs::PermissionsExt;

	#[test]
	fn keys_are_private_and_nothing_is_overwritten() {
		let folder = tempfile::tempdir().unwrap();
		let out = folder.path().join("pki");
		let kmes = [(KmeId::new("kme-a").unwrap(), vec!["127.0.0.1".into(), "localhost".into()])];
		let saes = [SaeId::new("sae-a").unwrap()];
		let files = create(&out, &kmes, &saes).unwrap();
		assert_eq!(files.len(), 6);
		for file in files {
			let mode = file.metadata().unwrap().permissions().mode() & 0o777;
			assert_eq!(mode & 0o077 == 0, file.extension().unwrap() == "key", "{}", file.display());
		}
		let before = std::fs::read(out.join("ca.key")).unwrap();
		assert!(matches!(create(&out, &kmes, &saes), Err(PkiError::Exists(_))));
		assert_eq!(std::fs::read(out.join("ca.key")).unwrap(), before);
	}

	#[test]
	fn names_must_differ() {
		let folder = tempfile::tempdir().unwrap();
		let same = SaeId::new("same").unwrap();
		let kmes = [(KmeId::new("same").unwrap(), vec![])];
		assert!(matches!(create(folder.path(), &kmes, &[same]), Err(PkiError::Name(_))));
		let authority = [SaeId::new("ca").unwrap()];
		assert!(matches!(create(folder.path(), &[], &authority), Err(PkiError::Name(_))));
		assert_eq!(folder.path().read_dir().unwrap().count(), 0);
	}
}
