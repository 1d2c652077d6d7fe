//! How the ledger gives a population: every entry is shown in order, then the state behind the last.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::domain::consent::Basis;
use crate::domain::count::is_sensitive;
use crate::domain::item::ItemId;
use crate::domain::quantity::Quantity;
use crate::domain::register::{Position, Standing, Stock};
use crate::domain::{Event, RecordedAct, State, Subject, Timestamp};

use super::class::{Class, hours_late, is_late, is_override, weekend};
use super::payment::{self, Paid};
use super::population::{Member, Population};
use super::rule::Rule;

/// Gathers a population.
#[derive(Debug)]
pub struct Collector<'a> {
    rule: &'a Rule,
    members: Vec<Member>,
    /// Of payments: who paid whom on which day in which currency, beside each member.
    groups: Vec<String>,
    /// The last entry that is about each item.
    items: BTreeMap<ItemId, u64>,
    /// The last entry that names each thing.
    mentions: BTreeMap<String, u64>,
    /// The events of each entry, where the state says later which are wanted.
    kinds: BTreeMap<u64, String>,
    /// When each entry was recorded; times never go back.
    recorded: Vec<(Timestamp, u64)>,
}

impl<'a> Collector<'a> {
    /// Begins to gather what a rule asks for.
    pub const fn new(rule: &'a Rule) -> Self {
        Self {
            rule,
            members: Vec::new(),
            groups: Vec::new(),
            items: BTreeMap::new(),
            mentions: BTreeMap::new(),
            kinds: BTreeMap::new(),
            recorded: Vec::new(),
        }
    }

    /// Takes the next act, with the state behind it.
    pub fn note(&mut self, act: &RecordedAct, state: &State) {
        match self.rule {
            Rule::Acts { kinds } => {
                let wanted = |event: &Event| kinds.contains(&event.kind());
                if kinds.is_empty() || act.act.events.iter().any(wanted) {
                    self.take(act.seq, None, kinds_of(act));
                }
            }
            Rule::Payments { currency } => self.payments(act, state, |paid| {
                currency.is_none_or(|currency| paid.amount.currency() == currency)
            }),
            Rule::Movements {} => {
                for event in &act.act.events {
                    if let Event::MovementPlanned(planned) = event {
                        self.take(act.seq, None, format!("{} {}", event.name(), planned.movement));
                    }
                }
            }
            Rule::Items {} | Rule::Class(Class::Sensitive {}) => self.items_of(act, state),
            Rule::Contracts {} => {}
            Rule::Class(class) => self.class(*class, act, state),
        }
    }

    fn class(&mut self, class: Class, act: &RecordedAct, state: &State) {
        match class {
            Class::Overrides {} => {
                if act.act.events.iter().any(|event| is_override(event.kind())) {
                    self.take(act.seq, None, kinds_of(act));
                }
            }
            Class::Late { over_hours } => {
                if is_late(act, over_hours) {
                    let what = format!("{}: {} h after it occurred", kinds_of(act), hours_late(act));
                    self.take(act.seq, None, what);
                }
            }
            Class::Weekend {} => {
                if let Some(day) = weekend(act.recorded_at) {
                    self.take(act.seq, None, format!("{}: {day}", kinds_of(act)));
                }
            }
            Class::Round { to } => self.payments(act, state, |paid| is_round(paid, to)),
            Class::SameDay {} => self.payments(act, state, |_| true),
            Class::Crisis {} => {
                self.kinds.insert(act.seq, kinds_of(act));
            }
            Class::Overdue {} => {
                self.kinds.insert(act.seq, kinds_of(act));
                self.recorded.push((act.recorded_at, act.seq));
                self.mentions_of(act, state);
            }
            Class::Sensitive {} => {}
        }
    }

    /// The population, when every entry was shown; `state` is the one behind the last, which was recorded at `as_of`.
    pub fn finish(mut self, state: &State, as_of: Timestamp) -> Population {
        match self.rule {
            Rule::Items {} => self.goods(state, |_, _| true),
            Rule::Class(Class::Sensitive {}) => {
                self.goods(state, |id, stock| is_sensitive(id, &stock.master));
            }
            Rule::Contracts {} => {
                for (id, contract) in state.contracts() {
                    let kind = if contract.framework.is_some() { "call-off" } else { "contract" };
                    let what = format!("{kind} {id} of {}", contract.terms.buyer);
                    self.take(contract.signed_in, contract.value(), what);
                }
            }
            Rule::Class(Class::SameDay {}) => self.keep_pairs(),
            Rule::Class(Class::Crisis {}) => self.under_crisis(state),
            Rule::Class(Class::Overdue {}) => self.overdue(state, as_of),
            _ => {}
        }
        Population::new(self.members)
    }

    fn take(&mut self, entry: u64, amount: Option<crate::domain::money::Money>, what: String) {
        self.members.push(Member { entry, index: 0, amount, what });
    }

    fn payments(&mut self, act: &RecordedAct, state: &State, wanted: impl Fn(&Paid) -> bool) {
        let paid = act.act.events.iter().filter_map(|event| payment::of(event, state));
        for paid in paid.filter(wanted) {
            let Paid { amount, value_date, payer, payee, what } = paid;
            self.groups.push(format!("{value_date} {} {payer} {payee}", amount.currency()));
            self.take(act.seq, Some(amount), what);
        }
    }

    /// Drops the payments that have no like.
    fn keep_pairs(&mut self) {
        let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
        for group in &self.groups {
            let size = sizes.entry(group).or_default();
            *size = size.saturating_add(1);
        }
        let paired: BTreeSet<&str> =
            sizes.into_iter().filter(|(_, size)| *size > 1).map(|(group, _)| group).collect();
        let mut groups = self.groups.iter();
        self.members.retain(|_| groups.next().is_some_and(|group| paired.contains(group.as_str())));
    }

    fn items_of(&mut self, act: &RecordedAct, state: &State) {
        for subject in act.act.events.iter().flat_map(|event| event.subjects(state)) {
            if let Subject::Item(id) = subject {
                self.items.insert(id, act.seq);
            }
        }
    }

    fn goods(&mut self, state: &State, wanted: impl Fn(&ItemId, &Stock) -> bool) {
        for (id, stock) in state.items().filter(|(id, stock)| wanted(id, stock)) {
            let Some(entry) = self.items.get(id).copied() else { continue };
            for (position, quantity) in &stock.positions {
                if !matches!(position.standing, Standing::Consumed | Standing::WrittenOff(_)) {
                    self.take(entry, None, in_words(id, *quantity, position));
                }
            }
        }
    }

    fn under_crisis(&mut self, state: &State) {
        for (entry, reliances) in state.all_reliances() {
            let crises: BTreeSet<String> = reliances
                .iter()
                .filter_map(|reliance| match &reliance.basis {
                    Basis::Crisis { crisis } => Some(format!("{crisis} for {}", reliance.party)),
                    _ => None,
                })
                .collect();
            if crises.is_empty() {
                continue;
            }
            let kinds = self.kinds.get(entry).cloned().unwrap_or_default();
            let crises: Vec<_> = crises.into_iter().collect();
            self.take(*entry, None, format!("{kinds}: crisis {}", crises.join(", ")));
        }
    }

    /// Remembers what an act names: each text in its events, and what they are about.
    fn mentions_of(&mut self, act: &RecordedAct, state: &State) {
        for event in &act.act.events {
            let mut texts = Vec::new();
            strings(&serde_json::to_value(event).unwrap_or_default(), &mut texts);
            for subject in event.subjects(state) {
                match subject {
                    Subject::Item(id) => texts.push(id.to_string()),
                    Subject::Transfer(id) => texts.push(id.to_string()),
                    Subject::Contract(id) => texts.push(id.to_string()),
                    Subject::Movement(id) => texts.push(id.to_string()),
                    _ => {}
                }
            }
            self.mentions.extend(texts.into_iter().map(|text| (text, act.seq)));
        }
    }

    fn overdue(&mut self, state: &State, as_of: Timestamp) {
        for matter in state.matters(as_of).into_iter().filter(|matter| matter.is_overdue(as_of)) {
            let entry = self.entry_of(&matter.subject, matter.since);
            let due = matter.due.map_or_else(String::new, |due| due.to_string());
            let what = format!("{} {} of {}: due {due}", matter.kind, matter.subject, matter.by);
            self.take(entry, None, what);
        }
    }

    /// The entry that is looked at for something open: the one it names; else the last that names it, or its first word;
    /// else the last that was recorded when it began.
    fn entry_of(&self, subject: &str, since: Option<Timestamp>) -> u64 {
        let known = |entry: &u64| self.kinds.contains_key(entry);
        let named = subject.strip_prefix("entry ").and_then(|entry| entry.parse().ok()).filter(known);
        let mentioned = || self.mentions.get(subject).copied();
        let begun = || {
            let word = subject.split(' ').next()?;
            self.mentions.get(word).copied()
        };
        let at = || {
            let end = self.recorded.partition_point(|(at, _)| since.is_none_or(|since| *at <= since));
            self.recorded.get(end.saturating_sub(1)).map(|(_, entry)| *entry)
        };
        named.or_else(mentioned).or_else(begun).or_else(at).unwrap_or(0)
    }
}

/// The names of an act's events.
fn kinds_of(act: &RecordedAct) -> String {
    act.act.events.iter().map(Event::name).collect::<Vec<_>>().join(", ")
}

fn is_round(paid: &Paid, to: u64) -> bool {
    let unit =
        10_u64.checked_pow(paid.amount.currency().minor_digits()).and_then(|unit| unit.checked_mul(to));
    unit.and_then(|unit| paid.amount.minor().checked_rem(unit)) == Some(0) && !paid.amount.is_zero()
}

fn in_words(id: &ItemId, quantity: Quantity, position: &Position) -> String {
    let Position { owner, holder, location, standing, condition, receipt } = position;
    let standing = match standing {
        Standing::InService => "in service".to_owned(),
        Standing::Reserved(id) => format!("reserved for {id}"),
        Standing::InTransit(id) => format!("in transit with {id}"),
        Standing::Missing(id) => format!("missing from {id}"),
        Standing::OnLoan(id) => format!("on loan {id}"),
        Standing::AwaitingTitle(id) => format!("awaiting title {id}"),
        Standing::Lost(id) => format!("lost {id}"),
        Standing::Consumed => "consumed".to_owned(),
        Standing::WrittenOff(id) => format!("written off {id}"),
    };
    let out = receipt.as_ref().map_or_else(String::new, |receipt| format!(", hand receipt {receipt}"));
    format!(
        "{id}: {quantity} owner {owner} holder {holder} at {location}, condition {condition}, {standing}{out}"
    )
}

/// Every text in a JSON value.
pub(super) fn strings(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| strings(value, texts)),
        Value::Object(fields) => fields.values().for_each(|value| strings(value, texts)),
        _ => {}
    }
}
