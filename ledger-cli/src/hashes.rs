//! The hashes of the tree, as a command needs them: those that are kept with the ledger when they are right, else all
//! of them made anew from the entries.

use std::path::Path;

use ledger_core::domain::Digest;
use ledger_core::journal::{self, Journal, JournalError};
use ledger_core::ledger::tree::{self, Nodes};
use ledger_core::store::Store;
use ledger_core::store::nodes::NodeFiles;

use crate::context::Context;
use crate::error::CommandError;

/// Hashes, wherever they come from.
pub(crate) type Hashes<'a> = dyn Nodes<Error = JournalError> + 'a;

/// Hashes whose errors are said in one way.
struct Plain<'a, N: ?Sized>(&'a N);

impl<N: Nodes + ?Sized> Nodes for Plain<'_, N>
where
    JournalError: From<N::Error>,
{
    type Error = JournalError;

    fn node(&self, level: u8, index: u64) -> Result<Digest, JournalError> {
        Ok(self.0.node(level, index)?)
    }
}

/// What `question` finds in the tree over the acknowledged entries of the ledger in `folder`.
///
/// The kept hashes are believed by nobody. So `question` holds what it makes of them against something that does not
/// come from them; when it says no, it is asked again with all hashes made anew, before the ledger is blamed.
pub(crate) fn ask<S: Store + ?Sized, T>(
    store: &S,
    folder: &Path,
    context: &Context,
    mut question: impl FnMut(&Hashes<'_>) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    let mut bar = context.progress("hashing");
    let progress = &mut |done, total| bar.at(done, total);
    let mut with_kept = || {
        let kept = NodeFiles::open(folder, false)?;
        let hashes = journal::hashes(store, &kept, progress)?;
        question(&Plain(&hashes))
    };
    if let Ok(answer) = with_kept() {
        return Ok(answer);
    }
    let hashes = journal::fresh_hashes(store, &mut |done, total| bar.at(done, total))?;
    question(&Plain(&hashes))
}

/// Brings the kept hashes of a ledger that was written to up to date. They are derived: what goes wrong is said, and
/// that is all.
pub(crate) fn keep_up<S: Store>(journal: &Journal<S>, folder: &Path, context: &Context) {
    if let Err(error) = try_keep_up(journal, folder, context) {
        context.talk(format_args!(
            "the hashes of the tree could not be kept, which only makes proofs slower: {error}"
        ));
    }
}

fn try_keep_up<S: Store>(journal: &Journal<S>, folder: &Path, context: &Context) -> Result<(), JournalError> {
    let mut bar = context.progress("hashing");
    let progress = &mut |done, total| bar.at(done, total);
    let mut kept = NodeFiles::open(folder, true)?;
    journal::keep_up(journal.store(), &mut kept, progress)?;
    let head = journal.head();
    if !tree::root(&kept, head.size).is_ok_and(|root| root == head.frontier.root()) {
        kept.clear()?;
        journal::keep_up(journal.store(), &mut kept, progress)?;
    }
    Ok(())
}
