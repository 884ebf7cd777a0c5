//! `[[network]]`: the map of all KMEs.

use crate::{
	identity::{KmeId, SaeId},
	map::NetworkMap,
};
use consilium_config::Document;
use serde::Deserialize;
use std::collections::BTreeSet;

/// A KME, its SAEs and its links.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {
	kme: KmeId,
	#[serde(default)]
	saes: Vec<SaeId>,
	#[serde(default)]
	links: Vec<KmeId>,
}

/// The map as the KME `id` needs it: with itself, and a route to all others.
pub(super) fn map(members: &[Member], id: &KmeId, document: &mut Document) -> NetworkMap {
	let mut map = NetworkMap::default();
	for (index, Member { kme, .. }) in members.iter().enumerate() {
		let is_new = map.add_kme(kme.clone(), []);
		let message = format_args!("names `{kme}` a second time; give each once");
		document.require(&format!("network.{index}.kme"), is_new, message);
	}
	let mut seen = BTreeSet::new();
	for (index, member) in members.iter().enumerate() {
		for (place, sae) in member.saes.iter().enumerate() {
			let key = format!("network.{index}.saes.{place}");
			let is_kme = map.kmes().any(|kme| kme.as_str() == sae.as_str());
			let message =
				format_args!("names `{sae}`, which is the id of a KME; SAEs and KMEs need different ids");
			document.require(&key, !is_kme, message);
			let message = format_args!("names `{sae}` a second time; give each once");
			document.require(&key, seen.insert(sae), message);
			map.add_kme(member.kme.clone(), [sae.clone()]);
		}
		for (place, other) in member.links.iter().enumerate() {
			let key = format!("network.{index}.links.{place}");
			let message =
				format_args!("names `{other}`, but there is no [[network]] entry for another KME `{other}`");
			document.require(&key, map.add_link(&member.kme, other), message);
		}
	}
	if !map.kmes().any(|kme| kme == id) {
		let message = format_args!(
			"has no entry for this KME, `{id}`; the list names all KMEs and is the same for each"
		);
		document.fault("network", message);
		return map;
	}
	let routes = map.routes(id);
	for (index, Member { kme, .. }) in members.iter().enumerate() {
		let message = format_args!(
			"cannot be reached from this KME: no links lead to `{kme}`; add a link to its entry"
		);
		document.require(&format!("network.{index}.kme"), kme == id || routes.contains_key(kme), message);
	}
	map
}
