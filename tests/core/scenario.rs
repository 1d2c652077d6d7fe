//! The demo scenario: played on the reference store, held to every answer and to the end state that stand in
//! `fixtures/scenarios/baltic`, and to the books of the ministries there.
//!
//! A change of the rules or of the data turns this red. What the test found then lies beside the build
//! (`CARGO_TARGET_TMPDIR`, the message names the file): when the change is meant, read it and put it in the
//! place of the old file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::ControlFlow;

use ledger_core::domain::item::ItemId;
use ledger_core::domain::quantity::Quantity;
use ledger_core::domain::register::{Position, Standing};
use ledger_core::domain::{Party, State};
use ledger_core::exchange::scenario::{Answer, PlayError, Scenario};
use ledger_core::journal::{self, Journal, Until};
use ledger_core::ledger::Expectations;
use ledger_core::store::memory::MemoryStore;
use serde_json::{Map, Value, json};

const CHARTER: &str = include_str!("../../fixtures/scenarios/baltic/charter.json");
const STEPS: &str = include_str!("../../fixtures/scenarios/baltic/steps.jsonl");
const EXPECTED: &str = include_str!("../../fixtures/scenarios/baltic/expected.json");
const BREAKS: &str = include_str!("../../fixtures/scenarios/baltic/expected-breaks.json");
const BOOKS: [(&str, &str); 3] = [
    ("EE", include_str!("../../fixtures/scenarios/baltic/books-ee.csv")),
    ("LV", include_str!("../../fixtures/scenarios/baltic/books-lv.csv")),
    ("LT", include_str!("../../fixtures/scenarios/baltic/books-lt.csv")),
];
/// The day of the books: the day after the last act.
const AS_OF: &str = "2026-02-28";

fn scenario() -> Scenario {
    Scenario::parse(CHARTER, STEPS).unwrap()
}

/// The ledger at the end of the story, and how often each rule refused.
fn played() -> (Journal<MemoryStore>, BTreeMap<String, u64>) {
    let mut refused: BTreeMap<String, u64> = BTreeMap::new();
    let journal = scenario().play(MemoryStore::new(), |outcome| match &outcome.answer {
        Answer::Recorded(receipt) => assert!(!receipt.repeated, "step {}", outcome.line),
        Answer::Refused(rejection) => {
            *refused.entry(rejection.rule.to_string()).or_default() += 1;
            assert!(!rejection.to_string().contains("Some("), "not for people: {rejection}");
        }
    });
    (journal.unwrap_or_else(|error| panic!("{error}")), refused)
}

/// The end of the story in readable form.
fn summary(journal: &Journal<MemoryStore>, refused: &BTreeMap<String, u64>) -> Value {
    let (head, state) = (journal.head(), journal.state());
    json!({
        "entries": head.size,
        "head": head.link,
        "last_recorded_at": head.recorded_at,
        "refusals": refused,
        "waiting": state.pending().map(|(entry, _)| *entry).collect::<Vec<_>>(),
        "holdings": holdings(state),
        "transfers": transfers(state),
        "contracts": contracts(state),
        "cost_shares": cost_shares(state),
    })
}

/// By holder and kind of goods: how much is at hand, on loan, lost, used up.
fn holdings(state: &State) -> Value {
    let mut sums: BTreeMap<Party, BTreeMap<String, BTreeMap<String, Quantity>>> = BTreeMap::new();
    for (_, stock) in state.items() {
        for (position, quantity) in &stock.positions {
            let mut how =
                serde_json::to_value(&position.standing).unwrap()["standing"].as_str().unwrap().to_owned();
            if position.owner != position.holder {
                write!(how, ", owned by {}", position.owner).unwrap();
            }
            let kinds = sums.entry(position.holder).or_default();
            let sum = kinds.entry(stock.master.description.to_string()).or_default();
            let sum = sum.entry(how).or_insert(quantity.none());
            *sum = sum.plus(*quantity).unwrap();
        }
    }
    json!(sums.into_iter().map(|(party, kinds)| (party.to_string(), kinds)).collect::<BTreeMap<_, _>>())
}

fn transfers(state: &State) -> Value {
    let row = |(id, transfer): (&_, &ledger_core::domain::transfer::Transfer)| {
        let terms = &transfer.terms;
        let mut row = json!({
            "what": format!("{} {} to {}", terms.kind, terms.from, terms.to),
            "status": state.transfer_status(id),
        });
        if let Some(due) = transfer.due {
            row["due"] = json!(due);
        }
        (id.to_string(), row)
    };
    Value::Object(state.transfers().map(row).collect())
}

fn contracts(state: &State) -> Value {
    let mut all = Map::new();
    for (id, contract) in state.contracts() {
        let mut lines = Map::new();
        for line in &contract.terms.lines {
            let rows = contract.progress.iter().filter(|((number, _), _)| *number == line.line);
            let rows: Vec<_> = rows.map(|(_, progress)| *progress).collect();
            let sum = |pick: fn(&ledger_core::domain::procurement::Progress) -> Quantity| {
                Quantity::sum(rows.iter().map(pick)).unwrap()
            };
            lines.insert(
                line.line.to_string(),
                json!({
                    "what": line.description,
                    "contracted": sum(|p| p.contracted),
                    "dispatched": sum(|p| p.dispatched),
                    "received": sum(|p| p.received),
                    "accepted": sum(|p| p.accepted),
                    "invoiced": contract.invoiced[&line.line],
                }),
            );
        }
        let invoices = contract.invoices.iter().map(|id| {
            let invoice = state.invoice(id).unwrap();
            let (net, approved, paid) = (invoice.terms.net, invoice.approved, invoice.paid);
            (id.to_string(), json!({ "net": net, "approved": approved, "paid": paid }))
        });
        let invoices: Map<String, Value> = invoices.collect();
        all.insert(
            id.to_string(),
            json!({ "supplier": contract.terms.supplier, "lines": lines, "invoices": invoices }),
        );
    }
    Value::Object(all)
}

fn cost_shares(state: &State) -> Value {
    let mut pools = Map::new();
    for (_, programme) in state.programmes() {
        for (pool, parts) in &programme.pools {
            let parts = parts.iter().map(|part| (part.party.to_string(), json!(part.amount)));
            pools.insert(pool.to_string(), Value::Object(parts.collect()));
        }
    }
    Value::Object(pools)
}

/// Leaves what was found beside the build, where a person can read it, and says where.
fn left_beside(found: &str, name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, found).unwrap();
    format!("{name} is not what the story ends with; what it ends with is in {}", path.display())
}

#[test]
fn every_step_gets_its_answer_and_the_story_ends_as_written() {
    let (journal, refused) = played();
    let found = summary(&journal, &refused);
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    assert!(found == expected, "{}", left_beside(&format!("{found:#}\n"), "expected.json"));

    let steps = scenario();
    let span = steps.steps().last().unwrap().now.since(steps.steps()[0].now) / 86_400_000;
    assert!(journal.head().size >= 200 && refused.len() >= 8 && span >= 700, "{refused:?}, {span} days");
    let acting: BTreeSet<_> = steps.steps().iter().map(|step| step.by.party).collect();
    assert_eq!(acting.len(), 3);
}

#[test]
fn the_played_ledger_verifies_replays_and_loses_nothing() {
    let (journal, _) = played();
    let report = journal::verify(journal.store(), Expectations::default(), &mut |_, _| {}).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!(&report.head, journal.head());
    for (id, stock) in report.state.items() {
        assert!(stock.is_conserved(), "{id}");
    }
    let mut conserved = true;
    let tip = journal::replay(journal.store(), Until::End, &mut |_, _| {}, |visit| {
        conserved &= visit.state.items().all(|(_, stock)| stock.is_conserved());
        ControlFlow::Continue(())
    });
    assert!(conserved, "something was gained or lost on the way");
    assert_eq!(format!("{:?}", tip.unwrap().state()), format!("{:?}", journal.state()));
}

#[test]
fn the_same_story_gives_the_same_bytes() {
    let (first, second) = (played().0.into_store(), played().0.into_store());
    assert_eq!(first.into_parts(), second.into_parts());
}

/// What a ministry's book has of the ledger: all that it has at hand, one row for one item, owner, place and
/// condition.
fn book_rows(state: &State, holder: &str) -> BTreeSet<String> {
    let at_hand = |position: &Position| {
        use Standing::{AwaitingTitle, InService, OnLoan, Reserved};
        let here = matches!(position.standing, InService | Reserved(_) | OnLoan(_) | AwaitingTitle(_));
        here && position.holder.as_str() == holder
    };
    let mut rows: BTreeMap<(String, String), Quantity> = BTreeMap::new();
    for (id, stock) in state.items() {
        let nsn = stock.master.nsn.map_or_else(String::new, |nsn| nsn.to_string());
        let (serial, batch) = match id {
            ItemId::Serial { ncage, part, serial } => (format!("{ncage}:{part}:{serial}"), String::new()),
            ItemId::Batch { batch, .. } => (String::new(), batch.to_string()),
            ItemId::Bulk { .. } => (String::new(), String::new()),
        };
        for (position, quantity) in stock.positions.iter().filter(|(position, _)| at_hand(position)) {
            let Position { condition, location, owner, .. } = position;
            let front = format!("{AS_OF},{holder},{nsn},{serial},{batch}");
            let sum = rows
                .entry((front, format!("{condition},{location},{holder},{owner}")))
                .or_insert(quantity.none());
            *sum = sum.plus(*quantity).unwrap();
        }
    }
    let row = |((front, back), quantity): ((String, String), Quantity)| {
        let text = quantity.to_string();
        let (number, unit) = text.split_once(' ').unwrap();
        format!("{front},{number},{unit},{back}")
    };
    rows.into_iter().map(row).collect()
}

#[test]
fn the_books_differ_from_the_ledger_by_the_planted_breaks_and_nothing_else() {
    let (journal, _) = played();
    let breaks: Vec<Value> = serde_json::from_str(BREAKS).unwrap();
    let (mut classes, mut wrong) = (BTreeSet::new(), Vec::new());
    for (party, book) in BOOKS {
        let mut lines = book.lines();
        assert_eq!(
            lines.next(),
            Some("as_of,ministry,nsn,serial,batch,qty,uom,condition,location,holder,owner")
        );
        let mut expected = book_rows(journal.state(), party);
        for planted in breaks.iter().filter(|planted| planted["ministry"] == party) {
            let row = |side: &str| planted[side].as_str().map(str::to_owned);
            if let Some(row) = row("ledger") {
                assert!(expected.remove(&row), "not in the ledger: {row}");
            }
            if let Some(row) = row("book") {
                assert!(expected.insert(row.clone()), "in the ledger already: {row}");
            }
            classes.insert(planted["class"].as_str().unwrap());
        }
        let found: BTreeSet<&str> = lines.collect();
        if !found.iter().copied().eq(expected.iter().map(String::as_str)) {
            let expected: String = expected.into_iter().map(|row| row + "\n").collect();
            wrong.push(left_beside(&expected, &format!("books-{}.csv", party.to_lowercase())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let all = ["B01", "B02", "B03", "B08", "B09", "B10", "B11"];
    assert_eq!(classes, BTreeSet::from(all));
}

/// The story with one line changed.
fn retold(line: usize, from: &str, to: &str) -> Result<Journal<MemoryStore>, PlayError> {
    let steps: Vec<String> = STEPS.lines().map(str::to_owned).collect();
    let mut changed = steps.clone();
    changed[line] = steps[line].replace(from, to);
    assert_ne!(changed[line], steps[line]);
    Scenario::parse(CHARTER, &changed.join("\n")).unwrap().play(MemoryStore::new(), |_| {})
}

#[test]
fn another_answer_than_the_expected_one_ends_the_play() {
    let refused = STEPS.lines().position(|line| line.contains(r#""refused":"T09""#)).unwrap();
    let told = |result: Result<Journal<MemoryStore>, PlayError>| result.unwrap_err();
    let error = told(retold(refused, r#""refused":"T09""#, r#""refused":"T10""#));
    assert!(matches!(error, PlayError::OtherRule { line, .. } if line == refused + 1), "{error}");
    let error = told(retold(refused, r#","refused":"T09""#, ""));
    assert!(matches!(error, PlayError::Refused { line, .. } if line == refused + 1), "{error}");
    let error = told(retold(1, r#""tell""#, r#""refused":"G07","tell""#));
    assert!(matches!(error, PlayError::Recorded { line: 2, entry: 1, .. }), "{error}");

    // A charter that names another root key than the story's.
    let charter = CHARTER.replacen(r#""root_key": ""#, r#""root_key": "00"#, 1);
    let key = charter.split(r#""root_key": ""#).nth(1).unwrap().split('"').next().unwrap();
    let charter = charter.replace(key, &key[..64]);
    let error = Scenario::parse(&charter, STEPS).unwrap().play(MemoryStore::new(), |_| {}).unwrap_err();
    assert!(matches!(error, PlayError::Charter(_)), "{error}");
}
