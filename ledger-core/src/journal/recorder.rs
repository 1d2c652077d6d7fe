//! Recording acts.

use std::ops::ControlFlow;

use crate::domain::party::{CharterSignature, LedgerConstituted};
use crate::domain::{Act, ActId, Admitted, Charter, Event, Origin, PublicKey, RecordedAct, State, Timestamp};
use crate::ledger::Head;
use crate::ledger::entry::{RawEntry, Signatures, VerifiedEntry};
use crate::ledger::finding::{Finding, Flaw};
use crate::ledger::signer::SignerError;
use crate::ledger::tip::{Expectations, Tip};
use crate::store::{Anchor, MAX_COMMIT_BYTES, MAX_COMMIT_ENTRIES, Store, StoreError};

use super::replay::{Progress, Until, open_all, replay, take};
use super::{JournalError, Receipt, Stamp, anchor_of, unopened};

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

    /// Head and state, and how the keys came to be known; staged acts included.
    pub const fn tip(&self) -> &Tip {
        &self.tip
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
    fn gate(&self, raw: &RawEntry, now: Timestamp) -> Result<(VerifiedEntry, Admitted), JournalError> {
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
