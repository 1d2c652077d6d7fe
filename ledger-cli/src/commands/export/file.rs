//! Where a form that is one file goes: a file that is there whole or not at all, or standard output.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use ledger_core::store::durable::NewFile;

use crate::cli::ExportArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};

/// True for `-`.
pub(super) fn is_stdout(to: &Path) -> bool {
    to == Path::new("-")
}

/// Finds out, before the long work, whether the export may go where it is to go.
///
/// # Errors
/// Something is there already, or it would be inside the ledger's folder.
pub(super) fn require_free(args: &ExportArgs, context: &Context) -> Result<(), CommandError> {
    let to = &args.to;
    if is_stdout(to) {
        return Ok(());
    }
    super::refuse_inside(to, context.ledger()?)?;
    match to.symlink_metadata() {
        Ok(there) if !there.is_file() => {
            Err(CommandError::usage(format!("{} is there and is no file", to.display()))
                .hint("name a new file, or `-` for standard output"))
        }
        Ok(_) if !args.force => Err(CommandError::usage(format!("{} is there already", to.display()))
            .hint("name a new file, or let it take the place of this one with --force")),
        _ => Ok(()),
    }
}

/// Why an export came to no end.
pub(super) enum Broken {
    /// It could not be written.
    Writing(io::Error),
    /// What is to be written could not be told.
    Telling(CommandError),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Writing(error)
    }
}

impl From<CommandError> for Broken {
    fn from(error: CommandError) -> Self {
        Self::Telling(error)
    }
}

/// Writes the export to where it goes.
///
/// # Errors
/// It could not be written: then no file is there, or the old one.
pub(super) fn write(
    args: &ExportArgs,
    context: &Context,
    export: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), CommandError> {
    stream(args, context, |out| Ok(export(out)?))
}

/// Writes to where the export goes while it is told.
///
/// # Errors
/// It could not be told or written: then no file is there, or the old one.
pub(super) fn stream<T>(
    args: &ExportArgs,
    context: &Context,
    export: impl FnOnce(&mut dyn Write) -> Result<T, Broken>,
) -> Result<T, CommandError> {
    if is_stdout(&args.to) {
        let mut out = BufWriter::new(io::stdout().lock());
        let told = export(&mut out).and_then(|told| Ok(out.flush().map(|()| told)?));
        return told.map_err(|broken| match broken {
            Broken::Telling(error) => error,
            Broken::Writing(error) => context.ended(Err(error)).err().unwrap_or_else(CommandError::gone),
        });
    }
    let mut file = NewFile::begin(&args.to)?;
    let told = export(&mut file).map_err(|broken| match broken {
        Broken::Telling(error) => error,
        Broken::Writing(error) => {
            CommandError::new(Answer::Unknown, format!("could not write {}: {error}", args.to.display()))
        }
    })?;
    // Again: somebody may have put one there meanwhile.
    require_free(args, context)?;
    file.place()?;
    Ok(told)
}
