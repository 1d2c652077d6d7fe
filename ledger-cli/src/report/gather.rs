//! What a report is made of: the audit up to a position, each entry as far as it can be read, and the hashes over them.

use std::collections::BTreeMap;

use ledger_core::domain::{ActId, Digest, Event, Party, PublicKey, Role, State, Timestamp};
use ledger_core::journal::{self, Against, Until};
use ledger_core::ledger::Expectations;
use ledger_core::ledger::audit::{RUN, Report};
use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::codec::decode_body;
use ledger_core::ledger::digest::link;
use ledger_core::ledger::entry::Body;
use ledger_core::ledger::shown::Shown;
use ledger_core::store::nodes::MemoryNodes;
use ledger_core::store::{Anchor, Store, StoreError};

use super::family::Family;
use crate::context::Context;
use crate::error::CommandError;
use crate::looked::Looked;

/// Bytes of the signature at the end of an entry (format.md, section 1).
const SIGNATURE_BYTES: usize = 64;
/// So many notable entries are listed, the newest.
pub(super) const NOTABLE: usize = 100;

/// An entry as far as it can be read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) position: u64,
    pub(super) link: Digest,
    pub(super) bytes: Vec<u8>,
    /// What it says; `None` when its bytes are no entry.
    pub(super) content: Option<Content>,
}

/// What an entry says.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) recorded_at: Timestamp,
    pub(super) author: PublicKey,
    pub(super) act: ActId,
    pub(super) events: Vec<Event>,
}

impl Read {
    fn new(position: u64, bytes: Vec<u8>) -> Self {
        let body = bytes.len().checked_sub(SIGNATURE_BYTES).and_then(|end| bytes.get(..end));
        let content = body.and_then(|body| decode_body(body).ok()).map(|body| {
            let Body { recorded_at, author, act, .. } = body;
            Content { recorded_at, author, act: act.id, events: act.events }
        });
        Self { position, link: link(&bytes), bytes, content }
    }
}

impl Content {
    /// Party and role of its author, as the state knows the key.
    pub(super) fn by(&self, state: &State) -> Option<(Party, Role)> {
        state.officer(&self.author).map(|officer| (officer.party, officer.role))
    }

    /// The family of its first event.
    pub(super) fn family(&self) -> Family {
        self.events.first().map_or(Family::Audit, Family::of)
    }

    /// True when it brings a key into use.
    fn names_keys(&self) -> bool {
        self.events.iter().any(|event| !event.new_keys().is_empty())
    }
}

/// The first entries of a store, as if there were no others.
struct Prefix<'a> {
    store: &'a Looked,
    anchor: Anchor,
}

impl Store for Prefix<'_> {
    fn anchor(&self) -> Anchor {
        self.anchor
    }

    fn len(&self) -> u64 {
        self.anchor.size
    }

    fn is_vouched(&self) -> bool {
        false
    }

    fn read(&self, from: u64, max: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let left = usize::try_from(self.anchor.size.saturating_sub(from)).unwrap_or(usize::MAX);
        self.store.read(from, max.min(left))
    }

    fn commit(&mut self, _: Anchor, _: &[Vec<u8>], _: Anchor) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }

    fn adopt_tail(&mut self, _: Anchor, _: Anchor) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }
}

/// Everything that the report tells.
pub(super) struct Gathered {
    /// The audit of the entries up to the position.
    pub(super) report: Report,
    /// How many entries the copy has in all.
    pub(super) there: u64,
    /// The tree over the entries.
    pub(super) nodes: MemoryNodes,
    /// The bytes of each entry.
    pub(super) lengths: Vec<usize>,
    /// Acts by month (`2025-06`) and family.
    pub(super) months: BTreeMap<String, BTreeMap<Family, u64>>,
    /// How often each family and kind of event stands in the entries.
    pub(super) kinds: BTreeMap<(Family, &'static str), u64>,
    /// Entries that change who may do what, or that say that something went wrong; the newest [`NOTABLE`].
    pub(super) notable: Vec<Read>,
    /// How many there are in all.
    pub(super) notables: u64,
    /// The entries that bring keys into use.
    pub(super) naming: Vec<u64>,
    /// The charter's fingerprint, as entry 0 says.
    pub(super) charter: Option<(Digest, String)>,
    /// The checkpoints that are kept and not above the position, the largest first.
    pub(super) checkpoints: Vec<SignedCheckpoint>,
    /// The auditor pinned the charter.
    pub(super) pinned: bool,
}

impl Gathered {
    /// Reads and verifies what `looked` has up to `until`.
    pub(super) fn of(
        looked: &Looked,
        until: Until,
        pin: Option<Digest>,
        context: &Context,
    ) -> Result<Self, CommandError> {
        let there = looked.len();
        let size = position(looked, until)?;
        let report = audit(looked, size, pin, context)?;
        let checkpoints = shown(looked)?.into_iter().map(|shown| shown.signed).collect();
        let mut gathered = Self {
            report,
            there,
            nodes: MemoryNodes::default(),
            lengths: Vec::new(),
            months: BTreeMap::new(),
            kinds: BTreeMap::new(),
            notable: Vec::new(),
            notables: 0,
            naming: Vec::new(),
            charter: None,
            checkpoints,
            pinned: pin.is_some(),
        };
        gathered.checkpoints.retain(|signed| signed.checkpoint().size <= gathered.report.entries);
        gathered.checkpoints.sort_by_key(|signed| std::cmp::Reverse(signed.checkpoint().size));
        let mut bar = context.progress("reading");
        let total = gathered.report.entries;
        each(looked, 0, total, &mut |read| {
            bar.at(read.position, total);
            gathered.take(read);
        })?;
        Ok(gathered)
    }

    /// How many entries the report is about.
    pub(super) const fn size(&self) -> u64 {
        self.report.entries
    }

    fn take(&mut self, read: Read) {
        self.nodes.extend(&[read.link]);
        self.lengths.push(read.bytes.len());
        let Some(content) = &read.content else { return };
        let month = content.recorded_at.to_string().chars().take(7).collect();
        let family = content.family();
        let count = self.months.entry(month).or_default().entry(family).or_default();
        *count = count.saturating_add(1);
        for event in &content.events {
            let count = self.kinds.entry((Family::of(event), event.name())).or_default();
            *count = count.saturating_add(1);
        }
        if content.names_keys() {
            self.naming.push(read.position);
        }
        if read.position == 0
            && let [Event::LedgerConstituted(founding)] = content.events.as_slice()
        {
            let charter = &founding.charter;
            let print = ledger_core::ledger::charter::fingerprint(charter).ok();
            self.charter = print.map(|print| (print, charter.purpose.to_string()));
        }
        if content.events.iter().any(is_notable) {
            self.notables = self.notables.saturating_add(1);
            if self.notable.len() >= NOTABLE {
                self.notable.remove(0);
            }
            self.notable.push(read);
        }
    }
}

/// How many entries the report is about.
fn position(looked: &Looked, until: Until) -> Result<u64, CommandError> {
    let there = looked.len();
    match until {
        Until::End => Ok(there),
        Until::Size(size) if size > there => {
            Err(CommandError::usage(format!("the ledger has {there} entries, not {size}")))
        }
        Until::Size(size) => Ok(size),
        Until::Time(moment) => {
            // As a replay takes it: up to the first entry that was recorded later.
            let mut size = None;
            each(looked, 0, there, &mut |read| {
                let later = read.content.is_some_and(|content| content.recorded_at > moment);
                if later && size.is_none() {
                    size = Some(read.position);
                }
            })?;
            Ok(size.unwrap_or(there))
        }
    }
}

/// Verifies the first `size` entries: all of what is there with its surroundings, or a beginning by itself. The clock of
/// this machine is not asked, so that the same ledger gives the same report.
fn audit(looked: &Looked, size: u64, pin: Option<Digest>, context: &Context) -> Result<Report, CommandError> {
    let mut against = Against { expected: Expectations { charter: pin, now: None }, ..Against::default() };
    if size == looked.len() {
        return crate::commands::verify::audit(looked, against, context);
    }
    against.lineup.shown = shown(looked)?;
    against.lineup.shown.retain(|shown| shown.signed.checkpoint().size <= size);
    let last = size.checked_sub(1).map(|last| looked.read(last, 1)).transpose()?;
    let link = last.and_then(|run| run.first().map(|bytes| link(bytes)));
    let anchor = Anchor { size, link: link.unwrap_or(Anchor::EMPTY.link) };
    let mut bar = context.progress("verifying");
    Ok(journal::audit(&Prefix { store: looked, anchor }, against, &mut |done, total| bar.at(done, total))?)
}

/// The checkpoints that are kept with what is looked at, as far as they can be read; the others are findings of the audit.
fn shown(looked: &Looked) -> Result<Vec<Shown>, CommandError> {
    let bundle = match looked {
        Looked::Folder(copy) => return Ok(journal::kept(copy.folder())?.0),
        Looked::Bundle(bundle) => bundle,
    };
    let read = |size: u64| {
        let bytes = bundle.signed_checkpoint(size).ok()?;
        let signed = SignedCheckpoint::parse(&bytes).ok()?;
        let place = format!("checkpoints/{size}");
        (signed.checkpoint().size == size).then_some(Shown { place, kept: true, signed })
    };
    Ok(bundle.checkpoints().unwrap_or_default().into_iter().filter_map(read).collect())
}

/// Gives the entries from one position up to another to `take`.
pub(super) fn each(
    looked: &Looked,
    from: u64,
    to: u64,
    take: &mut dyn FnMut(Read),
) -> Result<(), CommandError> {
    let mut at = from;
    while at < to {
        let wanted = usize::try_from(to.saturating_sub(at)).map_or(RUN, |left| left.min(RUN));
        let run = looked.read(at, wanted)?;
        if run.is_empty() {
            return Err(StoreError::MissingEntries { have: at, acknowledged: to }.into());
        }
        for bytes in run {
            take(Read::new(at, bytes));
            at = at.saturating_add(1);
        }
    }
    Ok(())
}

/// What an auditor wants to have seen: who may do what, and what went wrong.
fn is_notable(event: &Event) -> bool {
    matches!(
        event,
        Event::LedgerConstituted(_)
            | Event::RegimeParametersSet(_)
            | Event::MinistryAdmitted(_)
            | Event::MinistrySuspended(_)
            | Event::MinistryReinstated(_)
            | Event::MinistryWithdrew(_)
            | Event::KeyCompromised(_)
            | Event::KeyRevoked(_)
            | Event::StandingAuthorisationGranted(_)
            | Event::StandingAuthorisationSuspended(_)
            | Event::StandingAuthorisationRevoked(_)
            | Event::CrisisDeclared(_)
            | Event::CrisisEnded(_)
            | Event::ActRefused(_)
            | Event::RatificationRefused(_)
            | Event::UnwindingClosed(_)
            | Event::CorrectionRecorded(_)
            | Event::NationalExclusionDeclared(_)
            | Event::LossReported(_)
            | Event::WriteOffApproved(_)
            | Event::DiscrepancyReported(_)
            | Event::CountVarianceResolved(_)
            | Event::MovementHalted(_)
            | Event::IncidentReported(_)
            | Event::ContractSigned(_)
            | Event::FrameworkSigned(_)
            | Event::InvoiceDisputed(_)
            | Event::DeliveryRejected(_)
            | Event::SettlementRunClosed(_)
            | Event::ReconciliationTolerancesSet(_)
            | Event::BreakAccepted(_)
            | Event::PeriodCutoffFixed(_)
            | Event::AuditEngagementOpened(_)
            | Event::FindingRaised(_)
            | Event::FindingClosed(_)
    )
}
