//! What a run needs of the entries besides the state: when each was recorded, and what some of them say.

use std::collections::BTreeSet;

use crate::domain::event::{Event, RecordedAct};
use crate::domain::reconcile::RunKind;
use crate::domain::state::State;
use crate::domain::time::Timestamp;

/// What was collected of the entries of a ledger, all of which are shown to it in order.
#[derive(Debug, Clone)]
pub struct Facts {
    run: RunKind,
    /// When each entry was recorded.
    recorded: Vec<Timestamp>,
    /// The events that the run looks at, with their entries.
    events: Vec<(u64, Event)>,
    refused: BTreeSet<u64>,
}

/// An event of an entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fact<'a> {
    pub(super) entry: u64,
    pub(super) event: &'a Event,
    /// True while its act waits for signatures.
    pub(super) waits: bool,
}

impl Facts {
    /// Nothing yet, for one kind of run.
    pub const fn new(run: RunKind) -> Self {
        Self { run, recorded: Vec::new(), events: Vec::new(), refused: BTreeSet::new() }
    }

    /// Looks at the next entry.
    pub fn take(&mut self, act: &RecordedAct) {
        self.recorded.push(act.recorded_at);
        for event in &act.act.events {
            if let Event::ActRefused(refusal) = event {
                self.refused.insert(refusal.entry);
            }
            if self.needs(event) {
                self.events.push((act.seq, event.clone()));
            }
        }
    }

    fn needs(&self, event: &Event) -> bool {
        match self.run {
            RunKind::GoodsIn => matches!(
                event,
                Event::DeliveryAccepted(_)
                    | Event::DeliveryAcceptedWithReservation(_)
                    | Event::DeliveryReceived(_)
            ),
            RunKind::Bank => matches!(
                event,
                Event::PaymentExecuted(_)
                    | Event::AdvancePaid(_)
                    | Event::RefundReceived(_)
                    | Event::SettlementPaid(_)
                    | Event::SupportPaid(_)
            ),
            RunKind::Loans => matches!(event, Event::ConsignmentReceived(_)),
            _ => false,
        }
    }

    /// When an entry was recorded.
    pub(super) fn recorded(&self, entry: u64) -> Option<Timestamp> {
        self.recorded.get(usize::try_from(entry).ok()?).copied()
    }

    /// The events that took effect and were not taken back, and those that wait.
    pub(super) fn standing<'a>(&'a self, state: &'a State) -> impl Iterator<Item = Fact<'a>> {
        let standing = self
            .events
            .iter()
            .filter(|(entry, _)| !self.refused.contains(entry) && state.correction(*entry).is_none());
        standing.map(|(entry, event)| Fact { entry: *entry, event, waits: state.pending.contains(entry) })
    }
}
