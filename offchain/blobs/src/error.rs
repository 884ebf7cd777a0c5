//! Why a store or a blob cannot be used.

use crate::reference::cid;
use consilium_primitives::{commitment::BlobReference, H256};
use std::{io, path::PathBuf};

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
	/// A URL of another kind.
	#[error("the blob store {location} is of no kind that is supported; use the path of a folder, or a file:// URL")]
	Unsupported {
		/// The URL.
		location: String,
	},
	/// Not a URL, though it contains `://`, or a `file` URL of another machine.
	#[error("the blob store {location} is no valid URL of a folder of this machine; use for example file:///srv/blobs")]
	Url {
		/// The text.
		location: String,
	},
	/// The path names something else than a folder.
	#[error("the blob store {} is no folder; move what is there away, or use another path", path.display())]
	NotAFolder {
		/// The path.
		path: PathBuf,
	},
	/// The folder cannot be made or opened.
	#[error("cannot make or open the folder {} of the blob store: {source}", path.display())]
	Folder {
		/// The path.
		path: PathBuf,
		/// The reason.
		source: Source,
	},
	/// A bucket, without what is needed to reach it.
	#[error(
		"the blob store {location} is a bucket, which needs an S3 configuration with region and credentials; \
		 or use the path of a folder, or a file:// URL"
	)]
	NoS3Config {
		/// The URL.
		location: String,
	},
	/// An S3 configuration for what is no bucket.
	#[error("the blob store {location} has an S3 configuration, but is no bucket; use s3://bucket/prefix, or drop it")]
	NotABucket {
		/// The location.
		location: String,
	},
	/// No URL of a bucket.
	#[error(
		"{location} is no URL of a bucket; use for example s3://consilium/blobs, with 3 to 63 of a-z, 0-9, - and . \
		 in the bucket's name"
	)]
	BucketUrl {
		/// The URL.
		location: String,
	},
	/// A URL with a user name or a password. It is not repeated.
	#[error("a URL of the blob store has a user name or password in it; credentials belong in a file or the environment")]
	CredentialsInUrl,
	/// No URL of a service.
	#[error(
		"the S3 endpoint {endpoint} is no URL of a service; use for example https://s3.hospital.example:9000"
	)]
	Endpoint {
		/// The endpoint.
		endpoint: String,
	},
	/// An endpoint without TLS.
	#[error(
		"the S3 endpoint {endpoint} is not encrypted; use https://, or allow http for a test on one machine"
	)]
	Http {
		/// The endpoint.
		endpoint: String,
	},
	/// No region.
	#[error("the blob store {location} needs the region of its S3 service, such as eu-central-1")]
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
	/// The client of the service cannot be made.
	#[error("cannot make a client for the blob store {location}: {source}")]
	Bucket {
		/// The URL.
		location: String,
		/// The reason.
		source: Source,
	},
}

/// Why the credentials of an S3 service cannot be used. No message repeats what a credentials file holds.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
	/// A variable of the environment is not set, or not text.
	#[error("the environment variable {name} is not set; set it, or name a credentials file")]
	NoVariable {
		/// The variable.
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
	/// Others than its owner may read or write the file.
	#[error("the credentials file {} is open to others (mode {mode:03o}); run `chmod 600 {}`", path.display(), path.display())]
	OpenToOthers {
		/// The file.
		path: PathBuf,
		/// Its permission bits.
		mode: u32,
	},
	/// The file is no file, too long, or not UTF-8.
	#[error("{} is no credentials file; it should be a few lines of text", path.display())]
	NotText {
		/// The file.
		path: PathBuf,
	},
	/// A line that says nothing that is known, or says it again.
	#[error(
		"{}, line {line}: should be aws_access_key_id, aws_secret_access_key or aws_session_token, each once at most, \
		 then = and a value; of headings only [default] is read",
		path.display()
	)]
	Line {
		/// The file.
		path: PathBuf,
		/// The line, from 1.
		line: usize,
	},
	/// A line is missing.
	#[error("{} lacks the line {name} = …", path.display())]
	Missing {
		/// The file.
		path: PathBuf,
		/// What the line should begin with.
		name: &'static str,
	},
}

/// Why a blob cannot be read, written or deleted.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
	/// The store answers, but has no such blob.
	#[error("blob {} is not in the store", cid(reference))]
	NotFound {
		/// The blob.
		reference: BlobReference,
	},
	/// The blob is longer or shorter than it should be.
	#[error("blob {} has {found} bytes in the store; expected {}", cid(reference), reference.length)]
	WrongLength {
		/// The blob, with its right length.
		reference: BlobReference,
		/// The length in the store.
		found: u64,
	},
	/// The blob has the right length, but its hash is another.
	#[error("blob {} was altered in the store: the hash of its bytes is {}", cid(reference), hex::encode(found.0))]
	Altered {
		/// The blob, with its right hash.
		reference: BlobReference,
		/// SHA-256 of the bytes in the store.
		found: H256,
	},
	/// The store does not answer, refuses access, or is not there. Nothing is known of the blob.
	#[error("the blob store {store} cannot be used: {source}")]
	Unreachable {
		/// The store.
		store: String,
		/// The reason.
		source: Source,
	},
}
