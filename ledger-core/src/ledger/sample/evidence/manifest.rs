//! The manifest of a bundle of evidence, in one form.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::codes::{DocumentKind, Marking};
use crate::domain::{Digest, Origin};

use super::super::super::digest::sha256;
use super::{CONSISTENCY, POPULATION, SAMPLE, folder_of};

/// Longest manifest that is read, in bytes.
pub const MAX_MANIFEST_BYTES: usize = 134_217_728;
/// What the file says that it is.
const KIND: &str = "jointledger/evidence/v1";

/// What is in a bundle of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `jointledger/evidence/v1`.
    kind: String,
    /// The ledger's name.
    pub ledger: Origin,
    /// The fingerprint of its charter.
    pub charter: Digest,
    /// How many entries the checkpoint of the proofs covers.
    pub size: u64,
    /// Their root.
    pub root: Digest,
    /// SHA-256 of the books that external rows are of, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub books: Option<Digest>,
    /// The acts that were drawn, in order.
    pub acts: Vec<BundledAct>,
    /// The acts that are here because they belong to them, in order.
    pub linked: Vec<u64>,
    /// Every file but this, in the order of the paths' bytes.
    pub files: Vec<ListedFile>,
}

/// An act that was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundledAct {
    /// Its position.
    pub entry: u64,
    /// The acts that belong to it.
    pub links: Vec<Link>,
    /// The documents that it binds, in its order.
    pub documents: Vec<BundledDocument>,
    /// True when rows of other books name it.
    pub external: bool,
}

/// An act that belongs to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// How.
    pub relation: Relation,
    /// Its position.
    pub entry: u64,
    /// In whose history, where it is that of a thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

/// How acts belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The act before it in the history of a thing.
    Previous,
    /// The act behind it in the history of a thing.
    Next,
    /// The act of which it speaks: that it countersigns, refuses, corrects, ratifies.
    SpeaksOf,
    /// An act that speaks of it.
    SpokenOf,
    /// The last physical count of goods that it is about.
    Count,
}

/// A document that an act binds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundledDocument {
    /// What it is.
    pub kind: DocumentKind,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Its size.
    pub bytes: u64,
    /// Who may read it.
    pub marking: Marking,
    /// Whether it is here.
    pub found: Found,
}

/// Whether a document is in the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// It is.
    Here,
    /// It was not found where the bundle's maker looked.
    Missing,
    /// It is under restriction, and was left out.
    Restricted,
}

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedFile {
    /// Its path below the folder.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
}

/// Why bytes are no manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no manifest of evidence: {0}")]
pub struct BadManifest(String);

impl Manifest {
    /// A manifest of acts under a checkpoint, without files yet.
    pub fn new(ledger: Origin, charter: Digest, size: u64, root: Digest) -> Self {
        Self {
            kind: KIND.into(),
            ledger,
            charter,
            size,
            root,
            books: None,
            acts: Vec::new(),
            linked: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Reads a manifest strictly: there is one way to write it.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadManifest> {
        let bad = |reason: &str| BadManifest(reason.to_owned());
        if bytes.len() > MAX_MANIFEST_BYTES {
            return Err(bad("it is longer than such a file can be"));
        }
        let read: Self = serde_json::from_slice(bytes).map_err(|error| BadManifest(error.to_string()))?;
        if read.kind != KIND {
            return Err(BadManifest(format!("its kind is not {KIND}")));
        }
        if read.render().as_bytes() != bytes {
            return Err(bad("it is not written in the one form that is allowed"));
        }
        if !read.acts.is_sorted_by(|a, b| a.entry < b.entry) || !read.linked.is_sorted_by(|a, b| a < b) {
            return Err(bad("its acts do not stand in their order, each once"));
        }
        if !read.files.is_sorted_by(|a, b| a.path < b.path) {
            return Err(bad("its files do not stand in the order of their paths, each once"));
        }
        Ok(read)
    }

    /// The text of the file.
    pub fn render(&self) -> String {
        // Strings, numbers and lists always have a JSON form.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// SHA-256 of the text: what names the bundle, and what is recorded of it.
    pub fn digest(&self) -> Digest {
        sha256(&[self.render().as_bytes()])
    }

    /// The files by their paths.
    pub fn by_path(&self) -> BTreeMap<&str, &ListedFile> {
        self.files.iter().map(|file| (file.path.as_str(), file)).collect()
    }

    /// The paths that a bundle of these acts has, but the manifest's.
    pub fn paths(&self) -> BTreeSet<String> {
        let mut paths: BTreeSet<String> =
            [SAMPLE, POPULATION, CONSISTENCY].into_iter().map(str::to_owned).collect();
        let entries = self.acts.iter().map(|act| (act.entry, true));
        for (entry, drawn) in entries.chain(self.linked.iter().map(|entry| (*entry, false))) {
            let folder = folder_of(entry, drawn);
            for name in ["entry", "entry.json", "proof.tlog-proof"] {
                paths.insert(format!("{folder}/{name}"));
            }
        }
        for act in &self.acts {
            let folder = folder_of(act.entry, true);
            let here = act.documents.iter().filter(|document| document.found == Found::Here);
            paths.extend(here.map(|document| format!("{folder}/documents/{}", document.sha256)));
            if act.external {
                paths.insert(format!("{folder}/external.csv"));
            }
        }
        paths
    }
}
