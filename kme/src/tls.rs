//! Mutual TLS: certificates from files, and the identity of the peer.

use crate::config::TlsFiles;
use consilium_config::open_to_others;
use rustls::{
	crypto::CryptoProvider,
	pki_types::{pem::PemObject, CertificateDer, PrivateKeyDer},
	server::WebPkiClientVerifier,
	ClientConfig, RootCertStore, ServerConfig,
};
use std::{
	path::{Path, PathBuf},
	sync::Arc,
	time::{SystemTime, UNIX_EPOCH},
};
use x509_parser::time::ASN1Time;

/// Why TLS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
	/// A file cannot be read or has other contents.
	#[error("cannot read a {what} in PEM from {}: {reason}", path.display())]
	File {
		/// The file.
		path: PathBuf,
		/// What is expected.
		what: &'static str,
		/// Why it cannot be read.
		reason: String,
	},
	/// Users other than its owner may read or write the private key.
	#[error("others can access the private key {0} (mode {mode:03o}); run `chmod 600 {0}`", path.display())]
	OpenToOthers {
		/// The file.
		path: PathBuf,
		/// Its permission bits.
		mode: u32,
	},
	/// Certificate, key and CA do not belong together.
	#[error("{} cannot be used with its key and CA: {reason}", path.display())]
	Unusable {
		/// The certificate.
		path: PathBuf,
		/// The TLS library's reason.
		reason: String,
	},
	/// A certificate is not valid at this time.
	#[error(
		"{}: the certificate is valid from {begin} to {end} only; have a new one issued, or check this \
		 machine's clock",
		path.display()
	)]
	Dates {
		/// The file.
		path: PathBuf,
		/// The first day.
		begin: String,
		/// The last day.
		end: String,
	},
	/// The certificate belongs to another KME.
	#[error("{} has the common name `{found}`; it must be the id of this KME, `{expected}`", path.display())]
	OtherName {
		/// The certificate.
		path: PathBuf,
		/// Its common name.
		found: String,
		/// The KME's id.
		expected: String,
	},
}

/// The TLS configurations of a KME.
#[derive(Clone)]
pub struct Tls {
	/// For incoming connections: clients must have a certificate of the CA.
	pub server: Arc<ServerConfig>,
	/// For connecting to another KME.
	pub client: Arc<ClientConfig>,
}

impl Tls {
	/// Reads certificates and key. TLS 1.2 and 1.3, with the given CA as the only root, and ring as the
	/// provider. The certificate, and one of the CA, must be valid now.
	pub fn load(files: &TlsFiles, id: &str) -> Result<Self, TlsError> {
		Self::load_at(files, id, SystemTime::now())
	}

	fn load_at(files: &TlsFiles, id: &str, now: SystemTime) -> Result<Self, TlsError> {
		let chain = certificates(&files.certificate)?;
		ensure_valid(&files.certificate, chain.get(..1).unwrap_or_default(), now)?;
		ensure_valid(&files.ca, &certificates(&files.ca)?, now)?;
		let found = chain.first().and_then(|first| common_name(first)).unwrap_or_default();
		if found != id {
			let path = files.certificate.clone();
			return Err(TlsError::OtherName { path, found, expected: id.into() });
		}
		let provider: Arc<CryptoProvider> = rustls::crypto::ring::default_provider().into();
		let unusable = |reason: String| TlsError::Unusable { path: files.certificate.clone(), reason };
		let roots = Arc::new(roots(&files.ca)?);
		let verifier = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone())
			.build()
			.map_err(|error| unusable(error.to_string()))?;
		let server = ServerConfig::builder_with_provider(provider.clone())
			.with_safe_default_protocol_versions()
			.map_err(|error| unusable(error.to_string()))?
			.with_client_cert_verifier(verifier)
			.with_single_cert(chain.clone(), private_key(&files.key)?)
			.map_err(|error| unusable(error.to_string()))?;
		let client = ClientConfig::builder_with_provider(provider)
			.with_safe_default_protocol_versions()
			.map_err(|error| unusable(error.to_string()))?
			.with_root_certificates(roots)
			.with_client_auth_cert(chain, private_key(&files.key)?)
			.map_err(|error| unusable(error.to_string()))?;
		Ok(Self { server: server.into(), client: client.into() })
	}
}

/// The subject's common name, if the certificate has exactly one. Does not verify the certificate.
pub fn common_name(certificate: &CertificateDer) -> Option<String> {
	let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
	let mut names = parsed.subject().iter_common_name();
	match (names.next(), names.next()) {
		(Some(name), None) => name.as_str().ok().map(str::to_owned),
		_ => None,
	}
}

/// One of the certificates in the file must be valid at the time `now`.
fn ensure_valid(path: &Path, certificates: &[CertificateDer], now: SystemTime) -> Result<(), TlsError> {
	let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
	let now = i64::try_from(now).unwrap_or(i64::MAX);
	let mut outside = None;
	for certificate in certificates {
		// What uses the certificate rejects one that cannot be parsed.
		let Ok((_, parsed)) = x509_parser::parse_x509_certificate(certificate) else { return Ok(()) };
		let (begin, end) = (parsed.validity().not_before, parsed.validity().not_after);
		if begin.timestamp() <= now && now <= end.timestamp() {
			return Ok(());
		}
		let day = |time: ASN1Time| time.to_datetime().date().to_string();
		outside = Some(TlsError::Dates { path: path.into(), begin: day(begin), end: day(end) });
	}
	outside.map_or(Ok(()), Err)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
	let fault = |reason: String| TlsError::File { path: path.into(), what: "certificate", reason };
	let all = CertificateDer::pem_file_iter(path)
		.and_then(Iterator::collect::<Result<Vec<_>, _>>)
		.map_err(|error| fault(error.to_string()))?;
	if all.is_empty() {
		return Err(fault("the file has no certificate".into()));
	}
	Ok(all)
}

fn roots(path: &Path) -> Result<RootCertStore, TlsError> {
	let mut roots = RootCertStore::empty();
	for certificate in certificates(path)? {
		roots.add(certificate).map_err(|error| TlsError::File {
			path: path.into(),
			what: "CA certificate",
			reason: error.to_string(),
		})?;
	}
	Ok(roots)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
	let fault = |reason: String| TlsError::File { path: path.into(), what: "private key", reason };
	let metadata = std::fs::metadata(path).map_err(|error| fault(error.to_string()))?;
	if let Some(mode) = open_to_others(&metadata) {
		return Err(TlsError::OpenToOthers { path: path.into(), mode });
	}
	PrivateKeyDer::from_pem_file(path).map_err(|error| fault(error.to_string()))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{identity::KmeId, pki};
	use std::time::Duration;

	#[test]
	fn certificates_of_another_time_are_refused_with_their_dates() {
		let folder = tempfile::tempdir().unwrap();
		let kme = KmeId::new("kme-alice").unwrap();
		pki::create(folder.path(), &[(kme, vec!["127.0.0.1".into()])], &[]).unwrap();
		let file = |name: &str| folder.path().join(name);
		let files =
			TlsFiles { ca: file("ca.pem"), certificate: file("kme-alice.pem"), key: file("kme-alice.key") };
		let load = |now| Tls::load_at(&files, "kme-alice", now).map(drop);
		let (now, three_years) = (SystemTime::now(), Duration::from_secs(3 * 365 * 24 * 3600));
		load(now).unwrap();
		for other in [now + three_years, now - three_years] {
			let message = load(other).unwrap_err().to_string();
			assert!(message.contains("kme-alice.pem: the certificate is valid from 20"), "{message}");
			assert!(message.contains("have a new one issued"), "{message}");
		}
	}
}
