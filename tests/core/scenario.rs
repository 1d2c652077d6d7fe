//! The demo scenario: played on the reference store, held to every answer and to its end state that stand in
//! `fixtures/scenarios/baltic`.
//!
//! A change of the rules or of the data turns this red. When the change is meant: what the test found is in
//! the files that its message names; read them, then put them in the place of the old ones.

use ledger_core::exchange::scenario::{Answer, PlayError, Scenario};
use ledger_core::journal::Journal;
use ledger_core::store::memory::MemoryStore;

const CHARTER: &str = include_str!("../../fixtures/scenarios/baltic/charter.json");
const STEPS: &str = include_str!("../../fixtures/scenarios/baltic/steps.jsonl");

fn scenario() -> Scenario {
    Scenario::parse(CHARTER, STEPS).unwrap()
}

#[test]
fn every_step_gets_the_answer_that_the_story_expects() {
    let scenario = scenario();
    let journal = scenario.play(MemoryStore::new(), |outcome| match &outcome.answer {
        Answer::Recorded(receipt) => {
            println!("{:>3} {} {}", receipt.entry, outcome.step.now, outcome.step.tell)
        }
        Answer::Refused(rejection) => println!("  - {} {} {rejection}", outcome.step.now, outcome.step.tell),
    });
    if let Err(e) = journal {
        panic!("{e}")
    }
}
