//! `checkpoint show`: one checkpoint, and who signed it.

use std::ops::ControlFlow;

use ledger_core::journal::{self, Until};

use super::{kept_of, keys_of, not_judged, read, words};
use crate::cli::CheckpointShowArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};

pub(super) fn run(args: &CheckpointShowArgs, context: &Context) -> Result<Answer, CommandError> {
    let (signed, what) = match &args.file {
        Some(file) => (read(file)?, file.display().to_string()),
        None => {
            let signed = kept_of(context.ledger()?, args.size)?;
            let what = format!("the kept checkpoint of {} entries", signed.checkpoint().size);
            (signed, what)
        }
    };
    if !context.has_ledger() {
        words::tell(&signed, None, context)?;
        return Ok(Answer::Done);
    }
    let store = context.look()?;
    let mut bar = context.progress("reading");
    let progress = &mut |done, total| bar.at(done, total);
    let tip = journal::replay(&store, Until::End, progress, |_| ControlFlow::Continue(()))?;
    drop(bar);
    let judged = keys_of(&tip)?.judge(&signed).map_err(|error| not_judged(&what, &error))?;
    words::tell(&signed, Some(&judged), context)?;
    Ok(Answer::Done)
}
