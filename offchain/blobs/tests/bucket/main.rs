//! A store in a bucket, tested against an S3 server (`s3s` with `s3s-fs`) that checks the signature of every
//! request and keeps objects as files, so that the tests can inspect and alter what is stored.

#![allow(clippy::unwrap_used, missing_docs)]

mod blobs;
mod faults;
mod retention;
mod server;
mod tls;
