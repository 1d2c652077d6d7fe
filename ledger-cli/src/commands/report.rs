//! `report`: the audit report as one file.

use std::path::Path;

use ledger_core::store::durable;
use serde_json::json;

use crate::cli::ReportArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::human;
use crate::report::{self, Asked, Made};

pub(crate) fn run(args: &ReportArgs, context: &Context) -> Result<Answer, CommandError> {
    outside(&args.output, context.ledger()?)?;
    let looked = context.salvage()?;
    let made = report::make(&looked, &Asked::from(args), args.charter, context)?;
    durable::replace(&args.output, made.html.as_bytes())?;
    let answer = if made.findings == 0 { Answer::Done } else { Answer::Unsound };
    CommandError::after(tell(args, &made, context), answer)
}

/// Evidence stays as it is: nothing is written into a ledger's folder or a bundle.
fn outside(file: &Path, ledger: &Path) -> Result<(), CommandError> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // What cannot be found has its own error where it is opened or written.
    let (Ok(folder), Ok(ledger)) = (folder.canonicalize(), ledger.canonicalize()) else { return Ok(()) };
    if folder.starts_with(&ledger) {
        return Err(CommandError::usage(format!("{} is in the ledger's folder", file.display()))
            .hint("write the report to another place: the folder is evidence, and stays as it is"));
    }
    Ok(())
}

fn tell(args: &ReportArgs, made: &Made, context: &Context) -> Result<(), CommandError> {
    let Made { html, entries, first, findings } = made;
    let sha256 = ledger_core::ledger::digest::sha256(&[html.as_bytes()]);
    if context.json {
        return context.emit(
            "report",
            json!({
                "file": args.output,
                "bytes": html.len(),
                "sha256": sha256,
                "entries": entries,
                "first_embedded": first,
                "sound": *findings == 0,
                "findings": findings,
            }),
        );
    }
    let verdict = match findings {
        0 => human::good("sound"),
        _ => human::bad("not sound"),
    };
    let embedded = match entries.saturating_sub(*first) {
        0 => "none of them in the file".to_owned(),
        all if all == *entries => "all in the file".to_owned(),
        newest => format!("the newest {newest} in the file"),
    };
    context.say(format_args!(
        "{verdict}: report of {}, {embedded}: {}",
        human::count(*entries, "entry", "entries"),
        args.output.display()
    ))?;
    context.say(format_args!("sha256 {sha256}"))
}
