//! `show`: one thing, with its history.

pub(crate) mod closing;
mod goods;
mod joint;
mod procurement;
mod trust;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use ledger_core::domain::{State, Subject};
use ledger_core::journal::{self, Signings, Thread, Until};
use ledger_core::ledger::Tip;
use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::interval::Interval;
use ledger_core::ledger::shown::Proven;
use ledger_core::ledger::witnesses::CheckpointKeys;
use serde::Serialize;
use serde_json::{Value, json as json_of};

use crate::cli::ShowCommand;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::json::Entry;
use crate::render::since::Since;
use crate::render::{human, json, timeline};

pub(crate) fn run(what: ShowCommand, context: &Context) -> Result<Answer, CommandError> {
    match what {
        ShowCommand::Entry { position } => entry(position, context),
        ShowCommand::Run { id } => {
            let (tip, history) = history(context, Subject::Run(id.clone()))?;
            let known = tip.state().reconciliation_run(&id).ok_or_else(|| unknown("run", &id))?;
            answer(context, "run", json_of!(known), (tip.state(), &history), || {
                closing::run_lines(tip.state(), known)
            })
        }
        ShowCommand::Break { id } => {
            let (tip, history) = history(context, Subject::Break(id.clone()))?;
            let known = tip.state().known_break(&id).ok_or_else(|| unknown("break", &id))?;
            answer(context, "break", json_of!(known), (tip.state(), &history), || closing::break_lines(known))
        }
        ShowCommand::Period { id } => {
            let (tip, history) = history(context, Subject::Period(id.clone()))?;
            let known = tip.state().period(&id).ok_or_else(|| unknown("period", &id))?;
            answer(context, "period", json_of!(known), (tip.state(), &history), || {
                closing::period_lines(tip.state(), known)
            })
        }
        ShowCommand::Engagement { id } => {
            let (tip, history) = history(context, Subject::Engagement(id.clone()))?;
            let known = tip.state().engagement(&id).ok_or_else(|| unknown("engagement", &id))?;
            answer(context, "engagement", json_of!(known), (tip.state(), &history), || {
                closing::engagement_lines(tip.state(), known)
            })
        }
        ShowCommand::Finding { id } => {
            let (tip, history) = history(context, Subject::AuditFinding(id.clone()))?;
            let known = tip.state().audit_finding(&id).ok_or_else(|| unknown("finding", &id))?;
            answer(context, "finding", json_of!(known), (tip.state(), &history), || {
                closing::finding_lines(known)
            })
        }
        ShowCommand::Item { id } => {
            let (tip, history) = history(context, Subject::Item(id.clone()))?;
            let stock = tip.state().item(&id).ok_or_else(|| unknown("item", &id))?;
            answer(context, "item", json::item(&id, stock), (tip.state(), &history), || {
                goods::item_lines(&id.to_string(), stock)
            })
        }
        ShowCommand::Transfer { id } => {
            let (tip, history) = history(context, Subject::Transfer(id.clone()))?;
            let state = tip.state();
            let transfer = state.transfer(&id).ok_or_else(|| unknown("transfer", &id))?;
            let view = json::transfer(state, transfer);
            answer(context, "transfer", view, (tip.state(), &history), || {
                goods::transfer_lines(state, transfer)
            })
        }
        ShowCommand::Programme { id } => {
            let (tip, history) = history(context, Subject::Programme(id.clone()))?;
            let state = tip.state();
            let programme = state.programme(&id).ok_or_else(|| unknown("programme", &id))?;
            answer(context, "programme", json::programme(state, programme), (tip.state(), &history), || {
                procurement::programme_lines(state, programme)
            })
        }
        ShowCommand::Contract { id } => {
            let (tip, history) = history(context, Subject::Contract(id.clone()))?;
            let state = tip.state();
            let contract = state.contract(&id).ok_or_else(|| unknown("contract", &id))?;
            let view = json::contract(state, contract);
            answer(context, "contract", view, (tip.state(), &history), || {
                procurement::contract_lines(state, contract)
            })
        }
        ShowCommand::Framework { id } => {
            let (tip, history) = history(context, Subject::Framework(id.clone()))?;
            let state = tip.state();
            let framework = state.framework(&id).ok_or_else(|| unknown("framework", &id))?;
            let view = json::framework(state, framework);
            answer(context, "framework", view, (tip.state(), &history), || {
                procurement::framework_lines(state, framework)
            })
        }
        ShowCommand::Movement { id } => {
            let (tip, history) = history(context, Subject::Movement(id.clone()))?;
            let movement = tip.state().movement(&id).ok_or_else(|| unknown("movement", &id))?;
            answer(context, "movement", json::movement(movement), (tip.state(), &history), || {
                joint::movement_lines(movement)
            })
        }
        ShowCommand::Support { id } => {
            let (tip, history) = history(context, Subject::Support(id.clone()))?;
            let order = tip.state().support_order(&id).ok_or_else(|| unknown("support order", &id))?;
            answer(context, "support_order", json::support(order), (tip.state(), &history), || {
                joint::support_lines(order)
            })
        }
        ShowCommand::Authorisation { id } => {
            let (tip, history) = history(context, Subject::Authorisation(id.clone()))?;
            let authorisation =
                tip.state().authorisation(&id).ok_or_else(|| unknown("authorisation", &id))?;
            let view = json_of!(authorisation);
            answer(context, "authorisation", view, (tip.state(), &history), || {
                trust::authorisation_lines(authorisation)
            })
        }
        ShowCommand::Crisis { id } => {
            let (tip, history) = history(context, Subject::Crisis(id.clone()))?;
            let state = tip.state();
            let declared: Vec<_> = state.crises().filter(|crisis| crisis.terms.crisis == id).collect();
            if declared.is_empty() {
                return Err(unknown("crisis", &id));
            }
            let view = json::crisis(state, &id, &declared);
            answer(context, "crisis", view, (tip.state(), &history), || {
                trust::crisis_lines(state, &id, &declared)
            })
        }
        ShowCommand::Party { id } => {
            let (tip, history) = history(context, Subject::Party(id))?;
            let state = tip.state();
            let known = state.parties().find(|(party, _)| **party == id);
            let (_, record) = known.ok_or_else(|| unknown("party", id))?;
            let view = json::party(state, id, record);
            answer(context, "party", view, (tip.state(), &history), || trust::party_lines(state, id, record))
        }
    }
}

/// A word of the JSON form, for people.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(|word| word.replace('_', " ")))
        .unwrap_or_default()
}

/// Things of a kind in a list, for people.
fn list<T: ToString>(things: impl IntoIterator<Item = T>) -> String {
    things.into_iter().map(|thing| thing.to_string()).collect::<Vec<_>>().join(", ")
}

/// A table, unless it is empty.
fn rows(head: &[&str], rows: Vec<Vec<String>>) -> Option<String> {
    (!rows.is_empty()).then(|| human::indented(&human::table(head, rows)))
}

fn unknown(kind: &str, id: impl std::fmt::Display) -> CommandError {
    let lists = match kind {
        "entry" => "log",
        "party" => "key list",
        "authorisation" | "crisis" => "show party CODE",
        _ => "state",
    };
    CommandError::new(Answer::No, format!("there is no {kind} {id} in this ledger"))
        .hint(format!("`jointledger {lists}` lists what there is"))
}

/// The end of the ledger, and the entries of one thing's history.
fn history(context: &Context, subject: Subject) -> Result<(Tip, Vec<Entry>), CommandError> {
    let store = context.look()?;
    let mut bar = context.progress("reading");
    let (mut thread, mut signings, mut entries) =
        (Thread::of(subject.clone()), Signings::default(), Vec::new());
    let tip = journal::replay(&store, Until::End, &mut |done, total| bar.at(done, total), |visit| {
        signings.note(&visit);
        if thread.takes(&visit) {
            let events = visit.entry.act().act.events.iter().enumerate();
            let about = events.filter(|(_, event)| event.concerns(visit.state).contains(&subject));
            let about = about.map(|(index, _)| index).collect();
            entries.push(Entry { moved: thread.moved().to_vec(), about, ..Entry::of(&visit) });
        }
        ControlFlow::Continue(())
    })?;
    entries.iter_mut().for_each(|entry| json::settle(entry, tip.state(), &signings));
    Ok((tip, entries))
}

fn answer(
    context: &Context,
    kind: &str,
    view: Value,
    (state, history): (&State, &[Entry]),
    lines: impl FnOnce() -> Vec<String>,
) -> Result<Answer, CommandError> {
    if context.json {
        context.emit(kind, view)?;
        for entry in history {
            context
                .emit("entry", EntryView { entry, since: &Since::of(state, entry.entry), proven: None })?;
        }
        return Ok(Answer::Done);
    }
    for line in lines() {
        context.say(line)?;
    }
    if history.is_empty() {
        return Ok(Answer::Done);
    }
    context.say(human::strong("History"))?;
    let digits = history.last().map_or(1, |last| last.entry.to_string().len());
    for entry in history {
        context.say(timeline::knot(entry, &Since::of(state, entry.entry), digits))?;
    }
    Ok(Answer::Done)
}

fn entry(position: u64, context: &Context) -> Result<Answer, CommandError> {
    let store = context.look()?;
    let kept = kept_checkpoints(context)?;
    let mut roots = BTreeMap::new();
    let (mut found, mut signings) = (None, Signings::default());
    let mut bar = context.progress("reading");
    let tip = journal::replay(&store, Until::End, &mut |done, total| bar.at(done, total), |visit| {
        signings.note(&visit);
        if visit.entry.act().seq == position {
            found = Some(Entry::of(&visit));
        }
        if kept.iter().any(|signed| signed.checkpoint().size == visit.head.size) {
            roots.insert(visit.head.size, visit.head.frontier.root());
        }
        ControlFlow::Continue(())
    })?;
    drop(bar);
    let mut entry = found.ok_or_else(|| unknown("entry", position))?;
    json::settle(&mut entry, tip.state(), &signings);
    let since = Since::of(tip.state(), position);
    let proven = tip.head().origin.as_ref().map(|origin| {
        let keys = CheckpointKeys::of(tip.state(), origin);
        Proven::of(&kept, &keys, |size| roots.get(&size).copied()).interval(position)
    });
    let proven = proven.map(ProvenTime::from).filter(ProvenTime::says_something);
    if context.json {
        let proven = proven.as_ref();
        context.emit("entry", EntryView { entry: &entry, since: &since, proven })?;
        return Ok(Answer::Done);
    }
    let by = match (entry.party, entry.role) {
        (Some(party), Some(role)) => format!("{role} of {party}"),
        _ => "?".into(),
    };
    context.say(format_args!("{} {}", human::strong("entry"), human::strong(entry.entry)))?;
    let claimed =
        proven.as_ref().map_or_else(String::new, |proven| format!(" as claimed; {}", proven.words()));
    context.say(format_args!("  recorded at  {}{claimed}", entry.recorded_at))?;
    context.say(format_args!("  by           {by}, key {}", entry.author))?;
    context.say(format_args!("  act          {}", entry.act))?;
    context.say(format_args!("  link         {}", entry.link))?;
    for document in &entry.documents {
        context.say(format_args!(
            "  document     {} {} ({} bytes)",
            document.kind, document.sha256, document.bytes
        ))?;
    }
    for signed in entry.signers.iter().skip(1) {
        let officer = signed.role.zip(signed.party).map(|(role, party)| format!("{role} of {party}"));
        let (officer, key) = (officer.unwrap_or_else(|| "?".into()), signed.key.short());
        context.say(format_args!("  countersign  {officer} in entry {} ({key})", signed.entry))?;
    }
    if let Some(refused) = &entry.refused_by {
        context.say(format_args!("  refused      in entry {}; it never took effect", refused.entry))?;
    }
    if !entry.waits_for.is_empty() {
        context.say(format_args!("  waits for    {}", entry.waits_for.join("; ")))?;
    } else if !entry.waited_for.is_empty() {
        context.say(format_args!("  waited for   {}", entry.waited_for.join("; ")))?;
    }
    for line in since.lines() {
        context.say(line)?;
    }
    for line in entry.events.iter().flat_map(human::fields) {
        context.say(line)?;
    }
    Ok(Answer::Done)
}

/// An entry as programs read it.
#[derive(Serialize)]
struct EntryView<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    #[serde(flatten)]
    since: &'a Since<'a>,
    /// When it was recorded, as far as cosignatures prove it.
    #[serde(skip_serializing_if = "Option::is_none")]
    proven: Option<&'a ProvenTime>,
}

/// The proven time of an entry, as times are written.
#[derive(Serialize)]
struct ProvenTime {
    not_before: Option<String>,
    not_after: Option<String>,
}

impl From<Interval> for ProvenTime {
    fn from(interval: Interval) -> Self {
        Self {
            not_before: interval.not_before.map(human::seconds),
            not_after: interval.not_after.map(human::seconds),
        }
    }
}

impl ProvenTime {
    fn says_something(&self) -> bool {
        self.not_before.is_some() || self.not_after.is_some()
    }

    fn words(&self) -> String {
        let before = self.not_before.as_ref().map(|time| format!("not before {time}"));
        let after = self.not_after.as_ref().map(|time| format!("not after {time}"));
        let bounds: Vec<_> = before.into_iter().chain(after).collect();
        format!("proven: {}", bounds.join(", "))
    }
}

/// The checkpoints that are kept with the ledger. One that cannot be read proves nothing; `verify` finds it.
fn kept_checkpoints(context: &Context) -> Result<Vec<SignedCheckpoint>, CommandError> {
    let (shown, findings) = journal::kept(context.ledger()?)?;
    for finding in findings {
        context.talk(format_args!("{}: {}", finding.code, finding.reason));
    }
    Ok(shown.into_iter().map(|shown| shown.signed).collect())
}
