//! `record`: one subcommand for each kind of event, made from the JSON Schema of the event.
//!
//! The founding has a command of its own, `found`: it is the one act that is recorded where no ledger is yet.
//!
//! The schema says which fields there are, what they mean and which are needed; so the command line, the help
//! and the JSON form of an act cannot disagree.

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Args as _, Command, FromArgMatches as _};
use ledger_core::domain::codes::{DocumentKind, Marking};
use ledger_core::domain::{Act, ActId, Document, Event};
use ledger_core::exchange::acts::{Draft, act_schema};
use ledger_core::ledger::digest::of_document;
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::keyfile::{KeyArgs, open_signer};
use crate::render::{human, json};

/// The kinds of events that are recorded in a ledger that is there: all but the founding.
fn kinds() -> impl Iterator<Item = &'static str> {
    Event::CATALOGUE.iter().map(|(_, name)| *name).filter(|name| *name != "LedgerConstituted")
}

/// Adds a subcommand for each kind of event.
pub(crate) fn with_events(record: Command) -> Command {
    let schema = act_schema();
    let definitions = part(&schema, "$defs");
    kinds().fold(record, |record, name| {
        record.subcommand(subcommand(name, part(definitions, name), definitions))
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
    let about = part(schema, "description").as_str().unwrap_or(name).replace('\n', " ");
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
    let command = command
        .arg(documents("document", "Bind a paper by its digest; the paper itself stays outside"))
        .arg(documents("restricted-document", "Bind a paper that is kept apart, under restriction"))
        .arg(act_id);
    // The arguments of the key bring a description of their own; the event's comes last.
    KeyArgs::augment_args(command).about(about).long_about(None).after_help(example(
        name,
        schema,
        definitions,
    ))
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
            return Shape::Structure(part(definitions, name), definitions);
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
            Shape::Text(schema) => match part(schema, "enum").as_array() {
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
            // What something becomes is another word than what it was.
            Shape::Text(schema) => {
                match part(schema, "enum").as_array().and_then(|words| words.get(usize::from(field == "to")))
                {
                    Some(word) => word.as_str().unwrap_or_default().to_owned(),
                    None => example_text(field, part(schema, "title").as_str().unwrap_or_default()),
                }
            }
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

/// What an example gives besides the needed fields, because a rule asks for it.
const ALSO: &[(&str, &str, &str)] = &[
    ("ItemRegistered", "ml", "ML4"),
    ("ItemRegistered", "hazard", "1.1D"),
    ("ItemRegistered", "neq_g_per_unit", "1000"),
    ("TransferProposed", "loan", "start=2026-02-01; due=2026-04-30"),
    ("ConsignmentReceived", "counted", "item=batch:1376-38-123-4567:EA-22-07=500 EA; condition=A"),
    ("ReturnReceived", "counted", "item=batch:1376-38-123-4567:EA-22-07=500 EA; condition=A"),
    ("DiscrepancyResolved", "location", "ADAZI"),
    ("TitlePassed", "document", "title_deed:deed.pdf"),
    ("TransferLicenceRecorded", "document", "licence:licence.pdf"),
    ("RetransferConsentRecorded", "document", "retransfer_consent:consent.pdf"),
    ("LossInvestigated", "document", "investigation_report:report.pdf"),
    ("SubCustodyIssued", "document", "hand_receipt:receipt.pdf"),
    ("SubCustodyReturned", "document", "hand_receipt:receipt.pdf"),
    ("PhysicalCountRecorded", "counted", "batch:1376-38-123-4567:EA-22-07=500 EA"),
    ("PhysicalCountRecorded", "document", "count_sheet:sheet.pdf"),
    ("SupportOrdered", "document", "support_form:order.pdf"),
    ("SupportDelivered", "document", "support_form:delivery.pdf"),
    ("SupportReciprocated", "document", "support_form:return.pdf"),
    ("SupportInvoiced", "document", "invoice:invoice.pdf"),
    ("ParticipantJoined", "document", "memorandum:mou.pdf"),
    ("ArrangementEffective", "document", "memorandum:mou.pdf"),
    ("ContractSigned", "document", "contract:contract.pdf"),
    ("DeliveryDispatched", "document", "despatch_advice:advice.pdf"),
    ("DeliveryAccepted", "document", "conformity_certificate:certificate.pdf"),
    ("InvoiceRegistered", "document", "invoice:invoice.pdf"),
];

/// An example of a text: by the name of its field, or after what its title says.
fn example_text(field: &str, title: &str) -> String {
    let known = match field {
        "to" | "consignee" | "recipients" | "receiver" => "LV",
        "parent" => "serial:0AA1J:V6X6:V-7",
        "child" => "serial:0AA1J:VHF:R-9",
        "consenting_state" => "US",
        "expiry" | "new_due" => "2026-12-31",
        "ml" => "ML3",
        "nsn" | "nsns" => "1376-38-123-4567",
        "role" => "PBO",
        "location" | "from_location" => "TAPA",
        "purpose" => "exercise Spring Storm",
        "activity" => "SPRING-STORM-26",
        "reason" => "the count is wrong",
        "finding" => "20 were left in the depot",
        "title" => "Explosive charges 2026",
        "capability" => "mobility and counter-mobility",
        "description" => "charge, demolition, 1 kg",
        "decision_rule" => "by consensus",
        "withdrawal_terms" => "with six months' notice, own liabilities stay",
        "payment_terms" => "30 days after acceptance",
        "legal_ground" => "2009/43/EC Art. 4(2)(a): armed forces",
        "period" => "first half of 2026",
        "circumstances" => "not found at the yearly count",
        "vat" => "0.00 EUR",
        _ => "",
    };
    if !known.is_empty() {
        return known.into();
    }
    if let Some((_, example)) = title.split_once("such as ") {
        return example.split(" or ").next().unwrap_or(example).to_owned();
    }
    if title.starts_with("an item") {
        let batch = "batch:1376-38-123-4567:EA-22-07";
        return if title.contains('=') { format!("{batch}=500 EA") } else { batch.to_owned() };
    }
    if title.starts_with("text") {
        return "in words".into();
    }
    if let Some(digits) = title.split_ascii_whitespace().find_map(|word| word.parse::<usize>().ok())
        && title.contains("hexadecimal")
    {
        return "3f".repeat(digits / 2);
    }
    format!("{}-1", field.to_ascii_uppercase().replace('_', "-"))
}

/// A call that an officer can start from.
fn example(name: &str, schema: &Value, definitions: &Value) -> String {
    let mut line = format!("Example:\n  jointledger --ledger DIR record {}", kebab(name));
    let needed = fields(schema)
        .filter(|(field, _)| is_required(schema, field) && *field != "occurred_at")
        .map(|(field, property)| (field, Shape::of(property, definitions).example(field)));
    let also = ALSO.iter().filter(|(event, ..)| *event == name);
    for (field, value) in needed.chain(also.map(|(_, field, value)| (*field, (*value).to_owned()))) {
        line.push_str(&format!(" \\\n      --{} {}", flag(field), quoted(&value)));
    }
    line + " \\\n      --key officer"
}

/// A word of a shell's command line.
fn quoted(value: &str) -> String {
    let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "-./:_=".contains(c));
    if plain {
        value.to_owned()
    } else if value.contains('\'') {
        format!("\"{value}\"")
    } else {
        format!("'{value}'")
    }
}

/// Runs `record EVENT …`.
pub(crate) fn run(matches: &ArgMatches, context: &Context) -> Result<Answer, CommandError> {
    let chosen = matches.subcommand_matches("record").and_then(ArgMatches::subcommand);
    let Some((verb, given)) = chosen else {
        return Err(CommandError::usage("say which kind of event to record"));
    };
    let Some(name) = kinds().find(|name| kebab(name) == verb) else {
        return Err(CommandError::usage(format!("there is no kind of event {verb}")));
    };
    let event = event_of(name, given, context)?;
    let documents = documents_of(given)?;
    let id = given.get_one::<ActId>("act-id").copied().map_or_else(fresh_id, Ok)?;
    let key = KeyArgs::from_arg_matches(given).map_err(|error| CommandError::usage(error.to_string()))?;
    record(vec![event], documents, id, &key, context)
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

/// An act id that nobody has.
pub(crate) fn fresh_id() -> Result<ActId, CommandError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        CommandError::new(Answer::Unknown, format!("the operating system gave no random numbers: {error}"))
    })?;
    Ok(ActId::new(bytes))
}

/// Records one act and says its receipt.
pub(crate) fn record(
    events: Vec<Event>,
    documents: Vec<Document>,
    id: ActId,
    key: &KeyArgs,
    context: &Context,
) -> Result<Answer, CommandError> {
    context.ledger()?;
    // The passphrase is asked for before the ledger is taken, so that nobody waits for a person.
    let signer = open_signer(&key.source(), &mut *key.passphrase())?;
    let mut journal = context.open()?;
    let what = human::events(&events);
    let receipt = journal.append(Act { id, documents, events }, context.stamp(signer.as_ref())?)?;
    if context.json {
        context.emit("receipt", json::receipt(&receipt))?;
    } else {
        context.say(human::receipt(&receipt, &what))?;
    }
    Ok(Answer::Done)
}
