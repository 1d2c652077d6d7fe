//! `export --as ocds`: procurements for whoever reads the Open Contracting Data Standard.

use ledger_core::exchange::ocds::{Options, Publication};
use ledger_core::journal::Until;

use super::{Exported, file, tell};
use crate::cli::ExportArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};

pub(super) fn run(args: &ExportArgs, context: &Context) -> Result<Answer, CommandError> {
    file::require_free(args, context)?;
    let options = Options {
        prefix: args.ocds.ocid_prefix.parse().map_err(CommandError::usage)?,
        party: args.party,
        restricted: args.restricted,
    };
    let mut publication = Publication::new(options);
    let tip = crate::commands::told_to(context, Until::from(&args.at), |visit| publication.take(&visit))?;
    let publication = publication.close(tip.state(), tip.head());
    file::write(args, context, |out| {
        if args.ocds.compiled { publication.write_records(out) } else { publication.write_releases(out) }
    })?;
    let exported = Exported {
        origin: tip.head().origin.as_ref(),
        entries: tip.head().size,
        unit: if args.ocds.compiled { ("record", "records") } else { ("release", "releases") },
        count: if args.ocds.compiled { publication.records() } else { publication.releases() },
        left_out: publication.left_out(),
    };
    tell(args, &exported, context)
}
