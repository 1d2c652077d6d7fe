//! The ledger in other people's forms: one binary, one module a form.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that meets the unexpected stops; its numbers are small"
)]

mod accounts;
mod entries;
mod epcis;
mod ledgers;
mod ocds;
mod stories;
