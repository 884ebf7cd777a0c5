//! Location and access of a store.

use std::{ffi::OsString, path::PathBuf, time::Duration};

/// Default timeout for a silent connection.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// Location and access of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreConfig {
	/// Path or `file://` URL of a folder, or `s3://bucket` or `s3://bucket/prefix`.
	pub location: OsString,
	/// Access to the bucket; `None` for a folder.
	pub s3: Option<S3Config>,
}

/// Access to an S3-compatible service. Buckets are addressed by path, which every such service supports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Config {
	/// URL of the service, such as `https://s3.hospital.example:9000`; `None` for AWS in the region.
	pub endpoint: Option<String>,
	/// The region, which is part of each signature, such as `eu-central-1`. Self-hosted services often use
	/// `us-east-1`.
	pub region: String,
	/// Source of the credentials, which must allow `GetObject`, `PutObject`, `DeleteObject` and `ListBucket`.
	pub credentials: Credentials,
	/// PEM file with the only trusted root certificates; `None` to trust the system's.
	pub root_certificates: Option<PathBuf>,
	/// Whether the endpoint may be `http://`. For tests on one machine only: blobs are sealed, but anyone on
	/// the path could see who reads which, and drop or replay requests.
	pub allow_http: bool,
	/// How long a connection may be silent before the request is retried, at most three times. A part of 16
	/// MiB must be sent within this time.
	pub timeout: Duration,
}

/// Source of credentials. Never a URL, and never the command line, which other users of the machine can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
	/// Environment variables: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for temporary credentials,
	/// `AWS_SESSION_TOKEN`.
	Environment,
	/// A file that only its owner may read, in the format of the AWS tools: `aws_access_key_id = …`,
	/// `aws_secret_access_key = …` and optionally `aws_session_token = …`, one per line, under `[default]` or
	/// no heading.
	File(PathBuf),
}

impl S3Config {
	/// AWS in a region; set [`endpoint`](Self::endpoint) for another service.
	pub fn new(region: impl Into<String>, credentials: Credentials) -> Self {
		Self {
			endpoint: None,
			region: region.into(),
			credentials,
			root_certificates: None,
			allow_http: false,
			timeout: DEFAULT_TIMEOUT,
		}
	}
}
