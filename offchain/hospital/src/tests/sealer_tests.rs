//! Sealing for one receiver, with and without keys from quantum key distribution.

use super::mock::{account, identity, sae_id, GENESIS};
use crate::{
	config::QuantumConfig,
	keys::{write_store_key, HospitalKeys, MlKem768Seed, STORE_KEY_FILE},
	sealer::{
		Kme, QuantumKey, QuantumKeyError, QuantumKeys, SealContext, SealError, SealedBlob, Sealer,
		SessionSealer,
	},
};
use consilium_blobs::sealed;
use consilium_primitives::{
	commitment::{Suite, SEALED_CHUNK_LENGTH, SEALED_HEADER_LENGTH},
	hospital::SaeId,
	study::RoundKey,
};
use std::{
	collections::HashMap,
	fs::{self, Permissions},
	net::TcpListener,
	os::unix::fs::PermissionsExt,
	path::Path,
	sync::{Arc, Mutex},
};
use zeroize::Zeroizing;

const ALICE: usize = 0;
const BOB: usize = 1;
const CHARLIE: usize = 2;
const ROUND: RoundKey = RoundKey { study: 1, round: 2, attempt: 3 };
const PACKAGE: &[u8] = b"a share of an update";

/// Who drew a key, and for whom.
type Ends = (SaeId, SaeId);

/// A link in memory, as one hospital sees it: keys by id with who drew them and for whom. A key is given
/// once, and kept then.
#[derive(Clone)]
struct Memory {
	own: SaeId,
	keys: Arc<Mutex<HashMap<[u8; 16], Ends>>>,
	kept: Arc<Mutex<Vec<[u8; 16]>>>,
	is_down: Arc<Mutex<bool>>,
}

impl Memory {
	fn of(number: usize) -> Self {
		Self { own: sae_id(number), keys: Arc::default(), kept: Arc::default(), is_down: Arc::default() }
	}

	/// The other end of the same link.
	fn peer(&self, number: usize) -> Self {
		Self { own: sae_id(number), kept: Arc::default(), ..self.clone() }
	}

	fn set_down(&self, is_down: bool) {
		*self.is_down.lock().unwrap() = is_down;
	}

	fn check(&self) -> Result<(), QuantumKeyError> {
		match *self.is_down.lock().unwrap() {
			true => Err(QuantumKeyError::Unavailable("somebody listens".into())),
			false => Ok(()),
		}
	}

	fn draw(&self, receiver: &SaeId) -> QuantumKey {
		let mut keys = self.keys.lock().unwrap();
		let id = [keys.len() as u8 + 1; 16];
		keys.insert(id, (self.own.clone(), receiver.clone()));
		key(id)
	}
}

fn key(id: [u8; 16]) -> QuantumKey {
	QuantumKey { id, key: Zeroizing::new([id[0] ^ 0xff; 32]) }
}

impl QuantumKeys for Memory {
	fn new_key(&self, receiver: &SaeId, _: RoundKey) -> Result<QuantumKey, QuantumKeyError> {
		self.check()?;
		Ok(self.draw(receiver))
	}

	fn own_key(&self, _: RoundKey) -> Result<QuantumKey, QuantumKeyError> {
		let own = self.draw(&self.own.clone());
		self.kept.lock().unwrap().push(own.id);
		Ok(own)
	}

	fn key(&self, sender: &SaeId, id: [u8; 16], _: RoundKey) -> Result<QuantumKey, QuantumKeyError> {
		if self.kept.lock().unwrap().contains(&id) {
			return Ok(key(id));
		}
		self.check()?;
		let expected = (sender.clone(), self.own.clone());
		match self.keys.lock().unwrap().remove(&id) {
			Some(found) if found == expected => {
				self.kept.lock().unwrap().push(id);
				Ok(key(id))
			},
			_ => Err(QuantumKeyError::Gone("there is no such key".into())),
		}
	}

	fn kept_key(&self, id: [u8; 16]) -> Result<QuantumKey, QuantumKeyError> {
		match self.kept.lock().unwrap().contains(&id) {
			true => Ok(key(id)),
			false => Err(QuantumKeyError::Gone("there is no such key".into())),
		}
	}
}

/// A link that has other keys under the same ids: somebody sits between its ends.
struct Unequal(Memory);

impl Unequal {
	fn other(mut key: QuantumKey) -> QuantumKey {
		key.key[31] ^= 1;
		key
	}
}

impl QuantumKeys for Unequal {
	fn new_key(&self, receiver: &SaeId, round: RoundKey) -> Result<QuantumKey, QuantumKeyError> {
		self.0.new_key(receiver, round).map(Self::other)
	}

	fn own_key(&self, round: RoundKey) -> Result<QuantumKey, QuantumKeyError> {
		self.0.own_key(round).map(Self::other)
	}

	fn key(&self, sender: &SaeId, id: [u8; 16], round: RoundKey) -> Result<QuantumKey, QuantumKeyError> {
		self.0.key(sender, id, round).map(Self::other)
	}

	fn kept_key(&self, id: [u8; 16]) -> Result<QuantumKey, QuantumKeyError> {
		self.0.kept_key(id).map(Self::other)
	}
}

fn seeds(name: &str) -> Vec<MlKem768Seed> {
	HospitalKeys::development(name).unwrap().ml_kem_768_seeds()
}

fn sealer(name: &str, quantum: Option<&Memory>) -> SessionSealer {
	let quantum = quantum.map(|memory| -> Box<dyn QuantumKeys> { Box::new(memory.clone()) });
	SessionSealer::new(seeds(name), quantum)
}

fn from_alice_to(receiver: usize) -> SealContext {
	SealContext { genesis: GENESIS, round: ROUND, sender: account(ALICE), receiver: account(receiver) }
}

fn opened(sealer: &SessionSealer, context: &SealContext, blob: &SealedBlob) -> Result<Vec<u8>, SealError> {
	sealer.open(context, blob.suite, &sae_id(ALICE), blob.bytes.clone()).map(|package| package.to_vec())
}

fn is_rejected<T>(result: Result<T, SealError>) -> bool {
	matches!(result, Err(SealError::Rejected(_)))
}

#[test]
fn lengths_are_those_that_the_chain_expects() {
	assert_eq!(sealed::HEADER_LENGTH as u64, SEALED_HEADER_LENGTH);
	for length in [0, 1, SEALED_CHUNK_LENGTH, SEALED_CHUNK_LENGTH + 1, 10 * SEALED_CHUNK_LENGTH] {
		assert_eq!(sealed::sealed_length(length), Some(Suite::QkdMlKem768.blob_length(length)));
	}
	let blob =
		sealer("alice", None).seal(&from_alice_to(BOB), &identity(BOB), Suite::MlKem768, PACKAGE).unwrap();
	assert_eq!(blob.bytes.len() as u64, Suite::MlKem768.blob_length(PACKAGE.len() as u64));
}

#[test]
fn the_receiver_opens_what_was_sealed_with_a_key_of_both() {
	let link = Memory::of(ALICE);
	let context = from_alice_to(BOB);
	let blob =
		sealer("alice", Some(&link)).seal(&context, &identity(BOB), Suite::QkdMlKem768, PACKAGE).unwrap();
	assert_eq!(blob.suite, Suite::QkdMlKem768);
	let bob = sealer("bob", Some(&link.peer(BOB)));
	assert_eq!(opened(&bob, &context, &blob).unwrap(), PACKAGE);
	// The key was handed out, and is kept.
	assert_eq!(opened(&bob, &context, &blob).unwrap(), PACKAGE);
}

#[test]
fn each_blob_has_its_own_key() {
	let link = Memory::of(ALICE);
	let alice = sealer("alice", Some(&link));
	let seal = || alice.seal(&from_alice_to(BOB), &identity(BOB), Suite::QkdMlKem768, PACKAGE).unwrap();
	let (one, other) = (seal(), seal());
	let header = |blob: &SealedBlob| sealed::Header::parse(&blob.bytes).unwrap().header;
	assert_ne!(header(&one).key_id, header(&other).key_id);
	assert_ne!(header(&one).salt, header(&other).salt);
	assert_ne!(header(&one).kem_ciphertext, header(&other).kem_ciphertext);
}

/// The ids of the keys that were drawn so far.
fn drawn(link: &Memory) -> usize {
	link.keys.lock().unwrap().len()
}

#[test]
fn keys_that_were_drawn_ahead_are_used_once() {
	let link = Memory::of(ALICE);
	let (alice, peer) = (sealer("alice", Some(&link)), link.peer(BOB));
	let bob = sealer("bob", Some(&peer));
	let (context, receiver) = (from_alice_to(BOB), identity(BOB));
	for _ in 0..2 {
		alice.prepare(&context, &receiver).unwrap();
	}
	assert_eq!(drawn(&link), 1);
	// Neither another exchange nor another key of the receiver gets them.
	let next = SealContext { round: RoundKey { attempt: 4, ..ROUND }, ..context };
	let mut changed = identity(BOB);
	changed.ml_kem_768 = identity(CHARLIE).ml_kem_768;
	let seal = |context, receiver| alice.seal(context, receiver, Suite::QkdMlKem768, PACKAGE).unwrap();
	seal(&next, &receiver);
	seal(&context, &changed);
	assert_eq!(drawn(&link), 3);
	let blob = seal(&context, &receiver);
	assert_eq!(drawn(&link), 3);
	assert_eq!(opened(&bob, &context, &blob).unwrap(), PACKAGE);
	let again = seal(&context, &receiver);
	let header = |blob: &SealedBlob| sealed::Header::parse(&blob.bytes).unwrap().header;
	assert_ne!(header(&blob).key_id, header(&again).key_id);
	assert_ne!(header(&blob).kem_ciphertext, header(&again).kem_ciphertext);
}

#[test]
fn without_a_key_ahead_sealing_draws_one() {
	let link = Memory::of(ALICE);
	let alice = sealer("alice", Some(&link));
	let context = from_alice_to(BOB);
	link.set_down(true);
	let unavailable = alice.prepare(&context, &identity(BOB));
	assert!(matches!(unavailable, Err(SealError::Quantum { .. })));
	link.set_down(false);
	let blob = alice.seal(&context, &identity(BOB), Suite::MlKem768, PACKAGE).unwrap();
	assert_eq!(blob.suite, Suite::QkdMlKem768, "the study allows less, and there is more");
	// A hospital without a key management entity prepares what it can.
	let without = sealer("alice", None);
	without.prepare(&context, &identity(BOB)).unwrap();
	let blob = without.seal(&context, &identity(BOB), Suite::MlKem768, PACKAGE).unwrap();
	assert_eq!(opened(&sealer("bob", None), &context, &blob).unwrap(), PACKAGE);
	without.prepare(&context, &identity(BOB)).unwrap();
	let refused = without.seal(&context, &identity(BOB), Suite::QkdMlKem768, PACKAGE);
	assert!(matches!(refused, Err(SealError::NoKme)));
}

#[test]
fn keys_for_an_earlier_attempt_are_dropped() {
	let link = Memory::of(ALICE);
	let alice = sealer("alice", Some(&link));
	let (old, new) = (from_alice_to(BOB), from_alice_to(CHARLIE));
	let new = SealContext { round: RoundKey { attempt: 4, ..ROUND }, ..new };
	alice.prepare(&old, &identity(BOB)).unwrap();
	alice.prepare(&new, &identity(CHARLIE)).unwrap();
	assert_eq!(drawn(&link), 2);
	alice.seal(&old, &identity(BOB), Suite::QkdMlKem768, PACKAGE).unwrap();
	assert_eq!(drawn(&link), 3);
	alice.seal(&new, &identity(CHARLIE), Suite::QkdMlKem768, PACKAGE).unwrap();
	assert_eq!(drawn(&link), 3);
}

#[test]
fn a_hospital_seals_for_itself_with_a_key_of_its_own() {
	let link = Memory::of(ALICE);
	link.set_down(true);
	let alice = sealer("alice", Some(&link));
	let context = from_alice_to(ALICE);
	let blob = alice.seal(&context, &identity(ALICE), Suite::QkdMlKem768, PACKAGE).unwrap();
	assert_eq!(blob.suite, Suite::QkdMlKem768);
	assert_eq!(opened(&alice, &context, &blob).unwrap(), PACKAGE);
}

#[test]
fn without_a_quantum_key_nothing_is_sealed_unless_the_study_does_without() {
	let link = Memory::of(ALICE);
	link.set_down(true);
	let context = from_alice_to(BOB);
	let seal = |sealer: &SessionSealer, weakest| sealer.seal(&context, &identity(BOB), weakest, PACKAGE);
	let alice = sealer("alice", Some(&link));
	let error = seal(&alice, Suite::QkdMlKem768).unwrap_err().to_string();
	assert!(error.contains("sae-bob") && error.contains("somebody listens"), "{error}");
	for weakest in [Suite::MlKem768, Suite::Plain] {
		let blob = seal(&alice, weakest).unwrap();
		assert_eq!(blob.suite, Suite::MlKem768);
		assert_eq!(opened(&sealer("bob", None), &context, &blob).unwrap(), PACKAGE);
	}
	link.set_down(false);
	assert_eq!(seal(&alice, Suite::MlKem768).unwrap().suite, Suite::QkdMlKem768);

	let error = seal(&sealer("alice", None), Suite::QkdMlKem768).unwrap_err();
	assert!(matches!(error, SealError::NoKme), "{error}");
	assert!(error.to_string().contains("[qkd]"), "{error}");
}

#[test]
fn only_the_receiver_opens_it() {
	let link = Memory::of(ALICE);
	for suite in [Suite::MlKem768, Suite::QkdMlKem768] {
		let quantum = (suite == Suite::QkdMlKem768).then_some(&link);
		let context = from_alice_to(BOB);
		let blob = sealer("alice", quantum).seal(&context, &identity(BOB), suite, PACKAGE).unwrap();
		// Charlie, as itself and as if it were Bob,
		let charlie = sealer("charlie", Some(&link.peer(CHARLIE)));
		assert!(is_rejected(opened(&charlie, &from_alice_to(CHARLIE), &blob)));
		assert!(is_rejected(opened(&charlie, &context, &blob)));
		// and with Bob's key from the link, but not its ML-KEM-768 key.
		let thief = SessionSealer::new(seeds("charlie"), Some(Box::new(link.peer(BOB))));
		assert!(is_rejected(opened(&thief, &context, &blob)));
	}
}

#[test]
fn a_blob_opens_only_with_the_very_key_of_its_link() {
	let link = Memory::of(ALICE);
	let alice = sealer("alice", Some(&link));
	let (to_bob, to_alice) = (from_alice_to(BOB), from_alice_to(ALICE));
	let blob = alice.seal(&to_bob, &identity(BOB), Suite::QkdMlKem768, PACKAGE).unwrap();
	let own = alice.seal(&to_alice, &identity(ALICE), Suite::QkdMlKem768, PACKAGE).unwrap();
	// The ML-KEM-768 keys are right, and one bit of the others is not.
	let unequal = |name: &str, link: Memory| SessionSealer::new(seeds(name), Some(Box::new(Unequal(link))));
	let bob = link.peer(BOB);
	assert!(is_rejected(opened(&unequal("bob", bob.clone()), &to_bob, &blob)));
	assert!(is_rejected(opened(&unequal("alice", link.clone()), &to_alice, &own)));
	assert_eq!(opened(&sealer("bob", Some(&bob)), &to_bob, &blob).unwrap(), PACKAGE);
	assert_eq!(opened(&alice, &to_alice, &own).unwrap(), PACKAGE);
}

#[test]
fn a_blob_of_another_place_is_rejected_before_its_key_is_drawn() {
	let link = Memory::of(ALICE);
	let context = from_alice_to(BOB);
	let blob =
		sealer("alice", Some(&link)).seal(&context, &identity(BOB), Suite::QkdMlKem768, PACKAGE).unwrap();
	let at_bob = link.peer(BOB);
	let bob = sealer("bob", Some(&at_bob));
	let others = [
		SealContext { genesis: consilium_primitives::H256([8; 32]), ..context },
		SealContext { round: RoundKey { attempt: 4, ..ROUND }, ..context },
		SealContext { round: RoundKey { round: 1, ..ROUND }, ..context },
		SealContext { sender: account(CHARLIE), ..context },
		SealContext { receiver: account(CHARLIE), ..context },
	];
	for other in others {
		assert!(is_rejected(opened(&bob, &other, &blob)), "{other:?}");
	}
	let as_ml_kem = SealedBlob { suite: Suite::MlKem768, ..blob.clone() };
	assert!(is_rejected(opened(&bob, &context, &as_ml_kem)));
	assert!(at_bob.kept.lock().unwrap().is_empty(), "a key was drawn");
	assert_eq!(opened(&bob, &context, &blob).unwrap(), PACKAGE);
}

#[test]
fn a_key_that_is_gone_is_the_blobs_fault_and_a_link_that_is_down_is_not() {
	let link = Memory::of(ALICE);
	let context = from_alice_to(BOB);
	let alice = sealer("alice", Some(&link));
	let blob = alice.seal(&context, &identity(BOB), Suite::QkdMlKem768, PACKAGE).unwrap();
	let bob = sealer("bob", Some(&link.peer(BOB)));
	link.set_down(true);
	let error = opened(&bob, &context, &blob).unwrap_err();
	assert!(matches!(&error, SealError::Quantum { peer, .. } if peer == "sae-alice"), "{error}");
	link.set_down(false);
	link.keys.lock().unwrap().clear();
	assert!(is_rejected(opened(&bob, &context, &blob)));
	// A hospital without a KME cannot tell.
	assert!(matches!(opened(&sealer("bob", None), &context, &blob), Err(SealError::NoKme)));
}

#[test]
fn what_was_sealed_before_a_rotation_of_keys_still_opens() {
	let context = from_alice_to(BOB);
	let blob = sealer("alice", None).seal(&context, &identity(BOB), Suite::MlKem768, PACKAGE).unwrap();
	let new = HospitalKeys::generate().unwrap().ml_kem_768_seeds();
	let rotated = SessionSealer::new([new.clone(), seeds("bob")].concat(), None);
	assert_eq!(opened(&rotated, &context, &blob).unwrap(), PACKAGE);
	assert!(is_rejected(opened(&SessionSealer::new(new, None), &context, &blob)));
}

#[test]
fn every_altered_byte_is_noticed() {
	let context = from_alice_to(BOB);
	let blob = sealer("alice", None).seal(&context, &identity(BOB), Suite::MlKem768, PACKAGE).unwrap();
	let bob = sealer("bob", None);
	for place in 0..blob.bytes.len() {
		let mut altered = blob.clone();
		altered.bytes[place] ^= 1;
		assert!(is_rejected(opened(&bob, &context, &altered)), "byte {place}");
	}
}

#[test]
fn what_is_not_sealed_is_read_only_where_the_chain_says_so() {
	let bob = sealer("bob", None);
	let plain = SealedBlob { suite: Suite::Plain, bytes: PACKAGE.to_vec() };
	assert_eq!(opened(&bob, &from_alice_to(BOB), &plain).unwrap(), PACKAGE);
	for suite in [Suite::MlKem768, Suite::QkdMlKem768] {
		assert!(is_rejected(opened(&bob, &from_alice_to(BOB), &SealedBlob { suite, ..plain.clone() })));
	}
}

/// Of an SAE, self-signed and for tests only: what it is shown to does not answer.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBOjCB7aADAgECAhRuDW03/zHrA4OY/VQiH5kgGyt3GjAFBgMrZXAwEjEQMA4G
A1UEAwwHc2FlLWJvYjAgFw0yNjExMjExODIwMjlaGA8yMTI2MTAyODE4MjAyOVow
EjEQMA4GA1UEAwwHc2FlLWJvYjAqMAUGAytlcAMhAPwGIQMOTBd64tiytOMBrJko
Nm2fihv5XCciIHLgHIwqo1MwUTAdBgNVHQ4EFgQUKLwE+bznkL84n5vfj58y9DTn
IJkwHwYDVR0jBBgwFoAUKLwE+bznkL84n5vfj58y9DTnIJkwDwYDVR0TAQH/BAUw
AwEB/zAFBgMrZXADQQBFoCTALl97MpQ/QA65/o9eScndz/YIxTrDILb3K3bpa04D
V04mzJtVyyPx2roCTFCnan7ZYv955+dxGSDg7skJ
-----END CERTIFICATE-----
";
const CERTIFICATE_KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIPKChmY2ToA7/MLqjGYFKHdzBXNQS4uZC1KtLLvF+zzm
-----END PRIVATE KEY-----
";

/// A KME for which nobody answers.
fn silent_kme(folder: &Path) -> QuantumConfig {
	let (certificate, key) = (folder.join("sae.pem"), folder.join("sae.key"));
	fs::write(&certificate, CERTIFICATE).unwrap();
	fs::write(&key, CERTIFICATE_KEY).unwrap();
	fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
	write_store_key(folder).unwrap();
	// A port that was free a moment ago.
	let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
	let kme = format!("https://127.0.0.1:{port}").parse().unwrap();
	let store_key = folder.join(STORE_KEY_FILE);
	QuantumConfig { kme, ca: certificate.clone(), certificate, key, store_key }
}

#[test]
fn a_kme_that_does_not_answer_is_no_fault_of_the_sender() {
	let folder = tempfile::tempdir().unwrap();
	let kme = Kme::open(&silent_kme(folder.path()), folder.path()).unwrap();
	let drawn = kme.new_key(&sae_id(ALICE), ROUND).map(|key| key.id);
	assert!(matches!(&drawn, Err(QuantumKeyError::Unavailable(_))), "{drawn:?}");
	// The second time too: nothing was sent, so nothing is lost.
	for _ in 0..2 {
		let drawn = kme.key(&sae_id(ALICE), [1; 16], ROUND).map(|key| key.id);
		assert!(matches!(&drawn, Err(QuantumKeyError::Unavailable(_))), "{drawn:?}");
	}
	// No KME has a key of this name.
	let drawn = kme.key(&sae_id(ALICE), [0; 16], ROUND).map(|key| key.id);
	assert!(matches!(&drawn, Err(QuantumKeyError::Gone(_))), "{drawn:?}");
}

#[test]
fn keys_for_oneself_need_no_link_and_are_kept() {
	let folder = tempfile::tempdir().unwrap();
	let config = silent_kme(folder.path());
	let kme = Kme::open(&config, folder.path()).unwrap();
	let (one, other) = (kme.own_key(ROUND).unwrap(), kme.own_key(ROUND).unwrap());
	assert_ne!(one.id, other.id);
	assert_ne!(*one.key, *other.key);
	let missing = kme.kept_key([1; 16]).map(|key| key.id);
	assert!(matches!(&missing, Err(QuantumKeyError::Gone(_))), "{missing:?}");
	drop(kme);
	let kme = Kme::open(&config, folder.path()).unwrap();
	for key in [one, other] {
		assert_eq!(*kme.kept_key(key.id).unwrap().key, *key.key);
	}
}

#[test]
fn the_files_of_a_kme_are_checked_without_asking_it() {
	let folder = tempfile::tempdir().unwrap();
	let config = silent_kme(folder.path());
	Kme::check(&config).unwrap();
	for (file, what) in [(&config.store_key, "store_key: "), (&config.key, ""), (&config.certificate, "")] {
		let whole = fs::read(file).unwrap();
		fs::write(file, "nothing of the kind\n").unwrap();
		let error = Kme::check(&config).unwrap_err().to_string();
		assert!(error.starts_with(what) && error.contains(file.to_str().unwrap()), "{error}");
		fs::write(file, whole).unwrap();
	}
	Kme::check(&config).unwrap();
}
