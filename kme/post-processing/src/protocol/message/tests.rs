use super::*;
use proptest::prelude::*;

fn bits(limit: usize) -> impl Strategy<Value = BitString> {
	prop::collection::vec(any::<bool>(), 0..limit)
		.prop_map(|bits| BitString::from_fn(bits.len(), |index| bits[index]))
}

fn announcement() -> impl Strategy<Value = Message> {
	prop::collection::btree_map(any::<u64>(), any::<bool>(), 0..50).prop_map(|detections| {
		let test: Vec<bool> = detections.values().copied().collect();
		Message::Announcement(Announcement {
			slots: detections.into_keys().collect(),
			test: BitString::from_fn(test.len(), |index| test[index]),
		})
	})
}

fn sifting() -> impl Strategy<Value = Message> {
	(bits(100), any::<Seed>(), bits(50)).prop_flat_map(|(matches, seed, test_bits)| {
		prop::collection::vec((0u8..3).prop_map(Intensity), matches.count_ones()).prop_map(
			move |intensities| {
				let answer = Answer { matches: matches.clone(), intensities, test_bits: test_bits.clone() };
				Message::Sifting { answer, seed }
			},
		)
	})
}

fn message() -> impl Strategy<Value = Message> {
	let query = (0u32..3, 0u8..4, any::<u32>(), any::<u32>())
		.prop_map(|(frame, pass, start, length)| Query { frame, pass, start, length });
	let tag = prop::collection::vec(any::<u8>(), 1..=16).prop_map(|bytes| Tag::new(&bytes));
	let reason = (0u8..3).prop_map(|code| AbortReason::from_code(code).unwrap());
	prop_oneof![
		announcement(),
		sifting(),
		prop::collection::vec(query, 0..40).prop_map(Message::Questions),
		bits(100).prop_map(Message::Parities),
		any::<([u64; 3], [u64; 3])>()
			.prop_map(|(test_errors, key_errors)| Message::Reconciled { test_errors, key_errors }),
		(any::<HashKey>(), tag, any::<u64>(), bits(200)).prop_map(|(hash_key, tag, secret_bits, seed)| {
			Message::Amplification { hash_key, tag, secret_bits, seed }
		}),
		Just(Message::Verified),
		(reason, any::<[u64; 3]>()).prop_map(|(reason, test_errors)| Message::Abort { reason, test_errors }),
	]
}

proptest! {
	#[test]
	fn messages_round_trip(message in message(), block in any::<u64>()) {
		prop_assert_eq!(Message::decode(&message.encode(block)), Ok((block, message)));
	}

	#[test]
	fn encodings_are_unique(message in message(), flips in prop::collection::vec(any::<(u16, u8)>(), 1..4)) {
		let mut bytes = message.encode(1);
		for (place, mask) in flips {
			let place = usize::from(place) % bytes.len();
			bytes[place] ^= mask;
		}
		if let Ok((block, message)) = Message::decode(&bytes) {
			prop_assert_eq!(message.encode(block), bytes);
		}
	}

	#[test]
	fn truncated_or_longer_messages_are_refused(message in message(), cut in any::<u16>()) {
		let mut bytes = message.encode(1);
		prop_assert!(Message::decode(&bytes[..usize::from(cut) % bytes.len()]).is_err());
		bytes.push(0);
		prop_assert!(Message::decode(&bytes).is_err());
	}

	#[test]
	fn arbitrary_bytes_never_panic(kind in 0u8..10, rest in prop::collection::vec(any::<u8>(), 0..200)) {
		let bytes = [&[VERSION, kind][..], &[0; 8], &rest].concat();
		if let Ok((block, message)) = Message::decode(&bytes) {
			prop_assert_eq!(message.encode(block), bytes);
		}
	}
}

#[test]
fn slots_past_the_largest_number_are_refused() {
	let last = Message::Announcement(Announcement { slots: vec![u64::MAX], test: BitString::zeros(1) });
	let mut bytes = last.encode(0);
	assert_eq!(Message::decode(&bytes), Ok((0, last)));
	// One more slot after it.
	bytes[10] = 2;
	bytes.insert(bytes.len() - 1, 0);
	assert_eq!(Message::decode(&bytes), Err(Malformed::Field("slots")));
}
