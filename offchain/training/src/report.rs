//! What a hospital's file contains, for the person who knows what should be in it.
//!
//! A report stays in the hospital: it has counts and extreme values of records.

use crate::{
	labels::Labels,
	schema::{Category, Column, Schema},
	split::Division,
	table::{Cell, Fates, Met, Table},
	units,
};
use serde::Serialize;
use std::fmt;

mod html;

/// Values that are often written for "not known".
const SENTINELS: [f64; 16] = [
	-1.0, -8.0, -9.0, -88.0, -99.0, -888.0, -999.0, -9999.0, 88.0, 99.0, 888.0, 999.0, 8888.0, 9999.0,
	99999.0, 999999.0,
];

/// Intervals of a histogram, at most.
const MAX_INTERVALS: usize = 20;

/// Every row has a fate: rows read = training + test + dropped.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DataReport {
	/// Rows of the file, and those that were dropped, by reason.
	pub rows: Fates,
	/// Rows that train.
	pub training: usize,
	/// Rows that test.
	pub test: usize,
	/// Name of the file that declares how the records are written; `None` without one.
	pub format: Option<String>,
	/// What a person should look at in the file as a whole.
	pub notices: Vec<String>,
	/// The columns that become features, then the label.
	pub columns: Vec<ColumnReport>,
}

/// The kept values of one column.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnReport {
	/// Name in the schema.
	pub name: String,
	/// Unit of the schema, if it has one.
	pub unit: Option<String>,
	/// Values that are missing, in dropped rows too, but for empty ones.
	pub missing: usize,
	/// Values of which the file has only a limit, such as `<0.2`; in dropped rows, too.
	pub censored: usize,
	/// What the others are.
	#[serde(flatten)]
	pub values: Values,
	/// What a person should look at; `None` if nothing is conspicuous.
	pub notice: Option<String>,
}

/// The values of a column, without those that are missing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Values {
	/// Of a feature or of the target, in the schema's unit; `None` without any value.
	Numeric {
		/// Least value.
		least: Option<f64>,
		/// Greatest value.
		greatest: Option<f64>,
		/// Mean.
		mean: Option<f64>,
		/// Rows in intervals of equal width from the least to the greatest value. The greatest value is in
		/// the last; without a value there is none, and only one if all values are equal.
		histogram: Vec<usize>,
	},
	/// The number of rows for each category, in the schema's order.
	Categorical {
		/// By category.
		counts: Vec<Count>,
	},
	/// Never measured at this hospital: the column contributes nothing.
	Absent,
	/// The number of rows for each class, in the schema's order.
	Label {
		/// By class.
		counts: Vec<Count>,
	},
}

/// How often a value occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Count {
	/// Its first spelling.
	pub value: String,
	/// Rows with it.
	pub rows: usize,
}

impl DataReport {
	/// The report of a table that was read with `schema` and divided into `division`.
	pub fn new(schema: &Schema, table: &Table, division: &Division) -> Self {
		let features = schema.feature_columns().enumerate().map(|(position, column)| {
			let cells = || table.rows.iter().map(|row| row[position]);
			let (values, notice) = match column {
				_ if cells().all(|cell| cell == Cell::Absent) => (Values::Absent, None),
				Column::Numeric { .. } => numeric(cells()),
				_ => (Values::Categorical { counts: count(column.values(), cells()) }, None),
			};
			let Met { missing, censored } = table.met[position];
			ColumnReport {
				name: column.name().to_owned(),
				unit: column.unit().map(str::to_owned),
				missing,
				censored,
				values,
				notice,
			}
		});
		let mut columns: Vec<_> = features.collect();
		let labels = schema.columns().iter().filter(|column| column.is_label());
		columns.extend(labels.map(|column| {
			let missing = table.fates().no_label;
			let classes = match table.labels() {
				Labels::Classes(classes) => classes,
				Labels::Numbers(targets) => {
					let (values, notice) = numeric(targets.values.iter().map(|value| Cell::Number(*value)));
					return ColumnReport {
						name: column.name().to_owned(),
						unit: column.unit().map(str::to_owned),
						missing,
						censored: table.censored_targets,
						values,
						notice,
					};
				},
			};
			let counts = count(column.values(), classes.iter().map(|class| Cell::Category(*class as usize)));
			let absent: Vec<_> = counts.iter().filter(|count| count.rows == 0).collect();
			let notice = (!absent.is_empty()).then(|| {
				let names: Vec<_> = absent.iter().map(|count| format!("\"{}\"", count.value)).collect();
				format!("no row has class {}", names.join(", "))
			});
			ColumnReport {
				name: column.name().to_owned(),
				unit: None,
				missing,
				censored: 0,
				values: Values::Label { counts },
				notice,
			}
		}));
		for (name, notice) in &table.notes.columns {
			for column in columns.iter_mut().filter(|column| column.name == *name) {
				let before = column.notice.take().map(|before| before + "; ").unwrap_or_default();
				column.notice = Some(before + notice);
			}
		}
		Self {
			rows: table.fates(),
			training: division.training.len(),
			test: division.test.len(),
			format: table.notes.format.clone(),
			notices: table.notes.file.clone(),
			columns,
		}
	}
}

fn count(values: &[Category], cells: impl Iterator<Item = Cell>) -> Vec<Count> {
	let mut counts = vec![0; values.len()];
	for cell in cells {
		if let Cell::Category(code) = cell {
			counts[code] += 1;
		}
	}
	let first = |category: &Category| category.spellings().first().cloned().unwrap_or_default();
	values.iter().zip(counts).map(|(category, rows)| Count { value: first(category), rows }).collect()
}

fn numeric(cells: impl Iterator<Item = Cell>) -> (Values, Option<String>) {
	let mut numbers: Vec<f64> =
		cells.filter_map(|cell| if let Cell::Number(number) = cell { Some(number) } else { None }).collect();
	numbers.sort_by(f64::total_cmp);
	let count = numbers.len() as f64;
	let values = Values::Numeric {
		least: numbers.first().copied(),
		greatest: numbers.last().copied(),
		mean: (count > 0.0).then(|| numbers.iter().map(|number| number / count).sum()),
		histogram: histogram(&numbers),
	};
	(values, conspicuous(&numbers).or_else(|| units::two_groups(&numbers)))
}

/// Counts of ascending numbers in intervals of equal width.
fn histogram(numbers: &[f64]) -> Vec<usize> {
	let (Some(least), Some(greatest)) = (numbers.first(), numbers.last()) else { return Vec::new() };
	if least == greatest {
		return vec![numbers.len()];
	}
	let intervals = ((numbers.len() as f64).sqrt().ceil() as usize).clamp(2, MAX_INTERVALS);
	let mut counts = vec![0; intervals];
	for number in numbers {
		let share = (number - least) / (greatest - least);
		counts[((share * intervals as f64) as usize).min(intervals - 1)] += 1;
	}
	counts
}

/// What looks like an undeclared marker of missing values among ascending numbers: a usual one at an end that
/// is farther from all others than they are from each other, or that alone is negative; or a frequent 0 with
/// a gap above it.
fn conspicuous(numbers: &[f64]) -> Option<String> {
	let (least, greatest) = (*numbers.first()?, *numbers.last()?);
	let mut found = Vec::new();
	for end in [least, greatest] {
		let others: Vec<f64> = numbers.iter().copied().filter(|number| *number != end).collect();
		let (Some(low), Some(high)) = (others.first(), others.last()) else { continue };
		let (gap, spread) = (if end < *low { low - end } else { end - high }, high - low);
		let rows = numbers.len() - others.len();
		let is_negative = end < -1.0 && *low >= 0.0;
		let is_marker = SENTINELS.contains(&end) && (gap > spread || is_negative);
		// Of two values, such as 0 and 1, none is far from the other.
		let is_zero = end == 0.0 && rows > 2 && spread > 0.0 && gap > spread / 5.0;
		if is_marker || is_zero {
			let times = if rows == 1 { "once".to_owned() } else { format!("{rows} times") };
			found.push(format!("{end} occurs {times}, far from all other values"));
		}
	}
	let remedy = "if it means \"not known\", declare it as `missing` of this column";
	(!found.is_empty()).then(|| format!("{}; {remedy}", found.join(", and ")))
}

impl fmt::Display for DataReport {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(formatter, "{}; {} train, {} test", self.rows, self.training, self.test)?;
		if let Some(format) = &self.format {
			write!(formatter, "\n  as declared in {format}")?;
		}
		for notice in &self.notices {
			write!(formatter, "\n  NOTE: the file {notice}")?;
		}
		let width = self.columns.iter().map(|column| column.name.chars().count()).max().unwrap_or(0);
		for column in &self.columns {
			let ColumnReport { name, unit, missing, censored, values, notice } = column;
			write!(formatter, "\n  {name:width$}  {values}")?;
			if let (Some(unit), Values::Numeric { .. }) = (unit, values) {
				write!(formatter, " {unit}")?;
			}
			if !matches!(values, Values::Absent) {
				write!(formatter, ", {missing} missing")?;
			}
			if *censored > 0 {
				write!(formatter, ", {censored} known as a limit only")?;
			}
			if let Some(notice) = notice {
				write!(formatter, "\n  {:width$}  NOTE: {notice}", "")?;
			}
		}
		Ok(())
	}
}

impl fmt::Display for Values {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Numeric { least: Some(least), greatest: Some(greatest), mean: Some(mean), .. } => {
				write!(formatter, "{least} to {greatest}, mean {mean:.4}")
			},
			Self::Numeric { .. } => formatter.write_str("no value"),
			Self::Absent => formatter.write_str("declared absent: contributes nothing"),
			Self::Categorical { counts } | Self::Label { counts } => {
				let is_label = matches!(self, Self::Label { .. });
				formatter.write_str(if is_label { "classes " } else { "" })?;
				let counts: Vec<_> =
					counts.iter().map(|Count { value, rows }| format!("{value}: {rows}")).collect();
				formatter.write_str(&counts.join(", "))
			},
		}
	}
}
