//! Questions about blocks, and their encoding.

use crate::wire::{write_number, Malformed, Reader};

/// A block whose parity is requested: bits `start .. start + length` of a frame in the order of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
	/// Number of the frame, from 0.
	pub frame: u32,
	/// Number of the pass, from 0.
	pub pass: u8,
	/// First bit.
	pub start: u32,
	/// Bits.
	pub length: u32,
}

/// Appends queries: their number, then groups of the same frame and pass: frame, pass, number, and for each
/// query its length and before it its start less the previous query's start (modulo 2^32; less 0 for the
/// first one); all in LEB128.
pub(crate) fn write_queries(bytes: &mut Vec<u8>, queries: &[Query]) {
	write_number(bytes, queries.len() as u64);
	for group in queries.chunk_by(|a, b| (a.frame, a.pass) == (b.frame, b.pass)) {
		write_number(bytes, group[0].frame.into());
		write_number(bytes, group[0].pass.into());
		write_number(bytes, group.len() as u64);
		let mut last = 0;
		for query in group {
			write_number(bytes, query.start.wrapping_sub(last).into());
			write_number(bytes, query.length.into());
			last = query.start;
		}
	}
}

/// Reads queries. Groups must not be empty, and adjacent groups must differ in frame or pass.
pub(crate) fn read_queries(reader: &mut Reader<'_>, limit: usize) -> Result<Vec<Query>, Malformed> {
	const FIELD: &str = "questions";
	let total = reader.count(limit, FIELD)?;
	// At least two bytes per query, which bounds what is allocated.
	if total > reader.0.len() / 2 {
		return Err(Malformed::Short(FIELD));
	}
	let small = |reader: &mut Reader<'_>| {
		reader.number(FIELD).and_then(|number| u32::try_from(number).map_err(|_| Malformed::Field(FIELD)))
	};
	let mut queries = Vec::with_capacity(total);
	let mut group = None;
	while queries.len() < total {
		let frame = small(reader)?;
		let pass = u8::try_from(small(reader)?).map_err(|_| Malformed::Field(FIELD))?;
		let count = small(reader)? as usize;
		if count == 0 || count > total - queries.len() || group.replace((frame, pass)) == Some((frame, pass))
		{
			return Err(Malformed::Field(FIELD));
		}
		let mut last = 0u32;
		for _ in 0..count {
			let start = last.wrapping_add(small(reader)?);
			queries.push(Query { frame, pass, start, length: small(reader)? });
			last = start;
		}
	}
	Ok(queries)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	proptest! {
		#[test]
		fn queries_round_trip(
			list in prop::collection::vec((0u32..3, 0u8..2, any::<u32>(), any::<u32>()), 0..40),
		) {
			let queries: Vec<Query> = list
				.into_iter()
				.map(|(frame, pass, start, length)| Query { frame, pass, start, length })
				.collect();
			let mut bytes = Vec::new();
			write_queries(&mut bytes, &queries);
			let mut reader = Reader(&bytes);
			prop_assert_eq!(read_queries(&mut reader, 40), Ok(queries));
			prop_assert_eq!(reader.end(), Ok(()));
		}

		#[test]
		fn encodings_are_unique(bytes in prop::collection::vec(0u8..6, 0..60)) {
			let mut reader = Reader(&bytes);
			if let Ok(queries) = read_queries(&mut reader, 1000) {
				let mut again = Vec::new();
				write_queries(&mut again, &queries);
				prop_assert_eq!(&again, &bytes[..bytes.len() - reader.0.len()]);
			}
		}
	}
}
