//! Hospitals of one study in one process. A test drives each hospital's worker by hand, so that it can
//! stop it anywhere, as a crash does.

mod config_tests;
mod fault_tests;
mod finality_tests;
mod handle_tests;
mod key_tests;
pub(crate) mod mock;
mod restart_tests;
mod round_tests;
mod state_tests;
mod trainer_tests;
