//! Replaying the history, and telling it.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::domain::consent::Signer as MissingSignature;
use crate::domain::{Digest, State, Subject, Timestamp};
use crate::ledger::Head;
use crate::ledger::audit::RUN;
use crate::ledger::entry::{OpenedEntry, RawEntry, Signatures, Unopenable, VerifiedEntry};
use crate::ledger::finding::{Code, Finding, Flaw};
use crate::ledger::tip::{Expectations, Tip};
use crate::store::{Store, StoreError};

use super::{JournalError, unopened};

/// How far to replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Until {
    /// To the end.
    #[default]
    End,
    /// So many entries.
    Size(u64),
    /// All entries recorded at this time or before.
    Time(Timestamp),
}

/// Told of progress: entries done, and entries in all.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// What a visitor is shown of each entry.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// The entry.
    pub entry: &'a VerifiedEntry,
    /// The state after it.
    pub state: &'a State,
    /// Where the ledger ended with it.
    pub head: &'a Head,
    /// The signatures for which it waited when it was recorded.
    pub missing: &'a [MissingSignature],
}

impl Until {
    /// True when the entry that would come next, at `position`, is not to be taken any more.
    fn is_before(self, position: u64, recorded_at: Timestamp) -> bool {
        match self {
            Until::End => false,
            Until::Size(size) => position >= size,
            Until::Time(time) => recorded_at > time,
        }
    }
}

impl Visit<'_> {
    /// The author's party and role.
    pub fn officer(&self) -> Option<crate::domain::Officer> {
        self.state.officer(&self.entry.act().author)
    }

    /// All things to whose history the entry belongs, but for what its consents rest on.
    pub fn subjects(&self) -> BTreeSet<Subject> {
        self.entry.act().act.events.iter().flat_map(|event| event.concerns(self.state)).collect()
    }
}

/// Replays the acknowledged entries of a store and shows each to `visit`, which may end the replay.
///
/// Links, places, times, roles and rules are checked; signatures are not, because the last link is compared
/// with the head file, which only this program writes, after it verified them; of a bundle, where nothing vouches for anything, they are. So the links are followed to
/// the last entry even when the replay ends before it: otherwise nothing would vouch for what was shown. An
/// auditor, who trusts neither store nor head file, calls [`verify`](super::verify).
///
/// `progress` counts entries read, and the entries to be read in all.
///
/// # Errors
/// The store cannot be read, or what is in it is not what was acknowledged.
pub fn replay<S: Store + ?Sized>(
    store: &S,
    until: Until,
    progress: Progress<'_>,
    visit: impl FnMut(Visit<'_>) -> ControlFlow<()>,
) -> Result<Tip, JournalError> {
    replay_while(store, |position, recorded_at, _| !until.is_before(position, recorded_at), progress, visit)
}

/// Where the ledger ended at some moment, and what it said.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Where it ended.
    pub head: Head,
    /// What it said.
    pub state: State,
}

/// The ledger at two places, from one replay. The state of the earlier place shares with the later one whatever did not
/// change between them.
///
/// # Errors
/// Those of [`replay`].
pub fn moments<S: Store + ?Sized>(
    store: &S,
    (first, second): (Until, Until),
    progress: Progress<'_>,
) -> Result<(Moment, Moment), JournalError> {
    let mut found = (None, None);
    let moment = |tip: &Tip| Moment { head: tip.head().clone(), state: tip.state().clone() };
    let more = |position, recorded_at, tip: &Tip| {
        for (until, place) in [(first, &mut found.0), (second, &mut found.1)] {
            if place.is_none() && until.is_before(position, recorded_at) {
                *place = Some(moment(tip));
            }
        }
        found.0.is_none() || found.1.is_none()
    };
    let end = replay_while(store, more, progress, |_| ControlFlow::Continue(()))?;
    Ok((found.0.unwrap_or_else(|| moment(&end)), found.1.unwrap_or_else(|| moment(&end))))
}

/// Replays as long as `more` says so of the entry that comes next, by its position and time, and the tip before it.
fn replay_while<S: Store + ?Sized>(
    store: &S,
    mut more: impl FnMut(u64, Timestamp, &Tip) -> bool,
    progress: Progress<'_>,
    mut visit: impl FnMut(Visit<'_>) -> ControlFlow<()>,
) -> Result<Tip, JournalError> {
    let anchor = store.anchor();
    let signatures = if store.is_vouched() { Signatures::VerifiedBefore } else { Signatures::Verify };
    let mut tip = Tip::new();
    let mut ended = false;
    let (mut at, mut link) = (0_u64, Digest::ZERO);
    while at < anchor.size {
        let wanted = usize::try_from(anchor.size.saturating_sub(at)).map_or(RUN, |left| left.min(RUN));
        let run = store.read(at, wanted)?;
        if run.is_empty() {
            return Err(StoreError::MissingEntries { have: at, acknowledged: anchor.size }.into());
        }
        for opened in open_all(run, signatures) {
            let entry = opened.map_err(|flaw| unopened(at, flaw))?;
            let previous = entry.previous();
            ended = ended || !more(at, entry.recorded_at(), &tip);
            let next = entry.link();
            if ended {
                if previous != link {
                    let reason = format!("it follows an entry with link {previous}, not {link}");
                    return Err(Finding::flaw(at, Flaw::Link, reason).into());
                }
            } else {
                let entry = tip.check(entry, Expectations::default()).map_err(|flawed| flawed.first)?;
                ended = take(&mut tip, &entry, &mut visit)?.is_break();
            }
            link = next;
            at = at.saturating_add(1);
            progress(at, anchor.size);
        }
    }
    if link != anchor.link {
        let last = anchor.size.saturating_sub(1);
        let reason = format!("the head file names {} as the link of entry {last}", anchor.link);
        return Err(Finding::flaw(last, Flaw::Head, reason).into());
    }
    Ok(tip)
}

/// Takes one checked entry into the tip, if the rules allow it, and shows it.
pub(super) fn take(
    tip: &mut Tip,
    entry: &VerifiedEntry,
    visit: &mut impl FnMut(Visit<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, JournalError> {
    let admitted = tip.admit(entry).map_err(|rejection| Finding {
        entry: entry.act().seq,
        code: Code::Rule(rejection.rule),
        reason: rejection.why,
    })?;
    let missing = admitted.missing().to_vec();
    tip.advance(entry, admitted);
    Ok(visit(Visit { entry, state: tip.state(), head: tip.head(), missing: &missing }))
}

pub(super) fn open_all(run: Vec<Vec<u8>>, signatures: Signatures) -> Vec<Result<OpenedEntry, Unopenable>> {
    run.into_par_iter().map(|bytes| RawEntry::new(bytes).open(signatures)).collect()
}
