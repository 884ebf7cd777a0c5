//! The operator interface and the command line.

use crate::{
	common::{config::kme as id, pki::Pki, until},
	engine::Seeded,
	line::Line,
};
use consilium_kme::{link::status::LinkState, operator::LinkView, KmeConfig};
use std::{
	io::{BufRead, BufReader},
	process::{Command, Output, Stdio},
};

fn command(arguments: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_consilium-kme")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
	String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_cover_links_requests_and_keys() {
	let line = Line::start().await;
	line.sae("sae-a1").enc_keys("sae-b1", 3).await;
	line.sae("sae-a1").get("sae-b1/enc_keys?size=1").await;
	let client = line.pki.client_of("pki", None);
	let read = async |kme: &consilium_kme::Kme| {
		let url = format!("http://{}/metrics", kme.addresses().operator.unwrap());
		client.get(url).send().await.unwrap().text().await.unwrap()
	};
	let metrics = read(&line.a).await;
	for expected in [
		"kme_link_qber_ratio{link=\"kme-a-kme-b\"} 0.02\n",
		"kme_link_secret_rate_bits_per_second{link=\"kme-a-kme-b\"} 131072000.0\n",
		"kme_link_sifted_rate_bits_per_second{link=\"kme-a-kme-b\"} 393216000.0\n",
		"kme_link_connected{link=\"kme-a-kme-b\"} 1\n",
		"kme_link_aborts_total{link=\"kme-a-kme-b\",reason=\"error_rate\"} 0\n",
		"kme_link_authentication_failures_total{link=\"kme-a-kme-b\"} 0\n",
		"kme_requests_total{call=\"enc_keys\",code=\"200\"} 1\n",
		"kme_requests_total{call=\"enc_keys\",code=\"400\"} 1\n",
		"kme_keys_delivered_total{call=\"enc_keys\"} 3\n",
		"kme_keys_stored 0\n",
	] {
		assert!(metrics.contains(expected), "{expected} in\n{metrics}");
	}
	assert!(metrics.contains("kme_link_stored_bits{link=\"kme-a-kme-b\",direction=\"outgoing\"} "));
	assert!(read(&line.b).await.contains("kme_keys_stored 3\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn link_status_shows_state_and_eavesdropper() {
	let line = Line::start_with(Seeded::new(1024), |config| {
		if config.id.as_str() == "kme-c" {
			config.links.iter_mut().for_each(|link| link.simulation = None);
		}
	})
	.await;
	let client = line.pki.client_of("pki", None);
	let at =
		|kme: &consilium_kme::Kme, path: &str| format!("http://{}/{path}", kme.addresses().operator.unwrap());
	let url = at(&line.a, "");
	let ran = tokio::task::spawn_blocking(move || {
		let ran = command(&["eavesdrop", "--kme", &url, "--peer", "kme-b", "--fraction", "0.5"]);
		assert!(ran.status.success(), "{}", text(&ran.stderr));
		let unknown = command(&["eavesdrop", "--kme", &url, "--peer", "kme-x", "--off"]);
		(url, text(&unknown.stderr))
	});
	let (url, unknown) = ran.await.unwrap();
	assert!(unknown.contains("no link to `kme-x`"), "{unknown}");
	let link = line.a.network().links()[&id("kme-b")].clone();
	until(|| link.status().state == LinkState::Aborted).await;

	let views: Vec<LinkView> = client.get(at(&line.a, "links")).send().await.unwrap().json().await.unwrap();
	assert_eq!((views.len(), views[0].state.as_str(), views[0].intercept_resend), (1, "aborted", 0.5));
	assert_eq!(views[0].qber, Some(0.125));
	assert!(views[0].last_abort.as_deref().unwrap().starts_with("QBER .125 above"));

	let shown = tokio::task::spawn_blocking(move || {
		let shown = text(&command(&["status", "--kme", &url]).stdout);
		assert!(command(&["eavesdrop", "--kme", &url, "--peer", "kme-b", "--off"]).status.success());
		shown
	});
	let shown = shown.await.unwrap();
	assert!(shown.contains("kme-a-kme-b: aborted\n") && shown.contains("QBER 12.50 %"), "{shown}");
	// A full pool starts no new block: a key makes room for one.
	line.sae("sae-a1").enc_keys("sae-b1", 1).await;
	until(|| link.status().state == LinkState::Up).await;

	for (kme, peer, body, code) in [
		(&line.a, "kme-b", "{\"intercept_resend\": 1.5}", 400),
		(&line.a, "kme-b", "{\"intercept_resend\": null}", 400),
		(&line.a, "kme-b", "{}", 400),
		(&line.a, "kme-z", "{\"intercept_resend\": 0.5}", 404),
		(&line.c, "kme-b", "{\"intercept_resend\": 0.5}", 409),
	] {
		let request = client.put(at(kme, &format!("links/{peer}/eavesdropper"))).body(body);
		assert_eq!(request.send().await.unwrap().status(), code, "{peer} {body}");
	}
}

#[test]
fn a_trial_from_certificates_to_shutdown() {
	let folder = tempfile::tempdir().unwrap();
	let at = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
	let made = command(&[
		"certs",
		"--out",
		&at("pki"),
		"--kme",
		"kme-alice=127.0.0.1,localhost",
		"--kme",
		"kme-bob=127.0.0.1",
		"--sae",
		"sae-alice",
		"sae-bob",
	]);
	assert!(made.status.success(), "{}", text(&made.stderr));
	assert!(text(&made.stdout).contains("ca.key can pose as any SAE or KME"));
	let again = command(&["certs", "--out", &at("pki"), "--kme", "kme-alice=127.0.0.1"]);
	assert!(text(&again.stderr).contains("is not overwritten"));

	let example = command(&["example"]);
	assert_eq!(text(&example.stdout), KmeConfig::example());
	let ports = text(&example.stdout).replace(":8443", ":0").replace(":9101", ":0").replace(":7443", ":0");
	std::fs::write(at("kme.toml"), ports).unwrap();
	let checked = command(&["check", "--config", &at("kme.toml")]);
	assert!(checked.status.success(), "{}", text(&checked.stderr));
	assert!(text(&checked.stdout).contains("kme-carol is reached through kme-bob in 2 hops"));
	std::fs::write(at("wrong.toml"), KmeConfig::example().replace("kme-alice", "kme-bob")).unwrap();
	assert!(!command(&["check", "--config", &at("wrong.toml")]).status.success());

	for signal in ["-TERM", "-INT"] {
		let mut child = Command::new(env!("CARGO_BIN_EXE_consilium-kme"))
			.args(["run", "--config", &at("kme.toml")])
			.stderr(Stdio::piped())
			.spawn()
			.unwrap();
		let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
		assert!(log.any(|line| line.contains("kme-alice serves SAEs at https://127.0.0.1:")));
		let id = child.id().to_string();
		assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
		assert!(log.any(|line| line.contains("kme-alice stops")));
		assert!(child.wait().unwrap().success());
	}
}

#[test]
fn a_private_key_readable_by_others_is_refused() {
	use std::os::unix::fs::PermissionsExt;
	let pki = Pki::default();
	let files = pki.tls("kme-a");
	std::fs::set_permissions(&files.key, std::fs::Permissions::from_mode(0o644)).unwrap();
	let error = consilium_kme::tls::Tls::load(&files, "kme-a").err().unwrap().to_string();
	assert!(error.contains("mode 644") && error.contains("chmod 600"), "{error}");
	let error = consilium_kme::tls::Tls::load(&pki.tls("kme-b"), "kme-a").err().unwrap().to_string();
	assert!(error.contains("`kme-b`; it must be the id of this KME, `kme-a`"), "{error}");
}
