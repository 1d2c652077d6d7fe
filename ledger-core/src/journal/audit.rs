//! Verifying what a store holds.

use crate::ledger::audit::{Auditor, RUN, Report};
use crate::ledger::finding::{Finding, Flaw};
use crate::ledger::state_digest::StateClaim;
use crate::ledger::tip::Expectations;
use crate::store::{MAX_COMMIT_ENTRIES, Store, StoreError};

use super::JournalError;
use super::replay::Progress;

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
    audit(store, expected, None, progress)
}

/// As [`verify`], and compares the state that the entries give with one that somebody claims: what another replica,
/// or the same one on an earlier day, said that it was.
///
/// # Errors
/// As [`verify`].
pub fn audit<S: Store + ?Sized>(
    store: &S,
    expected: Expectations,
    claim: Option<StateClaim>,
    progress: Progress<'_>,
) -> Result<Report, JournalError> {
    let anchor = store.anchor();
    let mut auditor = Auditor::new(expected, Some((anchor.size, anchor.link))).against(claim);
    let total = store.len();
    while auditor.entries() < total {
        match store.read(auditor.entries(), RUN) {
            Ok(run) if !run.is_empty() => auditor.feed(run),
            Ok(_) => {
                let at = auditor.entries();
                auditor.note_flaw(
                    at,
                    Flaw::Store,
                    format!("the store says it has {total} entries, but gives {at}"),
                );
                break;
            }
            Err(error) => match flaw_of_store(&error) {
                Some(Finding { reason, .. }) => {
                    auditor.note_flaw(auditor.entries(), Flaw::Store, reason);
                    break;
                }
                None => return Err(error.into()),
            },
        }
        progress(auditor.entries(), total);
    }
    Ok(auditor.finish(u64::try_from(MAX_COMMIT_ENTRIES).unwrap_or(u64::MAX)))
}

/// What an error of the store says about the evidence, when it says anything: for a store that could not even
/// be opened to be verified. `None` for errors that leave the question open, such as a disk that cannot be read.
pub fn flaw_of_store(error: &StoreError) -> Option<Finding> {
    let (entry, flaw) = match error {
        StoreError::MissingEntries { have, .. } => (*have, Flaw::Missing),
        StoreError::TailTooLong { acknowledged, .. } => (*acknowledged, Flaw::Tail),
        StoreError::HeadFile { .. } | StoreError::UnfinishedCreation { .. } => (0, Flaw::HeadFile),
        StoreError::Corrupt { .. } => (0, Flaw::Store),
        _ => return None,
    };
    Some(Finding::flaw(entry, flaw, error.to_string()))
}
