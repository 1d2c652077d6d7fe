//! The evidence: bytes, entries, the gate, the auditor and the journal, and what attackers do to them.

mod story;
mod vectors;
mod world;
