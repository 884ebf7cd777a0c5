//! When passes begin. A pass is under way from its notification until its permit is dropped.

use super::*;
use consilium_runtime::opaque::Header;
use futures::{
	channel::mpsc::{unbounded, UnboundedSender},
	FutureExt,
};
use sc_utils::mpsc::TracingUnboundedReceiver;
use sp_consensus::BlockOrigin;
use sp_runtime::traits::{BlakeTwo256, Hash as _, Header as _};
use std::time::Duration;
use tokio::time::timeout;

type Notification = BlockImportNotification<Block>;
type Hash = <Block as BlockT>::Hash;

/// A schedule that runs, and what happens to it.
struct Test {
	imports: UnboundedSender<Notification>,
	finished: mpsc::Sender<()>,
	best: Arc<Mutex<Hash>>,
	gate: Gate,
	passes: TracingUnboundedReceiver<Notification>,
}

impl Test {
	fn start() -> Self {
		let (imports, import_stream) = unbounded();
		let (finished, receiver) = mpsc::channel(1);
		let (sender, passes) = tracing_unbounded("passes", TOO_MANY);
		let (best, gate) = (Arc::<Mutex<Hash>>::default(), Gate::new());
		let present = best.clone();
		let schedule = Schedule {
			due: None,
			last: None,
			best: move || *present.lock().unwrap(),
			gate: gate.clone(),
			passes: sender,
			is_late: false,
		};
		tokio::spawn(schedule.run(import_stream, receiver));
		Self { imports, finished, best, gate, passes }
	}

	/// Imports a block.
	fn import(&self, number: u32, is_new_best: bool) {
		let notification = notification(number, is_new_best);
		if is_new_best {
			*self.best.lock().unwrap() = notification.hash;
		}
		self.imports.unbounded_send(notification).unwrap();
	}

	async fn finish_job(&self) {
		self.finished.send(()).await.unwrap();
	}

	/// The block of the next pass, and the permit that it holds. It must come: a test does not hang.
	async fn pass(&mut self) -> (u32, OwnedSemaphorePermit) {
		let notification = timeout(Duration::from_secs(60), self.passes.next()).await.unwrap().unwrap();
		(*notification.header.number(), self.gate.permit().take().unwrap())
	}

	/// No pass is due, after everything that has happened was noticed.
	async fn assert_idle(&mut self) {
		self.import(1000, true);
		assert_eq!(self.pass().await.0, 1000);
	}
}

fn notification(number: u32, is_new_best: bool) -> Notification {
	let root = BlakeTwo256::hash(&[]);
	let header = Header::new(number, root, root, root, Default::default());
	let (unpin, _) = tracing_unbounded("unpin", TOO_MANY);
	BlockImportNotification::new(header.hash(), BlockOrigin::Own, header, is_new_best, None, unpin)
}

#[tokio::test]
async fn a_pass_begins_at_each_new_best_block() {
	let mut test = Test::start();
	for number in 1..4 {
		test.import(number, true);
		test.import(number + 100, false);
		assert_eq!(test.pass().await.0, number);
	}
	test.assert_idle().await;
}

#[tokio::test]
async fn a_finished_job_leads_to_another_pass_at_the_same_block() {
	let mut test = Test::start();
	test.import(1, true);
	drop(test.pass().await);
	for _ in 0..2 {
		test.finish_job().await;
		assert_eq!(test.pass().await.0, 1);
	}
	test.assert_idle().await;
}

#[tokio::test]
async fn a_pass_waits_for_the_end_of_the_one_before_and_stands_for_all_that_came_meanwhile() {
	let mut test = Test::start();
	test.import(1, true);
	let (_, first) = test.pass().await;
	test.finish_job().await;
	test.import(2, true);
	test.finish_job().await;
	test.import(3, true);
	test.finish_job().await;
	// The schedule has received everything once there is room for two more.
	test.finish_job().await;
	test.finish_job().await;
	assert!(test.passes.next().now_or_never().is_none(), "two passes at once");
	drop(first);
	let (number, second) = test.pass().await;
	assert_eq!(number, 3);
	drop(second);
	// The last jobs may have been noticed before or after.
	test.import(4, true);
	while test.pass().await.0 != 4 {}
	test.assert_idle().await;
}

#[tokio::test]
async fn no_second_pass_at_a_block_that_is_no_longer_best() {
	let mut test = Test::start();
	test.finish_job().await;
	test.import(1, true);
	drop(test.pass().await);
	// As in the initial synchronisation: imported without a notification.
	*test.best.lock().unwrap() = Hash::repeat_byte(7);
	test.finish_job().await;
	test.finish_job().await;
	test.assert_idle().await;
}

#[tokio::test]
async fn a_pass_that_never_begins_does_not_keep_others_waiting_for_ever() {
	let mut test = Test::start();
	test.import(1, true);
	// Swallowed: the permit stays where it is.
	assert_eq!(*test.passes.next().await.unwrap().header.number(), 1);
	test.import(2, true);
	test.import(3, true);
	test.import(4, true);
	let (number, _) = test.pass().await;
	assert!((3..=4).contains(&number), "{number}");
}
