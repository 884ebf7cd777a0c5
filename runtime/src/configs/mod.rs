//! The configuration of each pallet.

mod consensus;
mod consortium;
mod governance;
mod no_currency;
mod studies;
mod system;
mod time;
mod transactions;

pub use consensus::RegistryValidators;
