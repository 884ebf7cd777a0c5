//! Hospitals of one study in one process. Most tests drive a hospital's two workers themselves, so that they
//! can stop them anywhere, as a crash does.

mod ahead_tests;
mod committee_mock;
mod committee_round_tests;
mod config_tests;
mod deletion_tests;
mod dispute_tests;
mod fault_tests;
mod finality_tests;
mod fork_tests;
mod handle_tests;
mod health_tests;
mod hold_tests;
mod key_tests;
pub(crate) mod mock;
mod nonce_tests;
mod partial_tests;
mod regression_tests;
mod restart_tests;
mod root_tests;
mod round_tests;
mod sealer_tests;
mod sharing_restart_tests;
mod state_tests;
mod trainer_tests;
mod training_tests;
