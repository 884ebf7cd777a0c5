//! How each pallet is set up.

mod consensus;
mod consortium;
mod governance;
mod no_currency;
mod studies;
mod system;
mod transactions;

pub use consensus::RegistryValidators;
