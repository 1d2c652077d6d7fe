//! Two years of three ministries; then each ministry's own book against the ledger.

use std::path::Path;

use ledger_core::domain::reconcile::BreakClass;
use ledger_core::domain::{Date, Party, State, Timestamp};
use ledger_core::exchange::books::Books;
use serde::Deserialize;
use serde_json::{Map, json};

use super::{broken, play};
use crate::commands::reconcile;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::human;

const CHARTER: &str = include_str!("../../../../fixtures/scenarios/baltic/charter.json");
const STEPS: &str = include_str!("../../../../fixtures/scenarios/baltic/steps.jsonl");
/// Each ministry's own book, with the differences that were planted in it.
const BOOKS: [(&str, &str); 3] = [
    ("EE", include_str!("../../../../fixtures/scenarios/baltic/books-ee.csv")),
    ("LV", include_str!("../../../../fixtures/scenarios/baltic/books-lv.csv")),
    ("LT", include_str!("../../../../fixtures/scenarios/baltic/books-lt.csv")),
];
const PLANTED: &str = include_str!("../../../../fixtures/scenarios/baltic/expected-breaks.json");

/// A difference that was planted in a book.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Planted {
    ministry: Party,
    class: BreakClass,
    item: String,
}

pub(super) fn run(dir: &Path, context: &Context) -> Result<Answer, CommandError> {
    let played = play(CHARTER, STEPS, dir, context)?;
    let day = played.tip.head().recorded_at.map(Timestamp::date);
    let day = day.ok_or_else(|| broken("the story records nothing"))?;
    let found = compare(played.state(), day, context)?;
    let special = Map::from_iter([("planted_differences_found".to_owned(), json!(found))]);
    let words = format!(
        "{}  all {found} differences that were planted in the three books, and no other",
        human::good("reconciled")
    );
    played.end(special, &[words], dir, context)?;
    Ok(Answer::Done)
}

/// Reconciles the three ministries' books and sees to it that exactly the planted differences are found.
fn compare(state: &State, day: Date, context: &Context) -> Result<usize, CommandError> {
    let mut found = Vec::new();
    for (ministry, book) in BOOKS {
        let ministry: Party = ministry.parse().map_err(broken)?;
        let book = Books::read(book.as_bytes(), ministry).map_err(broken)?;
        let outcome = reconcile::inventory(&book, state, day)?;
        if !context.json {
            context.say("")?;
        }
        reconcile::tell(&outcome, context)?;
        found.extend(outcome.report.breaks.iter().map(|found| Planted {
            ministry,
            class: found.class,
            item: found.subject.clone(),
        }));
    }
    let mut planted: Vec<Planted> = serde_json::from_str(PLANTED).map_err(broken)?;
    planted.sort();
    found.sort();
    if found == planted {
        Ok(found.len())
    } else {
        Err(broken(format_args!("the books differ in {found:?}, planted were {planted:?}")))
    }
}
