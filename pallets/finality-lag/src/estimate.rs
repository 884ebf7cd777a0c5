//! The final height from claims, pure.

use alloc::vec::Vec;
use consilium_primitives::BlockNumber;

/// How many of so many validators may be faulty, as GRANDPA tolerates them.
pub const fn tolerated(validators: usize) -> usize {
	validators.saturating_sub(1) / 3
}

/// The highest height for which at least one honest validator vouches, if `faulty` of those who claim lie.
/// `None` if too few claim anything.
pub fn height(mut claims: Vec<BlockNumber>, faulty: usize) -> Option<BlockNumber> {
	claims.sort_unstable_by(|one, other| other.cmp(one));
	claims.get(faulty).copied()
}
