//! The ledger's side of R8: the borders that movements crossed into and out of the ministry's state.

use super::flaws::Known;
use super::shapes::Direction;
use super::{Facts, Flaw, Record, Terms, Value};
use crate::domain::movement::Movement;
use crate::domain::reconcile::BreakClass;
use crate::domain::state::State;

/// R8: each crossing, as the crossing point of the ministry's side has it.
pub(super) fn crossings(state: &State, facts: &Facts, terms: &Terms) -> Vec<Record> {
    let known = Known::new(state, facts, terms);
    let mut records = Vec::new();
    for (_, movement) in state.movements() {
        for (leg, crossing) in movement.plan.legs.iter().zip(&movement.crossings) {
            let direction = match terms.party {
                party if party == crossing.into => Direction::In,
                party if party == leg.from => Direction::Out,
                _ => continue,
            };
            let mut note = known.note(crossing.entry, crossing.at);
            let hosting = movement.hosts.get(&crossing.into);
            if let Some(entry) = hosting.and_then(|hosting| hosting.barred_in)
                && note.flaws.iter().all(|flaw| flaw.class != BreakClass::Authority)
            {
                note.flaws.push(Flaw {
                    class: BreakClass::Authority,
                    by: movement.terms.sending,
                    since: Some(crossing.at),
                    words: format!("{} refused in entry {entry} to ratify the movement", crossing.into),
                });
            }
            note.flaws.extend(customs(movement, terms));
            records.push(Record {
                values: vec![
                    Value::Moment(crossing.at),
                    Value::word(&crossing.point),
                    Value::word(direction),
                    Value::word(&movement.terms.number),
                    Value::Number(crossing.vehicles.into()),
                    Value::Number(crossing.persons.into()),
                ],
                row: 0,
                note: Some(Box::new(note)),
            });
        }
    }
    records
}

/// That the form 302 which was to follow has not come in time (domain.md M06).
fn customs(movement: &Movement, terms: &Terms) -> Option<Flaw> {
    let due = movement.customs_due.filter(|due| *due < terms.now())?;
    Some(Flaw {
        class: BreakClass::MissingDocument,
        by: movement.terms.sending,
        since: Some(due),
        words: format!("form 302 of movement {} was due by {}", movement.terms.movement, due.date()),
    })
}
