//! What blocks know of finality.

use crate::BlockNumber;
use serde::Serialize;

/// Identifies the inherent in which the author of a block states the height that its node knows to be final,
/// a [`BlockNumber`] in SCALE.
pub const INHERENT_IDENTIFIER: [u8; 8] = *b"finality";

/// What a block knows of finality.
#[apply(chain_type)]
#[derive(Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FinalityStatus {
	/// The block at this height is final: at least one honest validator says so.
	pub finalised: BlockNumber,
	/// Whether no higher block has become final for so long that time must not count against anybody.
	pub stands_still: bool,
}
