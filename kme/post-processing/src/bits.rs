//! Strings of secret bits, 64 per word.

use rand::RngCore;
use std::fmt;
use zeroize::Zeroize;

/// Bits per word.
pub(crate) const WORD: usize = 64;

/// A bit string, zeroed when dropped. Bit i is bit i mod 64 of word i / 64, and bit i mod 8 of byte i / 8.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BitString {
	words: Vec<u64>,
	length: usize,
}

impl BitString {
	/// A string of zeros.
	pub fn zeros(length: usize) -> Self {
		Self { words: vec![0; length.div_ceil(WORD)], length }
	}

	/// An empty string with capacity for `bits` bits.
	pub(crate) fn with_capacity(bits: usize) -> Self {
		Self { words: Vec::with_capacity(bits.div_ceil(WORD)), length: 0 }
	}

	/// Appends a bit.
	///
	/// # Panics
	///
	/// Panics beyond the capacity, as growing would leave a copy that is not zeroed.
	pub(crate) fn push(&mut self, bit: bool) {
		let offset = self.length % WORD;
		if offset == 0 {
			assert!(self.words.len() < self.words.capacity(), "no room for bit {}", self.length);
			self.words.push(0);
		}
		if let Some(last) = self.words.last_mut() {
			*last |= u64::from(bit) << offset;
		}
		self.length += 1;
	}

	/// The string whose bit i is `bit(i)`.
	pub fn from_fn(length: usize, mut bit: impl FnMut(usize) -> bool) -> Self {
		let mut bits = Self::zeros(length);
		for (index, word) in bits.words.iter_mut().enumerate() {
			let start = index * WORD;
			for offset in 0..WORD.min(length - start) {
				*word |= u64::from(bit(start + offset)) << offset;
			}
		}
		bits
	}

	/// Bits drawn from a generator.
	pub fn random(length: usize, rng: &mut impl RngCore) -> Self {
		let mut bits = Self::zeros(length);
		bits.words.iter_mut().for_each(|word| *word = rng.next_u64());
		bits.clear_unused();
		bits
	}

	/// A string of `length` bits. `None` unless there are exactly the necessary bytes and the unused bits are
	/// 0.
	pub fn from_bytes(bytes: &[u8], length: usize) -> Option<Self> {
		if bytes.len() != length.div_ceil(8) {
			return None;
		}
		let unused = bytes.len() * 8 - length;
		if bytes.last().is_some_and(|last| unused > 0 && last >> (8 - unused) != 0) {
			return None;
		}
		let mut bits = Self::zeros(length);
		for (word, chunk) in bits.words.iter_mut().zip(bytes.chunks(8)) {
			let mut whole = [0; 8];
			whole[..chunk.len()].copy_from_slice(chunk);
			*word = u64::from_le_bytes(whole);
		}
		Some(bits)
	}

	/// Appends the bits to bytes, the last byte padded with zeros.
	pub fn write_to(&self, bytes: &mut Vec<u8>) {
		let end = bytes.len() + self.length.div_ceil(8);
		bytes.reserve_exact(self.words.len() * 8);
		for word in &self.words {
			bytes.extend_from_slice(&word.to_le_bytes());
		}
		bytes.truncate(end);
	}

	/// The bits as bytes, the last byte padded with zeros.
	pub fn to_bytes(&self) -> zeroize::Zeroizing<Vec<u8>> {
		let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(self.words.len() * 8));
		self.write_to(&mut bytes);
		bytes
	}

	/// Number of bits.
	pub fn len(&self) -> usize {
		self.length
	}

	/// Whether there are no bits.
	pub fn is_empty(&self) -> bool {
		self.length == 0
	}

	/// The bit at an index.
	///
	/// # Panics
	///
	/// Panics if the index is not below the length.
	pub fn get(&self, index: usize) -> bool {
		assert!(index < self.length, "bit {index} of {}", self.length);
		bit(&self.words, index)
	}

	/// Number of bits that are 1.
	pub fn count_ones(&self) -> usize {
		self.words.iter().map(|word| word.count_ones() as usize).sum()
	}

	/// The bits in order.
	pub fn iter(&self) -> impl Iterator<Item = bool> + '_ {
		(0..self.length).map(|index| bit(&self.words, index))
	}

	/// The words; unused bits are 0.
	pub(crate) fn words(&self) -> &[u64] {
		&self.words
	}

	/// A string of words.
	pub(crate) fn from_words(words: Vec<u64>, length: usize) -> Self {
		debug_assert_eq!(words.len(), length.div_ceil(WORD));
		let mut bits = Self { words, length };
		bits.clear_unused();
		bits
	}

	fn clear_unused(&mut self) {
		let used = self.length % WORD;
		if let (true, Some(last)) = (used > 0, self.words.last_mut()) {
			*last &= (1 << used) - 1;
		}
	}
}

impl Zeroize for BitString {
	fn zeroize(&mut self) {
		self.words.zeroize();
		self.length = 0;
	}
}

impl Drop for BitString {
	fn drop(&mut self) {
		self.zeroize();
	}
}

impl fmt::Debug for BitString {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "BitString({} bits)", self.length)
	}
}

/// Bit `index` of packed words.
pub(crate) fn bit(words: &[u64], index: usize) -> bool {
	words[index / WORD] >> (index % WORD) & 1 == 1
}

/// The 64 bits of packed words from `place` on; bits outside the words are 0.
pub(crate) fn word(words: &[u64], place: isize) -> u64 {
	let at = |index: isize| usize::try_from(index).ok().and_then(|index| words.get(index)).copied();
	let (index, shift) = (place.div_euclid(WORD as isize), place.rem_euclid(WORD as isize));
	let [first, second] = [index, index + 1].map(|index| at(index).unwrap_or_default());
	// In two steps, as a shift by 64 overflows.
	first >> shift | second << 1 << (WORD as isize - 1 - shift)
}

/// Flips bit `index` of packed words.
pub(crate) fn flip(words: &mut [u64], index: usize) {
	words[index / WORD] ^= 1 << (index % WORD);
}

/// The parity of `length` bits of packed words from `start` on.
pub(crate) fn parity(words: &[u64], start: usize, length: usize) -> bool {
	if length == 0 {
		return false;
	}
	let last = start + length - 1;
	let head = u64::MAX << (start % WORD);
	let tail = u64::MAX >> (WORD - 1 - last % WORD);
	let sum = match &words[start / WORD..=last / WORD] {
		[word] => word & head & tail,
		[first, middle @ .., end] => middle.iter().fold(first & head ^ end & tail, |sum, word| sum ^ word),
		[] => 0,
	};
	sum.count_ones() & 1 == 1
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	proptest! {
		#[test]
		fn bytes_round_trip(bits in prop::collection::vec(any::<bool>(), 0..300)) {
			let string = BitString::from_fn(bits.len(), |index| bits[index]);
			prop_assert_eq!(string.iter().collect::<Vec<_>>(), bits.clone());
			let mut pushed = BitString::with_capacity(bits.len());
			bits.iter().for_each(|bit| pushed.push(*bit));
			prop_assert_eq!(&pushed, &string);
			prop_assert_eq!(string.count_ones(), bits.iter().filter(|bit| **bit).count());
			let bytes = string.to_bytes();
			prop_assert_eq!(BitString::from_bytes(&bytes, bits.len()), Some(string));
		}

		#[test]
		fn parity_of_any_range(seed in any::<[u64; 4]>(), start in 0usize..256, length in 0usize..256) {
			let length = length.min(256 - start);
			let naive = (start..start + length).filter(|index| bit(&seed, *index)).count() % 2 == 1;
			prop_assert_eq!(parity(&seed, start, length), naive);
		}

		#[test]
		fn word_at_any_place(seed in any::<[u64; 3]>(), start in -128isize..256) {
			let bits = (start..start + 64)
				.map(|index| (0..192).contains(&index) && bit(&seed, index as usize));
			let naive = bits.enumerate().fold(0, |word, (offset, bit)| word | u64::from(bit) << offset);
			prop_assert_eq!(word(&seed, start), naive);
		}
	}

	#[test]
	fn bytes_that_do_not_fit_are_refused() {
		assert!(BitString::from_bytes(&[0xff], 8).is_some());
		assert_eq!(BitString::from_bytes(&[0xff], 7), None, "an unused bit is 1");
		assert_eq!(BitString::from_bytes(&[0x7f, 0], 7), None, "a byte too many");
		assert_eq!(BitString::from_bytes(&[], 1), None, "a byte too few");
	}

	#[test]
	fn debug_shows_no_bits() {
		assert_eq!(format!("{:?}", BitString::from_fn(3, |_| true)), "BitString(3 bits)");
	}
}
