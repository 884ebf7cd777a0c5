//! One file for each thing that is done with the trail.

mod checking;
mod costs;
mod forgetting;
mod invariants;
mod properties;
mod reading;
mod recording;
