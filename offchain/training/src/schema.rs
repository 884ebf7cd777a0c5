//! The columns of a hospital's file, their meaning, and the features that they become.
//!
//! A schema is a TOML file. All hospitals of a study use the same one, so that a feature means the same
//! everywhere, even where a category never occurs. Hospitals with different *coding* can share it: a category
//! may have several spellings, and a numeric column may have another name and unit.
//!
//! ```toml
//! header = true                  # default false: columns are then found by position
//! delimiter = ","                # default; with a header, a file may have another one
//! missing = ["", "NA"]           # cells that mean "not known" in every column; default [""]
//! missing_policy = "impute-mean" # or "drop-row"
//!
//! [[column]]
//! name = "glucose"
//! type = "numeric"
//! unit = "mg/dL"                 # optional
//! minimum = 20                   # optional: what is plausible, in this unit; another value is refused
//! maximum = 1500
//! missing = ["0"]                # also means "not known", in this column only
//! alternatives = [{ name = "glucose_mmol_l", factor = 18.016 }] # needs a header
//!
//! [[column]]
//! name = "sex"
//! type = "categorical"           # one feature per category
//! categories = [["F", "female"], ["M", "male"]]
//! drop_first = true              # the first category is all zeros; default false
//!
//! [[column]]
//! name = "outcome"
//! type = "label"
//! classes = [["0"], ["1", "2"]]  # class 0, class 1
//! ```
//!
//! Categories and classes are text: `01882` is not `1882`, and `1E500` is not `1E900`. Only where every
//! declared value that looks like a number is a plain integer, as in `["1", "2", "3"]`, a cell may add `.0`,
//! as programs do that keep integers as floating-point numbers. Column names are compared exactly, or, where
//! none is the same, regardless of case.
//!
//! A number to be predicted, such as a length of stay, is a target in place of the label. What it is measured
//! in is the unit of the errors that are reported, and its magnitude stays below 1e9:
//!
//! ```toml
//! [[column]]
//! name = "length_of_stay"
//! type = "target"
//! unit = "d"
//! minimum = 0
//! alternatives = [{ name = "hours", factor = 0.041666666666666664 }]
//! ```
//!
//! With `missing_indicators = true` beside `missing_policy = "impute-mean"`, every numeric column that may be
//! missing, since there is a cell that means so, has a second feature: 1 where the value is missing, 0
//! elsewhere (as scikit-learn's `add_indicator`). Default false.
//!
//! A column of type `ignored` exists but is not read. With a header, columns that the schema does not name
//! are not read either.
//!
//! How the file of one hospital writes all this stands beside the file: see [`crate::format`].

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

mod declaration;
mod validation;

pub(crate) use declaration::Spelling;

/// Separates this hash from every other SHA-256 in the protocol.
const HASH_DOMAIN: &[u8] = b"consilium/schema/2\n";

/// A validated schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema(Declaration);

/// The TOML file. The order of the fields is part of the hash.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Declaration {
	#[serde(default)]
	header: bool,
	/// Of a file, not of what it means.
	#[serde(default = "default_delimiter", skip_serializing)]
	delimiter: char,
	#[serde(default = "default_missing")]
	missing: Vec<String>,
	missing_policy: MissingPolicy,
	#[serde(default, skip_serializing_if = "is_false")]
	missing_indicators: bool,
	#[serde(rename = "column")]
	columns: Vec<Column>,
}

fn default_delimiter() -> char {
	','
}

fn default_missing() -> Vec<String> {
	vec![String::new()]
}

/// A schema that does not use an option has the hash that it had before the option existed.
fn is_false(option: &bool) -> bool {
	!option
}

/// How rows with a missing feature are treated. A row without a label is always dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingPolicy {
	/// The row is dropped.
	DropRow,
	/// The value is replaced by the mean of the training rows; in a categorical column by their most
	/// frequent category.
	ImputeMean,
}

/// One column of the file.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "declaration::Entry")]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Column {
	/// Finite numbers; one feature.
	Numeric {
		/// Name in the header.
		name: String,
		/// Other names that the column may have, with conversions of their units.
		alternatives: Vec<Alternative>,
		/// Further cells that mean "not known", in this column only.
		#[serde(skip_serializing_if = "Vec::is_empty")]
		missing: Vec<String>,
		/// Of the values, such as `mg/dL`.
		#[serde(skip_serializing_if = "Option::is_none")]
		unit: Option<String>,
		/// Least plausible value.
		#[serde(skip_serializing_if = "Option::is_none")]
		minimum: Option<f64>,
		/// Greatest plausible value.
		#[serde(skip_serializing_if = "Option::is_none")]
		maximum: Option<f64>,
	},
	/// Values of a fixed set; one feature per value, 0 or 1.
	Categorical {
		/// Name in the header.
		name: String,
		/// The values, in the order of their features.
		categories: Vec<Category>,
		/// Whether the first category has no feature, which makes the other features linearly independent.
		drop_first: bool,
		/// Further cells that mean "not known", in this column only.
		#[serde(skip_serializing_if = "Vec::is_empty")]
		missing: Vec<String>,
	},
	/// The class to be predicted.
	Label {
		/// Name in the header.
		name: String,
		/// The values of class 0, class 1, and so on.
		classes: Vec<Category>,
		/// Further cells that mean "not known", in this column only.
		#[serde(skip_serializing_if = "Vec::is_empty")]
		missing: Vec<String>,
	},
	/// The number to be predicted.
	Target {
		/// Name in the header.
		name: String,
		/// Other names that the column may have, with conversions of their units.
		alternatives: Vec<Alternative>,
		/// Further cells that mean "not known", in this column only.
		#[serde(skip_serializing_if = "Vec::is_empty")]
		missing: Vec<String>,
		/// Of the values, such as `d`.
		#[serde(skip_serializing_if = "Option::is_none")]
		unit: Option<String>,
		/// Least plausible value.
		#[serde(skip_serializing_if = "Option::is_none")]
		minimum: Option<f64>,
		/// Greatest plausible value.
		#[serde(skip_serializing_if = "Option::is_none")]
		maximum: Option<f64>,
	},
	/// Not read.
	Ignored {
		/// Name in the header.
		name: String,
	},
}

impl Column {
	/// Name in the header.
	pub fn name(&self) -> &str {
		match self {
			Self::Numeric { name, .. }
			| Self::Categorical { name, .. }
			| Self::Label { name, .. }
			| Self::Target { name, .. }
			| Self::Ignored { name } => name,
		}
	}

	/// Cells that mean "not known" in this column, besides [`Schema::missing`].
	pub fn missing(&self) -> &[String] {
		match self {
			Self::Numeric { missing, .. }
			| Self::Categorical { missing, .. }
			| Self::Label { missing, .. }
			| Self::Target { missing, .. } => missing,
			Self::Ignored { .. } => &[],
		}
	}

	/// The values of a categorical column, or the classes of a label; empty otherwise.
	pub fn values(&self) -> &[Category] {
		match self {
			Self::Categorical { categories: values, .. } | Self::Label { classes: values, .. } => values,
			Self::Numeric { .. } | Self::Target { .. } | Self::Ignored { .. } => &[],
		}
	}

	/// Other names of a column of numbers, with conversions of their units; empty otherwise.
	pub fn alternatives(&self) -> &[Alternative] {
		match self {
			Self::Numeric { alternatives, .. } | Self::Target { alternatives, .. } => alternatives,
			Self::Categorical { .. } | Self::Label { .. } | Self::Ignored { .. } => &[],
		}
	}

	/// Whether the column is to be predicted.
	pub fn is_label(&self) -> bool {
		matches!(self, Self::Label { .. } | Self::Target { .. })
	}

	/// Whether the values are numbers.
	pub fn is_number(&self) -> bool {
		matches!(self, Self::Numeric { .. } | Self::Target { .. })
	}

	/// The unit of a column of numbers, if the schema has one.
	pub fn unit(&self) -> Option<&str> {
		match self {
			Self::Numeric { unit, .. } | Self::Target { unit, .. } => unit.as_deref(),
			Self::Categorical { .. } | Self::Label { .. } | Self::Ignored { .. } => None,
		}
	}

	/// The least and greatest plausible value of a column of numbers, if the schema has them.
	pub fn range(&self) -> (Option<f64>, Option<f64>) {
		match self {
			Self::Numeric { minimum, maximum, .. } | Self::Target { minimum, maximum, .. } => {
				(*minimum, *maximum)
			},
			Self::Categorical { .. } | Self::Label { .. } | Self::Ignored { .. } => (None, None),
		}
	}

	/// Whether the column becomes features.
	pub fn is_feature(&self) -> bool {
		matches!(self, Self::Numeric { .. } | Self::Categorical { .. })
	}
}

/// Another name of a column of numbers, and the conversion of its unit: `value * factor + offset`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
	/// Name in the header.
	pub name: String,
	/// Finite, not 0; default 1.
	#[serde(default = "default_factor")]
	pub factor: f64,
	/// Finite; default 0.
	#[serde(default)]
	pub offset: f64,
}

fn default_factor() -> f64 {
	1.0
}

/// The spellings of one category or class. In TOML a string or a list of strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Category(Vec<String>);

impl Category {
	/// Its spellings, at least one.
	pub fn spellings(&self) -> &[String] {
		&self.0
	}
}

/// Why a schema is invalid.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
	/// The file cannot be read.
	#[error("cannot read the schema {}: {source}; expected a TOML file", path.display())]
	Unreadable {
		/// The file.
		path: PathBuf,
		/// The system's reason.
		source: std::io::Error,
	},
	/// The file's content is invalid.
	#[error("schema {}: {source}", path.display())]
	InFile {
		/// The file.
		path: PathBuf,
		/// The reason.
		source: Box<SchemaError>,
	},
	/// Not TOML, an unknown or missing key, or a value of the wrong type. The message contains line and
	/// column.
	#[error("{0}")]
	Syntax(#[from] toml::de::Error),
	/// The delimiter is not possible in CSV.
	#[error("`delimiter` is {0:?}; use one ASCII character other than a quote or line break, such as \",\"")]
	Delimiter(char),
	/// There is not exactly one label or target.
	#[error(
		"{0} columns have type \"label\" or \"target\"; exactly one is needed: a label with classes, or a \
		 target, which is a number"
	)]
	Labels(usize),
	/// Missing values are to be indicated, and there are none.
	#[error(
		"`missing_indicators = true` needs `missing_policy = \"impute-mean\"` and at least one numeric \
		 column with a value for \"not known\" in `missing`; correct these, or remove it"
	)]
	NothingToIndicate,
	/// There are no features.
	#[error("no column becomes a feature; at least one must have type \"numeric\" or \"categorical\"")]
	NoFeature,
	/// A column's declaration is invalid.
	#[error("column `{column}`: {fault}")]
	Column {
		/// Its name.
		column: String,
		/// The reason and the remedy.
		fault: ColumnFault,
	},
}

/// Why a column's declaration is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnFault {
	/// The name is empty.
	#[error("`name` is empty; every column needs a name")]
	Unnamed,
	/// Two columns, or a column and an alternative, share a name.
	#[error("the name `{0}` is used twice; names must differ")]
	Duplicate(String),
	/// Alternatives without a header.
	#[error("`alternatives` needs `header = true`: without a header columns have no names")]
	AlternativeWithoutHeader,
	/// No number is plausible.
	#[error("`minimum` and `maximum` must be finite, and the minimum not above the maximum")]
	Range,
	/// A unit without a name.
	#[error("`unit` is empty; write one such as \"mg/dL\", or remove it")]
	Unit,
	/// A unit conversion that is not invertible.
	#[error("alternative `{0}`: `factor` must be finite and not 0, `offset` finite")]
	Conversion(String),
	/// A category or class without a spelling.
	#[error("an entry of `categories` or `classes` is an empty list; give it at least one value")]
	NoSpelling,
	/// A value with more than one meaning.
	#[error(
		"the value `{0}` is declared twice, or is also in `missing`; each value must have one meaning; what \
		 means \"not known\" in another column only can be `missing` of that column"
	)]
	Ambiguous(String),
	/// Too few categories or classes.
	#[error("{found} entries; at least {needed} are needed")]
	TooFew {
		/// Declared.
		found: usize,
		/// Least number.
		needed: usize,
	},
}

impl Schema {
	/// Parses and validates the TOML text of a schema.
	pub fn parse(text: &str) -> Result<Self, SchemaError> {
		// Editors on Windows begin a file with a byte-order mark.
		let declaration: Declaration = toml::from_str(text.trim_start_matches('\u{feff}'))?;
		validation::check(&declaration)?;
		Ok(Self(declaration))
	}

	/// Reads and validates a schema file.
	pub fn open(path: &Path) -> Result<Self, SchemaError> {
		let text = std::fs::read_to_string(path)
			.map_err(|source| SchemaError::Unreadable { path: path.into(), source })?;
		Self::parse(&text).map_err(|error| SchemaError::InFile { path: path.into(), source: Box::new(error) })
	}

	/// The hash that hospitals compare before they agree to a study: SHA-256 over `consilium/schema/2`, a
	/// line feed and the schema as compact JSON without the delimiter, with all defaults included and each
	/// category as a list; of a column without further markers, unit or range they are left out.
	/// Comments, white space and the order of keys in the TOML file are irrelevant; the order of columns and
	/// categories matters, since it is the order of the features.
	pub fn hash(&self) -> [u8; 32] {
		let canonical = serde_json::to_vec(&self.0).expect("strings and finite numbers have a JSON form");
		Sha256::new().chain_update(HASH_DOMAIN).chain_update(canonical).finalize().into()
	}

	/// Number of features, at least 1: `ModelSpec::features` of a study with this schema.
	pub fn features(&self) -> usize {
		self.feature_columns().map(|column| self.feature_count(column)).sum()
	}

	/// Names of the features in order: a numeric column's name, `column is missing` for its indicator, or
	/// `column=first spelling` for a category.
	pub fn feature_names(&self) -> Vec<String> {
		let mut names = Vec::with_capacity(self.features());
		for column in self.feature_columns() {
			match column {
				Column::Categorical { name, categories, drop_first, .. } => names.extend(
					categories
						.iter()
						.skip(usize::from(*drop_first))
						.filter_map(|category| category.0.first())
						.map(|spelling| format!("{name}={spelling}")),
				),
				_ => names.push(column.name().to_owned()),
			}
			if self.has_missing_indicator(column) {
				names.push(format!("{} is missing", column.name()));
			}
		}
		names
	}

	/// Number of classes, at least 2, or 0 if the label is a number: `ModelSpec::classes` of a study with
	/// this schema.
	pub fn classes(&self) -> usize {
		self.columns()
			.iter()
			.map(|column| if let Column::Label { classes, .. } = column { classes.len() } else { 0 })
			.sum()
	}

	/// The columns, in the order of the file when it has no header.
	pub fn columns(&self) -> &[Column] {
		&self.0.columns
	}

	/// The columns that become features, in the order of the features.
	pub fn feature_columns(&self) -> impl Iterator<Item = &Column> {
		self.columns().iter().filter(|column| column.is_feature())
	}

	/// Whether the first line of a file contains the column names.
	pub fn has_header(&self) -> bool {
		self.0.header
	}

	/// The character that separates cells; ASCII.
	pub fn delimiter(&self) -> u8 {
		self.0.delimiter as u8
	}

	/// How rows with a missing feature are treated.
	pub fn missing_policy(&self) -> MissingPolicy {
		self.0.missing_policy
	}

	/// Number of features that a column becomes.
	pub(crate) fn feature_count(&self, column: &Column) -> usize {
		match column {
			Column::Numeric { .. } => 1 + usize::from(self.has_missing_indicator(column)),
			Column::Categorical { categories, drop_first, .. } => categories.len() - usize::from(*drop_first),
			Column::Label { .. } | Column::Target { .. } | Column::Ignored { .. } => 0,
		}
	}

	/// Whether the column's feature is followed by one that says whether the value was missing.
	pub(crate) fn has_missing_indicator(&self, column: &Column) -> bool {
		let may_be_missing = !(self.missing().is_empty() && column.missing().is_empty());
		self.0.missing_indicators && may_be_missing && matches!(column, Column::Numeric { .. })
	}

	/// This schema with the policy [`MissingPolicy::ImputeMean`]. Its hash may differ.
	pub fn imputing(&self) -> Self {
		Self(Declaration { missing_policy: MissingPolicy::ImputeMean, ..self.0.clone() })
	}

	/// The cells that mean "not known".
	pub fn missing(&self) -> &[String] {
		&self.0.missing
	}
}
