//! `consilium-node hospital check`

use super::account::AccountKey;
use clap::Args;
use consilium_hospital::{HospitalConfig, Report};
use serde::Serialize;
use sp_core::crypto::Ss58Codec;
use std::{error::Error, path::PathBuf};

/// The configuration to check.
#[derive(Debug, Args)]
pub struct Check {
	/// The configuration to check.
	#[arg(long, value_name = "HOSPITAL.TOML")]
	hospital: PathBuf,

	/// Print one JSON object: name, account, kme, store and records.
	///
	/// kme is null without quantum key distribution, records is null for a node that only computes.
	#[arg(long)]
	json: bool,

	/// Also write what is in the records as one HTML page, with histograms.
	///
	/// Only its owner can read it (mode 600). It must not leave the hospital: it shows extreme values and
	/// counts of few patients.
	#[arg(long, value_name = "FILE")]
	html: Option<PathBuf>,
}

impl Check {
	/// Checks the configuration. Returns the report to print.
	pub fn run(&self) -> Result<String, Box<dyn Error + Send + Sync>> {
		let config = HospitalConfig::load(&self.hospital)?;
		let account = AccountKey::read(&config.keys.account)?.public().to_ss58check();
		let report = consilium_hospital::check(&config)?;
		if let Some(path) = &self.html {
			let failed = |error| format!("cannot write --html {}: {error}", path.display());
			report.write_html(&account, path).map_err(failed)?;
		}
		Ok(match self.json {
			true => serde_json::to_string(&Answer { account: &account, report: &report })?,
			false => format!("{report}\naccount     {account}"),
		})
	}
}

/// The report with the account, which the hospital itself does not know.
#[derive(Serialize)]
struct Answer<'a> {
	account: &'a str,
	#[serde(flatten)]
	report: &'a Report,
}

#[cfg(test)]
mod tests {
	use super::*;
	use consilium_hospital::{
		check::{
			report::{ColumnReport, Count, DataReport, Values},
			Fates, RecordsReport,
		},
		keys::HospitalKeys,
		secret_file::write_secret,
	};
	use serde_json::{json, Value};
	use std::fs;

	#[test]
	fn a_compute_only_hospital_is_reported_as_text_and_as_json() {
		let folder = tempfile::tempdir().unwrap();
		let path = |name: &str| folder.path().join(name);
		HospitalKeys::development("alice").unwrap().write(folder.path()).unwrap();
		write_secret(&path("account.key"), "//Alice").unwrap();
		fs::create_dir(path("blobs")).unwrap();
		let config = "name = \"Alice General\"\n\
			[keys]\naccount = \"account.key\"\n\
			ml_dsa_65 = \"ml-dsa-65.key\"\nml_kem_768 = \"ml-kem-768.key\"\n\
			[blobs]\nstore = \"blobs\"\n";
		fs::write(path("hospital.toml"), config).unwrap();

		let run = |json| Check { hospital: path("hospital.toml"), json, html: None }.run();
		let account = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		assert!(run(false).unwrap().ends_with(&format!("\naccount     {account}")));
		let report: Value = serde_json::from_str(&run(true).unwrap()).unwrap();
		let (name, store) = ("Alice General", path("blobs").display().to_string());
		assert_eq!(
			report,
			json!({ "name": name, "account": account, "kme": null, "store": store, "records": null })
		);

		let html = Some(path("report.html"));
		let none = Check { hospital: path("hospital.toml"), json: false, html }.run().unwrap_err();
		assert!(none.to_string().contains("--html") && none.to_string().contains("[records]"), "{none}");

		fs::remove_file(path("ml-dsa-65.key")).unwrap();
		for json in [false, true] {
			let error = run(json).unwrap_err().to_string();
			assert!(error.contains("keys.ml_dsa_65") && error.contains("ml-dsa-65.key"), "{error}");
		}
	}

	#[test]
	fn records_and_kme_are_reported() {
		let label = ColumnReport {
			name: "num".into(),
			unit: None,
			missing: 3,
			censored: 0,
			values: Values::Label { counts: vec![Count { value: "0".into(), rows: 303 }] },
			notice: None,
		};
		let rows = Fates { read: 306, no_label: 3, ..Fates::default() };
		let data = DataReport {
			rows,
			training: 199,
			test: 104,
			format: None,
			notices: vec![],
			columns: vec![label],
		};
		let records = RecordsReport { schema_hash: [7; 32], features: 13, classes: 2, data };
		let report = Report {
			name: "Bob".into(),
			records: Some(records),
			store: "s3://bucket/bob".into(),
			kme: Some("https://kme.example.org:8443/".into()),
		};
		assert_eq!(
			serde_json::to_value(Answer { account: "5Bob", report: &report }).unwrap(),
			json!({
				"name": "Bob",
				"account": "5Bob",
				"kme": "https://kme.example.org:8443/",
				"store": "s3://bucket/bob",
				"records": {
					"schemaHash": format!("0x{}", "07".repeat(32)),
					"features": 13,
					"classes": 2,
					"rows": { "read": 306, "empty": 0, "noLabel": 3, "missingValue": 0 },
					"training": 199,
					"test": 104,
					"format": null,
					"notices": [],
					"columns": [{
						"name": "num",
						"unit": null,
						"censored": 0,
						"missing": 3,
						"type": "label",
						"counts": [{ "value": "0", "rows": 303 }],
						"notice": null,
					}],
				},
			})
		);
	}
}
