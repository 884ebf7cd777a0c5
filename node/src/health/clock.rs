//! This machine's clock against those of the other nodes.
//!
//! A block's slot is the time at its author when it was made. Other nodes announce new blocks within a second
//! or so: a block that arrives long after its time, or before it, tells that the two clocks differ. The lower
//! quartile of the last blocks counts: no single author decides, and neither do old blocks, which nodes
//! announce when they meet after a pause. If there are many of those, as after an outage, their offsets
//! differ more than those of a wrong clock would, and nothing is said. Announcements count, and not imports:
//! a node whose clock is behind imports no blocks.

use consilium_hospital::health::Check;
use consilium_runtime::{opaque::Block, BlockNumber, Header};
use sp_consensus::block_validation::{BlockAnnounceValidator, DefaultBlockAnnounceValidator, Validation};
use sp_consensus_aura::sr25519::AuthoritySignature;
use sp_runtime::traits::Header as _;
use std::{
	collections::VecDeque,
	error::Error,
	future::Future,
	pin::Pin,
	sync::{Arc, Mutex, PoisonError},
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Name of the check.
const NAME: &str = "clock";

/// Blocks of which the lower quartile counts.
const MOST: usize = 16;

/// Blocks without which nothing is said.
const LEAST: usize = 8;

/// How long a block counts.
const MEMORY: Duration = Duration::from_secs(120);

/// Milliseconds beyond a slot by which clocks may differ: of the network, and of a busy machine.
const TOLERANCE: i64 = 2_000;

/// Milliseconds beyond which it is a fault. A node so far behind imports no blocks, and the blocks of one so
/// far ahead are refused.
const FAULT: i64 = 10_000;

/// The remedy.
const REMEDY: &str = "set it by NTP (`timedatectl set-ntp true`; in a virtual machine, at its host)";

/// When blocks of other nodes arrived, compared with their slots.
pub struct Clock {
	/// Milliseconds.
	slot: i64,
	heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
	highest: BlockNumber,
	/// When, and milliseconds after the slot's begin.
	blocks: VecDeque<(Instant, i64)>,
}

impl Clock {
	/// For slots of this many milliseconds.
	pub fn new(slot: u64) -> Self {
		Self { slot: i64::try_from(slot).unwrap_or(i64::MAX), heard: Mutex::default() }
	}

	/// A block of `slot` was announced at the time `now`, in milliseconds of Unix time. Blocks below the
	/// highest are late for other reasons.
	fn heard(&self, number: BlockNumber, slot: u64, now: i64) {
		let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
		if number <= heard.highest {
			return;
		}
		heard.highest = number;
		let begin = i64::try_from(slot).unwrap_or(i64::MAX).saturating_mul(self.slot);
		heard.blocks.push_back((Instant::now(), now.saturating_sub(begin)));
		if heard.blocks.len() > MOST {
			heard.blocks.pop_front();
		}
	}

	/// Milliseconds by which this clock is ahead of the others; negative if it is behind. `None` if too few
	/// new blocks were heard.
	pub fn offset(&self) -> Option<i64> {
		let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
		let recent = heard.blocks.iter().filter(|(at, _)| at.elapsed() < MEMORY);
		let mut offsets: Vec<_> = recent.map(|(_, offset)| *offset).collect();
		offsets.sort_unstable();
		if offsets.len() < LEAST {
			return None;
		}
		let (low, high) = (offsets[offsets.len() / 4], offsets[offsets.len() * 3 / 4]);
		let agree = high.saturating_sub(low) <= self.slot.saturating_add(TOLERANCE);
		(agree || excess(low, self.slot) <= TOLERANCE).then_some(low)
	}

	/// The check.
	pub fn check(&self) -> Check {
		check(self.offset(), self.slot)
	}
}

/// How much an offset exceeds those of clocks that agree, in milliseconds.
fn excess(offset: i64, slot: i64) -> i64 {
	match offset {
		behind if behind < 0 => behind.saturating_neg(),
		ahead => ahead.saturating_sub(slot),
	}
}

/// What an offset means, both in milliseconds.
fn check(offset: Option<i64>, slot: i64) -> Check {
	let Some(offset) = offset else {
		return Check::unknown(NAME, "too few new blocks of other nodes were heard in the last two minutes");
	};
	let seconds = offset.unsigned_abs() as f64 / 1000.0;
	let direction = if offset < 0 { "behind" } else { "ahead of" };
	let excess = excess(offset, slot);
	if excess <= TOLERANCE {
		return Check::ok(
			NAME,
			format!("blocks of other nodes arrive {seconds:.1} s after their slots began"),
		);
	}
	let message =
		format!("this machine's clock is {seconds:.0} s {direction} those of the other nodes; {REMEDY}");
	match excess > FAULT {
		true => Check::failed(NAME, message),
		false => Check::warning(NAME, message),
	}
}

/// Hears of blocks as other nodes announce them. Accepts what the default accepts.
pub struct Announcements(pub Arc<Clock>);

impl BlockAnnounceValidator<Block> for Announcements {
	fn validate(
		&mut self,
		header: &Header,
		data: &[u8],
	) -> Pin<Box<dyn Future<Output = Result<Validation, Box<dyn Error + Send>>> + Send>> {
		if let Some(slot) = slot_of(header) {
			self.0.heard(*header.number(), slot, now());
		}
		BlockAnnounceValidator::<Block>::validate(&mut DefaultBlockAnnounceValidator, header, data)
	}
}

/// The slot of a block; `None` for the genesis block.
pub fn slot_of(header: &Header) -> Option<u64> {
	let slot = sc_consensus_aura::standalone::find_pre_digest::<Block, AuthoritySignature>(header).ok()?;
	(*header.number() > 0).then_some(*slot)
}

/// Milliseconds of Unix time.
pub fn now() -> i64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;
	use consilium_hospital::health::State;

	const SLOT: u64 = 1_000;
	/// A slot of November 2026.
	const FIRST: u64 = 1_795_600_000;

	/// A clock that heard a block of each slot, `offset` milliseconds after it began.
	fn heard(offset: i64, blocks: u32) -> Clock {
		let clock = Clock::new(SLOT);
		for number in 1..=blocks {
			let slot = FIRST + u64::from(number);
			clock.heard(number, slot, (slot * SLOT) as i64 + offset);
		}
		clock
	}

	fn assert_check(offset: i64, state: State, word: &str) {
		let check = heard(offset, 10).check();
		assert_eq!(check.state, state, "{offset}: {}", check.message);
		assert!(check.message.contains(word), "{offset}: {}", check.message);
	}

	#[test]
	fn a_clock_that_differs_is_named_with_its_seconds() {
		assert_check(0, State::Ok, "0.0 s");
		assert_check(900, State::Ok, "0.9 s");
		assert_check(-1_500, State::Ok, "");
		assert_check(45_400, State::Failed, "45 s ahead of");
		assert_check(45_400, State::Failed, "timedatectl");
		assert_check(-45_400, State::Failed, "45 s behind those of the other nodes");
		assert_check(5_000, State::Warning, "5 s ahead of");
		assert_check(-5_000, State::Warning, "5 s behind");
	}

	#[test]
	fn few_blocks_say_nothing() {
		assert_eq!(heard(45_000, 7).check().state, State::Unknown);
		assert_eq!(heard(45_000, 8).check().state, State::Failed);
	}

	#[test]
	fn one_author_with_a_wrong_clock_does_not_count() {
		let clock = heard(300, 9);
		for number in 10..=16 {
			clock.heard(number, FIRST, (FIRST * SLOT) as i64 + 45_000);
		}
		assert_eq!(clock.check().state, State::Ok);
	}

	#[test]
	fn a_chain_that_stood_still_says_nothing_of_the_clock() {
		let clock = heard(16_000, 4);
		for number in 5..=8 {
			clock.heard(number, FIRST + 60, ((FIRST + 60) * SLOT) as i64 + 300);
		}
		assert_eq!(clock.check().state, State::Ok);
	}

	/// What the other half of the network made while it was out of reach, all at once.
	#[test]
	fn blocks_of_an_outage_say_nothing_of_the_clock() {
		let clock = Clock::new(SLOT);
		let now = ((FIRST + 600) * SLOT) as i64;
		(1..=16).for_each(|number| clock.heard(number, FIRST + u64::from(number), now));
		assert_eq!(clock.check().state, State::Unknown);
	}

	#[test]
	fn old_blocks_that_are_announced_again_do_not_count() {
		let clock = heard(300, 10);
		for number in 1..=10 {
			clock.heard(number, FIRST, (FIRST * SLOT) as i64 + 45_000);
		}
		assert_eq!(clock.check().state, State::Ok);
	}
}
