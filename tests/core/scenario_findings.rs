//! The scenario `findings`: nine findings of an audit, told as acts. What `findings.json` points at is there.

use std::collections::BTreeMap;

use ledger_core::domain::Rejection;
use ledger_core::exchange::books::Books;
use ledger_core::exchange::scenario::{Answer, Scenario};
use ledger_core::journal::{self, Journal};
use ledger_core::ledger::Expectations;
use ledger_core::store::memory::MemoryStore;
use serde_json::{Value, json};

const CHARTER: &str = include_str!("../../fixtures/scenarios/findings/charter.json");
const STEPS: &str = include_str!("../../fixtures/scenarios/findings/steps.jsonl");
const FINDINGS: &str = include_str!("../../fixtures/scenarios/findings/findings.json");
const BOOK: &str = include_str!("../../fixtures/scenarios/findings/books-ee.csv");

fn played() -> (Journal<MemoryStore>, BTreeMap<usize, Rejection>) {
    let mut refused = BTreeMap::new();
    let journal = Scenario::parse(CHARTER, STEPS).unwrap().play(MemoryStore::new(), |outcome| {
        if let Answer::Refused(rejection) = &outcome.answer {
            refused.insert(outcome.line, rejection.clone());
        }
    });
    (journal.unwrap_or_else(|error| panic!("{error}")), refused)
}

/// What is pointed at under this name, with the number of the finding.
fn pointed_at(name: &str) -> Vec<(u64, Value)> {
    let findings: Vec<Value> = serde_json::from_str(FINDINGS).unwrap();
    let answers = |finding: &Value| {
        let number = finding["number"].as_u64().unwrap();
        let answers = finding["answers"].as_array().unwrap().clone();
        answers.into_iter().map(move |answer| (number, answer))
    };
    let all = findings.iter().flat_map(answers);
    all.filter_map(|(number, answer)| Some((number, answer.get(name)?.clone()))).collect()
}

#[test]
fn all_nine_are_there_and_each_has_an_answer() {
    let findings: Vec<Value> = serde_json::from_str(FINDINGS).unwrap();
    let numbers: Vec<_> = findings.iter().map(|finding| finding["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=9).collect::<Vec<_>>());
    for finding in &findings {
        assert!(!finding["answers"].as_array().unwrap().is_empty(), "{finding}");
    }
}

#[test]
fn the_wrong_acts_are_refused_by_the_rule_that_guards_against_the_finding() {
    let (_, refused) = played();
    let found: Vec<(u64, String)> = pointed_at("step")
        .into_iter()
        .map(|(number, step)| {
            let step = usize::try_from(step.as_u64().unwrap()).unwrap();
            let rejection = refused.get(&step).unwrap_or_else(|| panic!("step {step} was not refused"));
            (number, rejection.rule.to_string())
        })
        .collect();
    let expected = [
        (1, "P06"),
        (1, "P07"),
        (1, "P07"),
        (2, "P08"),
        (3, "P11"),
        (3, "P06"),
        (4, "S01"),
        (5, "I04"),
        (6, "T05"),
        (7, "P12"),
        (7, "P12"),
        (7, "P05"),
        (8, "P04"),
        (9, "SOD-3"),
    ];
    assert_eq!(found, expected.map(|(number, rule)| (number, rule.to_owned())));
}

#[test]
fn what_no_rule_can_refuse_is_on_the_list_of_open_matters() {
    let (journal, _) = played();
    let mut listed = Vec::new();
    for (number, at) in pointed_at("status") {
        let as_of = at["as_of"].as_str().unwrap().parse().unwrap();
        let matters = journal.state().matters(as_of);
        let matter = matters.iter().find(|matter| {
            json!(matter.kind) == at["kind"] && matter.subject == at["subject"].as_str().unwrap()
        });
        let matter = matter.unwrap_or_else(|| panic!("finding {number}: {at} is not on the list"));
        assert_eq!(json!(matter.by), at["party"]);
        listed.push((number, matter.kind.to_string(), matter.days_overdue(as_of)));
    }
    let expected = [
        (2, "ADVANCE", 2_437),
        (6, "VARIANCE", 0),
        (7, "RESERVATION", 155),
        (8, "DELIVERY", 64),
        (8, "ACCEPTANCE", 0),
        (9, "COUNT", 1_009),
    ];
    assert_eq!(listed, expected.map(|(number, kind, days)| (number, kind.to_owned(), days)));
}

#[test]
fn the_book_differs_from_the_ledger_where_consumption_was_not_entered_and_nowhere_else() {
    let (journal, _) = played();
    let book = Books::read(BOOK.as_bytes(), "EE".parse().unwrap()).unwrap();
    let report = book.reconcile(journal.state(), Default::default());
    let found: Vec<_> =
        report.reconciliation.breaks.iter().map(|b| (b.class.to_string(), b.item.to_string())).collect();
    let [(6, at)] = &pointed_at("reconcile")[..] else { panic!("one book, for finding 6") };
    let text = |field: &str| at[field].as_str().unwrap().to_owned();
    assert_eq!(found, [(text("class"), text("item"))]);
}

#[test]
fn the_played_ledger_verifies() {
    let (journal, _) = played();
    let report = journal::verify(journal.store(), Expectations::default(), &mut |_, _| {}).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
}
