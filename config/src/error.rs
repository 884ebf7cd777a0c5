//! What is wrong with a configuration.

use std::{fmt, io, ops::Range, path::PathBuf};

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
	/// The file cannot be read.
	#[error("cannot read the configuration {}: {source}", path.display())]
	Unreadable {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: io::Error,
	},
	/// The file was read, but it or its values are not valid.
	#[error("{}", .0.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))]
	Invalid(Vec<Fault>),
}

/// A fault and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
	/// The file.
	pub path: PathBuf,
	/// The line, from 1.
	pub line: usize,
	/// The column, in characters from 1.
	pub column: usize,
	/// The key with its tables, such as `links.peer`; `None` where TOML or a type is violated.
	pub key: Option<String>,
	/// What is wrong and what would be right. Follows the key.
	pub message: String,
	/// The line of the file, with a mark under the value.
	excerpt: String,
}

impl Fault {
	/// A fault of `text[span]`. Beyond the end of the text it is at the end.
	pub(crate) fn new(
		path: PathBuf,
		text: &str,
		span: Range<usize>,
		key: Option<String>,
		message: String,
	) -> Self {
		let before = text.get(..span.start).unwrap_or(text);
		let start = before.rfind('\n').map_or(0, |newline| newline + 1);
		let line = 1 + before.matches('\n').count();
		let content = text[start..].lines().next().unwrap_or_default();
		let column = 1 + before[start..].chars().count();
		let end = span.end.min(start + content.len());
		let width = text.get(span.start..end).map_or(1, |marked| marked.chars().count().max(1));
		// Tabs are kept, so that the mark is below the value.
		let indent: String =
			before[start..].chars().map(|char| if char == '\t' { '\t' } else { ' ' }).collect();
		let gutter = " ".repeat(line.to_string().len());
		let mark = "^".repeat(width);
		let excerpt = format!("{gutter} |\n{line} | {content}\n{gutter} | {indent}{mark}");
		Self { path, line, column, key, message, excerpt }
	}
}

impl fmt::Display for Fault {
	fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
		let Self { path, line, column, key, message, excerpt } = self;
		write!(formatter, "{}, line {line}, column {column}: ", path.display())?;
		if let Some(key) = key {
			write!(formatter, "`{key}` ")?;
		}
		write!(formatter, "{message}\n{excerpt}")
	}
}
