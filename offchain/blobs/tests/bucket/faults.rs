//! A service that is down, denies access, fails or is not an S3 service: no blob is reported missing because
//! of it.

use crate::server::*;
use consilium_blobs::{
	cid, BlobError, BlobReference, BlobStore, Credentials, OpenError, S3Config, StoreConfig,
};
use std::{
	io::{Read, Write},
	net::TcpListener,
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	},
	thread,
	time::Duration,
};

/// Every method must report the store as unreachable, with a reason that contains this text.
fn unreachable(store: &BlobStore, reason: &str) {
	let reference = BlobReference::of(b"update");
	let results = [
		("get", wait(store.get(&reference)).map(drop)),
		("put", wait(store.put(b"update".as_slice().into())).map(drop)),
		("delete", wait(store.delete(&reference))),
	];
	for (method, result) in results {
		let error = result.expect_err(method);
		let message = error.to_string();
		assert!(matches!(error, BlobError::Unreachable { .. }), "{method}: {message}");
		assert!(message.contains("s3://") && message.contains(reason), "{method}: {message}");
	}
}

fn with_endpoint(config: StoreConfig, endpoint: String, timeout: Duration) -> BlobStore {
	let s3 = S3Config { endpoint: Some(endpoint), timeout, ..config.s3.unwrap() };
	BlobStore::open_with(&StoreConfig { s3: Some(s3), ..config }).unwrap()
}

#[test]
fn a_service_that_is_stopped_is_unreachable() {
	let server = Server::start();
	let store = server.store();
	wait(store.put(b"update".as_slice().into())).unwrap();
	server.stop();
	unreachable(&store, "refused");
}

#[test]
fn wrong_credentials_are_not_a_missing_blob() {
	let server = Server::start();
	let reference = wait(server.store().put(b"update".as_slice().into())).unwrap();
	let store = BlobStore::open_with(&server.config_with("another")).unwrap();
	unreachable(&store, "403");
	assert!(server.file(&format!("blobs/{}", cid(&reference))).is_file());
}

#[test]
fn a_missing_bucket_is_not_a_missing_blob() {
	let server = Server::start();
	let config = StoreConfig { location: "s3://no-such-bucket/blobs".into(), ..server.config() };
	unreachable(&BlobStore::open_with(&config).unwrap(), "NoSuchBucket");
}

#[test]
fn a_service_that_fails_temporarily_is_retried() {
	let server = Server::start();
	let store = server.store();
	server.fail(2);
	let reference = wait(store.put(b"update".as_slice().into())).unwrap();
	server.fail(3);
	assert_eq!(wait(store.get(&reference)).unwrap(), b"update".as_slice());
	let before = server.requests();
	server.fail(usize::MAX);
	assert!(matches!(wait(store.get(&reference)), Err(BlobError::Unreachable { .. })));
	assert_eq!(server.requests() - before, 4);
}

/// A server that reads one request per connection and sends a fixed response; it counts the connections.
fn impostor(answer: Option<&'static str>) -> (String, Arc<AtomicUsize>) {
	let listener = TcpListener::bind("127.0.0.1:0").unwrap();
	let endpoint = format!("http://{}", listener.local_addr().unwrap());
	let connections = Arc::new(AtomicUsize::new(0));
	let counter = connections.clone();
	thread::spawn(move || {
		let mut silent = Vec::new();
		for stream in listener.incoming() {
			let mut stream = stream.unwrap();
			counter.fetch_add(1, Ordering::SeqCst);
			match answer {
				// Kept open, so that the client waits.
				None => silent.push(stream),
				Some(answer) => {
					let _ = stream.read(&mut [0; 8192]);
					let _ = stream.write_all(answer.as_bytes());
				},
			}
		}
	});
	(endpoint, connections)
}

#[test]
fn a_service_that_never_responds_times_out() {
	let (endpoint, connections) = impostor(None);
	let store = with_endpoint(Server::start().config(), endpoint, Duration::from_millis(50));
	let error = wait(store.get(&BlobReference::of(b"update"))).unwrap_err();
	assert!(matches!(error, BlobError::Unreachable { .. }), "{error}");
	assert_eq!(connections.load(Ordering::SeqCst), 4);
}

#[test]
fn a_web_server_without_content_is_not_an_empty_store() {
	let (endpoint, _) =
		impostor(Some("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"));
	let store = with_endpoint(Server::start().config(), endpoint, Duration::from_secs(20));
	unreachable(&store, "404");
}

#[test]
fn a_web_server_with_content_for_every_path_is_not_a_store() {
	let (endpoint, _) = impostor(Some(
		"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\netag: \"a\"\r\n\r\nhello",
	));
	let store = with_endpoint(Server::start().config(), endpoint, Duration::from_secs(20));
	let error = wait(store.get(&BlobReference::of(b"jello"))).unwrap_err();
	assert!(!matches!(error, BlobError::NotFound { .. }), "{error}");
}

#[test]
fn invalid_configurations_are_rejected_with_a_remedy() {
	let server = Server::start();
	let s3 = || server.config().s3.unwrap();
	let with =
		|location: &str, s3: Option<S3Config>| open_message(&StoreConfig { location: location.into(), s3 });

	let (error, message) = with("s3://bucket/blobs", None);
	assert!(matches!(error, OpenError::NoS3Config { .. }) && message.contains("region"), "{message}");
	let folder = tempfile::tempdir().unwrap();
	let (error, message) = with(folder.path().to_str().unwrap(), Some(s3()));
	assert!(matches!(error, OpenError::NotABucket { .. }) && message.contains("s3://"), "{message}");
	let (error, message) = with("s3://bucket/blobs", Some(S3Config { allow_http: false, ..s3() }));
	assert!(matches!(error, OpenError::Http { .. }) && message.contains("allow_http = true"), "{message}");
	let (error, message) = with("s3://bucket/blobs", Some(S3Config { region: String::new(), ..s3() }));
	assert!(matches!(error, OpenError::NoRegion { .. }) && message.contains("region"), "{message}");
	let missing = Credentials::File(folder.path().join("missing"));
	let (error, message) = with("s3://bucket/blobs", Some(S3Config { credentials: missing, ..s3() }));
	assert!(matches!(error, OpenError::Credentials(_)) && message.contains("missing"), "{message}");
	let no_certificates = Some(folder.path().join("missing.pem"));
	let (error, message) =
		with("s3://bucket/blobs", Some(S3Config { root_certificates: no_certificates, ..s3() }));
	assert!(matches!(error, OpenError::Certificates { .. }) && message.contains("missing.pem"), "{message}");
}

#[test]
fn debug_output_shows_no_credentials() {
	let server = Server::start();
	let shown = format!("{:?} {:?}", server.store(), server.config());
	assert!(shown.contains("s3://") && !shown.contains("secret"), "{shown}");
}
