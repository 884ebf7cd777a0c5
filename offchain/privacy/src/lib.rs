//! What happens to an update before it leaves a hospital.
//!
//! There is one step from an update of real numbers to the integers that every aggregation scheme works on,
//! [`encoding::encode_update`]; its parameters are a study's
//! [`UpdateEncoding`](consilium_primitives::encoding::UpdateEncoding).

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod encoding;
