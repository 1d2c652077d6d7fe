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
//!    quantity equal: a wrong stock, serial or batch number.
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
//! A row that says zero agrees with a ledger that has nothing there. A row that stands twice is B02 for the
//! second, with a hint, until duplicates have a class of their own.
//!
//! The result depends on nothing but the arguments, and comes in the order of items, classes and rows.

mod near;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use super::codes::{Condition, Nsn, Party};
use super::event::Event;
use super::ids::{BatchNumber, Place};
use super::item::ItemId;
use super::quantity::{Quantity, Unit};
use super::register::{Position, Standing};
use super::state::State;
use super::text::code_list;
use near::{Neighbours, digest, one_slip, spelling};

code_list! {
    /// What kind of difference a break is (domain.md section 11.2).
    BreakClass: "a class of break" {
        /// The ledger has it, the book has not.
        1 MissingInBook "B01";
        /// The book has it, the ledger has not.
        2 MissingInLedger "B02";
        /// The quantity or its unit differs.
        3 Quantity "B03";
        /// The owner or the holder differs.
        8 WrongParty "B08";
        /// The stock, serial or batch number differs.
        9 Identity "B09";
        /// The condition differs.
        10 Condition "B10";
        /// The location differs.
        11 Location "B11";
    }
}

impl BreakClass {
    /// The class in words.
    pub const fn meaning(self) -> &'static str {
        match self {
            BreakClass::MissingInBook => "missing in the book",
            BreakClass::MissingInLedger => "missing in the ledger",
            BreakClass::Quantity => "quantity",
            BreakClass::WrongParty => "wrong party",
            BreakClass::Identity => "identity",
            BreakClass::Condition => "condition",
            BreakClass::Location => "location",
        }
    }
}

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
    /// For fuel, in thousandths of the ledger's quantity.
    pub fuel_per_mille: u32,
}

impl Default for Tolerances {
    /// Half a percent of fuel (domain.md section 11.1, R1).
    fn default() -> Self {
        Self { fuel_per_mille: 5 }
    }
}

/// Supply group of fuels, lubricants, oils and waxes: the first two digits of the stock number.
const FUEL_GROUP: u64 = 91;
/// Digits of a stock number behind the supply group.
const BEHIND_GROUP: u64 = 100_000_000_000;

impl Tolerances {
    /// Thousandths by which the quantity of an item may differ.
    fn per_mille(self, item: &ItemId) -> u128 {
        match item {
            ItemId::Bulk { nsn } if nsn.digits().checked_div(BEHIND_GROUP) == Some(FUEL_GROUP) => {
                u128::from(self.fuel_per_mille)
            }
            _ => 0,
        }
    }

    /// True when two amounts of an item agree.
    fn agree(self, item: &ItemId, ledger: u128, book: u128) -> bool {
        let allowed = ledger.saturating_mul(self.per_mille(item));
        ledger.abs_diff(book).saturating_mul(1_000) <= allowed
    }

    /// The least and the largest amount of the ledger that may agree with the book's.
    fn range(self, item: &ItemId, book: u128) -> (u128, u128) {
        let (book, per_mille) = (book.saturating_mul(1_000), self.per_mille(item));
        let least = book.checked_div(1_000_u128.saturating_add(per_mille)).unwrap_or(0);
        let most = 1_000_u128.checked_sub(per_mille).and_then(|kept| book.checked_div(kept));
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
    let mut run = Run::new(state, tolerances);
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
    u64::try_from(all.len()).unwrap_or(u64::MAX)
}

fn tally<K: Ord>(all: impl Iterator<Item = K>) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    for key in all {
        let count: &mut u64 = counts.entry(key).or_default();
        *count = count.saturating_add(1);
    }
    counts
}

/// The quantity of so many millionths; what is more than a quantity can be is cut.
fn quantity(millionths: u128, unit: Unit) -> Quantity {
    Quantity::from_millionths(millionths, unit).unwrap_or(Quantity::whole(u64::MAX, unit))
}

/// What makes two items the same: the stock number counts without its supply class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Identity<'a> {
    Serial(&'a ItemId),
    Batch(u64, &'a BatchNumber),
    Bulk(u64),
}

impl<'a> Identity<'a> {
    fn of(id: &'a ItemId) -> Self {
        match id {
            ItemId::Serial { .. } => Identity::Serial(id),
            ItemId::Batch { nsn, batch } => Identity::Batch(nsn.niin(), batch),
            ItemId::Bulk { nsn } => Identity::Bulk(nsn.niin()),
        }
    }
}

/// The facts of a record, besides what it is and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    owner: Party,
    holder: Party,
    condition: Condition,
    location: &'a Place,
}

const LOCATION: u8 = 1;
const CONDITION: u8 = 2;
const HOLDER: u8 = 4;
const OWNER: u8 = 8;

/// The sets of facts that may differ, in the order in which they are tried: few before many.
const MAY_DIFFER: [u8; 15] = [1, 2, 4, 8, 3, 5, 6, 9, 10, 12, 7, 11, 13, 14, 15];

/// A key of which some facts do not count.
type Masked<'a> = (Option<Party>, Option<Party>, Option<Condition>, Option<&'a Place>);

impl<'a> Key<'a> {
    fn of(row: &'a BookRow) -> Self {
        Self { owner: row.owner, holder: row.holder, condition: row.condition, location: &row.location }
    }

    /// The key without the facts in `mask`.
    fn without(self, mask: u8) -> Masked<'a> {
        (
            (mask & OWNER == 0).then_some(self.owner),
            (mask & HOLDER == 0).then_some(self.holder),
            (mask & CONDITION == 0).then_some(self.condition),
            (mask & LOCATION == 0).then_some(self.location),
        )
    }
}

/// A record of either side, or what is left of one.
#[derive(Debug, Clone)]
struct Lot<'a> {
    id: &'a ItemId,
    nsn: Option<Nsn>,
    key: Key<'a>,
    unit: Unit,
    /// In millionths of the unit.
    amount: u128,
    /// The rows of the book that it is made of. None: a record of the ledger.
    rows: Vec<&'a BookRow>,
    /// True when the ministry holds it.
    own: bool,
    /// What it is the rest of.
    part: Option<Part>,
    /// The row that says the same already.
    twin: Option<u64>,
    /// What the ledger says of goods that are not simply in service.
    standing: Option<&'a Standing>,
}

/// Records with the same facts and different sums.
#[derive(Debug, Clone)]
struct Part {
    ledger: u128,
    book: u128,
    rows: Vec<u64>,
}

impl<'a> Lot<'a> {
    /// The sum of rows with the same facts.
    fn of_rows(rows: Vec<&'a BookRow>) -> Option<Self> {
        let first = *rows.first()?;
        Some(Self {
            id: &first.item,
            nsn: first.item.nsn().or(first.nsn),
            key: Key::of(first),
            unit: first.quantity.unit(),
            amount: sum_of(&rows),
            rows,
            own: true,
            part: None,
            twin: None,
            standing: None,
        })
    }

    fn row_numbers(&self) -> Vec<u64> {
        numbers(&self.rows)
    }

    fn holding(&self) -> Holding {
        self.holding_of(self.amount)
    }

    fn holding_of(&self, amount: u128) -> Holding {
        Holding {
            item: self.id.clone(),
            nsn: self.nsn,
            quantity: quantity(amount, self.unit),
            condition: self.key.condition,
            location: self.key.location.clone(),
            holder: self.key.holder,
            owner: self.key.owner,
        }
    }
}

fn sum_of(rows: &[&BookRow]) -> u128 {
    rows.iter().fold(0, |sum: u128, row| sum.saturating_add(row.quantity.millionths()))
}

fn numbers(rows: &[&BookRow]) -> Vec<u64> {
    rows.iter().map(|row| row.row).collect()
}

/// Takes out each row that says the same as one before it.
fn twins_apart(rows: Vec<&BookRow>) -> (Vec<&BookRow>, Vec<Lot<'_>>) {
    let mut seen: BTreeMap<(&ItemId, Key<'_>, Quantity), u64> = BTreeMap::new();
    let (mut kept, mut twins) = (Vec::new(), Vec::new());
    for row in rows {
        match seen.get(&(&row.item, Key::of(row), row.quantity)) {
            None => {
                seen.insert((&row.item, Key::of(row), row.quantity), row.row);
                kept.push(row);
            }
            Some(twin) => {
                twins.extend(Lot::of_rows(vec![row]).map(|lot| Lot { twin: Some(*twin), ..lot }));
            }
        }
    }
    (kept, twins)
}

/// All that is said of one item.
#[derive(Debug, Default)]
struct Goods<'a> {
    lines: Vec<Lot<'a>>,
    rows: Vec<&'a BookRow>,
    /// What nobody has in hand.
    elsewhere: Vec<(&'a Position, Quantity)>,
}

/// True when the holder has the goods in hand.
const fn is_held(standing: &Standing) -> bool {
    match standing {
        Standing::InService | Standing::Reserved(_) | Standing::OnLoan(_) | Standing::AwaitingTitle(_) => {
            true
        }
        Standing::InTransit(_)
        | Standing::Missing(_)
        | Standing::Lost(_)
        | Standing::Consumed
        | Standing::WrittenOff(_) => false,
    }
}

/// What all parties hold by item, and how many lines are the ministry's.
fn ledger_side(state: &State, ministry: Party) -> (BTreeMap<Identity<'_>, Goods<'_>>, u64) {
    let mut all: BTreeMap<Identity<'_>, Goods<'_>> = BTreeMap::new();
    let mut own_lines: u64 = 0;
    for (id, stock) in state.items() {
        let goods = all.entry(Identity::of(id)).or_default();
        let mut lines: BTreeMap<Key<'_>, Lot<'_>> = BTreeMap::new();
        for (position, held) in &stock.positions {
            if !is_held(&position.standing) {
                goods.elsewhere.push((position, *held));
                continue;
            }
            let Position { owner, holder, location, condition, .. } = position;
            let key = Key { owner: *owner, holder: *holder, condition: *condition, location };
            let line = lines.entry(key).or_insert_with(|| Lot {
                id,
                nsn: stock.master.nsn,
                key,
                unit: held.unit(),
                amount: 0,
                rows: Vec::new(),
                own: *holder == ministry,
                part: None,
                twin: None,
                standing: None,
            });
            line.amount = line.amount.saturating_add(held.millionths());
            if position.standing != Standing::InService {
                line.standing = line.standing.or(Some(&position.standing));
            }
        }
        let own = lines.values().filter(|line| line.own).count();
        own_lines = own_lines.saturating_add(u64::try_from(own).unwrap_or(u64::MAX));
        goods.lines.extend(lines.into_values());
    }
    (all, own_lines)
}

/// Records with the same facts.
#[derive(Debug, Default)]
struct Cell<'a> {
    lines: Vec<Lot<'a>>,
    rows: Vec<&'a BookRow>,
}

/// A reconciliation under way.
struct Run<'a> {
    state: &'a State,
    tolerances: Tolerances,
    /// What nobody has in hand of the item that is looked at.
    elsewhere: Vec<(&'a Position, Quantity)>,
    /// Which other party holds so much of it, and where.
    others: BTreeMap<(Unit, u128), (Party, &'a Place)>,
    /// The acts that would register an item and wait for signatures.
    waiting: BTreeMap<&'a ItemId, u64>,
    breaks: Vec<Break>,
    matches: Vec<Match>,
}

impl<'a> Run<'a> {
    fn new(state: &'a State, tolerances: Tolerances) -> Self {
        let registrations = state.pending().flat_map(|(seq, pending)| {
            pending.act.act.events.iter().filter_map(|event| match event {
                Event::ItemRegistered(event) => Some((event.item.id(), *seq)),
                _ => None,
            })
        });
        Self {
            state,
            tolerances,
            elsewhere: Vec::new(),
            others: BTreeMap::new(),
            waiting: registrations.collect(),
            breaks: Vec::new(),
            matches: Vec::new(),
        }
    }

    /// Turns to another item.
    fn look_at(&mut self, goods: &Goods<'a>) {
        self.elsewhere.clone_from(&goods.elsewhere);
        let others = goods.lines.iter().filter(|line| !line.own);
        self.others =
            others.map(|line| ((line.unit, line.amount), (line.key.holder, line.key.location))).collect();
    }

    /// A serial number names one thing: the row that says most of it right is about it.
    fn one_thing(
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
    fn so_much(
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
        if exact.is_some() || self.tolerances.per_mille(row.id) == 0 {
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
        let hint = if part.book > part.ledger { self.whereabouts(lot) } else { in_words(lot.standing) };
        let difference = Difference {
            field: Field::Quantity,
            ledger: ledger.quantity.to_string(),
            book: book.quantity.to_string(),
        };
        self.breaks.push(Break {
            item: lot.id.clone(),
            class: BreakClass::Quantity,
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
        let hint = twin.or_else(|| self.whereabouts(&lot));
        Rest { lot, hint }
    }

    /// Where else the ledger has the item of a record that the book has and the ledger has not.
    fn whereabouts(&self, lot: &Lot<'a>) -> Option<String> {
        let missing = match &lot.part {
            Some(part) => part.ledger.abs_diff(part.book),
            None => lot.amount,
        };
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
    fn slips(&mut self, in_ledger: &mut Vec<Lot<'a>>, in_book: &mut Vec<Rest<'a>>) {
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
    fn missing(&mut self, in_ledger: &[Lot<'a>], in_book: &[Rest<'a>]) {
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
        for Rest { lot: row, hint } in in_book {
            let nearest = ledger.nearest(row, |line| self.differences(line, row).len());
            found.push(Break {
                item: row.id.clone(),
                class: BreakClass::MissingInLedger,
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
struct Rest<'a> {
    lot: Lot<'a>,
    hint: Option<String>,
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
