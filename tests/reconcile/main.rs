//! The ledger against ministries' own books: the matching, each run, and what was planted.
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

mod bank;
mod determinism;
mod engine;
mod inventory;
mod planted;
mod recording;
mod runs;
mod shapes;
mod support;
