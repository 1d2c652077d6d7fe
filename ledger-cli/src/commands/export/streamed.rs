//! Forms that are written while the history is told: nothing of an entry is kept for the sake of the file.

use std::io;
use std::ops::ControlFlow;

use ledger_core::exchange::withheld::Readers;
use ledger_core::exchange::{entries, epcis};
use ledger_core::journal::{self, Until, Visit};
use ledger_core::ledger::tip::Tip;

use super::file::Broken;
use super::{Exported, file, tell};
use crate::cli::ExportArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::render::human;

/// `export --as epcis`: goods, for whoever reads EPCIS.
pub(super) fn goods(args: &ExportArgs, context: &Context) -> Result<Answer, CommandError> {
    file::require_free(args, context)?;
    let (tip, summary) = file::stream(args, context, |out| {
        let mut publication = epcis::Publication::new(out, readers(args));
        let tip = one_by_one(args, context, |visit| publication.take(visit))?;
        Ok((tip, publication.close()?))
    })?;
    if summary.waiting > 0 {
        let acts = human::count(summary.waiting, "act waits", "acts wait");
        context.talk(format_args!("{acts} for signatures: nothing is told of that yet"));
    }
    let exported = Exported {
        origin: tip.head().origin.as_ref(),
        entries: tip.head().size,
        unit: ("event", "events"),
        count: summary.events,
        left_out: summary.withheld_events.saturating_add(summary.withheld_documents),
    };
    tell(args, &exported, context)
}

/// `export --as entries`: all events, for whoever counts with programs of his own.
pub(super) fn entries(args: &ExportArgs, context: &Context) -> Result<Answer, CommandError> {
    file::require_free(args, context)?;
    let (tip, summary) = file::stream(args, context, |out| {
        let mut table = entries::Table::new(out, readers(args))?;
        let tip = one_by_one(args, context, |visit| table.take(visit))?;
        Ok((tip, table.close()?))
    })?;
    let exported = Exported {
        origin: tip.head().origin.as_ref(),
        entries: tip.head().size,
        unit: ("row", "rows"),
        count: summary.rows,
        left_out: summary.withheld_rows.saturating_add(summary.withheld_documents),
    };
    tell(args, &exported, context)
}

const fn readers(args: &ExportArgs) -> Readers {
    if args.restricted { Readers::Restricted } else { Readers::Anybody }
}

/// Tells the entries up to where the export ends, until one cannot be written.
fn one_by_one(
    args: &ExportArgs,
    context: &Context,
    mut take: impl FnMut(&Visit<'_>) -> io::Result<()>,
) -> Result<Tip, Broken> {
    let until = Until::from(&args.at);
    let store = context.look()?;
    let mut bar = context.progress("exporting");
    let mut written = Ok(());
    let tip = journal::replay(&store, until, &mut |done, total| bar.at(done, total), |visit| {
        written = take(&visit);
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    drop(bar);
    written?;
    let tip = tip.map_err(CommandError::from)?;
    match until {
        Until::Size(size) if tip.head().size < size => {
            let words = format!("the ledger has {} entries, not {size}", tip.head().size);
            Err(CommandError::usage(words).into())
        }
        Until::Time(time) if tip.head().size == 0 => {
            let words = format!("nothing was recorded at {time} or before");
            Err(CommandError::usage(words).into())
        }
        _ if tip.head().size == 0 => Err(CommandError::usage("there is no entry to export").into()),
        _ => Ok(tip),
    }
}
