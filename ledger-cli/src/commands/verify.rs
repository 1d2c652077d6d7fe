//! `verify`: everything that can be checked.

use ledger_core::domain::{Digest, Party, PublicKey, Role, State, Timestamp};
use ledger_core::journal::{self, Against};
use ledger_core::ledger::Expectations;
use ledger_core::ledger::audit::Report;
use ledger_core::ledger::shown::{Lineup, Shown, Verdict};
use ledger_core::ledger::state_digest::StateClaim;
use ledger_core::ledger::witnesses::Judged;
use ledger_core::store::Store as _;
use serde::Serialize;
use serde_json::json;

use super::check;
use crate::cli::{ShownArgs, VerifyArgs};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::kept;
use crate::looked::Looked;
use crate::render::human;

/// So many of the kept checkpoints are listed, the newest.
const LISTED: usize = 5;
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

pub(crate) fn run(args: &VerifyArgs, context: &Context) -> Result<Answer, CommandError> {
    let looked = context.salvage()?;
    let against = Against { claim: args.against, ..against(args.charter, &args.shown, context)? };
    let report = audit(&looked, against, context)?;
    let tail = report.entries.saturating_sub(looked.anchor().size);
    if tail > 0 {
        context.talk(format_args!(
            "the last {} never acknowledged: they are verified, and the next writer takes them in",
            human::count(tail, "entry was", "entries were")
        ));
    }
    let answer = if report.is_sound() { Answer::Done } else { Answer::Unsound };
    let asked =
        Asked { max_findings: args.max_findings, claim: args.against, pinned: args.charter.is_some() };
    CommandError::after(tell(&report, &looked, asked, context), answer)
}

/// What the caller knows from elsewhere.
pub(crate) fn against(
    charter: Option<Digest>,
    args: &ShownArgs,
    context: &Context,
) -> Result<Against, CommandError> {
    let mut shown = Vec::new();
    for file in &args.checkpoints {
        let place = file.display().to_string();
        let signed = kept::parse(&check::read(file, kept::MAX_BYTES)?, &place)?;
        shown.push(Shown { place, kept: false, signed });
    }
    let late_ms = u64::from(args.late).saturating_mul(DAY_MS);
    Ok(Against {
        expected: Expectations { charter, now: Some(context.now()?) },
        lineup: Lineup { shown, quorum: args.quorum, late_ms },
        ..Against::default()
    })
}

/// Audits a ledger or a bundle, also against the checkpoints that are kept with it.
pub(crate) fn audit(
    looked: &Looked,
    mut against: Against,
    context: &Context,
) -> Result<Report, CommandError> {
    let mut bar = context.progress("verifying");
    let progress = &mut |done, total| bar.at(done, total);
    Ok(match looked {
        Looked::Bundle(bundle) => journal::audit_bundle(bundle, against, progress)?,
        Looked::Folder(copy) => {
            let (shown, findings) = journal::kept(copy.folder())?;
            against.lineup.shown.extend(shown);
            against.found.extend(findings);
            journal::audit(copy, against, progress)?
        }
    })
}

/// What is asked of an audit, for the words of its answer.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    /// Most findings that are listed.
    pub(crate) max_findings: usize,
    /// The state that it was compared with.
    pub(crate) claim: Option<StateClaim>,
    /// The charter was pinned.
    pub(crate) pinned: bool,
}

/// Tells what an audit found.
pub(crate) fn tell(
    report: &Report,
    looked: &Looked,
    asked: Asked,
    context: &Context,
) -> Result<(), CommandError> {
    tell_findings(report, asked.max_findings, context)?;
    let doubts: Vec<_> = doubts(&report.state).collect();
    if context.json {
        report.checkpoints.iter().try_for_each(|verdict| context.emit("checkpoint", verdict))?;
        doubts.iter().try_for_each(|doubt| context.emit("doubt", doubt))?;
        return context.emit(
            "verification",
            json!({
                "sound": report.is_sound(),
                "entries": report.entries,
                "findings": report.found,
                "doubts": doubts.len(),
                "head": report.head,
                "charter_pinned": asked.pinned,
                "state_compared": asked.claim.is_some(),
            }),
        );
    }
    let entries = human::count(report.entries, "entry", "entries");
    if report.is_sound() {
        let what = match looked {
            Looked::Folder(_) => "bytes, links, signatures, roles, rules and head file hold",
            Looked::Bundle(_) => "bytes, links, signatures, roles, rules, tiles and index of documents hold",
        };
        context.say(format_args!("{}: {entries}: {what}", human::good("sound")))?;
        let head = &report.head;
        context.say(format_args!("head {} {} root {}", head.size, head.link, head.frontier.root()))?;
        if let Some(claim) = asked.claim {
            let entries = claim.entries.unwrap_or(report.entries);
            context.say(format_args!("state {entries} {}: as claimed", claim.digest))?;
        }
    } else {
        let found = human::count(report.found, "finding", "findings");
        context.say(format_args!("{}: {found} in {entries}", human::bad("not sound")))?;
    }
    tell_checkpoints(&report.checkpoints, context)?;
    for doubt in doubts.iter().take(asked.max_findings) {
        context.say(doubt.words())?;
    }
    match doubts.len().checked_sub(asked.max_findings) {
        None | Some(0) => Ok(()),
        Some(more) => context.say(format_args!("and {more} more in doubt; --max-findings lists more")),
    }
}

/// The findings, one a line or a row.
fn tell_findings(report: &Report, max: usize, context: &Context) -> Result<(), CommandError> {
    let shown = report.findings.iter().take(max);
    if context.json {
        return shown.into_iter().try_for_each(|finding| context.emit("finding", finding));
    }
    let rows: Vec<_> = shown
        .map(|finding| vec![finding.entry.to_string(), finding.code.to_string(), finding.reason.clone()])
        .collect();
    let listed = rows.len() as u64;
    if !rows.is_empty() {
        context.say(human::indented(&human::table(&["ENTRY", "CODE", "WHAT IS WRONG"], rows)))?;
    }
    match report.found.saturating_sub(listed) {
        0 => Ok(()),
        more => context.say(format_args!("  and {more} more; --max-findings lists more")),
    }
}

/// The checkpoints that the auditor brought, and the newest that are kept.
fn tell_checkpoints(checkpoints: &[Verdict], context: &Context) -> Result<(), CommandError> {
    let (mut kept, brought): (Vec<_>, Vec<_>) = checkpoints.iter().partition(|verdict| verdict.kept);
    for verdict in brought {
        context.say(format_args!("checkpoint {} ({}): {}", verdict.size, verdict.place, holds(verdict)))?;
    }
    kept.sort_by_key(|verdict| std::cmp::Reverse(verdict.size));
    for verdict in kept.iter().take(LISTED) {
        context.say(format_args!("checkpoint {}: {}", verdict.size, holds(verdict)))?;
    }
    let older = kept.get(LISTED..).unwrap_or_default();
    if older.is_empty() {
        return Ok(());
    }
    let number = human::count(older.len() as u64, "older checkpoint", "older checkpoints");
    match older.iter().filter(|verdict| !verdict.holds).count() {
        0 => context.say(format_args!("and {number}: all hold")),
        wrong => context.say(format_args!("and {number}: {wrong} do not hold")),
    }
}

fn holds(verdict: &Verdict) -> String {
    let holds = if verdict.holds { human::good("holds") } else { human::bad("does not hold") };
    match &verdict.signed_by {
        None => holds,
        Some(by) => format!("{holds}; {}", signed_by(by)),
    }
}

/// Who signed a checkpoint, in words.
fn signed_by(by: &Judged) -> String {
    let mut words = vec![match (by.log, by.log_doubtful) {
        (true, _) => "signed by the log".to_owned(),
        (false, true) => "signed by a key of the log that does not count".to_owned(),
        (false, false) => "not signed by the log".to_owned(),
    }];
    let list = |parties: Vec<String>| parties.join(", ");
    let voice = |(party, time): (&Party, &u64)| format!("{party} ({})", human::seconds(*time));
    if !by.cosigned.is_empty() {
        words.push(format!("cosigned by {}", list(by.cosigned.iter().map(voice).collect())));
    }
    if !by.doubtful.is_empty() {
        let doubtful = by.doubtful.iter().map(|(party, time)| voice((party, time))).collect();
        words.push(format!("with keys that do not count, by {}", list(doubtful)));
    }
    words.join("; ")
}

/// A signature that may not have been its officer's, and that nobody has cleared.
#[derive(Serialize)]
pub(crate) struct Doubt {
    pub(crate) entry: u64,
    pub(crate) key: PublicKey,
    pub(crate) party: Option<Party>,
    pub(crate) role: Option<Role>,
    pub(crate) signed_at: Timestamp,
    pub(crate) declared_in: u64,
}

/// The signatures that are in doubt.
pub(crate) fn doubts(state: &State) -> impl Iterator<Item = Doubt> {
    let open = state.doubts().filter(|(_, doubt)| doubt.cleared_in.is_none());
    open.map(|((entry, key), doubt)| {
        let officer = state.officer(key);
        Doubt {
            entry: *entry,
            key: *key,
            party: officer.map(|officer| officer.party),
            role: officer.map(|officer| officer.role),
            signed_at: doubt.signed_at,
            declared_in: doubt.declared_in,
        }
    })
}

impl Doubt {
    fn words(&self) -> String {
        let Self { entry, key, party, role, declared_in, .. } = self;
        let whose = match (role, party) {
            (Some(role), Some(party)) => format!(" ({role} of {party})"),
            _ => String::new(),
        };
        let key = key.short();
        format!(
            "in doubt: entry {entry}, signed by key {key}{whose}, declared compromised in entry {declared_in}"
        )
    }
}
