//! An event as flags: one subcommand for each kind of event, made from the JSON Schema of the event.
//!
//! The schema says which fields there are, what they mean and which are needed; so the command line, the help
//! and the JSON form of an act cannot disagree.

mod example;

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command};
use ledger_core::domain::codes::{DocumentKind, Marking};
use ledger_core::domain::{Act, ActId, Document, Event};
use ledger_core::exchange::acts::{Draft, act_schema};
use ledger_core::ledger::digest::of_document;
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::error::{Answer, CommandError};

use example::{example, example_text};

/// The kinds of events that are recorded in a ledger that is there: all but the founding.
fn kinds() -> impl Iterator<Item = &'static str> {
    Event::CATALOGUE.iter().map(|(_, name)| *name).filter(|name| *name != "LedgerConstituted")
}

/// Adds a subcommand for each kind of event to a verb; `finish` adds what the verb takes besides.
pub(crate) fn with_events(verb: Command, last: &str, finish: impl Fn(Command) -> Command) -> Command {
    let schema = act_schema();
    let definitions = part(&schema, "$defs");
    let name_of_verb = verb.get_name().to_owned();
    kinds().fold(verb, |verb, name| {
        let schema = part(definitions, name);
        let about = part(schema, "description").as_str().unwrap_or(name).replace('\n', " ");
        let command = finish(subcommand(name, schema, definitions));
        // What is added may bring a description of its own; the event's comes last.
        let command = command.about(about).long_about(None);
        verb.subcommand(command.after_help(example(&name_of_verb, name, schema, definitions, last)))
    })
}

/// A member of a schema; null where there is none.
fn part<'a>(schema: &'a Value, name: &str) -> &'a Value {
    schema.get(name).unwrap_or(&Value::Null)
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

/// The name under which clap keeps a field, apart from the names of the arguments that every command has.
fn argument_id(field: &str) -> String {
    format!("event.{field}")
}

fn subcommand(name: &str, schema: &Value, definitions: &Value) -> Command {
    let mut command = Command::new(kebab(name));
    for (field, property) in fields(schema) {
        command = command.arg(argument(field, property, is_required(schema, field), definitions));
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

fn fields(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    part(schema, "properties")
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, property)| (name.as_str(), property))
}

fn is_required(schema: &Value, field: &str) -> bool {
    part(schema, "required").as_array().is_some_and(|required| required.iter().any(|name| name == field))
}

fn argument(field: &str, property: &Value, required: bool, definitions: &Value) -> Arg {
    let shape = Shape::of(property, definitions);
    let meaning = part(property, "description").as_str().unwrap_or(field).replace('\n', " ");
    let form = shape.form().map_or_else(String::new, |form| format!(" [{form}]"));
    // The moment of an act is now unless somebody says otherwise.
    let now = field == "occurred_at";
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

/// Most words of a list that the help shows; of a longer one it gives the title.
const MAX_WORDS: usize = 30;

/// The words of which a text is one, when they are few enough to be read.
fn words(schema: &Value) -> Option<&Vec<Value>> {
    part(schema, "enum").as_array().filter(|words| words.len() <= MAX_WORDS)
}

/// What a field takes, as far as the command line is concerned.
enum Shape<'a> {
    Text(&'a Value),
    Number,
    Flag,
    List(Box<Shape<'a>>),
    Structure(&'a Value, &'a Value),
}

impl<'a> Shape<'a> {
    fn of(property: &'a Value, definitions: &'a Value) -> Self {
        if let Some(name) = part(property, "$ref").as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
            let definition = part(definitions, name);
            return match part(definition, "type").as_str() {
                Some("object") => Shape::Structure(definition, definitions),
                _ => Shape::of(definition, definitions),
            };
        }
        if let Some(choices) = part(property, "anyOf").as_array()
            && let Some(some) = choices.iter().find(|choice| part(choice, "type") != "null")
        {
            return Shape::of(some, definitions);
        }
        let is = |kind: &str| {
            let found = part(property, "type");
            found == kind || found.as_array().is_some_and(|kinds| kinds.iter().any(|k| k == kind))
        };
        if is("array") {
            Shape::List(Box::new(Shape::of(part(property, "items"), definitions)))
        } else if is("boolean") {
            Shape::Flag
        } else if is("integer") {
            Shape::Number
        } else {
            Shape::Text(property)
        }
    }

    /// What is written, for the help.
    fn form(&self) -> Option<String> {
        match self {
            Shape::Text(schema) => match words(schema) {
                Some(words) => Some(words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")),
                None => part(schema, "title").as_str().map(str::to_owned),
            },
            Shape::Number => Some("a whole number".into()),
            Shape::Flag => Some("true or false".into()),
            Shape::List(element) => element.form().map(|form| format!("{form}; once for each")),
            Shape::Structure(schema, _) => {
                let names: Vec<_> = fields(schema)
                    .map(
                        |(name, _)| {
                            if is_required(schema, name) { name.to_owned() } else { format!("{name}?") }
                        },
                    )
                    .collect();
                Some(names.iter().map(|name| format!("{name}=…")).collect::<Vec<_>>().join("; "))
            }
        }
    }

    /// The JSON of what somebody wrote.
    fn read(&self, text: &str) -> Result<Value, String> {
        match self {
            Shape::Text(_) => Ok(Value::String(text.to_owned())),
            Shape::Number => {
                text.parse::<u64>().map(Value::from).map_err(|_| format!("{text:?} is no whole number"))
            }
            Shape::Flag => {
                text.parse::<bool>().map(Value::from).map_err(|_| format!("{text:?} is not true or false"))
            }
            Shape::List(element) => {
                let elements = text.split(',').map(|text| element.read_inside(text.trim()));
                elements.collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
            Shape::Structure(..) if text.trim_start().starts_with('{') => {
                serde_json::from_str(text).map_err(|error| format!("{text:?} is not JSON: {error}"))
            }
            Shape::Structure(schema, definitions) => {
                let mut structure = Map::new();
                for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
                    let Some((name, value)) = part.split_once('=') else {
                        return Err(format!("{part:?} is not field=value"));
                    };
                    let Some((_, property)) = fields(schema).find(|(known, _)| *known == name) else {
                        let known: Vec<_> = fields(schema).map(|(name, _)| name).collect();
                        return Err(format!("there is no field {name:?}; there are {}", known.join(", ")));
                    };
                    if structure
                        .insert(name.to_owned(), Shape::of(property, definitions).read(value)?)
                        .is_some()
                    {
                        return Err(format!("{name} is given twice"));
                    }
                }
                Ok(Value::Object(structure))
            }
        }
    }

    /// The JSON of an element of a list inside a structure: a structure is written as its needed fields with
    /// colons between, `EE:200 EA`.
    fn read_inside(&self, text: &str) -> Result<Value, String> {
        let Shape::Structure(schema, definitions) = self else { return self.read(text) };
        let needed: Vec<_> = fields(schema).filter(|(name, _)| is_required(schema, name)).collect();
        let parts: Vec<&str> = text.splitn(needed.len(), ':').collect();
        if parts.len() != needed.len() {
            let names: Vec<_> = needed.iter().map(|(name, _)| *name).collect();
            return Err(format!("{text:?} is not {}", names.join(":")));
        }
        let values = needed.iter().zip(parts).map(|((name, property), part)| {
            Ok(((*name).to_owned(), Shape::of(property, definitions).read(part.trim())?))
        });
        values.collect::<Result<Map<_, _>, String>>().map(Value::Object)
    }

    /// An example of an element of a list inside a structure.
    fn example_inside(&self, field: &str) -> String {
        let Shape::Structure(schema, definitions) = self else { return self.example(field) };
        let needed = fields(schema).filter(|(name, _)| is_required(schema, name));
        needed
            .map(|(name, property)| Shape::of(property, definitions).example(name))
            .collect::<Vec<_>>()
            .join(":")
    }

    /// Something that could be written, for the example in the help.
    fn example(&self, field: &str) -> String {
        match self {
            Shape::Text(schema) => match words(schema).and_then(|words| words.first()) {
                Some(word) => word.as_str().unwrap_or_default().to_owned(),
                None => example_text(field, part(schema, "title").as_str().unwrap_or_default()),
            },
            Shape::Number => "1".into(),
            Shape::Flag => "true".into(),
            Shape::List(element) => element.example(field),
            Shape::Structure(schema, definitions) => fields(schema)
                .filter(|(name, _)| is_required(schema, name))
                .map(|(name, property)| {
                    let example = match Shape::of(property, definitions) {
                        Shape::List(element) => element.example_inside(name),
                        shape => shape.example(name),
                    };
                    format!("{name}={example}")
                })
                .collect::<Vec<_>>()
                // A line each when it is long: help that wraps inside a value could not be copied.
                .join(if fields(schema).count() > 4 { ";\n          " } else { "; " }),
        }
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

/// The event that the flags say: through the same JSON that `append` reads.
fn event_of(name: &str, given: &ArgMatches, context: &Context) -> Result<Event, CommandError> {
    let schema = act_schema();
    let definitions = part(&schema, "$defs");
    let schema = part(definitions, name);
    let mut body = Map::new();
    for (field, property) in fields(schema) {
        let texts: Vec<&String> =
            given.get_many::<String>(&argument_id(field)).into_iter().flatten().collect();
        let shape = Shape::of(property, definitions);
        let wrong = |why: String| CommandError::usage(format!("--{}: {why}", flag(field)));
        let value = match (&shape, texts.as_slice()) {
            (_, []) if field == "occurred_at" => json!(context.now()?),
            (_, []) => continue,
            (Shape::List(element), texts) => {
                let elements = texts.iter().map(|text| element.read(text));
                Value::Array(elements.collect::<Result<_, _>>().map_err(wrong)?)
            }
            (shape, [text, ..]) => shape.read(text).map_err(wrong)?,
        };
        body.insert(field.to_owned(), value);
    }
    let line = json!({ "events": [{ name: body }] }).to_string();
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
