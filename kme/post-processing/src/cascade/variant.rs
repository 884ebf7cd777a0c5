//! Block sizes of the passes.

/// A choice of block sizes and passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
	/// Brassard and Salvail's: four passes, the first of blocks of .73 / Q bits, each next of twice that; found errors are
	/// looked for in whole blocks of earlier passes.
	Original,
	/// Option 8 of Martinez-Mateo, Pacher, Peev, Ciurana and Martin, "Demystifying the information reconciliation
	/// protocol Cascade", QIC 15, 453 (2015), arXiv:1407.3257: blocks of powers of 2, with a = log2(1 / Q) - 1/2, of
	/// 2^ceil(a), then 2^ceil((a + 12) / 2), then 4096 bits, then 20 passes (11 in the paper) of half a frame; every block
	/// that a search halved is used again.
	Option8,
}

/// Passes of half a frame in [`Variant::Option8`], asked in one message. Each finds errors that the passes before left with a
/// probability of 1/2. The paper has 11, and measured here those left about 3 frames of 10,000 with errors, too many for
/// keys of a hundred frames; each further one halves that, and costs a bit a frame.
const CONFIRMATIONS: usize = 20;

/// Error rates outside of this range have the block sizes of its ends.
const ERROR_RATES: std::ops::RangeInclusive<f64> = 1e-5..=0.25;

impl Variant {
	/// How many passes there are.
	pub(super) fn passes(self) -> usize {
		match self {
			Self::Original => 4,
			Self::Option8 => 3 + CONFIRMATIONS,
		}
	}

	/// From this pass on, all are begun at once.
	pub(super) fn first_confirmation(self) -> usize {
		match self {
			Self::Original => 4,
			Self::Option8 => 3,
		}
	}

	/// Whether blocks within a block of a pass are used again.
	pub(super) fn reuses_halves(self) -> bool {
		self == Self::Option8
	}

	/// Block size of a pass (from 0), at least 1 and at most the frame's length.
	pub(super) fn block_bits(self, pass: usize, error_rate: f64, frame: usize) -> usize {
		// A rate that is no number (nothing was compared) is treated as the highest.
		let error_rate = if error_rate.is_nan() { *ERROR_RATES.end() } else { error_rate };
		let rate = error_rate.clamp(*ERROR_RATES.start(), *ERROR_RATES.end());
		let a = (1.0 / rate).log2() - 0.5;
		let size = match (self, pass) {
			(Self::Original, pass) => (0.73 / rate).ceil() * f64::powi(2.0, pass as i32),
			(Self::Option8, 0) => a.ceil().exp2(),
			(Self::Option8, 1) => ((a + 12.0) / 2.0).ceil().exp2(),
			(Self::Option8, 2) => 4096.0,
			(Self::Option8, _) => frame.div_ceil(2) as f64,
		};
		(size as usize).clamp(1, frame)
	}
}
