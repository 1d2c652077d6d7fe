//! One file an intention.

pub(crate) mod append;
pub(crate) mod charter;
pub(crate) mod check;
pub(crate) mod checkpoint;
pub(crate) mod compare;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod generate;
pub(crate) mod import;
pub(crate) mod key;
pub(crate) mod log;
pub(crate) mod manual;
pub(crate) mod pending;
pub(crate) mod period;
pub(crate) mod prove;
pub(crate) mod reconcile;
pub(crate) mod record;
pub(crate) mod show;
pub(crate) mod signatures;
pub(crate) mod state;
pub(crate) mod status;
pub(crate) mod verify;

use clap::ArgMatches;

use std::ops::ControlFlow;

use ledger_core::journal::{self, Until};
use ledger_core::ledger::Tip;

use crate::cli::{AtArgs, Command};
use crate::context::Context;
use crate::error::{Answer, CommandError};

/// Runs a command.
pub(crate) fn run(command: Command, matches: &ArgMatches, context: &Context) -> Result<Answer, CommandError> {
    match command {
        Command::Charter(command) => charter::run(command, context),
        Command::Found(args) => charter::found(&args, context),
        Command::Key(command) => key::run(command, context),
        Command::Record => record::run(matches, context),
        Command::Explain => explain::run(matches, context),
        Command::Countersign(args) => pending::countersign(args, context),
        Command::Refuse(args) => pending::refuse(args, context),
        Command::Append(args) => append::run(&args, context),
        Command::Pending => pending::list(context),
        Command::Show(what) => show::run(what, context),
        Command::Log(args) => log::run(&args, context),
        Command::State(args) => state::run(&args, context),
        Command::Status(args) => status::run(&args, context),
        Command::Signatures => signatures::run(context),
        Command::Verify(args) => verify::run(&args, context),
        Command::Checkpoint(command) => checkpoint::run(command, context),
        Command::Prove(args) => prove::run(&args, context),
        Command::Check(args) => check::run(&args, context),
        Command::Compare(args) => compare::run(&args, context),
        Command::Export(args) => export::run(&args, context),
        Command::Import(args) => import::run(&args, context),
        Command::Replay(args) => state::replay(&args, context),
        Command::Schema(args) => manual::schema(&args, context),
        Command::Completions(args) => manual::completions(&args, context),
        Command::Man(args) => manual::pages(&args, context),
        Command::Demo(args) => demo::run(&args, context),
        Command::Reconcile(args) => reconcile::run(&args, context),
        Command::Books(args) => reconcile::export(&args, context),
        Command::Period(command) => period::run(command, context),
        Command::Generate(args) => generate::run(&args, context),
    }
}

impl From<&AtArgs> for Until {
    fn from(at: &AtArgs) -> Self {
        match (at.at, at.at_time) {
            (Some(size), _) => Until::Size(size),
            (None, Some(time)) => Until::Time(time),
            (None, None) => Until::End,
        }
    }
}

/// The state at the end of the ledger.
fn end_of(context: &Context) -> Result<Tip, CommandError> {
    state_at(context, Until::End)
}

/// The state at a position or a time.
fn state_at(context: &Context, until: Until) -> Result<Tip, CommandError> {
    let store = context.look()?;
    let mut bar = context.progress("reading");
    let tip =
        journal::replay(
            &store,
            until,
            &mut |done, total| bar.at(done, total),
            |_| ControlFlow::Continue(()),
        )?;
    if let Until::Size(size) = until
        && tip.head().size < size
    {
        return Err(CommandError::usage(format!("the ledger has {} entries, not {size}", tip.head().size)));
    }
    Ok(tip)
}
