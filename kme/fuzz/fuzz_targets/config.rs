//! A kme.toml: refused with a message, or a configuration with a route to every KME.

#![no_main]

use consilium_kme::KmeConfig;
use std::path::Path;

libfuzzer_sys::fuzz_target!(|text: &str| {
	match KmeConfig::parse(Path::new("kme.toml"), text) {
		Ok(config) => {
			let routes = config.map.routes(&config.id);
			assert_eq!(routes.len() + 1, config.map.kmes().count());
			assert!(routes.values().all(|route| config.links.iter().any(|link| link.peer == route.next)));
		},
		Err(error) => assert!(error.to_string().starts_with("kme.toml")),
	}
});
