//! `record`: one subcommand for each kind of event.
//!
//! The founding has a command of its own, `found`: it is the one act that is recorded where no ledger is yet.

use clap::{ArgMatches, Args as _, Command, FromArgMatches as _};
use ledger_core::domain::{Act, PublicKey};
use ledger_core::journal::Journal;
use ledger_core::store::sled::SledStore;

use crate::cli::{ReceiptArgs, RecordArgs};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::form;
use crate::keyfile::{KeyArgs, open_signer};
use crate::recording::Recording;
use crate::render::{human, json};

/// Adds a subcommand for each kind of event.
pub(crate) fn with_events(record: Command) -> Command {
    form::with_events(record, |event| {
        form::describe(event, "record", "--key officer", RecordArgs::augment_args)
    })
}

/// Runs `record EVENT …`.
pub(crate) fn run(matches: &ArgMatches, context: &Context) -> Result<Answer, CommandError> {
    let (name, given) = form::chosen("record", matches)?;
    let act = form::act_of(name, given, context)?;
    let args = RecordArgs::from_arg_matches(given).map_err(|error| CommandError::usage(error.to_string()))?;
    record(act, &args.key, &args.receipt, context)
}

/// Records one act and says its receipt.
pub(crate) fn record(
    act: Act,
    key: &KeyArgs,
    receipt: &ReceiptArgs,
    context: &Context,
) -> Result<Answer, CommandError> {
    record_made(key, receipt, context, |_, _| Ok(act))
}

/// The same, of an act that is made from what the ledger says, once it is open, for whoever holds the key.
pub(crate) fn record_made(
    key: &KeyArgs,
    receipt: &ReceiptArgs,
    context: &Context,
    make: impl FnOnce(&Journal<SledStore>, PublicKey) -> Result<Act, CommandError>,
) -> Result<Answer, CommandError> {
    context.ledger()?;
    // The passphrase is asked for before the ledger is taken, so that nobody waits for a person.
    let signer = open_signer(&key.source(), &mut *key.passphrase())?;
    let mut recording = Recording::open(receipt, key, context)?;
    let act = make(&recording.journal, PublicKey::new(signer.public_key()))?;
    let what = human::events(&act.events);
    let receipt = recording.journal.append(act, context.stamp(signer.as_ref())?)?;
    let told = if context.json {
        context.emit("receipt", json::receipt(&receipt))
    } else {
        context.say(human::receipt(&receipt, &what))
    };
    // Also when nobody reads that it was recorded.
    recording.finish(&[receipt.entry])?;
    told?;
    Ok(Answer::Done)
}
