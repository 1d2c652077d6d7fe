//! `checkpoint`.

use crate::cli::CheckpointCommand;
use crate::context::Context;
use crate::error::{Answer, CommandError};

pub(crate) fn run(command: CheckpointCommand, _context: &Context) -> Result<Answer, CommandError> {
    Err(CommandError::usage(format!("not yet: {command:?}")))
}
