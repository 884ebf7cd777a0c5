//! A simulated decoy-state BB84 link: source, fibre, detectors, eavesdropper, and the theory of its key rate.
//!
//! The transmitter sends weak coherent pulses of three intensities, each in one of two bases; the receiver measures in
//! a basis of its own with two threshold detectors. What both know of a block of pulses is a
//! [`Transmission`](record::Transmission). Everything here is computation: no clock, no file, no socket, and the same
//! seed gives the same block.
//!
//! | module | holds |
//! | --- | --- |
//! | [`record`] | what the two ends know of a block of pulses |
//! | [`parameters`] | source, fibre and receiver, and the ranges of their values |
//! | [`presets`] | parameters of published links |
//! | [`eavesdropper`] | attacks on a link |
//! | [`detection`] | how often two threshold detectors click, and click wrongly |
//! | [`model`] | gains, error rates and expected counts of a link under attack |
//! | [`simulator`] | blocks of pulses, made by one of the two ways below |
//! | `monte_carlo` | pulse by pulse and photon by photon: plain, for small blocks |
//! | `sampled` | detections drawn from the model: fast, for any block |
//! | [`finite_key`] | the secret length of a block (Lim et al. 2014) |
//! | [`asymptotic`] | the key rate of blocks without end (GLLP with decoy states) |
//! | [`entropy`] | the binary entropy |
//!
//! What is simulated is light and detectors that do what the papers assume. Nothing here proves that a device does so.
//!
//! ```
//! use consilium_quantum_channel::{
//!     eavesdropper::Eavesdropper, model::Model, parameters::Link, simulator::Simulator,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let link = Link::metropolitan(25.0);
//! let model = Model::new(&link, &Eavesdropper::None)?;
//! let pulses = model.pulses_for(10_000).ok_or("no light arrives")?;
//! let block = Simulator::Sampled.transmit(&link, &Eavesdropper::None, pulses, [7; 32])?;
//!
//! let (mut sifted, mut errors) = (0, 0);
//! for (sent, detected) in block.sent.iter().zip(&block.detected) {
//!     if sent.basis == detected.basis {
//!         sifted += 1;
//!         errors += u32::from(sent.bit != detected.bit);
//!     }
//! }
//! assert!(f64::from(errors) / f64::from(sifted) < 0.03);
//! # Ok(())
//! # }
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod asymptotic;
pub mod detection;
pub mod eavesdropper;
pub mod entropy;
pub mod finite_key;
pub mod model;
mod monte_carlo;
pub mod parameters;
pub mod presets;
pub mod record;
mod sampled;
pub mod simulator;
