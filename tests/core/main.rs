//! The library seen from outside: one binary, one module a subject.
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

mod evidence;
mod generator;
mod laws;
mod rules;
mod scenario;
mod scenario_closing;
mod scenario_findings;
mod scenario_regimes;
mod store;
