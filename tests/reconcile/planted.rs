//! Differences planted in the inventories of a generated ledger: exactly these are found, each in the right class and
//! about the right item. Which ones, follows from the seed.
//!
//! The large instance is run by name, and prints times and memory:
//!
//! ```text
//! cargo test --release -p ledger-core --test reconcile -- --ignored --nocapture planted_at_scale
//! ```

mod chance;
mod story;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::time::Instant;

use ledger_core::domain::item::ItemId;
use ledger_core::domain::quantity::Quantity;
use ledger_core::domain::reconcile::run::{Facts, RunReport, Terms};
use ledger_core::domain::reconcile::{BookRow, BreakClass, RunKind, Tolerances, books_of};
use ledger_core::domain::register::Standing;
use ledger_core::domain::{Party, State};
use ledger_core::exchange::books::{self, Books};
use ledger_core::exchange::rows::usual_source;
use ledger_core::journal::{self, Until};

use super::support::{day, terms};
use chance::Chance;
use story::{PARTIES, Told, told};

/// The day of the books; the state is compared as it is.
const DAY: &str = "2040-01-01";

/// What is done to rows. What else an inventory can show, the story has told: goods under way, keys in doubt, counts.
const SPOILT: [BreakClass; 8] = [
    BreakClass::MissingInBook,
    BreakClass::MissingInLedger,
    BreakClass::Quantity,
    BreakClass::Duplicate,
    BreakClass::WrongParty,
    BreakClass::Identity,
    BreakClass::Condition,
    BreakClass::Location,
];

/// A difference as it is found: which class, which item.
type Found = (BreakClass, String);

/// The book of one party while it is spoilt.
struct Spoiler<'a> {
    state: &'a State,
    party: Party,
    rows: Vec<BookRow>,
    gone: BTreeSet<usize>,
    more: Vec<BookRow>,
    expected: Vec<Found>,
    /// Rows that have all that anybody holds of an item, so that a difference has one explanation: those with serial
    /// and batch numbers, and those with amounts.
    named: Vec<usize>,
    amounts: Vec<usize>,
}

impl<'a> Spoiler<'a> {
    fn new(state: &'a State, party: Party, used: &BTreeSet<ItemId>, chance: &mut Chance) -> Self {
        let rows = books_of(state, party);
        let alone = |item: &ItemId| {
            let positions = state.item(item).unwrap().positions.keys();
            let held = positions.filter(|position| {
                !matches!(position.standing, Standing::Consumed | Standing::WrittenOff(_))
            });
            held.count() == 1 && !used.contains(item)
        };
        let mut alone: Vec<usize> = (0..rows.len()).filter(|at| alone(&rows[*at].item)).collect();
        chance.shuffle(&mut alone);
        let (mut named, batches): (Vec<usize>, Vec<usize>) =
            alone.into_iter().partition(|at| rows[*at].item.is_serial());
        // Of the batches, half are spoilt in their amount, and some of the others among the things.
        let (amounts, others) = batches.split_at(batches.len() / 2);
        let amounts = amounts.to_vec();
        named.extend(others.iter().take(400));
        chance.shuffle(&mut named);
        // Numbers that divide by 11 are no slip of the hand apart from one another, neither by a digit nor by two that
        // changed places. Else one number that is missing and its neighbour that stands twice would be one difference:
        // that the neighbour's was written for it. They are taken first, from the end.
        named.sort_by_key(|at| {
            let subject = rows[*at].item.to_string();
            let digits = subject.rsplit_once('-').and_then(|(_, number)| number.parse::<u64>().ok());
            digits.is_some_and(|number| number % 11 == 0)
        });
        Self {
            state,
            party,
            rows,
            gone: BTreeSet::new(),
            more: Vec::new(),
            expected: Vec::new(),
            named,
            amounts,
        }
    }

    /// What the book says of goods under way: that they have come, or that they have not left.
    fn under_way(&mut self, item: &ItemId, at: Party) {
        let stock = self.state.item(item).unwrap();
        let (position, quantity) = stock.positions.first_key_value().unwrap();
        assert!(matches!(position.standing, Standing::InTransit(_)), "{position:?}");
        self.more.push(BookRow {
            row: 0,
            ministry: self.party,
            item: item.clone(),
            nsn: stock.master.nsn,
            quantity: *quantity,
            condition: position.condition,
            location: format!("{at}-DEP-01").parse().unwrap(),
            holder: self.party,
            owner: position.owner,
        });
        self.expected.push((BreakClass::Timing, item.to_string()));
    }

    fn spoil(&mut self, class: BreakClass, turn: usize) {
        let amount = class == BreakClass::Quantity;
        let at = if amount { self.amounts.pop() } else { self.named.pop() }.unwrap();
        let mut subject = self.rows[at].item.to_string();
        let odd = turn / SPOILT.len() % 2 == 1;
        let row = &mut self.rows[at];
        let other: Party = if self.party.as_str() == "LT" { "EE" } else { "LT" }.parse().unwrap();
        match class {
            BreakClass::MissingInBook => {
                self.gone.insert(at);
            }
            BreakClass::MissingInLedger => {
                subject = match odd {
                    true => format!("batch:1376-38-999-9999:PLANTED{:06}", turn * 1_117),
                    false => format!("serial:7Z0A1:PL-9:NEW/{:06}", turn * 1_117),
                };
                let item: ItemId = subject.parse().unwrap();
                self.more.push(BookRow { nsn: item.nsn(), item, quantity: Quantity::ONE, ..row.clone() });
            }
            BreakClass::Quantity => {
                let now = row.quantity.millionths();
                let other = if odd { now / 2 } else { now * 2 };
                row.quantity = Quantity::from_millionths(other, row.quantity.unit()).unwrap();
            }
            BreakClass::Duplicate => self.more.push(row.clone()),
            BreakClass::WrongParty if odd => row.holder = other,
            BreakClass::WrongParty => {
                row.owner =
                    PARTIES.map(|code| code.parse().unwrap())[usize::from(row.owner.as_str() == "EE")];
            }
            BreakClass::Identity => {
                // A letter too many, or the letter O for a nought.
                let (front, number) = subject.rsplit_once('-').unwrap();
                let slip = if odd { format!("{subject}Z") } else { format!("{front}-O{}", &number[1..]) };
                row.item = slip.parse().unwrap();
            }
            BreakClass::Condition => {
                row.condition = if row.condition.to_string() == "H" { "A" } else { "H" }.parse().unwrap();
            }
            _ => row.location = "Elsewhere".parse().unwrap(),
        }
        self.expected.push((class, subject));
    }

    /// The book as a file, its rows in an order that chance chose, and what is to be found in it.
    fn book(self, chance: &mut Chance) -> (Vec<u8>, Vec<Found>) {
        let kept = self.rows.into_iter().enumerate().filter(|(at, _)| !self.gone.contains(at));
        let mut rows: Vec<BookRow> = kept.map(|(_, row)| row).chain(self.more).collect();
        chance.shuffle(&mut rows);
        let mut csv = Vec::new();
        books::write(&mut csv, day(DAY), &rows).unwrap();
        let mut expected = self.expected;
        expected.sort();
        (csv, expected)
    }
}

/// The spoilt books of all parties, with `in_all` differences in them and in the ledger.
fn spoilt(state: &State, told: &Told, in_all: usize, seed: u64) -> Vec<(Party, Vec<u8>, Vec<Found>)> {
    let used = told.items();
    let by_ledger = told.booked_early.len() + told.not_booked_out.len();
    let by_ledger = by_ledger + told.in_doubt.len() + told.miscounted.len();
    let (mut chance, mut turn, mut books) = (Chance::new(seed), 0, Vec::new());
    for (number, code) in PARTIES.into_iter().enumerate() {
        let party: Party = code.parse().unwrap();
        let mut spoiler = Spoiler::new(state, party, &used, &mut chance);
        for (_, item) in told.booked_early.iter().filter(|(whose, _)| *whose == party) {
            spoiler.under_way(item, party);
        }
        for (_, item) in told.not_booked_out.iter().filter(|(whose, _)| *whose == party) {
            spoiler.under_way(item, party);
        }
        let known = [(BreakClass::Authority, &told.in_doubt), (BreakClass::CountVariance, &told.miscounted)];
        for (class, items) in known {
            let items = items.iter().filter(|(whose, _)| *whose == party);
            spoiler.expected.extend(items.map(|(_, item)| (class, item.to_string())));
        }
        let last = (in_all - by_ledger) * (number + 1) / PARTIES.len();
        while turn < last {
            spoiler.spoil(SPOILT[turn % SPOILT.len()], turn);
            turn += 1;
        }
        let (csv, expected) = spoiler.book(&mut chance);
        books.push((party, csv, expected));
    }
    books
}

fn compared(state: &State, facts: &Facts, book: &Books) -> RunReport {
    let terms = Terms { party: book.ministry, ..terms(DAY) };
    let source = usual_source(RunKind::Inventory).unwrap();
    book.reconcile(state, Tolerances::default()).in_words(state, facts, &terms, &source)
}

fn assert_found(party: Party, report: &RunReport, expected: &[Found]) {
    let mut found: Vec<Found> =
        report.breaks.iter().map(|found| (found.class, found.subject.clone())).collect();
    found.sort();
    let unexpected: Vec<_> = found.iter().filter(|found| !expected.contains(found)).collect();
    let unfound: Vec<_> = expected.iter().filter(|planted| !found.contains(planted)).collect();
    assert!(unexpected.is_empty() && unfound.is_empty(), "{party}: found {unexpected:?}, not {unfound:?}");
    assert_eq!(found, expected);
}

fn read(csv: &[u8], party: Party) -> Books {
    let book = Books::read(csv, party).unwrap();
    assert_eq!(book.bad_rows, []);
    book
}

/// How many differences of each class were planted.
fn by_class(books: &[(Party, Vec<u8>, Vec<Found>)]) -> BTreeMap<BreakClass, usize> {
    let mut by_class = BTreeMap::new();
    for (class, _) in books.iter().flat_map(|(_, _, expected)| expected) {
        *by_class.entry(*class).or_default() += 1;
    }
    by_class
}

/// Eight classes of rows, and three that the story tells.
const CLASSES: usize = SPOILT.len() + 3;

#[test]
fn exactly_what_was_planted_in_a_generated_ledger_is_found() {
    let (journal, told) = told(7, 3_000, 300);
    let facts = Facts::new(RunKind::Inventory);
    let books = spoilt(journal.state(), &told, 210, 7);
    let again = spoilt(journal.state(), &told, 210, 7);
    assert!(books == again, "the same seed plants the same");
    let planted = by_class(&books);
    assert_eq!((planted.len(), planted.values().sum::<usize>()), (CLASSES, 210), "{planted:?}");
    for (party, csv, expected) in books {
        assert_found(party, &compared(journal.state(), &facts, &read(&csv, party)), &expected);
    }
}

/// The most memory that this process ever had, as the kernel counts it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.map_or_else(
        || "unknown".into(),
        |line| line.split_whitespace().skip(1).collect::<Vec<_>>().join(" "),
    )
}

/// Says how long it took, and how much memory the process has had at most.
#[allow(clippy::disallowed_methods, reason = "a measurement needs a clock")]
fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let clock = Instant::now();
    let done = work();
    println!("{what}: {:?}, peak {}", clock.elapsed(), peak());
    done
}

#[test]
#[ignore = "a hundred thousand acts take minutes: run it by name, in release"]
fn planted_at_scale() {
    const ENTRIES: u64 = 100_000;
    let (journal, told) = timed("building the ledger", || told(1, ENTRIES, 18_000));
    let mut facts = Facts::new(RunKind::Inventory);
    let tip = timed("replay, every signature verified", || {
        journal::replay(journal.store(), Until::End, &mut |_, _| (), |visit| {
            facts.take(visit.entry.act());
            ControlFlow::Continue(())
        })
        .unwrap()
    });
    assert_eq!((tip.head().size, tip.head().link), (ENTRIES, journal.head().link));
    let state = tip.state();
    let books = timed("planting and writing the books", || spoilt(state, &told, 500, 1));
    let planted = by_class(&books);
    let read = timed("reading the books", || {
        books.iter().map(|(party, csv, _)| read(csv, *party)).collect::<Vec<_>>()
    });
    let rows: usize = read.iter().map(|book| book.rows.len()).sum();
    let bytes: usize = books.iter().map(|(_, csv, _)| csv.len()).sum();
    let reports = timed("reconciling them", || {
        read.iter().map(|book| compared(state, &facts, book)).collect::<Vec<_>>()
    });
    for ((party, _, expected), report) in books.iter().zip(&reports) {
        assert_found(*party, report, expected);
        println!("{party}: {} lines, {} rows", report.ledger_lines, report.book_rows);
    }
    println!("{rows} rows, {bytes} bytes, {planted:?}");
    assert!(rows >= 50_000, "{rows}");
    assert_eq!((planted.len(), planted.values().sum::<usize>()), (CLASSES, 500));
    assert_eq!(reports.iter().map(|report| report.breaks.len()).sum::<usize>(), 500);
}
