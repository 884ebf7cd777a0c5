//! From a file's bytes to CSV in UTF-8 with a known delimiter.

use crate::schema::Schema;
use std::borrow::Cow;

/// Delimiters that a file with a header may have instead of the schema's.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A file's text. Cells that nobody reads need not be UTF-8.
pub(super) struct Source<'a> {
	pub text: Cow<'a, [u8]>,
	pub delimiter: u8,
	/// Lines before `text`.
	pub skipped: u64,
}

/// The file is not valid UTF-16, although it begins so.
pub(super) struct NotUtf16;

impl<'a> Source<'a> {
	/// Decodes UTF-16 with a byte-order mark, removes that of UTF-8 and a first line such as `sep=;`, and
	/// finds the delimiter: the schema's, or in a file with a header the only one under which all columns
	/// are there, as `is_header` decides.
	pub fn new(
		bytes: &'a [u8],
		schema: &Schema,
		is_header: impl Fn(&[u8], u8) -> bool,
	) -> Result<Self, NotUtf16> {
		let mut text = match bytes {
			[0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)?),
			[0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)?),
			[0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
			_ => Cow::Borrowed(bytes),
		};
		let (mut delimiter, mut skipped) = (schema.delimiter(), 0);
		if let Some((declared, length)) = separator_line(&text) {
			(delimiter, skipped) = (declared, 1);
			text = match text {
				Cow::Borrowed(text) => Cow::Borrowed(&text[length..]),
				Cow::Owned(text) => Cow::Owned(text[length..].to_vec()),
			};
		} else if schema.has_header() && !is_header(&text, delimiter) {
			let others: Vec<u8> = DELIMITERS.into_iter().filter(|other| is_header(&text, *other)).collect();
			if let [only] = others.as_slice() {
				delimiter = *only;
			}
		}
		Ok(Self { text, delimiter, skipped })
	}
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Vec<u8>, NotUtf16> {
	let (pairs, rest) = bytes.as_chunks::<2>();
	if !rest.is_empty() {
		return Err(NotUtf16);
	}
	let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
	text.map(String::into_bytes).map_err(|_| NotUtf16)
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
