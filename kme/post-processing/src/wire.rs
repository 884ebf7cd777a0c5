//! Encoding of messages: numbers in the shortest form of LEB128, bits packed in bytes.

use crate::bits::BitString;

/// Why bytes are not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
	/// The bytes end within a field.
	#[error("the message ends within its {0}")]
	Short(&'static str),
	/// Bytes follow the last field.
	#[error("{0} bytes follow the end of the message")]
	Trailing(usize),
	/// A field has an invalid value.
	#[error("the message has an invalid {0}")]
	Field(&'static str),
}

/// Maximum length of a number in bytes: 64 bits, 7 per byte.
const MAX_NUMBER: usize = 10;

/// Appends a number in LEB128.
pub(crate) fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
	while number >= 0x80 {
		bytes.push(number as u8 | 0x80);
		number >>= 7;
	}
	bytes.push(number as u8);
}

/// Reads fields from the front of a message.
pub(crate) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
	/// Reads `count` bytes.
	pub fn bytes(&mut self, count: usize, field: &'static str) -> Result<&'a [u8], Malformed> {
		let (taken, rest) = self.0.split_at_checked(count).ok_or(Malformed::Short(field))?;
		self.0 = rest;
		Ok(taken)
	}

	/// Reads an array.
	pub fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Malformed> {
		let (taken, rest) = self.0.split_first_chunk().ok_or(Malformed::Short(field))?;
		self.0 = rest;
		Ok(*taken)
	}

	/// Reads a number in the shortest form of LEB128.
	pub fn number(&mut self, field: &'static str) -> Result<u64, Malformed> {
		// The fast path, as most numbers are small.
		if let [byte @ ..0x80, rest @ ..] = self.0 {
			self.0 = rest;
			return Ok((*byte).into());
		}
		let mut number = 0;
		for (index, byte) in self.0.iter().enumerate().take(MAX_NUMBER) {
			let part = u64::from(byte & 0x7f);
			if index == MAX_NUMBER - 1 && part > 1 {
				return Err(Malformed::Field(field));
			}
			number |= part << (7 * index);
			if byte & 0x80 == 0 {
				self.0 = &self.0[index + 1..];
				return if *byte == 0 && index > 0 { Err(Malformed::Field(field)) } else { Ok(number) };
			}
		}
		Err(if self.0.len() < MAX_NUMBER { Malformed::Short(field) } else { Malformed::Field(field) })
	}

	/// Reads a number of items of at least one bit each, which the remaining bytes bound before anything is
	/// allocated.
	pub fn count(&mut self, limit: usize, field: &'static str) -> Result<usize, Malformed> {
		let count = usize::try_from(self.number(field)?).map_err(|_| Malformed::Field(field))?;
		match count {
			count if count > limit => Err(Malformed::Field(field)),
			count if count.div_ceil(8) > self.0.len() => Err(Malformed::Short(field)),
			count => Ok(count),
		}
	}

	/// Reads `count` bits.
	pub fn bits(&mut self, count: usize, field: &'static str) -> Result<BitString, Malformed> {
		BitString::from_bytes(self.bytes(count.div_ceil(8), field)?, count).ok_or(Malformed::Field(field))
	}

	/// Requires that nothing is left.
	pub fn end(self) -> Result<(), Malformed> {
		if self.0.is_empty() {
			Ok(())
		} else {
			Err(Malformed::Trailing(self.0.len()))
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	proptest! {
		#[test]
		fn numbers_round_trip(number in any::<u64>(), shift in 0u32..64) {
			let number = number >> shift;
			let mut bytes = Vec::new();
			write_number(&mut bytes, number);
			let mut reader = Reader(&bytes);
			prop_assert_eq!(reader.number("n"), Ok(number));
			prop_assert_eq!(reader.end(), Ok(()));
		}

		#[test]
		fn encodings_of_numbers_are_unique(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
			let mut reader = Reader(&bytes);
			if let Ok(number) = reader.number("n") {
				let mut again = Vec::new();
				write_number(&mut again, number);
				prop_assert_eq!(&again, &bytes[..bytes.len() - reader.0.len()]);
			}
		}
	}

	#[test]
	fn invalid_numbers_are_refused() {
		for (bytes, error) in [
			(&[][..], Malformed::Short("n")),
			(&[0x80], Malformed::Short("n")),
			(&[0x80, 0], Malformed::Field("n")),
			(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2], Malformed::Field("n")),
			(&[0x80; 11], Malformed::Field("n")),
		] {
			assert_eq!(Reader(bytes).number("n"), Err(error));
		}
	}

	#[test]
	fn counts_beyond_the_message_are_refused_before_anything_is_allocated() {
		assert_eq!(Reader(&[9, 0]).count(100, "n"), Err(Malformed::Short("n")));
		assert_eq!(Reader(&[8, 0]).count(100, "n"), Ok(8));
		assert_eq!(Reader(&[8, 0]).count(7, "n"), Err(Malformed::Field("n")));
	}
}
