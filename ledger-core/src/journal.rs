//! The conductor: it opens a store, replays it, appends to it, verifies it, and tells its history. It is the
//! only place where entries, rules and disk meet.
//!
//! ```text
//! append:  act ─ admit ─ seal ─ open ─ check ─ admit ─▶ store.commit ─▶ acknowledged
//! replay:  store.read ─ open ─ check ─ admit ─ advance ─▶ tip
//! verify:  store.read ─ open ─ check ─ admit ─ advance ─▶ report, and on after a finding
//! ```
//!
//! Time and keys come in as a [`Stamp`]; nothing here has a clock or a key of its own.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::domain::consent::Signer as MissingSignature;
use crate::domain::party::{CharterSignature, LedgerConstituted};
use crate::domain::{
    Act, ActId, Charter, Digest, Event, Origin, PublicKey, RecordedAct, Rejection, State, Subject, Timestamp,
};
use crate::ledger::Head;
use crate::ledger::audit::{Auditor, RUN, Report};
use crate::ledger::entry::{OpenedEntry, RawEntry, SealError, Signatures, Unopenable, VerifiedEntry};
use crate::ledger::finding::{Code, Finding, Flaw};
use crate::ledger::signer::{Signer, SignerError};
use crate::ledger::state_digest::StateClaim;
use crate::ledger::tip::{Expectations, Tip};
use crate::store::{Anchor, MAX_COMMIT_BYTES, MAX_COMMIT_ENTRIES, Store, StoreError};

/// Who signs, and what the time is: the only things of an append that do not come from the ledger or the act.
#[derive(Clone, Copy)]
pub struct Stamp<'a> {
    /// The officer's key.
    pub signer: &'a dyn Signer,
    /// The clock of the machine.
    pub now: Timestamp,
}

/// That an act was recorded, durably.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its position.
    pub entry: u64,
    /// Its link.
    pub link: Digest,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The author's own name for it.
    pub act: ActId,
    /// The signatures for which it waits; it has no effect before they are there.
    pub missing: Vec<MissingSignature>,
    /// True when it had been recorded before, and this is its first receipt again.
    pub repeated: bool,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A rule of the domain said no. Nothing was recorded.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// What is in the store is not what was acknowledged.
    #[error("the ledger does not hold: {0}; verify it to see all findings")]
    Evidence(#[from] Finding),
    /// The entry that the act would make is one that no auditor would let pass. Nothing was recorded.
    #[error("nothing was recorded, because the entry would not hold: {0}")]
    Unfit(Finding),
    /// The act could not be made into an entry.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The machine's clock is behind the ledger.
    #[error(
        "the clock says {now}, but the last entry was recorded at {last}; set the clock right: \
         time in the ledger never goes back"
    )]
    ClockBehind {
        /// What the clock says.
        now: Timestamp,
        /// When the last entry was recorded.
        last: Timestamp,
    },
    /// Another act has this id.
    #[error("act {act} was recorded in entry {entry} with other content; give this act an id of its own")]
    ActIdTaken {
        /// The id.
        act: ActId,
        /// Where it stands.
        entry: u64,
    },
    /// A commit failed before, so nobody knows what the store holds.
    #[error(
        "the journal stopped after a failed commit; open the ledger again and look before you repeat the act"
    )]
    MustReopen,
}

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
    /// The signatures for which it waited when it was recorded.
    pub missing: &'a [MissingSignature],
}

impl Visit<'_> {
    /// The author's party and role.
    pub fn officer(&self) -> Option<crate::domain::Officer> {
        self.state.officer(&self.entry.act().author)
    }

    /// What the entry is about.
    pub fn subjects(&self) -> BTreeSet<Subject> {
        self.entry.act().act.events.iter().flat_map(|event| event.subjects(self.state)).collect()
    }
}

/// Picks the entries of one thing's history: those about it, and those that countersign or refuse them.
#[derive(Debug)]
pub struct Thread {
    subject: Subject,
    entries: BTreeSet<u64>,
}

impl Thread {
    /// The history of `subject`.
    pub const fn of(subject: Subject) -> Self {
        Self { subject, entries: BTreeSet::new() }
    }

    /// True when the entry belongs to the history. Every entry is to be shown, in order.
    pub fn takes(&mut self, visit: &Visit<'_>) -> bool {
        let subjects = visit.subjects();
        let about = subjects.contains(&self.subject)
            || subjects
                .iter()
                .any(|subject| matches!(subject, Subject::Entry(seq) if self.entries.contains(seq)));
        if about {
            self.entries.insert(visit.entry.act().seq);
        }
        about
    }
}

/// Replays the acknowledged entries of a store and shows each to `visit`, which may end the replay.
///
/// Links, places, times, roles and rules are checked; signatures are not, because the last link is compared
/// with the head file, which only this program writes, after it verified them. So the links are followed to
/// the last entry even when the replay ends before it: otherwise nothing would vouch for what was shown. An
/// auditor, who trusts neither store nor head file, calls [`verify`].
///
/// `progress` counts entries read, and the entries to be read in all.
///
/// # Errors
/// The store cannot be read, or what is in it is not what was acknowledged.
pub fn replay<S: Store + ?Sized>(
    store: &S,
    until: Until,
    progress: Progress<'_>,
    mut visit: impl FnMut(Visit<'_>) -> ControlFlow<()>,
) -> Result<Tip, JournalError> {
    let anchor = store.anchor();
    let mut tip = Tip::new();
    let mut ended = false;
    let (mut at, mut link) = (0_u64, Digest::ZERO);
    while at < anchor.size {
        let wanted = usize::try_from(anchor.size.saturating_sub(at)).map_or(RUN, |left| left.min(RUN));
        let run = store.read(at, wanted)?;
        if run.is_empty() {
            return Err(StoreError::MissingEntries { have: at, acknowledged: anchor.size }.into());
        }
        for opened in open_all(run, Signatures::VerifiedBefore) {
            let entry = opened.map_err(|flaw| unopened(at, flaw))?;
            let previous = entry.previous();
            ended = ended
                || match until {
                    Until::End => false,
                    Until::Size(size) => at >= size,
                    Until::Time(time) => entry.recorded_at() > time,
                };
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
fn take(
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
    Ok(visit(Visit { entry, state: tip.state(), missing: &missing }))
}

fn unopened(entry: u64, flaw: Unopenable) -> Finding {
    Finding { entry, code: flaw.code(), reason: flaw.reason }
}

fn open_all(run: Vec<Vec<u8>>, signatures: Signatures) -> Vec<Result<OpenedEntry, Unopenable>> {
    run.into_par_iter().map(|bytes| RawEntry::new(bytes).open(signatures)).collect()
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

/// A ledger that is open for recording.
#[derive(Debug)]
pub struct Journal<S> {
    store: S,
    tip: Tip,
    /// Where the store ends, as far as this journal knows; what is staged follows behind it. Not asked of the
    /// store at a commit: the store compares it with what is so.
    durable: Anchor,
    staged: Vec<Staged>,
    staged_bytes: usize,
    acknowledged: Vec<Receipt>,
    stopped: bool,
}

/// An act that passed the gate and is not yet durable.
#[derive(Debug)]
struct Staged {
    bytes: Vec<u8>,
    receipt: Receipt,
}

impl<S: Store> Journal<S> {
    /// Founds a ledger in an empty store, with the charter that every founder signed.
    ///
    /// # Errors
    /// The store is not empty, a founder's signature is missing or false, or the signer has no root key.
    pub fn found(
        store: S,
        charter: Charter,
        signatures: Vec<CharterSignature>,
        act: ActId,
        stamp: Stamp<'_>,
    ) -> Result<(Self, Receipt), JournalError> {
        let (expected, actual) = (Anchor::EMPTY, store.anchor());
        if actual != expected {
            return Err(StoreError::Conflict { expected, actual }.into());
        }
        let mut journal = Self::new(store, Tip::new());
        let founding = LedgerConstituted { occurred_at: stamp.now, charter, signatures };
        let act = Act { id: act, documents: Vec::new(), events: vec![Event::from(founding)] };
        let receipt = journal.append(act, stamp)?;
        Ok((journal, receipt))
    }

    /// Opens a ledger: replays what was acknowledged, and takes in the tail of a commit whose acknowledgement
    /// nobody saw, after verifying it in full.
    ///
    /// # Errors
    /// As [`replay`]; or the tail does not hold.
    pub fn open(mut store: S, progress: Progress<'_>) -> Result<Self, JournalError> {
        let mut tip = replay(&store, Until::End, progress, |_| ControlFlow::Continue(()))?;
        let anchor = store.anchor();
        if store.len() > anchor.size {
            for opened in open_all(store.read(anchor.size, MAX_COMMIT_ENTRIES)?, Signatures::Verify) {
                let entry = opened.map_err(|flaw| unopened(tip.head().size, flaw))?;
                let entry = tip.check(entry, Expectations::default()).map_err(|flawed| flawed.first)?;
                let _ = take(&mut tip, &entry, &mut |_| ControlFlow::Continue(()))?;
            }
            store.adopt_tail(anchor, anchor_of(tip.head()))?;
        }
        Ok(Self::new(store, tip))
    }

    fn new(store: S, tip: Tip) -> Self {
        let durable = anchor_of(tip.head());
        Self {
            store,
            tip,
            durable,
            staged: Vec::new(),
            staged_bytes: 0,
            acknowledged: Vec::new(),
            stopped: false,
        }
    }

    /// Where the ledger ends, staged acts included.
    pub const fn head(&self) -> &Head {
        self.tip.head()
    }

    /// What the ledger says, staged acts included.
    pub const fn state(&self) -> &State {
        self.tip.state()
    }

    /// The store.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Gives the store back.
    pub fn into_store(self) -> S {
        self.store
    }

    /// Records one act, and makes what was staged before durable with it. Durable when the receipt comes back.
    ///
    /// # Errors
    /// A rule says no, the signer does not sign, or the store fails. Nothing was recorded, unless the error is
    /// a store's that says otherwise.
    pub fn append(&mut self, act: Act, stamp: Stamp<'_>) -> Result<Receipt, JournalError> {
        self.stage(act, stamp)?;
        self.commit_staged()?;
        self.acknowledged.pop().ok_or(JournalError::MustReopen)
    }

    /// Prepares one act to be recorded with others: it passes the gate and the rules now, and is durable when
    /// [`commit`](Self::commit) returns its receipt. Commits by itself what was staged before when one commit
    /// can carry no more.
    ///
    /// # Errors
    /// As [`append`](Self::append). What was staged before stays staged.
    pub fn stage(&mut self, act: Act, stamp: Stamp<'_>) -> Result<(), JournalError> {
        if self.stopped {
            return Err(JournalError::MustReopen);
        }
        let author = PublicKey::new(stamp.signer.public_key());
        if let Some(seq) = self.tip.position_of(&act.id) {
            let receipt = self.receipt_again(seq, &act, author)?;
            self.commit_staged()?;
            self.acknowledged.push(receipt);
            return Ok(());
        }
        let recorded_at = self.recorded_at(&act, stamp.now)?;
        let draft =
            RecordedAct { seq: self.tip.head().size, recorded_at, author, act, countersigned_by: Vec::new() };
        // Asked before signing, so that nobody signs in vain.
        let _ = self.tip.state().admit(&draft)?;
        let origin = self.origin_for(&draft.act)?;
        let raw = RawEntry::seal(&origin, self.tip.head(), recorded_at, draft.act, stamp.signer)?;
        let (entry, admitted) = self.gate(&raw, stamp.now)?;
        let bytes = raw.into_bytes();
        let full = self.staged.len() >= MAX_COMMIT_ENTRIES
            || self.staged_bytes.saturating_add(bytes.len()) > MAX_COMMIT_BYTES;
        if full {
            self.commit_staged()?;
        }
        let receipt = Receipt {
            entry: entry.act().seq,
            link: entry.link(),
            recorded_at,
            act: entry.act().act.id,
            missing: admitted.missing().to_vec(),
            repeated: false,
        };
        self.tip.advance(&entry, admitted);
        self.staged_bytes = self.staged_bytes.saturating_add(bytes.len());
        self.staged.push(Staged { bytes, receipt });
        Ok(())
    }

    /// Makes what was staged durable, and gives the receipts of all acts since the last call.
    ///
    /// # Errors
    /// The store failed: the journal stops, and which of the staged acts were kept is unknown until the ledger
    /// is opened again.
    pub fn commit(&mut self) -> Result<Vec<Receipt>, JournalError> {
        self.commit_staged()?;
        Ok(std::mem::take(&mut self.acknowledged))
    }

    fn commit_staged(&mut self) -> Result<(), JournalError> {
        if self.stopped {
            return Err(JournalError::MustReopen);
        }
        let Some(last) = self.staged.last() else { return Ok(()) };
        let next = Anchor { size: last.receipt.entry.saturating_add(1), link: last.receipt.link };
        let (bytes, receipts): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.staged).into_iter().map(|staged| (staged.bytes, staged.receipt)).unzip();
        self.staged_bytes = 0;
        if let Err(error) = self.store.commit(self.durable, &bytes, next) {
            self.stopped = true;
            return Err(error.into());
        }
        self.durable = next;
        self.acknowledged.extend(receipts);
        Ok(())
    }

    /// What a stranger would do with the entry: open, check, admit.
    fn gate(
        &self,
        raw: &RawEntry,
        now: Timestamp,
    ) -> Result<(VerifiedEntry, crate::domain::Admitted), JournalError> {
        let opened = raw.open(Signatures::Verify).map_err(|flaw| match flaw.flaw {
            Flaw::Signature => {
                let words = "the signer answered with something that is not its key's signature; nothing was \
                             recorded; try again, and if it stays so use another keeper of the key";
                JournalError::Seal(SignerError::Faulty(words.into()).into())
            }
            _ => JournalError::Unfit(unopened(self.tip.head().size, flaw)),
        })?;
        let expected = Expectations { charter: None, now: Some(now) };
        let entry = self.tip.check(opened, expected).map_err(|flawed| JournalError::Unfit(flawed.first))?;
        let admitted = self.tip.admit(&entry)?;
        Ok((entry, admitted))
    }

    /// The time to record: the clock's, or the last entry's when the clock is behind it by no more than the
    /// tolerated skew.
    fn recorded_at(&self, act: &Act, now: Timestamp) -> Result<Timestamp, JournalError> {
        let Some(last) = self.tip.head().recorded_at.filter(|last| *last > now) else { return Ok(now) };
        let skew = match act.events.first() {
            Some(Event::LedgerConstituted(founding)) => founding.charter.parameters.clock_skew_ms,
            _ => self.tip.state().parameters().clock_skew_ms,
        };
        if last.since(now) <= skew { Ok(last) } else { Err(JournalError::ClockBehind { now, last }) }
    }

    fn origin_for(&self, act: &Act) -> Result<Origin, JournalError> {
        match (&self.tip.head().origin, act.events.first()) {
            (Some(origin), _) => Ok(origin.clone()),
            (None, Some(Event::LedgerConstituted(founding))) => Ok(founding.charter.origin.clone()),
            (None, _) => {
                Err(JournalError::Unfit(Finding::flaw(0, Flaw::Genesis, "the ledger is not founded")))
            }
        }
    }

    /// The first receipt of an act that is sent again with identical content.
    fn receipt_again(&self, seq: u64, act: &Act, author: PublicKey) -> Result<Receipt, JournalError> {
        let taken = JournalError::ActIdTaken { act: act.id, entry: seq };
        let staged = self.staged.iter().find(|staged| staged.receipt.entry == seq);
        let bytes = match staged {
            Some(staged) => staged.bytes.clone(),
            None => self.store.read(seq, 1)?.into_iter().next().ok_or(JournalError::MustReopen)?,
        };
        let raw = RawEntry::new(bytes);
        let entry = raw.open(Signatures::VerifiedBefore).map_err(|flaw| unopened(seq, flaw))?;
        if entry.act() != act || entry.author() != author {
            return Err(taken);
        }
        let missing = self.tip.state().pending().find(|(waiting, _)| **waiting == seq);
        Ok(Receipt {
            entry: seq,
            link: raw.link(),
            recorded_at: entry.recorded_at(),
            act: act.id,
            missing: missing.map_or_else(Vec::new, |(_, pending)| pending.missing.clone()),
            repeated: true,
        })
    }
}

fn anchor_of(head: &Head) -> Anchor {
    Anchor { size: head.size, link: head.link }
}
