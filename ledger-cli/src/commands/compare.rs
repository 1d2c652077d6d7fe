//! `compare`.

use crate::cli::CompareArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};

pub(crate) fn run(args: &CompareArgs, _context: &Context) -> Result<Answer, CommandError> {
    Err(CommandError::usage(format!("not yet: {args:?}")))
}
