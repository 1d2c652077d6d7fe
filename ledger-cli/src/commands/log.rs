//! `log`: entries in a list.
//!
//! What is said of an entry may be known only at the end: who signed it later, that it was refused or corrected. So the
//! ledger is read twice: first for that, then to list what passes the filters, one entry after the other. What is kept
//! is the state at the end and the signatures that came later, never the list; but for the entries that `--limit` or
//! `--reverse` have to hold back.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use ledger_core::domain::{Event, Party, State, Subject, Timestamp};
use ledger_core::journal::{self, Signings, Thread, Until, Visit};
use ledger_core::ledger::Tip;

use crate::cli::LogArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::looked::Looked;
use crate::render::json::Entry;
use crate::render::{human, json};

pub(crate) fn run(args: &LogArgs, context: &Context) -> Result<Answer, CommandError> {
    if let Some(kind) = args.kind.iter().find(|kind| !Event::CATALOGUE.iter().any(|(_, name)| name == kind)) {
        return Err(CommandError::usage(format!("there is no kind of event {kind}"))
            .hint("`jointledger record --help` lists them; write it as TransferProposed"));
    }
    let store = context.look()?;
    let (end, signings) = read(&store, context)?;
    require_possible(args, &end)?;
    let mut list = List { context, digits: end.head().size.to_string().len(), listed: 0 };
    let mut held: VecDeque<Entry> = VecDeque::new();
    let mut filter = Filter::new(args, end.state());
    let mut told = Ok(());
    let mut bar = context.progress("listing");
    journal::replay(&store, Until::End, &mut |done, total| bar.at(done, total), |visit| {
        if filter.is_past(&visit) {
            return ControlFlow::Break(());
        }
        if !filter.takes(&visit) {
            return ControlFlow::Continue(());
        }
        let mut entry = Entry::of(&visit);
        json::settle(&mut entry, end.state(), &signings);
        if args.limit.is_none() && !args.reverse {
            told = list.tell(&entry);
            return if told.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
        }
        held.push_back(entry);
        if args.limit.is_some_and(|limit| held.len() > limit) {
            held.pop_front();
        }
        ControlFlow::Continue(())
    })?;
    drop(bar);
    told?;
    if args.reverse {
        held.iter().rev().try_for_each(|entry| list.tell(entry))?;
    } else {
        held.iter().try_for_each(|entry| list.tell(entry))?;
    }
    if list.listed == 0 && !context.json {
        context.talk("no entry matches");
    }
    Ok(Answer::Done)
}

/// The end of the ledger, and who signed what in the end.
fn read(store: &Looked, context: &Context) -> Result<(Tip, Signings), CommandError> {
    let mut signings = Signings::default();
    let mut bar = context.progress("reading");
    let tip = journal::replay(store, Until::End, &mut |done, total| bar.at(done, total), |visit| {
        signings.note(&visit);
        ControlFlow::Continue(())
    })?;
    Ok((tip, signings))
}

/// Refuses a filter that no entry can pass.
fn require_possible(args: &LogArgs, end: &Tip) -> Result<(), CommandError> {
    let about = match &args.about {
        Some(Subject::Party(party)) => Some(*party),
        _ => None,
    };
    for party in args.party.into_iter().chain(about) {
        require_party(end.state(), party)?;
    }
    let size = end.head().size;
    if let Some(Subject::Entry(position)) = &args.about
        && *position >= size
    {
        let message = format!("there is no entry {position}: the ledger has {size} entries");
        return Err(CommandError::usage(message));
    }
    let ends = |first: Option<Timestamp>, last: Option<Timestamp>| {
        first.zip(last).is_some_and(|(first, last)| first > last)
    };
    let start = |moment: crate::cli::moment::Moment| moment.start();
    let end = |moment: crate::cli::moment::Moment| moment.end();
    for (first, last, names) in [
        (args.since, args.until, "--since and --until"),
        (args.occurred_since, args.occurred_until, "--occurred-since and --occurred-until"),
    ] {
        if ends(first.map(start), last.map(end)) {
            return Err(CommandError::usage(format!("{names} leave no time between them")));
        }
    }
    Ok(())
}

/// Refuses a party that is not in the ledger.
pub(super) fn require_party(state: &State, party: Party) -> Result<(), CommandError> {
    if state.parties().any(|(known, _)| *known == party) {
        return Ok(());
    }
    let known: Vec<_> = state.parties().map(|(party, _)| party.to_string()).collect();
    let known = if known.is_empty() { "none yet".into() } else { known.join(", ") };
    Err(CommandError::usage(format!("{party} is no party of this ledger"))
        .hint(format!("the parties are: {known}")))
}

/// What is listed, one entry after the other.
struct List<'a> {
    context: &'a Context,
    digits: usize,
    listed: u64,
}

impl List<'_> {
    fn tell(&mut self, entry: &Entry) -> Result<(), CommandError> {
        self.listed = self.listed.saturating_add(1);
        if self.context.json {
            return self.context.emit("entry", entry);
        }
        if self.listed == 1 {
            self.context.say(human::entries_head(self.digits))?;
        }
        self.context.say(human::entries_row(self.digits, entry))
    }
}

/// Which entries are asked for.
struct Filter<'a> {
    args: &'a LogArgs,
    end: &'a State,
    thread: Option<Thread>,
}

impl<'a> Filter<'a> {
    fn new(args: &'a LogArgs, end: &'a State) -> Self {
        Self { args, end, thread: args.about.clone().map(Thread::of) }
    }

    /// True when no entry from this one on can pass: times of recording never go back.
    fn is_past(&self, visit: &Visit<'_>) -> bool {
        self.args.until.is_some_and(|until| visit.entry.act().recorded_at > until.end())
    }

    fn takes(&mut self, visit: &Visit<'_>) -> bool {
        // The thread is to see every entry.
        let about = self.thread.as_mut().is_none_or(|thread| thread.takes(visit));
        about && self.is_of_officer(visit) && self.is_of_act(visit)
    }

    fn is_of_officer(&self, visit: &Visit<'_>) -> bool {
        let (args, officer) = (self.args, visit.officer());
        args.party.is_none_or(|party| officer.is_some_and(|officer| officer.party == party))
            && args.role.is_none_or(|role| officer.is_some_and(|officer| officer.role == role))
    }

    fn is_of_act(&self, visit: &Visit<'_>) -> bool {
        let (args, act) = (self.args, visit.entry.act());
        let is_kind = |event: &Event| args.kind.iter().any(|kind| event.name() == kind);
        let occurred = |event: &Event| {
            let at = event.occurred_at();
            args.occurred_since.is_none_or(|since| at >= since.start())
                && args.occurred_until.is_none_or(|until| at <= until.end())
        };
        let binds = |digits: &String| {
            act.act.documents.iter().any(|document| document.sha256.to_string().starts_with(digits))
        };
        args.from.is_none_or(|from| act.seq >= from)
            && args.since.is_none_or(|since| act.recorded_at >= since.start())
            && args.act.is_none_or(|id| act.act.id == id)
            && (args.kind.is_empty() || act.act.events.iter().any(is_kind))
            && act.act.events.iter().any(occurred)
            && args.document.as_ref().is_none_or(binds)
            && (!args.pending || self.end.waiting(act.seq).is_some())
            && (!args.corrected || self.end.correction(act.seq).is_some())
    }
}
