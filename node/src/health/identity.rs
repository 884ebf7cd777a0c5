//! The hospital's account and keys against the registry.

use consilium_hospital::{config::KeyFiles, health::Check};
use consilium_primitives::hospital::{Hospital, PublicKeys, Role};
use consilium_runtime::AccountId;
use sp_core::crypto::Ss58Codec;
use sp_io::hashing::sha2_256;

/// Who this node's hospital is, by its files.
#[derive(Clone)]
pub struct Identity {
	/// The account of `keys.account`.
	pub account: AccountId,
	/// The public keys of the other key files.
	pub keys: PublicKeys,
	/// The files.
	pub files: KeyFiles,
	/// Whether it has records.
	pub trains: bool,
}

/// The first digits of the SHA-256 of a key: enough to tell keys apart.
fn fingerprint(key: &[u8]) -> String {
	sp_core::bytes::to_hex(&sha2_256(key)[..8], false)
}

/// Compares an identity with its entry in the registry.
pub fn checks(identity: &Identity, entry: Option<&Hospital>) -> Vec<Check> {
	let account = identity.account.to_ss58check();
	let Some(entry) = entry else {
		let reason = format!(
			"the account {account} of keys.account, {}, is not a member: this hospital takes part in \
			 nothing. Have the council admit it (hospitalRegistry.admit with identity.json), or use the key \
			 of the account that is a member",
			identity.files.account.display()
		);
		let rest = ["roles", "ml-dsa-key", "ml-kem-key"];
		let unknown = rest.into_iter().map(|name| Check::unknown(name, "the account is not a member"));
		return std::iter::once(Check::failed("member", reason)).chain(unknown).collect();
	};
	let member = match entry.suspended {
		true => Check::failed(
			"member",
			format!(
				"{account} is suspended and may do nothing; ask the council for hospitalRegistry.reinstate"
			),
		),
		false => Check::ok("member", format!("{account} is a member since block {}", entry.admitted_at)),
	};
	vec![member, roles(identity, entry), ml_dsa_key(identity, entry), ml_kem_key(identity, entry)]
}

fn roles(identity: &Identity, entry: &Hospital) -> Check {
	const NAME: &str = "roles";
	let names: Vec<_> = entry.roles.iter().map(|role| format!("{role:?}")).collect();
	let names = names.join(", ");
	let needed = if identity.trains { Role::Trainer } else { Role::Compute };
	if entry.roles.contains(&needed) {
		return Check::ok(NAME, names);
	}
	let message = match needed {
		Role::Trainer => format!(
			"hospital.toml has [records], but the roles of this member are {names}: no study can have it \
			 train. Ask the council for the role Trainer, or remove [records]"
		),
		_ => format!(
			"hospital.toml has no [records], so this node only computes, but the roles of this member are \
			 {names}: no committee can have it. Ask the council for the role Compute, or add [records]"
		),
	};
	Check::warning(NAME, message)
}

fn ml_dsa_key(identity: &Identity, entry: &Hospital) -> Check {
	const NAME: &str = "ml-dsa-key";
	let (here, registered) = (fingerprint(&identity.keys.ml_dsa_65), fingerprint(&entry.keys.ml_dsa_65));
	if here == registered {
		return Check::ok(NAME, format!("{here} is registered"));
	}
	Check::failed(
		NAME,
		format!(
			"keys.ml_dsa_65, {}, is not the registered key ({here} instead of {registered}, registered at \
			 block {}): the chain would refuse what it signs, so this hospital neither trains nor computes. \
			 Restore the registered key and restart the node, or register this one: with rotate-keys.mjs, \
			 or, if the registered one is lost, by the council's hospitalRegistry.replaceKeys",
			identity.files.ml_dsa_65.display(),
			entry.keys_since,
		),
	)
}

fn ml_kem_key(identity: &Identity, entry: &Hospital) -> Check {
	const NAME: &str = "ml-kem-key";
	let (here, registered) = (fingerprint(&identity.keys.ml_kem_768), fingerprint(&entry.keys.ml_kem_768));
	if here == registered {
		return Check::ok(NAME, format!("{here} is registered"));
	}
	Check::failed(
		NAME,
		format!(
			"keys.ml_kem_768, {}, is not the registered key ({here} instead of {registered}, registered at \
			 block {}): others seal shares for the registered one, and would have to publish those that this \
			 hospital cannot open, so it neither trains nor computes. Restore the registered key and restart \
			 the node, or register this one with rotate-keys.mjs",
			identity.files.ml_kem_768.display(),
			entry.keys_since,
		),
	)
}

/// Compares the SAE id by which the KME knows this hospital, if it said so, with the registered one.
pub fn sae_id(entry: Option<&Hospital>, at_kme: Option<&str>, has_kme: bool) -> Check {
	const NAME: &str = "sae-id";
	if !has_kme {
		return Check::ok(NAME, "no quantum key distribution");
	}
	let (Some(entry), Some(at_kme)) = (entry, at_kme) else {
		return Check::unknown(NAME, "the KME has not said by which SAE id it knows this hospital");
	};
	if entry.sae_id.as_str() == at_kme {
		return Check::ok(NAME, format!("{at_kme} is registered"));
	}
	Check::failed(
		NAME,
		format!(
			"the KME knows this hospital as {at_kme}, but the registered SAE id is {}: others draw keys for \
			 the registered one, which this hospital cannot fetch. Use the certificate of {} in \
			 qkd.certificate, or have the council admit this hospital with the SAE id {at_kme}",
			entry.sae_id.as_str(),
			entry.sae_id.as_str(),
		),
	)
}

/// Whether the keystore has the account key.
pub fn worker_key(identity: &Identity, is_there: bool) -> Check {
	const NAME: &str = "worker-key";
	let account = identity.account.to_ss58check();
	match is_there {
		true => Check::ok(NAME, "the off-chain worker can sign"),
		false => Check::failed(
			NAME,
			format!("the node's keystore lacks the key of {account}; restart the node, which loads it"),
		),
	}
}

/// Why no work that needs post-quantum keys is to be done.
pub fn reason_to_halt(checks: &[Check]) -> Option<String> {
	use consilium_hospital::health::State;
	let keys = checks.iter().filter(|check| ["ml-dsa-key", "ml-kem-key"].contains(&check.name));
	keys.into_iter().find(|check| check.state == State::Failed).map(|check| check.message.clone())
}
