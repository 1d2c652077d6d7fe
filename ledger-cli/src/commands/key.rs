//! Keys: files of officers, and what the ledger knows of them.

use ledger_core::domain::party::{KeyEnrolled, KeyRevoked, KeyRotated, KeyStatus};
use ledger_core::domain::{Act, Event, PublicKey};
use serde_json::json;

use super::record;
use crate::cli::{KeyCommand, KeyListArgs, KeyNewArgs, ReceiptArgs};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::form::fresh_id;
use crate::keyfile::{
    self, KeyArgs, Passphrase, Protection, Terminal, WrittenDown, fingerprint, public_hex, public_line,
};
use crate::render::human;

pub(crate) fn run(command: KeyCommand, context: &Context) -> Result<Answer, CommandError> {
    match command {
        KeyCommand::New(args) => new(&args, context),
        KeyCommand::Show(args) => show(&keyfile::public_key(&args.public_key)?, context),
        KeyCommand::Enrol(args) => {
            let event = KeyEnrolled {
                occurred_at: context.now()?,
                key: PublicKey::new(keyfile::public_key(&args.public_key)?),
                party: args.party,
                role: args.role,
                valid_until: args.valid_until,
                person_ref: args.person_ref,
            };
            record_event(event.into(), &args.key, context)
        }
        KeyCommand::Rotate(args) => {
            let event = KeyRotated {
                occurred_at: context.now()?,
                old_key: PublicKey::new(keyfile::public_key(&args.old)?),
                new_key: PublicKey::new(keyfile::public_key(&args.new)?),
                reason: args.reason,
            };
            record_event(event.into(), &args.key, context)
        }
        KeyCommand::Revoke(args) => {
            let event = KeyRevoked {
                occurred_at: context.now()?,
                key: PublicKey::new(keyfile::public_key(&args.public_key)?),
                reason: args.reason,
            };
            record_event(event.into(), &args.key, context)
        }
        KeyCommand::List(args) => list(&args, context),
    }
}

fn record_event(event: Event, key: &KeyArgs, context: &Context) -> Result<Answer, CommandError> {
    let act = Act { id: fresh_id()?, documents: Vec::new(), events: vec![event] };
    record::record(act, key, &ReceiptArgs::default(), context)
}

fn new(args: &KeyNewArgs, context: &Context) -> Result<Answer, CommandError> {
    let written = args.passphrase_file.as_ref().filter(|file| !file.as_os_str().is_empty());
    let protection = if args.no_passphrase {
        if written.is_some() {
            return Err(CommandError::usage("--no-passphrase was given, and a passphrase file too")
                .hint("leave one of them out, and unset JOINTLEDGER_PASSPHRASE_FILE if it is set"));
        }
        Protection::None
    } else {
        Protection::Passphrase(match written {
            Some(file) => WrittenDown(file.clone()).choose(&args.file)?,
            None => Terminal::default().choose(&args.file)?,
        })
    };
    let key = keyfile::create(&args.file, &args.comment, &protection)?;
    context.talk(format_args!("wrote {0} and {0}.pub", args.file.display()));
    show(&key, context)
}

fn show(key: &[u8; 32], context: &Context) -> Result<Answer, CommandError> {
    if context.json {
        let (hex, line, print) = (public_hex(key), public_line(key, ""), fingerprint(key));
        context.emit("key", json!({ "key": hex, "openssh": line, "fingerprint": print }))?;
    } else {
        context.say(format_args!("key          {}", public_hex(key)))?;
        context.say(format_args!("openssh      {}", public_line(key, "")))?;
        context.say(format_args!("fingerprint  {}", fingerprint(key)))?;
    }
    Ok(Answer::Done)
}

fn list(args: &KeyListArgs, context: &Context) -> Result<Answer, CommandError> {
    let tip = super::end_of(context)?;
    let now = context.now()?;
    let mut rows = Vec::new();
    let mut keys: Vec<_> = tip.state().keys().collect();
    keys.sort_by_key(|(_, record)| (record.party, record.role, record.enrolled_in));
    for (key, record) in keys {
        let expired = record.valid_until.is_some_and(|until| until <= now);
        let status = match record.status {
            KeyStatus::Active if expired => "expired".into(),
            KeyStatus::Active => "active".into(),
            KeyStatus::Rotated { entry, by } => format!("replaced by {} in entry {entry}", by.short()),
            KeyStatus::Revoked { entry } => format!("revoked in entry {entry}"),
            KeyStatus::Compromised { entry, since } => {
                format!("compromised since {since}, by entry {entry}")
            }
        };
        let listed = args.party.is_none_or(|party| party == record.party) && (args.all || status == "active");
        if !listed {
            continue;
        }
        if context.json {
            context.emit(
                "enrolled_key",
                json!({ "key": key, "record": record, "fingerprint": fingerprint(key.as_bytes()) }),
            )?;
        } else {
            rows.push(vec![
                record.party.to_string(),
                record.role.to_string(),
                key.short(),
                record.enrolled_in.to_string(),
                record.valid_until.map_or_else(|| "-".into(), |until| until.to_string()),
                status,
                fingerprint(key.as_bytes()),
            ]);
        }
    }
    if !context.json {
        let head = ["PARTY", "ROLE", "KEY", "ENTRY", "UNTIL", "STATUS", "OPENSSH FINGERPRINT"];
        context.say(human::indented(&human::table(&head, rows)))?;
    }
    Ok(Answer::Done)
}
