//! Which columns a hospital's file has, what they mean, and which features they become.
//!
//! A schema is a TOML file. All hospitals of a study use the same one, so that feature 7 is the same
//! thing everywhere, also where a category never occurs. Hospitals that *code* differently still share
//! it: a category may have several spellings, and a numeric column may stand under another name in
//! another unit.
//!
//! ```toml
//! header = true                  # default false: columns are then found by position
//! delimiter = ","                # default
//! missing = ["", "NA"]           # cells that mean "not known"; default [""]
//! missing_policy = "impute-mean" # or "drop-row"
//!
//! [[column]]
//! name = "glucose"               # mg/dL
//! type = "numeric"
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
//! A column of type `ignored` is there but not read. With a header, columns that the schema does not
//! name are not read either.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

mod validation;

/// Separates this hash from every other SHA-256 in the protocol.
const HASH_DOMAIN: &[u8] = b"consilium/schema/1\n";

/// A checked schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema(Declaration);

/// The TOML file. The order of the fields is part of the hash.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Declaration {
	#[serde(default)]
	header: bool,
	#[serde(default = "default_delimiter")]
	delimiter: char,
	#[serde(default = "default_missing")]
	missing: Vec<String>,
	missing_policy: MissingPolicy,
	#[serde(rename = "column")]
	columns: Vec<Column>,
}

fn default_delimiter() -> char {
	','
}

fn default_missing() -> Vec<String> {
	vec![String::new()]
}

/// What happens to a row with a missing value in a feature. A row without a label is always dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingPolicy {
	/// The row is dropped.
	DropRow,
	/// The mean of the training rows stands in; for a categorical column their most frequent category.
	ImputeMean,
}

/// One column of the file.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Column {
	/// A finite number; one feature.
	Numeric {
		/// Name in the header.
		name: String,
		/// Other names the column may have, with the unit it then is in.
		#[serde(default)]
		alternatives: Vec<Alternative>,
	},
	/// One of a fixed set of values; one feature for each, 0 or 1.
	Categorical {
		/// Name in the header.
		name: String,
		/// The values, in the order of their features.
		categories: Vec<Category>,
		/// Whether the first category gets no feature, which makes the others independent.
		#[serde(default)]
		drop_first: bool,
	},
	/// What is predicted.
	Label {
		/// Name in the header.
		name: String,
		/// The values of class 0, of class 1, and so on.
		classes: Vec<Category>,
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
			| Self::Ignored { name } => name,
		}
	}

	/// Whether the column becomes features.
	pub fn is_feature(&self) -> bool {
		matches!(self, Self::Numeric { .. } | Self::Categorical { .. })
	}
}

/// Another name for a numeric column, and how its unit is converted: `value * factor + offset`.
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
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "Spellings")]
pub struct Category(Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Spellings {
	One(String),
	Several(Vec<String>),
}

impl From<Spellings> for Category {
	fn from(spellings: Spellings) -> Self {
		match spellings {
			Spellings::One(spelling) => Self(vec![spelling]),
			Spellings::Several(spellings) => Self(spellings),
		}
	}
}

impl Category {
	/// Its spellings, at least one.
	pub fn spellings(&self) -> &[String] {
		&self.0
	}
}

/// A cell as categories and missing markers are compared: numbers by value, so that `0` is `0.0`,
/// anything else by its text.
pub(crate) fn canonical_value(cell: &str) -> String {
	match cell.parse::<f64>() {
		Ok(number) => (number + 0.0).to_string(),
		Err(_) => cell.to_owned(),
	}
}

/// What is wrong with a schema.
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
	/// The file's content is wrong.
	#[error("schema {}: {source}", path.display())]
	InFile {
		/// The file.
		path: PathBuf,
		/// What is wrong.
		source: Box<SchemaError>,
	},
	/// Not TOML, an unknown or missing key, or a value of the wrong type. The message has line and column.
	#[error("{0}")]
	Syntax(#[from] toml::de::Error),
	/// A delimiter that the CSV format cannot have.
	#[error(
		"`delimiter` is {0:?}; use one ASCII character that is no quote and no line break, such as \",\""
	)]
	Delimiter(char),
	/// Not exactly one label.
	#[error("{0} columns have type \"label\"; exactly one must")]
	Labels(usize),
	/// Nothing to learn from.
	#[error("no column becomes a feature; at least one must have type \"numeric\" or \"categorical\"")]
	NoFeature,
	/// A column's declaration is wrong.
	#[error("column `{column}`: {fault}")]
	Column {
		/// Its name.
		column: String,
		/// What is wrong and what would be right.
		fault: ColumnFault,
	},
}

/// What is wrong with one column's declaration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnFault {
	/// No name.
	#[error("`name` is empty; every column needs one")]
	Unnamed,
	/// Two columns, or a column and an alternative, share a name.
	#[error("the name `{0}` is used twice; names must differ")]
	Duplicate(String),
	/// Alternatives are found by name.
	#[error("`alternatives` needs `header = true`: without a header columns have no names")]
	AlternativeWithoutHeader,
	/// A unit conversion that loses the value.
	#[error("alternative `{0}`: `factor` must be finite and not 0, `offset` finite")]
	Conversion(String),
	/// A category or class without spelling.
	#[error("an entry of `categories` or `classes` is an empty list; give it at least one value")]
	NoSpelling,
	/// One value would be two categories, or a category and missing.
	#[error("the value `{0}` is declared twice, or is also in `missing`; each value may mean one thing")]
	Ambiguous(String),
	/// Too few categories to make a feature of, or too few classes.
	#[error("{found} entries; needs at least {needed}")]
	TooFew {
		/// Declared.
		found: usize,
		/// Least number.
		needed: usize,
	},
}

impl Schema {
	/// Reads and checks the TOML text of a schema.
	pub fn parse(text: &str) -> Result<Self, SchemaError> {
		let declaration: Declaration = toml::from_str(text)?;
		validation::check(&declaration)?;
		Ok(Self(declaration))
	}

	/// Reads and checks a schema file.
	pub fn open(path: &Path) -> Result<Self, SchemaError> {
		let text = std::fs::read_to_string(path)
			.map_err(|source| SchemaError::Unreadable { path: path.into(), source })?;
		Self::parse(&text).map_err(|error| SchemaError::InFile { path: path.into(), source: Box::new(error) })
	}

	/// What hospitals compare before they agree to a study: SHA-256 over `consilium/schema/1`, a line feed
	/// and the schema as compact JSON, with every default written out and each category as a list.
	/// Comments, white space and the order of keys in the TOML file make no difference; the order of
	/// columns and categories does, since it is the order of the features.
	pub fn hash(&self) -> [u8; 32] {
		let canonical = serde_json::to_vec(&self.0).expect("strings and finite numbers have a JSON form");
		Sha256::new().chain_update(HASH_DOMAIN).chain_update(canonical).finalize().into()
	}

	/// Number of features, at least 1: `ModelSpec::features` of a study with this schema.
	pub fn features(&self) -> usize {
		self.feature_columns().map(feature_count).sum()
	}

	/// Names of the features in their order: of a numeric column its name, of a category
	/// `column=first spelling`.
	pub fn feature_names(&self) -> Vec<String> {
		let mut names = Vec::with_capacity(self.features());
		for column in self.feature_columns() {
			match column {
				Column::Categorical { name, categories, drop_first } => names.extend(
					categories
						.iter()
						.skip(usize::from(*drop_first))
						.filter_map(|category| category.0.first())
						.map(|spelling| format!("{name}={spelling}")),
				),
				_ => names.push(column.name().to_owned()),
			}
		}
		names
	}

	/// Number of classes, at least 2: `ModelSpec::classes` of a study with this schema.
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

	/// Whether the first line of a file holds the names of its columns.
	pub fn has_header(&self) -> bool {
		self.0.header
	}

	/// What separates the cells of a line; ASCII.
	pub fn delimiter(&self) -> u8 {
		self.0.delimiter as u8
	}

	/// What happens to a row with a missing value.
	pub fn missing_policy(&self) -> MissingPolicy {
		self.0.missing_policy
	}

	/// This schema, but no row is dropped because a feature is missing. Its hash is another one.
	pub fn imputing(&self) -> Self {
		Self(Declaration { missing_policy: MissingPolicy::ImputeMean, ..self.0.clone() })
	}

	/// The cells that mean "not known".
	pub fn missing(&self) -> &[String] {
		&self.0.missing
	}
}

/// Number of features that a column becomes.
pub(crate) fn feature_count(column: &Column) -> usize {
	match column {
		Column::Numeric { .. } => 1,
		Column::Categorical { categories, drop_first, .. } => categories.len() - usize::from(*drop_first),
		Column::Label { .. } | Column::Ignored { .. } => 0,
	}
}
