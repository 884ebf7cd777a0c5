//! What goes wrong while the node shuts down, and does not matter.
//!
//! Substrate's panic handler ends the process with an error on any panic, which is right while the node runs.
//! During shutdown, tasks of the SDK may be polled once more although their streams and timers are gone
//! ("`SelectNextSome` polled after terminated", "A Tokio 1.x context was found, but it is being shutdown").
//! Nothing is lost then, so the node must not exit with an error that a supervisor would take for a crash.

use futures::future::BoxFuture;
use sc_service::SpawnEssentialTaskHandle;
use sp_core::traits::SpawnEssentialNamed;
use std::{
	future::{poll_fn, Future},
	panic,
	pin::pin,
	sync::atomic::{AtomicBool, Ordering},
	task::Poll,
	time::Duration,
};
use tokio::{
	signal::unix::{signal, SignalKind},
	time::sleep,
};

/// How long the end of an essential task waits for a signal that explains it.
const EXPLANATION: Duration = Duration::from_secs(1);

static STOPPING: AtomicBool = AtomicBool::new(false);

/// Sets [`STOPPING`] when dropped: on a signal, or at the latest with the runtime's tasks.
struct MarkWhenDropped;

impl Drop for MarkWhenDropped {
	fn drop(&mut self) {
		STOPPING.store(true, Ordering::Release);
	}
}

/// From now on, panics are only logged once the node has been asked to stop. Call it within the node's
/// runtime, after Substrate's panic handler has been set.
pub fn forgive_panics_while_stopping() {
	let hook = panic::take_hook();
	panic::set_hook(Box::new(move |panic| {
		if STOPPING.load(Ordering::Acquire) {
			let payload = panic.payload();
			let text = payload.downcast_ref::<&str>().copied();
			let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
			let message = text.unwrap_or("no message");
			log::info!("a task panicked during shutdown: {message}");
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

/// Spawns essential tasks. During shutdown their streams end, and they with them, before the node ends them:
/// that is no failure, and is not logged as one.
#[derive(Clone)]
pub struct Essential(pub SpawnEssentialTaskHandle);

impl SpawnEssentialNamed for Essential {
	fn spawn_essential_blocking(
		&self,
		name: &'static str,
		group: Option<&'static str>,
		task: BoxFuture<'static, ()>,
	) {
		self.0.spawn_essential_blocking(name, group, Box::pin(unless_stopping(task)));
	}

	fn spawn_essential(&self, name: &'static str, group: Option<&'static str>, task: BoxFuture<'static, ()>) {
		self.0.spawn_essential(name, group, Box::pin(unless_stopping(task)));
	}
}

/// Ends when `task` does, unless the node is asked to stop within [`EXPLANATION`]: then never. While the node
/// stops the task is left alone, so that it does not log what it misses.
pub async fn unless_stopping(task: impl Future<Output = ()>) {
	let mut task = pin!(task);
	poll_fn(|context| match STOPPING.load(Ordering::Acquire) {
		true => Poll::Pending,
		false => task.as_mut().poll(context),
	})
	.await;
	if !STOPPING.load(Ordering::Acquire) {
		sleep(EXPLANATION).await;
	}
	if STOPPING.load(Ordering::Acquire) {
		std::future::pending().await
	}
}

/// Waits for the signals that stop the node; forever if no handler can be installed.
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
	fn dropping_the_runtime_marks_the_shutdown() {
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
