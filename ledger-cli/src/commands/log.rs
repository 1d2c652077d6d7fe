//! `log`: entries in a list.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use ledger_core::domain::Event;
use ledger_core::journal::{self, Until, Visit};

use crate::cli::LogArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::json::Entry;
use crate::render::{human, json};

pub(crate) fn run(args: &LogArgs, context: &Context) -> Result<Answer, CommandError> {
    if let Some(kind) = &args.kind
        && !Event::CATALOGUE.iter().any(|(_, name)| name == kind)
    {
        return Err(CommandError::usage(format!("there is no kind of event {kind}"))
            .hint("`jointledger record --help` lists them; write it as TransferProposed"));
    }
    let store = context.look()?;
    let mut bar = context.progress("reading");
    let mut listed: VecDeque<Entry> = VecDeque::new();
    let tip = journal::replay(&store, Until::End, &mut |done, total| bar.at(done, total), |visit| {
        if takes(args, &visit) {
            listed.push_back(Entry::of(&visit));
            if args.limit.is_some_and(|limit| listed.len() > limit) {
                listed.pop_front();
            }
        }
        ControlFlow::Continue(())
    })?;
    drop(bar);
    json::settle(&mut listed, tip.state());
    if context.json {
        return listed.iter().try_for_each(|entry| context.emit("entry", entry)).map(|()| Answer::Done);
    }
    if listed.is_empty() {
        context.talk("no entry matches");
        return Ok(Answer::Done);
    }
    context.say(human::indented(&human::entries(listed.make_contiguous())))?;
    Ok(Answer::Done)
}

fn takes(args: &LogArgs, visit: &Visit<'_>) -> bool {
    let (act, officer) = (visit.entry.act(), visit.officer());
    args.from.is_none_or(|from| act.seq >= from)
        && args.party.is_none_or(|party| officer.is_some_and(|officer| officer.party == party))
        && args.role.is_none_or(|role| officer.is_some_and(|officer| officer.role == role))
        && args.kind.as_ref().is_none_or(|kind| act.act.events.iter().any(|event| event.name() == kind))
}
