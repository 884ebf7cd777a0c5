//! Collects the faults of a file.

use super::error::{LineFault, RowFault, TableError, MAX_FAULTS, MAX_LINES};

/// The faults of a file.
pub(super) struct Faults<'a> {
	file: &'a str,
	faults: Vec<LineFault>,
	more: usize,
}

impl<'a> Faults<'a> {
	pub fn new(file: &'a str) -> Self {
		Self { file, faults: Vec::new(), more: 0 }
	}

	pub fn add(&mut self, line: u64, fault: RowFault) {
		if let Some(known) = self.faults.iter_mut().find(|known| known.fault == fault) {
			known.count += 1;
			if known.lines.len() < MAX_LINES {
				known.lines.push(line);
			}
		} else if self.faults.len() < MAX_FAULTS {
			self.faults.push(LineFault { fault, lines: vec![line], count: 1 });
		} else {
			self.more += 1;
		}
	}

	/// `hints` say what may be the reason.
	pub fn finish(self, hints: Vec<String>) -> Result<(), TableError> {
		if self.faults.is_empty() {
			return Ok(());
		}
		Err(TableError::Lines { file: self.file.to_owned(), faults: self.faults, more: self.more, hints })
	}
}
