//! `jointledger`: record, verify, replay and reconcile the joint ledger.
#![allow(dead_code, unused_imports)] // Until the commands use what is here.

mod agent;
mod keyfile;

fn main() {}
