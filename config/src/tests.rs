use super::*;
use serde::Deserialize;
use std::{
	collections::BTreeMap,
	path::{Path, PathBuf},
};

fn document(text: &str) -> Document {
	Document::new(Path::new("/etc/x.toml"), text)
}

fn faults(error: ConfigError) -> Vec<Fault> {
	let ConfigError::Invalid(faults) = error else { panic!("{error}") };
	faults
}

/// Line, column and excerpt of a fault of the value at a key.
fn place(text: &str, key: &str) -> (usize, usize, String) {
	let mut document = document(text);
	document.require(key, false, "is wrong");
	let fault = faults(document.finish(()).unwrap_err()).remove(0);
	assert_eq!(fault.message, "is wrong");
	let shown = fault.to_string();
	(fault.line, fault.column, shown.lines().last().unwrap().to_owned())
}

const TEXT: &str = "a = 1\n\n[one]\nb = \"é\"\nc.d = 2\n\n[[many]]\ne = 3\n[[many]]\ne = [\n\t4,\n\t50,\n]\n";

#[test]
fn values_are_found_by_their_keys() {
	for (key, line, column, mark) in [
		("a", 1, 5, "  |     ^"),
		("one.b", 4, 5, "  |     ^^^"),
		("one.c.d", 5, 7, "  |       ^"),
		("many.0.e", 8, 5, "  |     ^"),
		("many.1.e.1", 12, 2, "   | \t^^"),
	] {
		assert_eq!(place(TEXT, key), (line, column, mark.into()), "{key}");
	}
}

#[test]
fn what_is_missing_is_at_its_table() {
	for (key, line) in [("z", 1), ("z.y", 1), ("one.z", 3), ("many.0.z", 7), ("many.1.z.y", 9)] {
		assert_eq!((place(TEXT, key).0, place(TEXT, key).1), (line, 1), "{key}");
	}
	assert_eq!(place("", "a").0, 1);
	assert_eq!(place("not TOML", "a").0, 1);
}

#[test]
fn all_faults_are_reported_and_indices_are_no_part_of_a_key() {
	let mut document = document("[[links]]\nbits = 9\n[[links]]\nbits = 1\n");
	document.range("links.0.bits", 9, 1..=8);
	document.require("links.0.bits", false, "is odd");
	document.range("links.1.bits", 1, 1..=8);
	document.range("links.1.bits", f64::NAN, 0.0..=8.0);
	let error = document.finish(()).unwrap_err();
	let text = error.to_string();
	let expected = [
		"/etc/x.toml, line 2, column 8: `links.bits` is 9; it must be 1 to 8",
		"  |\n2 | bits = 9\n  |        ^",
		"/etc/x.toml, line 4, column 8: `links.bits` is NaN; it must be 0 to 8",
		"  |\n4 | bits = 1\n  |        ^",
	];
	assert_eq!(text, expected.join("\n"));
	assert_eq!(faults(error).len(), 2);
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Small {
	#[serde(rename = "a_s", deserialize_with = "seconds")]
	a: Duration,
	path: PathBuf,
}

#[test]
fn syntax_types_and_unknown_keys_have_their_place() {
	for (text, line, column, words) in [
		("a_s = 1\npath = \"x", 2, 10, "string"),
		("a_s = \"1\"\npath = \"x\"", 1, 7, "u32"),
		("a_s = -1\npath = \"x\"", 1, 7, "u32"),
		("a_s = 1\npath = \"x\"\nb = 1", 3, 1, "unknown field `b`"),
		("a_s = 1", 1, 1, "missing field `path`"),
	] {
		let fault = faults(document(text).deserialize::<Small>().unwrap_err()).remove(0);
		assert_eq!((fault.line, fault.column, &fault.key), (line, column, &None), "{fault}");
		assert!(fault.message.contains(words), "{fault}");
	}
}

#[test]
fn files_are_looked_for_beside_the_configuration() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("x.toml");
	std::fs::write(&path, "a_s = 2\npath = \"x.toml\"").unwrap();
	let mut document = Document::read(&path).unwrap();
	let mut small: Small = document.deserialize().unwrap();
	assert_eq!(small.a, Duration::from_secs(2));
	document.file("path", &mut small.path);
	assert_eq!(small.path, path);
	document.file("a_s", &mut "nowhere".into());
	document.file("other", &mut folder.path().into());
	let text = document.finish(small).unwrap_err().to_string();
	assert!(text.contains(&format!("`a_s` names {}/nowhere, which is not a file", folder.path().display())));
	assert!(text.contains(&format!("`other` names {}, which", folder.path().display())), "{text}");
	for path in [folder.path().join("none.toml"), folder.path().into()] {
		let error = Document::read(&path).unwrap_err();
		assert!(matches!(&error, ConfigError::Unreadable { path: named, .. } if *named == path), "{error}");
		assert!(error.to_string().contains(path.to_str().unwrap()));
	}
}

#[test]
fn nothing_is_wrong_with_what_is_right() {
	let mut document = document("a = 1\n");
	document.range("a", 1, 0..=1);
	let values: BTreeMap<String, u8> = document.deserialize().unwrap();
	assert_eq!(document.finish(values).unwrap()["a"], 1);
}
