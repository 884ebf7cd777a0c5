//! SIGKILL at every step of a draw: a child process draws, stops at a step and is killed there. Then this
//! process opens the child's store and draws again.

use super::{
	client_tests::sae,
	draw_tests::service,
	kme::{Fault, Kme},
	store_tests::{entry, private_folder},
};
use crate::{
	draw::DrawError,
	etsi014::{Client, KeyRequest, KmeConfig},
	step::Step,
};
use std::{
	io::{BufRead, BufReader, Read, Write},
	path::Path,
	process::{Child, Command, Stdio},
};

const STOP_AT: &str = "QUANTUM_KEYS_TEST_STOP_AT";
const ARGUMENTS: &str = "QUANTUM_KEYS_TEST_ARGUMENTS";
const STOPPED: &str = "stopped at the step";

/// In the child: stops at the requested step.
pub(crate) fn reached(step: Step) {
	if std::env::var(STOP_AT).is_ok_and(|stop| stop == step.to_string()) {
		println!("{STOPPED}");
		std::io::stdout().flush().unwrap();
		loop {
			std::thread::park();
		}
	}
}

/// The child's work. Does nothing when run as a test.
#[test]
fn child() {
	let Ok(arguments) = std::env::var(ARGUMENTS) else { return };
	let arguments: Vec<&str> = arguments.split('\n').collect();
	let [url, ca, certificate, key, folder, other, id] = arguments[..] else { panic!("{arguments:?}") };
	let config = KmeConfig::new(url.parse().unwrap(), ca.into(), certificate.into(), key.into());
	let service = service(Client::new(&config).unwrap(), Path::new(folder));
	let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
	let drawn = runtime.block_on(async {
		match id {
			"" => service.draw_for_sending(&sae(other), &entry(9)).await,
			id => service.draw_for_receiving(&sae(other), &id.parse().unwrap(), &entry(9)).await,
		}
	});
	println!("not stopped: {drawn:?}");
}

fn start(kme: &Kme, folder: &Path, id: &str, stop_at: &str) -> Child {
	let (identity, other) = if id.is_empty() { (&kme.a, "sae-b") } else { (&kme.b, "sae-a") };
	let config = kme.config(identity);
	let arguments = [
		config.url.as_str(),
		config.ca.to_str().unwrap(),
		config.certificate.to_str().unwrap(),
		config.key.to_str().unwrap(),
		folder.to_str().unwrap(),
		other,
		id,
	];
	Command::new(std::env::current_exe().unwrap())
		.args(["--exact", "tests::kill_tests::child", "--nocapture", "--test-threads=1"])
		.env(STOP_AT, stop_at)
		.env(ARGUMENTS, arguments.join("\n"))
		.stdout(Stdio::piped())
		.spawn()
		.unwrap()
}

fn kill(mut child: Child) {
	// `Child::kill` is SIGKILL.
	child.kill().unwrap();
	child.wait().unwrap();
}

/// Runs the child up to the step and kills it there.
async fn kill_at(kme: &Kme, folder: &Path, id: &str, stop_at: &'static str) {
	let mut child = start(kme, folder, id, stop_at);
	let mut output = child.stdout.take().unwrap();
	let stopped = tokio::task::spawn_blocking(move || {
		let mut lines = BufReader::new(&mut output).lines();
		let is_there = lines.any(|line| line.unwrap().contains(STOPPED));
		drop(lines);
		(is_there, output)
	});
	let (is_there, mut output) = stopped.await.unwrap();
	kill(child);
	let mut rest = String::new();
	output.read_to_string(&mut rest).unwrap();
	assert!(is_there, "the child did not come to the step {stop_at}: {rest}");
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum After {
	/// The KME is asked again and has the key.
	FromKme,
	/// The KME is not asked again.
	FromStore,
	/// The key was in flight.
	Lost,
}

fn dec_keys(kme: &Kme) -> usize {
	kme.seen().iter().filter(|seen| seen.path.ends_with("/dec_keys")).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_is_killed() {
	let steps = [
		("Asked written", After::FromKme),
		("Asked synced", After::FromKme),
		("Asked named", After::FromKme),
		("the request arrived", After::FromKme),
		("the key was handed out", After::Lost),
		("answered", After::Lost),
		("Key written", After::FromStore),
		("Key synced", After::FromStore),
		("Key named", After::FromStore),
		("stored", After::FromStore),
	];
	let kme = Kme::start().await;
	for (step, expected) in steps {
		let folder = private_folder();
		let key =
			kme.client_a().encryption_keys(&sae("sae-b"), &KeyRequest::one(256)).await.unwrap().remove(0);
		let fault = match step {
			"the request arrived" => Some(Fault::Hold),
			"the key was handed out" => Some(Fault::ActAndHold),
			_ => None,
		};
		match fault {
			None => kill_at(&kme, folder.path(), &key.id.to_string(), step).await,
			Some(fault) => {
				kme.fail(fault);
				let child = start(&kme, folder.path(), &key.id.to_string(), "nowhere");
				kme.held().await;
				kill(child);
			},
		}
		let asked = dec_keys(&kme);
		let receiver = service(kme.client_b(), folder.path());
		let drawn = receiver.draw_for_receiving(&sae("sae-a"), &key.id, &entry(9)).await;
		let after = match &drawn {
			Ok(drawn) => {
				assert_eq!(drawn.bytes, key.bytes, "{step}");
				if dec_keys(&kme) > asked {
					After::FromKme
				} else {
					After::FromStore
				}
			},
			Err(DrawError::LostInFlight { .. }) => After::Lost,
			Err(error) => panic!("{step}: {error}"),
		};
		assert_eq!(after, expected, "{step}");
		// Once stored it stays, and no temporary file does.
		if after != After::Lost {
			let again = receiver.draw_for_receiving(&sae("sae-a"), &key.id, &entry(9)).await.unwrap();
			assert_eq!(again.bytes, key.bytes, "{step}");
		}
		let half_written = std::fs::read_dir(folder.path())
			.unwrap()
			.any(|file| file.unwrap().file_name().to_string_lossy().starts_with(".tmp"));
		assert!(!half_written, "{step}");
	}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_that_is_killed() {
	// Whether the key is in the store afterwards. If not, it is wasted, unused.
	let steps = [
		("answered", false),
		("Key written", true),
		("Key synced", true),
		("Key named", true),
		("stored", true),
	];
	let kme = Kme::start().await;
	for (step, is_stored) in steps {
		let folder = private_folder();
		kill_at(&kme, folder.path(), "", step).await;
		let sender = service(kme.client_a(), folder.path());
		let ids = sender.store().ids().unwrap();
		assert_eq!(ids.len(), usize::from(is_stored), "{step}");
		for id in ids {
			let stored = sender.store().get(&id).unwrap().unwrap();
			let received = kme.client_b().decryption_keys(&sae("sae-a"), &[id]).await.unwrap();
			assert_eq!(stored.key.bytes, received[0].bytes, "{step}");
		}
		sender.draw_for_sending(&sae("sae-b"), &entry(9)).await.unwrap();
	}
}
