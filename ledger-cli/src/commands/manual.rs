//! What the program says about itself: schemas, completions, manual pages.

use ledger_core::domain::Event;
use ledger_core::exchange::acts::act_schema;
use serde_json::{Value, json};

use crate::cli::{self, CompletionsArgs, ManArgs, SchemaArgs};
use crate::context::Context;
use crate::error::{Answer, CommandError};

pub(crate) fn schema(args: &SchemaArgs, context: &Context) -> Result<Answer, CommandError> {
    let whole = act_schema();
    let schema = match &args.event {
        None => whole,
        Some(name) if Event::CATALOGUE.iter().any(|(_, known)| known == name) => {
            let definitions = whole.get("$defs").map(|definitions| reachable(name, definitions));
            json!({
                "$schema": whole.get("$schema"),
                "title": name,
                "$ref": format!("#/$defs/{name}"),
                "$defs": definitions,
            })
        }
        Some(name) => {
            return Err(CommandError::usage(format!("there is no kind of event {name}"))
                .hint("`jointledger record --help` lists them; write it as TransferProposed"));
        }
    };
    if context.json {
        context.emit("schema", json!({ "schema": schema }))?;
    } else {
        context.say(format_args!("{schema:#}"))?;
    }
    Ok(Answer::Done)
}

/// The definitions that `name` needs, itself included.
fn reachable(name: &str, definitions: &Value) -> Value {
    let mut found = serde_json::Map::new();
    let mut open = vec![name.to_owned()];
    while let Some(next) = open.pop() {
        let Some(definition) = definitions.get(&next) else { continue };
        collect_references(definition, &mut open);
        open.retain(|name| !found.contains_key(name) && *name != next);
        found.insert(next, definition.clone());
    }
    Value::Object(found)
}

fn collect_references(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let name =
                fields.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/"));
            into.extend(name.map(str::to_owned));
            fields.values().for_each(|field| collect_references(field, into));
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect_references(element, into)),
        _ => {}
    }
}

pub(crate) fn completions(args: &CompletionsArgs, context: &Context) -> Result<Answer, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli::command(), "jointledger", &mut script);
    if context.json {
        let script = String::from_utf8_lossy(&script);
        context.emit("completions", json!({ "shell": args.shell.to_string(), "script": script }))?;
    } else {
        context.write(&script)?;
    }
    Ok(Answer::Done)
}

pub(crate) fn pages(args: &ManArgs, context: &Context) -> Result<Answer, CommandError> {
    match &args.dir {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(cli::command())
                .render(&mut page)
                .map_err(CommandError::io("make the page"))?;
            if context.json {
                context.emit("manual", json!({ "page": String::from_utf8_lossy(&page) }))?;
            } else {
                context.write(&page)?;
            }
        }
        Some(dir) => {
            std::fs::create_dir_all(dir)
                .and_then(|()| clap_mangen::generate_to(cli::command(), dir))
                .map_err(CommandError::io(format_args!("write pages to {}", dir.display())))?;
            if context.json {
                context.emit("manual", json!({ "folder": dir }))?;
            }
            context.talk(format_args!("wrote the pages to {}", dir.display()));
        }
    }
    Ok(Answer::Done)
}
