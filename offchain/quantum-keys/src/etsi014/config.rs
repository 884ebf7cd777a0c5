//! Address of a KME, and this SAE's credentials.

use consilium_config::open_to_others;
use rustls::{
	crypto::ring,
	pki_types::{pem::PemObject, CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
	ClientConfig, RootCertStore,
};
use std::{
	fs::File,
	io::{self, Read},
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};
use url::Url;
use zeroize::Zeroizing;

/// Longest PEM file, in bytes.
const MAX_PEM_BYTES: u64 = 1 << 20;

/// How to connect to a KME.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KmeConfig {
	/// Base URL: `https://host:port`, with the path before `/api/v1/keys` if there is one.
	pub url: Url,
	/// PEM file with the root certificates that the KME's certificate is verified against.
	pub ca: PathBuf,
	/// PEM file with this SAE's certificate, followed by intermediate certificates.
	pub certificate: PathBuf,
	/// PEM file with the PKCS #8 private key of `certificate`, which only its owner may read.
	pub key: PathBuf,
	/// Timeout for connecting, TLS included.
	pub connect_timeout: Duration,
	/// Timeout for a whole request, connecting included. Longer than `connect_timeout`.
	pub request_timeout: Duration,
	/// How often a request is retried where retrying is safe.
	pub retries: u32,
}

impl KmeConfig {
	/// A KME with the defaults: 5 s to connect, 20 s for a request, three retries.
	pub fn new(url: Url, ca: PathBuf, certificate: PathBuf, key: PathBuf) -> Self {
		let (connect_timeout, request_timeout) = (Duration::from_secs(5), Duration::from_secs(20));
		Self { url, ca, certificate, key, connect_timeout, request_timeout, retries: 3 }
	}
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
	/// The URL cannot be that of a KME.
	#[error("`url` is {url}; it must be https://host:port, without user, query or fragment")]
	Url {
		/// As configured.
		url: Url,
	},
	/// The timeouts are inconsistent.
	#[error(
		"`connect_timeout` is {} s and `request_timeout` {} s; both must be above 0, and the second greater \
		 than the first",
		connect.as_secs_f32(), request.as_secs_f32()
	)]
	Timeouts {
		/// `connect_timeout`.
		connect: Duration,
		/// `request_timeout`.
		request: Duration,
	},
	/// A file cannot be read.
	#[error("cannot read `{field}`, {}: {source}", path.display())]
	Unreadable {
		/// The configuration's field.
		field: &'static str,
		/// Its path.
		path: PathBuf,
		/// The system's reason.
		source: io::Error,
	},
	/// Users other than the file's owner may read or write the private key.
	#[error(
		"the private key {} is accessible to other users (mode {mode:03o}); run `chmod 600 {}`",
		path.display(), path.display()
	)]
	OpenToOthers {
		/// Its path.
		path: PathBuf,
		/// Its permission bits.
		mode: u32,
	},
	/// A file does not contain what it should.
	#[error("`{field}`, {}, contains no {expected}", path.display())]
	NotPem {
		/// The configuration's field.
		field: &'static str,
		/// Its path.
		path: PathBuf,
		/// What it should contain.
		expected: &'static str,
	},
	/// The certificate is PEM, but not usable for TLS.
	#[error(
		"the certificate {} cannot be used: {reason}; it must be X.509 version 3, which `openssl x509 -req` \
		 issues only with `-extfile`",
		path.display()
	)]
	Certificate {
		/// Its path.
		path: PathBuf,
		/// The TLS library's reason.
		reason: rustls::Error,
	},
	/// Certificate and private key do not match, or their algorithm is not supported.
	#[error(
		"the certificate {} and the private key {} cannot be used together: {reason}; use the key for which \
		 the certificate was issued (ECDSA P-256 or P-384, Ed25519, or RSA)",
		certificate.display(), key.display()
	)]
	KeyMismatch {
		/// The certificate's path.
		certificate: PathBuf,
		/// The key's path.
		key: PathBuf,
		/// The TLS library's reason.
		reason: rustls::Error,
	},
	/// The HTTP client cannot be created.
	#[error("cannot create an HTTP client: {0}")]
	Http(reqwest::Error),
}

pub(super) fn http_client(config: &KmeConfig) -> Result<reqwest::Client, ConfigFault> {
	let url = &config.url;
	let is_plain = url.username().is_empty() && url.password().is_none();
	if url.scheme() != "https" || !url.has_host() || !is_plain || url.query().or(url.fragment()).is_some() {
		let mut url = url.clone();
		// Keeps a password out of logs. Fails only for a URL that cannot have one.
		let _ = url.set_password(None);
		return Err(ConfigFault::Url { url });
	}
	let (connect, request) = (config.connect_timeout, config.request_timeout);
	if connect.is_zero() || request <= connect {
		return Err(ConfigFault::Timeouts { connect, request });
	}
	reqwest::Client::builder()
		.tls_backend_preconfigured(tls(config)?)
		.https_only(true)
		.no_proxy()
		.redirect(reqwest::redirect::Policy::none())
		.referer(false)
		.retry(reqwest::retry::never())
		// The size limit applies to the bytes as received.
		.no_gzip()
		.no_brotli()
		.no_zstd()
		.no_deflate()
		.http1_only()
		.tcp_nodelay(true)
		.connect_timeout(connect)
		.timeout(request)
		.build()
		.map_err(ConfigFault::Http)
}

fn tls(config: &KmeConfig) -> Result<ClientConfig, ConfigFault> {
	let certificates = |field, path: &Path, expected| {
		let pem = read(field, path)?;
		let fault = || ConfigFault::NotPem { field, path: path.into(), expected };
		let found =
			CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>().map_err(|_| fault())?;
		if found.is_empty() {
			return Err(fault());
		}
		Ok(found)
	};
	const AUTHORITY: &str = "PEM certificate of an authority";
	let mut roots = RootCertStore::empty();
	for authority in certificates("ca", &config.ca, AUTHORITY)? {
		roots.add(authority).map_err(|_| ConfigFault::NotPem {
			field: "ca",
			path: config.ca.clone(),
			expected: AUTHORITY,
		})?;
	}
	let chain = certificates("certificate", &config.certificate, "PEM certificate")?;
	ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
		.with_safe_default_protocol_versions()
		.expect("ring has cipher suites for TLS 1.2 and 1.3")
		.with_root_certificates(roots)
		.with_client_auth_cert(chain, private_key(&config.key)?)
		.map_err(|reason| match reason {
			rustls::Error::InvalidCertificate(_) => {
				ConfigFault::Certificate { path: config.certificate.clone(), reason }
			},
			reason => ConfigFault::KeyMismatch {
				certificate: config.certificate.clone(),
				key: config.key.clone(),
				reason,
			},
		})
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, ConfigFault> {
	const FIELD: &str = "key";
	let unreadable = |source| ConfigFault::Unreadable { field: FIELD, path: path.into(), source };
	if let Some(mode) = open_to_others(&std::fs::metadata(path).map_err(unreadable)?) {
		return Err(ConfigFault::OpenToOthers { path: path.into(), mode });
	}
	let key = PrivatePkcs8KeyDer::from_pem_slice(&read(FIELD, path)?).map_err(|_| ConfigFault::NotPem {
		field: FIELD,
		path: path.into(),
		expected: "PKCS #8 private key in PEM; convert it with `openssl pkcs8 -topk8 -nocrypt`",
	})?;
	Ok(key.into())
}

fn read(field: &'static str, path: &Path) -> Result<Zeroizing<Vec<u8>>, ConfigFault> {
	let unreadable = |source| ConfigFault::Unreadable { field, path: path.into(), source };
	let file = File::open(path).map_err(unreadable)?;
	let length = file.metadata().map_err(unreadable)?.len();
	if length > MAX_PEM_BYTES {
		return Err(unreadable(io::Error::other("it is longer than 1 MiB")));
	}
	// One allocation of full size: reallocation would leave copies behind.
	let mut bytes = Zeroizing::new(Vec::with_capacity(length as usize + 1));
	file.take(length).read_to_end(&mut bytes).map_err(unreadable)?;
	Ok(bytes)
}
