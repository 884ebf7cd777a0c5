//! Anything altered, moved or truncated is rejected before a byte of plaintext is released.

use crate::common::*;
use consilium_blobs::sealed::{open, seal, Expected, Header, OpenError, SealContext};
use consilium_primitives::{commitment::Suite, study::RoundKey, H256};
use proptest::prelude::*;

#[test]
fn no_byte_can_be_altered() {
	let blob = sealed(&plaintext(100));
	for place in 0..blob.len() {
		for mask in [0x01, 0x80, 0xff] {
			let mut altered = blob.clone();
			altered[place] ^= mask;
			let error = rejected_by_both(&altered);
			match place {
				..=8 | 1254..1266 => assert!(matches!(error, OpenError::Format(_)), "byte {place}: {error}"),
				9 => assert!(matches!(error, OpenError::Format(_)), "byte {place}: {error}"),
				10..118 => assert!(matches!(error, OpenError::Unexpected { .. }), "byte {place}: {error}"),
				// The altered header yields other keys.
				118..1298 => assert!(matches!(error, OpenError::Keys), "byte {place}: {error}"),
				_ => assert!(matches!(error, OpenError::Altered { chunk: 0 }), "byte {place}: {error}"),
			}
		}
	}
}

#[test]
fn an_altered_header_is_rejected_even_with_the_keys_of_the_original() {
	let blob = sealed(&plaintext(100));
	let keys = keys(&header(100));
	for place in 118..1254 {
		let mut altered = blob.clone();
		altered[place] ^= 1;
		let error = rejected(&keys, &expected(), &altered);
		assert!(matches!(error, OpenError::Altered { chunk: 0 }), "byte {place}: {error}");
	}
}

#[test]
fn a_blob_of_another_exchange_is_rejected_with_the_field_that_differs() {
	let blob = sealed(b"a share");
	let keys = keys(&header(7));
	let context = expected().context;
	let round = context.round;
	let others = [
		("genesis hash", SealContext { genesis: H256([0x12; 32]), ..context }),
		("study", SealContext { round: RoundKey { study: 2, ..round }, ..context }),
		("round", SealContext { round: RoundKey { round: 3, ..round }, ..context }),
		("attempt", SealContext { round: RoundKey { attempt: 4, ..round }, ..context }),
		("sender", SealContext { sender: [0x33; 32], ..context }),
		("receiver", SealContext { receiver: [0x22; 32], ..context }),
	];
	let others = others.map(|(name, context)| (name, Expected { context, ..expected() }));
	let suites = [Suite::MlKem768, Suite::Plain].map(|suite| ("suite", Expected { suite, ..expected() }));
	for (name, other) in others.into_iter().chain(suites) {
		let error = rejected(&keys, &other, &blob);
		assert!(matches!(error, OpenError::Unexpected { field } if field == name), "{name}: {error}");
	}
	// Sender and receiver swapped, and the numbers shifted by one field.
	let swapped = SealContext { sender: [0x33; 32], receiver: [0x22; 32], ..context };
	let shifted = SealContext { round: RoundKey { study: 2, round: 3, attempt: 1 }, ..context };
	for other in [swapped, shifted].map(|context| Header { context, ..header(7) }) {
		let blob = seal(&other, &self::keys(&other), b"a share").unwrap();
		assert!(matches!(rejected_by_both(&blob), OpenError::Unexpected { .. }));
	}
}

#[test]
fn the_weaker_suite_does_not_pass_for_the_stronger() {
	let weak = Header { key_id: None, ..header(7) };
	let blob = seal(&weak, &keys(&weak), b"a share").unwrap();
	assert!(open(&keys(&weak), &expected_of(&weak), &blob).is_ok());
	assert!(matches!(rejected_by_both(&blob), OpenError::Unexpected { field: "suite" }));
	let mut relabelled = blob;
	relabelled[9] = 1;
	assert!(matches!(rejected_by_both(&relabelled), OpenError::Keys));
}

#[test]
fn chunks_are_bound_to_their_position() {
	let whole = plaintext(4 * CHUNK);
	let blob = sealed(&whole);
	let other = {
		let header = Header { salt: [0x67; 32], ..header(whole.len()) };
		seal(&header, &keys(&header), &whole).unwrap()
	};
	let piece = |blob: &[u8], index: usize| blob[HEADER + index * SEALED_CHUNK..][..SEALED_CHUNK].to_vec();
	let put_together = |pieces: &[Vec<u8>]| [blob[..HEADER].to_vec(), pieces.concat()].concat();
	let order =
		|order: &[usize]| put_together(&order.iter().map(|&index| piece(&blob, index)).collect::<Vec<_>>());
	assert!(order(&[0, 1, 2, 3]) == blob);
	let wrong = [
		// Swapped, reversed, repeated.
		(order(&[1, 0, 2, 3]), 0),
		(order(&[0, 1, 3, 2]), 2),
		(order(&[3, 2, 1, 0]), 0),
		(order(&[0, 0, 2, 3]), 1),
		(order(&[0, 1, 2, 2]), 3),
		(order(&[0, 1, 3, 3]), 2),
		// One from another blob of the same hospitals, round and plaintext.
		(put_together(&[piece(&blob, 0), piece(&other, 1), piece(&blob, 2), piece(&blob, 3)]), 1),
	];
	for (blob, first) in wrong {
		let error = rejected_by_both(&blob);
		assert!(matches!(error, OpenError::Altered { chunk } if chunk == first), "{error}");
	}
	// Dropped or inserted: the length is wrong, and if the length is fixed, the header is wrong.
	for chunks in
		[vec![0, 1, 2], vec![1, 2, 3], vec![0, 1, 3], vec![0, 1, 2, 3, 3], vec![0, 0, 1, 2, 3], vec![]]
	{
		let mut blob = order(&chunks);
		assert!(matches!(rejected_by_both(&blob), OpenError::Format(_)));
		if !chunks.is_empty() {
			blob[1258..1266].copy_from_slice(&((chunks.len() * CHUNK) as u64).to_be_bytes());
			assert!(matches!(rejected_by_both(&blob), OpenError::Keys));
			let error = rejected(&keys(&header(whole.len())), &expected(), &blob);
			assert!(matches!(error, OpenError::Altered { .. }), "{error}");
		}
	}
}

#[test]
fn a_blob_cannot_be_truncated_or_extended() {
	let blob = sealed(&plaintext(2 * CHUNK + 5));
	let boundaries = (0..3).map(|chunk| HEADER + chunk * SEALED_CHUNK);
	let near = boundaries.flat_map(|end| [end - 16, end - 1, end, end + 1, end + 15, end + 16, end + 17]);
	for end in
		near.chain([0, 1, 7, 8, 9, 10, 1265, 1266, 1297, blob.len() - 17, blob.len() - 16, blob.len() - 1])
	{
		assert!(matches!(rejected_by_both(&blob[..end]), OpenError::Format(_)), "cut at {end}");
	}
	for more in [1, 15, 16, 17, SEALED_CHUNK] {
		let longer = [blob.as_slice(), &vec![0; more]].concat();
		assert!(matches!(rejected_by_both(&longer), OpenError::Format(_)), "{more} more");
	}
	assert!(matches!(rejected_by_both(&[blob.as_slice(), &blob].concat()), OpenError::Format(_)));
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn no_bytes_of_many_chunks_can_be_altered(
		places in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..), 1..4),
	) {
		let blob = sealed(&plaintext(3 * CHUNK + CHUNK / 2));
		let mut altered = blob.clone();
		for (place, mask) in &places {
			altered[place.index(blob.len())] ^= mask;
		}
		// Two alterations of one byte may cancel out.
		if altered != blob {
			rejected_by_both(&altered);
		}
	}

	#[test]
	fn no_other_keys_open_a_blob(context in proptest::collection::vec(any::<u8>(), 0..40)) {
		let error = rejected(&derive(&context), &expected(), &sealed(b"a share"));
		prop_assert!(matches!(error, OpenError::Keys), "{}", error);
	}
}

#[test]
fn another_content_key_or_nonce_under_the_right_commitment_is_rejected() {
	use consilium_blobs::sealed::ContentKeys;
	let header = header(7);
	let okm: [u8; 71] = std::array::from_fn(|index| index as u8);
	let blob = seal(&header, &ContentKeys::from_okm(&okm.into()), b"a share").unwrap();
	for place in (0..32).chain(64..71) {
		let mut other = okm;
		other[place] ^= 1;
		let error = rejected(&ContentKeys::from_okm(&other.into()), &expected(), &blob);
		assert!(matches!(error, OpenError::Altered { chunk: 0 }), "byte {place}: {error}");
	}
}
