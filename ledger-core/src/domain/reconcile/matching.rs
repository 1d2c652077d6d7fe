//! The matching itself, step by step: what is explained is out of the question for all later steps.

use std::collections::BTreeMap;

use super::near::{Neighbours, digest, one_slip, spelling};
use super::records::{
    Goods, HOLDER, Identity, Key, Lot, MAY_DIFFER, Masked, Part, numbers, quantity, sum_of, twins_apart,
};
use super::{BookRow, Break, BreakClass, Candidate, Delta, Difference, Field, Match, MatchRule, Tolerances};
use crate::domain::codes::Party;
use crate::domain::event::Event;
use crate::domain::ids::Place;
use crate::domain::item::ItemId;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::register::{Position, Standing};
use crate::domain::state::State;

/// Records with the same facts.
#[derive(Debug, Default)]
struct Cell<'a> {
    lines: Vec<Lot<'a>>,
    rows: Vec<&'a BookRow>,
}

/// A reconciliation under way.
pub(super) struct Run<'a> {
    state: &'a State,
    ministry: Party,
    tolerances: Tolerances,
    /// What nobody has in hand of the item that is looked at.
    elsewhere: Vec<(&'a Position, Quantity)>,
    /// Which other party holds so much of it, and where.
    others: BTreeMap<(Unit, u128), (Party, &'a Place)>,
    /// The acts that would register an item and wait for signatures.
    waiting: BTreeMap<&'a ItemId, u64>,
    pub(super) breaks: Vec<Break>,
    pub(super) matches: Vec<Match>,
}

impl<'a> Run<'a> {
    pub(super) fn new(state: &'a State, ministry: Party, tolerances: Tolerances) -> Self {
        let registrations = state.pending().flat_map(|(seq, pending)| {
            pending.act.act.events.iter().filter_map(|event| match event {
                Event::ItemRegistered(event) => Some((event.item.id(), *seq)),
                _ => None,
            })
        });
        Self {
            state,
            ministry,
            tolerances,
            elsewhere: Vec::new(),
            others: BTreeMap::new(),
            waiting: registrations.collect(),
            breaks: Vec::new(),
            matches: Vec::new(),
        }
    }

    /// Turns to another item.
    pub(super) fn look_at(&mut self, goods: &Goods<'a>) {
        self.elsewhere.clone_from(&goods.elsewhere);
        let others = goods.lines.iter().filter(|line| !line.own);
        self.others =
            others.map(|line| ((line.unit, line.amount), (line.key.holder, line.key.location))).collect();
    }

    /// A serial number names one thing: the row that says most of it right is about it.
    pub(super) fn one_thing(
        &mut self,
        lines: Vec<Lot<'a>>,
        rows: Vec<&'a BookRow>,
        in_ledger: &mut Vec<Lot<'a>>,
        in_book: &mut Vec<Rest<'a>>,
    ) {
        let mut rows: Vec<Lot<'a>> = rows.into_iter().filter_map(|row| Lot::of_rows(vec![row])).collect();
        // The row that speaks of it first, or best: all others repeat it.
        let mut said: Option<u64> = None;
        if let Some(line) = lines.into_iter().next() {
            let counts = rows.iter().map(|row| self.differences(&line, row).len());
            match counts.enumerate().min_by_key(|(_, differences)| *differences) {
                None => in_ledger.extend(Some(line).filter(|line| line.own)),
                Some((best, differences)) => {
                    let row = rows.remove(best);
                    said = row.rows.first().map(|row| row.row);
                    if differences == 0 {
                        self.agree(&[&line], &row.rows, line.amount, row.amount);
                    } else {
                        self.differ(&line, &row);
                    }
                }
            }
        }
        for row in rows {
            let number = row.rows.first().map(|row| row.row);
            let row = Lot { twin: said, ..row };
            said = said.or(number);
            in_book.push(self.rest(row));
        }
    }

    /// Batches and bulk goods: amounts that can be divided.
    pub(super) fn so_much(
        &mut self,
        lines: Vec<Lot<'a>>,
        rows: Vec<&'a BookRow>,
        in_ledger: &mut Vec<Lot<'a>>,
        in_book: &mut Vec<Rest<'a>>,
    ) {
        let mut cells: BTreeMap<(Key<'a>, Unit), Cell<'a>> = BTreeMap::new();
        for line in lines {
            cells.entry((line.key, line.unit)).or_default().lines.push(line);
        }
        for row in rows {
            cells.entry((Key::of(row), row.quantity.unit())).or_default().rows.push(row);
        }
        let (mut ledger, mut book) = (Vec::new(), Vec::new());
        for cell in cells.into_values() {
            self.same_key(cell, &mut ledger, &mut book);
        }
        if !book.is_empty() && !ledger.is_empty() {
            // The ministry's own goods before those of others.
            ledger.sort_by_key(|lot| !lot.own);
            self.same_quantity(&mut ledger, &mut book, false);
            if let Some(twins) = take_twins(&mut book) {
                book.extend(twins);
                self.same_quantity(&mut ledger, &mut book, false);
            }
            self.same_quantity(&mut ledger, &mut book, true);
            self.other_unit(&mut ledger, &mut book);
        }
        if let Some(twins) = take_twins(&mut book) {
            book.extend(twins);
        }
        for lot in ledger {
            if !self.rest_of_part(&lot) && lot.own {
                in_ledger.push(lot);
            }
        }
        for lot in book {
            if !self.rest_of_part(&lot) {
                in_book.push(self.rest(lot));
            }
        }
    }

    /// Step 1: records with the same facts.
    fn same_key(&mut self, cell: Cell<'a>, ledger: &mut Vec<Lot<'a>>, book: &mut Vec<Lot<'a>>) {
        let Cell { lines, mut rows } = cell;
        if rows.iter().any(|row| !row.quantity.is_zero()) {
            let (zero, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.quantity.is_zero());
            self.nothing(&zero);
            rows = others;
        }
        let mut open: Vec<Lot<'a>> = Vec::new();
        for line in lines {
            let (same, others): (Vec<_>, Vec<_>) = rows.iter().copied().partition(|row| row.item == *line.id);
            if same.is_empty() {
                open.push(line);
            } else if self.tolerances.agree(line.id, line.amount, sum_of(&same)) {
                self.agree(&[&line], &same, line.amount, sum_of(&same));
                rows = others;
            } else {
                let (kept, twins) = twins_apart(same);
                if !twins.is_empty() && self.tolerances.agree(line.id, line.amount, sum_of(&kept)) {
                    self.agree(&[&line], &kept, line.amount, sum_of(&kept));
                    book.extend(twins);
                    rows = others;
                } else {
                    open.push(line);
                }
            }
        }
        let in_book = sum_of(&rows);
        let Some(first) = open.first() else {
            if in_book == 0 {
                self.nothing(&rows);
            } else {
                book.extend(Lot::of_rows(rows));
            }
            return;
        };
        if rows.is_empty() {
            ledger.append(&mut open);
            return;
        }
        let in_ledger = open.iter().fold(0, |sum: u128, line| sum.saturating_add(line.amount));
        if self.tolerances.agree(first.id, in_ledger, in_book) {
            let lines: Vec<&Lot<'a>> = open.iter().collect();
            self.agree(&lines, &rows, in_ledger, in_book);
            return;
        }
        let part = Some(Part { ledger: in_ledger, book: in_book, rows: numbers(&rows) });
        let amount = in_ledger.abs_diff(in_book);
        if in_ledger > in_book {
            ledger.push(Lot { amount, part, ..first.clone() });
        } else {
            // When one row is the ledger's, the surplus is in the others.
            let (id, unit, key) = (first.id, first.unit, first.key);
            let exact = rows.iter().position(|row| row.quantity.millionths() == in_ledger);
            if let Some(exact) = exact {
                rows.remove(exact);
            }
            book.extend(Lot::of_rows(rows).map(|lot| Lot { id, unit, key, amount, part, ..lot }));
        }
    }

    /// Rows that say that there is none, where the ledger has none or other rows have some.
    fn nothing(&mut self, rows: &[&'a BookRow]) {
        let matched = rows.iter().map(|row| Match {
            item: row.item.clone(),
            rows: vec![row.row],
            rule: MatchRule::None,
            delta: None,
        });
        self.matches.extend(matched);
    }

    /// Step 2: records with the same quantity, and then fewest other facts.
    fn same_quantity(&mut self, ledger: &mut Vec<Lot<'a>>, book: &mut Vec<Lot<'a>>, parts: bool) {
        for mask in MAY_DIFFER {
            if ledger.is_empty() || book.is_empty() || (parts && mask.count_ones() > 1) {
                return;
            }
            let mut index: BTreeMap<(Masked<'a>, Unit, u128), Vec<usize>> = BTreeMap::new();
            for (at, lot) in ledger.iter().enumerate().rev() {
                if (lot.own || mask == HOLDER) && (parts || lot.part.is_none()) {
                    index.entry((lot.key.without(mask), lot.unit, lot.amount)).or_default().push(at);
                }
            }
            let mut lines: Vec<Option<Lot<'a>>> = std::mem::take(ledger).into_iter().map(Some).collect();
            for row in std::mem::take(book) {
                let found =
                    (parts || row.part.is_none()).then(|| self.find(&mut index, &row, mask)).flatten();
                match found.and_then(|at| lines.get_mut(at)).and_then(Option::take) {
                    Some(line) => {
                        self.part_of(&line);
                        self.part_of(&row);
                        self.differ(&line, &row);
                    }
                    None => book.push(row),
                }
            }
            *ledger = lines.into_iter().flatten().collect();
        }
    }

    /// The first line whose facts but those in `mask` are the row's, with its quantity; then one within the
    /// tolerance.
    fn find(
        &self,
        index: &mut BTreeMap<(Masked<'a>, Unit, u128), Vec<usize>>,
        row: &Lot<'a>,
        mask: u8,
    ) -> Option<usize> {
        let (key, unit) = (row.key.without(mask), row.unit);
        let exact = index.get_mut(&(key, unit, row.amount)).and_then(Vec::pop);
        if exact.is_some() || self.tolerances.basis_points(row.id) == 0 {
            return exact;
        }
        let (least, most) = self.tolerances.range(row.id, row.amount);
        index
            .range_mut((key, unit, least)..=(key, unit, most))
            .filter(|((_, _, amount), _)| self.tolerances.agree(row.id, *amount, row.amount))
            .find_map(|(_, found)| found.pop())
    }

    /// Step 3: the same facts in another unit.
    fn other_unit(&mut self, ledger: &mut Vec<Lot<'a>>, book: &mut Vec<Lot<'a>>) {
        let mut lines: BTreeMap<Key<'a>, Lot<'a>> = BTreeMap::new();
        for line in std::mem::take(ledger) {
            if line.own && line.part.is_none() && !lines.contains_key(&line.key) {
                lines.insert(line.key, line);
            } else {
                ledger.push(line);
            }
        }
        for row in std::mem::take(book) {
            let line = if row.part.is_none() { lines.remove(&row.key) } else { None };
            match line {
                Some(line) if line.unit != row.unit => self.differ(&line, &row),
                line => {
                    book.push(row);
                    lines.extend(line.map(|line| (line.key, line)));
                }
            }
        }
        ledger.extend(lines.into_values());
    }

    /// Step 3: what is left of records with the same facts is a difference in quantity.
    fn rest_of_part(&mut self, lot: &Lot<'a>) -> bool {
        let Some(part) = &lot.part else { return false };
        let (ledger, book) = (lot.holding_of(part.ledger), lot.holding_of(part.book));
        let delta = Delta::between(part.ledger, part.book, lot.unit);
        let more = part.book > part.ledger;
        let hint = if more { self.whereabouts(lot) } else { in_words(lot.standing) };
        let class = if more && self.is_under_way(lot) { BreakClass::Timing } else { BreakClass::Quantity };
        let difference = Difference {
            field: Field::Quantity,
            ledger: ledger.quantity.to_string(),
            book: book.quantity.to_string(),
        };
        self.breaks.push(Break {
            item: lot.id.clone(),
            class,
            rows: part.rows.clone(),
            differences: vec![difference],
            ledger: Some(ledger),
            book: Some(book),
            delta,
            candidate: None,
            hint,
        });
        true
    }

    /// The rest went elsewhere: what agrees is a match of its own.
    fn part_of(&mut self, lot: &Lot<'a>) {
        if let Some(part) = &lot.part {
            let (item, rows) = (lot.id.clone(), part.rows.clone());
            self.matches.push(Match { item, rows, rule: MatchRule::Part, delta: None });
        }
    }

    fn agree(&mut self, lines: &[&Lot<'a>], rows: &[&'a BookRow], ledger: u128, book: u128) {
        let Some(line) = lines.first() else { return };
        let same_number = |row: &&BookRow| match (line.nsn, row.item.nsn().or(row.nsn)) {
            (Some(ledger), Some(book)) => ledger == book,
            _ => true,
        };
        let rule = if lines.len() > 1 {
            MatchRule::SumOfLines
        } else if rows.len() > 1 {
            MatchRule::SumOfRows
        } else if !line.own {
            MatchRule::HeldElsewhere
        } else if !rows.iter().all(same_number) {
            MatchRule::OtherClass
        } else if ledger != book {
            MatchRule::Tolerance
        } else {
            MatchRule::Exact
        };
        let delta = Delta::between(ledger, book, line.unit);
        self.matches.push(Match { item: line.id.clone(), rows: numbers(rows), rule, delta });
    }

    /// What two records of the same goods differ in.
    fn differences(&self, line: &Lot<'a>, row: &Lot<'a>) -> Vec<Difference> {
        let mut found = identity_differences(line, row);
        let mut compare = |field, ledger: String, book: String| {
            if ledger != book {
                found.push(Difference { field, ledger, book });
            }
        };
        compare(Field::Owner, line.key.owner.to_string(), row.key.owner.to_string());
        compare(Field::Holder, line.key.holder.to_string(), row.key.holder.to_string());
        compare(Field::Condition, line.key.condition.to_string(), row.key.condition.to_string());
        compare(Field::Location, line.key.location.to_string(), row.key.location.to_string());
        let (ledger, book) = (quantity(line.amount, line.unit), quantity(row.amount, row.unit));
        if line.unit != row.unit {
            compare(Field::Unit, ledger.to_string(), book.to_string());
        } else if !self.tolerances.agree(line.id, line.amount, row.amount) {
            compare(Field::Quantity, ledger.to_string(), book.to_string());
        }
        found.sort();
        found
    }

    /// Two records are of the same goods and differ.
    fn differ(&mut self, line: &Lot<'a>, row: &Lot<'a>) {
        let differences = self.differences(line, row);
        let class = differences.first().map_or(BreakClass::Quantity, |first| first.field.class());
        let delta =
            (line.unit == row.unit).then(|| Delta::between(line.amount, row.amount, line.unit)).flatten();
        let identity = class == BreakClass::Identity;
        self.breaks.push(Break {
            item: line.id.clone(),
            class,
            rows: row.row_numbers(),
            differences,
            ledger: Some(line.holding()),
            book: Some(row.holding()),
            delta,
            candidate: identity.then(|| Candidate { holding: line.holding(), row: None }),
            hint: in_words(line.standing),
        });
    }

    /// Sets a record of the book aside, with what the ledger knows of its item.
    fn rest(&self, lot: Lot<'a>) -> Rest<'a> {
        let twin = lot.twin.map(|row| format!("row {row} says the same already: is it in the book twice?"));
        let class = match twin {
            Some(_) => BreakClass::Duplicate,
            None if self.is_under_way(&lot) => BreakClass::Timing,
            None => BreakClass::MissingInLedger,
        };
        let hint = twin.or_else(|| self.whereabouts(&lot));
        Rest { lot, class, hint }
    }

    /// True when what the book has too much is on its way to or from the ministry: the next cut-off resolves it.
    fn is_under_way(&self, lot: &Lot<'a>) -> bool {
        let missing = missing_of(lot);
        self.elsewhere.iter().any(|(position, held)| {
            let Standing::InTransit(id) = &position.standing else { return false };
            let sent = self.state.consignment(id);
            let ours = sent.is_some_and(|sent| [sent.sender, sent.receiver].contains(&self.ministry));
            ours && held.unit() == lot.unit && held.millionths() == missing
        })
    }

    /// Where else the ledger has the item of a record that the book has and the ledger has not.
    fn whereabouts(&self, lot: &Lot<'a>) -> Option<String> {
        let missing = missing_of(lot);
        let mut places: Vec<(bool, bool, String)> = self
            .elsewhere
            .iter()
            .map(|(position, held)| {
                let other_amount = held.millionths() != missing;
                (other_amount, position.location != *lot.key.location, self.absence(position, *held))
            })
            .collect();
        places.sort();
        let more = places.len().saturating_sub(MOST_PLACES);
        let mut words: Vec<String> =
            places.into_iter().map(|(_, _, words)| words).take(MOST_PLACES).collect();
        if more > 0 {
            words.push(format!("{more} more such positions"));
        }
        if let Some((holder, location)) = self.others.get(&(lot.unit, missing)) {
            words.push(format!("{holder} holds {} at {location}", quantity(missing, lot.unit)));
        }
        if let Some(entry) = self.waiting.get(lot.id) {
            words.push(format!("entry {entry} would register it and waits for signatures"));
        }
        (!words.is_empty()).then(|| format!("in the ledger: {}", words.join("; ")))
    }

    /// Why nobody has the goods of a position in hand.
    fn absence(&self, position: &Position, held: Quantity) -> String {
        let consignment = |id| self.state.consignment(id);
        match &position.standing {
            Standing::InTransit(id) => match consignment(id) {
                Some(sent) => format!(
                    "{held} in transit from {} to {} since {}, consignment {id}",
                    sent.sender,
                    sent.receiver,
                    sent.dispatched_at.date()
                ),
                None => format!("{held} in transit, consignment {id}"),
            },
            Standing::Missing(id) => format!("{held} missing from consignment {id}"),
            Standing::Lost(id) => format!("{held} reported lost by {}, {id}", position.holder),
            Standing::Consumed => format!("{held} used up by {} at {}", position.holder, position.location),
            Standing::WrittenOff(id) => format!("{held} written off by {}, {id}", position.owner),
            _ => format!("{held} held by {}", position.holder),
        }
    }

    /// Step 4: identities that differ by a slip of the hand, everything else being equal.
    pub(super) fn slips(&mut self, in_ledger: &mut Vec<Lot<'a>>, in_book: &mut Vec<Rest<'a>>) {
        if in_ledger.is_empty() || in_book.is_empty() {
            return;
        }
        let spellings: Vec<Vec<u8>> = in_ledger.iter().map(|line| spelling(line.id)).collect();
        let filed = spellings.iter().zip(in_ledger.iter()).enumerate();
        let neighbours = Neighbours::new(
            filed.map(|(at, (spelling, line))| (at, spelling.as_slice(), facts_digest(line))),
        );
        let choices: Vec<Vec<usize>> = in_book
            .iter()
            .map(|rest| {
                // Goods under way are what they are called: their name is no slip of another's.
                if rest.class == BreakClass::Timing {
                    return Vec::new();
                }
                let (row, spelled) = (&rest.lot, spelling(rest.lot.id));
                let mut near = neighbours.of(&spelled, facts_digest(row));
                near.retain(|at| {
                    let slip = spellings.get(*at).is_some_and(|other| one_slip(other, &spelled));
                    slip && in_ledger.get(*at).is_some_and(|line| self.same_but_for_name(line, row))
                });
                near
            })
            .collect();

        let mut lines: Vec<Option<Lot<'a>>> = std::mem::take(in_ledger).into_iter().map(Some).collect();
        let mut rows: Vec<Option<Rest<'a>>> = std::mem::take(in_book).into_iter().map(Some).collect();
        // Who has one choice only goes first, lest another takes it who has more.
        for single in [true, false] {
            for (row, near) in rows.iter_mut().zip(&choices).filter(|(_, near)| (near.len() == 1) == single) {
                let free = near.iter().find(|at| lines.get(**at).is_some_and(Option::is_some));
                let line = free.and_then(|at| lines.get_mut(*at)).and_then(Option::take);
                if let (Some(line), Some(rest)) = (line, row.take_if(|_| free.is_some())) {
                    self.differ(&line, &rest.lot);
                }
            }
        }
        *in_ledger = lines.into_iter().flatten().collect();
        *in_book = rows.into_iter().flatten().collect();
    }

    /// True when two records agree in all but what the goods are called.
    fn same_but_for_name(&self, line: &Lot<'a>, row: &Lot<'a>) -> bool {
        let same_number = match (line.id, line.nsn, row.nsn) {
            (ItemId::Serial { .. }, Some(ledger), Some(book)) => ledger.niin() == book.niin(),
            _ => true,
        };
        let same_amount = self.tolerances.agree(line.id, line.amount, row.amount);
        line.key == row.key && line.unit == row.unit && same_amount && same_number
    }

    /// Step 5: what one side has and the other has not.
    pub(super) fn missing(&mut self, in_ledger: &[Lot<'a>], in_book: &[Rest<'a>]) {
        // Without anything to look for, nothing has to be found.
        let both = !in_ledger.is_empty() && !in_book.is_empty();
        let ledger = Remainder::new(in_ledger.iter().filter(|_| both));
        let book = Remainder::new(in_book.iter().map(|rest| &rest.lot).filter(|_| both));
        let mut found: Vec<Break> = Vec::new();
        for line in in_ledger {
            let nearest = book.nearest(line, |row| self.differences(line, row).len());
            found.push(Break {
                item: line.id.clone(),
                class: BreakClass::MissingInBook,
                rows: Vec::new(),
                differences: Vec::new(),
                ledger: Some(line.holding()),
                book: None,
                delta: Delta::between(line.amount, 0, line.unit),
                candidate: nearest.map(candidate),
                hint: in_words(line.standing),
            });
        }
        for Rest { lot: row, class, hint } in in_book {
            let nearest = ledger.nearest(row, |line| self.differences(line, row).len());
            found.push(Break {
                item: row.id.clone(),
                class: *class,
                rows: row.row_numbers(),
                differences: Vec::new(),
                ledger: None,
                book: Some(row.holding()),
                delta: Delta::between(0, row.amount, row.unit),
                candidate: nearest.map(candidate),
                hint: hint.clone(),
            });
        }
        self.breaks.append(&mut found);
    }
}

/// How many places a hint names.
const MOST_PLACES: usize = 3;

/// A record of the book that nothing in the ledger explains so far.
#[derive(Debug)]
pub(super) struct Rest<'a> {
    lot: Lot<'a>,
    /// What it is when nothing explains it in the end either.
    class: BreakClass,
    hint: Option<String>,
}

/// How much the book has that the ledger has not.
fn missing_of(lot: &Lot<'_>) -> u128 {
    match &lot.part {
        Some(part) => part.ledger.abs_diff(part.book),
        None => lot.amount,
    }
}

fn candidate(lot: &Lot<'_>) -> Candidate {
    Candidate { holding: lot.holding(), row: lot.rows.first().map(|row| row.row) }
}

/// Takes rows that stand twice out of the sums in which they are.
fn take_twins<'a>(book: &mut Vec<Lot<'a>>) -> Option<Vec<Lot<'a>>> {
    let mut all_twins = Vec::new();
    for lot in std::mem::take(book) {
        if lot.part.is_some() || lot.rows.len() < 2 {
            book.push(lot);
            continue;
        }
        let (kept, twins) = twins_apart(lot.rows);
        book.extend(Lot::of_rows(kept));
        all_twins.extend(twins);
    }
    (!all_twins.is_empty()).then_some(all_twins)
}

/// What the ledger says of goods that are held, but not simply in service.
fn in_words(standing: Option<&Standing>) -> Option<String> {
    match standing? {
        Standing::Reserved(transfer) => Some(format!("in the ledger: reserved for transfer {transfer}")),
        Standing::OnLoan(loan) => Some(format!("in the ledger: held on loan {loan}")),
        Standing::AwaitingTitle(transfer) => {
            Some(format!("in the ledger: received under transfer {transfer}, title has not passed"))
        }
        _ => None,
    }
}

/// What two records of the same goods differ in by name.
fn identity_differences(line: &Lot<'_>, row: &Lot<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    match (line.id, row.id) {
        (
            ItemId::Serial { ncage, part, serial },
            ItemId::Serial { ncage: maker, part: number, serial: theirs },
        ) if line.id != row.id => {
            let (ledger, book) = (format!("{ncage}:{part}:{serial}"), format!("{maker}:{number}:{theirs}"));
            found.push(Difference { field: Field::Serial, ledger, book });
        }
        (ItemId::Batch { batch, .. }, ItemId::Batch { batch: theirs, .. }) if batch != theirs => {
            let (ledger, book) = (batch.to_string(), theirs.to_string());
            found.push(Difference { field: Field::Batch, ledger, book });
        }
        _ => {}
    }
    if let (Some(ledger), Some(book)) = (line.nsn, row.nsn)
        && ledger.niin() != book.niin()
    {
        let (ledger, book) = (ledger.to_string(), book.to_string());
        found.push(Difference { field: Field::Nsn, ledger, book });
    }
    found
}

/// A digest of all that must be equal for a slip: so that what differs in it never meets.
fn facts_digest(lot: &Lot<'_>) -> u64 {
    let Key { owner, holder, condition, location } = lot.key;
    let facts = [owner.as_str(), holder.as_str(), condition.code(), lot.unit.code(), location.as_str()];
    digest(facts.iter().flat_map(|fact| fact.bytes().chain(std::iter::once(b'|'))))
}

/// What is left of one side, to look for what comes nearest to something.
struct Remainder<'b, 'a> {
    by_identity: BTreeMap<Identity<'a>, Vec<&'b Lot<'a>>>,
    /// The first record of each identity and its spelling.
    firsts: Vec<(&'b Lot<'a>, Vec<u8>)>,
    neighbours: Neighbours,
}

/// How many records of the same item are looked at for the nearest.
const MOST_COMPARED: usize = 16;

impl<'b, 'a> Remainder<'b, 'a> {
    fn new(lots: impl Iterator<Item = &'b Lot<'a>>) -> Self {
        let mut by_identity: BTreeMap<Identity<'a>, Vec<&'b Lot<'a>>> = BTreeMap::new();
        for lot in lots {
            by_identity.entry(Identity::of(lot.id)).or_default().push(lot);
        }
        let firsts: Vec<(&Lot<'a>, Vec<u8>)> = by_identity
            .values()
            .filter_map(|lots| lots.first())
            .map(|lot| (*lot, spelling(lot.id)))
            .collect();
        let filed = firsts.iter().enumerate().map(|(at, (_, spelling))| (at, spelling.as_slice(), 0));
        let neighbours = Neighbours::new(filed);
        Self { by_identity, firsts, neighbours }
    }

    /// The record of the same item with fewest differences; else one that is a slip apart.
    fn nearest(&self, lot: &Lot<'a>, differences: impl Fn(&Lot<'a>) -> usize) -> Option<&'b Lot<'a>> {
        if let Some(same) = self.by_identity.get(&Identity::of(lot.id)) {
            return same.iter().take(MOST_COMPARED).min_by_key(|other| differences(other)).copied();
        }
        let spelled = spelling(lot.id);
        let near = self.neighbours.of(&spelled, 0);
        let mut near = near.iter().filter_map(|at| self.firsts.get(*at));
        near.find(|(_, other)| one_slip(other, &spelled)).map(|(other, _)| *other)
    }
}
