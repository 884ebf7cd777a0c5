//! Numbers in the notation of a file.

use super::cell::CellFault;
use crate::format::{Notation, THOUSANDS_MARKS};

/// Digits between two thousands marks.
const GROUP: usize = 3;

/// Why text is not a number in a notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberFault {
	/// It is none in any notation.
	NotANumber,
	/// It has a comma, a point or a group of digits that the notation does not allow.
	Notation,
}

impl Notation {
	/// The number that `text` writes. It may be infinite or NaN.
	pub fn parse(self, text: &str) -> Result<f64, NumberFault> {
		let parsed = if self == Self::default() { text.parse().ok() } else { self.plain(text) };
		parsed.ok_or_else(|| match is_notation(text) {
			true => NumberFault::Notation,
			false => NumberFault::NotANumber,
		})
	}

	/// Removes thousands marks, writes the decimal mark as a point, and parses.
	fn plain(self, text: &str) -> Option<f64> {
		let (mantissa, exponent) = match text.find(['e', 'E']) {
			Some(start) => text.split_at(start),
			None => (text, ""),
		};
		let (integer, fraction) = match mantissa.split_once(self.decimal) {
			Some((integer, fraction)) => (integer, Some(fraction)),
			None => (mantissa, None),
		};
		let mut plain = self.without_marks(integer)?;
		if let Some(fraction) = fraction {
			plain.push('.');
			plain.push_str(fraction);
		}
		// Of a point that is not the decimal mark, Rust must not make one.
		let has_point = integer.contains('.') && self.thousands != Some('.');
		if has_point || fraction.is_some_and(|fraction| !fraction.bytes().all(|byte| byte.is_ascii_digit())) {
			return None;
		}
		plain.push_str(exponent);
		plain.parse().ok()
	}

	/// The integer part; `None` if its thousands marks are not between groups of three digits.
	fn without_marks(self, integer: &str) -> Option<String> {
		let Some(mark) = self.thousands else { return Some(integer.to_owned()) };
		let mut groups = integer.split(|other| is_same(mark, other));
		let first = groups.next()?;
		let digits = first.trim_start_matches(['+', '-']);
		let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
		let mut plain = first.to_owned();
		let mut is_grouped = false;
		for group in groups {
			is_grouped = true;
			if group.len() != GROUP || !is_digits(group) {
				return None;
			}
			plain.push_str(group);
		}
		let is_group = (1..=GROUP).contains(&digits.len()) && is_digits(digits);
		(!is_grouped || is_group).then_some(plain)
	}
}

/// Whether a character is this thousands mark: any space is as good as another, and any apostrophe.
fn is_same(mark: char, other: char) -> bool {
	match mark {
		' ' => other.is_whitespace(),
		'\'' | '’' => ['\'', '’'].contains(&other),
		_ => mark == other,
	}
}

/// Whether text is a number in some notation.
fn is_notation(text: &str) -> bool {
	let thousands = THOUSANDS_MARKS.into_iter().map(Some).chain([None]);
	thousands.into_iter().any(|thousands| {
		['.', ','].iter().any(|decimal| Notation { decimal: *decimal, thousands }.plain(text).is_some())
	})
}

impl Notation {
	/// The fault of a cell that is a number in another notation; `format` is the file that declares this one.
	pub(super) fn fault(self, format: &str) -> CellFault {
		let thousands = match self.thousands {
			Some(mark) => format!("\"{mark}\" between groups of three digits"),
			None => "no thousands mark".to_owned(),
		};
		CellFault::Notation {
			expected: format!("\"{}\" as decimal mark and {thousands}", self.decimal),
			format: format.to_owned(),
		}
	}
}
