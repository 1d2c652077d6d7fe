//! Checkpoints signed in this process: for tests that need a checkpoint, and not the way to one.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use ledger_core::domain::{Digest, Origin, PublicKey};
use ledger_core::ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use ledger_core::ledger::digest::sha256;
use ledger_core::ledger::note::{self, Algorithm, KeyName, VerifierKey};
use ledger_core::ledger::{SeedSigner, Signer as _};
use ledger_core::store::checkpoints::CheckpointFiles;
use serde_json::Value;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{LineEnding, PrivateKey};

use super::support::{FOUNDED, World, now};

/// Who countersigns what a party enrols.
const OTHER: [(&str, &str); 3] = [("ee", "lv"), ("lv", "lt"), ("lt", "ee")];

/// How many entries a sealed ledger has: behind those of a founded one, for each party an act with its witness, and of EE
/// the log's key too, countersigned.
pub(crate) const SEALED: u64 = FOUNDED + 6;

/// The seed of the key of the log (`log`), or of a party's witness (`ee`).
pub(crate) fn seed(name: &str) -> [u8; 32] {
    *sha256(&[b"jointledger test-only seal: ", name.as_bytes()]).as_bytes()
}

fn signer(name: &str) -> SeedSigner {
    SeedSigner::from_seed(seed(name))
}

/// Enrols the keys; `root` names the file of a party's root key.
pub(crate) fn enrol(world: &World, root: impl Fn(&str) -> String) {
    for (party, other) in OTHER {
        let mut roles = vec![("WIT", signer(party))];
        if party == "ee" {
            roles.push(("LOG", signer("log")));
        }
        let events: Vec<Value> = roles
            .iter()
            .map(|(role, signer)| {
                serde_json::json!({ "KeyEnrolled": {
                    "occurred_at": now(),
                    "key": PublicKey::new(signer.public_key()),
                    "party": party.to_ascii_uppercase(),
                    "role": role,
                }})
            })
            .collect();
        let act = serde_json::json!({ "events": events }).to_string();
        let receipt = world.append(&root(party), &[act]).done().json();
        world.line(&format!("countersign {} --key {}", receipt[0]["entry"], root(other))).done();
    }
}

/// A founded ledger with the keys of its log and witnesses.
pub(crate) fn sealed() -> World {
    let world = World::founded();
    enrol(&world, |party| format!("{party}-root"));
    world
}

/// Writes a key into a file of the world.
pub(crate) fn put_key(world: &World, name: &str, seed: [u8; 32]) {
    let key = PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed)), "test-only").unwrap();
    let file = world.path().join(name);
    fs::write(&file, key.to_openssh(LineEnding::LF).unwrap().as_bytes()).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
}

/// What `verify` says of the ledger or bundle in a folder, in its last line.
pub(crate) fn verification(world: &World, folder: &str) -> Value {
    world.line(&format!("--ledger {folder} verify --json")).json().pop().unwrap()
}

/// The checkpoint of what is in a folder, signed by the log, and cosigned by these parties at these times.
pub(crate) fn checkpoint(world: &World, folder: &str, cosigned: &[(&str, u64)]) -> SignedCheckpoint {
    let head = verification(world, folder)["head"].clone();
    let root: Digest = head["root"].as_str().unwrap().parse().unwrap();
    signed(Checkpoint::new(head["origin"].as_str().unwrap(), head["size"].as_u64().unwrap(), root), cosigned)
}

/// Signs a checkpoint, whatever it says.
pub(crate) fn signed(checkpoint: Checkpoint, cosigned: &[(&str, u64)]) -> SignedCheckpoint {
    let origin: Origin = checkpoint.origin.parse().unwrap();
    let text = checkpoint.to_string();
    let line = note::sign(&KeyName::of_log(&origin), &text, &signer("log")).unwrap();
    let mut signed = SignedCheckpoint::new(checkpoint, line).unwrap();
    for (party, time) in cosigned {
        let name = KeyName::of_witness(&origin, party.to_ascii_uppercase().parse().unwrap());
        signed.add(note::cosign(&name, &text, *time, &signer(party)).unwrap());
    }
    signed
}

/// Keeps a checkpoint with the ledger in a folder of the world.
pub(crate) fn keep(world: &World, folder: &str, signed: &SignedCheckpoint) {
    let files = CheckpointFiles::open(&world.path().join(folder));
    files.write(signed.checkpoint().size, signed.to_string().as_bytes()).unwrap();
}

/// Makes a checkpoint of the ledger in a folder, which all have cosigned now, and keeps it.
pub(crate) fn seal(world: &World, folder: &str) -> SignedCheckpoint {
    let signed = checkpoint(world, folder, &[("ee", clock()), ("lv", clock()), ("lt", clock())]);
    keep(world, folder, &signed);
    signed
}

/// The time, in seconds since 1970.
pub(crate) fn clock() -> u64 {
    UNIX_EPOCH.elapsed().unwrap().as_secs()
}

/// The policy of who knows these keys: the log's, and all three witnesses'.
pub(crate) fn policy(world: &World) -> PathBuf {
    policy_of(world, "baltic.example/ledger")
}

/// As [`policy`], for the ledger of this name.
pub(crate) fn policy_of(world: &World, origin: &str) -> PathBuf {
    let origin: Origin = origin.parse().unwrap();
    let vkey = |name, algorithm, by: &str| {
        VerifierKey { name, algorithm, key: PublicKey::new(signer(by).public_key()) }.to_string()
    };
    let mut lines = vec![format!("log {}", vkey(KeyName::of_log(&origin), Algorithm::Ed25519, "log"))];
    for party in ["ee", "lv", "lt"] {
        let name = KeyName::of_witness(&origin, party.to_ascii_uppercase().parse().unwrap());
        lines.push(format!("witness {party} {}", vkey(name, Algorithm::CosignatureV1, party)));
    }
    lines.push("group all 3 ee lv lt".into());
    lines.push("quorum all".into());
    let file = world.path().join("policy.txt");
    fs::write(&file, lines.join("\n") + "\n").unwrap();
    file
}

/// All files below a folder, with what stands in them.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        for item in fs::read_dir(&path).unwrap() {
            let item = item.unwrap().path();
            if item.is_dir() {
                open.push(item);
            } else {
                found.insert(item.strip_prefix(folder).unwrap().to_owned(), fs::read(&item).unwrap());
            }
        }
    }
    found
}
