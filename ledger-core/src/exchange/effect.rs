//! Which act an entry gives effect to: its own, or one that waited for this signature.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::domain::{Event, RecordedAct};
use crate::journal::Visit;

/// The acts that wait, while a history is told.
#[derive(Debug, Default)]
pub struct Effects {
    waiting: BTreeMap<u64, RecordedAct>,
}

impl Effects {
    /// The act that takes effect with this entry; `None` while it waits, and for a refusal. Every entry is to be shown,
    /// in order. The act keeps its own position; when it took effect, and where, the entry says.
    pub fn take<'a>(&mut self, visit: &Visit<'a>) -> Option<Cow<'a, RecordedAct>> {
        let act = visit.entry.act();
        if !visit.missing.is_empty() {
            self.waiting.insert(act.seq, RecordedAct::clone(act));
            return None;
        }
        match act.act.events.first() {
            Some(Event::ActCountersigned(signature)) => {
                let waits = visit.state.pending().any(|(entry, _)| *entry == signature.entry);
                if waits { None } else { self.waiting.remove(&signature.entry).map(Cow::Owned) }
            }
            Some(Event::ActRefused(refusal)) => {
                self.waiting.remove(&refusal.entry);
                None
            }
            _ => Some(Cow::Borrowed(act)),
        }
    }
}
