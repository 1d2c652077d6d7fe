//! Reconciliation of the inventory: what a ministry holds by the ledger, against its own books (domain.md
//! section 11, run R1).
//!
//! **Ledger side.** One line for each item, owner, location and condition that the ministry holds: the sum of
//! what is in service, reserved, on loan, or received and awaiting title. What is in transit, missing, lost,
//! consumed or written off is not held; it only explains a difference, in the hint. What *other* parties hold
//! is looked at too, but only when a row of the books speaks of it: nobody has to list it.
//!
//! **Book side.** The rows whose `ministry` is the one that is compared; others are counted and left alone.
//!
//! **The same item** is: the same maker, part and serial number; the same batch number under the same item
//! number; the same item number. The item number is the NIIN, the last nine digits of the stock number. The
//! supply class before it may change, so another class is no break, but a match with the rule `other_class`.
//!
//! **The same goods.** Two records of the same item are about the same goods when either all other facts agree
//! (owner, holder, condition, location, unit: the *key*), and then the quantity may differ; or the quantity
//! agrees, and then facts may differ. Records that differ in quantity *and* in a fact are two differences: one
//! thing that the book lacks, one that the ledger lacks, each naming the other as its candidate. A serial
//! number names one thing, so there any facts may differ.
//!
//! **Order.** What is explained is out of the question for all later steps:
//!
//! 1. The same key. One row for one line, several rows for one line, one row for several lines (of other supply
//!    classes), when the sums agree. When they would agree but for rows that stand there twice, the second of
//!    each pair is left over. When they do not agree, the smaller amount is matched as `part` and the rest goes on.
//! 2. The same quantity, one fact other; then two, three, four. Of facts, the location gives way first, then
//!    condition, holder, owner. The rest of a part takes part in one fact only: the 200 that the book has in
//!    another depot. Against what others hold, only the holder may differ.
//! 3. The same facts in another unit, then the rest of parts: a difference in quantity.
//! 4. What is left on both sides, with identities one slip of the hand apart and all other facts and the
//!    quantity equal: a wrong stock, serial or batch number. Not of goods that are under way: the ledger knows them.
//! 5. What is left: missing in the book, or missing in the ledger. The nearest of the other side is offered:
//!    the same item, else one that is one slip apart.
//!
//! **One difference, one break.** A pair of records gives one break, however many facts differ; it lists them
//! all, and its class is that of the first in this order: owner, holder (B08), serial, batch or stock number
//! (B09), unit, quantity (B03), condition (B10), location (B11). So a break counts once, under what matters most.
//!
//! **Tolerance.** None for what has a serial or batch number. For fuel (bulk goods of supply group 91) a
//! share of the ledger's quantity.
//!
//! A row that says zero agrees with a ledger that has nothing there. A row that stands twice is B07 for the second.
//! What the book has and the ledger has on its way to or from the ministry is B06: it resolves itself when it arrives.
//!
//! The other runs compare records that do not divide, and have one matching for all of them: [`run`].
//!
//! The result depends on nothing but the arguments, and comes in the order of items, classes and rows.

mod class;
mod matching;
mod near;
mod records;
pub mod run;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use super::codes::{Condition, Nsn, Party};
use super::ids::Place;
use super::item::ItemId;
use super::quantity::{Quantity, Unit};
use super::state::State;
use super::text::code_list;
pub use class::{BreakClass, RunKind};
use matching::Run;
use records::{Identity, Lot, ledger_side, quantity};

code_list! {
    /// A fact in which two records can differ, by its column in the book. Gravest first.
    Field: "a field of a book" {
        /// Who has title.
        1 Owner "owner";
        /// Who physically answers for it.
        2 Holder "holder";
        /// Maker, part and serial number.
        3 Serial "serial";
        /// Batch number.
        4 Batch "batch";
        /// Stock number.
        5 Nsn "nsn";
        /// Unit of measure.
        6 Unit "uom";
        /// Quantity.
        7 Quantity "qty";
        /// Condition code.
        8 Condition "condition";
        /// Where it is.
        9 Location "location";
    }
}

impl Field {
    /// The class of a break whose gravest difference this is.
    const fn class(self) -> BreakClass {
        match self {
            Field::Owner | Field::Holder => BreakClass::WrongParty,
            Field::Serial | Field::Batch | Field::Nsn => BreakClass::Identity,
            Field::Unit | Field::Quantity => BreakClass::Quantity,
            Field::Condition => BreakClass::Condition,
            Field::Location => BreakClass::Location,
        }
    }
}

code_list! {
    /// Why records count as agreeing.
    MatchRule: "a rule of matching" {
        /// One row and one line, equal in everything.
        1 Exact "exact";
        /// Equal but for a quantity within the tolerance.
        2 Tolerance "tolerance";
        /// Several rows with the same facts, whose sum is the line's.
        3 SumOfRows "sum_of_rows";
        /// Several lines of other supply classes, whose sum is that of the rows.
        4 SumOfLines "sum_of_lines";
        /// Equal but for the supply class of the stock number.
        5 OtherClass "other_class";
        /// The book says that another party holds it, and so does the ledger.
        6 HeldElsewhere "held_elsewhere";
        /// Part of the quantity; the rest is a break.
        7 Part "part";
        /// The book says that there is none, and the ledger has none.
        8 None "none";
        /// Equal but for a column that one side leaves blank.
        9 WithoutField "without_field";
        /// The amount in another currency, at the agreed rate.
        10 AgreedRate "agreed_rate";
    }
}

/// One row of a ministry's book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookRow {
    /// Its number: the line of the file.
    pub row: u64,
    /// Whose book it is.
    pub ministry: Party,
    /// Which materiel.
    pub item: ItemId,
    /// Stock number; batch and bulk items carry theirs, a serial item may have one.
    pub nsn: Option<Nsn>,
    /// How much of it; zero says that there is none.
    pub quantity: Quantity,
    /// Condition code.
    pub condition: Condition,
    /// Where it is.
    pub location: Place,
    /// Who physically answers for it.
    pub holder: Party,
    /// Who has title.
    pub owner: Party,
}

/// How much two records may differ and still agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tolerances {
    /// For fuel, in basis points of the ledger's quantity.
    pub fuel_bp: u32,
    /// Between a value date and the bank's, in working days.
    pub bank_working_days: u32,
    /// Between two clocks at a border, in minutes.
    pub crossing_minutes: u32,
    /// Between amounts that were shared out, in minor units a share.
    pub rounding_minor_per_share: u32,
    /// Between when something occurred and when it was recorded, in days.
    pub late_recording_days: u32,
}

impl Default for Tolerances {
    /// Half a percent of fuel, three working days of a bank, half an hour at a border (domain.md section 11.1), one
    /// minor unit a share (11.2), and thirty days to record.
    fn default() -> Self {
        Self {
            fuel_bp: 50,
            bank_working_days: 3,
            crossing_minutes: 30,
            rounding_minor_per_share: 1,
            late_recording_days: 30,
        }
    }
}

/// Supply group of fuels, lubricants, oils and waxes: the first two digits of the stock number.
const FUEL_GROUP: u64 = 91;
/// Digits of a stock number behind the supply group.
const BEHIND_GROUP: u64 = 100_000_000_000;

/// A whole, in basis points.
const WHOLE_BP: u128 = 10_000;

impl Tolerances {
    /// What the parties agreed on; the defaults until they have.
    pub fn agreed(state: &State) -> Self {
        let unless = Self::default();
        let fuel_bp = state.bulk_tolerance_bp().unwrap_or(unless.fuel_bp);
        state.reconciliation_tolerances().map_or(Self { fuel_bp, ..unless }, |agreed| Self {
            fuel_bp,
            bank_working_days: agreed.value_date_days,
            crossing_minutes: agreed.crossing_min,
            rounding_minor_per_share: agreed.rounding_minor,
            late_recording_days: agreed.late_days,
        })
    }

    /// Basis points by which the quantity of an item may differ.
    fn basis_points(self, item: &ItemId) -> u128 {
        match item {
            ItemId::Bulk { nsn } if nsn.digits().checked_div(BEHIND_GROUP) == Some(FUEL_GROUP) => {
                u128::from(self.fuel_bp)
            }
            _ => 0,
        }
    }

    /// True when two amounts of an item agree.
    fn agree(self, item: &ItemId, ledger: u128, book: u128) -> bool {
        let allowed = ledger.saturating_mul(self.basis_points(item));
        ledger.abs_diff(book).saturating_mul(WHOLE_BP) <= allowed
    }

    /// The least and the largest amount of the ledger that may agree with the book's.
    fn range(self, item: &ItemId, book: u128) -> (u128, u128) {
        let (book, points) = (book.saturating_mul(WHOLE_BP), self.basis_points(item));
        let least = book.checked_div(WHOLE_BP.saturating_add(points)).unwrap_or(0);
        let most = WHOLE_BP.checked_sub(points).and_then(|kept| book.checked_div(kept));
        (least, most.unwrap_or(u128::MAX))
    }
}

/// A record as one side has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Holding {
    /// Which materiel.
    pub item: ItemId,
    /// Stock number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nsn: Option<Nsn>,
    /// How much of it the difference is about.
    pub quantity: Quantity,
    /// Condition code.
    pub condition: Condition,
    /// Where it is.
    pub location: Place,
    /// Who physically answers for it.
    pub holder: Party,
    /// Who has title.
    pub owner: Party,
}

/// A fact in which the sides differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// Which fact.
    pub field: Field,
    /// What the ledger says.
    pub ledger: String,
    /// What the book says.
    pub book: String,
}

/// How much more (or, with a minus, less) the book has than the ledger.
///
/// Written `+20 EA` or `-12.5 LTR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delta {
    /// True when the book has less.
    pub is_less: bool,
    /// By how much.
    pub amount: Quantity,
}

impl Delta {
    /// None when there is no difference.
    fn between(ledger: u128, book: u128, unit: Unit) -> Option<Self> {
        let amount = quantity(ledger.abs_diff(book), unit);
        (ledger != book).then_some(Self { is_less: book < ledger, amount })
    }
}

impl fmt::Display for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.is_less { "-" } else { "+" }, self.amount)
    }
}

impl Serialize for Delta {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

/// What the other side has that comes nearest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Candidate {
    /// The record.
    #[serde(flatten)]
    pub holding: Holding,
    /// Its row, when it stands in the book.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
}

/// A difference between the ledger and the book.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Break {
    /// Which materiel, as the ledger names it; as the book does when the ledger has nothing.
    pub item: ItemId,
    /// What kind of difference.
    pub class: BreakClass,
    /// The rows of the book that it is about.
    pub rows: Vec<u64>,
    /// The facts that differ, gravest first. None when one side has nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// What the ledger has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<Holding>,
    /// What the book has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub book: Option<Holding>,
    /// How much more or less the book has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<Delta>,
    /// What it may be meant to be: for a wrong identity and for what is missing on one side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate: Option<Candidate>,
    /// What else the ledger knows that may explain it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Records that agree, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Match {
    /// Which materiel, as the ledger names it.
    pub item: ItemId,
    /// The rows of the book.
    pub rows: Vec<u64>,
    /// The rule that matched them.
    pub rule: MatchRule,
    /// By how much they differ, within the tolerance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<Delta>,
}

/// What came of a reconciliation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    /// Whose book was compared.
    pub ministry: Party,
    /// What was allowed to differ.
    pub tolerances: Tolerances,
    /// Lines of the ledger that were compared.
    pub ledger_lines: u64,
    /// Rows of the book that were compared.
    pub book_rows: u64,
    /// Rows of other ministries, left alone.
    pub rows_of_others: u64,
    /// How many matches each rule made.
    pub matched: BTreeMap<MatchRule, u64>,
    /// How many breaks there are of each class.
    pub broken: BTreeMap<BreakClass, u64>,
    /// The differences.
    pub breaks: Vec<Break>,
    /// What agrees.
    pub matches: Vec<Match>,
}

/// Compares what `ministry` holds with its book.
pub fn reconcile(
    state: &State,
    ministry: Party,
    books: &[BookRow],
    tolerances: Tolerances,
) -> Reconciliation {
    let (mut goods, ledger_lines) = ledger_side(state, ministry);
    let mut book_rows: u64 = 0;
    for row in books.iter().filter(|row| row.ministry == ministry) {
        book_rows = book_rows.saturating_add(1);
        goods.entry(Identity::of(&row.item)).or_default().rows.push(row);
    }
    let mut run = Run::new(state, ministry, tolerances);
    let (mut in_ledger, mut in_book) = (Vec::new(), Vec::new());
    for (identity, goods) in goods {
        run.look_at(&goods);
        match identity {
            Identity::Serial(_) => run.one_thing(goods.lines, goods.rows, &mut in_ledger, &mut in_book),
            _ => run.so_much(goods.lines, goods.rows, &mut in_ledger, &mut in_book),
        }
    }
    run.slips(&mut in_ledger, &mut in_book);
    run.missing(&in_ledger, &in_book);

    let Run { mut breaks, mut matches, .. } = run;
    breaks.sort();
    matches.sort();
    Reconciliation {
        ministry,
        tolerances,
        ledger_lines,
        book_rows,
        rows_of_others: count(books).saturating_sub(book_rows),
        matched: tally(matches.iter().map(|found| found.rule)),
        broken: tally(breaks.iter().map(|found| found.class)),
        breaks,
        matches,
    }
}

/// What `ministry` holds by the ledger, as rows of a book, numbered as the lines of a file with a header.
pub fn books_of(state: &State, ministry: Party) -> Vec<BookRow> {
    let (goods, _) = ledger_side(state, ministry);
    let mut held: Vec<Lot<'_>> =
        goods.into_values().flat_map(|goods| goods.lines).filter(|lot| lot.own).collect();
    held.sort_by_key(|lot| (lot.id, lot.key, lot.unit));
    held.iter()
        .zip(2..)
        .map(|(lot, row)| BookRow {
            row,
            ministry,
            item: lot.id.clone(),
            nsn: lot.nsn,
            quantity: quantity(lot.amount, lot.unit),
            condition: lot.key.condition,
            location: lot.key.location.clone(),
            holder: lot.key.holder,
            owner: lot.key.owner,
        })
        .collect()
}

fn count<T>(all: &[T]) -> u64 {
    count_of(all.len())
}

fn count_of(many: usize) -> u64 {
    u64::try_from(many).unwrap_or(u64::MAX)
}

fn tally<K: Ord>(all: impl Iterator<Item = K>) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    for key in all {
        let count: &mut u64 = counts.entry(key).or_default();
        *count = count.saturating_add(1);
    }
    counts
}
