//! The shapes of the answers.
//!
//! They hold what the types of `consilium-primitives` hold, field for field, as people and scripts like to read it.
//! `null` is what `None` is there, and decimals are numbers with at most nine digits after the point.

pub mod audit;
pub mod committee;
pub mod hospital;
pub mod round;
pub mod study;

use serde::Serialize;
use std::fmt::Debug;

/// A choice without content, by its name in the chain's metadata, such as `Trainer`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Choice(String);

impl Choice {
	/// The name of a variant without fields: for those the derived `Debug` is the name.
	fn of(variant: impl Debug) -> Self {
		Self(format!("{variant:?}"))
	}
}

/// A name or id that the chain took as UTF-8.
fn text(bytes: &[u8]) -> String {
	String::from_utf8_lossy(bytes).into_owned()
}
