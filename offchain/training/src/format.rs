//! How one hospital's file writes what the schema means.
//!
//! A schema is shared by all hospitals of a study; how a hospital's program exports a table is not. It stands
//! in a TOML file beside the CSV file, `records.format.toml` for `records.csv`, which nobody else needs to
//! see and which is in no hash. Without one, a file is read as the schema describes it. All keys are
//! optional:
//!
//! ```toml
//! delimiter = ";"            # default: found out, if there is a header
//! encoding = "windows-1252"  # default: UTF-8, or UTF-16 with a byte-order mark
//! decimal_mark = ","         # default "."
//! thousands_mark = "."       # default: none
//! header = true              # default: as the schema says
//! missing = ["k.A."]         # further cells that mean "not known", in every column
//! id = "Fallnummer"          # column of the file with the patient's identifier; never leaves the hospital
//!
//! [column.glucose]           # a column of the schema
//! name = "Glukose"           # what this file calls it
//! unit = "mmol/l"            # what this file has it in; cells may end with it
//! factor = 18.016            # to the schema's unit: value * factor + offset
//! missing = ["n.b."]         # further cells that mean "not known", in this column
//! censored = "half-limit"    # or "limit" or "missing": what "<0.2" becomes; ">100" becomes 100 or missing
//!
//! [column.sex]
//! values = { "männlich" = "M", "weiblich" = "F" } # cell of this file = value of the schema
//!
//! [column.crp]
//! absent = true              # this hospital never measures it
//! ```

use crate::schema::{Column, Schema};
use consilium_config::{ConfigError, Document};
use encoding_rs::Encoding;
use serde::Deserialize;
use std::{
	collections::BTreeMap,
	io,
	path::{Path, PathBuf},
};

mod declaration;

/// Ending of the file beside a CSV file.
const EXTENSION: &str = "format.toml";

/// Marks that separate thousands somewhere. A space stands for every kind of space, an apostrophe for both.
pub(crate) const THOUSANDS_MARKS: [char; 6] = [',', '.', '\'', '’', ' ', '_'];

/// How a file is written; the default is as the schema describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Format {
	/// Name of the file that declares it, or would.
	pub(crate) name: String,
	pub(crate) is_declared: bool,
	pub(crate) header: Option<bool>,
	pub(crate) delimiter: Option<u8>,
	pub(crate) encoding: Option<&'static Encoding>,
	pub(crate) notation: Notation,
	pub(crate) missing: Vec<String>,
	pub(crate) id: Option<String>,
	columns: BTreeMap<String, ColumnFormat>,
}

/// The marks in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Notation {
	pub decimal: char,
	pub thousands: Option<char>,
}

impl Default for Notation {
	fn default() -> Self {
		Self { decimal: '.', thousands: None }
	}
}

/// How a file writes one column of the schema.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ColumnFormat {
	/// In the header, if it is not the schema's.
	pub name: Option<String>,
	/// The file's unit.
	pub unit: Option<String>,
	/// From the file's unit to the schema's.
	pub conversion: Option<Conversion>,
	pub missing: Vec<String>,
	/// From cells to values of the schema.
	pub values: BTreeMap<String, String>,
	pub censored: Censored,
	/// Never measured here.
	pub is_absent: bool,
}

/// `value * factor + offset`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Conversion {
	pub factor: f64,
	pub offset: f64,
}

impl Conversion {
	pub const NONE: Self = Self { factor: 1.0, offset: 0.0 };

	pub fn apply(self, value: f64) -> f64 {
		value * self.factor + self.offset
	}
}

/// What becomes of a value of which only a limit is known, such as `<0.2`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Censored {
	/// The file is refused.
	#[default]
	Refuse,
	/// The limit.
	Limit,
	/// Half the limit of `<0.2`; the limit of `>100`.
	HalfLimit,
	/// A missing value.
	Missing,
}

impl Default for Format {
	fn default() -> Self {
		Self {
			name: format!("NAME.{EXTENSION}"),
			is_declared: false,
			header: None,
			delimiter: None,
			encoding: None,
			notation: Notation::default(),
			missing: Vec::new(),
			id: None,
			columns: BTreeMap::new(),
		}
	}
}

impl Format {
	/// Where the format of a CSV file is declared: `records.format.toml` for `records.csv`, in its folder.
	pub fn path(csv: &Path) -> PathBuf {
		csv.with_extension(EXTENSION)
	}

	/// Whether this is the name of a file that declares a format.
	pub(crate) fn is_path(file: &str) -> bool {
		file.strip_suffix(EXTENSION).is_some_and(|stem| stem.ends_with('.'))
	}

	/// The format of a CSV file with this schema; the default if none is declared.
	pub fn beside(csv: &Path, schema: &Schema) -> Result<Self, ConfigError> {
		let path = Self::path(csv);
		match std::fs::read_to_string(&path) {
			Ok(text) => Self::parse(&path, &text, schema),
			Err(error) if error.kind() == io::ErrorKind::NotFound => {
				Ok(Self { name: file_name(&path), ..Self::default() })
			},
			Err(source) => Err(ConfigError::Unreadable { path, source }),
		}
	}

	/// Parses the text of the file `path`, which need not exist. All faults are in the error, each with its
	/// line.
	pub fn parse(path: &Path, text: &str, schema: &Schema) -> Result<Self, ConfigError> {
		// Editors on Windows begin a file with a byte-order mark.
		let document = Document::new(path, text.trim_start_matches('\u{feff}'));
		let declared: declaration::File = document.deserialize()?;
		declared.check(document, schema, file_name(path))
	}

	/// Whether the first line of the file has the names of the columns.
	pub(crate) fn has_header(&self, schema: &Schema) -> bool {
		self.header.unwrap_or_else(|| schema.has_header())
	}

	/// What is declared of a column of the schema.
	pub(crate) fn column(&self, column: &Column) -> Option<&ColumnFormat> {
		self.columns.get(column.name())
	}

	/// Whether this hospital never measures the column.
	pub(crate) fn is_absent(&self, column: &Column) -> bool {
		self.column(column).is_some_and(|declared| declared.is_absent)
	}
}

fn file_name(path: &Path) -> String {
	path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
