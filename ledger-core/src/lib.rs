//! The rules, the evidence and the store of a ledger that several ministries of defence keep together.
pub mod domain;
pub mod ledger;
pub mod store;
