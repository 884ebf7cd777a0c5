//! Credentials of an S3-compatible service.

use super::config::Credentials;
use crate::error::CredentialsError;
use consilium_config::open_to_others;
use std::{env, fs::File, io::Read, path::Path};
use zeroize::Zeroizing;

const ACCESS_KEY_ID: &str = "aws_access_key_id";
const SECRET_ACCESS_KEY: &str = "aws_secret_access_key";
const SESSION_TOKEN: &str = "aws_session_token";

/// Longest credentials file, in bytes. Session tokens have no specified length; those of AWS have about 1000.
const MAX_LENGTH: u64 = 16_384;

/// Credentials as read.
pub(super) struct AccessKey {
	pub id: String,
	pub secret: Zeroizing<String>,
	pub session_token: Option<Zeroizing<String>>,
}

impl AccessKey {
	pub fn read(credentials: &Credentials) -> Result<Self, CredentialsError> {
		match credentials {
			Credentials::Environment => Self::from_variables(|name| env::var(name).ok().map(Zeroizing::new)),
			Credentials::File(path) => Self::from_file(path),
		}
	}

	fn from_variables(
		variable: impl Fn(&str) -> Option<Zeroizing<String>>,
	) -> Result<Self, CredentialsError> {
		let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
		let needed = |name: &'static str| variable(name).ok_or(CredentialsError::NoVariable { name });
		Ok(Self {
			id: needed("AWS_ACCESS_KEY_ID")?.to_string(),
			secret: needed("AWS_SECRET_ACCESS_KEY")?,
			session_token: variable("AWS_SESSION_TOKEN"),
		})
	}

	fn from_file(path: &Path) -> Result<Self, CredentialsError> {
		let unreadable = |source| CredentialsError::Unreadable { path: path.into(), source };
		let file = File::open(path).map_err(unreadable)?;
		let metadata = file.metadata().map_err(unreadable)?;
		if let Some(mode) = open_to_others(&metadata) {
			return Err(CredentialsError::OpenToOthers { path: path.into(), mode });
		}
		if !metadata.is_file() || metadata.len() > MAX_LENGTH {
			return Err(CredentialsError::NotText { path: path.into() });
		}
		// One allocation of full size: reallocation would leave copies behind.
		let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LENGTH as usize + 1));
		file.take(MAX_LENGTH).read_to_end(&mut bytes).map_err(unreadable)?;
		let text =
			std::str::from_utf8(&bytes).map_err(|_| CredentialsError::NotText { path: path.into() })?;
		Self::parse(path, text)
	}

	fn parse(path: &Path, text: &str) -> Result<Self, CredentialsError> {
		let (mut id, mut secret, mut session_token) = (None, None, None);
		for (number, line) in (1..).zip(text.lines().map(str::trim)) {
			if line.is_empty() || line.starts_with(['#', ';']) || line == "[default]" {
				continue;
			}
			let fault = || CredentialsError::Line { path: path.into(), line: number };
			let (name, value) = line.split_once('=').ok_or_else(fault)?;
			let field = match name.trim() {
				ACCESS_KEY_ID => &mut id,
				SECRET_ACCESS_KEY => &mut secret,
				SESSION_TOKEN => &mut session_token,
				_ => return Err(fault()),
			};
			let value = value.trim();
			if value.is_empty() || field.replace(Zeroizing::new(value.to_owned())).is_some() {
				return Err(fault());
			}
		}
		let missing = |name: &'static str| CredentialsError::Missing { path: path.into(), name };
		Ok(Self {
			id: id.ok_or_else(|| missing(ACCESS_KEY_ID))?.to_string(),
			secret: secret.ok_or_else(|| missing(SECRET_ACCESS_KEY))?,
			session_token,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{fs, os::unix::fs::PermissionsExt};

	fn parse(text: &str) -> Result<(String, String, Option<String>), String> {
		let key = AccessKey::parse(Path::new("credentials"), text).map_err(|error| error.to_string())?;
		Ok((key.id, key.secret.to_string(), key.session_token.map(|token| token.to_string())))
	}

	#[test]
	fn files_in_the_format_of_the_aws_tools_are_read() {
		let text = "# a comment\n[default]\naws_access_key_id = AKIA\naws_secret_access_key=a/b+c=\r\n";
		assert_eq!(parse(text).unwrap(), ("AKIA".into(), "a/b+c=".into(), None));
		let text = format!("{text}\n; another\n aws_session_token = t\n");
		assert_eq!(parse(&text).unwrap().2.unwrap(), "t");
	}

	#[test]
	fn errors_name_file_line_and_key_and_show_no_secret() {
		let faulty = [
			("[default]\n[other]\n", "line 2"),
			("aws_access_key_id = a\nhunter2\n", "line 2"),
			("aws_access_key_id = a\naws_access_key_id = b\n", "line 2"),
			("aws_secret_access_key =\n", "line 1"),
			("password = hunter2\n", "line 1"),
			("aws_access_key_id = a\n", "aws_secret_access_key"),
			("aws_secret_access_key = hunter2\n", "aws_access_key_id"),
		];
		for (text, named) in faulty {
			let error = parse(text).unwrap_err();
			assert!(error.contains("credentials") && error.contains(named), "{text}: {error}");
			assert!(!error.contains("hunter2"), "{error}");
		}
	}

	#[test]
	fn a_missing_variable_is_named() {
		let variables = |names: &'static [&str]| {
			AccessKey::from_variables(move |name| {
				names.contains(&name).then(|| Zeroizing::new(name.to_lowercase()))
			})
		};
		let key = variables(&["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
			.unwrap_or_else(|_| panic!("both are set"));
		assert_eq!((key.id.as_str(), key.secret.as_str()), (ACCESS_KEY_ID, SECRET_ACCESS_KEY));
		assert!(key.session_token.is_none());
		let missing = |names| variables(names).err().unwrap().to_string();
		assert!(missing(&["AWS_SECRET_ACCESS_KEY"]).contains("AWS_ACCESS_KEY_ID"));
		assert!(missing(&["AWS_ACCESS_KEY_ID"]).contains("AWS_SECRET_ACCESS_KEY"));
	}

	#[test]
	fn a_file_that_other_users_may_read_is_rejected() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("credentials");
		fs::write(&path, "aws_access_key_id = a\naws_secret_access_key = b\n").unwrap();
		let read = |mode| {
			fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
			AccessKey::from_file(&path).map(|key| key.id).map_err(|error| error.to_string())
		};
		assert_eq!(read(0o600).unwrap(), "a");
		assert_eq!(read(0o400).unwrap(), "a");
		for mode in [0o660, 0o604, 0o620] {
			assert!(read(mode).unwrap_err().contains("chmod 600"));
		}
		fs::write(&path, vec![b'\n'; MAX_LENGTH as usize + 1]).unwrap();
		assert!(read(0o600).unwrap_err().contains("is not a credentials file"));
		fs::write(&path, b"\xff").unwrap();
		assert!(read(0o600).unwrap_err().contains("is not a credentials file"));
		fs::remove_file(&path).unwrap();
		assert!(AccessKey::from_file(&path).err().unwrap().to_string().contains("cannot read"));
	}
}
