//! The store: the promises that every store keeps, the eight rules of the one on disk, and crashes.

mod conformance;
mod support;
