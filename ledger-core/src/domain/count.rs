//! Physical counts: what two persons found, against what the book says (domain.md T15, SOD-3).
//!
//! A count adjusts nothing. Where it differs from the book it opens a variance, which stays open until it is
//! explained: by a loss that was reported since, or by a finding that the minister signs. Sensitive items, which are
//! ammunition and whatever is on the military list, are counted in the agreed cadence; when the next count of each
//! is due stands in the state, so that what is overdue can be listed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::codes::{DocumentKind, Party};
use super::consent::Signer;
use super::event::{Event, RecordedAct, Rules, events};
use super::ids::{CountId, LossId, Place};
use super::item::{Item, ItemId};
use super::party::{BOOK, MINISTER, SECOND_COUNTERS};
use super::quantity::Quantity;
use super::regime::days;
use super::register::{Master, Position, Standing, Stock, check_list};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::table::{pairs, tables};
use super::text::{Text, code_list};
use super::time::{Date, Timestamp};

code_list! {
    /// What a count covers.
    CountScope: "a scope of a count" {
        /// Everything the party holds in the place.
        1 All "ALL";
        /// Ammunition, and what is on the military list.
        2 Sensitive "SENSITIVE";
        /// What is listed and nothing else.
        3 Listed "LISTED";
    }
}

events! {
    /// Record a physical count; the book keeper and a second person of the party sign. It adjusts nothing: where it
    /// differs from the book it opens a variance
    PhysicalCountRecorded {
        /// Number of the count
        count: CountId,
        /// The party that holds the goods
        holder: Party,
        /// The place where they were counted
        location: Place,
        /// The day on which they were counted
        counted_on: Date,
        /// What it covers
        scope: CountScope,
        /// What was counted there, whoever owns it
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        counted: Vec<Item>,
        /// What was looked for there and not found at all
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        absent: Vec<ItemId>,
    }

    /// Explain why a count differed from the book: by a loss that was reported, or with the minister's signature
    CountVarianceResolved {
        /// Number of the count
        count: CountId,
        /// What was counted otherwise than the book says
        item: ItemId,
        /// What was found
        finding: Text,
        /// The loss that explains what was not there
        #[serde(default, skip_serializing_if = "Option::is_none")]
        loss: Option<LossId>,
    }
}

/// A count that was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// What was recorded.
    pub terms: PhysicalCountRecorded,
    /// The entry that recorded it.
    pub recorded_in: u64,
}

/// A difference between a count and the book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Variance {
    /// The party that holds the goods.
    pub holder: Party,
    /// The place where they were counted.
    pub location: Place,
    /// What the book said when the count was recorded.
    pub book: Quantity,
    /// What was counted.
    pub counted: Quantity,
    /// When the count was recorded.
    pub since: Timestamp,
    /// The entry that recorded it.
    pub found_in: u64,
    /// The entry that explained it.
    pub resolved_in: Option<u64>,
}

/// When an item is counted next in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountDuty {
    /// When it was counted last, or came to that place.
    pub since: Timestamp,
    /// When the next count is overdue, by the cadence that held then; never, for what is not sensitive.
    pub due: Option<Timestamp>,
    /// The last count of it there.
    pub last: Option<CountId>,
    /// The day of that count.
    pub counted_on: Option<Date>,
}

/// The duties to count one item, by who holds it and where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CountDuties {
    /// One for each place.
    #[serde(serialize_with = "pairs")]
    pub places: BTreeMap<(Party, Place), CountDuty>,
}

tables! {
    /// Counts, what they found, and when the next ones are due.
    pub(crate) struct Counting {
        counts: CountId => Count,
        variances: (CountId, ItemId) => Variance,
        count_duties: ItemId => CountDuties,
    }
}

/// True for goods that lie where they can be counted.
fn countable(position: &Position) -> bool {
    use Standing::{AwaitingTitle, InService, OnLoan, Reserved};
    matches!(position.standing, InService | Reserved(_) | OnLoan(_) | AwaitingTitle(_))
}

impl Stock {
    /// How much of it the book has in a place.
    fn in_book(&self, holder: Party, location: &Place) -> Quantity {
        self.amount(|position| {
            position.holder == holder && position.location == *location && countable(position)
        })
    }
}

/// True for ammunition, and for what is on the military list.
pub fn is_sensitive(id: &ItemId, master: &Master) -> bool {
    matches!(id, ItemId::Batch { .. }) || master.ml.is_some() || master.hazard.is_some()
}

impl State {
    /// All counts.
    pub fn counts(&self) -> impl Iterator<Item = (&CountId, &Count)> {
        self.counting.counts.iter()
    }

    /// All differences between counts and the book, by count and item, explained or not.
    pub fn variances(&self) -> impl Iterator<Item = (&(CountId, ItemId), &Variance)> {
        self.counting.variances.iter()
    }

    /// When each item is counted next, by item, holder and place.
    pub fn count_duties(&self) -> impl Iterator<Item = (&ItemId, Party, &Place, &CountDuty)> {
        self.counting.count_duties.iter().flat_map(|(item, duties)| {
            duties.places.iter().map(move |((holder, place), duty)| (item, *holder, place, duty))
        })
    }

    /// The sensitive items whose count is overdue at `now` (domain.md T15).
    pub fn overdue_counts(
        &self,
        now: Timestamp,
    ) -> impl Iterator<Item = (&ItemId, Party, &Place, &CountDuty)> {
        self.count_duties().filter(move |(_, _, _, duty)| duty.due.is_some_and(|due| now > due))
    }

    fn duty(&self, item: &ItemId, holder: Party, location: &Place) -> Option<&CountDuty> {
        self.counting.count_duties.get(item)?.places.get(&(holder, location.clone()))
    }

    /// Keeps the duties to count in step with where goods are. Called when an event has taken effect. There is
    /// nothing to keep before the parties have agreed on a cadence; when they do, the clock of what is there starts.
    pub(crate) fn keep_count_duties(&mut self, event: &Event, act: &RecordedAct) {
        if self.directory.regime.is_none() {
            return;
        }
        let touched: Vec<ItemId> = match event {
            Event::RegimeParametersSet(_) => self.register.stocks.iter().map(|(id, _)| id.clone()).collect(),
            event => {
                let items = event.subjects(self).into_iter().filter_map(|subject| match subject {
                    Subject::Item(id) => Some(id),
                    _ => None,
                });
                items.collect()
            }
        };
        for id in &touched {
            self.keep_duties_of(id, act.recorded_at);
        }
    }

    fn keep_duties_of(&mut self, id: &ItemId, now: Timestamp) {
        let Some(stock) = self.register.stocks.get(id) else { return };
        let positions = stock.positions.keys().filter(|position| countable(position));
        let places: BTreeSet<(Party, Place)> =
            positions.map(|position| (position.holder, position.location.clone())).collect();
        let sensitive = is_sensitive(id, &stock.master);
        let due = self.due_by(now, |regime| days(regime.count_cadence_days));
        let mut duties = self.counting.count_duties.get(id).cloned().unwrap_or_default();
        duties.places.retain(|place, _| places.contains(place));
        if sensitive {
            for place in places {
                let duty = CountDuty { since: now, due, last: None, counted_on: None };
                duties.places.entry(place).or_insert(duty);
            }
        }
        if duties.places.is_empty() {
            self.counting.count_duties.remove(id);
        } else {
            self.counting.count_duties.insert(id.clone(), duties);
        }
    }

    fn variance(&self, count: &CountId, item: &ItemId) -> Result<&Variance, Rejection> {
        self.counting.variances.get(&(count.clone(), item.clone())).ok_or_else(|| {
            Rejection::new(Rule::S01, format!("count {count} found {item} as the book says, or not at all"))
                .remedy("list the variances that are open with status")
        })
    }
}

impl PhysicalCountRecorded {
    /// What was found, item by item, with nothing for what is absent, and what the book says.
    fn found<'a>(&'a self, state: &'a State) -> impl Iterator<Item = (&'a ItemId, Quantity, Quantity)> {
        let stock = |id: &ItemId| state.register.stocks.get(id);
        let counted = self.counted.iter().map(move |item| {
            let none = item.quantity().none();
            let book = stock(item.id()).map_or(none, |stock| stock.in_book(self.holder, &self.location));
            (item.id(), item.quantity(), book)
        });
        let absent = self.absent.iter().filter_map(move |id| {
            let book = stock(id)?.in_book(self.holder, &self.location);
            Some((id, book.none(), book))
        });
        counted.chain(absent)
    }

    fn names(&self, id: &ItemId) -> bool {
        self.absent.contains(id) || self.counted.iter().any(|item| item.id() == id)
    }

    /// True for what a count of this scope must not leave out.
    fn covers(&self, id: &ItemId, stock: &Stock) -> bool {
        match self.scope {
            CountScope::All => true,
            CountScope::Sensitive => is_sensitive(id, &stock.master),
            CountScope::Listed => false,
        }
    }

    /// Refuses lists that name an item twice, or count it in another unit.
    fn check_lists(&self, state: &State) -> Result<(), Rejection> {
        if !self.counted.is_empty() {
            check_list(&self.counted)?;
        }
        require(
            self.scope != CountScope::Listed || !self.counted.is_empty() || !self.absent.is_empty(),
            Rule::S05,
            || "no items are listed".into(),
        )?;
        let mut absent = BTreeSet::new();
        for id in &self.absent {
            state.register.stock(id)?;
            let once = absent.insert(id) && !self.counted.iter().any(|item| item.id() == id);
            require(once, Rule::S05, || format!("{id} is listed twice"))?;
        }
        self.counted.iter().try_for_each(|item| {
            let unit = state.register.stocks.get(item.id()).map(|stock| stock.registered.unit());
            require(unit.is_none_or(|unit| unit == item.quantity().unit()), Rule::S05, || {
                format!("{} is not counted in {}", item.id(), item.quantity().unit())
            })
        })
    }
}

/// How far the count of bulk goods may be from the book without being a variance, in basis points; none of anything
/// else may be missing.
fn differs(item: &ItemId, book: Quantity, counted: Quantity, bulk_tolerance_bp: u32) -> bool {
    let apart = book.millionths().abs_diff(counted.millionths());
    let tolerance = if matches!(item, ItemId::Bulk { .. }) { u128::from(bulk_tolerance_bp) } else { 0 };
    apart.saturating_mul(10_000) > book.millionths().saturating_mul(tolerance)
}

impl Rules for PhysicalCountRecorded {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.directory.require_party(self.holder)?;
        Ok(vec![Signer::of(self.holder, BOOK), Signer::of(self.holder, SECOND_COUNTERS)])
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::Sod3
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::CountSheet]
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.counting.counts.contains(&self.count) {
            return Err(Rejection::taken("count", &self.count));
        }
        state.regime("physical counts")?;
        self.check_lists(state)?;
        let (holder, location) = (self.holder, &self.location);
        require(self.counted_on <= act.recorded_at.date(), Rule::T15, || {
            format!("the count of {} was recorded before that day", self.counted_on)
        })?;
        for (id, _, _) in self.found(state) {
            let last = state.duty(id, holder, location).and_then(|duty| duty.counted_on);
            require(last.is_none_or(|last| last <= self.counted_on), Rule::T15, || {
                format!("{id} was counted at {location} after {} already", self.counted_on)
            })?;
        }
        for (id, stock) in state.register.stocks.iter() {
            let book = stock.in_book(holder, location);
            let left_out = self.covers(id, stock) && !book.is_zero() && !self.names(id);
            require(!left_out, Rule::T15, || {
                format!("the book has {book} of {id} at {location}, and the count leaves it out")
            })
            .map_err(|rejection| {
                rejection.remedy("list as absent what is not there, or count what is listed")
            })?;
        }
        Ok(())
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let (cadence, tolerance) = match state.directory.regime.as_ref() {
            Some(regime) => (regime.count_cadence_days, regime.bulk_tolerance_bp),
            None => return,
        };
        let found: Vec<(ItemId, Quantity, Quantity)> =
            self.found(state).map(|(id, counted, book)| (id.clone(), counted, book)).collect();
        for (id, counted, book) in found {
            let since = self.counted_on.end();
            let stock = state.register.stocks.get(&id);
            let sensitive = stock.is_some_and(|stock| is_sensitive(&id, &stock.master));
            let duty = CountDuty {
                since,
                due: sensitive.then(|| since.later_by(days(cadence))),
                last: Some(self.count.clone()),
                counted_on: Some(self.counted_on),
            };
            let duties = state.counting.count_duties.get_or_insert(id.clone(), CountDuties::default);
            duties.places.insert((self.holder, self.location.clone()), duty);
            if differs(&id, book, counted, tolerance) {
                let variance = Variance {
                    holder: self.holder,
                    location: self.location.clone(),
                    book,
                    counted,
                    since: act.recorded_at,
                    found_in: act.seq,
                    resolved_in: None,
                };
                state.counting.variances.insert((self.count.clone(), id), variance);
            }
        }
        let count = Count { terms: self.clone(), recorded_in: act.seq };
        state.counting.counts.insert(self.count.clone(), count);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        let counted = self.counted.iter().map(Item::id);
        counted.chain(&self.absent).map(|id| Subject::Item(id.clone())).collect()
    }
}

impl Rules for CountVarianceResolved {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let holder = state.variance(&self.count, &self.item)?.holder;
        let mut signers = vec![Signer::of(holder, BOOK)];
        if self.loss.is_none() {
            signers.push(Signer::of(holder, MINISTER));
        }
        Ok(signers)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let variance = state.variance(&self.count, &self.item)?;
        require(variance.resolved_in.is_none(), Rule::S03, || {
            format!("the variance of {} in count {} is explained already", self.item, self.count)
        })?;
        let Some(id) = &self.loss else { return Ok(()) };
        let loss = state.register.loss(id)?;
        let short = variance.book.minus(variance.counted);
        let lost = loss.items.iter().find(|item| *item.id() == self.item).map(Item::quantity);
        let covers = short.zip(lost).is_some_and(|(short, lost)| short.at_most(lost));
        // A loss that was reported before the count was off the book already.
        let since = loss.reported_in >= variance.found_in;
        require(covers && since && loss.holder == variance.holder, Rule::S05, || {
            format!("loss {id} does not explain why {} was counted otherwise", self.item)
        })
        .map_err(|rejection| {
            rejection.remedy("name the loss reported since, or let the minister sign the finding")
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let key = (self.count.clone(), self.item.clone());
        if let Some(variance) = state.counting.variances.get_mut(&key) {
            variance.resolved_in = Some(act.seq);
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Item(self.item.clone())]
    }
}
