//! A column as it is written in TOML.
//!
//! Every key is read on its own, so that a mistake is reported at its line: an enum that serde tags
//! internally reads a whole table first, and then only knows where the table begins.

use super::{Alternative, Category, Column};
use serde::{
	de::{Error, SeqAccess, Visitor},
	Deserialize, Deserializer,
};
use std::fmt;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
	name: String,
	#[serde(rename = "type")]
	kind: Kind,
	alternatives: Option<Vec<Alternative>>,
	categories: Option<Vec<Category>>,
	drop_first: Option<bool>,
	classes: Option<Vec<Category>>,
	missing: Option<Vec<String>>,
	unit: Option<String>,
	minimum: Option<f64>,
	maximum: Option<f64>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
	Numeric,
	Categorical,
	Label,
	Target,
	Ignored,
}

impl Kind {
	fn name(self) -> &'static str {
		match self {
			Self::Numeric => "numeric",
			Self::Categorical => "categorical",
			Self::Label => "label",
			Self::Target => "target",
			Self::Ignored => "ignored",
		}
	}
}

impl TryFrom<Entry> for Column {
	type Error = String;

	fn try_from(entry: Entry) -> Result<Self, String> {
		let Entry {
			name,
			kind,
			alternatives,
			categories,
			drop_first,
			classes,
			missing,
			unit,
			minimum,
			maximum,
		} = entry;
		for (key, is_given, allowed) in [
			("alternatives", alternatives.is_some(), &[Kind::Numeric, Kind::Target][..]),
			("categories", categories.is_some(), &[Kind::Categorical]),
			("drop_first", drop_first.is_some(), &[Kind::Categorical]),
			("classes", classes.is_some(), &[Kind::Label]),
			("unit", unit.is_some(), &[Kind::Numeric, Kind::Target]),
			("minimum", minimum.is_some(), &[Kind::Numeric, Kind::Target]),
			("maximum", maximum.is_some(), &[Kind::Numeric, Kind::Target]),
			("missing", missing.is_some(), &[Kind::Numeric, Kind::Categorical, Kind::Label, Kind::Target]),
		] {
			if is_given && !allowed.contains(&kind) {
				let allowed: Vec<_> = allowed.iter().map(|kind| format!("\"{}\"", kind.name())).collect();
				return Err(format!(
					"column `{name}`: `{key}` is for columns of type {}; this one has type \"{}\"",
					allowed.join(" or "),
					kind.name()
				));
			}
		}
		let missing = missing.unwrap_or_default();
		let needs = |key: &str, example: &str| {
			format!("column `{name}`: type \"{}\" needs `{key}`, such as {key} = {example}", kind.name())
		};
		Ok(match kind {
			Kind::Numeric => Self::Numeric {
				name,
				alternatives: alternatives.unwrap_or_default(),
				missing,
				unit,
				minimum,
				maximum,
			},
			Kind::Categorical => Self::Categorical {
				categories: categories.ok_or_else(|| needs("categories", "[\"A\", \"B\"]"))?,
				name,
				drop_first: drop_first.unwrap_or_default(),
				missing,
			},
			Kind::Label => Self::Label {
				classes: classes.ok_or_else(|| {
					needs("classes", "[\"0\", \"1\"]") + "; a number to be predicted has type \"target\""
				})?,
				name,
				missing,
			},
			Kind::Target => Self::Target {
				name,
				alternatives: alternatives.unwrap_or_default(),
				missing,
				unit,
				minimum,
				maximum,
			},
			Kind::Ignored => Self::Ignored { name },
		})
	}
}

impl<'de> Deserialize<'de> for Category {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		deserializer.deserialize_any(Spellings)
	}
}

struct Spellings;

/// The error for a value that looks like text without its quotation marks.
fn unquoted<E: Error>(value: impl fmt::Display) -> E {
	E::custom(format_args!("{value} is not text; write it in quotation marks: \"{value}\""))
}

impl<'de> Visitor<'de> for Spellings {
	type Value = Category;

	fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
		formatter.write_str("text such as \"1\", or a list of spellings such as [\"1\", \"yes\"]")
	}

	fn visit_str<E: Error>(self, spelling: &str) -> Result<Category, E> {
		Ok(Category(vec![spelling.to_owned()]))
	}

	fn visit_bool<E: Error>(self, value: bool) -> Result<Category, E> {
		Err(unquoted(value))
	}

	fn visit_i64<E: Error>(self, value: i64) -> Result<Category, E> {
		Err(unquoted(value))
	}

	fn visit_f64<E: Error>(self, value: f64) -> Result<Category, E> {
		Err(unquoted(value))
	}

	fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Category, A::Error> {
		let mut spellings = Vec::new();
		while let Some(spelling) = list.next_element::<Spelling>()? {
			spellings.push(spelling.0);
		}
		Ok(Category(spellings))
	}
}

/// One spelling in a list of them: text, or else an error that shows it in quotation marks.
#[derive(Debug)]
pub(crate) struct Spelling(pub(crate) String);

impl<'de> Deserialize<'de> for Spelling {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let Category(mut spellings) = deserializer.deserialize_any(Spellings)?;
		match (spellings.pop(), spellings.is_empty()) {
			(Some(spelling), true) => Ok(Self(spelling)),
			_ => Err(D::Error::custom("a list within a list of spellings; write each spelling as text")),
		}
	}
}
