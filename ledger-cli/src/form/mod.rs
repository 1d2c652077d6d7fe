//! An event as flags: one subcommand for each kind of event, made from the JSON Schema of the event.
//!
//! The schema says which fields there are, what they mean and which are needed; so the command line, the help
//! and the JSON form of an act cannot disagree. What a subcommand takes is made when it is called or described,
//! not at every start.

mod example;
mod shape;

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::sync::LazyLock;

use clap::{Arg, ArgAction, ArgMatches, Command};
use ledger_core::domain::codes::{DocumentKind, Marking};
use ledger_core::domain::{Act, ActId, Document, Event};
use ledger_core::exchange::acts::{Draft, act_schema};
use ledger_core::ledger::digest::of_document;
use serde_json::{Map, Value};

use crate::context::Context;
use crate::error::{Answer, CommandError};

use example::example;
use shape::{Shape, fields, is_required, part};

/// The schema of an act: made once, and only when somebody asks.
static SCHEMA: LazyLock<Value> = LazyLock::new(act_schema);

/// All structures of the schema.
fn definitions() -> &'static Value {
    part(&SCHEMA, "$defs")
}

/// The kinds of events that are recorded in a ledger that is there: all but the founding.
fn kinds() -> impl Iterator<Item = &'static str> {
    Event::CATALOGUE.iter().map(|(_, name)| *name).filter(|name| *name != "LedgerConstituted")
}

/// Adds a subcommand for each kind of event to a verb; what it takes, `describe` says once it is needed.
pub(crate) fn with_events(verb: Command, describe: fn(Command) -> Command) -> Command {
    kinds().fold(verb, |verb, name| {
        verb.subcommand(Command::new(kebab(name)).about(about(name)).defer(describe))
    })
}

/// What a kind of event is, in a line.
fn about(name: &str) -> String {
    part(part(definitions(), name), "description").as_str().unwrap_or(name).replace('\n', " ")
}

/// Adds to the subcommand of a kind of event what it takes: a flag for each field, the papers, and what `more` adds
/// for the verb. The example in its help ends with `last`.
pub(crate) fn describe(
    command: Command,
    verb: &str,
    last: &str,
    more: impl Fn(Command) -> Command,
) -> Command {
    let Some(name) = kinds().find(|name| kebab(name) == command.get_name()) else { return command };
    // What is added may bring a description of its own; the event's comes last.
    let command = more(with_fields(command, name)).about(about(name)).long_about(None);
    command.after_help(example(verb, name, last))
}

/// `TransferProposed` as `transfer-proposed`.
fn kebab(name: &str) -> String {
    let mut words = String::new();
    for (index, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            words.push('-');
        }
        words.push(if letter == '_' { '-' } else { letter.to_ascii_lowercase() });
    }
    words
}

/// The flag of a field. `--key` is the key that signs, so an act about another key says which in its own words.
fn flag(field: &str) -> String {
    if field == "key" { "public-key".into() } else { kebab(field) }
}

/// The place of a field as an officer wrote it: `lines[0].unit_price` is in the first `--lines`.
fn flag_in_words(path: &str) -> String {
    let end = path.find(['[', '.']).unwrap_or(path.len());
    let (field, inside) = path.split_at(end);
    let words = inside.split(['[', ']', '.']).filter(|word| !word.is_empty());
    let words = words.map(|word| match word.parse::<u64>() {
        Ok(index) => format!(", number {}", index.saturating_add(1)),
        Err(_) => format!(", {word}"),
    });
    format!("--{}{}", flag(field), words.collect::<String>())
}

/// The field that is the moment of an act: now, unless somebody says otherwise.
const NOW: &str = "occurred_at";

/// The name under which clap keeps a field, apart from the names of the arguments that every command has.
fn argument_id(field: &str) -> String {
    format!("event.{field}")
}

fn with_fields(mut command: Command, name: &str) -> Command {
    let schema = part(definitions(), name);
    for (field, property) in fields(schema) {
        command = command.arg(argument(field, property, is_required(schema, field)));
    }
    let documents = |id: &'static str, help: &'static str| {
        Arg::new(id).long(id).value_name("KIND:FILE").action(ArgAction::Append).help(help).help_heading("Act")
    };
    let act_id = Arg::new("act-id")
        .long("act-id")
        .value_name("ID")
        .value_parser(|text: &str| text.parse::<ActId>())
        .help("The act's own id, 32 hexadecimal digits: sending it twice records it once")
        .help_heading("Act");
    command
        .arg(documents("document", "Bind a paper by its digest; the paper itself stays outside"))
        .arg(documents("restricted-document", "Bind a paper that is kept apart, under restriction"))
        .arg(act_id)
}

fn argument(field: &str, property: &'static Value, required: bool) -> Arg {
    let shape = Shape::of(property, definitions());
    let meaning = part(property, "description").as_str().unwrap_or(field).replace('\n', " ");
    let form = shape.form().map_or_else(String::new, |form| format!(" [{form}]"));
    let now = field == NOW;
    let default = if now { "; now if it is left out" } else { "" };
    let arg = Arg::new(argument_id(field))
        .long(flag(field))
        .value_name(kebab(field).to_ascii_uppercase())
        .help(format!("{meaning}{default}{form}"))
        .required(required && !now);
    match shape {
        Shape::List(_) => arg.action(ArgAction::Append),
        _ => arg,
    }
}

/// What was given to the subcommand of a verb: its kind of event and its flags.
pub(crate) fn chosen<'a>(
    verb: &str,
    matches: &'a ArgMatches,
) -> Result<(&'static str, &'a ArgMatches), CommandError> {
    let chosen = matches.subcommand_matches(verb).and_then(ArgMatches::subcommand);
    let Some((kind, given)) = chosen else {
        return Err(CommandError::usage(format!("say which kind of event to {verb}")));
    };
    let name = kinds().find(|name| kebab(name) == kind);
    let name = name.ok_or_else(|| CommandError::usage(format!("there is no kind of event {kind}")))?;
    Ok((name, given))
}

/// The act that the flags say, with a fresh id when they name none.
pub(crate) fn act_of(name: &str, given: &ArgMatches, context: &Context) -> Result<Act, CommandError> {
    let events = vec![event_of(name, given, context)?];
    let documents = documents_of(given)?;
    let id = given.get_one::<ActId>("act-id").copied().map_or_else(fresh_id, Ok)?;
    Ok(Act { id, documents, events })
}

/// An act id that nobody has.
pub(crate) fn fresh_id() -> Result<ActId, CommandError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        CommandError::new(Answer::Unknown, format!("the operating system gave no random numbers: {error}"))
    })?;
    Ok(ActId::new(bytes))
}

/// The event that the flags say; it happens now unless they say otherwise.
fn event_of(name: &str, given: &ArgMatches, context: &Context) -> Result<Event, CommandError> {
    let texts = |field: &str| -> Vec<String> {
        given.get_many(&argument_id(field)).into_iter().flatten().cloned().collect()
    };
    let now = if texts(NOW).is_empty() { Some(context.now()?.to_string()) } else { None };
    read_event(
        name,
        |field| if field == NOW && now.is_some() { now.iter().cloned().collect() } else { texts(field) },
    )
}

/// The event whose fields were written so: through the same JSON that `append` reads.
fn read_event(name: &str, texts: impl Fn(&str) -> Vec<String>) -> Result<Event, CommandError> {
    let mut body = Map::new();
    for (field, property) in fields(part(definitions(), name)) {
        let texts = texts(field);
        let shape = Shape::of(property, definitions());
        let wrong = |why: String| CommandError::usage(format!("--{}: {why}", flag(field)));
        let value = match (&shape, texts.as_slice()) {
            (_, []) => continue,
            (Shape::List(element), texts) => {
                let elements = texts.iter().map(|text| element.read(text));
                Value::Array(elements.collect::<Result<_, _>>().map_err(wrong)?)
            }
            (shape, [text, ..]) => shape.read(text).map_err(wrong)?,
        };
        body.insert(field.to_owned(), value);
    }
    let line = serde_json::json!({ "events": [{ name: body }] }).to_string();
    let draft = Draft::parse(&line).map_err(|bad| {
        let field = bad.path.as_deref().and_then(|path| path.strip_prefix(&format!("events[0].{name}.")));
        CommandError::usage(match field {
            Some(field) => format!("{}: {}", flag_in_words(field), bad.reason),
            None => bad.reason,
        })
    })?;
    draft.events.into_iter().next().ok_or_else(|| CommandError::usage("no event was given"))
}

fn documents_of(given: &ArgMatches) -> Result<Vec<Document>, CommandError> {
    let mut documents = Vec::new();
    for (flag, marking) in
        [("document", Marking::Unclassified), ("restricted-document", Marking::RestrictedReference)]
    {
        for text in given.get_many::<String>(flag).into_iter().flatten() {
            documents.push(document(flag, text, marking)?);
        }
    }
    Ok(documents)
}

/// Binds the paper that `KIND:FILE` names.
fn document(flag: &str, text: &str, marking: Marking) -> Result<Document, CommandError> {
    let wrong = |why: String| CommandError::usage(format!("--{flag} {text:?}: {why}"));
    let Some((kind, path)) = text.split_once(':') else { return Err(wrong("write KIND:FILE".into())) };
    let kind: DocumentKind = kind.parse().map_err(wrong)?;
    let file = File::open(path).map_err(CommandError::io(format_args!("open {path}")))?;
    let (sha256, bytes) = of_document(file).map_err(CommandError::io(format_args!("read {path}")))?;
    let media_type = media_type(Path::new(path)).parse().map_err(wrong)?;
    Ok(Document { kind, sha256, bytes, media_type, marking })
}

/// The media type that a file's name suggests.
fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase).as_deref() {
        Some("pdf") => "application/pdf",
        Some("xml") => "application/xml",
        Some("json") => "application/json",
        Some("txt") => "text/plain",
        Some("csv") => "text/csv",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}
