//! The end of the node's process.
//!
//! Substrate's panic handler ends the process with an error at any panic, which is right while the node runs. While it
//! stops, tasks of the SDK may be polled once more although their streams and timers are gone ("`SelectNextSome` polled
//! after terminated", "A Tokio 1.x context was found, but it is being shutdown"). Nothing is lost then, so the node must
//! not end with an error that a supervisor would take for a crash.

use std::{
	panic,
	sync::atomic::{AtomicBool, Ordering},
};
use tokio::signal::unix::{signal, SignalKind};

static STOPPING: AtomicBool = AtomicBool::new(false);

/// Sets the mark when it goes away: at a signal, at the latest with the runtime's tasks.
struct MarkWhenDropped;

impl Drop for MarkWhenDropped {
	fn drop(&mut self) {
		STOPPING.store(true, Ordering::Release);
	}
}

/// From now on a panic ends the process only until the node is asked to stop. Call it within the node's runtime, after
/// Substrate's panic handler was set.
pub fn forgive_panics_while_stopping() {
	let hook = panic::take_hook();
	panic::set_hook(Box::new(move |panic| {
		if STOPPING.load(Ordering::Acquire) {
			let payload = panic.payload();
			let text = payload.downcast_ref::<&str>().copied();
			let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
			let message = text.unwrap_or("no reason given");
			log::info!("a task was polled while the node stopped: {message}");
		} else {
			hook(panic);
		}
	}));
	let mark = MarkWhenDropped;
	tokio::spawn(async move {
		let _mark = mark;
		asked_to_stop().await;
	});
}

/// Waits for the signals at which the node stops; for ever if the system does not deliver them.
async fn asked_to_stop() {
	let signals = [SignalKind::terminate(), SignalKind::interrupt()].map(signal);
	let [Ok(mut terminate), Ok(mut interrupt)] = signals else { return std::future::pending().await };
	tokio::select! {
		_ = terminate.recv() => {},
		_ = interrupt.recv() => {},
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_mark_is_set_when_the_runtime_goes_away() {
		let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
		runtime.block_on(async {
			let mark = MarkWhenDropped;
			tokio::spawn(async move {
				let _mark = mark;
				std::future::pending::<()>().await
			});
			tokio::task::yield_now().await;
		});
		assert!(!STOPPING.load(Ordering::Acquire));
		drop(runtime);
		assert!(STOPPING.load(Ordering::Acquire));
	}
}
