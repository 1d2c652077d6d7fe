//! Records from CSV, and the stories of the demo as ledgers.

use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use ledger_core::domain::reconcile::run::{
    Ages, Facts, Flaw, Note, Record, RunReport, Shape, Span, Terms, compare, expected_rows, reconcile_run,
    shape_of,
};
use ledger_core::domain::reconcile::{BreakClass, RunKind, Tolerances};
use ledger_core::domain::{Date, Party, RecordedAct, State, Timestamp};
use ledger_core::exchange::rows::{self, RunBook};
use ledger_core::exchange::scenario::Scenario;
use ledger_core::journal::{self, Until};
use ledger_core::store::memory::MemoryStore;

pub(crate) fn party(code: &str) -> Party {
    code.parse().unwrap()
}

pub(crate) fn day(day: &str) -> Date {
    day.parse().unwrap()
}

pub(crate) fn shape(run: RunKind) -> &'static Shape {
    shape_of(run).unwrap()
}

/// The terms of a test: everything up to a day, for EE.
pub(crate) fn terms(to: &str) -> Terms {
    Terms {
        party: party("EE"),
        with: None,
        span: Span { from: None, to: day(to) },
        tolerances: Tolerances::default(),
        rates: Vec::new(),
        ages: Ages::agreed(&State::new()),
    }
}

/// Reads rows of EE; all of them must be readable.
pub(crate) fn read(run: RunKind, rows: &[String]) -> Vec<Record> {
    let mut text = shape(run).names().join(",");
    rows.iter().for_each(|row| {
        text.push('\n');
        text.push_str(row);
    });
    let book = RunBook::read(text.as_bytes(), shape(run), party("EE")).unwrap();
    assert_eq!(book.bad_rows, []);
    assert_eq!(book.rows_of_others, 0, "{rows:?}");
    book.rows
}

/// The same as the ledger's side.
pub(crate) fn ledger(run: RunKind, rows: &[String]) -> Vec<Record> {
    let mut records = read(run, rows);
    for record in &mut records {
        record.row = 0;
        record.note = Some(Box::new(Note { shares: 3, ..Note::default() }));
    }
    records
}

/// A flaw of a class.
pub(crate) fn flaw(class: BreakClass) -> Flaw {
    Flaw { class, by: party("LV"), since: None, words: format!("known to be {class}") }
}

/// Both sides from CSV, compared on the terms of a test.
pub(crate) fn compared(run: RunKind, ours: &[String], theirs: &[String], terms: &Terms) -> RunReport {
    let mut report = compare(shape(run), terms, ledger(run, ours), read(run, theirs));
    rows::number(&mut report, &rows::usual_source(run).unwrap());
    report
}

/// A story, played once.
pub(crate) struct Story {
    pub state: State,
    acts: Vec<Arc<RecordedAct>>,
    /// The day of its last act.
    pub day: Date,
}

impl Story {
    fn play(charter: &str, steps: &str) -> Self {
        let scenario = Scenario::parse(charter, steps).unwrap();
        let played = scenario.play(MemoryStore::new(), |_| ()).unwrap();
        let mut acts = Vec::new();
        let tip = journal::replay(played.store(), Until::End, &mut |_, _| (), |visit| {
            acts.push(visit.entry.act().clone());
            ControlFlow::Continue(())
        });
        let tip = tip.unwrap();
        let day = tip.head().recorded_at.map(Timestamp::date).unwrap();
        Self { state: tip.state().clone(), acts, day }
    }

    pub(crate) fn baltic() -> &'static Self {
        static PLAYED: OnceLock<Story> = OnceLock::new();
        PLAYED.get_or_init(|| {
            Self::play(
                include_str!("../../fixtures/scenarios/baltic/charter.json"),
                include_str!("../../fixtures/scenarios/baltic/steps.jsonl"),
            )
        })
    }

    pub(crate) fn regimes() -> &'static Self {
        static PLAYED: OnceLock<Story> = OnceLock::new();
        PLAYED.get_or_init(|| {
            Self::play(
                include_str!("../../fixtures/scenarios/regimes/charter.json"),
                include_str!("../../fixtures/scenarios/regimes/steps.jsonl"),
            )
        })
    }

    pub(crate) fn findings() -> &'static Self {
        static PLAYED: OnceLock<Story> = OnceLock::new();
        PLAYED.get_or_init(|| {
            Self::play(
                include_str!("../../fixtures/scenarios/findings/charter.json"),
                include_str!("../../fixtures/scenarios/findings/steps.jsonl"),
            )
        })
    }

    pub(crate) fn facts(&self, run: RunKind) -> Facts {
        let mut facts = Facts::new(run);
        self.acts.iter().for_each(|act| facts.take(act));
        facts
    }

    pub(crate) fn terms(&self, who: &str) -> Terms {
        Terms { party: party(who), ages: Ages::agreed(&self.state), ..terms(&self.day.to_string()) }
    }

    /// The book that the ledger expects, as CSV without its first line.
    pub(crate) fn book(&self, run: RunKind, who: &str) -> Vec<String> {
        let rows = expected_rows(&self.state, &self.facts(run), &self.terms(who), shape(run));
        let mut text = Vec::new();
        rows::write(&mut text, shape(run), &rows).unwrap();
        String::from_utf8(text).unwrap().lines().skip(1).map(str::to_owned).collect()
    }

    /// A book, compared with the ledger.
    pub(crate) fn against(&self, run: RunKind, who: &str, book: &[String]) -> RunReport {
        self.against_on(run, &self.terms(who), book)
    }

    pub(crate) fn against_on(&self, run: RunKind, terms: &Terms, book: &[String]) -> RunReport {
        let mut text = shape(run).names().join(",");
        book.iter().for_each(|row| {
            text.push('\n');
            text.push_str(row);
        });
        let book = RunBook::read(text.as_bytes(), shape(run), terms.party).unwrap();
        assert_eq!(book.bad_rows, []);
        let mut report = reconcile_run(&self.state, &self.facts(run), terms, shape(run), book.rows);
        rows::number(&mut report, &rows::usual_source(run).unwrap());
        report
    }
}

/// The classes of the breaks, in order.
pub(crate) fn classes(report: &RunReport) -> Vec<&'static str> {
    report.breaks.iter().map(|found| found.class.code()).collect()
}
