//! `period late`: what occurred in or before a period and was recorded after its cut-off.

use std::ops::ControlFlow;

use ledger_core::domain::Date;
use ledger_core::domain::event::Event;
use ledger_core::domain::ids::PeriodId;
use ledger_core::journal::{self, Until};
use serde_json::json;

use super::known;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::human;
use crate::render::json::Entry;

/// An entry, and the earliest day on which something in it occurred.
struct Candidate {
    entry: Entry,
    occurred: Date,
    recorded: Date,
    what: String,
}

pub(super) fn list(id: &PeriodId, context: &Context) -> Result<Answer, CommandError> {
    let store = context.look()?;
    let mut bar = context.progress("reading");
    let mut candidates = Vec::new();
    // Which of them are late is known at the end: the cut-off is fixed after the entries that come behind it.
    let tip = journal::replay(&store, Until::End, &mut |done, total| bar.at(done, total), |visit| {
        let act = visit.entry.act();
        let occurred = act.act.events.iter().map(Event::occurred_at).min().map(|moment| moment.date());
        let recorded = act.recorded_at.date();
        if let Some(occurred) = occurred.filter(|occurred| *occurred < recorded) {
            let what = human::events(&act.act.events);
            candidates.push(Candidate { entry: Entry::of(&visit), occurred, recorded, what });
        }
        ControlFlow::Continue(())
    })?;
    drop(bar);
    let terms = &known(tip.state(), id)?.terms;
    let agreed = tip.state().reconciliation_tolerances().map(|tolerances| u64::from(tolerances.late_days));
    let late = candidates
        .into_iter()
        .filter(|known| known.entry.entry >= terms.size && known.occurred <= terms.last_day);
    let mut rows = Vec::new();
    for known in late {
        let days = known.occurred.days_until(known.recorded);
        let beyond = agreed.map(|agreed| days > agreed);
        if context.json {
            let line = json!({
                "entry": known.entry.entry, "party": known.entry.party, "role": known.entry.role,
                "occurred": known.occurred, "recorded": known.recorded, "days": days,
                "beyond_tolerance": beyond, "events": known.entry.events,
            });
            context.emit("late", line)?;
        }
        rows.push(vec![
            known.entry.entry.to_string(),
            known.occurred.to_string(),
            known.recorded.to_string(),
            days.to_string(),
            if beyond == Some(true) { human::bad("late") } else { String::new() },
            known.what,
        ]);
    }
    if context.json {
        return Ok(Answer::Done);
    }
    if rows.is_empty() {
        context.talk(format_args!("nothing of period {id} or before was recorded after its cut-off"));
        return Ok(Answer::Done);
    }
    context.say(human::table(&["ENTRY", "OCCURRED", "RECORDED", "DAYS", "", "WHAT"], rows))?;
    Ok(Answer::Done)
}
