//! The KME serves an independent client: etsi-qkd-014-client 0.9.0 from PyPI.
//!
//! Runs when the Python that `CONSILIUM_PYTHON` names (or else `python3`) has the package, and says so when
//! it does not.

use crate::line::Line;
use std::process::{Command, Stdio};

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_client_is_served() {
	let required = std::env::var("CONSILIUM_PYTHON").ok();
	let python = required.clone().unwrap_or_else(|| "python3".into());
	let has_package = Command::new(&python)
		.args(["-c", "import etsi_qkd_014_client"])
		.stderr(Stdio::null())
		.status()
		.is_ok_and(|status| status.success());
	if !has_package {
		assert!(required.is_none(), "{python} lacks the package etsi-qkd-014-client");
		eprintln!("not run: {python} lacks etsi-qkd-014-client; set CONSILIUM_PYTHON to one that has it");
		return;
	}
	let line = Line::start().await;
	// Relative to the package's folder, in which tests run, as the folder of the build may differ.
	let script = "tests/kme/independent_client.py";
	let folder = line.pki.path("");
	let addresses = [&line.a, &line.b].map(|kme| kme.addresses().sae.to_string());
	let ran = tokio::task::spawn_blocking(move || {
		Command::new(python).arg(script).arg(folder).args(addresses).output().unwrap()
	});
	let ran = ran.await.unwrap();
	assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}
