//! The store: the promises that every store keeps, the eight rules of the one on disk, and crashes.

mod child;
mod conformance;
mod crash;
mod damage;
mod folder;
mod rules;
mod strace;
mod support;
