//! Sealing and opening round trips.

use crate::common::*;
use consilium_blobs::sealed::{
	layout::MAX_PLAINTEXT, open, open_in_place, open_stream, seal, seal_in_place, seal_stream, sealed_length,
	ContentKeys, FormatError, Header, OpenError, SealError,
};
use proptest::prelude::*;
use std::io::Cursor;

/// Small lengths, and lengths around chunk boundaries.
fn length() -> impl Strategy<Value = usize> {
	prop_oneof![
		0usize..300,
		(1usize..4, 0usize..5).prop_map(|(chunks, offset)| chunks * CHUNK + offset - 2),
		0usize..4 * CHUNK,
	]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(96))]

	#[test]
	fn sealing_and_opening_return_the_plaintext(
		length in length(),
		seed in any::<u8>(),
		has_qkd in any::<bool>(),
	) {
		let mut header = header(length);
		if !has_qkd {
			header.key_id = None;
		}
		let mut plaintext = plaintext(length);
		plaintext.iter_mut().for_each(|byte| *byte ^= seed);
		let keys = keys(&header);
		let blob = seal(&header, &keys, &plaintext).unwrap();
		prop_assert_eq!(Some(blob.len() as u64), sealed_length(length as u64));
		prop_assert_eq!(blob.capacity(), blob.len());
		prop_assert_eq!(&blob[..HEADER - 32], header.derivation_context());
		prop_assert_eq!(&Header::parse(&blob).unwrap().header, &header);

		let mut streamed = Vec::new();
		seal_stream(&header, &keys, plaintext.as_slice(), &mut streamed).unwrap();
		prop_assert!(streamed == blob);

		let mut roomy = Vec::with_capacity(blob.len());
		roomy.extend(&plaintext);
		let memory = roomy.as_ptr();
		let in_place = seal_in_place(&header, &keys, roomy).unwrap();
		prop_assert!(in_place == blob && in_place.as_ptr() == memory);
		prop_assert!(seal_in_place(&header, &keys, plaintext.clone()).unwrap() == blob);

		let expected = expected_of(&header);
		prop_assert!(*open(&keys, &expected, &blob).unwrap() == plaintext);
		let mut opened = Vec::new();
		open_stream(&keys, &expected, Cursor::new(&blob), &mut opened).unwrap();
		prop_assert!(opened == plaintext);
		let opened = open_in_place(&keys, &expected, in_place).unwrap();
		prop_assert!(*opened == plaintext && opened.as_ptr() == memory);
	}

	#[test]
	fn arbitrary_bytes_are_rejected(
		bytes in proptest::collection::vec(any::<u8>(), 0..3000),
		is_marked in any::<bool>(),
	) {
		let mut bytes = bytes;
		if is_marked && bytes.len() > 10 {
			bytes[..10].copy_from_slice(b"CSLMseal\x01\x01");
		}
		let error = rejected(&derive(b""), &expected(), &bytes);
		prop_assert!(matches!(error, OpenError::Format(_)), "{}", error);
	}
}

#[test]
fn malformed_headers_have_distinct_errors() {
	let parse = |blob: &[u8]| Header::parse(blob).unwrap_err();
	assert_eq!(parse(b""), FormatError::Magic);
	assert_eq!(parse(b"CSLMsea"), FormatError::Magic);
	assert_eq!(parse(&[b"CSLMshar".as_slice(), &[0; 2000]].concat()), FormatError::Magic);
	assert_eq!(parse(b"CSLMseal"), FormatError::Short { found: 8 });
	assert_eq!(parse(b"CSLMseal\x02"), FormatError::Version { found: 2 });
	let blob = sealed(b"a share");
	assert_eq!(parse(&blob[..HEADER - 1]), FormatError::Short { found: HEADER as u64 - 1 });
	let with = |offset: usize, bytes: &[u8]| {
		let mut blob = blob.clone();
		blob[offset..][..bytes.len()].copy_from_slice(bytes);
		parse(&blob)
	};
	assert_eq!(with(9, &[0]), FormatError::Suite { found: 0 });
	assert_eq!(with(9, &[3]), FormatError::Suite { found: 3 });
	assert_eq!(with(9, &[2]), FormatError::KeyId);
	assert_eq!(with(1254, &[0, 2, 0, 0]), FormatError::ChunkLength { found: 131_072 });
	let found = blob.len() as u64;
	assert_eq!(with(1258, &8u64.to_be_bytes()), FormatError::Length { stated: 8, found });
	let error = with(1258, &u64::MAX.to_be_bytes());
	assert_eq!(error, FormatError::Length { stated: u64::MAX, found });
	assert!(error.to_string().contains("too many"), "{error}");
}

#[test]
fn a_header_with_a_wrong_length_is_not_sealed() {
	let seal = |header: &Header, plaintext: &[u8]| {
		let keys = keys(header);
		let mut streamed = Counter::default();
		let error = seal(header, &keys, plaintext).unwrap_err();
		let from_stream = seal_stream(header, &keys, plaintext, &mut streamed).unwrap_err();
		assert_eq!(error.to_string(), from_stream.to_string());
		let in_place = seal_in_place(header, &keys, plaintext.to_vec()).unwrap_err();
		assert_eq!(error.to_string(), in_place.to_string());
		error
	};
	for (stated, length) in
		[(0, 1), (1, 0), (7, 6), (6, 7), (CHUNK, CHUNK + 1), (CHUNK + 1, CHUNK), (2 * CHUNK, CHUNK)]
	{
		let error = seal(&header(stated), &plaintext(length));
		assert!(matches!(error, SealError::Length { stated: found } if found == stated as u64), "{error}");
	}
	let too_long = Header { length: MAX_PLAINTEXT + 1, ..header(0) };
	assert!(matches!(seal(&too_long, b""), SealError::TooLong { .. }));
}

#[test]
fn the_commitment_is_a_part_of_the_keying_material() {
	let okm: [u8; 71] = std::array::from_fn(|index| index as u8);
	let blob = seal(&header(0), &ContentKeys::from_okm(&okm.into()), b"").unwrap();
	assert_eq!(blob[HEADER - 32..HEADER], okm[32..64]);
}
