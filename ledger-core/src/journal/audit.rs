//! Verifying what a store or a bundle holds.

use std::io::BufRead;
use std::path::Path;

use crate::domain::Digest;
use crate::domain::event::Document;
use crate::ledger::audit::{Auditor, Passed, RUN, Report};
use crate::ledger::checkpoint::SignedCheckpoint;
use crate::ledger::finding::{Finding, Flaw};
use crate::ledger::shown::{Lineup, Shown};
use crate::ledger::state_digest::StateClaim;
use crate::ledger::tile::{Edges, Tile};
use crate::ledger::tip::Expectations;
use crate::store::bundle::{BundleStore, CHECKPOINT_NAME, DOCUMENTS_NAME, StrayKind};
use crate::store::checkpoints::{self, CheckpointFiles};
use crate::store::{MAX_COMMIT_ENTRIES, Store, StoreError};

use super::JournalError;
use super::replay::Progress;

/// Most files of a bundle that are named one by one when they are missing or do not belong there.
const MAX_FILES: usize = 1_000;

/// What an audit holds a ledger against, besides itself.
#[derive(Debug, Default)]
pub struct Against {
    /// What the auditor knows from elsewhere.
    pub expected: Expectations,
    /// What somebody says that the state is: another replica, or the same one on an earlier day.
    pub claim: Option<StateClaim>,
    /// Checkpoints from elsewhere.
    pub lineup: Lineup,
    /// What was found before, outside the entries: it goes into the report.
    pub found: Vec<Finding>,
}

/// Verifies everything that a store holds, from entry 0, with nothing derived: bytes, links, signatures, roles
/// at their positions, every rule, and the head file. Goes on after a finding.
///
/// # Errors
/// The store could not be read at all; what is wrong inside it is in the report.
pub fn verify<S: Store + ?Sized>(
    store: &S,
    expected: Expectations,
    progress: Progress<'_>,
) -> Result<Report, JournalError> {
    audit(store, Against { expected, ..Against::default() }, progress)
}

/// As [`verify`], and holds the ledger against more: a state that somebody claims, checkpoints that somebody keeps.
///
/// # Errors
/// As [`verify`].
pub fn audit<S: Store + ?Sized>(
    store: &S,
    against: Against,
    progress: Progress<'_>,
) -> Result<Report, JournalError> {
    let anchor = store.anchor();
    let mut auditor = Auditor::new(against.expected, Some((anchor.size, anchor.link)))
        .against(against.claim)
        .shown(against.lineup);
    against.found.into_iter().for_each(|finding| auditor.note_finding(finding));
    feed(&mut auditor, store, Flaw::Store, progress, &mut |_| ())?;
    Ok(auditor.finish(u64::try_from(MAX_COMMIT_ENTRIES).unwrap_or(u64::MAX)))
}

/// As [`audit`], of a bundle, without any store: also that every tile is made of the hashes of the entries, that the
/// index of documents is what the entries say, that the checkpoints in it hold, and that its files are all there and no
/// others.
///
/// # Errors
/// The bundle could not be read at all; what is wrong inside it is in the report.
pub fn audit_bundle(
    bundle: &BundleStore,
    mut against: Against,
    progress: Progress<'_>,
) -> Result<Report, JournalError> {
    let mut findings = std::mem::take(&mut against.found);
    against.lineup.shown.extend(signed_in(bundle, &mut findings)?);
    let mut auditor = Auditor::new(against.expected, None).against(against.claim).shown(against.lineup);
    let mut beside = Beside::new(bundle)?;
    feed(&mut auditor, bundle, Flaw::Bundle, progress, &mut |passed| beside.pass(passed))?;
    findings.extend(beside.end(auditor.entries())?);
    findings.extend(misplaced(bundle)?);
    for finding in findings {
        auditor.note_finding(finding);
    }
    Ok(auditor.finish(0))
}

/// Gives an auditor everything that there is.
fn feed<S: Store + ?Sized>(
    auditor: &mut Auditor,
    store: &S,
    flaw: Flaw,
    progress: Progress<'_>,
    passed: &mut dyn FnMut(Passed<'_>),
) -> Result<(), JournalError> {
    let total = store.len();
    let mut wanted = RUN;
    while auditor.entries() < total {
        let at = auditor.entries();
        match store.read(at, wanted) {
            Ok(run) if !run.is_empty() => {
                auditor.feed(run, passed);
                wanted = RUN;
            }
            Ok(_) => {
                auditor.note_unreadable(flaw, format!("{total} entries should be there, {at} can be read"));
                break;
            }
            Err(error) => match flaw_of_store(&error) {
                Some(Finding { entry, reason, .. }) => {
                    let before = usize::try_from(entry.saturating_sub(at)).unwrap_or(usize::MAX);
                    if before == 0 || before >= wanted {
                        auditor.note_unreadable(flaw, reason);
                        break;
                    }
                    // What stands before the damage is audited all the same.
                    wanted = before;
                }
                None => return Err(error.into()),
            },
        }
        progress(auditor.entries(), total);
    }
    Ok(())
}

/// The checkpoints in a bundle, those that can be read.
fn signed_in(bundle: &BundleStore, findings: &mut Vec<Finding>) -> Result<Vec<Shown>, JournalError> {
    let (mut shown, mut unread) = (Vec::new(), Vec::new());
    let mut take = |place, size, bytes: &[u8]| match read_kept(place, size, bytes) {
        Ok(kept) => shown.push(kept),
        Err(finding) => findings.push(finding),
    };
    take(CHECKPOINT_NAME.into(), bundle.anchor().size, bundle.checkpoint());
    for size in bundle.checkpoints()? {
        match bundle.signed_checkpoint(size) {
            // The newest stands twice.
            Ok(bytes) if size == bundle.anchor().size && bytes == bundle.checkpoint() => {}
            Ok(bytes) => take(place_of(size), size, &bytes),
            Err(error) => unread.push(flaw_of_store(&error).ok_or(error)?),
        }
    }
    findings.extend(unread);
    Ok(shown)
}

/// The checkpoints that are kept in the folder of a ledger, the smallest first, and what is wrong with those that
/// cannot be read.
///
/// # Errors
/// The disk cannot be read.
pub fn kept(folder: &Path) -> Result<(Vec<Shown>, Vec<Finding>), JournalError> {
    let files = CheckpointFiles::open(folder);
    let (mut shown, mut findings) = (Vec::new(), Vec::new());
    let unfit = |size: u64, error: StoreError| match error {
        StoreError::File { .. } => {
            Ok(Finding::flaw(size.saturating_sub(1), Flaw::Checkpoint, error.to_string()))
        }
        error => Err(error),
    };
    let sizes = match files.sizes() {
        Ok(sizes) => sizes,
        Err(error) => {
            findings.push(unfit(0, error)?);
            Vec::new()
        }
    };
    for size in sizes {
        match files.read(size) {
            Ok(None) => {}
            Ok(Some(bytes)) => match read_kept(place_of(size), size, &bytes) {
                Ok(kept) => shown.push(kept),
                Err(finding) => findings.push(finding),
            },
            Err(error) => findings.push(unfit(size, error)?),
        }
    }
    Ok((shown, findings))
}

/// A checkpoint that is kept at `place`, under the name of `size`.
fn read_kept(place: String, size: u64, bytes: &[u8]) -> Result<Shown, Finding> {
    let words = match SignedCheckpoint::parse(bytes) {
        Ok(signed) if signed.checkpoint().size == size => return Ok(Shown { place, kept: true, signed }),
        Ok(signed) => {
            format!("{place}: it is of {} entries, its name says {size}", signed.checkpoint().size)
        }
        Err(error) => format!("{place}: {error}"),
    };
    Err(Finding::flaw(size.saturating_sub(1), Flaw::Checkpoint, words))
}

fn place_of(size: u64) -> String {
    format!("{}/{size}", checkpoints::NAME)
}

/// What stands in a bundle beside the entries, held against them as they pass.
struct Beside<'a> {
    bundle: &'a BundleStore,
    edges: Edges,
    documents: Box<dyn BufRead + 'a>,
    /// The index was found wanting: one finding is enough.
    index_failed: bool,
    findings: Vec<Finding>,
}

impl<'a> Beside<'a> {
    fn new(bundle: &'a BundleStore) -> Result<Self, JournalError> {
        let (mut findings, mut index_failed) = (Vec::new(), false);
        let documents: Box<dyn BufRead> = match bundle.documents_as_they_are() {
            Ok(documents) => Box::new(documents),
            Err(error) => {
                let Finding { entry, reason, .. } = flaw_of_store(&error).ok_or(error)?;
                findings.push(Finding::flaw(entry, Flaw::DocumentIndex, reason));
                index_failed = true;
                Box::new(std::io::empty())
            }
        };
        Ok(Self { bundle, edges: Edges::default(), documents, index_failed, findings })
    }

    fn pass(&mut self, passed: Passed<'_>) {
        let mut full = Vec::new();
        self.edges.push(passed.link, |tile, hashes| {
            if !tile.is_partial() {
                full.push((tile, hashes.to_vec()));
            }
        });
        for (tile, hashes) in full {
            self.compare(&tile, &hashes);
        }
        for document in passed.documents {
            self.compare_line(passed.entry, &document_line(passed.entry, document));
        }
    }

    /// Compares a tile with the hashes of the entries.
    fn compare(&mut self, tile: &Tile, hashes: &[Digest]) {
        let finding = match self.bundle.tile(tile) {
            Ok(bytes) => {
                let wrong =
                    hashes.iter().zip(bytes.chunks(32)).position(|(hash, there)| hash.as_bytes() != there);
                let Some(wrong) = wrong else { return };
                let at = u64::try_from(wrong).unwrap_or(u64::MAX);
                let span = 1_u64.checked_shl(u32::from(tile.level()).saturating_mul(8)).unwrap_or(u64::MAX);
                let entry = tile.first_entry().saturating_add(at.saturating_mul(span));
                let words = format!("{}: hash {at} is not the one of the entries", tile.path());
                Finding::flaw(entry, Flaw::Tile, words)
            }
            Err(error) => Finding::flaw(tile.first_entry(), Flaw::Bundle, error.to_string()),
        };
        self.findings.push(finding);
    }

    /// Compares the next line of the index of documents with what an entry says.
    fn compare_line(&mut self, entry: u64, line: &str) {
        if self.index_failed {
            return;
        }
        let mut there = Vec::new();
        let read = self.documents.read_until(b'\n', &mut there);
        if read.is_err() || there.strip_suffix(b"\n") != Some(line.as_bytes()) {
            self.index_failed = true;
            let there = String::from_utf8_lossy(&there);
            let words =
                format!("{DOCUMENTS_NAME}: {:?} stands where the entry says {line:?}", there.trim_end());
            self.findings.push(Finding::flaw(entry, Flaw::DocumentIndex, words));
        }
    }

    /// Compares what is left, when all entries have passed.
    fn end(mut self, entries: u64) -> Result<Vec<Finding>, JournalError> {
        // When entries are missing, what belongs to them says nothing more.
        if entries == self.bundle.anchor().size {
            let partial: Vec<_> =
                self.edges.partial().map(|(tile, hashes)| (tile, hashes.to_vec())).collect();
            for (tile, hashes) in partial {
                self.compare(&tile, &hashes);
            }
            let mut more = Vec::new();
            if !self.index_failed && !matches!(self.documents.read_until(b'\n', &mut more), Ok(0)) {
                let words =
                    format!("{DOCUMENTS_NAME}: it goes on behind the last document that an entry names");
                self.findings.push(Finding::flaw(entries.saturating_sub(1), Flaw::DocumentIndex, words));
            }
        }
        Ok(self.findings)
    }
}

/// A line of the index of documents of a bundle, without its end: the entry, what the document is, its SHA-256, its size
/// in bytes, its media type.
pub(super) fn document_line(entry: u64, document: &Document) -> String {
    let Document { kind, sha256, bytes, media_type, .. } = document;
    format!("{entry} {kind} {sha256} {bytes} {media_type}")
}

/// The files that a bundle lacks, and those that are none of its.
fn misplaced(bundle: &BundleStore) -> Result<Vec<Finding>, JournalError> {
    let last = bundle.anchor().size.saturating_sub(1);
    let flaw = |words| Finding::flaw(last, Flaw::Bundle, words);
    let missing = bundle.missing_files(MAX_FILES)?;
    let strays = bundle.stray_files()?;
    let foreign = strays.iter().filter(|stray| stray.kind == StrayKind::Foreign).take(MAX_FILES);
    let foreign = foreign.map(|stray| format!("{} is no file of a bundle", stray.file));
    Ok(missing.iter().map(|file| format!("{file} is missing")).chain(foreign).map(flaw).collect())
}

/// What an error of the store says about the evidence, when it says anything: for a store that could not even
/// be opened to be verified. `None` for errors that leave the question open, such as a disk that cannot be read.
pub fn flaw_of_store(error: &StoreError) -> Option<Finding> {
    let (entry, flaw) = match error {
        StoreError::MissingEntries { have, .. } => (*have, Flaw::Missing),
        StoreError::TailTooLong { acknowledged, .. } => (*acknowledged, Flaw::Tail),
        StoreError::HeadFile { .. } | StoreError::UnfinishedCreation { .. } => (0, Flaw::HeadFile),
        StoreError::Corrupt { .. } => (0, Flaw::Store),
        StoreError::Bundle { entry, .. } => (*entry, Flaw::Bundle),
        _ => return None,
    };
    Some(Finding::flaw(entry, flaw, error.to_string()))
}
