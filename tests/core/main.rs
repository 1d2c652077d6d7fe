//! The library seen from outside: what the rules allow and refuse, and the laws that hold whatever happens.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that meets the unexpected stops; its numbers are small"
)]

mod laws;
mod rules;
