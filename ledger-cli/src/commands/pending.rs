//! Acts that wait for signatures: list, countersign, refuse.

use ledger_core::domain::pending::{ActCountersigned, ActRefused};
use ledger_core::domain::{Act, Event};
use serde_json::json;

use super::record;
use crate::cli::{CountersignArgs, RefuseArgs};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::form::fresh_id;
use crate::render::{human, json};

pub(crate) fn countersign(args: CountersignArgs, context: &Context) -> Result<Answer, CommandError> {
    let event = ActCountersigned { occurred_at: context.now()?, entry: args.entry, remark: args.remark };
    record::record(
        Act { id: fresh_id()?, documents: Vec::new(), events: vec![Event::from(event)] },
        &args.key,
        &args.receipt,
        context,
    )
}

pub(crate) fn refuse(args: RefuseArgs, context: &Context) -> Result<Answer, CommandError> {
    let event = ActRefused { occurred_at: context.now()?, entry: args.entry, reason: args.reason };
    record::record(
        Act { id: fresh_id()?, documents: Vec::new(), events: vec![Event::from(event)] },
        &args.key,
        &args.receipt,
        context,
    )
}

pub(crate) fn list(context: &Context) -> Result<Answer, CommandError> {
    let tip = super::end_of(context)?;
    let mut rows = Vec::new();
    for (entry, pending) in tip.state().pending() {
        let act = &pending.act;
        if context.json {
            let wanted = json::wanted(&pending.missing);
            let line = json!({ "entry": entry, "recorded_at": act.recorded_at, "events": act.act.events, "waits_for": wanted });
            context.emit("pending", line)?;
            continue;
        }
        let what = human::events(&act.act.events);
        rows.push(vec![entry.to_string(), act.recorded_at.to_string(), what, pending.wants()]);
    }
    if context.json {
        return Ok(Answer::Done);
    }
    if rows.is_empty() {
        context.talk("nothing waits for a signature");
    } else {
        context.say(human::indented(&human::table(&["ENTRY", "RECORDED", "WHAT", "WAITS FOR"], rows)))?;
    }
    Ok(Answer::Done)
}
