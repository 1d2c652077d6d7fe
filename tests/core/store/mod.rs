//! The store: the promises that every store keeps, the eight rules of the one on disk, and crashes.
#![allow(clippy::disallowed_methods, reason = "a child process is told by its environment and ends itself")]

mod bundle;
mod checkpoints;
mod child;
mod conformance;
mod crash;
mod damage;
mod folder;
mod nodes;
mod rules;
mod strace;
mod support;
mod witness_memory;
