//! A file of the key store. The input itself is never a valid file; then the content that it describes is
//! encrypted, altered as it says, and decrypted: to the same content or not at all.

#![no_main]

use consilium_quantum_keys::store::{
	format::{Contents, Kind, SealingKey},
	Entry,
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	let sealing = SealingKey::new(&[7; 32]);
	assert!(sealing.open(bytes).is_none());
	let Some(([place, mask, metadata, rest @ ..], key)) = bytes.split_first_chunk::<12>() else { return };
	let (metadata, key) = key.split_at(usize::from(*metadata).min(key.len()));
	let entry =
		Entry { metadata: metadata.to_vec(), expiry: u64::from_be_bytes(rest[..8].try_into().expect("8")) };
	let Ok(mut file) = sealing.seal(Kind::Key, Contents { id: [3; 16], entry: &entry, key }) else { return };
	let place = usize::from(*place) % file.len();
	file[place] ^= mask;
	match sealing.open(&file) {
		Some(opened) => {
			assert_eq!(*mask, 0);
			assert_eq!((opened.kind, opened.id, &opened.entry), (Kind::Key, [3; 16], &entry));
			assert_eq!(&*opened.key, key);
		},
		None => assert_ne!(*mask, 0),
	}
});
