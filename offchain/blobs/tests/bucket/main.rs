//! What a store in a bucket does, against a server that speaks S3 (`s3s` with `s3s-fs`): it checks the signature of every
//! request and keeps objects as files, so that the tests can look at and alter what is stored.

#![allow(clippy::unwrap_used, missing_docs)]

mod blobs;
mod faults;
mod retention;
mod server;
mod tls;
