use super::*;
use proptest::prelude::*;

fn parse(text: &str) -> Result<KmeConfig, ConfigError> {
	KmeConfig::parse(Path::new("/etc/kme/kme.toml"), text)
}

#[test]
fn the_example_is_valid() {
	let config = parse(KmeConfig::example()).unwrap();
	assert_eq!(config.keys, KeyLimits::default(), "the example states the defaults");
	assert_eq!(config.tls.ca, Path::new("/etc/kme/pki/ca.pem"));
	assert_eq!(config.saes().map(SaeId::as_str).collect::<Vec<_>>(), ["sae-alice"]);
	assert_eq!(config.links[0].simulation.as_ref().unwrap().length_km, Some(25.0));
	assert_eq!(config.map.routes(&config.id)[&KmeId::new("kme-carol").unwrap()].hops, 2);
}

#[test]
fn the_commented_keys_of_the_example_are_valid() {
	let mut text = KmeConfig::example().to_string();
	for line in text.clone().lines() {
		if let Some(value) = line.strip_prefix("# ").filter(|rest| {
			let key = rest.split(" = ").next().unwrap_or("");
			rest.contains(" = ") && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
		}) {
			text = text.replace(line, value);
		}
	}
	let simulation = parse(&text).unwrap().links[0].simulation.clone().unwrap();
	assert!(simulation.intensities.is_some() && simulation.dead_time_s.is_some());
}

/// An alteration of the example, a part of the faulty line, the key, and a part of the message.
#[test]
fn faults_name_line_key_and_remedy() {
	let size = "key_size = 256\nmin";
	let cases = [
		("\"kme-alice\"", "\"kme alice\"", "id = ", "id = \"kme alice\"", "A-Z a-z"),
		("\"kme-alice\"", "\"kme-dave\"", "", "`network`", "has no entry for this KME"),
		(size, "key_size = 255\nmin", "key_size = 255", "`keys.key_size`", "multiple of 8"),
		(size, "key_size = 8\nmin", "key_size = 8", "`keys.key_size`", "64 to 4096"),
		("count = 100000", "count = 0", "max_key_count =", "`keys.max_key_count`", "1 to 10000000"),
		("request = 128", "request = 4096", "request = 4096", "`keys.max_key_per_request`", "lower one"),
		("address = \"127.0.0.1:7444\"", "", "[[links]]", "`links.address`", "is missing; this end"),
		("127.0.0.1:7444", "kme", "address = ", "`links.address`", "host and port"),
		("# pool_bits = 16777216", "pool_bits = 9", "pool_bits", "`links.pool_bits`", "to 8589934592"),
		("km = 25.0", "km = -1", "length_km =", "`links.simulation.length_km`", "0 to 1000 km"),
		("km = 25.0", "km = nan", "length_km =", "`links.simulation.length_km`", "0 to 1000 km"),
		(
			"# intensities = [0.5, 0.1",
			"intensities = [0.5, 0.5",
			"intensities = ",
			"intensities",
			"signal > weak",
		),
		(
			"# intensity_probabilities = [0.7",
			"intensity_probabilities = [0.8",
			"[0.8",
			"probabilities",
			"sum 1",
		),
		("peer = \"kme-bob\"", "peer = \"kme-carol\"", "peer = ", "`links.peer`", "has no link to it"),
		("[\"kme-bob\"]", "[\"kme-bob\", \"kme-carol\"]", "", "`network.links`", "has a link to `kme-carol`"),
		("[\"kme-carol\"]", "[]", "kme = \"kme-carol\"", "`network.kme`", "no links lead to `kme-carol`"),
		("[\"kme-carol\"]", "[\"kme-x\"]", "kme-x", "`network.links`", "no [[network]] entry"),
		("[\"sae-carol\"]", "[\"sae-bob\", \"x\"]", "\"x\"", "`network.saes`", "a second time"),
		("[\"sae-carol\"]", "[\"kme-bob\", \"x\"]", "\"x\"", "`network.saes`", "is the id of a KME"),
		("kme = \"kme-carol\"", "kme = \"kme-bob\" # again", "# again", "`network.kme`", "a second time"),
	];
	for (from, to, at, key, words) in cases {
		let text = KmeConfig::example().replacen(from, to, 1);
		assert_ne!(text, KmeConfig::example(), "{from}");
		let message = parse(&text).unwrap_err().to_string();
		assert!(message.starts_with("/etc/kme/kme.toml, line "), "{message}");
		assert!(message.contains(key) && message.contains(words), "{to}: {message}");
		if !at.is_empty() {
			let line = 1 + text.lines().position(|line| line.contains(at) && !line.starts_with('#')).unwrap();
			assert!(message.contains(&format!("line {line}, ")), "{to}, line {line}: {message}");
		}
	}
}

#[test]
fn the_listening_end_needs_an_address_to_listen_on() {
	let text = KmeConfig::example().replacen("id = \"kme-alice\"", "id = \"kme-carol\"", 1).replacen(
		"address = \"127.0.0.1:7444\"\n",
		"",
		1,
	);
	assert!(parse(&text).is_ok());
	let without = text.replacen("[peers]\nlisten = \"127.0.0.1:7443\"\n", "", 1);
	assert!(parse(&without).unwrap_err().to_string().contains("has the smaller id and dials this KME"));
	let needless = text.replacen("peer = \"kme-bob\"", "peer = \"kme-bob\"\naddress = \"a:1\"", 1);
	assert!(parse(&needless).unwrap_err().to_string().contains("is unused"));
}

#[test]
fn unknown_keys_and_syntax_errors_have_their_line() {
	for (from, to) in
		[("[sae]", "[sae]\nlitsen = 1"), ("[sae]", "[sae"), ("preset = \"metro", "preset = \"retro")]
	{
		let message = parse(&KmeConfig::example().replacen(from, to, 1)).unwrap_err().to_string();
		assert!(message.starts_with("/etc/kme/kme.toml, ") && message.contains("line "), "{message}");
	}
}

proptest! {
	#[test]
	fn altered_text_never_panics(place in 0usize..3000, length in 0usize..40, with in "\\PC{0,12}") {
		let mut text: Vec<char> = KmeConfig::example().chars().collect();
		let start = place.min(text.len());
		let end = (start + length).min(text.len());
		text.splice(start..end, with.chars());
		let _ = parse(&text.into_iter().collect::<String>());
	}
}
