//! Frames of the simulated fibre: refused, or detections in order that round-trip.
//!
//! The bytes are frames, each after its length (two bytes).

#![no_main]

use consilium_kme::link::bb84::fibre::{frames, Reader, MAX_DETECTIONS};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	let mut rest = bytes;
	let mut reader = Reader::default();
	let mut taken = Vec::new();
	while let Some((length, after)) = rest.split_first_chunk() {
		let frame;
		(frame, rest) = after.split_at(usize::from(u16::from_le_bytes(*length)).min(after.len()));
		// The connection is closed at the first invalid frame.
		let Ok(block) = reader.take(frame) else { return };
		taken.push(frame);
		let Some((number, pulses, detected)) = block else { continue };
		assert!(detected.len() <= MAX_DETECTIONS);
		assert!(detected.last().is_none_or(|last| last.slot < pulses));
		assert!(detected.windows(2).all(|pair| pair[0].slot < pair[1].slot));
		let written = frames(number, pulses, &detected);
		let [written] = written.as_slice() else { panic!("so few detections fit into one frame") };
		if let [frame] = taken.as_slice() {
			assert_eq!(written, frame, "encodings are unique");
		}
		assert_eq!(Reader::default().take(written), Ok(Some((number, pulses, detected))));
		taken.clear();
	}
});
