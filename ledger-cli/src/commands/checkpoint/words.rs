//! Who signed a checkpoint, for people and for programs.

use ledger_core::domain::Party;
use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::witnesses::Judged;
use serde_json::{Value, json};

use crate::context::Context;
use crate::error::CommandError;
use crate::render::human;

/// A checkpoint, for programs; `signed_by` is null when nobody's keys are known.
pub(super) fn line(signed: &SignedCheckpoint, judged: Option<&Judged>) -> Value {
    let checkpoint = signed.checkpoint();
    json!({
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root,
        "signed_by": judged,
        "note": signed.to_string(),
    })
}

/// Who signed, in a line.
pub(super) fn by_whom(judged: &Judged) -> String {
    let log = if judged.log { "signed by the log" } else { "not signed by the log" };
    let cosigned: Vec<_> = judged.cosigned.iter().map(|(party, time)| at(*party, *time)).collect();
    let cosigned = match cosigned.as_slice() {
        [] => "cosigned by nobody".to_owned(),
        parties => format!("cosigned by {}", parties.join(", ")),
    };
    let remarks = remarks(judged);
    let remarks = if remarks.is_empty() { remarks } else { format!("; {remarks}") };
    format!("{log}; {cosigned}{remarks}")
}

/// What else is to be said of the signatures; empty when it is nothing.
pub(super) fn remarks(judged: &Judged) -> String {
    let mut remarks = Vec::new();
    if judged.log_doubtful {
        remarks.push("the log's key has ended or fallen into wrong hands".to_owned());
    }
    if !judged.doubtful.is_empty() {
        let parties: Vec<_> = judged.doubtful.iter().map(|(party, time)| at(*party, *time)).collect();
        remarks.push(format!("does not count: {}", parties.join(", ")));
    }
    if judged.unknown > 0 {
        let unknown = u64::try_from(judged.unknown).unwrap_or(u64::MAX);
        remarks.push(format!(
            "{} this ledger does not name",
            human::count(unknown, "signature of a key that", "signatures of keys that")
        ));
    }
    remarks.join("; ")
}

fn at(party: Party, time: u64) -> String {
    format!("{party} ({})", human::seconds(time))
}

/// Tells of a checkpoint that was made or found: its text, and who signed it.
pub(super) fn tell(
    signed: &SignedCheckpoint,
    judged: Option<&Judged>,
    context: &Context,
) -> Result<(), CommandError> {
    if context.json {
        return context.emit("checkpoint", line(signed, judged));
    }
    context.write(signed.to_string().as_bytes())?;
    match judged {
        Some(judged) => context.talk(by_whom(judged)),
        None => {
            let names: Vec<_> = signed.note().signatures().iter().map(|line| line.name.as_str()).collect();
            context.talk(format_args!("not verified, as no keys are known here: {}", names.join(", ")));
        }
    }
    Ok(())
}

/// Tells of a checkpoint that was signed beside something else: to programs all of it, to people that it is there.
pub(crate) fn tell_made(signed: &SignedCheckpoint, context: &Context) -> Result<(), CommandError> {
    if context.json {
        return context.emit("checkpoint", line(signed, None));
    }
    let size = human::count(signed.checkpoint().size, "entry", "entries");
    context.talk(format_args!("signed a checkpoint of {size}, kept with the ledger"));
    Ok(())
}
