//! Errors of stores and blobs.

use crate::reference::cid;
use consilium_primitives::{commitment::BlobReference, H256};
use std::{io, path::PathBuf};

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
	/// The URL has an unsupported scheme.
	#[error(
		"the blob store {location} has an unsupported scheme; use a folder's path, a file:// URL or \
		 s3://bucket/prefix"
	)]
	Unsupported {
		/// The URL.
		location: String,
	},
	/// The text contains `://` but is not a URL, or is a `file` URL of another machine.
	#[error(
		"the blob store {location} is not a valid URL of a folder on this machine; use one like \
		 file:///srv/blobs"
	)]
	Url {
		/// The location as configured.
		location: String,
	},
	/// The path exists, but is not a folder.
	#[error("the blob store {} is not a folder; remove the file, or use another path", path.display())]
	NotAFolder {
		/// The path.
		path: PathBuf,
	},
	/// The folder cannot be created or opened.
	#[error("cannot create or open the folder {} of the blob store: {source}", path.display())]
	Folder {
		/// The path.
		path: PathBuf,
		/// The reason.
		source: Source,
	},
	/// A bucket without an S3 configuration.
	#[error(
		"the blob store {location} is a bucket and needs an S3 configuration with region and credentials; \
		 add one, or use a folder's path or a file:// URL"
	)]
	NoS3Config {
		/// The URL.
		location: String,
	},
	/// An S3 configuration for a location that is not a bucket.
	#[error(
		"the blob store {location} has an S3 configuration but is not a bucket; use s3://bucket/prefix, or \
		 remove the S3 configuration"
	)]
	NotABucket {
		/// The location.
		location: String,
	},
	/// The location is not the URL of a bucket.
	#[error(
		"{location} is not the URL of a bucket; use one like s3://consilium/blobs, whose bucket name has 3 \
		 to 63 of the characters a-z, 0-9, - and ."
	)]
	BucketUrl {
		/// The URL.
		location: String,
	},
	/// The URL contains a user name or a password. The message does not repeat it.
	#[error(
		"a URL of the blob store contains a user name or password; put credentials into a file or the \
		 environment"
	)]
	CredentialsInUrl,
	/// The endpoint is not the URL of a service.
	#[error(
		"the S3 endpoint {endpoint} is not the URL of a service; use one like \
		 https://s3.hospital.example:9000"
	)]
	Endpoint {
		/// The endpoint.
		endpoint: String,
	},
	/// The endpoint does not use TLS.
	#[error(
		"the S3 endpoint {endpoint} does not use TLS; use https://, or, for a test on one machine, write \
		 allow_http = true under [blobs.s3]"
	)]
	Http {
		/// The endpoint.
		endpoint: String,
	},
	/// The region is missing.
	#[error("the blob store {location} lacks the region of its S3 service; add one, such as eu-central-1")]
	NoRegion {
		/// The URL.
		location: String,
	},
	/// The credentials cannot be used.
	#[error(transparent)]
	Credentials(#[from] CredentialsError),
	/// The file of root certificates cannot be used.
	#[error("cannot use the root certificates {}: {source}", path.display())]
	Certificates {
		/// The file.
		path: PathBuf,
		/// The reason.
		source: Source,
	},
	/// The client of the service cannot be created.
	#[error("cannot create a client for the blob store {location}: {source}")]
	Bucket {
		/// The URL.
		location: String,
		/// The reason.
		source: Source,
	},
}

/// Why the credentials of an S3 service cannot be used. No message repeats the contents of a credentials
/// file.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
	/// An environment variable is not set, or is not text.
	#[error("the environment variable {name} is not set; set it, or name a credentials file")]
	NoVariable {
		/// Its name.
		name: &'static str,
	},
	/// The file cannot be read.
	#[error("cannot read the credentials file {}: {source}", path.display())]
	Unreadable {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: io::Error,
	},
	/// Users other than the file's owner may read or write it.
	#[error(
		"the credentials file {} is accessible to other users (mode {mode:03o}); run `chmod 600 {}`",
		path.display(), path.display()
	)]
	OpenToOthers {
		/// The file.
		path: PathBuf,
		/// Its permission bits.
		mode: u32,
	},
	/// The path is not a file, or the file is too long or not UTF-8.
	#[error("{} is not a credentials file; expected a few lines of text", path.display())]
	NotText {
		/// The file.
		path: PathBuf,
	},
	/// A line is unknown or repeated.
	#[error(
		"{}, line {line}: expected aws_access_key_id, aws_secret_access_key or aws_session_token, each at \
		 most once, then = and a value; the only heading allowed is [default]",
		path.display()
	)]
	Line {
		/// The file.
		path: PathBuf,
		/// The line, from 1.
		line: usize,
	},
	/// A required line is missing.
	#[error("{} lacks the line {name} = …", path.display())]
	Missing {
		/// The file.
		path: PathBuf,
		/// The name that the line begins with.
		name: &'static str,
	},
}

/// Why a blob cannot be read, written or deleted.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
	/// The store was reached but does not have the blob.
	#[error("blob {} is not in the store", cid(reference))]
	NotFound {
		/// The blob.
		reference: BlobReference,
	},
	/// The blob's length differs from the reference.
	#[error("blob {} has {found} bytes in the store; expected {}", cid(reference), reference.length)]
	WrongLength {
		/// The blob, with its expected length.
		reference: BlobReference,
		/// The length in the store.
		found: u64,
	},
	/// The blob has the expected length but a different hash.
	#[error(
		"blob {} was altered in the store: the SHA-256 of its bytes is {}",
		cid(reference), hex::encode(found.0)
	)]
	Altered {
		/// The blob, with its expected hash.
		reference: BlobReference,
		/// SHA-256 of the bytes in the store.
		found: H256,
	},
	/// The store does not respond, denies access or does not exist. Nothing is known about the blob.
	#[error("the blob store {store} cannot be used: {source}")]
	Unreachable {
		/// The store.
		store: String,
		/// The reason.
		source: Source,
	},
}
