//! Quotation marks that swallow rows.
//!
//! The CSV reader follows RFC 4180 where it can and accepts anything else: a quotation mark that never closes
//! makes the rest of the file one cell. The rows in it would vanish without a word.

use super::error::QuoteFault;

/// Checks the quoted cells of a whole file. `width` is the number of cells in a row.
///
/// Returns the line in which the first faulty cell begins, from 1, and what is wrong.
pub(super) fn check(text: &[u8], delimiter: u8, width: usize) -> Result<(), (u64, QuoteFault)> {
	let (mut at, mut line) = (0, 1);
	// Whether a quotation mark at `at` would open a cell.
	let mut begins_cell = true;
	while let Some(byte) = text.get(at) {
		match byte {
			b'"' if begins_cell => {
				let opened = line;
				at = quoted(text, at + 1, delimiter, width, &mut line).map_err(|fault| (opened, fault))?;
				begins_cell = false;
				continue;
			},
			byte if *byte == delimiter => begins_cell = true,
			b'\n' | b'\r' => {
				line += u64::from(ends_line(text, at));
				begins_cell = true;
			},
			_ => begins_cell = false,
		}
		at += 1;
	}
	Ok(())
}

/// Follows a quoted cell from the byte after its quotation mark; returns where it has ended.
fn quoted(
	text: &[u8],
	mut at: usize,
	delimiter: u8,
	width: usize,
	line: &mut u64,
) -> Result<usize, QuoteFault> {
	// Only whole lines within the cell can be rows; its first line is the end of the row that it is in.
	let (mut delimiters, mut is_whole_line, mut row_within) = (0, false, None);
	loop {
		match text.get(at) {
			None => return Err(QuoteFault::Unclosed),
			Some(b'"') if text.get(at + 1) == Some(&b'"') => at += 1,
			Some(b'"') => {
				let rest = &text[at + 1..];
				let blanks = rest.iter().take_while(|byte| **byte == b' ').count();
				if let Some(row) = row_within {
					return Err(QuoteFault::RowWithin(row));
				}
				return match rest.get(blanks) {
					Some(byte) if *byte != delimiter && *byte != b'\n' && *byte != b'\r' => {
						Err(QuoteFault::TextAfter(*line))
					},
					_ => Ok(at + 1 + blanks),
				};
			},
			Some(b'\n' | b'\r') => {
				if is_whole_line && width > 1 && delimiters + 1 == width {
					row_within.get_or_insert(*line);
				}
				if ends_line(text, at) {
					*line += 1;
					(delimiters, is_whole_line) = (0, true);
				}
			},
			Some(byte) => delimiters += usize::from(*byte == delimiter),
		}
		at += 1;
	}
}

/// Whether the line break at `at` is a line feed, or a carriage return without one.
fn ends_line(text: &[u8], at: usize) -> bool {
	text[at] == b'\n' || text.get(at + 1) != Some(&b'\n')
}
