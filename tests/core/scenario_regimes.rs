//! The scenario `regimes`: the same undertakings in peace, under standing authorisations and in a crisis. Played on the
//! reference store and counted: less paper, and no less record.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use ledger_core::domain::consent::Basis;
use ledger_core::domain::paperwork::{Circumstances, Paperwork};
use ledger_core::domain::ratification::RatificationStatus;
use ledger_core::exchange::scenario::{Answer, Scenario};
use ledger_core::journal::{self, Journal, Until};
use ledger_core::ledger::Expectations;
use ledger_core::store::memory::MemoryStore;

const CHARTER: &str = include_str!("../../fixtures/scenarios/regimes/charter.json");
const STEPS: &str = include_str!("../../fixtures/scenarios/regimes/steps.jsonl");
const README: &str = include_str!("../../fixtures/scenarios/regimes/README.md");

/// The ledger at the end of the story, and the rules that refused on the way.
fn played() -> (Journal<MemoryStore>, BTreeSet<String>) {
    let mut refused = BTreeSet::new();
    let journal = Scenario::parse(CHARTER, STEPS).unwrap().play(MemoryStore::new(), |outcome| {
        if let Answer::Refused(rejection) = &outcome.answer {
            refused.insert(rejection.rule.to_string());
        }
    });
    (journal.unwrap_or_else(|error| panic!("{error}")), refused)
}

/// Counted from the entries.
fn counted(journal: &Journal<MemoryStore>) -> Paperwork {
    let mut paperwork = Paperwork::new();
    journal::replay(journal.store(), Until::End, &mut |_, _| (), |visit| {
        paperwork.note(visit.entry.act(), visit.state);
        ControlFlow::Continue(())
    })
    .unwrap();
    paperwork
}

#[test]
fn the_trilateral_loan_takes_four_signatures_in_peace_at_most_two_under_authorisations_and_one_in_a_crisis() {
    use Circumstances::{Crisis, Peace, Standing};
    let (journal, _) = played();
    let undertakings: BTreeMap<String, _> = counted(&journal)
        .undertakings(journal.state())
        .into_iter()
        .map(|undertaking| (undertaking.subject.to_string(), undertaking))
        .collect();
    let took = |subject: &str| {
        let undertaking = undertakings.get(subject).unwrap_or_else(|| panic!("no {subject}"));
        (undertaking.circumstances, undertaking.signatures)
    };
    assert_eq!(took("transfer LN-PEACE"), (Peace, 4));
    assert!(took("transfer LN-STANDING").1 <= 2);
    assert_eq!(took("transfer LN-STANDING"), (Standing, 1));
    assert_eq!(took("transfer LN-CRISIS"), (Crisis, 1));
    // And the others that are told three times.
    for (what, peace) in [("transfer CU", 2), ("support order MS", 2), ("contract CO", 2), ("movement EX", 3)]
    {
        assert_eq!(took(&format!("{what}-PEACE")), (Peace, peace), "{what}");
        assert_eq!(took(&format!("{what}-STANDING")), (Standing, 1), "{what}");
        assert_eq!(took(&format!("{what}-CRISIS")), (Crisis, 1), "{what}");
    }
    assert!(undertakings["transfer LN-PEACE"].minutes() > 0);
    assert_eq!(undertakings["transfer LN-CRISIS"].minutes(), 0);
    // A crisis puts off the words of Latvia and Lithuania; it spares nobody's.
    let afterwards = |subject: &str| undertakings[subject].afterwards;
    assert_eq!(
        ["transfer LN-PEACE", "transfer LN-STANDING", "transfer LN-CRISIS"].map(afterwards),
        [0, 0, 3]
    );
    // Refused by one officer, unwound by two.
    assert_eq!(afterwards("transfer LN-RADIOS"), 3);
    // The way home carries the same transfer and is no undertaking of its own; nothing else was started.
    assert_eq!(undertakings.len(), 16, "{:?}", undertakings.keys());
}

#[test]
fn records_are_the_same_in_all_circumstances_and_only_consents_become_fewer() {
    let (journal, _) = played();
    let kinds = counted(&journal).kinds(journal.state());
    let took = |kind: &str| {
        let tallies = &kinds[kind];
        Circumstances::ALL.map(|each| tallies.get(&each).map(|tally| tally.most))
    };
    for kind in
        ["TransferProposed", "MovementPlanned", "MovementStarted", "BorderCrossed", "MovementCompleted"]
    {
        assert_eq!(took(kind), [Some(1); 3], "{kind}");
    }
    for kind in ["ConsignmentDispatched", "ConsignmentReceived", "ReturnReceived"] {
        assert_eq!(took(kind), [Some(1); 3], "{kind}");
    }
    // Both hands sign for what goes from one to the other, whatever the times.
    assert_eq!(took("SupportDelivered"), [Some(2); 3]);
    for kind in ["SupportOrdered", "CallOffOrdered"] {
        assert_eq!(took(kind), [Some(2), Some(1), Some(1)], "{kind}");
    }
    assert_eq!(took("MovementNotified"), [None, Some(1), None]);
    for kind in ["TransferApproved", "PermissionRequested", "PermissionGranted"] {
        assert_eq!(took(kind), [Some(1), None, None], "{kind}");
    }
}

#[test]
fn the_readme_says_what_the_undertakings_took() {
    let (journal, _) = played();
    for undertaking in counted(&journal).undertakings(journal.state()) {
        let id = undertaking.subject.to_string();
        let id = id.rsplit(' ').next().unwrap();
        let row = README.lines().find(|line| line.contains(&format!("`{id}`")));
        let row = row.unwrap_or_else(|| panic!("the README does not name {id}"));
        let cell = format!(
            "| {} | {} | {} |",
            undertaking.signatures,
            undertaking.afterwards,
            undertaking.minutes()
        );
        assert!(row.contains(&cell), "{row}: {cell}");
    }
}

#[test]
fn what_stays_refused_in_every_circumstance_is_refused() {
    let (_, refused) = played();
    let expected = ["G01", "G02", "G03", "M01", "M05", "S03", "S04", "SOD-6", "T09", "T17"];
    assert_eq!(refused, expected.map(str::to_owned).into());
}

#[test]
fn a_crisis_leaves_more_record_not_less() {
    let (journal, _) = played();
    let state = journal.state();
    let by_crisis: BTreeSet<_> = state
        .all_reliances()
        .flat_map(|(entry, all)| all.iter().map(move |one| (*entry, one)))
        .filter(|(_, one)| matches!(one.basis, Basis::Crisis { .. }))
        .map(|(entry, one)| (entry, one.party))
        .collect();
    // Whoever's consent a crisis stood in for has answered, and what was refused is unwound.
    let answered: BTreeSet<_> = state.ratifications().map(|(key, _)| *key).collect();
    assert_eq!(answered, by_crisis);
    let open = state.ratifications().filter(|(_, debt)| {
        matches!(debt.status, RatificationStatus::Owed | RatificationStatus::Refused { .. })
    });
    assert_eq!(open.count(), 0);
    let unwound =
        state.ratifications().filter(|(_, debt)| matches!(debt.status, RatificationStatus::Unwound { .. }));
    assert_eq!(unwound.count(), 1);
    // All goods are where they belong, and all loans are closed.
    for (id, stock) in state.items() {
        assert!(stock.is_conserved(), "{id}");
    }
    let open: Vec<_> = state.transfers().filter(|(id, _)| state.transfer_is_open(id)).collect();
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_played_ledger_verifies_and_the_same_story_gives_the_same_bytes() {
    let (journal, _) = played();
    let report = journal::verify(journal.store(), Expectations::default(), &mut |_, _| {}).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!(journal.into_store().into_parts(), played().0.into_store().into_parts());
}
