//! A polynomial hash over GF(2^128): POLYVAL (RFC 8452, section 3) with the length of each part in the last
//! block.

use polyval::{
	universal_hash::{KeyInit, UniversalHash},
	Polyval,
};

/// Bytes of a block, a key and a hash.
pub(crate) const BLOCK: usize = 16;

/// Hashes a header of one block, two byte strings (each padded with zeros) and a block with their lengths.
///
/// The hashes of two different inputs of at most b bytes in total have a given difference with probability at
/// most [`degree`]`(b)` / 2^128 over a random key: their difference is a polynomial of that degree in the key
/// without a constant term. It is not zero, as the lengths distinguish inputs that differ in trailing zeros
/// only.
pub(crate) fn hash(key: &[u8; BLOCK], header: &[u8; BLOCK], strings: [&[u8]; 2]) -> [u8; BLOCK] {
	let mut polyval = Polyval::new(key.into());
	polyval.update(&[(*header).into()]);
	let mut lengths = [0; BLOCK];
	for (bytes, length) in strings.into_iter().zip(lengths.chunks_exact_mut(8)) {
		polyval.update_padded(bytes);
		length.copy_from_slice(&(bytes.len() as u64).to_le_bytes());
	}
	polyval.update(&[lengths.into()]);
	polyval.finalize().into()
}

/// A hash encrypted with a one-time pad: a tag that reveals nothing about the hash key.
pub(crate) fn encrypted_hash(
	key: &[u8; BLOCK],
	header: &[u8; BLOCK],
	strings: [&[u8]; 2],
	pad: &[u8; BLOCK],
) -> [u8; BLOCK] {
	let mut tag = hash(key, header, strings);
	tag.iter_mut().zip(pad).for_each(|(byte, pad)| *byte ^= pad);
	tag
}

/// The degree of the polynomial for this many bytes: their blocks, one more for the second string, header and
/// lengths.
pub(crate) fn degree(bytes: usize) -> u64 {
	bytes.div_ceil(BLOCK) as u64 + 3
}

#[cfg(test)]
mod tests {
	use super::*;

	fn block(hex: &str) -> [u8; 16] {
		let byte = |index| u8::from_str_radix(&hex[2 * index..2 * index + 2], 16).unwrap();
		std::array::from_fn(byte)
	}

	/// RFC 8452, appendix A: POLYVAL(H, X_1, X_2).
	#[test]
	fn the_known_answer_of_rfc_8452() {
		let mut polyval = Polyval::new(&block("25629347589242761d31f826ba4b757b").into());
		polyval.update(&[block("4f4f95668c83dfb6401762bb2d01a262").into()]);
		polyval.update(&[block("d1a24ddd2721d006bbe45f20d3c9f362").into()]);
		assert_eq!(<[u8; 16]>::from(polyval.finalize()), block("f7a3b47b846119fae5b7866cf5e5b77e"));
	}

	/// The layout, computed independently. The lengths distinguish trailing zeros and different boundaries.
	#[test]
	fn header_strings_and_lengths_are_hashed() {
		let key = block("25629347589242761d31f826ba4b757b");
		let header = block("4f4f95668c83dfb6401762bb2d01a262");
		let mut polyval = Polyval::new(&key.into());
		polyval.update(&[header.into(), block("01020000000000000000000000000000").into()]);
		polyval.update(&[block("03000000000000000000000000000000").into()]);
		polyval.update(&[block("02000000000000000100000000000000").into()]);
		assert_eq!(hash(&key, &header, [&[1, 2], &[3]]), <[u8; 16]>::from(polyval.finalize()));
		assert_ne!(hash(&key, &header, [&[1, 2], &[]]), hash(&key, &header, [&[1, 2, 0], &[]]));
		assert_ne!(hash(&key, &header, [&[1, 2], &[]]), hash(&key, &header, [&[], &[1, 2]]));
	}
}
