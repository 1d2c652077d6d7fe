//! Verifying a bundle of evidence without a ledger. It goes on after a fault, so that all of them are named.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Digest, Officer};

use super::super::super::checkpoint::{SignedCheckpoint, decode_hash};
use super::super::super::entry::MAX_ENTRY_BYTES;
use super::super::super::keyring::Keyring;
use super::super::super::proof::{MAX_PROOF_BYTES, Proof, Proven};
use super::super::super::tree::{self, FromEmpty, MAX_PATH};
use super::super::file::{MAX_SAMPLE_BYTES, SampleFile};
use super::super::population::{MAX_LIST_BYTES, Population};
use super::manifest::{BundledAct, Found, MAX_MANIFEST_BYTES, Manifest};
use super::{CONSISTENCY, MANIFEST, POPULATION, SAMPLE, folder_of, readable};

/// Longest `entry.json` that is read, in bytes: an entry has at most 65,535, and JSON says them at more length.
const MAX_READABLE_BYTES: usize = 4_194_304;
/// Longest proof of consistency, in bytes.
const MAX_CONSISTENCY_BYTES: usize = MAX_PATH.saturating_mul(45);

/// The files of a bundle, however they are kept. Whoever reads them follows no links.
pub trait Folder {
    /// Every file below the folder by its path, with its size.
    fn files(&self) -> &BTreeMap<String, u64>;

    /// The bytes of a file.
    ///
    /// # Errors
    /// It cannot be read, or is longer than `max`.
    fn read(&self, path: &str, max: usize) -> Result<Vec<u8>, String>;

    /// SHA-256 and size of a file, read to its end.
    ///
    /// # Errors
    /// It cannot be read.
    fn digest(&self, path: &str) -> Result<(Digest, u64), String>;
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file.
    pub path: String,
    /// What is wrong.
    pub what: String,
}

/// What a bundle is.
#[derive(Debug, Clone)]
pub struct Held {
    /// SHA-256 of its manifest.
    pub digest: Digest,
    /// Its manifest.
    pub manifest: Manifest,
    /// The sample, when it can be read.
    pub sample: Option<SampleFile>,
    /// The acts that are proven, drawn and linked, each with the officer whose key signed it, where the keys that came
    /// with it say so.
    pub proven: BTreeMap<u64, Option<Officer>>,
    /// The checkpoint of the proofs.
    pub checkpoint: Option<SignedCheckpoint>,
}

/// Says whether the signatures under a checkpoint are enough, with the entries that came to prove their keys.
///
/// # Errors
/// Why they are not.
pub type Trust<'a> = dyn FnMut(&SignedCheckpoint, &[&[u8]]) -> Result<(), String> + 'a;

/// Verifies a bundle. `charter` is the fingerprint that the ledger's charter must have, where it is pinned.
///
/// Without a manifest there is no bundle, and the first part of the answer is nothing.
pub fn verify(
    folder: &dyn Folder,
    charter: Option<Digest>,
    trust: &mut Trust<'_>,
) -> (Option<Held>, Vec<Fault>) {
    let fault = |what: String| vec![Fault { path: MANIFEST.into(), what }];
    let bytes = match folder.read(MANIFEST, MAX_MANIFEST_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => return (None, fault(error)),
    };
    let manifest = match Manifest::parse(&bytes) {
        Ok(manifest) => manifest,
        Err(error) => return (None, fault(error.to_string())),
    };
    let mut check = Check { folder, manifest: &manifest, faults: BTreeSet::new(), checkpoint: None };
    if let Some(pinned) = charter.filter(|pinned| *pinned != manifest.charter) {
        check.fault(MANIFEST, format!("the charter is {}, and {pinned} is pinned", manifest.charter));
    }
    check.files();
    let sample = check.sample();
    let mut proven = BTreeMap::new();
    for act in &manifest.acts {
        if let Some((entry, officer)) = check.proof(act.entry, true, charter, trust) {
            check.documents(act, &entry);
            proven.insert(act.entry, officer);
        }
    }
    for entry in &manifest.linked {
        if let Some((_, officer)) = check.proof(*entry, false, charter, trust) {
            proven.insert(*entry, officer);
        }
    }
    check.links();
    if let Some(sample) = &sample {
        check.drawn(sample);
        check.consistency(sample);
    }
    let Check { faults, checkpoint, .. } = check;
    let digest = manifest.digest();
    (Some(Held { digest, manifest, sample, proven, checkpoint }), faults.into_iter().collect())
}

struct Check<'a> {
    folder: &'a dyn Folder,
    manifest: &'a Manifest,
    faults: BTreeSet<Fault>,
    /// The checkpoint of the first proof; all have the same.
    checkpoint: Option<SignedCheckpoint>,
}

impl Check<'_> {
    fn fault(&mut self, path: &str, what: impl Into<String>) {
        self.faults.insert(Fault { path: path.into(), what: what.into() });
    }

    /// Every file is listed with its digest, and is one that a bundle of these acts has.
    fn files(&mut self) {
        let (listed, expected, there) = (self.manifest.by_path(), self.manifest.paths(), self.folder.files());
        for path in there.keys().filter(|path| *path != MANIFEST && !listed.contains_key(path.as_str())) {
            self.fault(path, "it is not listed in the manifest");
        }
        for path in expected.iter().filter(|path| !listed.contains_key(path.as_str())) {
            self.fault(path, "the manifest does not list it");
        }
        for (path, file) in listed {
            if !expected.contains(path) {
                self.fault(path, "it is none of the files of a bundle of these acts");
            }
            match there.get(path) {
                None => self.fault(path, "it is listed and is not there"),
                Some(bytes) if *bytes != file.bytes => {
                    self.fault(path, format!("it has {bytes} bytes, the manifest says {}", file.bytes));
                }
                Some(_) => match self.folder.digest(path) {
                    Ok((digest, _)) if digest == file.sha256 => {}
                    Ok((digest, _)) => {
                        self.fault(
                            path,
                            format!("its SHA-256 is {digest}, the manifest says {}", file.sha256),
                        );
                    }
                    Err(error) => self.fault(path, error),
                },
            }
        }
    }

    fn read(&mut self, path: &str, max: usize) -> Option<Vec<u8>> {
        if !self.folder.files().contains_key(path) {
            // Said already, when the manifest was held against the folder.
            return None;
        }
        match self.folder.read(path, max) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.fault(path, error);
                None
            }
        }
    }

    /// The sample follows from its list and its secret.
    fn sample(&mut self) -> Option<SampleFile> {
        let bytes = self.read(SAMPLE, MAX_SAMPLE_BYTES)?;
        let sample = match SampleFile::parse(&bytes) {
            Ok(sample) => sample,
            Err(error) => {
                self.fault(SAMPLE, error.to_string());
                return None;
            }
        };
        let (ledger, charter) = (&self.manifest.ledger, self.manifest.charter);
        if sample.ledger != *ledger || sample.charter != charter {
            self.fault(SAMPLE, "it is of another ledger than the manifest");
        }
        for wrong in sample.contradictions() {
            self.fault(SAMPLE, wrong);
        }
        if sample.size > self.manifest.size {
            self.fault(
                SAMPLE,
                format!(
                    "its population has {} entries, the checkpoint of the proofs only {}",
                    sample.size, self.manifest.size
                ),
            );
        }
        let list = self.read(POPULATION, MAX_LIST_BYTES)?;
        match String::from_utf8(list) {
            Err(_) => self.fault(POPULATION, "it is not UTF-8"),
            Ok(list) => match Population::parse(&list) {
                Err(error) => self.fault(POPULATION, error.to_string()),
                Ok(population) => {
                    for different in sample.differences(&sample.ground(), &population) {
                        self.fault(SAMPLE, format!("drawn again of {POPULATION}: {different}"));
                    }
                    for member in population.members().iter().filter(|member| member.entry >= sample.size) {
                        self.fault(POPULATION, format!("entry {} is not of the population", member.entry));
                    }
                }
            },
        }
        Some(sample)
    }

    /// The acts that were drawn are those that are here.
    fn drawn(&mut self, sample: &SampleFile) {
        let drawn: BTreeSet<u64> = sample.entries().into_iter().collect();
        let here: BTreeSet<u64> = self.manifest.acts.iter().map(|act| act.entry).collect();
        for entry in drawn.difference(&here) {
            self.fault(MANIFEST, format!("entry {entry} was drawn, and its evidence is not here"));
        }
        for entry in here.difference(&drawn) {
            self.fault(MANIFEST, format!("entry {entry} stands among the drawn acts, and was not drawn"));
        }
    }

    /// The root of the population leads to that of the checkpoint.
    fn consistency(&mut self, sample: &SampleFile) {
        let Some(bytes) = self.read(CONSISTENCY, MAX_CONSISTENCY_BYTES) else { return };
        let hashes: Option<Vec<Digest>> = std::str::from_utf8(&bytes).ok().and_then(|text| {
            let whole = text.is_empty() || text.ends_with('\n');
            whole.then(|| text.lines().map(decode_hash).collect::<Option<_>>()).flatten()
        });
        let Some(hashes) = hashes else {
            return self.fault(CONSISTENCY, "it is not a hash in base64 on each line");
        };
        let Manifest { size, root, .. } = self.manifest;
        let led =
            tree::verify_consistency(sample.size, *size, &hashes, &sample.root, root, FromEmpty::Refused);
        if let Err(error) = led {
            self.fault(
                CONSISTENCY,
                format!("the population's root does not lead to the checkpoint's: {error}"),
            );
        }
    }

    /// An act stands under the checkpoint, with these bytes, and reads as it is shown.
    fn proof(
        &mut self,
        entry: u64,
        drawn: bool,
        charter: Option<Digest>,
        trust: &mut Trust<'_>,
    ) -> Option<(Proven, Option<Officer>)> {
        let folder = folder_of(entry, drawn);
        let path = format!("{folder}/proof.tlog-proof");
        let bytes = self.read(&path, MAX_PROOF_BYTES);
        let content = self.read(&format!("{folder}/entry"), MAX_ENTRY_BYTES);
        let shown = self.read(&format!("{folder}/entry.json"), MAX_READABLE_BYTES);
        let proof = match Proof::parse(&bytes?) {
            Ok(proof) => proof,
            Err(error) => {
                self.fault(&path, error.to_string());
                return None;
            }
        };
        let content = content?;
        let said = proof.checkpoint.checkpoint();
        let Manifest { ledger, size, root, .. } = self.manifest;
        if said.origin != ledger.as_str() || said.size != *size || said.root != *root {
            self.fault(&path, "its checkpoint is not the one that the manifest names");
            return None;
        }
        if proof.index != entry {
            self.fault(&path, format!("it proves entry {}, and stands with entry {entry}", proof.index));
            return None;
        }
        if self.checkpoint.get_or_insert_with(|| proof.checkpoint.clone()) != &proof.checkpoint {
            self.fault(&path, "under its checkpoint stand other signatures than under those of other proofs");
        }
        let Some(brought) = proof.entries() else {
            self.fault(&path, "what it brings with it are not whole entries");
            return None;
        };
        let (first, evidence) =
            brought.split_first().map_or((None, &[][..]), |(first, rest)| (Some(*first), rest));
        if first != Some(content.as_slice()) {
            self.fault(&path, "the entry that it brings is not the one that stands beside it");
        }
        if let Err(why) = trust(&proof.checkpoint, evidence) {
            self.fault(&path, why);
        }
        let proven = match proof.verify_entry(&content) {
            Ok(proven) => proven,
            Err(error) => {
                self.fault(&format!("{folder}/entry"), error.to_string());
                return None;
            }
        };
        if shown.is_some_and(|shown| shown != readable(ledger.as_str(), &proven).into_bytes()) {
            self.fault(&format!("{folder}/entry.json"), "it does not say what the entry's bytes say");
        }
        let officer = charter.and_then(|charter| {
            let evidence: Vec<_> = evidence.iter().map(|entry| entry.to_vec()).collect();
            Keyring::from_evidence(&evidence, charter).ok()?.officer(&proven.author)
        });
        Some((proven, officer))
    }

    /// The documents that are listed are those that the act binds. That those which are here have the digests that they
    /// are named after, the list of files says.
    fn documents(&mut self, act: &BundledAct, proven: &Proven) {
        let folder = folder_of(act.entry, true);
        let said: Vec<_> = act.documents.iter().map(|d| (d.kind, d.sha256, d.bytes, d.marking)).collect();
        let bound: Vec<_> =
            proven.act.documents.iter().map(|d| (d.kind, d.sha256, d.bytes, d.marking)).collect();
        if said != bound {
            self.fault(MANIFEST, format!("the documents of entry {} are not those that it binds", act.entry));
        }
        let files = self.manifest.by_path();
        for document in act.documents.iter().filter(|document| document.found == Found::Here) {
            let path = format!("{folder}/documents/{}", document.sha256);
            if let Some(file) = files.get(path.as_str())
                && (file.sha256 != document.sha256 || file.bytes != document.bytes)
            {
                self.fault(&path, format!("it is not the document that entry {} binds", act.entry));
            }
        }
    }

    /// Every act that is linked to is here, and none is here for nothing.
    fn links(&mut self) {
        let drawn: BTreeSet<u64> = self.manifest.acts.iter().map(|act| act.entry).collect();
        let linked: BTreeSet<u64> = self.manifest.linked.iter().copied().collect();
        let named: BTreeSet<u64> =
            self.manifest.acts.iter().flat_map(|act| &act.links).map(|link| link.entry).collect();
        for entry in named.iter().filter(|entry| !drawn.contains(entry) && !linked.contains(entry)) {
            self.fault(MANIFEST, format!("entry {entry} is linked to, and is not here"));
        }
        for entry in linked.iter().filter(|entry| drawn.contains(entry) || !named.contains(entry)) {
            self.fault(MANIFEST, format!("entry {entry} stands among the linked acts for nothing"));
        }
    }
}
