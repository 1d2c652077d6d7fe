//! A run on record: once, resumed where it was cut off, and what was accepted is known afterwards.

use ledger_core::domain::reconcile::run::{Facts, RunReport, Terms};
use ledger_core::domain::reconcile::{RunKind, Tolerances};
use ledger_core::domain::{Digest, Event, Role};
use ledger_core::exchange::books::Books;
use ledger_core::exchange::posting::{self, Statement};
use ledger_core::exchange::rows::usual_source;
use ledger_core::ledger::Tip;
use ledger_core::ledger::entry::RawEntry;
use ledger_core::ledger::signer::SeedSigner;
use serde_json::json;

use super::inventory::{Ledger, key_of};
use super::support::{day, terms};

const AS_OF: &str = "2026-01-30";
const REC: Role = Role::Reconciliation;
const HEADER: &str = "as_of,ministry,nsn,serial,batch,qty,uom,condition,location,holder,owner\n";

/// A ledger whose EE has 500 rounds, a reconciliation service, and agreed tolerances.
fn ledger() -> Ledger {
    let mut ledger = Ledger::with(&[("batch:1376-38-123-4567:EA-22-07=500 EA", "Tapa A EE EE")]);
    for (party, witness) in [("EE", "LV"), ("LV", "LT"), ("LT", "EE")] {
        for role in [Role::Minister, Role::PaymentAuthoriser, REC] {
            ledger.record(
                key_of(party, Role::Root),
                "KeyEnrolled",
                json!({ "key": key_of(party, role), "party": party, "role": role }),
            );
            ledger.countersign(key_of(witness, Role::Root));
        }
    }
    let agreed = json!({ "bulk_bp": 50, "value_date_days": 3, "crossing_min": 30, "rounding_minor": 1,
        "late_days": 30, "acceptance_days": 365 });
    ledger.record(
        key_of("EE", Role::Minister),
        "ReconciliationTolerancesSet",
        json!({ "tolerances": agreed }),
    );
    let entry = ledger.seq - 1;
    for party in ["LV", "LT"] {
        ledger.record(key_of(party, Role::Minister), "ActCountersigned", json!({ "entry": entry }));
    }
    ledger
}

/// The book of EE with so many rounds, and `extra` rows that the ledger lacks.
fn report(ledger: &Ledger, rounds: u32, extra: usize) -> RunReport {
    let mut text = format!("{HEADER}{AS_OF},EE,1376-38-123-4567,,EA-22-07,{rounds},EA,A,Tapa,EE,EE\n");
    for number in 0..extra {
        text.push_str(&format!("{AS_OF},EE,1376-38-999-9999,,B-{number:05},7,EA,A,Tapa,EE,EE\n"));
    }
    let book = Books::read(text.as_bytes(), "EE".parse().unwrap()).unwrap();
    let found = book.reconcile(&ledger.state, Tolerances::default());
    let terms = Terms { party: "EE".parse().unwrap(), ..terms(AS_OF) };
    let source = usual_source(RunKind::Inventory).unwrap();
    let mut report = found.in_words(&ledger.state, &Facts::new(RunKind::Inventory), &terms, &source);
    report.mark_known(&ledger.state, day(AS_OF));
    report
}

fn statement(mark: u8) -> Statement {
    let source = usual_source(RunKind::Inventory).unwrap();
    Statement { source, as_of: day(AS_OF), sha256: Digest::new([mark; 32]), rows: 1 }
}

fn post(ledger: &mut Ledger, report: &RunReport, mark: u8, most: usize) -> usize {
    let posting =
        posting::acts(report, &statement(mark), None, ledger.seq, &ledger.state, ledger.now).unwrap();
    let acts: Vec<_> = posting.acts.into_iter().take(most).collect();
    let count = acts.len();
    for act in acts {
        ledger.record_act(key_of("EE", REC), act);
    }
    count
}

#[test]
fn a_run_is_recorded_once_and_what_was_accepted_is_known() {
    let mut ledger = ledger();
    let first = report(&ledger, 520, 0);
    assert!(!first.is_clean());
    assert_eq!(post(&mut ledger, &first, 1, 9), 1);
    assert_eq!(post(&mut ledger, &first, 1, 9), 0, "a second time there is nothing to record");
    let id = first.breaks[0].id.clone().unwrap();
    assert_eq!(ledger.state.known_break(&id).unwrap().terms.quantity.unwrap().to_string(), "20 EA");

    ledger.record(
        key_of("EE", Role::PropertyBookOfficer),
        "BreakExplained",
        json!({ "break_id": id, "reason": "Counted with the neighbour's" }),
    );
    let known = report(&ledger, 520, 0).breaks[0].known.clone().unwrap();
    assert_eq!((known.status, known.counts), ("explained", true));

    ledger.record(
        key_of("EE", Role::PropertyBookOfficer),
        "BreakAccepted",
        json!({ "break_id": id, "reason": "Too little", "limit_quantity": "20 EA", "until": "2026-02-28" }),
    );
    ledger.countersign(key_of("EE", Role::PaymentAuthoriser));
    let again = report(&ledger, 520, 0);
    assert!(again.is_clean(), "{:?}", again.breaks);
    assert_eq!(again.breaks[0].known.as_ref().unwrap().status, "accepted");
    // One round more is beyond the limit: the same break counts again.
    let more = report(&ledger, 521, 0);
    assert_eq!(more.breaks[0].id, again.breaks[0].id);
    assert_eq!(more.breaks[0].known.as_ref().unwrap().status, "exceeded");
    assert!(!more.is_clean());
    // And after its last day.
    let mut later = report(&ledger, 520, 0);
    later.mark_known(&ledger.state, day("2026-03-01"));
    assert_eq!(later.breaks[0].known.as_ref().unwrap().status, "expired");
    assert!(!later.is_clean());
    // The next run finds it again: it is posted, not opened.
    assert_eq!(post(&mut ledger, &more, 2, 9), 1);
    assert_eq!(ledger.state.known_break(&id).unwrap().earlier, Vec::<u64>::new());
}

#[test]
fn many_breaks_take_few_acts_and_a_posting_that_was_cut_off_goes_on() {
    let mut ledger = ledger();
    let found = report(&ledger, 500, 1_000);
    assert_eq!(found.breaks.len(), 1_000);
    let posting = posting::acts(&found, &statement(3), None, ledger.seq, &ledger.state, ledger.now).unwrap();
    assert!(posting.acts.len() <= 5, "{}", posting.acts.len());
    let opened = |event: &Event| matches!(event, Event::BreakOpened(_));
    let breaks = posting.acts.iter().flat_map(|act| &act.events).filter(|event| opened(event)).count();
    assert_eq!(breaks, 1_000);
    // Every act fits into an entry.
    for act in &posting.acts {
        let (origin, head) = ("ledger.example/test".parse().unwrap(), Tip::new().head().clone());
        let signer = SeedSigner::from_seed([7; 32]);
        RawEntry::seal(&origin, &head, ledger.now, act.clone(), &signer).unwrap();
    }
    let in_all = posting.acts.len();
    assert_eq!(post(&mut ledger, &found, 3, 1), 1);
    let run = ledger.state.reconciliation_runs().next().unwrap();
    assert!(!run.1.is_complete());
    assert_eq!(post(&mut ledger, &found, 3, 99), in_all - 1);
    assert!(ledger.state.reconciliation_runs().next().unwrap().1.is_complete());
    assert_eq!(post(&mut ledger, &found, 3, 99), 0);
}
