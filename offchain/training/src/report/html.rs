//! The report as one page that needs nothing else: no scripts, no fonts, no network.

use super::{ColumnReport, Count, DataReport, Values};
use crate::table::Fates;
use std::fmt::{self, Display, Write};

/// Width and height of a histogram, in SVG units.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 96.0;

/// Width of a bar for all rows.
const BAR: f64 = 200.0;

const STYLE: &str = "
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 0 auto; padding: 1rem;
  max-width: 56rem; }
h1, h2, h3 { line-height: 1.2; }
h3 { margin-bottom: .3rem; }
h3 span { font-weight: normal; color: #555; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: .15rem 1rem .15rem 0; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.total th, tr.total td { border-top: 1px solid #888; }
.private, .notice { border-left: .3rem solid #b30000; padding: .3rem .8rem; background: #fdf1f1; }
.notice { border-color: #8a5a00; background: #fdf7ea; }
section { border-top: 1px solid #ccc; margin-top: 1.2rem; }
figure { margin: .5rem 0; }
figcaption { color: #555; font-size: .9rem; }
svg { max-width: 100%; height: auto; }
rect { fill: #1f5f99; }
@media print { body { max-width: none; font-size: 10pt; } section, tr { break-inside: avoid; }
  rect { print-color-adjust: exact; } }
";

/// Text of somebody else within HTML.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		for character in self.0.chars() {
			match character {
				'&' => formatter.write_str("&amp;")?,
				'<' => formatter.write_str("&lt;")?,
				'>' => formatter.write_str("&gt;")?,
				'"' => formatter.write_str("&quot;")?,
				'\'' => formatter.write_str("&#39;")?,
				_ => formatter.write_char(character)?,
			}
		}
		Ok(())
	}
}

/// At most four digits after the point, and none that are 0.
struct Short(f64);

impl Display for Short {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		let magnitude = self.0.abs();
		if magnitude != 0.0 && !(1e-3..1e9).contains(&magnitude) {
			return write!(formatter, "{:e}", self.0);
		}
		let text = format!("{:.4}", self.0);
		formatter.write_str(text.trim_end_matches('0').trim_end_matches('.'))
	}
}

impl DataReport {
	/// One HTML page about the records of a hospital, self-contained and accessible. `facts` are names and
	/// values that begin it.
	pub fn html(&self, hospital: &str, facts: &[(&str, String)]) -> String {
		let mut page = String::new();
		// Writing to a string cannot fail.
		let _ = write_page(&mut page, self, hospital, facts);
		page
	}

	/// All notices, with their columns.
	fn all_notices(&self) -> Vec<(&str, &str)> {
		let of_file = self.notices.iter().map(|notice| ("the file", notice.as_str()));
		let of_columns = self.columns.iter().filter_map(|column| {
			column.notice.as_ref().map(|notice| (column.name.as_str(), notice.as_str()))
		});
		of_file.chain(of_columns).collect()
	}
}

fn write_page(
	page: &mut String,
	report: &DataReport,
	hospital: &str,
	facts: &[(&str, String)],
) -> fmt::Result {
	let title = format!("Records of {}", Escaped(hospital));
	write!(
		page,
		"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
		 <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
		 <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
		 'unsafe-inline'\">\n\
		 <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
		 <p class=\"private\" role=\"note\"><strong>This page must not leave the hospital.</strong> It has \
		 least and greatest values, and counts of few patients or of one: who knows a patient may find them \
		 in it.</p>\n"
	)?;
	page.push_str("<table>\n");
	let format = report.format.iter().map(|format| ("format", format));
	for (name, value) in facts.iter().map(|(name, value)| (*name, value)).chain(format) {
		writeln!(page, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", Escaped(name), Escaped(value))?;
	}
	page.push_str("</table>\n");
	write_rows(page, report)?;
	page.push_str("<h2>What to look at</h2>\n");
	let notices = report.all_notices();
	if notices.is_empty() {
		page.push_str("<p>Nothing is conspicuous. Whoever knows the data sees more than a program.</p>\n");
	} else {
		page.push_str("<ul>\n");
		for (subject, notice) in notices {
			writeln!(page, "<li><strong>{}</strong>: {}</li>", Escaped(subject), Escaped(notice))?;
		}
		page.push_str("</ul>\n");
	}
	page.push_str("<h2>Columns</h2>\n");
	for (number, column) in report.columns.iter().enumerate() {
		write_column(page, number, column)?;
	}
	page.push_str("</main>\n</body>\n</html>\n");
	Ok(())
}

fn write_rows(page: &mut String, report: &DataReport) -> fmt::Result {
	let Fates { read, empty, no_label, missing_value } = report.rows;
	page.push_str("<h2>Rows</h2>\n<table>\n");
	for (what, rows) in [
		("train", report.training),
		("test", report.test),
		("dropped: nothing in them", empty),
		("dropped: no label", no_label),
		("dropped: a missing value", missing_value),
	] {
		writeln!(page, "<tr><th scope=\"row\">{what}</th><td class=\"number\">{rows}</td></tr>")?;
	}
	let total = "<tr class=\"total\"><th scope=\"row\">read</th><td class=\"number\">";
	writeln!(page, "{total}{read}</td></tr>\n</table>")
}

fn write_column(page: &mut String, number: usize, column: &ColumnReport) -> fmt::Result {
	let ColumnReport { name, unit, missing, censored, values, notice } = column;
	let kind = match values {
		Values::Numeric { .. } => "numeric",
		Values::Categorical { .. } => "categories",
		Values::Absent => "never measured here",
		Values::Label { .. } => "label",
	};
	let unit = unit.as_ref().map(|unit| format!(", {}", Escaped(unit))).unwrap_or_default();
	writeln!(
		page,
		"<section aria-labelledby=\"column-{number}\">\n<h3 id=\"column-{number}\">{} \
		 <span>{kind}{unit}</span></h3>",
		Escaped(name)
	)?;
	if let Some(notice) = notice {
		writeln!(page, "<p class=\"notice\" role=\"note\">{}</p>", Escaped(notice))?;
	}
	match values {
		Values::Numeric { least: Some(least), greatest: Some(greatest), mean: Some(mean), histogram } => {
			let (least, greatest) = (*least, *greatest);
			writeln!(
				page,
				"<p>{least} to {greatest}, mean {}; {missing} missing, {censored} known as a limit only</p>",
				Short(*mean)
			)?;
			write_histogram(page, number, name, histogram, (least, greatest))?;
		},
		Values::Numeric { .. } => writeln!(page, "<p>no value, {missing} missing</p>")?,
		Values::Absent => page.push_str("<p>Declared absent: contributes nothing.</p>\n"),
		Values::Categorical { counts } | Values::Label { counts } => {
			write_counts(page, counts)?;
			writeln!(page, "<p>{missing} missing</p>")?;
		},
	}
	page.push_str("</section>\n");
	Ok(())
}

fn write_histogram(
	page: &mut String,
	number: usize,
	name: &str,
	histogram: &[usize],
	(least, greatest): (f64, f64),
) -> fmt::Result {
	let most = histogram.iter().copied().max().unwrap_or(0).max(1);
	let width = WIDTH / histogram.len().max(1) as f64;
	let edge = |index: usize| {
		let share = index as f64 / histogram.len() as f64;
		Short(least * (1.0 - share) + greatest * share)
	};
	let described: Vec<_> = histogram
		.iter()
		.enumerate()
		.map(|(index, rows)| format!("{} to {}: {rows}", edge(index), edge(index + 1)))
		.collect();
	writeln!(
		page,
		"<figure>\n<svg role=\"img\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
		 aria-labelledby=\"title-{number} text-{number}\">\n\
		 <title id=\"title-{number}\">Histogram of {}</title>\n\
		 <desc id=\"text-{number}\">Rows by value. {}</desc>",
		Escaped(name),
		described.join("; ")
	)?;
	for (index, (rows, described)) in histogram.iter().zip(&described).enumerate() {
		let height = *rows as f64 / most as f64 * HEIGHT;
		writeln!(
			page,
			"<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{height:.2}\">\
			 <title>{described}</title></rect>",
			index as f64 * width,
			HEIGHT - height,
			(width - 1.0).max(1.0)
		)?;
	}
	writeln!(
		page,
		"</svg>\n<figcaption>{least} to {greatest} in {} steps; the highest bar is {most} rows\
		 </figcaption>\n</figure>",
		histogram.len()
	)
}

fn write_counts(page: &mut String, counts: &[Count]) -> fmt::Result {
	let all = counts.iter().map(|count| count.rows).sum::<usize>().max(1) as f64;
	page.push_str(
		"<table>\n<tr><th scope=\"col\">value</th><th scope=\"col\" class=\"number\">rows</th>\
		 <th scope=\"col\" class=\"number\">share</th><th></th></tr>\n",
	);
	for Count { value, rows } in counts {
		let share = *rows as f64 / all;
		writeln!(
			page,
			"<tr><th scope=\"row\">{}</th><td class=\"number\">{rows}</td>\
			 <td class=\"number\">{:.1} %</td><td><svg width=\"{BAR}\" height=\"12\" \
			 aria-hidden=\"true\"><rect width=\"{:.1}\" height=\"12\"/></svg></td></tr>",
			Escaped(value),
			100.0 * share,
			BAR * share
		)?;
	}
	page.push_str("</table>\n");
	Ok(())
}
