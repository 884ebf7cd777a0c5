//! Which detections count, and the errors of the test basis.
//!
//! The receiver announces the slots and bases of its detections. The transmitter responds with those that it
//! sent in the same basis, their intensities, and its bits of the test basis. Detections of all intensities
//! in the key basis X form the raw key; those in the test basis Z are compared in public and are not part of
//! it (Lim et al., PRA 89, 022307, 2014, section II).

use crate::bits::{BitString, WORD};
use consilium_quantum_channel::record::{Basis, Detected, Intensity, Sent};

/// The receiver's announcement of its detections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announcement {
	/// Numbers of the detected pulses, strictly increasing.
	pub slots: Vec<u64>,
	/// For each, whether it was measured in the test basis.
	pub test: BitString,
}

/// The transmitter's answer to an announcement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
	/// For each detection, whether the bases match.
	pub matches: BitString,
	/// The intensity of each match.
	pub intensities: Vec<Intensity>,
	/// The transmitter's bit of each match in the test basis.
	pub test_bits: BitString,
}

/// The bits of one end after sifting.
#[derive(Debug)]
pub struct Sifted {
	/// The raw key.
	pub key: BitString,
	/// The intensity of each of its bits.
	pub key_intensities: Vec<Intensity>,
	/// This end's bits of the test basis.
	pub test: BitString,
	/// The intensity of each of them.
	pub test_intensities: Vec<Intensity>,
}

/// Why sifting failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SiftingError {
	/// The receiver announced a pulse of which the transmitter has no record.
	#[error("the receiver detected pulse {0}, which was not sent in this block")]
	UnknownSlot(u64),
	/// A record has an invalid intensity.
	#[error("the intensity is {0}; it must be 0 (signal), 1 (weak decoy) or 2 (vacuum)")]
	UnknownIntensity(u8),
	/// The slots of a record do not increase.
	#[error("the record of this end has slot {0} out of order")]
	Order(u64),
	/// The answer does not match the announcement.
	#[error("the transmitter's answer has {actual} {what} instead of {expected}")]
	Answer {
		/// What is missing or surplus.
		what: &'static str,
		/// Their number.
		actual: usize,
		/// The expected number.
		expected: usize,
	},
}

/// Announces detections.
pub fn announce(detected: &[Detected]) -> Result<Announcement, SiftingError> {
	let slots: Vec<u64> = detected.iter().map(|detected| detected.slot).collect();
	if let Some(pair) = slots.windows(2).find(|pair| pair[0] >= pair[1]) {
		return Err(SiftingError::Order(pair[1]));
	}
	let test = BitString::from_fn(detected.len(), |index| detected[index].basis == Basis::Z);
	Ok(Announcement { slots, test })
}

/// The transmitter's answer and bits. `sent` includes at least the announced pulses.
pub fn answer(sent: &[Sent], announcement: &Announcement) -> Result<(Answer, Sifted), SiftingError> {
	if let Some(pair) = sent.windows(2).find(|pair| pair[0].slot >= pair[1].slot) {
		return Err(SiftingError::Order(pair[1].slot));
	}
	let count = announcement.slots.len();
	let mut records = sent.iter();
	let mut matches = BitString::with_capacity(count);
	let mut intensities = Vec::with_capacity(count);
	let mut sifted = Sifted::with_capacity(count);
	for (slot, is_test) in announcement.slots.iter().zip(announcement.test.iter()) {
		// Both lists increase, so each search continues where the last one ended.
		let record = records.find(|sent| sent.slot >= *slot).filter(|sent| sent.slot == *slot);
		let Sent { bit, basis, intensity, .. } = *record.ok_or(SiftingError::UnknownSlot(*slot))?;
		if intensity > Intensity::VACUUM {
			return Err(SiftingError::UnknownIntensity(intensity.0));
		}
		let is_match = (basis == Basis::Z) == is_test;
		matches.push(is_match);
		if is_match {
			intensities.push(intensity);
			sifted.push(basis, bit, intensity);
		}
	}
	Ok((Answer { matches, intensities, test_bits: sifted.test.clone() }, sifted))
}

/// The receiver's bits.
pub fn sift(detected: &[Detected], answer: &Answer) -> Result<Sifted, SiftingError> {
	let fits = |what, actual, expected| {
		(actual == expected).then_some(()).ok_or(SiftingError::Answer { what, actual, expected })
	};
	fits("detections", answer.matches.len(), detected.len())?;
	fits("intensities", answer.intensities.len(), answer.matches.count_ones())?;
	let matching = detected.iter().zip(answer.matches.iter()).filter(|(_, is_match)| *is_match);
	let mut sifted = Sifted::with_capacity(answer.intensities.len());
	for ((detected, _), intensity) in matching.zip(&answer.intensities) {
		sifted.push(detected.basis, detected.bit, *intensity);
	}
	fits("bits of the test basis", answer.test_bits.len(), sifted.test.len())?;
	Ok(sifted)
}

impl Sifted {
	/// Empty, with capacity for `bits` bits of each basis.
	fn with_capacity(bits: usize) -> Self {
		Self {
			key: BitString::with_capacity(bits),
			key_intensities: Vec::with_capacity(bits),
			test: BitString::with_capacity(bits),
			test_intensities: Vec::with_capacity(bits),
		}
	}

	/// Adds a detection with matching bases.
	fn push(&mut self, basis: Basis, bit: bool, intensity: Intensity) {
		let (bits, intensities) = match basis {
			Basis::X => (&mut self.key, &mut self.key_intensities),
			Basis::Z => (&mut self.test, &mut self.test_intensities),
		};
		bits.push(bit);
		intensities.push(intensity);
	}
}

/// The number of bits of each intensity.
pub fn by_intensity(intensities: &[Intensity]) -> [u64; 3] {
	Intensity::ALL.map(|one| intensities.iter().filter(|intensity| **intensity == one).count() as u64)
}

/// The number of differences between two strings of the same length, by intensity.
pub fn differences(a: &BitString, b: &BitString, intensities: &[Intensity]) -> [u64; 3] {
	let mut counts = [0; 3];
	for ((a, b), intensities) in a.words().iter().zip(b.words()).zip(intensities.chunks(WORD)) {
		let mut different = a ^ b;
		while different != 0 {
			counts[usize::from(intensities[different.trailing_zeros() as usize].0)] += 1;
			different &= different - 1;
		}
	}
	counts
}

#[cfg(test)]
mod tests {
	use super::*;

	fn sent(slot: u64, bit: bool, basis: Basis, intensity: u8) -> Sent {
		Sent { slot, bit, basis, intensity: Intensity(intensity) }
	}

	fn detected(slot: u64, bit: bool, basis: Basis) -> Detected {
		Detected { slot, bit, basis }
	}

	#[test]
	fn matching_bases_are_kept() {
		use Basis::{X, Z};
		let sent = [
			sent(1, true, X, 0),
			sent(3, false, Z, 1),
			sent(4, true, X, 2),
			sent(7, true, Z, 0),
			sent(9, false, X, 1),
		];
		// Pulse 4 was not detected, pulse 7 in the other basis.
		let detected =
			[detected(1, true, X), detected(3, true, Z), detected(7, false, X), detected(9, true, X)];
		let announcement = announce(&detected).unwrap();
		let (answer, ours) = answer(&sent, &announcement).unwrap();
		let theirs = sift(&detected, &answer).unwrap();
		assert_eq!(answer.matches.iter().collect::<Vec<_>>(), [true, true, false, true]);
		assert_eq!(ours.key.iter().collect::<Vec<_>>(), [true, false]);
		assert_eq!(theirs.key.iter().collect::<Vec<_>>(), [true, true]);
		assert_eq!(ours.key_intensities, theirs.key_intensities);
		assert_eq!(by_intensity(&theirs.key_intensities), [1, 1, 0]);
		assert_eq!(differences(&ours.key, &theirs.key, &ours.key_intensities), [0, 1, 0]);
		assert_eq!(differences(&answer.test_bits, &theirs.test, &theirs.test_intensities), [0, 1, 0]);
	}

	#[test]
	fn records_that_do_not_match_are_refused() {
		use Basis::X;
		let unordered = [detected(2, true, X), detected(2, true, X)];
		assert_eq!(announce(&unordered), Err(SiftingError::Order(2)));
		let announcement = announce(&[detected(5, true, X)]).unwrap();
		let refusal = |sent: &[Sent]| answer(sent, &announcement).err();
		assert_eq!(refusal(&[]), Some(SiftingError::UnknownSlot(5)));
		assert_eq!(refusal(&[sent(4, true, X, 0), sent(6, true, X, 0)]), Some(SiftingError::UnknownSlot(5)));
		assert_eq!(refusal(&[sent(5, true, X, 3)]), Some(SiftingError::UnknownIntensity(3)));
		assert_eq!(refusal(&[sent(5, true, X, 0), sent(5, true, X, 0)]), Some(SiftingError::Order(5)));
		let (answer, _) = answer(&[sent(5, true, X, 0)], &announcement).unwrap();
		assert!(matches!(sift(&[], &answer), Err(SiftingError::Answer { what: "detections", .. })));
		let fewer = Answer { intensities: Vec::new(), ..answer.clone() };
		let detected = [detected(5, true, X)];
		assert!(matches!(sift(&detected, &fewer), Err(SiftingError::Answer { what: "intensities", .. })));
		let more = Answer { test_bits: BitString::zeros(1), ..answer };
		assert!(matches!(
			sift(&detected, &more),
			Err(SiftingError::Answer { what: "bits of the test basis", .. })
		));
	}
}
