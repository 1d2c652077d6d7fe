//! `append`: acts from JSON Lines.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use ledger_core::exchange::acts::{Draft, MAX_LINE};
use ledger_core::journal::{JournalError, Receipt};
use ledger_core::ledger::Signer;

use crate::cli::AppendArgs;
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::form::fresh_id;
use crate::keyfile::open_signer;
use crate::recording::Recording;
use crate::render::{human, json};

/// Acts that are made durable together at the most.
const TOGETHER: usize = 200;

pub(crate) fn run(args: &AppendArgs, context: &Context) -> Result<Answer, CommandError> {
    context.ledger()?;
    let signer = open_signer(&args.key.source(), &mut *args.key.passphrase())?;
    let input: Box<dyn Read> = if args.file.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(
            File::open(&args.file).map_err(CommandError::io(format_args!("open {}", args.file.display())))?,
        )
    };
    let mut run = Run {
        context,
        recording: Recording::open(&args.receipt, &args.key, context)?,
        signer: signer.as_ref(),
        staged: VecDeque::new(),
        recorded: 0,
        repeated: 0,
        last: None,
        entries: Vec::new(),
    };
    let ended = run.lines(BufReader::with_capacity(64 * 1024, input));
    // What was staged before the end, or before the line that stopped the run, is recorded.
    let committed = run.commit();
    let told = run.told();
    let finished = run.recording.finish(&run.entries);
    if let (Err(error), false) = (&finished, committed.is_ok() && ended.is_ok()) {
        context.talk(&error.message);
    }
    committed.map_err(|error| CommandError { so_far: Some(told.clone()), ..error })?;
    ended.map_err(|(line, error)| {
        let error = CommandError { so_far: Some(told.clone()), ..error };
        let Some(line) = line else { return error };
        CommandError {
            message: format!("line {line}: {}", error.message),
            hint: error.hint.or_else(|| Some(format!("mend line {line} and send the file from there"))),
            ..error
        }
    })?;
    context.talk(told);
    finished?;
    Ok(Answer::Done)
}

/// A run over lines.
struct Run<'a> {
    context: &'a Context,
    recording: Recording<'a>,
    signer: &'a dyn Signer,
    /// What each staged act is, in words.
    staged: VecDeque<String>,
    recorded: u64,
    repeated: u64,
    last: Option<u64>,
    /// The entries of all receipts.
    entries: Vec<u64>,
}

impl Run<'_> {
    /// Stages line by line; an error comes with the number of its line, if it is about one line.
    fn lines(&mut self, mut input: impl BufferedRead) -> Result<(), (Option<u64>, CommandError)> {
        let mut number: u64 = 0;
        loop {
            number = number.saturating_add(1);
            let at = |error: CommandError| (Some(number), error);
            let Some(line) = next_line(&mut input).map_err(at)? else { return Ok(()) };
            let text = text_of(&line, number).map_err(at)?;
            if !text.is_empty() {
                self.stage(text).map_err(at)?;
            }
            // Whoever writes line by line gets each receipt at once; whoever sends a file, in runs.
            if self.staged.len() >= TOGETHER || input.is_drained() {
                self.commit().map_err(|error| (None, error))?;
            }
        }
    }

    fn stage(&mut self, line: &str) -> Result<(), CommandError> {
        let draft = Draft::parse(line)?;
        let act = draft.into_act(fresh_id()?);
        let what = human::events(&act.events);
        self.recording.journal.stage(act, self.context.stamp(self.signer)?)?;
        self.staged.push_back(what);
        Ok(())
    }

    fn commit(&mut self) -> Result<(), CommandError> {
        let receipts = match self.recording.journal.commit() {
            Ok(receipts) => receipts,
            // The failed commit has been told already.
            Err(JournalError::MustReopen) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        // Counted first, so that what is said at the end is right also when nobody takes the receipts.
        for receipt in &receipts {
            self.entries.push(receipt.entry);
            if receipt.repeated {
                self.repeated = self.repeated.saturating_add(1);
            } else {
                self.recorded = self.recorded.saturating_add(1);
                self.last = Some(receipt.entry);
            }
        }
        for receipt in receipts {
            let what = self.staged.pop_front().unwrap_or_default();
            self.tell(&receipt, &what).map_err(|error| {
                if !error.is_gone {
                    return error;
                }
                CommandError::new(Answer::Unknown, "nobody reads the receipts any more, so the run stopped")
                    .hint("`jointledger log` shows what was recorded; acts with ids of their own can be sent again")
            })?;
        }
        Ok(())
    }

    fn tell(&self, receipt: &Receipt, what: &str) -> Result<(), CommandError> {
        if self.context.json {
            self.context.emit("receipt", json::receipt(receipt))
        } else {
            self.context.say(human::receipt(receipt, what))
        }
    }

    /// What was recorded so far.
    fn told(&self) -> String {
        let again = match self.repeated {
            0 => String::new(),
            many => format!("; {} recorded before", human::count(many, "act was", "acts were")),
        };
        match self.last {
            None => format!("nothing new was recorded{again}"),
            Some(last) => {
                let acts = human::count(self.recorded, "act was", "acts were");
                format!("{acts} recorded, the last is entry {last}{again}")
            }
        }
    }
}

/// A reader that knows whether more is at hand without waiting.
trait BufferedRead: BufRead {
    fn is_drained(&self) -> bool;
}

impl<R: Read> BufferedRead for BufReader<R> {
    fn is_drained(&self) -> bool {
        self.buffer().is_empty()
    }
}

/// The next line without its end, or `None` at the end of the input. Never holds more than a line may have.
fn next_line(input: &mut impl BufRead) -> Result<Option<Vec<u8>>, CommandError> {
    let mut line = Vec::new();
    let limit = u64::try_from(MAX_LINE).unwrap_or(u64::MAX).saturating_add(2);
    let length = input
        .by_ref()
        .take(limit)
        .read_until(b'\n', &mut line)
        .map_err(CommandError::io("read the input"))?;
    if length == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    if line.len() > MAX_LINE {
        return Err(CommandError::usage(format!(
            "column {MAX_LINE}: the line is longer than {MAX_LINE} bytes"
        )));
    }
    Ok(Some(line))
}

/// The text of a line; a byte order mark before the first one is what some programs write.
fn text_of(line: &[u8], number: u64) -> Result<&str, CommandError> {
    let line = if number == 1 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
    std::str::from_utf8(line).map(str::trim_ascii).map_err(|error| {
        CommandError::new(
            Answer::Usage,
            format!("column {}: the line is not UTF-8", error.valid_up_to().saturating_add(1)),
        )
    })
}
