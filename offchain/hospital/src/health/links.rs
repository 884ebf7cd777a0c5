//! What the KME says of the keys with each of the other members.

use super::Check;
use crate::config::QuantumConfig;
use consilium_primitives::hospital::SaeId;
use consilium_quantum_keys::etsi014::{Client, Fault, KmeConfig, KmeError, Status};
use serde::Serialize;
use std::{sync::Arc, time::Duration};

/// Name of the check.
pub(super) const NAME: &str = "kme";

/// Timeouts of a question to the KME: to connect, and for the whole answer. No more than keys are waited for.
const TIMEOUTS: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(8));

/// The SAE that is asked for where no other member is known.
const PROBE: &str = "consilium-probe";

/// The keys that this hospital and one of the other members can draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
	/// The member's SAE id.
	pub sae: SaeId,
	/// Keys at the KME that can be drawn now; `None` if that is not known.
	pub stored_keys: Option<u64>,
	/// Why there are none.
	pub reason: Option<String>,
}

/// All links of a KME.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Links {
	/// URL of the KME.
	pub kme: String,
	/// The SAE id by which it knows this hospital; `None` if it did not say.
	pub sae: Option<String>,
	/// The links, in the order of the members.
	pub links: Vec<Link>,
}

/// Asks the KME for its status towards each of `peers`, at once.
pub(super) fn check(config: &QuantumConfig, peers: &[SaeId]) -> (Check, Links) {
	let mut links = Links { kme: config.kme.to_string(), sae: None, links: Vec::new() };
	let probe = SaeId::try_from(PROBE.to_owned()).ok();
	let asked: Vec<_> = if peers.is_empty() { probe.into_iter().collect() } else { peers.to_vec() };
	let answers = match ask(config, &asked) {
		Ok(answers) => answers,
		Err(reason) => return (Check::failed(NAME, format!("qkd: {reason}")), links),
	};
	if peers.is_empty() {
		return (whether_it_answers(&links.kme, &answers), links);
	}
	for (sae, answer) in peers.iter().zip(answers) {
		let (stored_keys, reason) = match answer {
			Ok(status) => {
				links.sae.get_or_insert(status.master_sae_id);
				let reason = (status.stored_key_count == 0).then(|| {
					format!(
						"the KME has no keys for {sae} now; ask its operator for the link's status and error \
						 rate (of consilium-kme: `consilium-kme status`)"
					)
				});
				(Some(status.stored_key_count), reason)
			},
			Err(error) => (None, Some(error.to_string())),
		};
		links.links.push(Link { sae: sae.clone(), stored_keys, reason });
	}
	(summary(&links), links)
}

/// For a hospital that knows no other members: any answer will do.
fn whether_it_answers(kme: &str, answers: &[Answer]) -> Check {
	let silent = answers.iter().filter_map(|answer| answer.as_ref().err()).find(|error| {
		matches!(
			error.fault,
			Fault::Unreachable(_) | Fault::Timeout(_) | Fault::Interrupted(_) | Fault::Certificate { .. }
		)
	});
	match silent {
		Some(error) => Check::failed(NAME, error.to_string()),
		None => Check::ok(NAME, format!("{kme} answers; no other member is known to ask for keys with")),
	}
}

fn summary(Links { kme, links, .. }: &Links) -> Check {
	let bad: Vec<_> = links.iter().filter_map(|link| Some((&link.sae, link.reason.as_ref()?))).collect();
	let Some((_, first)) = bad.first() else {
		let least = links.iter().filter_map(|link| link.stored_keys).min().unwrap_or(0);
		return Check::ok(NAME, format!("{kme} has keys for all {} members, at least {least}", links.len()));
	};
	// One reason is usually that of all.
	let same = bad.iter().all(|(_, reason)| reason == first);
	let message = if same && bad.len() == links.len() && bad.len() > 1 {
		format!("no keys for any of the {} other members: {first}", bad.len())
	} else {
		let each = bad.iter().map(|(sae, reason)| format!("no keys for {sae}: {reason}"));
		each.collect::<Vec<_>>().join("; ")
	};
	match bad.len() == links.len() {
		true => Check::failed(NAME, message),
		false => Check::warning(NAME, message),
	}
}

type Answer = Result<Status, KmeError>;

fn ask(config: &QuantumConfig, peers: &[SaeId]) -> Result<Vec<Answer>, String> {
	let QuantumConfig { kme, ca, certificate, key, .. } = config.clone();
	let (connect_timeout, request_timeout) = TIMEOUTS;
	let config = KmeConfig {
		connect_timeout,
		request_timeout,
		retries: 0,
		..KmeConfig::new(kme, ca, certificate, key)
	};
	let client = Arc::new(Client::new(&config).map_err(|error| error.to_string())?);
	let runtime = tokio::runtime::Builder::new_current_thread()
		.enable_all()
		.build()
		.map_err(|error| format!("the system has no resources to ask the KME: {error}"))?;
	runtime.block_on(async {
		let tasks: Vec<_> = peers
			.iter()
			.map(|peer| {
				let (client, peer) = (client.clone(), peer.clone());
				tokio::spawn(async move { client.status(&peer).await })
			})
			.collect();
		let mut answers = Vec::with_capacity(tasks.len());
		for task in tasks {
			answers.push(task.await.map_err(|error| format!("the question failed: {error}"))?);
		}
		Ok(answers)
	})
}
