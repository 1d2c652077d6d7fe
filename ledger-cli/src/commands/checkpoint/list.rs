//! `checkpoint list`: all that are kept with the ledger.

use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::finding::Flaw;
use ledger_core::ledger::witnesses::{CheckpointKeys, Judged};
use ledger_core::store::checkpoints::CheckpointFiles;
use serde_json::json;

use super::{keys_of, not_judged, words};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::kept;
use crate::render::human;

pub(super) fn run(context: &Context) -> Result<Answer, CommandError> {
    let files = CheckpointFiles::open(context.ledger()?);
    let keys = keys_of(&crate::commands::end_of(context)?)?;
    let (mut rows, mut answer) = (Vec::new(), Answer::Done);
    for size in files.sizes()? {
        let Some(bytes) = files.read(size)? else { continue };
        let row = match look_at(&bytes, size, &keys) {
            Ok((signed, judged)) => {
                if context.json {
                    context.emit("checkpoint", words::line(&signed, Some(&judged)))?;
                }
                let cosigned: Vec<_> = judged.cosigned.keys().map(ToString::to_string).collect();
                let cosigned = if cosigned.is_empty() { "-".to_owned() } else { cosigned.join(", ") };
                let log = if judged.log { "signed" } else { "-" };
                vec![size.to_string(), log.into(), cosigned, words::remarks(&judged)]
            }
            // One that is damaged hides no other.
            Err(error) => {
                answer = Answer::Unsound;
                if context.json {
                    let reason = &error.message;
                    context
                        .emit("checkpoint", json!({ "size": size, "code": error.code, "reason": reason }))?;
                }
                vec![size.to_string(), "-".into(), "-".into(), human::bad(error.message)]
            }
        };
        rows.push(row);
    }
    if context.json {
        return Ok(answer);
    }
    if rows.is_empty() {
        context.talk("no checkpoint is kept with this ledger");
    } else {
        context.say(human::indented(&human::table(&["SIZE", "LOG", "COSIGNED", "REMARKS"], rows)))?;
    }
    Ok(answer)
}

fn look_at(
    bytes: &[u8],
    size: u64,
    keys: &CheckpointKeys,
) -> Result<(SignedCheckpoint, Judged), CommandError> {
    let signed = kept::parse(bytes, "it cannot be read")?;
    let stated = signed.checkpoint().size;
    if stated != size {
        return Err(kept::unsound(Flaw::Checkpoint, format!("it is of {stated} entries")));
    }
    let judged = keys.judge(&signed).map_err(|error| not_judged("it does not count", &error))?;
    Ok((signed, judged))
}
