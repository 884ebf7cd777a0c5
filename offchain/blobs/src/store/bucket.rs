//! A store in a bucket of an S3-compatible service.

use super::{config::S3Config, credentials::AccessKey};
use crate::OpenError;
use bytes::Bytes;
use object_store::{
	aws::{AmazonS3, AmazonS3Builder},
	list::{PaginatedListOptions, PaginatedListStore},
	path::Path as Name,
	BackoffConfig, Certificate, ClientOptions, ObjectStoreExt, RetryConfig,
};
use rustls::crypto::{ring, CryptoProvider};
use std::{fs, path::Path, time::Duration};
use url::Url;

/// How often a request is retried.
const RETRIES: usize = 3;

/// A request is not retried after this time.
const RETRY_TIMEOUT: Duration = Duration::from_secs(180);

/// Timeout for connecting to the service.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest blob that is sent in one request, and part length of longer ones, in bytes.
const PART_LENGTH: usize = 16 << 20;

/// Opens a bucket. Nothing is sent yet.
pub(super) fn open(location: &str, config: &S3Config) -> Result<(AmazonS3, Name), OpenError> {
	let (bucket, prefix) = parse(location)?;
	if config.region.is_empty() {
		return Err(OpenError::NoRegion { location: location.to_owned() });
	}
	let credentials = AccessKey::read(&config.credentials)?;
	let mut builder = AmazonS3Builder::new()
		.with_bucket_name(bucket)
		.with_region(&config.region)
		.with_access_key_id(credentials.id)
		.with_secret_access_key(credentials.secret.as_str())
		.with_virtual_hosted_style_request(false)
		// Not every service supports bulk deletion.
		.with_disable_bulk_delete(true)
		.with_retry(RetryConfig {
			backoff: BackoffConfig::default(),
			max_retries: RETRIES,
			retry_timeout: RETRY_TIMEOUT,
		})
		.with_client_options(client_options(config)?);
	if let Some(token) = credentials.session_token {
		builder = builder.with_token(token.as_str());
	}
	if let Some(endpoint) = &config.endpoint {
		builder = builder.with_endpoint(check_endpoint(endpoint, config.allow_http)?);
	}
	install_tls_provider();
	let objects = builder
		.build()
		.map_err(|source| OpenError::Bucket { location: location.to_owned(), source: Box::new(source) })?;
	Ok((objects, prefix))
}

/// Writes an object atomically. If a crash interrupts a multipart upload, its parts remain, but are not an
/// object; a lifecycle rule of the bucket should remove them.
pub(super) async fn put(objects: &AmazonS3, name: &Name, bytes: Bytes) -> object_store::Result<()> {
	if bytes.len() <= PART_LENGTH {
		return objects.put(name, bytes.into()).await.map(drop);
	}
	let mut upload = objects.put_multipart(name).await?;
	let result = async {
		for start in (0..bytes.len()).step_by(PART_LENGTH) {
			let end = bytes.len().min(start + PART_LENGTH);
			upload.put_part(bytes.slice(start..end).into()).await?;
		}
		upload.complete().await.map(drop)
	}
	.await;
	if result.is_err() {
		// The first error matters; this one would only repeat it.
		let _ = upload.abort().await;
	}
	result
}

/// Checks that the bucket exists and is accessible, by listing one name.
pub(super) async fn probe(objects: &AmazonS3, prefix: &Name) -> object_store::Result<()> {
	let one = PaginatedListOptions { max_keys: Some(1), ..Default::default() };
	objects.list_paginated(Some(prefix.as_ref()), one).await.map(drop)
}

/// Bucket and prefix of an `s3://` URL.
fn parse(location: &str) -> Result<(String, Name), OpenError> {
	let invalid = || OpenError::BucketUrl { location: location.to_owned() };
	// Not repeated in a message: what precedes the @ may be a secret.
	if location.contains('@') {
		return Err(OpenError::CredentialsInUrl);
	}
	let url = Url::parse(location).map_err(|_| invalid())?;
	let bucket = url.host_str().ok_or_else(invalid)?;
	let is_bucket = (3..=63).contains(&bucket.len())
		&& bucket.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'));
	if !is_bucket || url.port().is_some() || url.query().is_some() || url.fragment().is_some() {
		return Err(invalid());
	}
	let prefix = Name::from_url_path(url.path()).map_err(|_| invalid())?;
	Ok((bucket.to_owned(), prefix))
}

fn check_endpoint(endpoint: &str, allow_http: bool) -> Result<String, OpenError> {
	if endpoint.contains('@') {
		return Err(OpenError::CredentialsInUrl);
	}
	let invalid = || OpenError::Endpoint { endpoint: endpoint.to_owned() };
	let url = Url::parse(endpoint).map_err(|_| invalid())?;
	if !matches!(url.scheme(), "http" | "https")
		|| url.host_str().is_none()
		|| url.query().is_some()
		|| url.fragment().is_some()
	{
		return Err(invalid());
	}
	if url.scheme() == "http" && !allow_http {
		return Err(OpenError::Http { endpoint: endpoint.to_owned() });
	}
	Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn client_options(config: &S3Config) -> Result<ClientOptions, OpenError> {
	let mut options = ClientOptions::new()
		.with_allow_http(config.allow_http)
		.with_connect_timeout(CONNECT_TIMEOUT.min(config.timeout))
		// A timeout for silence rather than for the whole request, which long blobs would exceed.
		.with_timeout_disabled()
		.with_read_timeout(config.timeout);
	if let Some(path) = &config.root_certificates {
		options = options.with_no_system_certificates(true);
		for certificate in certificates(path)? {
			options = options.with_root_certificate(certificate);
		}
	}
	Ok(options)
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, OpenError> {
	let fault = |source| OpenError::Certificates { path: path.into(), source };
	let pem = fs::read(path).map_err(|error| fault(Box::new(error)))?;
	match Certificate::from_pem_bundle(&pem) {
		Ok(certificates) if certificates.is_empty() => Err(fault("it contains no PEM certificate".into())),
		Ok(certificates) => Ok(certificates),
		Err(error) => Err(fault(Box::new(error))),
	}
}

/// `reqwest` is built without a crypto provider and uses the process's default, so there must be one.
fn install_tls_provider() {
	if CryptoProvider::get_default().is_none() {
		// Fails only if another thread has installed one meanwhile.
		let _ = ring::default_provider().install_default();
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn bucket_and_prefix_are_read_from_the_url() {
		let read = |location| parse(location).map(|(bucket, prefix)| (bucket, prefix.to_string())).unwrap();
		assert_eq!(read("s3://blobs"), ("blobs".into(), String::new()));
		assert_eq!(read("s3://blobs/"), ("blobs".into(), String::new()));
		assert_eq!(read("s3://my.blobs-1/a/b/"), ("my.blobs-1".into(), "a/b".into()));
		for location in
			["s3://", "s3:///a", "s3://ab", "s3://Blobs", "s3://b_c_d", "s3://blobs:9000/a", "s3://blobs/?a"]
		{
			assert!(matches!(parse(location), Err(OpenError::BucketUrl { .. })), "{location}");
		}
	}

	#[test]
	fn an_endpoint_is_https_unless_http_is_allowed() {
		assert_eq!(check_endpoint("https://s3.example:9000/", false).unwrap(), "https://s3.example:9000");
		assert_eq!(check_endpoint("http://127.0.0.1:9000", true).unwrap(), "http://127.0.0.1:9000");
		let error = check_endpoint("http://s3.example", false).unwrap_err();
		assert!(matches!(error, OpenError::Http { .. }), "{error}");
		for endpoint in
			["s3.example", "ftp://s3.example", "https://", "https://s3.example/?a=b", "https://s3.example/#a"]
		{
			assert!(matches!(check_endpoint(endpoint, true), Err(OpenError::Endpoint { .. })), "{endpoint}");
		}
	}

	#[test]
	fn credentials_in_a_url_are_refused_and_not_repeated() {
		for error in [
			parse("s3://AKIA:hunter2@blobs").map(drop).unwrap_err(),
			check_endpoint("https://AKIA:hunter2@s3.example", false).map(drop).unwrap_err(),
		] {
			assert!(matches!(error, OpenError::CredentialsInUrl));
			assert!(!format!("{error} {error:?}").contains("hunter2"));
		}
	}
}
