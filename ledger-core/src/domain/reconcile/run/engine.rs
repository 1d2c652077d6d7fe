//! One matching for all runs but the inventory's (domain.md 11.2).
//!
//! What is explained is out of the question for all later steps:
//!
//! 1. Everything equal. Then: equal but for a day or a moment within the tolerance.
//! 2. The same as something that is not on the ledger's side, and says why (an act that waits for a signature).
//! 3. Rows that stand twice: the second of each.
//! 4. One column left blank by the row, and all else equal.
//! 5. One column other: a name that is a slip of the hand away; then what is light before what is grave; last a
//!    name that is another one altogether, where the rest is enough to know the thing by.
//! 6. Sums: several rows for one record, several records for one row, with the same name and then without it.
//! 7. The same names and other amounts; then more columns other, few before many.
//! 8. What is left on both sides is missing on the other. The nearest of the other side is offered.
//!
//! A step looks at both sides in the order of what they say, never in that of the rows. So the order of the rows
//! changes nothing but their numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::terms::working_days_between;
use super::{
    Column, ColumnDifference, Flaw, Form, Nearest, Note, Part, Record, RunBreak, RunMatch, Shape, Side,
    Terms, Value, Within,
};
use crate::domain::money::Currency;
use crate::domain::reconcile::near::{Neighbours, one_slip};
use crate::domain::reconcile::{BreakClass, MatchRule};
use crate::domain::regime::MINUTE_MS;
use crate::domain::time::Timestamp;

/// What came of the matching.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) breaks: Vec<RunBreak>,
    pub(super) matches: Vec<RunMatch>,
    /// Records outside of the time that is compared.
    pub(super) outside: u64,
}

/// A set of columns, by their positions.
type Mask = u32;

/// A record without some columns.
type Masked<'r> = Vec<Option<&'r Value>>;

/// How many records that agree so far are looked at for the nearest.
const MOST_COMPARED: usize = 64;

pub(super) struct Engine<'t> {
    shape: &'t Shape,
    terms: &'t Terms,
    ledger: Vec<Record>,
    book: Vec<Record>,
    /// Which records are not explained yet.
    open_ledger: BTreeSet<usize>,
    open_book: BTreeSet<usize>,
    found: Compared,
}

/// Compares both sides.
pub(super) fn compare(
    shape: &Shape,
    terms: &Terms,
    mut ledger: Vec<Record>,
    mut book: Vec<Record>,
) -> Compared {
    ledger.sort();
    book.sort();
    let (open_ledger, open_book) = ((0..ledger.len()).collect(), (0..book.len()).collect());
    let found = Compared::default();
    let mut engine = Engine { shape, terms, ledger, book, open_ledger, open_book, found };
    engine.run();
    engine.found
}

impl Engine<'_> {
    fn run(&mut self) {
        self.equal(false);
        self.equal(true);
        self.twins();
        for (at, _) in self.columns_that(|column| column.may_be_blank) {
            self.pair(bit(at), MatchRule::WithoutField, |engine, ledger, book| {
                engine.is_blank(at, ledger, book)
            });
        }
        self.slips();
        let mut singles = self
            .columns_that(|column| matches!(column.part, Part::When(_) | Part::Fact | Part::Key | Part::End));
        singles.sort_by_key(|(at, column)| (u8::MAX.saturating_sub(gravity(column.class)), *at));
        singles.extend(self.columns_that(|column| column.part == Part::Name { loose: true }));
        for (at, _) in singles {
            self.pair(bit(at), MatchRule::Exact, |_, _, _| true);
        }
        self.sums();
        for mask in self.several() {
            self.pair(mask, MatchRule::Exact, Self::is_named);
        }
        self.doubles();
        self.missing();
    }

    fn columns_that(&self, takes: impl Fn(&Column) -> bool) -> Vec<(usize, Column)> {
        self.shape.columns.iter().copied().enumerate().filter(|(_, column)| takes(column)).collect()
    }

    /// The columns that never count.
    fn aside(&self) -> Mask {
        let aside = self.columns_that(|column| matches!(column.part, Part::AsOf | Part::Shown));
        aside.into_iter().fold(0, |mask, (at, _)| mask | bit(at))
    }

    /// The sets of columns that may differ between records of one name, few before many, the amount before others.
    fn several(&self) -> Vec<Mask> {
        let free = self.columns_that(|column| {
            matches!(column.part, Part::When(_) | Part::Fact | Part::Amount | Part::End)
        });
        let mut masks: Vec<Mask> = vec![0];
        for (at, _) in free {
            let more: Vec<Mask> = masks.iter().map(|mask| mask | bit(at)).collect();
            masks.extend(more);
        }
        masks.sort_by_key(|mask| (mask.count_ones(), *mask));
        masks
    }

    /// Steps 1 and 2.
    fn equal(&mut self, shadows: bool) {
        let kind = move |record: &Record| record.shadow().is_some() == shadows;
        self.pair(0, MatchRule::Exact, |_, ledger, _| kind(ledger));
        for (at, column) in self.columns_that(|column| matches!(column.part, Part::When(_))) {
            if column.part != Part::When(Within::Nothing) {
                self.pair(bit(at), MatchRule::Tolerance, |engine, ledger, book| {
                    kind(ledger) && engine.is_near(at, ledger, book)
                });
            }
        }
    }

    /// Pairs records that agree in all columns but those of the mask and that `fit`: of several, the nearest.
    fn pair(&mut self, mask: Mask, rule: MatchRule, fit: impl Fn(&Self, &Record, &Record) -> bool) {
        if self.open_ledger.is_empty() || self.open_book.is_empty() {
            return;
        }
        let mask = mask | self.aside();
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        let mut index: BTreeMap<Masked<'_>, Vec<usize>> = BTreeMap::new();
        for (at, record) in self.open_ledger() {
            index.entry(masked(record, mask)).or_default().push(at);
        }
        for (row, record) in self.open_book() {
            let Some(same) = index.get_mut(&masked(record, mask)) else { continue };
            let fitting = same.iter().take(MOST_COMPARED).enumerate().filter_map(|(place, at)| {
                let ledger = self.ledger.get(*at)?;
                fit(self, ledger, record).then(|| (distance(ledger, record, mask), place, *at))
            });
            if let Some((_, place, at)) = fitting.min() {
                same.remove(place);
                pairs.push((at, row));
            }
        }
        for (at, row) in pairs {
            self.settle(at, row, rule, mask);
        }
    }

    fn open_ledger(&self) -> impl Iterator<Item = (usize, &Record)> {
        self.open_ledger.iter().filter_map(|at| Some((*at, self.ledger.get(*at)?)))
    }

    fn open_book(&self) -> impl Iterator<Item = (usize, &Record)> {
        self.open_book.iter().filter_map(|at| Some((*at, self.book.get(*at)?)))
    }

    /// True when one of them says nothing in the column.
    fn is_blank(&self, at: usize, ledger: &Record, book: &Record) -> bool {
        ledger.at(at) == &Value::Blank || book.at(at) == &Value::Blank
    }

    /// True when a name that is not blank is the same on both sides.
    fn is_named(&self, ledger: &Record, book: &Record) -> bool {
        let mut names = self.columns_that(|column| matches!(column.part, Part::Name { .. })).into_iter();
        names.any(|(at, _)| ledger.at(at) != &Value::Blank && ledger.at(at) == book.at(at))
    }

    /// True when two moments or days are within the tolerance of their column.
    fn is_near(&self, at: usize, ledger: &Record, book: &Record) -> bool {
        let Some(column) = self.shape.columns.get(at) else { return false };
        match (column.part, ledger.at(at), book.at(at)) {
            (Part::When(Within::WorkingDays), Value::Day(one), Value::Day(other)) => {
                working_days_between(*one, *other) <= u64::from(self.terms.tolerances.bank_working_days)
            }
            (Part::When(Within::Minutes), Value::Moment(one), Value::Moment(other)) => {
                let apart = one.since(*other).max(other.since(*one));
                apart <= u64::from(self.terms.tolerances.crossing_minutes).saturating_mul(MINUTE_MS)
            }
            (_, one, other) => one == other,
        }
    }

    /// True when the record lies in the time that is compared.
    fn is_inside(&self, record: &Record) -> bool {
        let when = if self.shape.is_of_a_day() { None } else { self.shape.when() };
        let day = when.and_then(|at| record.at(at).day());
        day.is_none_or(|day| self.terms.span.holds(day))
    }

    /// True when the record is so near the end of what is compared that the other side may have it after.
    fn is_at_the_end(&self, record: &Record) -> bool {
        if self.shape.is_of_a_day() {
            return false;
        }
        let Some(at) = self.shape.when() else { return false };
        let end = match record.at(at) {
            Value::Day(_) => Value::Day(self.terms.span.to),
            Value::Moment(_) => Value::Moment(self.terms.now()),
            _ => return false,
        };
        let mut last = record.clone();
        if let Some(value) = last.values.get_mut(at) {
            *value = end;
        }
        self.is_near(at, record, &last)
    }

    /// Two records are about the same thing: they agree or are one break.
    fn settle(&mut self, at: usize, row: usize, rule: MatchRule, mask: Mask) {
        let (Some(ledger), Some(book)) = (self.ledger.get(at), self.book.get(row)) else { return };
        let differences = self.differences(ledger, book);
        if !self.is_inside(ledger) && !self.is_inside(book) {
            self.found.outside = self.found.outside.saturating_add(2);
        } else if differences.is_empty() && ledger.flaws().is_empty() && ledger.shadow().is_none() {
            let without = (rule == MatchRule::WithoutField)
                .then(|| {
                    self.shape.columns.iter().enumerate().find(|(at, _)| mask & !self.aside() & bit(*at) != 0)
                })
                .flatten();
            let matched = RunMatch {
                subject: self.subject(ledger),
                rows: vec![book.row],
                rule: self.rule_of(ledger, book, rule),
                without: without.map(|(_, column)| column.name),
            };
            self.found.matches.push(matched);
        } else {
            let found = self.differing(ledger, book, differences);
            self.found.breaks.push(found);
        }
        self.open_ledger.remove(&at);
        self.open_book.remove(&row);
    }

    /// The rule by which two records without a difference agree.
    fn rule_of(&self, ledger: &Record, book: &Record, rule: MatchRule) -> MatchRule {
        let amounts = self.columns_that(|column| column.class == BreakClass::Currency);
        let changed = amounts.iter().any(|(at, _)| ledger.at(*at) != book.at(*at));
        if changed { MatchRule::AgreedRate } else { rule }
    }

    /// The break that two records of one thing are.
    fn differing(
        &self,
        ledger: &Record,
        book: &Record,
        differences: Vec<(BreakClass, ColumnDifference)>,
    ) -> RunBreak {
        let flaws = ledger.shadow().into_iter().chain(ledger.flaws());
        let mut flaws: Vec<&Flaw> = flaws.collect();
        flaws.sort_by_key(|flaw| gravity(flaw.class));
        let first = differences.first().map(|(class, _)| *class);
        let flaw =
            flaws.first().filter(|flaw| first.is_none_or(|first| gravity(flaw.class) < gravity(first)));
        let class = flaw.map(|flaw| flaw.class).or(first).unwrap_or(BreakClass::Timing);
        let since = flaw.and_then(|flaw| flaw.since).or(ledger.note().and_then(|note| note.since));
        let mut hints: Vec<String> = flaws.iter().map(|flaw| flaw.words.clone()).collect();
        if first == Some(BreakClass::Authority) {
            hints.extend(self.used_since(ledger, book));
        }
        let amount = self.columns_that(|column| column.part == Part::Amount).into_iter().next();
        let delta = amount.and_then(|(at, column)| self.delta(at, &column, ledger, book));
        let (ours, theirs) = (Side::of(self.shape, ledger), Side::of(self.shape, book));
        let is_typing = matches!(class, BreakClass::Identity | BreakClass::Reference);
        RunBreak {
            rows: vec![book.row],
            differences: differences.into_iter().map(|(_, difference)| difference).collect(),
            candidate: is_typing.then(|| Nearest { row: None, side: ours.clone() }),
            ledger: Some(ours),
            book: Some(theirs),
            delta,
            hint: (!hints.is_empty()).then(|| hints.join("; ")),
            by: flaw.map_or(self.terms.party, |flaw| flaw.by),
            ..self.aged(class, self.subject(ledger), self.mark(ledger), since)
        }
    }

    /// A break with nothing but its class, subject and age.
    fn aged(&self, class: BreakClass, subject: String, mark: String, since: Option<Timestamp>) -> RunBreak {
        self.terms.aged(self.shape.run, class, subject, mark, since)
    }

    /// How much more or less the book has, with its unit.
    fn delta(&self, at: usize, column: &Column, ledger: &Record, book: &Record) -> Option<String> {
        let (ours, theirs) = (ledger.at(at).number()?, book.at(at).number()?);
        let unit = self.columns_that(|column| matches!(column.name, "currency" | "uom")).into_iter().next();
        let (unit, _) = unit?;
        if ours == theirs || ledger.at(unit) != book.at(unit) {
            return None;
        }
        let sign = if theirs < ours { "-" } else { "+" };
        let amount = column.form.write(&Value::Number(ours.abs_diff(theirs)));
        Some(format!("{sign}{amount} {}", ledger.at(unit).text()))
    }

    /// All of a record that the other side lacks, with the sign of the side that has it.
    fn whole(&self, record: &Record, sign: char) -> Option<String> {
        let (amount, column) = self.columns_that(|column| column.part == Part::Amount).into_iter().next()?;
        let (unit, _) =
            self.columns_that(|column| matches!(column.name, "currency" | "uom")).into_iter().next()?;
        let number = record.at(amount).number().filter(|number| *number > 0)?;
        let written = column.form.write(&Value::Number(number));
        Some(format!("{sign}{written} {}", record.at(unit).text()))
    }

    /// The columns in which two records differ, gravest first.
    fn differences(&self, ledger: &Record, book: &Record) -> Vec<(BreakClass, ColumnDifference)> {
        let mut found = Vec::new();
        let rate = self.rate_met(ledger, book);
        for (at, column) in self.shape.columns.iter().enumerate() {
            let (ours, theirs) = (ledger.at(at), book.at(at));
            let blank = column.may_be_blank && self.is_blank(at, ledger, book);
            if ours == theirs || blank || matches!(column.part, Part::AsOf | Part::Shown) {
                continue;
            }
            if matches!(column.part, Part::When(_)) && self.is_near(at, ledger, book) {
                continue;
            }
            let money = matches!(column.class, BreakClass::Amount | BreakClass::Currency);
            if money && rate == Some(true) {
                continue;
            }
            let class = match column.part {
                // A name a slip away is a typing error; another one is a reference that nobody knows.
                Part::Name { .. } if one_slip(ours.text().as_bytes(), theirs.text().as_bytes()) => {
                    BreakClass::Identity
                }
                Part::Amount if rate.is_some() => BreakClass::Currency,
                Part::Amount if self.is_rounding(column, ledger, book) => BreakClass::Rounding,
                Part::End if !self.uses_since(ledger, book).is_empty() => BreakClass::Authority,
                _ => column.class,
            };
            let difference = ColumnDifference {
                field: column.name,
                ledger: column.form.write(ours),
                book: column.form.write(theirs),
            };
            found.push((class, difference));
        }
        found.sort_by_key(|(class, _)| gravity(*class));
        found
    }

    /// With two currencies: whether an agreed rate makes one amount of the other. None when there is but one.
    fn rate_met(&self, ledger: &Record, book: &Record) -> Option<bool> {
        let (currency, _) =
            self.columns_that(|column| column.class == BreakClass::Currency).into_iter().next()?;
        let (amount, _) = self.columns_that(|column| column.part == Part::Amount).into_iter().next()?;
        if ledger.at(currency) == book.at(currency) {
            return None;
        }
        let side = |record: &Record| -> Option<(u128, Currency)> {
            Some((record.at(amount).number()?, record.at(currency).text().parse().ok()?))
        };
        let (ours, theirs) = (side(ledger)?, side(book)?);
        Some(self.terms.rates.iter().any(|rate| rate.is_met(ours, theirs)))
    }

    /// True when amounts differ by what rounding of the shares explains.
    fn is_rounding(&self, column: &Column, ledger: &Record, book: &Record) -> bool {
        let money = column.class == BreakClass::Amount;
        let Some((at, _)) = self.columns_that(|column| column.part == Part::Amount).into_iter().next() else {
            return false;
        };
        let shares = ledger.note().map_or(0, |note| note.shares);
        let most = u128::from(shares).saturating_mul(self.terms.tolerances.rounding_minor_per_share.into());
        let (ours, theirs) = (ledger.at(at).number(), book.at(at).number());
        money && ours.zip(theirs).is_some_and(|(ours, theirs)| ours.abs_diff(theirs) <= most)
    }

    /// The acts that were done after the day on which, by the book, what they were done under had ended.
    fn uses_since<'r>(&self, ledger: &'r Record, book: &Record) -> &'r [(Timestamp, u64)] {
        let end = self.columns_that(|column| column.part == Part::End && column.may_be_blank);
        let until = |record: &Record| end.first().and_then(|(at, _)| record.at(*at).day());
        let (Some(note), Some(theirs)) = (ledger.note(), until(book)) else { return &[] };
        if until(ledger).is_some_and(|ours| ours <= theirs) {
            return &[];
        }
        let from = note.uses.partition_point(|(at, _)| *at <= theirs.end());
        note.uses.get(from..).unwrap_or_default()
    }

    fn used_since(&self, ledger: &Record, book: &Record) -> Option<String> {
        let uses = self.uses_since(ledger, book);
        let (_, first) = uses.first()?;
        Some(format!("used {} times after that day, first in entry {first}", uses.len()))
    }

    /// Step 3: rows that say the same as one that is explained.
    fn twins(&mut self) {
        let mask = self.aside();
        let mut firsts: BTreeMap<Masked<'_>, (u64, usize)> = BTreeMap::new();
        for (at, record) in self.book.iter().enumerate() {
            if !self.open_book.contains(&at) {
                firsts.entry(masked(record, mask)).or_insert((record.row, at));
            }
        }
        let mut twins: Vec<(usize, u64)> = Vec::new();
        for (row, record) in self.open_book() {
            if let Some((first, _)) = firsts.get(&masked(record, mask)) {
                twins.push((row, *first));
            }
        }
        for (row, first) in twins {
            self.twin(row, first);
        }
    }

    /// A row that stands twice.
    fn twin(&mut self, row: usize, first: u64) {
        self.open_book.remove(&row);
        let Some(record) = self.book.get(row) else { return };
        if !self.is_inside(record) {
            self.found.outside = self.found.outside.saturating_add(1);
            return;
        }
        let found = RunBreak {
            rows: vec![record.row],
            book: Some(Side::of(self.shape, record)),
            delta: self.whole(record, '+'),
            hint: Some(format!("row {first} says the same already")),
            ..self.aged(BreakClass::Duplicate, self.subject(record), self.mark(record), self.moment(record))
        };
        self.found.breaks.push(found);
    }

    /// Step 5: names that are one slip apart, all else being equal or near.
    fn slips(&mut self) {
        for (name, _) in self.columns_that(|column| matches!(column.part, Part::Name { .. })) {
            let slip = |_: &Self, ledger: &Record, book: &Record| {
                one_slip(ledger.at(name).text().as_bytes(), book.at(name).text().as_bytes())
            };
            self.pair_slips(name, 0);
            for (when, column) in self.columns_that(|column| matches!(column.part, Part::When(_))) {
                if column.part != Part::When(Within::Nothing) {
                    self.pair(bit(name) | bit(when), MatchRule::Exact, |engine, ledger, book| {
                        slip(engine, ledger, book) && engine.is_near(when, ledger, book)
                    });
                }
            }
        }
    }

    /// Pairs records whose names are one slip apart and all else equal, without comparing each with each.
    fn pair_slips(&mut self, name: usize, more: Mask) {
        let mask = bit(name) | more | self.aside();
        // Whatever differs besides the name never meets.
        let mut groups: BTreeMap<Masked<'_>, u64> = BTreeMap::new();
        for (_, record) in self.open_ledger().chain(self.open_book()) {
            let next = u64::try_from(groups.len()).unwrap_or(u64::MAX);
            groups.entry(masked(record, mask)).or_insert(next);
        }
        let group = |record: &Record| groups.get(&masked(record, mask)).copied().unwrap_or(u64::MAX);
        let filed: Vec<(usize, &Record)> = self.open_ledger().collect();
        let names = filed.iter().map(|(at, record)| (*at, record.at(name).text().as_bytes(), group(record)));
        let neighbours = Neighbours::new(names);
        let mut taken: BTreeSet<usize> = BTreeSet::new();
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for (row, record) in self.open_book() {
            let spelled = record.at(name).text().as_bytes();
            let near = neighbours.of(spelled, group(record));
            let fits = |at: &usize| {
                let other = self.ledger.get(*at);
                !taken.contains(at)
                    && other.is_some_and(|other| {
                        one_slip(other.at(name).text().as_bytes(), spelled)
                            && masked(other, mask) == masked(record, mask)
                    })
            };
            if let Some(at) = near.into_iter().find(fits) {
                taken.insert(at);
                pairs.push((at, row));
            }
        }
        for (at, row) in pairs {
            self.settle(at, row, MatchRule::Exact, mask);
        }
    }

    /// Step 6: what adds up, with the names equal; then without the loose ones.
    fn sums(&mut self) {
        let free = |column: &Column| matches!(column.part, Part::Amount | Part::When(_));
        let Some(_) = self.columns_that(|column| column.part == Part::Amount).first() else { return };
        let named = self.columns_that(free).into_iter().fold(self.aside(), |mask, (at, _)| mask | bit(at));
        self.sums_of(named);
        let loose = self.columns_that(|column| column.part == Part::Name { loose: true });
        for (at, _) in loose {
            self.sums_of(named | bit(at));
        }
    }

    fn sums_of(&mut self, mask: Mask) {
        type Group = (Vec<usize>, Vec<usize>);
        let mut groups: BTreeMap<Masked<'_>, Group> = BTreeMap::new();
        for (at, record) in self.open_ledger() {
            groups.entry(masked(record, mask)).or_default().0.push(at);
        }
        for (row, record) in self.open_book() {
            groups.entry(masked(record, mask)).or_default().1.push(row);
        }
        let many = |(lines, rows): &Group| {
            !lines.is_empty() && !rows.is_empty() && lines.len().saturating_add(rows.len()) > 2
        };
        let groups: Vec<Group> = groups.into_values().filter(many).collect();
        for (lines, rows) in groups {
            if lines.len() > 1 && rows.len() > 1 {
                continue;
            }
            if self.adds_up(&lines, &rows) {
                self.summed(&lines, &rows);
                continue;
            }
            // When the sum is right but for rows that stand there twice, these are left over.
            let mut seen: BTreeMap<&[Value], u64> = BTreeMap::new();
            let (mut kept, mut twins) = (Vec::new(), Vec::new());
            for row in &rows {
                let Some(record) = self.book.get(*row) else { continue };
                match seen.get(record.values.as_slice()) {
                    Some(first) => twins.push((*row, *first)),
                    None => {
                        seen.insert(&record.values, record.row);
                        kept.push(*row);
                    }
                }
            }
            if !twins.is_empty() && self.adds_up(&lines, &kept) {
                self.summed(&lines, &kept);
                twins.into_iter().for_each(|(row, first)| self.twin(row, first));
            }
        }
    }

    /// True when records and rows have the same sum and lie near each other in time.
    fn adds_up(&self, lines: &[usize], rows: &[usize]) -> bool {
        let Some((amount, _)) = self.columns_that(|column| column.part == Part::Amount).into_iter().next()
        else {
            return false;
        };
        let ledger: Vec<&Record> = lines.iter().filter_map(|at| self.ledger.get(*at)).collect();
        let book: Vec<&Record> = rows.iter().filter_map(|row| self.book.get(*row)).collect();
        let sum = |records: &[&Record]| {
            records.iter().try_fold(0_u128, |sum, record| sum.checked_add(record.at(amount).number()?))
        };
        let when = self.shape.when();
        let near = ledger.iter().all(|line| {
            book.iter().all(|row| {
                when.is_none_or(|when| self.is_blank(when, line, row) || self.is_near(when, line, row))
            })
        });
        let plain = ledger.iter().all(|line| line.shadow().is_none() && line.flaws().is_empty());
        near && plain && sum(&ledger).is_some() && sum(&ledger) == sum(&book)
    }

    fn summed(&mut self, lines: &[usize], rows: &[usize]) {
        let rule = if lines.len() > 1 { MatchRule::SumOfLines } else { MatchRule::SumOfRows };
        let subject = lines.first().and_then(|at| self.ledger.get(*at)).map(|record| self.subject(record));
        let mut numbers: Vec<u64> =
            rows.iter().filter_map(|row| self.book.get(*row)).map(|record| record.row).collect();
        numbers.sort_unstable();
        let subject = subject.unwrap_or_default();
        self.found.matches.push(RunMatch { subject, rows: numbers, rule, without: None });
        self.open_ledger.retain(|at| !lines.contains(at));
        self.open_book.retain(|row| !rows.contains(row));
    }

    /// What the ledger has twice under two names, and the book once.
    fn doubles(&mut self) {
        let names = self.columns_that(|column| column.part == Part::Name { loose: true });
        // Only where one name is all that tells two records apart.
        let [(name, _)] = names.as_slice() else { return };
        let has_amount = !self.columns_that(|column| column.class == BreakClass::Amount).is_empty();
        if self.shape.is_of_a_day() || !has_amount {
            return;
        }
        let mask = bit(*name) | self.aside();
        let mut known: BTreeMap<Masked<'_>, usize> = BTreeMap::new();
        for (at, record) in self.ledger.iter().enumerate() {
            if !self.open_ledger.contains(&at) && record.shadow().is_none() {
                known.entry(masked(record, mask)).or_insert(at);
            }
        }
        let doubles: Vec<(usize, usize)> = self
            .open_ledger()
            .filter(|(_, record)| record.shadow().is_none() && self.is_inside(record))
            .filter_map(|(at, record)| Some((at, *known.get(&masked(record, mask))?)))
            .collect();
        for (at, first) in doubles {
            self.open_ledger.remove(&at);
            let (Some(record), Some(first)) = (self.ledger.get(at), self.ledger.get(first)) else { continue };
            let since = record.note().and_then(|note| note.since);
            let found = RunBreak {
                ledger: Some(Side::of(self.shape, record)),
                delta: self.whole(record, '-'),
                hint: Some(format!("the ledger has the same under {} already", self.subject(first))),
                ..self.aged(BreakClass::Duplicate, self.subject(record), self.mark(record), since)
            };
            self.found.breaks.push(found);
        }
    }

    /// Step 8: what one side has and the other has not.
    fn missing(&mut self) {
        let lines: Vec<&Record> =
            self.open_ledger().map(|(_, record)| record).filter(|record| record.shadow().is_none()).collect();
        let rows: Vec<&Record> = self.open_book().map(|(_, record)| record).collect();
        let outside = lines.iter().chain(&rows).filter(|record| !self.is_inside(record)).count();
        let lines: Vec<&Record> = lines.into_iter().filter(|record| self.is_inside(record)).collect();
        let rows: Vec<&Record> = rows.into_iter().filter(|record| self.is_inside(record)).collect();
        let (in_ledger, in_book) = (Remainder::new(self, &lines), Remainder::new(self, &rows));
        let mut breaks = Vec::new();
        for line in &lines {
            let mut hints: Vec<String> = line.flaws().iter().map(|flaw| flaw.words.clone()).collect();
            let mut class = BreakClass::MissingInBook;
            if self.is_at_the_end(line) {
                class = BreakClass::Timing;
                hints.push(AT_THE_END.into());
            }
            let since = line.note().and_then(|note| note.since).or_else(|| self.moment(line));
            breaks.push(RunBreak {
                ledger: Some(Side::of(self.shape, line)),
                delta: self.whole(line, '-'),
                candidate: in_book.nearest(self, line),
                hint: (!hints.is_empty()).then(|| hints.join("; ")),
                ..self.aged(class, self.subject(line), self.mark(line), since)
            });
        }
        for row in &rows {
            let at_the_end = self.is_at_the_end(row);
            let class = if at_the_end { BreakClass::Timing } else { BreakClass::MissingInLedger };
            breaks.push(RunBreak {
                rows: vec![row.row],
                book: Some(Side::of(self.shape, row)),
                delta: self.whole(row, '+'),
                candidate: in_ledger.nearest(self, row),
                hint: at_the_end.then(|| AT_THE_END.into()),
                ..self.aged(class, self.subject(row), self.mark(row), self.moment(row))
            });
        }
        self.found.breaks.append(&mut breaks);
        let outside = u64::try_from(outside).unwrap_or(u64::MAX);
        self.found.outside = self.found.outside.saturating_add(outside);
    }

    /// What a record is about: its names and keys; all that it says, when it has none.
    fn subject(&self, record: &Record) -> String {
        let said = |takes: &dyn Fn(&Column) -> bool| -> Vec<String> {
            let columns = self.shape.columns.iter().zip(&record.values);
            let said = columns.filter(|(column, value)| takes(column) && **value != Value::Blank);
            said.map(|(column, value)| column.form.write(value)).collect()
        };
        let names = said(&|column| matches!(column.part, Part::Name { .. })).len();
        // A stock number that may be missing names goods that have no number of their own.
        let named = said(&|column| match column.part {
            Part::Name { .. } => true,
            Part::Key => !column.may_be_blank || names < 2,
            _ => false,
        });
        let all = || said(&|column| !matches!(column.part, Part::AsOf | Part::Shown));
        if names == 0 { all().join(" ") } else { named.join(" ") }
    }

    /// What tells a record from others of its subject: all that it says but how much and until when, so that a
    /// difference that grows stays the same difference.
    fn mark(&self, record: &Record) -> String {
        let listed = !self.shape.is_of_a_day();
        let tells = |column: &Column| match column.part {
            Part::Name { .. } | Part::Key => true,
            Part::Fact => matches!(column.form, Form::Word(_)),
            Part::When(_) => listed,
            Part::AsOf | Part::Amount | Part::End | Part::Shown => false,
        };
        let columns = self.shape.columns.iter().zip(&record.values);
        let said = columns.filter(|(column, value)| tells(column) && **value != Value::Blank);
        said.map(|(column, value)| format!("{} {}", column.name, column.form.write(value)))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// When the row says that it was.
    fn moment(&self, record: &Record) -> Option<Timestamp> {
        if self.shape.is_of_a_day() {
            return None;
        }
        match record.at(self.shape.when()?) {
            Value::Day(day) => Some(day.end()),
            Value::Moment(moment) => Some(*moment),
            _ => None,
        }
    }
}

/// What is said of what may only be late.
const AT_THE_END: &str = "it is so near the end that the other side may have it in the next book";

/// What is left of one side, to look for what comes nearest to something.
struct Remainder<'r> {
    records: Vec<&'r Record>,
    spellings: Vec<Vec<u8>>,
    by_first_name: BTreeMap<&'r Value, Vec<usize>>,
    neighbours: Neighbours,
}

impl<'r> Remainder<'r> {
    fn new(engine: &Engine<'_>, records: &[&'r Record]) -> Self {
        let spellings: Vec<Vec<u8>> =
            records.iter().map(|record| engine.subject(record).into_bytes()).collect();
        let names = engine.columns_that(|column| matches!(column.part, Part::Name { .. }));
        let mut by_first_name: BTreeMap<&Value, Vec<usize>> = BTreeMap::new();
        for (place, record) in records.iter().enumerate() {
            let first = names.iter().map(|(at, _)| record.at(*at)).find(|name| **name != Value::Blank);
            if let Some(first) = first {
                by_first_name.entry(first).or_default().push(place);
            }
        }
        let neighbours =
            Neighbours::new(spellings.iter().enumerate().map(|(place, name)| (place, name.as_slice(), 0)));
        Self { records: records.to_vec(), spellings, by_first_name, neighbours }
    }

    /// The record of the same first name with fewest differences; else one whose names are a slip apart.
    fn nearest(&self, engine: &Engine<'_>, record: &Record) -> Option<Nearest> {
        let names = engine.columns_that(|column| matches!(column.part, Part::Name { .. }));
        let first = names.iter().map(|(at, _)| record.at(*at)).find(|name| **name != Value::Blank)?;
        let same = self.by_first_name.get(first).into_iter().flatten().take(MOST_COMPARED);
        let other_columns = |place: &&usize| {
            self.records.get(**place).map_or(usize::MAX, |other| {
                other.values.iter().zip(&record.values).filter(|(one, two)| one != two).count()
            })
        };
        let place = same.min_by_key(other_columns).copied().or_else(|| {
            let spelled = engine.subject(record).into_bytes();
            let near = self.neighbours.of(&spelled, 0).into_iter();
            near.into_iter()
                .find(|place| self.spellings.get(*place).is_some_and(|other| one_slip(other, &spelled)))
        })?;
        let other = self.records.get(place)?;
        let row = (other.row != 0).then_some(other.row);
        Some(Nearest { row, side: Side::of(engine.shape, other) })
    }
}

impl Record {
    /// What it says in a column.
    pub(super) fn at(&self, column: usize) -> &Value {
        self.values.get(column).unwrap_or(&Value::Blank)
    }

    pub(super) fn note(&self) -> Option<&Note> {
        self.note.as_deref()
    }

    fn flaws(&self) -> &[Flaw] {
        self.note().map_or(&[], |note| &note.flaws)
    }

    fn shadow(&self) -> Option<&Flaw> {
        self.note().and_then(|note| note.shadow.as_ref())
    }
}

/// The set of one column.
fn bit(column: usize) -> Mask {
    u32::try_from(column).ok().and_then(|column| 1_u32.checked_shl(column)).unwrap_or(0)
}

/// A record without the columns of the mask.
fn masked(record: &Record, mask: Mask) -> Masked<'_> {
    let values = record.values.iter().enumerate();
    values.map(|(at, value)| (mask & bit(at) == 0).then_some(value)).collect()
}

/// How far two records are apart in the columns of the mask that have a distance.
fn distance(ledger: &Record, book: &Record, mask: Mask) -> u128 {
    let masked = (0..ledger.values.len()).filter(|at| mask & bit(*at) != 0);
    masked.fold(0, |sum: u128, at| {
        let apart = match (ledger.at(at), book.at(at)) {
            (Value::Day(one), Value::Day(other)) => {
                u128::from(one.days_until(*other).max(other.days_until(*one)))
            }
            (Value::Moment(one), Value::Moment(other)) => {
                u128::from(one.since(*other).max(other.since(*one)))
            }
            (Value::Number(one), Value::Number(other)) => one.abs_diff(*other),
            (one, other) => u128::from(one != other),
        };
        sum.saturating_add(apart)
    })
}

/// The place of a class in the order of gravity: what a break counts as when several classes fit, smallest first.
pub(super) const fn gravity(class: BreakClass) -> u8 {
    match class {
        BreakClass::Authority => 0,
        BreakClass::WrongParty => 1,
        BreakClass::Duplicate => 2,
        BreakClass::MissingInLedger => 3,
        BreakClass::MissingInBook => 4,
        BreakClass::Currency => 5,
        BreakClass::Amount => 6,
        BreakClass::Identity => 7,
        BreakClass::Reference => 8,
        BreakClass::Quantity => 9,
        BreakClass::CountVariance => 10,
        BreakClass::Condition => 11,
        BreakClass::Location => 12,
        BreakClass::MissingDocument => 13,
        BreakClass::Overdue => 14,
        BreakClass::Timing => 15,
        BreakClass::LateRecording => 16,
        BreakClass::Rounding => 17,
    }
}
