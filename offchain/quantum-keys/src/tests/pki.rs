//! Certificates, in files, for a KME and its SAEs.

use crate::etsi014::KmeConfig;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{
	crypto::ring::default_provider,
	pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
	server::WebPkiClientVerifier,
	RootCertStore, ServerConfig,
};
use std::{
	fs::Permissions,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};
use tempfile::TempDir;

/// A certificate authority, and a folder for what it issues.
pub struct Pki {
	authority: CertifiedIssuer<'static, KeyPair>,
	folder: TempDir,
}

/// A certificate and its key.
pub struct Identity {
	pub certificate: CertificateDer<'static>,
	pub certificate_file: PathBuf,
	pub key_file: PathBuf,
	key: Vec<u8>,
}

impl Pki {
	pub fn new() -> Self {
		Self::named("Test authority")
	}

	pub fn named(name: &str) -> Self {
		let mut params = CertificateParams::new(Vec::new()).unwrap();
		params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
		params.distinguished_name.push(DnType::CommonName, name);
		let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
		let folder = tempfile::tempdir().unwrap();
		std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
		Self { authority, folder }
	}

	pub fn ca(&self) -> PathBuf {
		self.folder.path().join("ca.pem")
	}

	pub fn folder(&self) -> &Path {
		self.folder.path()
	}

	pub fn issue(&self, name: &str) -> Identity {
		self.issue_with(name, |_| ())
	}

	pub fn issue_with(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Identity {
		let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
		params.distinguished_name.push(DnType::CommonName, name);
		change(&mut params);
		let key = KeyPair::generate().unwrap();
		let certificate = params.signed_by(&key, &self.authority).unwrap();
		let certificate_file = self.folder.path().join(format!("{name}.pem"));
		let key_file = self.folder.path().join(format!("{name}.key"));
		std::fs::write(&certificate_file, certificate.pem()).unwrap();
		std::fs::write(&key_file, key.serialize_pem()).unwrap();
		std::fs::set_permissions(&key_file, Permissions::from_mode(0o600)).unwrap();
		Identity {
			certificate: certificate.der().clone(),
			certificate_file,
			key_file,
			key: key.serialize_der(),
		}
	}

	/// A server that presents `identity` and requires a client certificate of this authority.
	pub fn server(&self, identity: &Identity) -> Arc<ServerConfig> {
		self.server_of(identity, rustls::ALL_VERSIONS)
	}

	pub fn server_of(
		&self,
		identity: &Identity,
		versions: &[&'static rustls::SupportedProtocolVersion],
	) -> Arc<ServerConfig> {
		let provider = Arc::new(default_provider());
		let mut roots = RootCertStore::empty();
		roots.add(self.authority.der().clone()).unwrap();
		let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
		let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key.clone()));
		let config = ServerConfig::builder_with_provider(provider)
			.with_protocol_versions(versions)
			.unwrap()
			.with_client_cert_verifier(verifier.build().unwrap())
			.with_single_cert(vec![identity.certificate.clone()], key)
			.unwrap();
		Arc::new(config)
	}

	/// A client that trusts this authority and presents `identity`.
	pub fn client(&self, url: &str, identity: &Identity) -> KmeConfig {
		KmeConfig {
			connect_timeout: Duration::from_secs(10),
			request_timeout: Duration::from_secs(20),
			retries: 2,
			..KmeConfig::new(
				url.parse().unwrap(),
				self.ca(),
				identity.certificate_file.clone(),
				identity.key_file.clone(),
			)
		}
	}
}
