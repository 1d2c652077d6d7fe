//! Which act an entry gives effect to: its own, or one that waited for this signature.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::domain::{Digest, Event, RecordedAct};
use crate::journal::Visit;

/// The acts that wait, while a history is told.
#[derive(Debug, Default)]
pub struct Effects {
    waiting: BTreeMap<u64, (RecordedAct, Digest)>,
}

/// An act that takes effect.
#[derive(Debug, Clone)]
pub struct Effective<'a> {
    /// The act, with all who signed it. It keeps its own position and time.
    pub act: Cow<'a, RecordedAct>,
    /// The link of its own entry.
    pub link: Digest,
}

impl Effects {
    /// The act that takes effect with this entry; `None` while it waits, and for a refusal. Every entry is to be shown,
    /// in order. The act keeps its own position; when it took effect, and where, the entry says.
    pub fn take<'a>(&mut self, visit: &Visit<'a>) -> Option<Cow<'a, RecordedAct>> {
        self.signed(visit).map(|effective| effective.act)
    }

    /// As [`take`](Self::take), with the link of the act's own entry.
    pub fn signed<'a>(&mut self, visit: &Visit<'a>) -> Option<Effective<'a>> {
        let (act, link) = (visit.entry.act(), visit.entry.link());
        if !visit.missing.is_empty() {
            self.waiting.insert(act.seq, (RecordedAct::clone(act), link));
            return None;
        }
        match act.act.events.first() {
            Some(Event::ActCountersigned(signature)) => {
                let waits = visit.state.pending().any(|(entry, _)| *entry == signature.entry);
                let (waiting, _) = self.waiting.get_mut(&signature.entry)?;
                waiting.countersigned_by.push(act.author);
                if waits {
                    return None;
                }
                let (act, link) = self.waiting.remove(&signature.entry)?;
                Some(Effective { act: Cow::Owned(act), link })
            }
            Some(Event::ActRefused(refusal)) => {
                self.waiting.remove(&refusal.entry);
                None
            }
            _ => Some(Effective { act: Cow::Borrowed(act), link }),
        }
    }

    /// How many acts wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}
