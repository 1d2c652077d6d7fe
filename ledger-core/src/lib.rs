//! The rules, the evidence and the store of a ledger that several ministries of defence keep together.
//!
//! An append-only, hash-chained log; every entry is signed by the officer who did the act; the current state is
//! what the replay of all entries gives, and nothing else. Three flows share one middle:
//!
//! ```text
//! append   act ──▶ admit ──▶ seal ──▶ check ──▶ admit ──▶ store ──▶ receipt
//! replay   store ──▶ open ──▶ check ──▶ admit ──▶ apply ──▶ state
//! verify   store ──▶ open + signature ──▶ check ──▶ admit ──▶ apply ──▶ report
//! ```
//!
//! Layers, each knowing only those to its left:
//!
//! ```text
//! domain  ←  ledger  ←  store  ←  journal  ←  (the program)
//! rules      evidence    disk      conductor    people
//! ```
//!
//! [`exchange`] reads and writes other people's forms. The library never prints, never reads a clock, the
//! environment or a home directory, and never ends the process: time and keys come in as a
//! [`Stamp`](journal::Stamp).
//!
//! # Example
//!
//! Two ministries found a ledger; an officer is enrolled by one and countersigned by the other.
//!
//! ```
//! use ledger_core::domain::party::{Charter, FoundingParty, KeyEnrolled, Parameters};
//! use ledger_core::domain::pending::ActCountersigned;
//! use ledger_core::domain::{Act, ActId, Event, PublicKey, Role, Timestamp};
//! use ledger_core::journal::{self, Journal, Stamp};
//! use ledger_core::ledger::{Expectations, SeedSigner, Signer, charter};
//! use ledger_core::store::memory::MemoryStore;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (ee, lv, officer) = (SeedSigner::from_seed([1; 32]), SeedSigner::from_seed([2; 32]), SeedSigner::from_seed([3; 32]));
//! let now: Timestamp = "2026-01-30T09:00:00Z".parse()?;
//! let founder = |party: &str, name: &str, key: &SeedSigner| -> Result<_, String> {
//!     Ok(FoundingParty { party: party.parse()?, name: name.parse()?, root_key: PublicKey::new(key.public_key()) })
//! };
//! let charter = Charter {
//!     origin: "baltic.example/ledger".parse()?,
//!     purpose: "An example".parse()?,
//!     parties: vec![founder("EE", "Ministry of Estonia", &ee)?, founder("LV", "Ministry of Latvia", &lv)?],
//!     parameters: Parameters::default(),
//! };
//! let signatures = vec![charter::sign(&charter, &ee)?, charter::sign(&charter, &lv)?];
//!
//! let stamp = |signer| Stamp { signer, now };
//! let (mut ledger, _) = Journal::found(MemoryStore::new(), charter, signatures, ActId::new([0; 16]), stamp(&ee))?;
//!
//! let enrolment = KeyEnrolled {
//!     occurred_at: now,
//!     key: PublicKey::new(officer.public_key()),
//!     party: "EE".parse()?,
//!     role: Role::PropertyBookOfficer,
//!     valid_until: None,
//!     person_ref: None,
//! };
//! let act = |id, event| Act { id: ActId::new([id; 16]), documents: vec![], events: vec![event] };
//! let receipt = ledger.append(act(1, Event::from(enrolment)), stamp(&ee))?;
//! assert_eq!(receipt.missing.len(), 1); // it waits for a second ministry
//!
//! let yes = ActCountersigned { occurred_at: now, entry: receipt.entry, remark: None };
//! ledger.append(act(2, Event::from(yes)), stamp(&lv))?;
//! assert_eq!(ledger.state().keys().count(), 3);
//!
//! let report = journal::verify(ledger.store(), Expectations::default(), &mut |_, _| ())?;
//! assert!(report.is_sound());
//! # Ok(())
//! # }
//! ```
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "tests count in small numbers"))]

pub mod domain;
pub mod exchange;
pub mod journal;
pub mod ledger;
pub mod store;
