//! Certificates, and clients that use them.

use consilium_kme::{
	config::TlsFiles,
	identity::{KmeId, SaeId},
	pki,
};
use reqwest::{Certificate, Client, Identity};
use std::{path::PathBuf, time::Duration};
use tempfile::TempDir;

/// Certificates of KMEs a, b, c with the SAEs a1, a2, b1, b2, c1, of one unknown SAE, and of another
/// authority.
pub struct Pki {
	pub folder: TempDir,
}

pub const KMES: [&str; 3] = ["kme-a", "kme-b", "kme-c"];
const SAES: [&str; 6] = ["sae-a1", "sae-a2", "sae-b1", "sae-b2", "sae-c1", "sae-nobody"];

impl Default for Pki {
	fn default() -> Self {
		let folder = tempfile::tempdir().unwrap();
		let kmes = KMES.map(|id| (KmeId::new(id).unwrap(), vec!["127.0.0.1".to_string()]));
		let saes = SAES.map(|id| SaeId::new(id).unwrap());
		pki::create(&folder.path().join("pki"), &kmes, &saes).unwrap();
		let impostors = [SaeId::new("sae-a1").unwrap(), SaeId::new("sae-b1").unwrap()];
		pki::create(&folder.path().join("other"), &kmes, &impostors).unwrap();
		Self { folder }
	}
}

impl Pki {
	pub fn path(&self, file: &str) -> PathBuf {
		self.folder.path().join("pki").join(file)
	}

	pub fn tls(&self, name: &str) -> TlsFiles {
		let folder = self.folder.path().join("pki");
		TlsFiles {
			ca: pki::certificate_file(&folder, "ca"),
			certificate: pki::certificate_file(&folder, name),
			key: pki::key_file(&folder, name),
		}
	}

	/// A client that trusts the authority, with a certificate of the authority in `folder`, or none.
	pub fn client_of(&self, folder: &str, name: Option<&str>) -> Client {
		let _ = rustls::crypto::ring::default_provider().install_default();
		let ca = std::fs::read(self.path("ca.pem")).unwrap();
		let mut builder = Client::builder()
			.tls_certs_only([Certificate::from_pem(&ca).unwrap()])
			.timeout(Duration::from_secs(20))
			.no_proxy();
		if let Some(name) = name {
			let folder = self.folder.path().join(folder);
			let mut pem = std::fs::read(pki::key_file(&folder, name)).unwrap();
			pem.extend(std::fs::read(pki::certificate_file(&folder, name)).unwrap());
			builder = builder.identity(Identity::from_pem(&pem).unwrap());
		}
		builder.build().unwrap()
	}

	pub fn client(&self, name: &str) -> Client {
		self.client_of("pki", Some(name))
	}
}
