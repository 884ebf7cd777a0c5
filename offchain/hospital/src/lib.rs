//! One hospital's side of a round: configuration, keys, jobs and their state on disk. Knows nothing of
//! Substrate.
//!
//! # The life of a job
//!
//! The chain's off-chain worker hands a [`Job`](consilium_primitives::job::Job) to [`Handle::start`] and asks
//! [`Handle::poll`] after it, at every block, until the chain shows the result. Neither waits. The work is done on the
//! hospital's own thread, one job after the other, behind a queue of 64.
//!
//! ```text
//! start ─▶ queued ─▶ Train: train, share, seal, sign, save ─┐
//!             │                                              ├▶ wait for finality ─▶ work ─▶ save ─▶ Done
//!             └────▶ all others ────────────────────────────┘
//! ```
//!
//! | job | who | work after finality |
//! | --- | --- | --- |
//! | `Train` | a hospital of the study | save the hash of what leaves, publish the update, or one sealed share package for each party |
//! | `Check` | a party of the committee | open its shares of each update, compute the elements that are posted, or complain |
//! | `Answer` | a hospital whose shares are disputed | publish the parties' packages in the clear, of at most t parties in one try |
//! | `Judge` | a party | compare published packages with their hashes and with what the others' posts imply |
//! | `Aggregate` | a party | sum its shares by weight, publish the partial aggregate |
//! | `Attest` | a hospital of the study | take the mean of the updates, or reconstruct it from partial aggregates; step, publish the model, evaluate |
//!
//! *Wait for finality*: nothing leaves the hospital before the block at which its phase began is final. The
//! node reports final blocks with [`Handle::finalised`]. A waiting job holds up no other. It is given up when the chain asks
//! for other work in the same round, try and kind: then the block that asked for it is gone.
//!
//! *Save*: the same work has the same outcome, also after a restart. What is posted is signed with the present keys each
//! time. What the same work is, says the hash in the job's id: after a re-organisation the same round may have other updates
//! or another base.
//!
//! *Failed*: the log (target `hospital`) says why, once for each new reason. The job may be started again,
//! five seconds later at the earliest, and goes on from what is saved. A panic in a job only fails the job. Whatever this
//! hospital itself lacks (the store, its keys, the root set) fails its job; whatever another did not deliver is an
//! outcome that names it.
//!
//! Six stories:
//!
//! 1. Alice's node is killed while she trains. After the restart the off-chain worker finds that her update is
//!    still due and starts the job again; the same seed brings the same update.
//! 2. It is killed after she published. The saved update and commitment are taken, and the store is asked
//!    whether it has the update. Another update never leaves her in this try, not even if her records have changed
//!    or the chain was re-organised. Module `jobs::train` says how.
//! 3. Bob's update is missing from the store, or was altered there. Alice, Charlie and Dave each give the verdict
//!    that names Bob. Had Alice lost the connection to the store, her job would have failed and been tried again:
//!    that is nobody's fault but hers.
//! 4. The new model does worse on Dave's test records than the study allows. He attests to its hash, so that everyone
//!    knows what he judged, and rejects it.
//! 5. Bob, a party, finds Charlie's share package altered and complains. Charlie makes the package again from the seed that he
//!    saved and publishes it; Alice and Dave find it right, and Bob sums it like the others.
//! 6. Charlie's disk is lost between his commitment and his answer. He cannot make the package again, his update does not
//!    count in this try, and he shares a new one in the next.
//!
//! # What is on disk
//!
//! A folder of state, given to [`Hospital::start`], with the update, the seed of its shares and the outcome of every job of
//! the last eight rounds of each study, one file each (module `state`), which only their owner may read. Keys, records and the
//! blob store are where hospital.toml says. Without the state folder a hospital still works, but may publish a second update
//! in a round of which it has forgotten the first: back it up with the keys, or leave out a round.
//!
//! | module | holds |
//! | --- | --- |
//! | [`check`](mod@check) | whether a configuration works |
//! | [`config`] | hospital.toml |
//! | [`handle`] | starts a hospital, and talks to it |
//! | `job_table` | the status of every job |
//! | `jobs` | one module for each kind of work, and what they share |
//! | [`keys`] | post-quantum keys, and the well-known ones for development |
//! | [`sealer`] | the seam behind which share packages are sealed |
//! | [`secret_file`] | files that only their owner may read |
//! | `state` | what is remembered of jobs |
//! | [`trainer`] | the seam behind which records live |
//! | `worker` | works on jobs, in order, on the hospital's thread |

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod check;
pub mod config;
pub mod handle;
mod job_table;
mod jobs;
pub mod keys;
mod messages;
pub mod sealer;
pub mod secret_file;
mod state;
pub mod trainer;
mod training;
mod worker;

#[cfg(test)]
mod tests;

pub use check::{check, CheckError, Report};
pub use config::{ConfigError, HospitalConfig};
pub use handle::{Handle, Hospital, StartError};
