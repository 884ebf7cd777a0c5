//! A service over TLS with a private certificate authority.

use crate::server::*;
use consilium_blobs::{BlobError, BlobReference, BlobStore};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
	crypto::{ring, CryptoProvider},
	pki_types::PrivateKeyDer,
	ServerConfig,
};
use std::{fs, path::PathBuf, sync::Arc};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
	let mut parameters = CertificateParams::new(Vec::new()).unwrap();
	parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
	CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

/// A server with a certificate for this name, and the authority's certificate in a file.
fn server(authority: &Authority, name: &str) -> (Server, TempDir, PathBuf) {
	let key = KeyPair::generate().unwrap();
	let certificate =
		CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, authority).unwrap();
	let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
		.with_safe_default_protocol_versions()
		.unwrap()
		.with_no_client_auth()
		.with_single_cert(
			vec![certificate.der().clone()],
			PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
		)
		.unwrap();
	let folder = tempfile::tempdir().unwrap();
	let roots = folder.path().join("roots.pem");
	fs::write(&roots, authority.pem()).unwrap();
	(Server::start_with(Some(TlsAcceptor::from(Arc::new(config)))), folder, roots)
}

#[test]
fn a_service_with_the_right_certificate_is_used() {
	let (server, _folder, roots) = server(&authority(), "localhost");
	let store = BlobStore::open_with(&server.tls_config(&roots)).unwrap();
	assert!(CryptoProvider::get_default().is_some());
	let reference = wait(store.put(b"update".as_slice().into())).unwrap();
	assert_eq!(wait(store.get(&reference)).unwrap(), b"update".as_slice());
}

#[test]
fn a_service_with_an_untrusted_certificate_is_unreachable() {
	let (elsewhere, _folder, _) = server(&authority(), "localhost");
	let (_, _other_folder, other_roots) = server(&authority(), "localhost");
	let right = authority();
	let (misnamed, _third_folder, roots) = server(&right, "elsewhere.example");
	for (server, roots) in [(&elsewhere, &other_roots), (&misnamed, &roots)] {
		let store = BlobStore::open_with(&server.tls_config(roots)).unwrap();
		let error = wait(store.get(&BlobReference::of(b"update"))).unwrap_err();
		assert!(matches!(error, BlobError::Unreachable { .. }), "{error}");
		assert!(error.to_string().contains("certificate"), "{error}");
		assert_eq!(server.requests(), 0);
	}
}

#[test]
fn a_file_without_certificates_is_rejected() {
	let folder = tempfile::tempdir().unwrap();
	let roots = folder.path().join("roots.pem");
	fs::write(&roots, "no certificate").unwrap();
	let (_, message) = open_message(&Server::start().tls_config(&roots));
	assert!(message.contains("roots.pem") && message.contains("no PEM certificate"), "{message}");
}
