//! Samples: what is drawn, and that anybody draws the same.
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

mod books;
mod drawing;
mod files;
mod laws;
mod stranger;
mod vectors;

use ledger_core::domain::Digest;
use ledger_core::domain::money::Money;
use ledger_core::ledger::digest::sha256;
use ledger_core::ledger::sample::{Member, Population};

/// A seed that nobody chose.
fn seed(number: u64) -> Digest {
    sha256(&[b"seed of a test", &number.to_be_bytes()])
}

/// One member an entry, with these amounts.
fn payments(amounts: &[u64], currency: &str) -> Population {
    let currency = currency.parse().unwrap();
    let member = |(entry, minor): (u64, &u64)| Member {
        entry,
        index: 0,
        amount: Some(Money::new(*minor, currency).unwrap()),
        what: format!("payment {entry}"),
    };
    Population::new((0..).zip(amounts).map(member).collect())
}

/// So many members without amounts.
fn acts(members: u64) -> Population {
    let member = |entry| Member { entry, index: 0, amount: None, what: format!("act {entry}") };
    Population::new((0..members).map(member).collect())
}
