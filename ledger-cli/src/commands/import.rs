//! `import`.

use crate::cli::ImportArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};

pub(crate) fn run(args: &ImportArgs, _context: &Context) -> Result<Answer, CommandError> {
    Err(CommandError::usage(format!("not yet: {args:?}")))
}
