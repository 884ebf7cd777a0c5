//! From a file's bytes to CSV in UTF-8 with a known delimiter.

use crate::{format::Format, schema::Schema};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, UTF_8};
use std::borrow::Cow;

/// Delimiters that a file with a header may have instead of the schema's.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A file's text. Cells that nobody reads need not be UTF-8.
pub(super) struct Source<'a> {
	pub text: Cow<'a, [u8]>,
	pub delimiter: u8,
	/// Lines before `text`.
	pub skipped: u64,
	/// Declarations that the file contradicts.
	pub notices: Vec<String>,
}

/// The file is not text in this encoding, although it is declared or begins so.
pub(super) struct Undecodable {
	pub encoding: &'static str,
}

impl<'a> Source<'a> {
	/// Decodes the text, removes a first line such as `sep=;`, and finds the delimiter: the declared one, or
	/// the schema's, or in a file with a header the only one under which all columns are there, as
	/// `is_header` decides.
	pub fn new(
		bytes: &'a [u8],
		schema: &Schema,
		format: &Format,
		is_header: impl Fn(&[u8], u8) -> bool,
	) -> Result<Self, Undecodable> {
		let mut notices = Vec::new();
		let mut text = decode(bytes, format, &mut notices)?;
		let (mut delimiter, mut skipped) = (format.delimiter.unwrap_or(schema.delimiter()), 0);
		if let Some((stated, length)) = separator_line(&text) {
			if format.delimiter.is_some_and(|declared| declared != stated) {
				let file = &format.name;
				notices.push(format!(
					"begins with a line that declares another `delimiter` than {file}; it counts, remove \
					 that of {file}"
				));
			}
			(delimiter, skipped) = (stated, 1);
			text = match text {
				Cow::Borrowed(text) => Cow::Borrowed(&text[length..]),
				Cow::Owned(text) => Cow::Owned(text[length..].to_vec()),
			};
		} else if format.delimiter.is_none() && format.has_header(schema) && !is_header(&text, delimiter) {
			let others: Vec<u8> = DELIMITERS.into_iter().filter(|other| is_header(&text, *other)).collect();
			if let [only] = others.as_slice() {
				delimiter = *only;
			}
		}
		Ok(Self { text, delimiter, skipped, notices })
	}
}

/// The text in UTF-8 without a byte-order mark, which decides the encoding if there is one. Without one, and
/// without a declared encoding, it is left as it is: its cells are checked when they are read.
fn decode<'a>(
	bytes: &'a [u8],
	format: &Format,
	notices: &mut Vec<String>,
) -> Result<Cow<'a, [u8]>, Undecodable> {
	let (marked, start) = match Encoding::for_bom(bytes) {
		Some((encoding, length)) => (Some(encoding), length),
		None => (None, 0),
	};
	let declared = format.encoding.filter(|declared| marked.is_none_or(|marked| marked == *declared));
	if format.encoding != declared {
		let (file, marked) = (&format.name, marked.map_or("", Encoding::name));
		notices.push(format!("begins as {marked}, and is read so; correct `encoding` in {file}"));
	}
	let rest = &bytes[start..];
	let is_wide = [Some(UTF_16LE), Some(UTF_16BE)].contains(&marked);
	let Some(encoding) = declared.or(marked.filter(|_| is_wide)) else { return Ok(Cow::Borrowed(rest)) };
	let is_narrow = ![UTF_8, UTF_16LE, UTF_16BE].contains(&encoding);
	if is_narrow && !rest.is_ascii() && std::str::from_utf8(rest).is_ok() {
		let (file, name) = (&format.name, encoding.name());
		notices.push(format!("is read as {name}, but is valid UTF-8; remove `encoding` from {file}"));
	}
	match encoding.decode_without_bom_handling_and_without_replacement(rest) {
		Some(Cow::Borrowed(text)) => Ok(Cow::Borrowed(text.as_bytes())),
		Some(Cow::Owned(text)) => Ok(Cow::Owned(text.into_bytes())),
		None => Err(Undecodable { encoding: encoding.name() }),
	}
}

/// The delimiter that a first line such as `sep=;` declares for spreadsheets, and the line's length.
fn separator_line(text: &[u8]) -> Option<(u8, usize)> {
	let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter, rest @ ..] = text else { return None };
	let line_break = match rest {
		[b'\r', b'\n', ..] => 2,
		[b'\r' | b'\n', ..] => 1,
		_ => return None,
	};
	(delimiter.is_ascii() && !b"\"\r\n".contains(delimiter)).then_some((*delimiter, 5 + line_break))
}
