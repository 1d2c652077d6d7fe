//! What the runs have in common: records with columns, what a difference is, and what a run reports.
//!
//! A run compares two lists of [`Record`]s of one [`Shape`]: the ledger's, projected from the state and the entries,
//! and the book's, as its rows say. `engine` decides what belongs together; nothing in it knows whether it looks at
//! payments or at borders. The inventory (R1) divides goods into lots and has its own matching
//! ([`reconcile`](super::reconcile)); its breaks are told in the same words ([`inventory`]).

mod engine;
mod facts;
mod flaws;
mod goods;
pub mod inventory;
mod journeys;
mod money;
mod overdue;
mod registers;
mod shapes;
mod terms;

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{BreakClass, MatchRule, RunKind};
use crate::domain::books::{BreakStatus, Difference, MoreIn};
use crate::domain::codes::Party;
use crate::domain::ids::BreakId;
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::state::State;
use crate::domain::time::{Date, Timestamp};
pub use facts::Facts;
pub use shapes::{Direction, Listed, ListedStatus, shape_of};
pub use terms::{Ages, Rate, Span, Terms};

/// What a record says in one column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Nothing.
    Blank,
    /// A word: an identifier, a code.
    Word(Box<str>),
    /// A day.
    Day(Date),
    /// A moment.
    Moment(Timestamp),
    /// A number: of minor units, of millionths of a unit of measure, of vehicles.
    Number(u128),
}

impl Value {
    /// The word of anything that is written as one.
    pub(crate) fn word(of: impl fmt::Display) -> Self {
        Value::Word(of.to_string().into())
    }

    /// The number, if it is one.
    pub(crate) const fn number(&self) -> Option<u128> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The day, or the day of the moment.
    pub(crate) fn day(&self) -> Option<Date> {
        match self {
            Value::Day(day) => Some(*day),
            Value::Moment(moment) => Some(moment.date()),
            _ => None,
        }
    }

    /// The word; nothing for all else.
    pub(crate) fn text(&self) -> &str {
        match self {
            Value::Word(word) => word,
            _ => "",
        }
    }
}

/// How a column is written.
#[derive(Clone, Copy)]
pub enum Form {
    /// A word, by its own reader, which gives the form in which it is compared.
    Word(fn(&str) -> Result<String, String>),
    /// A day, `2026-01-30`.
    Day,
    /// A moment, `2026-01-30T09:00:00Z`.
    Moment,
    /// Digits.
    Whole,
    /// Digits with at most one point and six digits behind it.
    Quantity,
}

impl Form {
    /// Reads a value. An empty text is blank.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn read(self, text: &str) -> Result<Value, String> {
        if text.is_empty() {
            return Ok(Value::Blank);
        }
        match self {
            Form::Word(read) => read(text).map(|word| Value::Word(word.into())),
            Form::Day => text.parse().map(Value::Day),
            Form::Moment => text.parse().map(Value::Moment),
            Form::Whole => whole(text),
            Form::Quantity => decimal(text),
        }
    }

    /// Writes a value as it is read.
    pub fn write(self, value: &Value) -> String {
        match value {
            Value::Blank => String::new(),
            Value::Word(word) => word.to_string(),
            Value::Day(day) => day.to_string(),
            Value::Moment(moment) => moment.to_string(),
            Value::Number(number) => match self {
                Form::Quantity => in_units(*number),
                _ => number.to_string(),
            },
        }
    }
}

fn whole(text: &str) -> Result<Value, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse::<u64>().ok()).flatten();
    let number = number.filter(|number| i64::try_from(*number).is_ok());
    number.map(|number| Value::Number(number.into())).ok_or_else(|| {
        format!("{text:?} is not a whole number: digits, at most 9223372036854775807, without sign or point")
    })
}

fn decimal(text: &str) -> Result<Value, String> {
    // Zeros behind the point do not count: spreadsheets write them.
    let bare = match text.split_once('.') {
        Some((_, fraction)) if !fraction.is_empty() => text.trim_end_matches('0').trim_end_matches('.'),
        _ => text,
    };
    let quantity: Result<Quantity, String> = format!("{bare} EA").parse();
    quantity.map(|quantity| Value::Number(quantity.millionths())).map_err(|_| {
        format!(
            "{text:?} is not a quantity: digits, at most one point and six digits behind it, such as 12.5"
        )
    })
}

/// Millionths as a decimal number.
fn in_units(millionths: u128) -> String {
    let quantity = super::records::quantity(millionths, Unit::Each).to_string();
    quantity.split(' ').next().unwrap_or_default().to_owned()
}

/// How far two values of a column may be apart and still agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// Not at all.
    Nothing,
    /// The working days of a bank.
    WorkingDays,
    /// The minutes between two clocks at a border.
    Minutes,
}

/// What a column is to the matching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The day that the whole book describes: the same in all rows, and not compared.
    AsOf,
    /// It names the thing. When `loose`, a record with another name that agrees in all else is the same thing under
    /// a wrong reference; otherwise only a slip of the hand makes it so.
    Name {
        /// True when the rest of a record is enough to know it by.
        loose: bool,
    },
    /// It tells records of one name apart: it may be wrong when all else agrees, and only then.
    Key,
    /// A fact: it agrees or it does not.
    Fact,
    /// The amount that adds up.
    Amount,
    /// When it was: near each other is the same.
    When(Within),
    /// When it ended: an earlier end in the book is no timing when acts were done since.
    End,
    /// For people; not compared.
    Shown,
}

/// A column of a book.
#[derive(Clone, Copy)]
pub struct Column {
    /// Its name in the first line.
    pub name: &'static str,
    /// How it is written.
    pub form: Form,
    /// What it is to the matching.
    pub part: Part,
    /// True when a row may leave it blank; then it says nothing, and agrees.
    pub may_be_blank: bool,
    /// The class of a difference in it.
    pub class: BreakClass,
}

/// What a book of one kind looks like (docs/books.md).
#[derive(Clone, Copy)]
pub struct Shape {
    /// Which run reads it.
    pub run: RunKind,
    /// Its columns, as they are written.
    pub columns: &'static [Column],
    /// The columns that name the parties of a row: it is the ministry's when one of them does. Without any, all rows are.
    pub whose: &'static [usize],
}

impl Shape {
    /// The names of the columns.
    pub fn names(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.name).collect()
    }

    /// True when the row is about the ministry.
    pub fn concerns(&self, values: &[Value], ministry: Party) -> bool {
        let names = |at: &usize| values.get(*at).is_some_and(|value| value.text() == ministry.as_str());
        self.whose.is_empty() || self.whose.iter().any(names)
    }

    /// Where the column is that says when something was, when the book lists what happened.
    pub fn when(&self) -> Option<usize> {
        self.columns.iter().position(|column| matches!(column.part, Part::When(_)))
    }

    /// True when the book describes one day, and not what happened in a time.
    pub fn is_of_a_day(&self) -> bool {
        self.columns.iter().any(|column| column.part == Part::AsOf)
    }
}

/// Something that is wrong with what the ledger recorded, whatever the book says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// The class of break that it is.
    pub class: BreakClass,
    /// Who has to act.
    pub by: Party,
    /// From when on it ages.
    pub since: Option<Timestamp>,
    /// What is wrong.
    pub words: String,
}

/// What the ledger knows of a record besides its columns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Note {
    /// When it occurred.
    pub since: Option<Timestamp>,
    /// Among how many shares its amount was divided; each may be rounded.
    pub shares: u32,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
    /// When acts were done under it: the moment, and the entry.
    pub uses: Vec<(Timestamp, u64)>,
    /// Why it is not on the ledger's side, though a row may speak of it: the break that such a row is.
    pub shadow: Option<Flaw>,
}

/// A record of either side.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    /// What it says, column by column.
    pub values: Vec<Value>,
    /// The row of the book; 0 for the ledger's.
    pub row: u64,
    /// What the ledger knows besides.
    pub note: Option<Box<Note>>,
}

/// What one side says, by column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Side(pub Vec<(&'static str, String)>);

impl Side {
    /// A record's columns, without those that are blank.
    pub(crate) fn of(shape: &Shape, record: &Record) -> Self {
        let columns = shape.columns.iter().zip(&record.values);
        let said = columns.filter(|(column, value)| column.part != Part::AsOf && **value != Value::Blank);
        Self(said.map(|(column, value)| (column.name, column.form.write(value))).collect())
    }

    /// The value of a column; empty when it is blank.
    pub fn get(&self, column: &str) -> &str {
        self.0.iter().find(|(name, _)| *name == column).map_or("", |(_, value)| value)
    }

    /// All of it in one line.
    pub fn in_words(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
    }
}

impl Serialize for Side {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A column in which the sides differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ColumnDifference {
    /// Which column.
    pub field: &'static str,
    /// What the ledger says.
    pub ledger: String,
    /// What the book says.
    pub book: String,
}

/// What the other side has that comes nearest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Nearest {
    /// Its row, when it stands in the book.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// What it says.
    #[serde(flatten)]
    pub side: Side,
}

/// A difference between the ledger and a book, of any run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RunBreak {
    /// Which run found it.
    pub run: RunKind,
    /// What kind of difference it is.
    pub class: BreakClass,
    /// Its number: the same difference has the same one in every run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<BreakId>,
    /// What it is about: the item, the bank's reference, the loan.
    pub subject: String,
    /// The rows of the book that it is about.
    pub rows: Vec<u64>,
    /// The columns that differ, gravest first. None when one side has nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<ColumnDifference>,
    /// What the ledger has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<Side>,
    /// What the book has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub book: Option<Side>,
    /// How much more or, with a minus, less the book has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<String>,
    /// What it may be meant to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate: Option<Nearest>,
    /// What else the ledger knows that may explain it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// From when on it ages: when it occurred, where that is known; else the day of the comparison.
    pub since: Timestamp,
    /// How many whole days old it is.
    pub days: u64,
    /// The group of ages that it falls into.
    pub age: String,
    /// Who has to act.
    pub by: Party,
    /// What tells it from others of its class and subject.
    #[serde(skip)]
    pub mark: String,
    /// What the ministry has said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
}

/// What a ministry has said of a break that an earlier run put on record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Known {
    /// Where the break is in its life.
    pub status: &'static str,
    /// True when it counts as a difference all the same.
    pub counts: bool,
    /// Why it counts or does not.
    pub why: String,
}

impl RunBreak {
    /// True when it is not accepted, or no longer.
    pub fn counts(&self) -> bool {
        self.known.as_ref().is_none_or(|known| known.counts)
    }

    /// By how much the sides differ, where that can be measured, and which has more.
    pub fn measure(&self) -> Option<(Difference, MoreIn)> {
        let (sign, amount) = self.delta.as_deref()?.split_at_checked(1)?;
        let more_in = if sign == "-" { MoreIn::Ledger } else { MoreIn::Book };
        let money = matches!(self.run, RunKind::Bank | RunKind::Advances | RunKind::Intergovernmental);
        let difference = if money {
            let (minor, currency) = amount.split_once(' ')?;
            Difference::Amount(Money::new(minor.parse().ok()?, currency.parse().ok()?).ok()?)
        } else {
            Difference::Quantity(amount.parse().ok()?)
        };
        Some((difference, more_in))
    }
}

/// Records that agree, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RunMatch {
    /// What they are about.
    pub subject: String,
    /// The rows of the book.
    pub rows: Vec<u64>,
    /// The rule that matched them.
    pub rule: MatchRule,
    /// The column that was left out, where the rule leaves one out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without: Option<&'static str>,
}

/// How many breaks of a class somebody has to act on, by age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ageing {
    /// The class.
    pub class: BreakClass,
    /// Who has to act.
    pub by: Party,
    /// How many of each group of ages, in the order of the groups.
    pub counts: Vec<u64>,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunReport {
    /// Which run it is.
    pub run: RunKind,
    /// Whose book was compared.
    pub party: Party,
    /// The day that was compared, or the last day of the time that was.
    pub as_of: Option<Date>,
    /// The first day of that time, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// What was allowed to differ.
    pub tolerances: super::Tolerances,
    /// Records of the ledger that were compared.
    pub ledger_lines: u64,
    /// Rows of the book that were compared.
    pub book_rows: u64,
    /// Rows of others, left alone.
    pub rows_of_others: u64,
    /// Records of either side that lie outside the time that was compared.
    pub outside: u64,
    /// How many matches each rule made.
    pub matched: BTreeMap<MatchRule, u64>,
    /// How many breaks there are of each class.
    pub broken: BTreeMap<BreakClass, u64>,
    /// The names of the groups of ages.
    pub ages: Vec<String>,
    /// The breaks by class, who has to act, and age.
    pub ageing: Vec<Ageing>,
    /// The differences.
    #[serde(skip)]
    pub breaks: Vec<RunBreak>,
    /// What agrees.
    #[serde(skip)]
    pub matches: Vec<RunMatch>,
}

impl RunReport {
    /// Marks the breaks that the ministry has said something of, as the ledger knows it by now.
    pub fn mark_known(&mut self, state: &State, day: Date) {
        for found in &mut self.breaks {
            let Some(known) = found.id.as_ref().and_then(|id| state.known_break(id)) else { continue };
            let measure = found.measure().map(|(difference, _)| difference);
            let (status, counts, why) = match &known.status {
                BreakStatus::Accepted { entry, until, limit, .. } => {
                    let limit =
                        limit.map_or_else(|| "without a measure".into(), |limit| format!("up to {limit}"));
                    let terms = format!("accepted in entry {entry}, {limit}, until {until}");
                    if known.covers(measure, day) {
                        ("accepted", false, terms)
                    } else if day > *until {
                        ("expired", true, format!("{terms}: that day is over"))
                    } else {
                        let now = measure.map_or_else(String::new, |now| format!(", now {now}"));
                        ("exceeded", true, format!("{terms}{now}"))
                    }
                }
                BreakStatus::Explained { entry, reason, .. } => {
                    ("explained", true, format!("explained in entry {entry}: {reason}"))
                }
                BreakStatus::Corrected { entry, by } => {
                    ("corrected", true, format!("entry {entry} says that entry {by} corrects it"))
                }
                BreakStatus::Closed { entry, .. } => {
                    ("reopened", true, format!("it was closed in entry {entry} and is there again"))
                }
                BreakStatus::Open => ("open", true, format!("known since entry {}", known.opened_in)),
            };
            found.known = Some(Known { status, counts, why });
        }
    }

    /// True when nothing differs but what is accepted.
    pub fn is_clean(&self) -> bool {
        !self.breaks.iter().any(RunBreak::counts)
    }

    /// Puts breaks and matches in order and counts them.
    pub(crate) fn count(mut self, ages: &Ages) -> Self {
        self.breaks.sort();
        self.matches.sort();
        self.matched = super::tally(self.matches.iter().map(|found| found.rule));
        self.broken = super::tally(self.breaks.iter().map(|found| found.class));
        self.ages = ages.names();
        let mut table: BTreeMap<(BreakClass, Party), Vec<u64>> = BTreeMap::new();
        for found in &self.breaks {
            let counts = table.entry((found.class, found.by)).or_insert_with(|| vec![0; ages.names().len()]);
            if let Some(count) = counts.get_mut(ages.group(found.days)) {
                *count = count.saturating_add(1);
            }
        }
        let lines = table.into_iter().map(|((class, by), counts)| Ageing { class, by, counts });
        self.ageing = lines.collect();
        self
    }
}

/// What the ledger has for a run: the records that a book of the ministry is compared with.
pub fn ledger_records(state: &State, facts: &Facts, terms: &Terms, run: RunKind) -> Vec<Record> {
    let mut records = all_records(state, facts, terms, run);
    if let (Some(with), Some(shape)) = (terms.with, shape_of(run)) {
        records.retain(|record| shape.concerns(&record.values, with));
    }
    records
}

fn all_records(state: &State, facts: &Facts, terms: &Terms, run: RunKind) -> Vec<Record> {
    match run {
        RunKind::Inventory => Vec::new(),
        RunKind::GoodsIn => goods::goods_in(state, facts, terms),
        RunKind::Contract => goods::contracts(state, facts, terms),
        RunKind::Bank => money::bank(state, facts, terms),
        RunKind::Advances => money::advances(state, facts, terms),
        RunKind::Intergovernmental => money::intergovernmental(state, facts, terms),
        RunKind::Loans => goods::loans(state, facts, terms),
        RunKind::Movements => journeys::crossings(state, facts, terms),
        RunKind::Registers => registers::registers(state, facts, terms),
    }
}

/// The rows that the ledger expects in a book of the ministry, in their order.
pub fn expected_rows(state: &State, facts: &Facts, terms: &Terms, shape: &Shape) -> Vec<Record> {
    let mut records = ledger_records(state, facts, terms, shape.run);
    records.retain(|record| record.note().is_none_or(|note| note.shadow.is_none()));
    if let Some(when) = shape.when().filter(|_| !shape.is_of_a_day()) {
        records.retain(|record| record.at(when).day().is_none_or(|day| terms.span.holds(day)));
    }
    records.sort();
    records
}

/// Compares a book of one of the runs R2 to R9 with the ledger, and adds what is overdue and stands in no record.
pub fn reconcile_run(
    state: &State,
    facts: &Facts,
    terms: &Terms,
    shape: &Shape,
    book: Vec<Record>,
) -> RunReport {
    let ledger = ledger_records(state, facts, terms, shape.run);
    let mut report = compare(shape, terms, ledger, book);
    let overdue = overdue::breaks(state, terms, shape.run, &report.breaks);
    report.breaks.extend(overdue);
    report.count(&terms.ages)
}

/// Compares two lists of records of one shape: what is the ledger's, and what a book says.
pub fn compare(shape: &Shape, terms: &Terms, ledger: Vec<Record>, book: Vec<Record>) -> RunReport {
    let on_its_side = ledger.iter().filter(|record| record.note().is_none_or(|note| note.shadow.is_none()));
    let (ledger_lines, book_rows) = (super::count_of(on_its_side.count()), super::count(&book));
    let engine::Compared { breaks, matches, outside } = engine::compare(shape, terms, ledger, book);
    let report = RunReport {
        run: shape.run,
        party: terms.party,
        as_of: Some(terms.span.to),
        from: terms.span.from,
        tolerances: terms.tolerances,
        ledger_lines,
        book_rows,
        rows_of_others: 0,
        outside,
        matched: BTreeMap::new(),
        broken: BTreeMap::new(),
        ages: Vec::new(),
        ageing: Vec::new(),
        breaks,
        matches,
    };
    report.count(&terms.ages)
}
