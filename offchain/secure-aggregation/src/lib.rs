//! Secure aggregation by a committee, as it is computed: a hospital shares its update, a party checks its shares and
//! sums them, and whoever has enough sums reconstructs the total.
//!
//! The protocol's types, its bounds and what the chain decides of posts are in
//! [`consilium_primitives::committee`]; this crate agrees with it to the bit. Nothing here knows a chain, a store or a
//! clock. What each check proves, against whom, and what it opens is in `docs/secure-aggregation.md`.
//!
//! | module | holds |
//! | --- | --- |
//! | [`dealing`] | a hospital's shares, with the proof of its norm |
//! | [`package`] | a party opens its share package |
//! | [`challenge`] | what follows from the public randomness of a round |
//! | [`checks`] | what a party posts of a hospital's shares |
//! | [`partial`] | a party's weighted sum of shares |
//! | [`reconstruct`] | the sum behind the parties' sums |
//! | [`shape`] | committees and sizes that sharing works for |
//!
//! Memory: dealing holds the packages it returns and a few kilobytes; opening, one share beside its package.
//!
//! ```
//! use consilium_primitives::{
//!     commitment::Suite,
//!     committee::{field::PrimeField, Committee, Direction},
//!     study::RoundKey,
//!     H256,
//! };
//! use consilium_secure_aggregation::{dealing, package, partial, reconstruct};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let committee = Committee {
//!     threshold: 1,
//!     parties: vec!["a", "b", "c", "d"].try_into().expect("four parties"),
//!     field: PrimeField::Mersenne61,
//!     direction: Direction::Off,
//!     projections: 0,
//!     weakest_suite: Suite::QkdMlKem768,
//!     step_blocks: 10,
//! };
//! let (genesis, round, hospital) = (H256::zero(), RoundKey { study: 0, round: 1, attempt: 1 }, [7; 32]);
//!
//! // The hospital; its update is (0.5, -0.25) with 16 fractional bits.
//! let coordinates = [1 << 15, -1 << 14];
//! let header = dealing::DealingHeader { genesis, round, hospital };
//! let dealing = dealing::deal(&committee, &header, &coordinates, &[42; 32])?;
//!
//! // Each party; the weight of the hospital is 100.
//! let mut partials = Vec::new();
//! for (party, bytes) in (1u8..).zip(&dealing.packages) {
//!     let expected = package::Expected { genesis, round, hospital, party, package: package::hash(bytes) };
//!     let share = package::open(bytes, &committee, 2, &expected)?;
//!     let mut aggregate = partial::PartialAggregate::new(&committee, 2)?;
//!     aggregate.add(&share, 100)?;
//!     partials.push((party, aggregate.to_bytes(&partial::PartialHeader { genesis, round, party })?));
//! }
//!
//! // Anyone, though the second party lies.
//! partials[1].1[60] ^= 1;
//! let partials: Vec<_> = partials.iter().map(|(party, bytes)| (*party, bytes.as_slice())).collect();
//! let header = reconstruct::AggregateHeader { genesis, round };
//! let reconstruction = reconstruct::reconstruct(&committee, 2, &header, &partials)?;
//! assert_eq!(reconstruction.sums, [100 << 15, -100 << 14]);
//! assert_eq!(reconstruction.wrong, [2]);
//! # Ok(())
//! # }
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod challenge;
pub mod checks;
pub mod dealing;
mod field;
mod key_stream;
pub mod package;
mod packing;
pub mod partial;
mod product;
pub mod reconstruct;
pub mod shape;
