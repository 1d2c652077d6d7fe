//! Differences planted in the inventories of a generated ledger: exactly these are found, in the right class.
//!
//! Which rows are spoilt follows from the number of rows and of plants alone. The large instance is run by name:
//!
//! ```text
//! cargo test --release -p ledger-core --test reconcile -- --ignored --nocapture planted_at_scale
//! ```

use std::collections::BTreeMap;
use std::time::Instant;

use ledger_core::domain::item::ItemId;
use ledger_core::domain::reconcile::run::{Facts, Terms};
use ledger_core::domain::reconcile::{BookRow, BreakClass, RunKind, Tolerances, books_of};
use ledger_core::domain::register::Standing;
use ledger_core::domain::{Party, State};
use ledger_core::exchange::books::{self, Books};
use ledger_core::exchange::generator::Generator;
use ledger_core::exchange::rows::usual_source;
use ledger_core::store::memory::MemoryStore;

use super::support::{day, terms};

const PARTIES: [&str; 3] = ["EE", "LT", "LV"];
/// The day of the books; what the generator does lies before it or not, as the state is compared as it is.
const DAY: &str = "2040-01-01";

/// The state of a generated ledger.
fn generated(seed: u64, acts: u64) -> State {
    let mut generator = Generator::new(seed).unwrap();
    let mut journal = generator.found(MemoryStore::new()).unwrap();
    for _ in 0..acts {
        generator.stage_next(&mut journal).unwrap();
    }
    journal.commit().unwrap();
    journal.state().clone()
}

/// A difference as it is found: whose book, which class, which item.
type Found = (String, BreakClass, String);

/// What is done to a row.
const PLANTS: [BreakClass; 9] = [
    BreakClass::MissingInBook,
    BreakClass::MissingInLedger,
    BreakClass::Quantity,
    BreakClass::Timing,
    BreakClass::Duplicate,
    BreakClass::WrongParty,
    BreakClass::Identity,
    BreakClass::Condition,
    BreakClass::Location,
];

/// Spoils `many` rows of a party's book, evenly spread over it and over the classes. Says what is to be found.
fn plant(state: &State, party: Party, rows: &mut Vec<BookRow>, many: usize, turn: &mut usize) -> Vec<Found> {
    // Only what stands in one row, and of which nobody else has anything, so that a difference has one explanation.
    let mut places: BTreeMap<&ItemId, usize> = BTreeMap::new();
    for (id, stock) in state.items() {
        places.insert(id, stock.positions.len());
    }
    let lone: Vec<usize> =
        (0..rows.len()).filter(|at| rows[*at].item.is_serial() && places[&rows[*at].item] == 1).collect();
    let mut under_way: Vec<(ItemId, BookRow)> = Vec::new();
    for (id, stock) in state.items().filter(|(_, stock)| stock.positions.len() == 1) {
        for (position, quantity) in &stock.positions {
            let Standing::InTransit(consignment) = &position.standing else { continue };
            if state.consignment(consignment).is_some_and(|sent| sent.receiver == party) {
                let row = BookRow {
                    row: 0,
                    ministry: party,
                    item: id.clone(),
                    nsn: stock.master.nsn,
                    quantity: *quantity,
                    condition: position.condition,
                    location: "Arrived".parse().unwrap(),
                    holder: party,
                    owner: position.owner,
                };
                under_way.push((id.clone(), row));
            }
        }
    }
    // Amounts are spoilt where one row has all that anybody holds of an item.
    let held = |item: &ItemId| {
        let positions = state.item(item).unwrap().positions.keys();
        positions
            .filter(|position| !matches!(position.standing, Standing::Consumed | Standing::WrittenOff(_)))
            .count()
    };
    let mut amounts: Vec<usize> =
        (0..rows.len()).filter(|at| !rows[*at].item.is_serial() && held(&rows[*at].item) == 1).collect();
    let step = (lone.len() / many).max(1);
    let mut expected = Vec::new();
    let (mut gone, mut more) = (Vec::new(), Vec::new());
    for at in lone.iter().step_by(step).take(many) {
        let mut class = PLANTS[*turn % PLANTS.len()];
        *turn += 1;
        if class == BreakClass::Timing && under_way.is_empty() {
            class = BreakClass::Location;
        }
        let at = match class {
            BreakClass::Quantity => match amounts.pop() {
                Some(amount) => amount,
                None => {
                    class = BreakClass::Condition;
                    *at
                }
            },
            _ => *at,
        };
        let at = &at;
        let other: Party = if party.as_str() == "EE" { "LV" } else { "EE" }.parse().unwrap();
        let mut subject = rows[*at].item.to_string();
        match class {
            BreakClass::MissingInBook => gone.push(*at),
            BreakClass::MissingInLedger => {
                subject = format!("batch:1376-38-999-9999:PLANTED{:06}", *turn * 1_117);
                let item: ItemId = subject.parse().unwrap();
                let quantity = "7 EA".parse().unwrap();
                more.push(BookRow { nsn: item.nsn(), item, quantity, ..rows[*at].clone() });
            }
            BreakClass::Quantity => {
                rows[*at].quantity = rows[*at].quantity.plus(rows[*at].quantity).unwrap();
            }
            BreakClass::Timing => {
                let (id, row) = under_way.pop().unwrap();
                subject = id.to_string();
                more.push(row);
            }
            BreakClass::Duplicate => more.push(rows[*at].clone()),
            BreakClass::WrongParty => rows[*at].owner = if rows[*at].owner == other { party } else { other },
            BreakClass::Identity => match rows[*at].item.clone() {
                ItemId::Bulk { .. } => {
                    class = BreakClass::Location;
                    rows[*at].location = "Elsewhere".parse().unwrap();
                }
                item => {
                    rows[*at].item = format!("{item}Z").parse().unwrap();
                }
            },
            BreakClass::Condition => {
                let now = rows[*at].condition.to_string();
                rows[*at].condition = if now == "H" { "A" } else { "H" }.parse().unwrap();
            }
            _ => rows[*at].location = "Elsewhere".parse().unwrap(),
        }
        expected.push((party.to_string(), class, subject));
    }
    for at in gone.into_iter().rev() {
        rows.remove(at);
    }
    rows.extend(more);
    expected
}

/// Plants differences in the books of all parties and finds them, through the CSV. Says how many rows were compared.
fn found_again(state: &State, in_all: usize) -> (usize, usize, BTreeMap<BreakClass, usize>) {
    let (mut rows_in_all, mut planted, mut turn) = (0, 0, 0);
    let mut by_class: BTreeMap<BreakClass, usize> = BTreeMap::new();
    for code in PARTIES {
        let party: Party = code.parse().unwrap();
        let mut rows = books_of(state, party);
        let share = in_all / PARTIES.len() + usize::from(code == "EE") * (in_all % PARTIES.len());
        let mut expected = plant(state, party, &mut rows, share, &mut turn);
        let mut csv = Vec::new();
        books::write(&mut csv, day(DAY), &rows).unwrap();
        let book = Books::read(csv.as_slice(), party).unwrap();
        assert_eq!(book.bad_rows, []);
        let terms = Terms { party, ..terms(DAY) };
        let report = book.reconcile(state, Tolerances::default());
        let source = usual_source(RunKind::Inventory).unwrap();
        let report = report.in_words(state, &Facts::new(RunKind::Inventory), &terms, &source);
        let mut found: Vec<Found> =
            report.breaks.iter().map(|found| (code.to_owned(), found.class, found.subject.clone())).collect();
        found.sort();
        expected.sort();
        let unexpected: Vec<_> = found.iter().filter(|found| !expected.contains(found)).collect();
        let unfound: Vec<_> = expected.iter().filter(|planted| !found.contains(planted)).collect();
        assert!(unexpected.is_empty() && unfound.is_empty(), "{code}: {unexpected:?} for {unfound:?}");
        assert_eq!(found, expected);
        expected.iter().for_each(|(_, class, _)| *by_class.entry(*class).or_default() += 1);
        rows_in_all += rows.len();
        planted += expected.len();
    }
    (rows_in_all, planted, by_class)
}

#[test]
fn exactly_what_was_planted_in_a_generated_ledger_is_found() {
    let state = generated(7, 2_000);
    let (rows, planted, by_class) = found_again(&state, 90);
    assert!(rows > 1_000, "{rows}");
    assert_eq!(planted, 90);
    assert_eq!(by_class.len(), PLANTS.len(), "{by_class:?}");
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

#[test]
#[ignore = "a hundred thousand acts take minutes: run it by name, in release"]
fn planted_at_scale() {
    let clock = Instant::now();
    let state = generated(1, 100_000);
    println!("generated 100,000 acts in {:?}, peak {}", clock.elapsed(), peak());
    let clock = Instant::now();
    let (rows, planted, by_class) = found_again(&state, 500);
    println!(
        "{rows} rows, {planted} differences planted and found in {:?}, peak {}",
        clock.elapsed(),
        peak()
    );
    println!("{by_class:?}");
    assert_eq!(planted, 500);
}
