//! The dates of certificates.

use super::Check;
use crate::config::HospitalConfig;
use serde::Serialize;
use std::{
	path::{Path, PathBuf},
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use x509_parser::{pem::Pem, time::ASN1Time};

/// Name of the check.
pub(super) const NAME: &str = "certificates";

/// How long before its end a certificate is a warning.
pub const WARN_BEFORE: Duration = Duration::from_secs(30 * 24 * 3600);

/// Largest PEM file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// When a certificate in hospital.toml ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
	/// The field of hospital.toml.
	pub field: &'static str,
	/// The file.
	pub file: PathBuf,
	/// End of the validity of the certificate in it that ends first, in Unix time.
	pub expires: i64,
}

/// Reads the certificates of a configuration, and compares them with the time `now`.
pub(super) fn check(config: &HospitalConfig, now: SystemTime) -> (Check, Vec<Certificate>) {
	let mut files: Vec<(&'static str, &Path)> = Vec::new();
	if let Some(quantum) = &config.quantum {
		files.push(("qkd.certificate", &quantum.certificate));
		files.push(("qkd.ca", &quantum.ca));
	}
	let root = config.blobs.s3.as_ref().and_then(|s3| s3.root_certificates.as_deref());
	files.extend(root.map(|path| ("blobs.s3.root_certificates", path)));
	if files.is_empty() {
		return (Check::ok(NAME, "hospital.toml names no certificates"), Vec::new());
	}
	let now = i64::try_from(now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()).unwrap_or(i64::MAX);
	let (mut certificates, mut faults, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
	for (field, path) in files {
		match validity(path) {
			Ok((begin, end)) => {
				let expires = end.timestamp();
				certificates.push(Certificate { field, file: path.into(), expires });
				let (file, days) = (path.display(), (expires - now).div_euclid(24 * 3600));
				if begin.timestamp() > now {
					faults.push(format!(
						"{field}, {file}: it is not valid before {}; check this machine's clock, or wait",
						date(begin)
					));
				} else if expires < now {
					faults.push(format!(
						"{field}, {file}: it expired on {}; have a new one issued, put it there and restart \
						 the node",
						date(end)
					));
				} else if expires - now < WARN_BEFORE.as_secs() as i64 {
					warnings.push(format!(
						"{field}, {file}: it expires in {days} days, on {}; have a new one issued",
						date(end)
					));
				}
			},
			Err(reason) => faults.push(format!("{field}, {}: {reason}", path.display())),
		}
	}
	let check = match (faults.is_empty(), warnings.is_empty()) {
		(true, true) => {
			let first = certificates.iter().map(|certificate| certificate.expires).min().unwrap_or(i64::MAX);
			let days = first.saturating_sub(now).div_euclid(24 * 3600);
			Check::ok(NAME, format!("{} are valid, the first expires in {days} days", certificates.len()))
		},
		(true, false) => Check::warning(NAME, warnings.join("; ")),
		(false, _) => Check::failed(NAME, faults.join("; ")),
	};
	(check, certificates)
}

/// Begin and end of the time in which all certificates in a PEM file are valid.
fn validity(path: &Path) -> Result<(ASN1Time, ASN1Time), String> {
	let length = std::fs::metadata(path).map_err(|error| format!("cannot read it: {error}"))?.len();
	if length > MAX_BYTES {
		return Err("it is longer than 1 MiB; give a PEM file with certificates only".to_owned());
	}
	let bytes = std::fs::read(path).map_err(|error| format!("cannot read it: {error}"))?;
	let mut all: Option<(ASN1Time, ASN1Time)> = None;
	for pem in Pem::iter_from_buffer(&bytes) {
		let pem = pem.map_err(|_| "it is not PEM; convert it with `openssl x509 -inform der`".to_owned())?;
		if pem.label != "CERTIFICATE" {
			continue;
		}
		let certificate = pem.parse_x509().map_err(|_| "it has no valid X.509 certificate".to_owned())?;
		let (begin, end) = (certificate.validity().not_before, certificate.validity().not_after);
		all = Some(all.map_or((begin, end), |(first, last)| (first.max(begin), last.min(end))));
	}
	all.ok_or_else(|| "it has no certificate in PEM (BEGIN CERTIFICATE)".to_owned())
}

fn date(time: ASN1Time) -> impl std::fmt::Display {
	time.to_datetime().date()
}
