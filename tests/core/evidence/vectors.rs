//! The frozen vectors in `fixtures/vectors`. These bytes never change: a ledger that was written yesterday is
//! read like this. The tests only read them; what writes them never writes over one that is there.

use std::collections::BTreeSet;
use std::path::PathBuf;

use ledger_core::domain::{Act, Charter, Event, PublicKey, Signature, Timestamp};
use ledger_core::ledger::audit::Auditor;
use ledger_core::ledger::charter::fingerprint;
use ledger_core::ledger::codec::{decode_body, encode_body, encode_charter};
use ledger_core::ledger::digest::{link, sha256};
use ledger_core::ledger::entry::MAX_ENTRY_BYTES;
use ledger_core::ledger::keys;
use ledger_core::ledger::tip::Expectations;
use ledger_core::ledger::{Head, RawEntry, Signer};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::world::{World, body, charter, message, officer, seed};
use super::{story, world};

/// One entry, as its file says it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vector {
    /// What the entry is there for.
    pub(super) what: String,
    /// The name of the author's key in `keys.json`.
    pub(super) author: String,
    pub(super) origin: String,
    pub(super) seq: u64,
    pub(super) previous: String,
    pub(super) recorded_at: Timestamp,
    pub(super) author_key: String,
    /// The act as JSON.
    pub(super) act: Value,
    /// The entry: body and signature.
    pub(super) bytes: String,
    /// SHA-256 of what the author signs.
    pub(super) message_sha256: String,
    pub(super) signature: String,
    pub(super) link: String,
}

/// The charter and what is made of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CharterVector {
    pub(super) charter: Charter,
    pub(super) bytes: String,
    pub(super) fingerprint: String,
    pub(super) signatures: Vec<Value>,
}

pub(super) fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/vectors"))
}

/// How many entries the frozen ledger has. A file too few or too many is an error.
const ENTRIES: usize = 238;

pub(super) fn file_name(seq: usize) -> String {
    format!("entry-{seq:03}.json")
}

fn read<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    let path = folder().join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All frozen entries in order.
pub(super) fn frozen() -> Vec<Vector> {
    (0..ENTRIES).map(|seq| read(&file_name(seq))).collect()
}

/// Their bytes.
pub(super) fn frozen_bytes() -> Vec<Vec<u8>> {
    frozen().iter().map(|vector| hex::decode(&vector.bytes).unwrap()).collect()
}

/// The one of the greatest size.
pub(super) fn greatest() -> Vec<u8> {
    frozen_bytes().into_iter().find(|bytes| bytes.len() == MAX_ENTRY_BYTES).expect("one of the greatest size")
}

pub(super) fn act_json(act: &Act) -> Value {
    json!({"act": act.id, "documents": act.documents, "events": act.events})
}

/// What the story gives, in the form of the files.
fn told(world: &World) -> Vec<Vector> {
    let labels = world.labels.iter();
    let entries = world.entries();
    entries
        .iter()
        .zip(labels)
        .map(|(bytes, (author, what))| {
            let decoded = decode_body(body(bytes)).unwrap();
            Vector {
                what: what.clone(),
                author: author.clone(),
                origin: decoded.origin.to_string(),
                seq: decoded.seq,
                previous: decoded.previous.to_string(),
                recorded_at: decoded.recorded_at,
                author_key: decoded.author.to_string(),
                act: act_json(&decoded.act),
                bytes: hex::encode(bytes),
                message_sha256: sha256(&[&message(body(bytes))]).to_string(),
                signature: hex::encode(&bytes[bytes.len() - 64..]),
                link: link(bytes).to_string(),
            }
        })
        .collect()
}

fn charter_vector() -> CharterVector {
    let charter = charter("");
    let roots = ["EE ROOT", "LT ROOT", "LV ROOT"];
    let sign = |root: &&str| ledger_core::ledger::charter::sign(&charter, &officer(root)).unwrap();
    let signatures = roots.iter().map(sign).map(|signature| json!(signature)).collect();
    CharterVector {
        bytes: hex::encode(encode_charter(&charter).unwrap()),
        fingerprint: fingerprint(&charter).unwrap().to_string(),
        signatures,
        charter,
    }
}

fn keys_json(world: &World) -> Value {
    let mut names: BTreeSet<&str> = world.labels.iter().map(|(author, _)| author.as_str()).collect();
    names.extend(["LV QAR", "LT HRH", "LT ROOT"]);
    let key =
        |name: &&str| json!({"name": name, "public_key": world::key(name), "seed": hex::encode(seed(name))});
    Value::Array(names.iter().map(key).collect())
}

/// Writes what is missing; never writes over a vector.
#[test]
#[ignore = "writes fixtures/vectors"]
fn write_the_vectors_that_are_not_there() {
    let write = |name: &str, value: Value| {
        let path = folder().join(name);
        if !path.exists() {
            std::fs::write(path, format!("{}\n", serde_json::to_string_pretty(&value).unwrap())).unwrap();
        }
    };
    std::fs::create_dir_all(folder()).unwrap();
    let world = story::tell();
    for vector in told(&world) {
        write(&file_name(vector.seq.try_into().unwrap()), json!(vector));
    }
    write("charter.json", json!(charter_vector()));
    // The keys follow from the names: a new author's key joins the list, none in it changes.
    let keys = format!("{}\n", serde_json::to_string_pretty(&keys_json(&world)).unwrap());
    std::fs::write(folder().join("keys.json"), keys).unwrap();
}

#[test]
fn exactly_the_known_files_are_there() {
    let mut expected: BTreeSet<String> = (0..ENTRIES).map(file_name).collect();
    expected
        .extend(["README.md", "c2sp", "charter.json", "keys.json", "sample", "state.json"].map(String::from));
    let there: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, expected);
}

#[test]
fn every_vector_decodes_to_its_act_and_encodes_to_its_bytes() {
    for vector in frozen() {
        let seq = vector.seq;
        let bytes = hex::decode(&vector.bytes).unwrap();
        let decoded = decode_body(body(&bytes)).unwrap();
        assert_eq!(act_json(&decoded.act), vector.act, "entry {seq}");
        assert_eq!(encode_body(&decoded).unwrap(), body(&bytes), "entry {seq}");
        // The other direction begins at the JSON and never saw the bytes.
        let act = ledger_core::exchange::acts::Draft::parse(&vector.act.to_string()).unwrap();
        let act = act.into_act(world::act_id("not used"));
        assert_eq!(act, decoded.act, "entry {seq}");
        assert_eq!(decoded.origin.to_string(), vector.origin);
        assert_eq!(decoded.seq, vector.seq);
        assert_eq!(decoded.previous.to_string(), vector.previous);
        assert_eq!(decoded.recorded_at, vector.recorded_at);
        assert_eq!(decoded.author.to_string(), vector.author_key);
    }
}

#[test]
fn every_vector_is_signed_and_linked_as_its_file_says() {
    for vector in frozen() {
        let seq = vector.seq;
        let bytes = hex::decode(&vector.bytes).unwrap();
        let message = message(body(&bytes));
        assert_eq!(sha256(&[&message]).to_string(), vector.message_sha256, "entry {seq}");
        assert_eq!(hex::encode(&bytes[bytes.len() - 64..]), vector.signature, "entry {seq}");
        let (key, signature): (PublicKey, Signature) =
            (vector.author_key.parse().unwrap(), vector.signature.parse().unwrap());
        assert!(keys::verify(&key, &message, &signature), "entry {seq}");
        let author = officer(&vector.author);
        assert_eq!(PublicKey::new(author.public_key()), key, "entry {seq}");
        assert_eq!(hex::encode(author.sign(&message).unwrap()), vector.signature, "entry {seq}");
        assert_eq!(link(&bytes).to_string(), vector.link, "entry {seq}");
    }
}

#[test]
fn the_vectors_are_one_sound_ledger() {
    let charter: CharterVector = read("charter.json");
    let pinned = Some(charter.fingerprint.parse().unwrap());
    let last = frozen().pop().unwrap();
    let acknowledged = Some((ENTRIES as u64, last.link.parse().unwrap()));
    let mut auditor = Auditor::new(Expectations { charter: pinned, now: None }, acknowledged);
    auditor.feed(frozen_bytes(), &mut |_| ());
    let report = auditor.finish(0);
    assert_eq!(report.findings, []);
    assert_eq!(report.entries, ENTRIES as u64);
}

#[test]
fn every_kind_of_event_stands_in_a_vector() {
    let acts = frozen_bytes().into_iter().map(|bytes| decode_body(body(&bytes)).unwrap().act);
    let seen: BTreeSet<&str> = acts.flat_map(|act| act.events).map(|event| event.name()).collect();
    let all: BTreeSet<&str> = Event::CATALOGUE.iter().map(|(_, name)| *name).collect();
    assert_eq!(seen, all);
}

#[test]
fn the_charter_has_its_frozen_bytes_fingerprint_and_signatures() {
    let frozen: CharterVector = read("charter.json");
    assert_eq!(charter_vector(), frozen);
    let message = [&b"jointledger/charter/v1\n"[..], &hex::decode(&frozen.bytes).unwrap()].concat();
    assert_eq!(sha256(&[&message]).to_string(), frozen.fingerprint);
    for (founder, signature) in frozen.charter.parties.iter().zip(&frozen.signatures) {
        let signature: Signature = serde_json::from_value(signature["signature"].clone()).unwrap();
        assert!(keys::verify(&founder.root_key, &message, &signature), "{}", founder.party);
    }
}

#[test]
fn the_story_is_still_told_in_the_frozen_bytes() {
    let world = story::tell();
    assert_eq!(json!(told(&world)), json!(frozen()));
    assert_eq!(keys_json(&world), read::<Value>("keys.json"));
}

#[test]
fn an_entry_can_be_sealed_again_from_its_file_alone() {
    for vector in frozen() {
        let head = Head {
            origin: Some(vector.origin.parse().unwrap()),
            size: vector.seq,
            link: vector.previous.parse().unwrap(),
            recorded_at: None,
            ..Head::EMPTY
        };
        let act = ledger_core::exchange::acts::Draft::parse(&vector.act.to_string()).unwrap();
        let act = act.into_act(world::act_id("not used"));
        let origin = vector.origin.parse().unwrap();
        let again =
            RawEntry::seal(&origin, &head, vector.recorded_at, act, &officer(&vector.author)).unwrap();
        assert_eq!(hex::encode(again.as_bytes()), vector.bytes, "entry {}", vector.seq);
    }
}
