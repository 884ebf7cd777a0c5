//! The encoding of updates as integers before they leave a hospital, the same for every aggregation scheme.

use crate::fixed_point::{Decimal, MAX_FRACTION_BITS};
use serde::Serialize;

/// From an update of real numbers to integers: clip, then round to fixed point.
#[apply(chain_type)]
#[derive(Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateEncoding {
	/// The L2 norm that a hospital scales its update down to, above 0; `None`: updates are not clipped, and
	/// their norm is not bounded.
	pub clip: Option<Decimal>,
	/// Fractional bits of each coordinate, at most 40.
	pub fraction_bits: u8,
}

impl UpdateEncoding {
	/// Whether the number of fractional bits is in range.
	pub const fn has_valid_fraction_bits(&self) -> bool {
		self.fraction_bits <= MAX_FRACTION_BITS
	}

	/// Whether the clip, if any, is above 0.
	pub fn has_valid_clip(&self) -> bool {
		self.clip.is_none_or(|clip| !clip.is_zero())
	}

	/// The largest L2 norm that an update of `parameters` coordinates may have in fixed point: the clip, plus
	/// half a unit of rounding in every coordinate. `None` without a clip, or if the bound does not fit.
	pub fn norm_bound(&self, parameters: u32) -> Option<u64> {
		let scale = 1u128.checked_shl(self.fraction_bits.into())?;
		let scaled = u128::from(self.clip?.nanos()).checked_mul(scale)?;
		let bound = scaled.div_ceil(u128::from(Decimal::ONE.nanos()));
		let rounding = u128::from(parameters).isqrt() / 2 + 1;
		u64::try_from(bound.checked_add(rounding)?).ok()
	}
}
