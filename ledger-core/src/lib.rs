//! The rules, the evidence and the store of a ledger that several ministries of defence keep together.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "tests count in small numbers"))]

pub mod domain;
pub mod exchange;
pub mod journal;
pub mod ledger;
pub mod store;
