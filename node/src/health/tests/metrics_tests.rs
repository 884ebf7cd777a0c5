//! Dashboard, alerts and documentation name metrics and checks that exist.

use super::super::{metrics::Metrics, names};
use consilium_hospital::health::State;
use sc_service::config::PrometheusConfig;
use std::{collections::BTreeSet, fs};

const FOLDER: &str = "../monitoring";
const PREFIX: &str = "consilium_hospital_";

/// All words in `text` that begin with `prefix`.
fn words<'a>(text: &'a str, prefix: &str) -> BTreeSet<&'a str> {
	let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
	text.split(|letter| !is_part(letter)).filter(|word| word.starts_with(prefix)).collect()
}

fn metrics() -> (Metrics, PrometheusConfig) {
	let config = PrometheusConfig::new_with_default_registry("127.0.0.1:0".parse().unwrap(), "test".into());
	(Metrics::new(Some(&config)).unwrap(), config)
}

/// Names of all metrics, each with one time series at least.
fn registered() -> BTreeSet<String> {
	let (metrics, config) = metrics();
	metrics.touch();
	config.registry.gather().iter().map(|family| family.get_name().to_owned()).collect()
}

#[test]
fn dashboard_alerts_and_page_name_metrics_that_exist() {
	let registered = registered();
	// Substrate's, which the node exports, too.
	let substrate = ["substrate_block_height", "substrate_sync_peers"];
	for file in ["dashboard.json", "alerts.yml", "README.md"] {
		let text = fs::read_to_string(format!("{FOLDER}/{file}")).unwrap();
		let named: Vec<_> = words(&text, PREFIX).into_iter().filter(|word| *word != PREFIX).collect();
		assert!(!named.is_empty(), "{file}");
		for name in named {
			assert!(registered.contains(name), "{file} names {name}, which does not exist");
		}
		for name in words(&text, "substrate_") {
			assert!(substrate.contains(&name), "{file} names {name}, which may not exist");
		}
	}
	let page = fs::read_to_string(format!("{FOLDER}/README.md")).unwrap();
	for name in registered.iter().filter(|name| name.starts_with(PREFIX)) {
		assert!(page.contains(name.as_str()), "README.md does not describe {name}");
	}
}

#[test]
fn the_page_describes_every_check() {
	let page = fs::read_to_string(format!("{FOLDER}/README.md")).unwrap();
	for name in names() {
		assert!(page.contains(&format!("| `{name}` |")), "README.md does not describe the check {name}");
	}
}

#[test]
fn the_dashboard_is_json_and_alerts_name_checks_that_exist() {
	let dashboard = fs::read_to_string(format!("{FOLDER}/dashboard.json")).unwrap();
	let dashboard: serde_json::Value = serde_json::from_str(&dashboard).unwrap();
	assert!(dashboard["panels"].as_array().unwrap().len() >= 8);
	let alerts = fs::read_to_string(format!("{FOLDER}/alerts.yml")).unwrap();
	let named: Vec<_> = alerts.split("check=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
	for name in named {
		assert!(
			names().any(|check| check == name),
			"alerts.yml names the check {name}, which does not exist"
		);
	}
}

#[test]
fn a_check_is_in_one_state() {
	let (metrics, config) = metrics();
	metrics.set_check("clock", State::Warning);
	metrics.set_check("clock", State::Failed);
	let families = config.registry.gather();
	let checks = families.iter().find(|family| family.get_name() == "consilium_hospital_check").unwrap();
	let of_clock = checks
		.get_metric()
		.iter()
		.filter(|metric| metric.get_label().iter().any(|label| label.get_value() == "clock"));
	let on: Vec<_> = of_clock
		.filter(|metric| metric.get_gauge().get_value() > 0.0)
		.flat_map(|metric| metric.get_label())
		.map(|label| label.get_value())
		.filter(|value| *value != "clock" && *value != "test")
		.collect();
	assert_eq!(on, ["failed"]);
	let all = names().count() * State::ALL.len();
	assert_eq!(checks.get_metric().len(), all, "all checks have all states from the start");
}
