//! The scenario `closing`: a month that is compared, closed and examined. What the story leaves is what it is told for.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use ledger_core::domain::books::{BreakStatus, ClosingGround};
use ledger_core::domain::period::Accord;
use ledger_core::domain::status::MatterKind;
use ledger_core::exchange::scenario::{Answer, Scenario};
use ledger_core::journal::{self, Journal, Thread, Until};
use ledger_core::ledger::Expectations;
use ledger_core::store::memory::MemoryStore;

const CHARTER: &str = include_str!("../../fixtures/scenarios/closing/charter.json");
const STEPS: &str = include_str!("../../fixtures/scenarios/closing/steps.jsonl");
const README: &str = include_str!("../../fixtures/scenarios/closing/README.md");

/// The ledger at the end of the story, and the rules that refused on the way.
fn played() -> (Journal<MemoryStore>, Vec<String>) {
    let mut refused = Vec::new();
    let journal = Scenario::parse(CHARTER, STEPS).unwrap().play(MemoryStore::new(), |outcome| {
        if let Answer::Refused(rejection) = &outcome.answer {
            refused.push(rejection.rule.to_string());
        }
    });
    (journal.unwrap_or_else(|error| panic!("{error}")), refused)
}

#[test]
fn the_month_is_closed_and_what_is_left_of_it_is_listed() {
    let (journal, refused) = played();
    let state = journal.state();
    let status = |id: &str| &state.known_break(&id.parse().unwrap()).unwrap().status;
    assert!(matches!(status("EE-B-0001"), BreakStatus::Accepted { .. }));
    assert!(matches!(status("EE-B-0002"), BreakStatus::Closed { ground: ClosingGround::NotFound, .. }));
    assert!(matches!(status("EE-B-0003"), BreakStatus::Closed { ground: ClosingGround::Corrected, .. }));
    assert!(matches!(status("EE-LV-B-0001"), BreakStatus::Explained { .. }));
    let period = "2026-01".parse().unwrap();
    let party = |code: &str| code.parse().unwrap();
    assert_eq!(state.accord(&period, party("EE"), party("LV")), Accord::Agreed);
    assert_eq!(state.accord(&period, party("EE"), party("LT")), Accord::Half(party("EE")));
    let matters = state.matters("2026-03-10T00:00:00Z".parse().unwrap());
    let kinds: BTreeSet<_> = matters.iter().map(|matter| matter.kind).collect();
    let expected = [MatterKind::Break, MatterKind::SignOff, MatterKind::Balance, MatterKind::Finding];
    assert!(expected.iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    let rules: BTreeSet<&str> = refused.iter().map(String::as_str).collect();
    assert_eq!(
        rules.into_iter().collect::<Vec<_>>(),
        ["A01", "A03", "A04", "C04", "C05", "C06", "C07", "C09", "C10", "SOD-4"]
    );
}

/// The cut-off and the sample name what the ledger was at the end of January, and so does whoever computes it.
#[test]
fn the_cut_off_is_that_of_the_last_day_of_the_month() {
    let (journal, _) = played();
    let terms = &journal.state().period(&"2026-01".parse().unwrap()).unwrap().terms;
    assert_eq!(journal.tip().at_end_of(terms.last_day), (terms.size, terms.root));
    let sample = journal.state().sample(&"RK-2026-1.A".parse().unwrap()).unwrap();
    assert_eq!((sample.terms.size, sample.terms.root), (terms.size, terms.root));
    let tip = journal::replay(journal.store(), Until::Size(terms.size), &mut |_, _| (), |_| {
        ControlFlow::Continue(())
    });
    let then = tip.unwrap();
    assert_eq!(then.head().frontier.root(), terms.root);
    // A party's balances with all others sum to its net position.
    let (balances, positions) = (then.state().balances(), then.state().net_positions());
    for (currency, of) in &positions {
        for (party, net) in of {
            let owed: i128 = balances
                .iter()
                .map(|((one, other), by)| {
                    let owes = by.get(currency).copied().unwrap_or(0);
                    if one == party {
                        -owes
                    } else if other == party {
                        owes
                    } else {
                        0
                    }
                })
                .sum();
            assert_eq!(owed, *net, "{party} {currency}");
        }
    }
    assert!(!balances.is_empty());
}

#[test]
fn the_history_of_a_break_and_of_a_finding_can_be_followed() {
    use ledger_core::domain::Subject;
    let (journal, _) = played();
    let history = |subject: Subject| {
        let (mut thread, mut kinds) = (Thread::of(subject), Vec::new());
        journal::replay(journal.store(), Until::End, &mut |_, _| (), |visit| {
            if thread.takes(&visit) {
                kinds.push(visit.entry.act().act.events.last().unwrap().name());
            }
            ControlFlow::Continue(())
        })
        .unwrap();
        kinds
    };
    assert_eq!(
        history(Subject::Break("EE-B-0001".parse().unwrap())),
        ["BreakOpened", "BreakAccepted", "ActCountersigned", "BreakFoundAgain"]
    );
    assert_eq!(
        history(Subject::AuditFinding("RK-2026-1.F1".parse().unwrap())),
        ["FindingRaised", "ManagementReplied"]
    );
    assert!(history(Subject::Period("2026-01".parse().unwrap())).contains(&"BalanceConfirmed"));
}

#[test]
fn the_played_ledger_verifies_and_the_readme_counts_it() {
    let (journal, refused) = played();
    let report = journal::verify(journal.store(), Expectations::default(), &mut |_, _| ()).unwrap();
    assert_eq!(report.findings, []);
    let steps = STEPS.lines().count();
    let recorded = journal.head().size;
    let words = format!(
        "It has {steps} steps: {recorded} acts that the ledger takes and {} that it refuses",
        refused.len()
    );
    assert!(README.replace('\n', " ").contains(&words), "{words}");
}
