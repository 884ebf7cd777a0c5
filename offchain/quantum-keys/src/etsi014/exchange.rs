//! One request and its response.

use super::{
	error::{Fault, Message, Whose},
	messages::{parse_refusal, Refusal},
};
use reqwest::{RequestBuilder, Response};
use rustls::AlertDescription;
use std::{error::Error, io, time::Duration};
use zeroize::{Zeroize, Zeroizing};

/// Sends a request; returns the status and the body, of which no more than `limit` bytes are read.
pub(super) async fn exchange(
	request: RequestBuilder,
	limit: usize,
	timeout: Duration,
) -> Result<(u16, Zeroizing<Vec<u8>>), Fault> {
	let transport = |error: reqwest::Error| transport_fault(&error, timeout);
	let response = request.send().await.map_err(transport)?;
	let status = response.status().as_u16();
	Ok((status, read(response, limit).await.map_err(|unread| unread.fault(timeout))?))
}

enum Unread {
	TooLong(usize),
	Transport(reqwest::Error),
}

impl Unread {
	fn fault(self, timeout: Duration) -> Fault {
		match self {
			Self::TooLong(limit) => Fault::Malformed(format!("more than {limit} bytes")),
			Self::Transport(error) => transport_fault(&error, timeout),
		}
	}
}

async fn read(mut response: Response, limit: usize) -> Result<Zeroizing<Vec<u8>>, Unread> {
	let promised = response.content_length().map_or(limit, |length| length.try_into().unwrap_or(usize::MAX));
	if promised > limit {
		return Err(Unread::TooLong(limit));
	}
	// One allocation of full size: reallocation would leave copies behind.
	let mut body = Zeroizing::new(Vec::with_capacity(promised));
	while let Some(piece) = response.chunk().await.map_err(Unread::Transport)? {
		if piece.len() > limit - body.len() {
			return Err(Unread::TooLong(limit));
		}
		body.extend_from_slice(&piece);
		// Only possible if the HTTP library does not share the buffer.
		if let Ok(mut piece) = piece.try_into_mut() {
			piece.as_mut().zeroize();
		}
	}
	Ok(body)
}

/// The fault behind a status other than 200.
pub(super) fn refusal_fault(status: u16, body: &[u8]) -> Fault {
	let Refusal { message, details } = parse_refusal(body);
	match status {
		400 => Fault::BadRequest { message, details },
		401 => Fault::Unauthorised(message),
		503 => Fault::Unavailable(message),
		code => Fault::Status { code, message },
	}
}

/// As [`refusal_fault`], for *Get key with key IDs*. For a missing key the standard prescribes 400 with the
/// message "one or more keys specified are not found on KME" (clause 6.4); some KMEs say "do not exist", or
/// respond with 404.
pub(super) fn key_refusal_fault(status: u16, body: &[u8]) -> Fault {
	match refusal_fault(status, body) {
		Fault::BadRequest { message, .. } if reports_a_missing_key(&message) => Fault::KeyNotFound(message),
		Fault::Status { code: 404, message } => Fault::KeyNotFound(message),
		fault => fault,
	}
}

fn reports_a_missing_key(message: &Message) -> bool {
	let words = message.as_str().to_ascii_lowercase();
	words.contains("not found") || words.contains("key") && words.contains("not exist")
}

fn transport_fault(error: &reqwest::Error, timeout: Duration) -> Fault {
	let reason = root_cause(error);
	match tls_error(error) {
		Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
			return Fault::Certificate { whose: Whose::Kme, reason };
		},
		Some(rustls::Error::AlertReceived(alert)) if is_about_certificate(*alert) => {
			return Fault::Certificate { whose: Whose::Sae, reason };
		},
		_ => (),
	}
	if error.is_connect() {
		// The KME saw only a handshake.
		Fault::Unreachable(reason)
	} else if error.is_timeout() {
		Fault::Timeout(timeout)
	} else {
		Fault::Interrupted(reason)
	}
}

/// A KME that does not trust our certificate sends one of these alerts (RFC 8446, section 6.2). In TLS 1.3
/// the alert may arrive after the request was sent; the request is not processed then. `decrypt_error` means
/// an invalid signature: the certificate comes from an authority of the same name with another key.
fn is_about_certificate(alert: AlertDescription) -> bool {
	matches!(
		alert,
		AlertDescription::BadCertificate
			| AlertDescription::UnsupportedCertificate
			| AlertDescription::CertificateRevoked
			| AlertDescription::CertificateExpired
			| AlertDescription::CertificateUnknown
			| AlertDescription::UnknownCA
			| AlertDescription::AccessDenied
			| AlertDescription::CertificateRequired
			| AlertDescription::DecryptError
	)
}

fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
	sources(error).find_map(|error| error.downcast_ref())
}

fn root_cause(error: &(dyn Error + 'static)) -> String {
	sources(error).last().map(ToString::to_string).unwrap_or_default()
}

/// An error and its causes. `source` of an [`io::Error`] skips the error that it wraps, so this is visited,
/// too.
fn sources<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
	std::iter::successors(Some(error), |error| cause(*error))
}

fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
	match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
		Some(held) => Some(held),
		None => error.source(),
	}
}
