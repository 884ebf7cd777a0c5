//! Retries as specified in the table of [`super`].

use super::error::Fault;
use std::{future::Future, time::Duration};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// For calls that are safe to repeat: retries after temporary faults.
pub(super) async fn repeat<T, F>(kme: &str, retries: u32, call: impl Fn() -> F) -> Result<T, Fault>
where
	F: Future<Output = Result<T, Fault>>,
{
	let mut tried = 0;
	loop {
		match call().await {
			Err(fault) if fault.is_temporary() && tried < retries => pause(kme, tried, &fault).await,
			result => return result,
		}
		tried += 1;
	}
}

/// For the call that succeeds once: retries if no key was delivered, and once if that is unknown.
pub(super) async fn repeat_once_answered<T, F>(
	kme: &str,
	retries: u32,
	call: impl Fn() -> F,
) -> Result<T, Fault>
where
	F: Future<Output = Result<T, Fault>>,
{
	let mut lost: Option<Fault> = None;
	let mut tried = 0;
	loop {
		let fault = match call().await {
			Ok(answer) => return Ok(answer),
			Err(fault) => fault,
		};
		let is_open = fault.may_have_handed_out();
		let again = match lost {
			_ if !is_open => fault.is_temporary() && tried < retries,
			None => true,
			Some(_) => false,
		};
		if !again {
			return Err(match (lost, fault) {
				(Some(lost), Fault::KeyNotFound(_)) => Fault::HandedOut { reason: it(&lost) },
				(Some(lost), fault) if !matches!(fault, Fault::Malformed(_)) => {
					Fault::Undecided { reason: it(&lost), again: it(&fault) }
				},
				(_, fault) => fault,
			});
		}
		pause(kme, tried, &fault).await;
		if is_open {
			lost = Some(fault);
		}
		tried += 1;
	}
}

/// The fault as a sentence.
fn it(fault: &Fault) -> String {
	format!("it {fault}")
}

async fn pause(kme: &str, tried: u32, fault: &Fault) {
	let pause = FIRST_PAUSE.saturating_mul(2u32.saturating_pow(tried)).min(LONGEST_PAUSE);
	log::warn!(target: "quantum-keys", "the KME at {kme} {fault}; retrying in {} s", pause.as_secs_f32());
	tokio::time::sleep(pause).await;
}
