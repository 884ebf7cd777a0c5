//! Block sizes and passes.

/// A choice of block sizes and passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
	/// That of Brassard and Salvail: four passes, the first with blocks of .73 / Q bits, each next one with
	/// blocks twice as long; after a correction, whole blocks of earlier passes are searched.
	Original,
	/// Option 8 of Martinez-Mateo, Pacher, Peev, Ciurana and Martin, "Demystifying the information
	/// reconciliation protocol Cascade", QIC 15, 453 (2015), arXiv:1407.3257: blocks of powers of 2, with a
	/// = log2(1 / Q) - 1/2, of 2^ceil(a), then 2^ceil((a + 12) / 2), then 4096 bits, then 20 passes (11 in
	/// the paper) of half a frame; blocks that a search has halved are reused.
	Option8,
}

/// Passes of half a frame in [`Variant::Option8`], requested in one message. Each detects remaining errors
/// with a probability of 1/2. The 11 of the paper left errors in about 3 of 10,000 frames as measured here,
/// too many for keys of a hundred frames; each further pass halves that and costs one bit per frame.
const CONFIRMATIONS: usize = 20;

/// Error rates are clamped to this range.
const ERROR_RATES: std::ops::RangeInclusive<f64> = 1e-5..=0.25;

impl Variant {
	/// Number of passes.
	pub(super) fn passes(self) -> usize {
		match self {
			Self::Original => 4,
			Self::Option8 => 3 + CONFIRMATIONS,
		}
	}

	/// The first of the passes that begin together.
	pub(super) fn first_confirmation(self) -> usize {
		match self {
			Self::Original => 4,
			Self::Option8 => 3,
		}
	}

	/// Whether the halves of blocks are reused.
	pub(super) fn reuses_halves(self) -> bool {
		self == Self::Option8
	}

	/// Block size of a pass (from 0), from 1 to the length of the frame.
	pub(super) fn block_bits(self, pass: usize, error_rate: f64, frame: usize) -> usize {
		// NaN (nothing was compared) is treated as the highest rate.
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
