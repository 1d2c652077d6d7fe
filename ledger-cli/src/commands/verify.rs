//! `verify`: everything that can be checked.

use ledger_core::journal;
use ledger_core::ledger::Expectations;
use ledger_core::ledger::audit::Report;
use ledger_core::store::Store as _;
use serde_json::json;

use crate::cli::VerifyArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::human;

pub(crate) fn run(args: &VerifyArgs, context: &Context) -> Result<Answer, CommandError> {
    let store = context.salvage()?;
    let expected = Expectations { charter: args.charter, now: Some(context.now()?) };
    let mut bar = context.progress("verifying");
    let against = journal::Against { expected, claim: args.against, ..journal::Against::default() };
    let report = journal::audit(&store, against, &mut |done, total| bar.at(done, total))?;
    drop(bar);
    let tail = report.entries.saturating_sub(store.anchor().size);
    if tail > 0 {
        context.talk(format_args!(
            "the last {} never acknowledged: they are verified, and the next writer takes them in",
            human::count(tail, "entry was", "entries were")
        ));
    }
    let answer = if report.is_sound() { Answer::Done } else { Answer::Unsound };
    CommandError::after(tell(&report, args, context), answer)
}

fn tell(report: &Report, args: &VerifyArgs, context: &Context) -> Result<(), CommandError> {
    let (sound, shown) = (report.is_sound(), report.findings.iter().take(args.max_findings));
    if context.json {
        for finding in shown {
            context.emit("finding", finding)?;
        }
        context.emit(
            "verification",
            json!({
                "sound": sound,
                "entries": report.entries,
                "findings": report.found,
                "head": report.head,
                "charter_pinned": args.charter.is_some(),
                "state_compared": args.against.is_some(),
            }),
        )?;
    } else {
        let rows: Vec<_> = shown
            .map(|finding| vec![finding.entry.to_string(), finding.code.to_string(), finding.reason.clone()])
            .collect();
        let listed = rows.len() as u64;
        if !rows.is_empty() {
            context.say(human::indented(&human::table(&["ENTRY", "CODE", "WHAT IS WRONG"], rows)))?;
        }
        if listed < report.found {
            context.say(format_args!(
                "  and {} more; --max-findings lists more",
                report.found.saturating_sub(listed)
            ))?;
        }
        if sound {
            let what = "bytes, links, signatures, roles, rules and head file hold";
            let entries = human::count(report.entries, "entry", "entries");
            context.say(format_args!("{}: {entries}: {what}", human::good("sound")))?;
            context.say(format_args!("head {} {}", report.head.size, report.head.link))?;
            if let Some(claim) = args.against {
                let entries = claim.entries.unwrap_or(report.entries);
                context.say(format_args!("state {entries} {}: as claimed", claim.digest))?;
            }
        } else {
            let found = human::count(report.found, "finding", "findings");
            let words = format!("{found} in {}", human::count(report.entries, "entry", "entries"));
            context.say(format_args!("{}: {words}", human::bad("not sound")))?;
        }
    }
    Ok(())
}
