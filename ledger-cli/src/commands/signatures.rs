//! `signatures`: how much paper acts took.

use std::ops::ControlFlow;

use ledger_core::domain::paperwork::{Circumstances, Paperwork, Tally, Undertaking};
use ledger_core::domain::{State, Subject};
use ledger_core::journal::{self, Until};
use serde_json::json;

use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::human;

pub(crate) fn run(context: &Context) -> Result<Answer, CommandError> {
    let store = context.look()?;
    let mut paperwork = Paperwork::new();
    let mut bar = context.progress("reading");
    let tip = journal::replay(&store, Until::End, &mut |done, total| bar.at(done, total), |visit| {
        paperwork.note(visit.entry.act(), visit.state);
        ControlFlow::Continue(())
    })?;
    drop(bar);
    tell(&paperwork, tip.state(), context)?;
    Ok(Answer::Done)
}

/// `2`, or `1 to 4`, and of how many acts; nothing where there was none.
fn cell(tally: Option<&Tally>) -> [String; 2] {
    let Some(tally) = tally else { return ["-".into(), "-".into()] };
    let signatures = if tally.fewest == tally.most {
        tally.most.to_string()
    } else {
        format!("{} to {}", tally.fewest, tally.most)
    };
    [signatures, tally.acts.to_string()]
}

/// What an undertaking is, in words.
fn in_words(undertaking: &Undertaking, state: &State) -> String {
    match &undertaking.subject {
        Subject::Transfer(id) => state.transfer(id).map_or_else(
            || id.to_string(),
            |transfer| {
                let terms = &transfer.terms;
                format!("{} {id}, {} to {}", terms.kind, terms.from, terms.to)
            },
        ),
        other => other.to_string(),
    }
}

pub(crate) fn tell(paperwork: &Paperwork, state: &State, context: &Context) -> Result<(), CommandError> {
    let kinds = paperwork.kinds(state);
    let undertakings = paperwork.undertakings(state);
    if context.json {
        for (kind, tallies) in &kinds {
            for (circumstances, tally) in tallies {
                let line = json!({ "event": kind, "circumstances": circumstances, "tally": tally });
                context.emit("signatures", line)?;
            }
        }
        for undertaking in &undertakings {
            let minutes = undertaking.minutes();
            context.emit("undertaking", json!({ "undertaking": undertaking, "minutes": minutes }))?;
        }
        return Ok(());
    }
    let rows = kinds.iter().map(|(kind, tallies)| {
        let cells = Circumstances::ALL.iter().flat_map(|each| cell(tallies.get(each)));
        std::iter::once((*kind).to_owned()).chain(cells).collect()
    });
    context.say(human::strong("Signatures an act took, and how many such acts are recorded"))?;
    let head = ["KIND OF ACT", "PEACE", "ACTS", "STANDING", "ACTS", "CRISIS", "ACTS"];
    context.say(human::indented(&human::table(&head, rows)))?;
    if undertakings.is_empty() {
        return Ok(());
    }
    context
        .say(human::strong("Signatures before it might lawfully start, and those that a crisis put off"))?;
    let rows = undertakings.iter().map(|undertaking| {
        let circumstances = json!(undertaking.circumstances);
        vec![
            in_words(undertaking, state),
            circumstances.as_str().unwrap_or_default().to_owned(),
            undertaking.signatures.to_string(),
            undertaking.afterwards.to_string(),
            undertaking.minutes().to_string(),
            undertaking.started_in.to_string(),
        ]
    });
    let head = ["UNDERTAKING", "CONSENT", "SIGNATURES", "AFTERWARDS", "MINUTES", "STARTED IN"];
    context.say(human::indented(&human::table(&head, rows)))
}
