//! Errors of invalid configurations name the field, the file and the remedy.

use super::pki::Pki;
use crate::etsi014::{Client, ConfigFault, KmeConfig};
use std::{fs::Permissions, os::unix::fs::PermissionsExt, path::PathBuf, time::Duration};

fn fault(pki: &Pki, change: impl FnOnce(&mut KmeConfig)) -> ConfigFault {
	let mut config = pki.client("https://localhost:1", &pki.issue("sae-a"));
	change(&mut config);
	Client::new(&config).unwrap_err()
}

#[test]
fn urls() {
	let pki = Pki::new();
	let urls = [
		"http://localhost:1",
		"https://user:password@localhost:1",
		"https://localhost:1/?query",
		"https://localhost:1/#fragment",
		"mailto:kme",
	];
	for url in urls {
		let fault = fault(&pki, |config| config.url = url.parse().unwrap());
		assert!(matches!(fault, ConfigFault::Url { .. }), "{fault}");
		assert!(!fault.to_string().contains("password"), "{fault}");
	}
	let config = pki.client("https://localhost:1/base/", &pki.issue("sae-a"));
	assert_eq!(Client::new(&config).unwrap().kme(), "https://localhost:1/base/");
}

#[test]
fn timeouts() {
	let pki = Pki::new();
	for (connect, request) in [(0, 1), (2, 2), (3, 2)] {
		let fault = fault(&pki, |config| {
			config.connect_timeout = Duration::from_secs(connect);
			config.request_timeout = Duration::from_secs(request);
		});
		assert!(matches!(fault, ConfigFault::Timeouts { .. }), "{fault}");
	}
}

#[test]
fn missing_files() {
	let pki = Pki::new();
	let missing = PathBuf::from("/nowhere/at-all");
	type File = fn(&mut KmeConfig) -> &mut PathBuf;
	let changes: [(&str, File); 3] = [
		("ca", |config| &mut config.ca),
		("certificate", |config| &mut config.certificate),
		("key", |config| &mut config.key),
	];
	for (field, file) in changes {
		let fault = fault(&pki, |config| *file(config) = missing.clone());
		assert!(matches!(fault, ConfigFault::Unreadable { field: found, .. } if found == field), "{fault}");
		assert!(fault.to_string().contains("/nowhere/at-all"), "{fault}");
	}
}

#[test]
fn files_with_other_content() {
	let pki = Pki::new();
	let identity = pki.issue("sae-z");
	let text = pki.folder().join("text");
	std::fs::write(&text, "no PEM").unwrap();
	std::fs::set_permissions(&text, Permissions::from_mode(0o600)).unwrap();
	let broken = pki.folder().join("broken");
	std::fs::write(&broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
	type Change<'a> = Box<dyn FnOnce(&mut KmeConfig) + 'a>;
	let cases: [(&str, Change<'_>); 5] = [
		("ca", Box::new(|config| config.ca = text.clone())),
		("ca", Box::new(|config| config.ca = broken)),
		("certificate", Box::new(|config| config.certificate = identity.key_file.clone())),
		("key", Box::new(|config| config.key = text.clone())),
		("key", {
			let certificate = identity.certificate_file.clone();
			std::fs::set_permissions(&certificate, Permissions::from_mode(0o600)).unwrap();
			Box::new(|config| config.key = certificate)
		}),
	];
	for (field, change) in cases {
		let fault = fault(&pki, change);
		assert!(
			matches!(fault, ConfigFault::NotPem { field: found, .. } if found == field),
			"{field}: {fault}"
		);
	}
	let mismatch = fault(&pki, |config| config.key = identity.key_file.clone());
	assert!(matches!(mismatch, ConfigFault::KeyMismatch { .. }), "{mismatch}");
}

/// As `openssl x509 -req` issues it without `-extfile`.
const VERSION_1: &str = "-----BEGIN CERTIFICATE-----
MIHcMIGPAhQFnjS10BwPI0I1X62O51fhR4IHqDAFBgMrZXAwEDEOMAwGA1UEAwwF
c2FlLWEwIBcNMjYxMTIxMTgzNDEwWhgPMjEyNjEwMjgxODM0MTBaMBAxDjAMBgNV
BAMMBXNhZS1hMCowBQYDK2VwAyEAKkZ0ByjF2M1CPOnxkNBvPDGnFlM2M95BfxU8
CTq69jYwBQYDK2VwA0EA2oVftpRFzj2pFxMG43TiBOcVpQeU6cQtW9Y8IHmdWPMU
tVdCh/tHHruy5FMnK65HgzIfxr42WYCiEsycGnZaCw==
-----END CERTIFICATE-----
";

#[test]
fn a_version_1_certificate() {
	let pki = Pki::new();
	let file = pki.folder().join("version-1.pem");
	std::fs::write(&file, VERSION_1).unwrap();
	let fault = fault(&pki, |config| config.certificate = file).to_string();
	assert!(fault.contains("version-1.pem") && fault.contains("X.509 version 3"), "{fault}");
	assert!(!fault.contains("sae-a.key"), "the key is not to blame: {fault}");
}

#[test]
fn a_private_key_that_other_users_can_read() {
	let pki = Pki::new();
	for mode in [0o660, 0o604, 0o620] {
		let fault = fault(&pki, |config| {
			std::fs::set_permissions(&config.key, Permissions::from_mode(mode)).unwrap();
		});
		assert!(fault.to_string().contains("chmod 600"), "{fault}");
	}
}
