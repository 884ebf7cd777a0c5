//! An S3 server on its own thread, and stores that use it.

use consilium_blobs::{BlobStore, Credentials, OpenError, S3Config, StoreConfig};
use hyper::{server::conn::http1, service::service_fn, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use s3s::{
	auth::SimpleAuth,
	service::{S3Service, S3ServiceBuilder},
	Body, HttpError,
};
use s3s_fs::FileSystem;
use std::{
	fs,
	future::Future,
	net::SocketAddr,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	},
	time::Duration,
};
use tempfile::TempDir;
use tokio::{
	io::{AsyncRead, AsyncWrite},
	net::TcpListener,
	runtime::{Builder, Runtime},
};
use tokio_rustls::TlsAcceptor;

pub const BUCKET: &str = "consilium-test";
const ID: &str = "AKIATEST";
const SECRET: &str = "not/so+secret";

pub fn wait<T>(future: impl Future<Output = T>) -> T {
	Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The server's behaviour besides answering.
#[derive(Default)]
pub struct Behaviour {
	/// How many of the next requests it answers with 503.
	pub failures: AtomicUsize,
	/// How many requests it has received.
	pub requests: AtomicUsize,
}

pub struct Server {
	folder: TempDir,
	address: SocketAddr,
	pub behaviour: Arc<Behaviour>,
	runtime: Runtime,
}

impl Server {
	/// A server with an empty bucket.
	pub fn start() -> Self {
		Self::start_with(None)
	}

	pub fn start_with(tls: Option<TlsAcceptor>) -> Self {
		let folder = tempfile::tempdir().unwrap();
		let objects = folder.path().join("objects");
		fs::create_dir_all(objects.join(BUCKET)).unwrap();
		let mut builder = S3ServiceBuilder::new(FileSystem::new(&objects).unwrap());
		builder.set_auth(SimpleAuth::from_single(ID, SECRET));
		let service = builder.build();
		let behaviour = Arc::new(Behaviour::default());
		let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
		let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
		let address = listener.local_addr().unwrap();
		runtime.spawn(accept(listener, tls, service, behaviour.clone()));
		Self { folder, address, behaviour, runtime }
	}

	/// The file of the object with this key in the bucket.
	pub fn file(&self, key: &str) -> PathBuf {
		self.folder.path().join("objects").join(BUCKET).join(key)
	}

	pub fn requests(&self) -> usize {
		self.behaviour.requests.load(Ordering::SeqCst)
	}

	pub fn fail(&self, times: usize) {
		self.behaviour.failures.store(times, Ordering::SeqCst);
	}

	/// A configuration with valid credentials.
	pub fn config(&self) -> StoreConfig {
		self.config_with(SECRET)
	}

	pub fn config_with(&self, secret: &str) -> StoreConfig {
		let path = self.folder.path().join("credentials");
		write_credentials(&path, secret);
		StoreConfig {
			location: format!("s3://{BUCKET}/blobs").into(),
			s3: Some(S3Config {
				endpoint: Some(format!("http://{}", self.address)),
				allow_http: true,
				timeout: Duration::from_secs(20),
				..S3Config::new("us-east-1", Credentials::File(path))
			}),
		}
	}

	/// The same, over TLS.
	pub fn tls_config(&self, root_certificates: &Path) -> StoreConfig {
		let StoreConfig { location, s3 } = self.config();
		let s3 = S3Config {
			endpoint: Some(format!("https://localhost:{}", self.address.port())),
			allow_http: false,
			root_certificates: Some(root_certificates.into()),
			..s3.unwrap()
		};
		StoreConfig { location, s3: Some(s3) }
	}

	pub fn store(&self) -> BlobStore {
		BlobStore::open_with(&self.config()).unwrap()
	}

	/// Stops the server and frees its port.
	pub fn stop(self) {
		self.runtime.shutdown_background();
	}
}

fn write_credentials(path: &Path, secret: &str) {
	fs::write(path, format!("[default]\naws_access_key_id = {ID}\naws_secret_access_key = {secret}\n"))
		.unwrap();
	fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

pub fn open_message(config: &StoreConfig) -> (OpenError, String) {
	let error = BlobStore::open_with(config).unwrap_err();
	let message = error.to_string();
	(error, message)
}

async fn accept(
	listener: TcpListener,
	tls: Option<TlsAcceptor>,
	service: S3Service,
	behaviour: Arc<Behaviour>,
) {
	loop {
		let (stream, _) = listener.accept().await.unwrap();
		let (tls, service, behaviour) = (tls.clone(), service.clone(), behaviour.clone());
		tokio::spawn(async move {
			match tls {
				None => serve(stream, service, behaviour).await,
				Some(tls) => {
					if let Ok(stream) = tls.accept(stream).await {
						serve(stream, service, behaviour).await;
					}
				},
			}
		});
	}
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, service: S3Service, behaviour: Arc<Behaviour>) {
	let answer = service_fn(move |request: Request<hyper::body::Incoming>| {
		let (service, behaviour) = (service.clone(), behaviour.clone());
		async move {
			behaviour.requests.fetch_add(1, Ordering::SeqCst);
			let failures = &behaviour.failures;
			if failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
				let mut response = Response::new(Body::empty());
				*response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
				return Ok::<_, HttpError>(response);
			}
			service.call(request.map(Body::from)).await
		}
	});
	// A client that disconnects is not the server's error.
	let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}
