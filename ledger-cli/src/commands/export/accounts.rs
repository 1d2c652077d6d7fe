//! `export --as accounts`: money and goods as a plain-text accounting journal.

use ledger_core::exchange::accounts::Accounts;
use ledger_core::journal::Until;

use super::{Exported, file, tell};
use crate::cli::ExportArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};

pub(super) fn run(args: &ExportArgs, context: &Context) -> Result<Answer, CommandError> {
    file::require_free(args, context)?;
    let mut accounts = Accounts::new(args.party);
    let tip = crate::commands::told_to(context, Until::from(&args.at), |visit| accounts.take(&visit))?;
    let closed = accounts.close(tip.state(), tip.head());
    file::write(args, context, |out| closed.write(out))?;
    let exported = Exported {
        origin: tip.head().origin.as_ref(),
        entries: tip.head().size,
        unit: ("transaction", "transactions"),
        count: closed.transactions(),
        left_out: 0,
    };
    tell(args, &exported, context)
}
