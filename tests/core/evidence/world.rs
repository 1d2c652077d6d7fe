//! A ledger in the making, for tests: officers by name, acts in JSON, a clock that ticks.

use std::collections::BTreeMap;

use ledger_core::domain::{Act, ActId, Charter, Digest, Document, Event, Timestamp};
use ledger_core::journal::{Journal, JournalError, Receipt, Stamp};
use ledger_core::ledger::charter::{fingerprint, sign};
use ledger_core::ledger::digest::sha256;
use ledger_core::ledger::{Head, RawEntry, SeedSigner, Signer};
use ledger_core::store::memory::MemoryStore;
use ledger_core::store::{Anchor, Store};
use serde_json::{Value, json};

/// The first moment of every ledger here.
pub(super) const DAWN: &str = "2026-01-30T09:00:00Z";
/// The ledger's name.
pub(super) const ORIGIN: &str = "ledger.test/baltic";

/// The seed of a test-only key. Public, and so for no ledger that counts.
pub(super) fn seed(name: &str) -> [u8; 32] {
    *sha256(&[b"jointledger test-only key: ", name.as_bytes()]).as_bytes()
}

/// The officer of this name.
pub(super) fn officer(name: &str) -> SeedSigner {
    SeedSigner::from_seed(seed(name))
}

/// The officer's public key in hexadecimal.
pub(super) fn key(name: &str) -> String {
    hex::encode(officer(name).public_key())
}

/// An act's id, made of a label.
pub(super) fn act_id(label: &str) -> ActId {
    let digest = sha256(&[b"jointledger test-only act: ", label.as_bytes()]);
    ActId::new(digest.as_bytes()[..16].try_into().unwrap())
}

/// A paper of this kind.
pub(super) fn paper(kind: &str) -> Document {
    let sha256 = sha256(&[b"jointledger test-only paper: ", kind.as_bytes()]);
    serde_json::from_value(json!({
        "kind": kind, "sha256": sha256, "bytes": 5120, "media_type": "application/pdf",
        "marking": "unclassified",
    }))
    .unwrap()
}

/// Events from their JSON, each with `now` as the moment it happened unless it says another.
pub(super) fn events(now: Timestamp, list: Value) -> Vec<Event> {
    let mut list = list;
    for event in list.as_array_mut().unwrap() {
        for fields in event.as_object_mut().unwrap().values_mut() {
            fields.as_object_mut().unwrap().entry("occurred_at").or_insert(json!(now));
        }
    }
    serde_json::from_value(list).unwrap()
}

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The charter of the three founders, each with its root key `"<prefix><party> ROOT"`.
pub(super) fn charter(prefix: &str) -> Charter {
    let founder = |party: &str, name: &str| {
        let root = key(&format!("{prefix}{party} ROOT"));
        json!({"party": party, "name": name, "root_key": root})
    };
    serde_json::from_value(json!({
        "origin": ORIGIN,
        "purpose": "Joint procurement, transfers and movements",
        "parties": [
            founder("EE", "Kaitseministeerium"),
            founder("LT", "Krašto apsaugos ministerija"),
            founder("LV", "Aizsardzības ministrija"),
        ],
        "parameters": {"clock_skew_ms": 300_000, "in_transit_limit_h": 72, "discrepancy_answer_days": 30},
    }))
    .unwrap()
}

/// A ledger in the making.
pub(super) struct World<S = MemoryStore> {
    pub(super) journal: Journal<S>,
    pub(super) now: Timestamp,
    /// Author and label of each entry.
    pub(super) labels: Vec<(String, String)>,
    seen: BTreeMap<String, usize>,
    prefix: String,
}

impl World {
    /// The ledger of the three founders, kept in memory.
    pub(super) fn new() -> Self {
        Self::with_roots("")
    }

    /// The same, with other root keys.
    pub(super) fn with_roots(prefix: &str) -> Self {
        Self::found_in(MemoryStore::new(), prefix, charter(prefix))
    }

    /// The entries, and the head.
    pub(super) fn into_parts(self) -> (Vec<Vec<u8>>, Anchor) {
        self.journal.into_store().into_parts()
    }

    /// The entries so far.
    pub(super) fn entries(&self) -> Vec<Vec<u8>> {
        self.journal.store().read(0, usize::MAX).unwrap()
    }
}

impl<S: Store> World<S> {
    pub(super) fn found_in(store: S, prefix: &str, charter: Charter) -> Self {
        let now = time(DAWN);
        let roots = charter.parties.iter().map(|founder| format!("{prefix}{} ROOT", founder.party));
        let signatures = roots.map(|root| sign(&charter, &officer(&root)).unwrap()).collect();
        let (author, label) = (format!("{prefix}EE ROOT"), "found".to_owned());
        let stamp = Stamp { signer: &officer(&author), now };
        let (journal, _) = Journal::found(store, charter, signatures, act_id(&label), stamp).unwrap();
        Self { journal, now, labels: vec![(author, label)], seen: BTreeMap::new(), prefix: prefix.into() }
    }

    /// An act with an id of its own, not recorded.
    pub(super) fn draft(&mut self, label: &str, papers: &[&str], list: Value) -> Act {
        let turn = self.seen.entry(label.into()).or_insert(0);
        *turn += 1;
        let id = act_id(&if *turn == 1 { label.to_owned() } else { format!("{label} {turn}") });
        Act { id, documents: papers.iter().map(|kind| paper(kind)).collect(), events: events(self.now, list) }
    }

    /// A minute later.
    pub(super) fn tick(&mut self) {
        self.now = self.now.later_by(60_000);
    }

    /// Records an act a minute later; says what the journal said.
    pub(super) fn attempt(
        &mut self,
        by: &str,
        label: &str,
        papers: &[&str],
        list: Value,
    ) -> Result<Receipt, JournalError> {
        self.tick();
        let act = self.draft(label, papers, list);
        let author = format!("{}{by}", self.prefix);
        let receipt = self.journal.append(act, Stamp { signer: &officer(&author), now: self.now })?;
        self.labels.push((author, label.into()));
        Ok(receipt)
    }

    /// Records an act that is lawful; gives its position.
    pub(super) fn record(&mut self, by: &str, label: &str, papers: &[&str], list: Value) -> u64 {
        self.attempt(by, label, papers, list).unwrap_or_else(|error| panic!("{label} by {by}: {error}")).entry
    }

    /// Records an act that waits for others, and their countersignatures; gives its position.
    pub(super) fn record_with(&mut self, by: &[&str], label: &str, papers: &[&str], list: Value) -> u64 {
        let entry = self.record(by[0], label, papers, list);
        for other in &by[1..] {
            self.record(other, "countersign", &[], json!([{"ActCountersigned": {"entry": entry}}]));
        }
        entry
    }

    /// Enrols officers of one party, named `"EE PBO"`; another party's root key countersigns.
    pub(super) fn enrol(&mut self, names: &[&str], countersigned_by: &str) -> u64 {
        let party = names[0].split(' ').next().unwrap().to_owned();
        let list: Vec<Value> = names
            .iter()
            .map(|name| {
                let role = name.split(' ').nth(1).unwrap();
                let key = key(&format!("{}{name}", self.prefix));
                json!({"KeyEnrolled": {"key": key, "party": party, "role": role}})
            })
            .collect();
        self.record_with(&[&format!("{party} ROOT"), countersigned_by], "enrol", &[], Value::Array(list))
    }

    /// The charter's fingerprint.
    pub(super) fn fingerprint(&self) -> Digest {
        fingerprint(&charter(&self.prefix)).unwrap()
    }
}

/// Puts acts behind entries without asking any rule: what officers who collude can do.
#[derive(Clone)]
pub(super) struct Forge {
    pub(super) head: Head,
    pub(super) entries: Vec<Vec<u8>>,
}

impl Forge {
    /// Behind the first `size` of `entries`.
    pub(super) fn behind(entries: &[Vec<u8>], size: usize) -> Self {
        let entries = entries[..size].to_vec();
        let link = entries.last().map_or(Digest::ZERO, |last| RawEntry::new(last.clone()).link());
        let head = Head {
            origin: Some(ORIGIN.parse().unwrap()),
            size: size as u64,
            link,
            recorded_at: Some(time(DAWN).later_by(60_000 * size as u64)),
            ..Head::EMPTY
        };
        Self { head, entries }
    }

    /// When the next entry is recorded: a minute after the last.
    pub(super) fn now(&self) -> Timestamp {
        self.head.recorded_at.unwrap().later_by(60_000)
    }

    /// Signs an act at the head that is given, which may be false.
    pub(super) fn seal(&self, head: &Head, at: Timestamp, act: Act, by: &SeedSigner) -> Vec<u8> {
        let origin = head.origin.clone().unwrap();
        RawEntry::seal(&origin, head, at, act, by).unwrap().into_bytes()
    }

    /// Appends bytes as they are.
    pub(super) fn push(&mut self, bytes: Vec<u8>) {
        self.head.recorded_at = Some(self.now());
        self.head.advance(RawEntry::new(bytes.clone()).link());
        self.entries.push(bytes);
    }

    /// Signs an act where it belongs and appends it.
    pub(super) fn sign(&mut self, by: &str, label: &str, papers: &[&str], list: Value) {
        let act = Act {
            id: act_id(label),
            documents: papers.iter().map(|kind| paper(kind)).collect(),
            events: events(self.now(), list),
        };
        let bytes = self.seal(&self.head, self.now(), act, &officer(by));
        self.push(bytes);
    }

    /// The head as a head file would say it.
    pub(super) fn anchor(&self) -> Anchor {
        Anchor { size: self.head.size, link: self.head.link }
    }
}

/// Where the body of an entry ends.
pub(super) fn body(entry: &[u8]) -> &[u8] {
    &entry[..entry.len() - 64]
}

/// What an author signs.
pub(super) fn message(body: &[u8]) -> Vec<u8> {
    [b"jointledger/entry/v1\n", body].concat()
}

/// An entry of these body bytes, whatever they are, under the officer's own signature.
pub(super) fn sign_body(body: &[u8], by: &str) -> Vec<u8> {
    let signature = officer(by).sign(&message(body)).unwrap();
    [body, &signature].concat()
}

impl World {
    /// How many bytes the entry of an act has.
    pub(super) fn weigh(&self, act: &Act, by: &str) -> usize {
        let head = self.journal.head();
        let origin = head.origin.clone().unwrap();
        RawEntry::seal(&origin, head, self.now, act.clone(), &officer(by)).unwrap().as_bytes().len()
    }

    /// Records an act as it is, now.
    pub(super) fn append(&mut self, act: Act, by: &str, label: &str) {
        self.journal.append(act, Stamp { signer: &officer(by), now: self.now }).unwrap();
        self.labels.push((by.into(), label.into()));
    }
}

impl<S: Store> World<S> {
    /// A world whose journal was opened again.
    pub(super) fn reopened(journal: Journal<S>, now: Timestamp) -> Self {
        Self { journal, now, labels: Vec::new(), seen: BTreeMap::new(), prefix: String::new() }
    }
}
