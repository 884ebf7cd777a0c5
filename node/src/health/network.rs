//! Peers, blocks and finality.

use consilium_hospital::health::Check;
use consilium_runtime::BlockNumber;
use std::time::Duration;

/// How long after its start a node may be without peers or blocks.
const GRACE: Duration = Duration::from_secs(30);

/// Blocks of lag at which finality is a warning, and a fault.
const LAG: (BlockNumber, BlockNumber) = (20, 60);

/// Slots without a new block after which it is a fault, and seconds beside them.
const QUIET: (u64, u64) = (10, 20);

/// What is seen of the network.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
	/// Since the start of the node.
	pub uptime: Duration,
	/// Connected peers.
	pub peers: usize,
	/// Active members other than this hospital.
	pub others: usize,
	/// Whether the node is catching up with the others.
	pub syncing: bool,
	/// The best block.
	pub best: BlockNumber,
	/// Seconds since its slot; negative if that is in the future. `None` for the genesis block.
	pub best_age: Option<i64>,
	/// The newest final block.
	pub finalised: BlockNumber,
	/// Length of a slot in milliseconds.
	pub slot: u64,
}

impl Seen {
	/// Blocks that are not final yet.
	pub fn lag(&self) -> BlockNumber {
		self.best.saturating_sub(self.finalised)
	}
}

/// The checks of the network.
pub fn checks(seen: &Seen) -> Vec<Check> {
	vec![peers(seen), blocks(seen), finality(seen)]
}

fn peers(seen: &Seen) -> Check {
	const NAME: &str = "peers";
	let Seen { peers, others, uptime, .. } = *seen;
	match peers {
		0 if others == 0 => Check::ok(NAME, "there are no other members"),
		0 if uptime < GRACE => Check::unknown(NAME, "no peers yet"),
		0 => Check::failed(
			NAME,
			"no peers: this node hears of nothing. Check --bootnodes and the network, and that the other \
			 nodes run the same chain (--chain)",
		),
		some => Check::ok(NAME, format!("{some} peers; there are {others} other active members")),
	}
}

fn blocks(seen: &Seen) -> Check {
	const NAME: &str = "blocks";
	let (slots, seconds) = QUIET;
	let limit = i64::try_from(slots * seen.slot / 1000 + seconds).unwrap_or(i64::MAX);
	match seen.best_age {
		_ if seen.syncing => Check::unknown(NAME, format!("catching up, at block {}", seen.best)),
		None if seen.uptime < GRACE => Check::unknown(NAME, "no block yet"),
		None => Check::failed(
			NAME,
			"there is no block after the genesis block: the validators do not run, or this node was started \
			 with another chain (--chain) than theirs",
		),
		Some(age) if age > limit && seen.uptime < GRACE => Check::unknown(NAME, "no new block yet"),
		Some(age) if age > limit => Check::failed(
			NAME,
			format!(
				"the best block, {}, is {age} s old: no validator makes blocks, or this node gets none; see \
				 the checks `peers` and `clock`",
				seen.best
			),
		),
		Some(_) => Check::ok(NAME, format!("block {} is the best", seen.best)),
	}
}

fn finality(seen: &Seen) -> Check {
	const NAME: &str = "finality";
	let lag = seen.lag();
	let (warning, fault) = LAG;
	if seen.syncing {
		return Check::unknown(NAME, "catching up");
	}
	if lag <= warning {
		return Check::ok(NAME, format!("block {} is final, {lag} behind the best", seen.finalised));
	}
	let message = format!(
		"block {} is the newest final one, {lag} behind the best: a third of the validators or more do not \
		 vote, and nothing leaves a hospital. `grandpa_roundState` (RPC) names them; start their nodes",
		seen.finalised
	);
	match lag > fault {
		true => Check::failed(NAME, message),
		false => Check::warning(NAME, message),
	}
}
