//! A configuration file while it is checked.

use crate::{ConfigError, Fault};
use serde::de::DeserializeOwned;
use std::{
	fmt::Display,
	ops::{Range, RangeInclusive},
	path::{Path, PathBuf},
};
use toml::de::{DeTable, DeValue};

/// The text of a TOML file, and the faults found in its values so far.
#[derive(Debug)]
pub struct Document {
	path: PathBuf,
	text: String,
	faults: Vec<Fault>,
}

impl Document {
	/// The file at `path`.
	///
	/// # Errors
	/// [`ConfigError::Unreadable`].
	pub fn read(path: &Path) -> Result<Self, ConfigError> {
		let text = std::fs::read_to_string(path)
			.map_err(|source| ConfigError::Unreadable { path: path.into(), source })?;
		Ok(Self::new(path, &text))
	}

	/// The text of a file at `path`, which need not exist.
	pub fn new(path: &Path, text: &str) -> Self {
		Self { path: path.into(), text: text.into(), faults: Vec::new() }
	}

	/// The values of the file.
	///
	/// # Errors
	/// If it is not TOML, lacks a key, has an unknown one, or if a value has the wrong type or form.
	pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
		toml::from_str(&self.text).map_err(|error| {
			let span = error.span().unwrap_or_default();
			let message = error.message().to_owned();
			ConfigError::Invalid(vec![Fault::new(self.path.clone(), &self.text, span, None, message)])
		})
	}

	/// Requires a condition of the value at `key`, or else adds a [fault](Self::fault).
	pub fn require(&mut self, key: &str, holds: bool, message: impl Display) {
		if !holds {
			self.fault(key, message);
		}
	}

	/// Adds a fault of the value at `key`. The message follows the key: what is wrong, and what would be
	/// right.
	pub fn fault(&mut self, key: &str, message: impl Display) {
		let steps: Vec<_> = key.split('.').collect();
		let name: Vec<_> = steps.iter().copied().filter(|step| step.parse::<usize>().is_err()).collect();
		self.fault_at(&steps, &name.join("."), message);
	}

	/// As [`Self::fault`], for a key of which a part may contain a point. The message calls it `name`.
	pub fn fault_at(&mut self, steps: &[&str], name: &str, message: impl Display) {
		let (span, message) = (self.span(steps), message.to_string());
		let fault = Fault::new(self.path.clone(), &self.text, span, Some(name.to_owned()), message);
		let is_same = |other: &Fault| (&other.key, other.line) == (&fault.key, fault.line);
		if !self.faults.iter().any(is_same) {
			self.faults.push(fault);
		}
	}

	/// Requires a number within a range.
	pub fn range<T: PartialOrd + Display>(&mut self, key: &str, value: T, range: RangeInclusive<T>) {
		let (start, end) = (range.start(), range.end());
		let message = format!("is {value}; it must be {start} to {end}");
		self.require(key, range.contains(&value), message);
	}

	/// Resolves a path and requires a file there.
	pub fn file(&mut self, key: &str, path: &mut PathBuf) {
		*path = self.resolve(path);
		let message = format!(
			"names {}, which is not a file; relative paths begin at the folder of this configuration",
			path.display()
		);
		self.require(key, path.is_file(), message);
	}

	/// A path as it is, if absolute, or else from the folder of this file on.
	pub fn resolve(&self, path: &Path) -> PathBuf {
		self.path.parent().unwrap_or(Path::new("")).join(path)
	}

	/// The checked value.
	///
	/// # Errors
	/// All faults found.
	pub fn finish<T>(self, value: T) -> Result<T, ConfigError> {
		if self.faults.is_empty() {
			Ok(value)
		} else {
			Err(ConfigError::Invalid(self.faults))
		}
	}

	/// Where the value at a key is; if it is missing, where the innermost table of its path begins.
	fn span(&self, steps: &[&str]) -> Range<usize> {
		let Ok(root) = DeTable::parse(&self.text) else { return 0..0 };
		let mut span = 0..0;
		let mut value = &DeValue::Table(root.into_inner());
		for step in steps {
			let next = match (step.parse::<usize>(), value) {
				(Ok(index), DeValue::Array(_)) => value.get(index),
				_ => value.get(*step),
			};
			let Some(next) = next else { break };
			span = next.span();
			value = next.get_ref();
		}
		span
	}
}
