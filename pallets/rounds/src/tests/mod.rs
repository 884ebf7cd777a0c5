//! One file for each thing that is done in a study.

mod attesting;
mod collecting;
pub(crate) mod committee;
mod costs;
mod deadlines;
mod facts;
mod finishing;
mod halting;
mod host;
mod invariants;
mod machine;
mod machine_properties;
mod node;
mod opening;
mod outages;
mod presence;
mod properties;
mod retention;
mod retry;
mod waiting;
mod worker;
mod worker_attesting;
