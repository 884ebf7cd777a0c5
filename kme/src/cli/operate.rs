//! `consilium-kme status` and `consilium-kme eavesdrop`.

use clap::Args;
use consilium_kme::{link::eavesdropper::Eavesdropper, operator::LinkView};
use reqwest::{Client, Response};
use rustls::{ClientConfig, RootCertStore};
use std::{error::Error, time::Duration};
use url::Url;

const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Show the status of a KME's links
#[derive(Args)]
pub struct Status {
	/// URL of the operator interface, such as http://127.0.0.1:9101
	#[arg(long)]
	kme: Url,
}

/// Add an eavesdropper to a simulated link, or remove her
///
/// She measures a fraction of the pulses and resends them. The end with the smaller id simulates the light:
/// give the command to its KME.
#[derive(Args)]
pub struct Eavesdrop {
	/// URL of the operator interface, such as http://127.0.0.1:9101
	#[arg(long)]
	kme: Url,
	/// The KME at the other end of the link
	#[arg(long)]
	peer: String,
	/// Fraction of the pulses that she intercepts, 0.0 to 1.0
	#[arg(long, required_unless_present = "off", conflicts_with = "off")]
	fraction: Option<f64>,
	/// Remove her
	#[arg(long)]
	off: bool,
}

impl Status {
	pub fn run(self) -> Result<(), Box<dyn Error>> {
		let links: Vec<LinkView> = block_on(async {
			let answer = client()?.get(self.kme.join("links")?).send().await.map_err(unreachable)?;
			Ok(checked(answer).await?.json().await?)
		})?;
		for link in links {
			println!("{}: {}", link.link, link.state);
			if let Some(reason) = link.down_because {
				println!("  {reason}");
			}
			if let Some(qber) = link.qber {
				println!("  QBER {:.2} %", 100.0 * qber);
			}
			println!(
				"  sifted {:.0} bit/s, secret {:.0} bit/s",
				link.sifted_bits_per_second, link.secret_bits_per_second
			);
			println!(
				"  stored {} bits to send, {} to receive",
				link.stored_bits_outgoing, link.stored_bits_incoming
			);
			if let Some(abort) = link.last_abort {
				println!("  last abort: {abort}");
			}
			if link.intercept_resend > 0.0 {
				println!("  simulated eavesdropper: intercepts {} of the pulses", link.intercept_resend);
			}
		}
		Ok(())
	}
}

impl Eavesdrop {
	pub fn run(self) -> Result<(), Box<dyn Error>> {
		let mut url = self.kme.join("links")?;
		url.path_segments_mut()
			.map_err(|()| "the URL must begin with http://")?
			.extend([&self.peer, "eavesdropper"]);
		block_on(async {
			let client = client()?;
			let request = match self.fraction {
				Some(intercept_resend) => client.put(url).json(&Eavesdropper { intercept_resend }),
				None => client.delete(url),
			};
			checked(request.send().await.map_err(unreachable)?).await?;
			Ok(())
		})
	}
}

fn block_on<T>(
	work: impl std::future::Future<Output = Result<T, Box<dyn Error>>>,
) -> Result<T, Box<dyn Error>> {
	tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// A client for the operator interface: plain HTTP, no proxy. The library needs a TLS configuration in any
/// case.
fn client() -> Result<Client, Box<dyn Error>> {
	let tls = ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
		.with_safe_default_protocol_versions()?
		.with_root_certificates(RootCertStore::empty())
		.with_no_client_auth();
	Ok(Client::builder().tls_backend_preconfigured(tls).no_proxy().timeout(REQUEST_TIMEOUT).build()?)
}

/// With the cause of the error, which the library's own message leaves out.
fn unreachable(error: reqwest::Error) -> Box<dyn Error> {
	let mut cause: &dyn Error = &error;
	while let Some(source) = cause.source() {
		cause = source;
	}
	let url = error.url().map_or_else(String::new, |url| format!(" at {url}"));
	format!(
		"no KME answers{url}: {cause}; check that it runs, and that --kme is its `operator.listen`, with \
		 http://"
	)
	.into()
}

async fn checked(answer: Response) -> Result<Response, Box<dyn Error>> {
	if answer.status().is_success() {
		return Ok(answer);
	}
	let code = answer.status();
	Err(format!("{}: {code}: {}", answer.url().clone(), answer.text().await?).into())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_kme_that_does_not_answer_is_named_with_the_reason() {
		let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
		let status = Status { kme: format!("http://{free}").parse().unwrap() };
		let message = status.run().unwrap_err().to_string();
		assert!(message.contains(&free.to_string()) && message.contains("refused"), "{message}");
		assert!(message.contains("operator.listen"), "{message}");
	}
}
