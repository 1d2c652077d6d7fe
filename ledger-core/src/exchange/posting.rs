//! A run of a reconciliation as acts: the statement, the run, and its breaks, in as few acts as entries have room for.
//!
//! Everything in them follows from the statement, the run and what was found. So the acts have the same ids each time:
//! what is recorded is not recorded again, and a posting that was cut off goes on where it ended.

use super::rows::digest_of;
use crate::domain::books::{
    BreakFoundAgain, BreakOpened, Difference, ExternalStatementIngested, MoreIn, ReconciliationRun,
};
use crate::domain::codes::Party;
use crate::domain::digest::Digest;
use crate::domain::event::{Act, Event};
use crate::domain::ids::{ActId, Reference, RunId, StatementId};
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::reconcile::run::{RunBreak, RunReport};
use crate::domain::state::State;
use crate::domain::text::Text;
use crate::domain::time::{Date, Timestamp};
use crate::ledger::entry::MAX_ENTRY_BYTES;

/// The version of the rules of matching: goes up when the same inputs may give other breaks.
pub const RULES_VERSION: u32 = 1;

/// The file that was compared.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Where it comes from.
    pub source: Reference,
    /// The day at whose end it stands.
    pub as_of: Date,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// How many rows it has.
    pub rows: u32,
}

/// A run as acts.
#[derive(Debug, Clone)]
pub struct Posting {
    /// The number of the run.
    pub run: RunId,
    /// What is not on record yet, in order. Empty when all of it is.
    pub acts: Vec<Act>,
}

/// Longest description of a break on record, in characters.
const MAX_WORDS: usize = 300;
/// What the fields of a break take at most besides its number, the run's and its words.
const BREAK_BYTES: usize = 96;
/// What an entry takes besides its events, and the statement and the run.
const FRAME_BYTES: usize = 1_024;

/// What has to be recorded of a run, by what is on record already.
///
/// # Errors
/// A number could not be made, or there is more than a run can say.
pub fn acts(
    report: &RunReport,
    statement: &Statement,
    counterparty: Option<Party>,
    size: u64,
    state: &State,
    now: Timestamp,
) -> Result<Posting, String> {
    let (kind, party) = (report.run, report.party);
    let other = counterparty.map_or_else(String::new, |party| party.to_string());
    let (source, day) = (statement.source.as_str(), statement.as_of.to_string());
    let of_file = [kind.code(), party.as_str(), source, &day, &statement.sha256.to_string()];
    let statement_id: StatementId =
        format!("ST-{}", short(digest_of("joint-ledger/statement/v1", &of_file))).parse()?;
    let found: Vec<String> = report.breaks.iter().map(of_break).collect();
    let mut of_run: Vec<&str> = vec![statement_id.as_str(), &other];
    of_run.extend(found.iter().map(String::as_str));
    let run_id: RunId = format!("RUN-{}", short(digest_of("joint-ledger/run/v1", &of_run))).parse()?;

    let mut events: Vec<(Event, usize)> = Vec::new();
    if state.statement(&statement_id).is_none() {
        let ingested = ExternalStatementIngested {
            occurred_at: now,
            statement: statement_id.clone(),
            kind,
            party,
            source: statement.source.clone(),
            as_of: statement.as_of,
            sha256: statement.sha256,
            rows: statement.rows,
        };
        events.push((ingested.into(), 0));
    }
    let known_run = state.reconciliation_run(&run_id);
    if known_run.is_none() {
        let run = ReconciliationRun {
            occurred_at: now,
            run: run_id.clone(),
            kind,
            party,
            counterparty,
            statement: statement_id,
            size,
            rules_version: RULES_VERSION,
            matched: count(report.matches.len())?,
            broken: count(report.breaks.len())?,
        };
        events.push((run.into(), 0));
    }
    for found in &report.breaks {
        let Some(id) = &found.id else { continue };
        if known_run.is_none_or(|run| !run.found.contains(id)) {
            events.push(posted(found, &run_id, (party, statement.as_of), counterparty, state, now)?);
        }
    }
    Ok(Posting { acts: packed(events, &run_id), run: run_id })
}

/// What a break is on record, and how many bytes it takes at most.
fn posted(
    found: &RunBreak,
    run: &RunId,
    (of, as_of): (Party, Date),
    counterparty: Option<Party>,
    state: &State,
    now: Timestamp,
) -> Result<(Event, usize), String> {
    let id = found.id.clone().ok_or("a break has no number")?;
    let (quantity, amount, more_in) = fields(found);
    let bytes = id.as_str().len().saturating_add(run.as_str().len()).saturating_add(BREAK_BYTES);
    if state.known_break(&id).is_some_and(|known| !known.is_closed()) {
        let again =
            BreakFoundAgain { occurred_at: now, break_id: id, run: run.clone(), quantity, amount, more_in };
        return Ok((again.into(), bytes));
    }
    // Only the sides of a run answer for its breaks.
    let other = counterparty.filter(|other| *other == found.by);
    let subject = words(found)?;
    let bytes = bytes.saturating_add(subject.as_str().len());
    let opened = BreakOpened {
        occurred_at: now,
        break_id: id,
        run: run.clone(),
        class: found.class,
        subject,
        quantity,
        amount,
        more_in,
        since: found.since.date().min(as_of),
        party: other.unwrap_or(of),
    };
    Ok((opened.into(), bytes))
}

fn fields(found: &RunBreak) -> (Option<Quantity>, Option<Money>, Option<MoreIn>) {
    match found.measure() {
        Some((Difference::Quantity(quantity), more_in)) if !quantity.is_zero() => {
            (Some(quantity), None, Some(more_in))
        }
        Some((Difference::Amount(amount), more_in)) if !amount.is_zero() => {
            (None, Some(amount), Some(more_in))
        }
        _ => (None, None, None),
    }
}

/// What differs, in words of which not too many.
fn words(found: &RunBreak) -> Result<Text, String> {
    let fields = found
        .differences
        .iter()
        .map(|differs| format!("{}: ledger {}, book {}", differs.field, differs.ledger, differs.book));
    let words = std::iter::once(found.subject.clone()).chain(fields).collect::<Vec<_>>().join("; ");
    words.chars().take(MAX_WORDS).collect::<String>().trim().parse()
}

/// All that makes a break of a run another one.
fn of_break(found: &RunBreak) -> String {
    let id = found.id.as_ref().map_or_else(String::new, ToString::to_string);
    format!("{id} {}", found.delta.as_deref().unwrap_or_default())
}

/// The events in acts, as many in each as an entry has room for.
fn packed(events: Vec<(Event, usize)>, run: &RunId) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::new();
    let mut room = 0;
    for (event, bytes) in events {
        let fits = bytes <= room && !acts.is_empty();
        match acts.last_mut().filter(|_| fits) {
            Some(act) => {
                act.events.push(event);
                room = room.saturating_sub(bytes);
            }
            None => {
                let first = first_of(&event);
                let digest = digest_of("joint-ledger/posting/v1", &[run.as_str(), &first]);
                let mut id = [0; 16];
                id.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
                acts.push(Act { id: ActId::new(id), documents: Vec::new(), events: vec![event] });
                room = MAX_ENTRY_BYTES.saturating_sub(FRAME_BYTES).saturating_sub(bytes);
            }
        }
    }
    acts
}

/// What tells the acts of a run apart: what stands first in each.
fn first_of(event: &Event) -> String {
    match event {
        Event::ExternalStatementIngested(event) => event.statement.to_string(),
        Event::ReconciliationRun(event) => event.run.to_string(),
        Event::BreakOpened(event) => event.break_id.to_string(),
        Event::BreakFoundAgain(event) => event.break_id.to_string(),
        event => event.name().to_owned(),
    }
}

fn short(digest: Digest) -> String {
    digest.to_string().chars().take(16).collect()
}

fn count(many: usize) -> Result<u32, String> {
    u32::try_from(many).map_err(|_| format!("{many} are more than a run can say"))
}
