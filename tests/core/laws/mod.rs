//! Laws: what holds whatever is recorded, tried with random acts and random values.
//!
//! Every run draws the same numbers, so a law that fails here fails everywhere.

mod act_schemas;
mod codes;
mod debts;
mod difference;
mod entries;
mod random;
mod schemas;
mod story;
mod values;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// Tries a law on so many cases.
pub(crate) fn law<S: Strategy>(cases: u32, strategy: S, holds: impl Fn(S::Value)) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&strategy, |value| {
        holds(value);
        Ok::<(), TestCaseError>(())
    });
    if let Err(broken) = outcome {
        panic!("{broken}");
    }
}
