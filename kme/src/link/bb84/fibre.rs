//! The receiver's detections, as bytes.
//!
//! A frame is the number of the block (8 bytes, big-endian), its number of pulses (8 bytes, big-endian), 1
//! byte that is 1 in the last frame of a block and 0 otherwise, and detections. A detection is a number in
//! LEB128: the slots since the previous detection (or the beginning of the block) times 4, plus 2 in the test
//! basis, plus the bit.

use consilium_quantum_channel::record::{Basis, Detected};

const HEAD: usize = 17;

/// Detections in one frame.
const DETECTIONS_OF_A_FRAME: usize = 262_144;

/// Maximum number of detections in a block.
pub const MAX_DETECTIONS: usize = 16_777_216;

/// Maximum length of a number in LEB128, in bytes.
const MAX_NUMBER: usize = 10;

/// Why bytes are not a frame of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
	/// The frame ends within a field.
	#[error("a frame of the quantum channel ends within a field")]
	Short,
	/// The last-frame byte is neither 0 nor 1.
	#[error("a frame of the quantum channel has {0} where 1 (the last frame of its block) or 0 is expected")]
	Last(u8),
	/// A number is too large, or not in the shortest form.
	#[error("a frame of the quantum channel has a number that is too large or not in the shortest form")]
	Number,
	/// The slots do not increase, or exceed the number of pulses.
	#[error(
		"a frame of the quantum channel has a detection {0} slots after the previous one, which is not a \
		 later slot of the block"
	)]
	Slot(u64),
	/// Too many detections.
	#[error("a block has more than {MAX_DETECTIONS} detections")]
	TooMany,
	/// Frames of one block disagree.
	#[error("the frames of one block name different blocks")]
	TwoBlocks,
}

/// The frames of a block.
pub fn frames(number: u64, pulses: u64, detected: &[Detected]) -> Vec<Vec<u8>> {
	let mut before = None;
	let count = detected.len().div_ceil(DETECTIONS_OF_A_FRAME).max(1);
	let mut parts = detected.chunks(DETECTIONS_OF_A_FRAME);
	(1..=count)
		.map(|index| {
			let part = parts.next().unwrap_or_default();
			let mut frame = Vec::with_capacity(HEAD + 3 * part.len());
			frame.extend(number.to_be_bytes());
			frame.extend(pulses.to_be_bytes());
			frame.push(u8::from(index == count));
			for Detected { slot, bit, basis } in part {
				let delta = before.map_or(*slot, |before| slot - before);
				before = Some(*slot);
				let flags = 2 * u64::from(*basis == Basis::Z) + u64::from(*bit);
				write_number(&mut frame, u128::from(delta) * 4 + u128::from(flags));
			}
			frame
		})
		.collect()
}

fn write_number(bytes: &mut Vec<u8>, mut number: u128) {
	while number >= 0x80 {
		bytes.push(number as u8 | 0x80);
		number >>= 7;
	}
	bytes.push(number as u8);
}

/// Assembles the frames of a block.
#[derive(Debug, Default)]
pub struct Reader {
	head: Option<(u64, u64)>,
	detected: Vec<Detected>,
}

impl Reader {
	/// Adds the next frame. After the last one, returns number, pulses and detections of the block.
	pub fn take(&mut self, frame: &[u8]) -> Result<Option<(u64, u64, Vec<Detected>)>, Malformed> {
		let (number, rest) = frame.split_first_chunk().ok_or(Malformed::Short)?;
		let (pulses, rest) = rest.split_first_chunk().ok_or(Malformed::Short)?;
		let ([last], mut rest) = rest.split_first_chunk().ok_or(Malformed::Short)?;
		let head = (u64::from_be_bytes(*number), u64::from_be_bytes(*pulses));
		if *self.head.get_or_insert(head) != head {
			return Err(Malformed::TwoBlocks);
		}
		while !rest.is_empty() {
			let number = read_number(&mut rest)?;
			self.push(head.1, number)?;
		}
		match last {
			0 => Ok(None),
			1 => {
				self.head = None;
				Ok(Some((head.0, head.1, std::mem::take(&mut self.detected))))
			},
			other => Err(Malformed::Last(*other)),
		}
	}

	fn push(&mut self, pulses: u64, number: u64) -> Result<(), Malformed> {
		if self.detected.len() >= MAX_DETECTIONS {
			return Err(Malformed::TooMany);
		}
		let delta = number / 4;
		let slot = match self.detected.last() {
			None => Some(delta),
			Some(_) if delta == 0 => None,
			Some(before) => before.slot.checked_add(delta),
		};
		let slot = slot.filter(|slot| *slot < pulses).ok_or(Malformed::Slot(delta))?;
		let basis = if number & 2 == 0 { Basis::X } else { Basis::Z };
		self.detected.push(Detected { slot, bit: number & 1 == 1, basis });
		Ok(())
	}
}

fn read_number(bytes: &mut &[u8]) -> Result<u64, Malformed> {
	let mut number = 0u64;
	for place in 0..MAX_NUMBER {
		let (byte, rest) = bytes.split_first().ok_or(Malformed::Short)?;
		*bytes = rest;
		let shift = 7 * place as u32;
		let part = u64::from(byte & 0x7f);
		if part << shift >> shift != part || (*byte == 0 && place > 0) {
			return Err(Malformed::Number);
		}
		number |= part << shift;
		if byte & 0x80 == 0 {
			return Ok(number);
		}
	}
	Err(Malformed::Number)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn detections() -> impl Strategy<Value = Vec<Detected>> {
		proptest::collection::vec((1u64..1_000_000_000, any::<bool>(), any::<bool>()), 0..200).prop_map(
			|all| {
				let mut slot = 0;
				let mut detected = Vec::new();
				for (delta, bit, is_z) in all {
					slot += delta;
					detected.push(Detected { slot, bit, basis: if is_z { Basis::Z } else { Basis::X } });
				}
				detected
			},
		)
	}

	proptest! {
		#[test]
		fn detections_round_trip(number: u64, detected in detections()) {
			let pulses = detected.last().map_or(1, |last| last.slot + 1);
			let mut reader = Reader::default();
			let frames = frames(number, pulses, &detected);
			prop_assert_eq!(frames.len(), 1);
			prop_assert_eq!(reader.take(&frames[0]), Ok(Some((number, pulses, detected))));
		}

		#[test]
		fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
			let mut reader = Reader::default();
			if let Ok(Some((_, pulses, detected))) = reader.take(&bytes) {
				prop_assert!(detected.iter().all(|one| one.slot < pulses));
				prop_assert!(detected.windows(2).all(|pair| pair[0].slot < pair[1].slot));
			}
		}
	}

	#[test]
	fn a_large_block_takes_several_frames() {
		let detected: Vec<_> = (0..600_000)
			.map(|slot| Detected { slot: 3 * slot, bit: slot % 2 == 0, basis: Basis::X })
			.collect();
		let frames = frames(7, 1_800_000, &detected);
		assert_eq!(frames.len(), 3);
		let mut reader = Reader::default();
		assert_eq!(reader.take(&frames[0]), Ok(None));
		assert_eq!(reader.take(&frames[1]), Ok(None));
		assert_eq!(reader.take(&frames[2]), Ok(Some((7, 1_800_000, detected))));
	}

	#[test]
	fn an_empty_block_is_one_frame() {
		let frames = frames(7, 5, &[]);
		assert_eq!(Reader::default().take(&frames[0]), Ok(Some((7, 5, vec![]))));
	}

	#[test]
	fn invalid_frames_are_refused() {
		let head = |last: u8, rest: &[u8]| [&[0; 8][..], &10u64.to_be_bytes(), &[last], rest].concat();
		let refused = |frame: &[u8]| Reader::default().take(frame).unwrap_err();
		assert_eq!(refused(&[0; 16]), Malformed::Short);
		assert_eq!(refused(&head(2, &[])), Malformed::Last(2));
		assert_eq!(refused(&head(1, &[0x80])), Malformed::Short);
		assert_eq!(refused(&head(1, &[0x80, 0])), Malformed::Number);
		assert_eq!(refused(&head(1, &[0xff; 11])), Malformed::Number);
		assert_eq!(refused(&head(1, &[40])), Malformed::Slot(10));
		assert_eq!(refused(&head(1, &[4, 0])), Malformed::Slot(0));
		let mut reader = Reader::default();
		assert_eq!(reader.take(&head(0, &[4])), Ok(None));
		let mut other = head(1, &[4]);
		other[0] = 1;
		assert_eq!(reader.take(&other), Err(Malformed::TwoBlocks));
	}
}
