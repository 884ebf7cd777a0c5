//! Where a store is, and how to reach it.

use std::{ffi::OsString, path::PathBuf, time::Duration};

/// How long a silent connection is waited for, unless the configuration says otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// Where a store is, and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreConfig {
	/// Path or `file://` URL of a folder, or `s3://bucket` or `s3://bucket/prefix`.
	pub location: OsString,
	/// How to reach the bucket; `None` for a folder.
	pub s3: Option<S3Config>,
}

/// How to reach an S3-compatible service. Buckets are addressed by path, which every such service understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Config {
	/// URL of the service, such as `https://s3.hospital.example:9000`; `None` for AWS in the region.
	pub endpoint: Option<String>,
	/// The region, which is part of each signature, such as `eu-central-1`. Services of one's own often call it
	/// `us-east-1`.
	pub region: String,
	/// Where the credentials are. They must allow `GetObject`, `PutObject`, `DeleteObject` and `ListBucket`.
	pub credentials: Credentials,
	/// PEM file with the certificates of the only authorities that may vouch for the service; `None` for those that the
	/// system trusts.
	pub root_certificates: Option<PathBuf>,
	/// Whether the endpoint may be `http://`. For tests on one machine: blobs are sealed, but anyone on the way could see
	/// who reads which, and drop or repeat requests.
	pub allow_http: bool,
	/// How long a connection may be silent before the request is tried again, three times at most. A part of 16 MiB must
	/// be sent in this time.
	pub timeout: Duration,
}

/// Where credentials are. Never in a URL, and never on a command line, which others on the machine can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
	/// In the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for temporary ones, `AWS_SESSION_TOKEN`.
	Environment,
	/// In a file that only its owner may read, as AWS tools write it: `aws_access_key_id = …`,
	/// `aws_secret_access_key = …` and perhaps `aws_session_token = …`, each on a line, under `[default]` or no heading.
	File(PathBuf),
}

impl S3Config {
	/// The service of AWS in a region, or with [`endpoint`](Self::endpoint) set, another.
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
