//! `export`.

use crate::cli::ExportArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};

pub(crate) fn run(args: &ExportArgs, _context: &Context) -> Result<Answer, CommandError> {
    Err(CommandError::usage(format!("not yet: {args:?}")))
}
