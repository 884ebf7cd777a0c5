//! Draws: from the KME into the store.

use super::{
	answer_tests::key_for_b,
	client_tests::sae,
	kme::{Fault, Kme},
	store_tests::{entry, private_folder, store_key},
};
use crate::{
	draw::{DrawError, KeyService},
	etsi014::{Client, Fault as KmeFault, KeyId, KeyRequest},
	store::KeyStore,
};
use serde_json::{json, Value};
use std::{path::Path, time::Duration};
use tempfile::TempDir;

pub fn service(client: Client, folder: &Path) -> KeyService {
	KeyService::new(client, KeyStore::open(folder, &store_key()).unwrap())
}

async fn start() -> (Kme, TempDir, KeyService) {
	let (kme, folder) = (Kme::start().await, private_folder());
	let receiver = service(kme.client_b(), folder.path());
	(kme, folder, receiver)
}

fn dec_keys(kme: &Kme) -> usize {
	kme.seen().iter().filter(|seen| seen.path.ends_with("/dec_keys")).count()
}

#[tokio::test]
async fn a_key_is_drawn_once_and_read_from_the_store_from_then_on() {
	let (kme, folder, receiver) = start().await;
	let sending = private_folder();
	let sender = service(kme.client_a(), sending.path());
	let sent = sender.draw_for_sending(&sae("sae-b"), &entry(9)).await.unwrap();
	let stored = sender.store().get(&sent.id).unwrap().unwrap();
	assert_eq!((&stored.key.bytes, stored.entry), (&sent.bytes, entry(9)));

	let received = receiver.draw_for_receiving(&sae("sae-a"), &sent.id, &entry(8)).await.unwrap();
	assert_eq!(received.bytes, sent.bytes);
	assert!(!receiver.store().was_asked(&sent.id).unwrap());
	drop(receiver);
	let receiver = service(kme.client_b(), folder.path());
	let again = receiver.draw_for_receiving(&sae("sae-a"), &sent.id, &entry(7)).await.unwrap();
	assert_eq!(again.bytes, sent.bytes);
	assert_eq!(receiver.store().get(&sent.id).unwrap().unwrap().entry, entry(8));
	assert_eq!(dec_keys(&kme), 1);

	assert!(receiver.used_up(&sent.id).await.unwrap());
	assert!(!receiver.used_up(&sent.id).await.unwrap());
	let gone = receiver.draw_for_receiving(&sae("sae-a"), &sent.id, &entry(7)).await.unwrap_err();
	assert!(
		matches!(&gone, DrawError::Kme(error) if matches!(error.fault, KmeFault::KeyNotFound(_))),
		"{gone}"
	);
}

#[tokio::test]
async fn a_dropped_future_loses_nothing() {
	let kme = Kme::start().await;
	let folder = private_folder();
	let mut config = kme.config(&kme.b);
	(config.connect_timeout, config.request_timeout) = (Duration::from_millis(900), Duration::from_secs(1));
	let receiver = service(Client::new(&config).unwrap(), folder.path());
	let key = key_for_b(&kme).await;
	kme.fail(Fault::Hold);
	let (master, expected) = (sae("sae-a"), entry(9));
	tokio::select! {
		_ = receiver.draw_for_receiving(&master, &key.id, &expected) => panic!("the KME holds the request"),
		() = kme.held() => (),
	}
	let drawn = receiver.draw_for_receiving(&master, &key.id, &entry(7)).await.unwrap();
	assert_eq!(drawn.bytes, key.bytes);
	assert_eq!(dec_keys(&kme), 2, "held, and once more: both of the first draw");
	assert_eq!(receiver.store().get(&key.id).unwrap().unwrap().entry, expected);
}

#[tokio::test]
async fn concurrent_draws_of_one_key_send_one_request() {
	let (kme, _folder, receiver) = start().await;
	let key = key_for_b(&kme).await;
	let draws: Vec<_> = (0..10)
		.map(|_| {
			let receiver = receiver.clone();
			tokio::spawn(async move { receiver.draw_for_receiving(&sae("sae-a"), &key.id, &entry(9)).await })
		})
		.collect();
	for draw in draws {
		assert_eq!(draw.await.unwrap().unwrap().bytes, key.bytes);
	}
	assert_eq!(dec_keys(&kme), 1);
}

#[tokio::test]
async fn a_lost_response_is_distinct_from_a_key_that_never_existed() {
	let (kme, folder, receiver) = start().await;
	let unknown = KeyId::from_bytes([9; 16]).unwrap();
	for _ in 0..2 {
		let error = receiver.draw_for_receiving(&sae("sae-a"), &unknown, &entry(9)).await.unwrap_err();
		assert!(
			matches!(&error, DrawError::Kme(error) if matches!(error.fault, KmeFault::KeyNotFound(_))),
			"{error}"
		);
	}
	let key = key_for_b(&kme).await;
	kme.fail(Fault::ActAndCut);
	let lost = receiver.draw_for_receiving(&sae("sae-a"), &key.id, &entry(9)).await.unwrap_err();
	assert!(matches!(lost, DrawError::LostInFlight { .. }) && !lost.is_temporary(), "{lost}");
	assert!(lost.to_string().contains(&key.id.to_string()) && lost.to_string().contains(&kme.url), "{lost}");
	drop(receiver);
	let receiver = service(kme.client_b(), folder.path());
	let lost = receiver.draw_for_receiving(&sae("sae-a"), &key.id, &entry(9)).await.unwrap_err();
	assert!(matches!(lost, DrawError::LostInFlight { .. }), "{lost}");
	assert!(!receiver.used_up(&key.id).await.unwrap());
	assert!(!receiver.store().was_asked(&key.id).unwrap());
}

#[tokio::test]
async fn a_lost_response_is_recognised_from_any_message() {
	let (kme, _folder, receiver) = start().await;
	let key = key_for_b(&kme).await;
	let words = json!({"message": "Some of the requested keys do not exist in this KME."}).to_string();
	kme.fail(Fault::ActAndCut);
	kme.fail(Fault::Answer(400, words));
	let lost = receiver.draw_for_receiving(&sae("sae-a"), &key.id, &entry(9)).await.unwrap_err();
	assert!(matches!(lost, DrawError::LostInFlight { .. }) && !lost.is_temporary(), "{lost}");
}

#[tokio::test]
async fn a_kme_that_is_reachable_again_still_has_the_key() {
	let (kme, _folder, receiver) = start().await;
	let key = key_for_b(&kme).await;
	for _ in 0..3 {
		kme.fail(Fault::Answer(503, String::new()));
	}
	let error = receiver.draw_for_receiving(&sae("sae-a"), &key.id, &entry(9)).await.unwrap_err();
	assert!(error.is_temporary(), "{error}");
	assert!(!receiver.store().was_asked(&key.id).unwrap(), "it was surely not handed out");
	// Interrupted twice: unknown, and the mark stays.
	kme.fail(Fault::Cut);
	kme.fail(Fault::Cut);
	let error = receiver.draw_for_receiving(&sae("sae-a"), &key.id, &entry(9)).await.unwrap_err();
	assert!(error.is_temporary(), "{error}");
	assert!(receiver.store().was_asked(&key.id).unwrap());
	let drawn = receiver.draw_for_receiving(&sae("sae-a"), &key.id, &entry(9)).await.unwrap();
	assert_eq!(drawn.bytes, key.bytes);
	assert!(!receiver.store().was_asked(&key.id).unwrap());
}

#[tokio::test]
async fn a_key_of_another_length_is_rejected() {
	let (kme, _folder, receiver) = start().await;
	let key = kme.client_a().encryption_keys(&sae("sae-b"), &KeyRequest::one(128)).await.unwrap().remove(0);
	let error = receiver.draw_for_receiving(&sae("sae-a"), &key.id, &entry(9)).await.unwrap_err();
	assert!(matches!(error, DrawError::Length { bytes: 16, .. }), "{error}");
	assert!(receiver.store().ids().unwrap().is_empty());
	let garbage: fn(Value) -> String = |_| json!({"keys": 1}).to_string();
	let key = key_for_b(&kme).await;
	kme.fail(Fault::Replace(garbage));
	let error = receiver.draw_for_receiving(&sae("sae-a"), &key.id, &entry(9)).await.unwrap_err();
	assert!(matches!(error, DrawError::LostInFlight { .. }), "{error}");
}
