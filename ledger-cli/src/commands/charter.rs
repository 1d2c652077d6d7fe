//! The charter file, and the founding.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use ledger_core::domain::party::{Charter, CharterSignature, FoundingParty, Parameters};
use ledger_core::domain::{Party, PublicKey, Text};
use ledger_core::journal::Journal;
use ledger_core::ledger::accession;
use ledger_core::ledger::charter::{fingerprint, sign};
use ledger_core::store::sled::SledStore;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::cli::{
    CharterAccessionArgs, CharterCommand, CharterNewArgs, CharterShowArgs, CharterSignArgs, FoundArgs,
};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::form::fresh_id;
use crate::hashes;
use crate::keyfile::{open_signer, public_key};
use crate::render::{human, json};

/// Largest charter file, in bytes: a charter fits into an entry.
const MAX_FILE: u64 = 1024 * 1024;

/// A charter on its way from founder to founder.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CharterFile {
    charter: Charter,
    #[serde(default)]
    signatures: Vec<CharterSignature>,
}

pub(crate) fn run(command: CharterCommand, context: &Context) -> Result<Answer, CommandError> {
    match command {
        CharterCommand::New(args) => new(args, context),
        CharterCommand::Sign(args) => add_signature(&args, context),
        CharterCommand::Show(args) => show(&args, context),
        CharterCommand::Accession(args) => accede(args, context),
    }
}

fn new(args: CharterNewArgs, context: &Context) -> Result<Answer, CommandError> {
    let mut parties = args.parties.iter().map(|text| founder(text)).collect::<Result<Vec<_>, _>>()?;
    parties.sort_by_key(|founder| founder.party);
    let charter = Charter {
        origin: args.origin,
        purpose: args.purpose,
        parties,
        parameters: Parameters {
            clock_skew_ms: u64::from(args.clock_skew).saturating_mul(1_000),
            in_transit_limit_h: args.in_transit_limit,
            discrepancy_answer_days: args.discrepancy_answer,
        },
    };
    let file = CharterFile { charter, signatures: Vec::new() };
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.file)
        .map_err(CommandError::io(format_args!("create {}", args.file.display())))?;
    out.write_all(pretty(&file)?.as_bytes())
        .and_then(|()| out.sync_all())
        .map_err(CommandError::io(format_args!("write {}", args.file.display())))?;
    context.talk(format_args!("wrote {}; each founder signs it with `charter sign`", args.file.display()));
    tell(&file, context)
}

/// Reads `CODE=NAME=KEY`.
fn founder(text: &str) -> Result<FoundingParty, CommandError> {
    let wrong =
        |why: String| CommandError::usage(format!("--party {text:?}: {why}")).hint("write CODE=NAME=KEY");
    let mut parts = text.splitn(3, '=');
    let (Some(code), Some(name), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wrong("three parts are needed".into()));
    };
    let party: Party = code.parse().map_err(wrong)?;
    let name: Text = name.parse().map_err(wrong)?;
    Ok(FoundingParty { party, name, root_key: PublicKey::new(public_key(key.as_ref())?) })
}

fn pretty(file: &CharterFile) -> Result<String, CommandError> {
    serde_json::to_string_pretty(file)
        .map(|text| text + "\n")
        .map_err(|error| CommandError::new(Answer::Unknown, format!("could not write the charter: {error}")))
}

fn read(path: &Path) -> Result<CharterFile, CommandError> {
    let open = File::open(path).map_err(CommandError::io(format_args!("open {}", path.display())))?;
    let mut text = String::new();
    let length = open
        .take(MAX_FILE.saturating_add(1))
        .read_to_string(&mut text)
        .map_err(CommandError::io(format_args!("read {}", path.display())))?;
    if length as u64 > MAX_FILE {
        return Err(CommandError::usage(format!("{} is too large to be a charter", path.display())));
    }
    serde_json::from_str(&text)
        .map_err(|error| CommandError::usage(format!("{} is not a charter: {error}", path.display())))
}

fn add_signature(args: &CharterSignArgs, context: &Context) -> Result<Answer, CommandError> {
    let mut file = read(&args.file)?;
    let signer = open_signer(&args.key.source(), &mut *args.key.passphrase())?;
    let signature = sign(&file.charter, signer.as_ref())?;
    file.signatures.retain(|known| known.party != signature.party);
    file.signatures.push(signature);
    file.signatures.sort_by_key(|signature| signature.party);
    replace(&args.file, &pretty(&file)?)?;
    tell(&file, context)
}

/// Puts the new text in the place of the old one, whole or not at all.
fn replace(path: &Path, text: &str) -> Result<(), CommandError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let failed = || format!("write {}", path.display());
    let mut draft = tempfile::NamedTempFile::new_in(folder).map_err(CommandError::io(failed()))?;
    draft.write_all(text.as_bytes()).map_err(CommandError::io(failed()))?;
    if let Ok(known) = fs::metadata(path) {
        draft.as_file().set_permissions(known.permissions()).map_err(CommandError::io(failed()))?;
    }
    draft.as_file().sync_all().map_err(CommandError::io(failed()))?;
    draft.persist(path).map_err(|error| CommandError::io(failed())(error.error))?;
    Ok(())
}

fn show(args: &CharterShowArgs, context: &Context) -> Result<Answer, CommandError> {
    tell(&read(&args.file)?, context)
}

/// Signs that a ministry joins, and shows what the members record of it.
fn accede(args: CharterAccessionArgs, context: &Context) -> Result<Answer, CommandError> {
    let signer = open_signer(&args.key.source(), &mut *args.key.passphrase())?;
    let (accession, signature) = accession::sign(args.origin, args.party, args.name, signer.as_ref())?;
    if context.json {
        context.emit(
            "accession",
            json!({
                "origin": accession.origin, "party": accession.party, "name": accession.name,
                "root_key": accession.root_key, "accession": signature,
            }),
        )?;
        return Ok(Answer::Done);
    }
    context.say(format_args!("{}  {} joins {}", accession.party, accession.name, accession.origin))?;
    context.say(format_args!("root-key   {}", accession.root_key))?;
    context.say(format_args!("accession  {signature}"))?;
    Ok(Answer::Done)
}

/// The founders whose signature is not there.
fn unsigned(file: &CharterFile) -> Vec<Party> {
    let signed = |party| file.signatures.iter().any(|signature| signature.party == party);
    file.charter.parties.iter().map(|founder| founder.party).filter(|party| !signed(*party)).collect()
}

fn tell(file: &CharterFile, context: &Context) -> Result<Answer, CommandError> {
    let print = fingerprint(&file.charter).map_err(|error| CommandError::usage(error.to_string()))?;
    let unsigned = unsigned(file);
    if context.json {
        context.emit(
            "charter",
            json!({ "fingerprint": print, "charter": file.charter, "unsigned": unsigned }),
        )?;
        return Ok(Answer::Done);
    }
    context.say(format_args!("{}  {}", human::strong(&file.charter.origin), file.charter.purpose))?;
    context.say(format_args!("fingerprint {print}"))?;
    let rows = file.charter.parties.iter().map(|founder| {
        let state = if unsigned.contains(&founder.party) { "not signed" } else { "signed" };
        vec![founder.party.to_string(), founder.name.to_string(), founder.root_key.short(), state.into()]
    });
    context.say(human::indented(&human::table(&["PARTY", "MINISTRY", "ROOT KEY", "CHARTER"], rows)))?;
    Ok(Answer::Done)
}

pub(crate) fn found(args: &FoundArgs, context: &Context) -> Result<Answer, CommandError> {
    let file = read(&args.charter)?;
    let unsigned = unsigned(&file);
    if !unsigned.is_empty() {
        let names = unsigned.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
        return Err(CommandError::new(
            Answer::No,
            format!("nothing was founded: the charter lacks the signature of {names}"),
        )
        .hint(format!(
            "there, sign it with `jointledger charter sign {} --key FILE`",
            args.charter.display()
        )));
    }
    let print = fingerprint(&file.charter).map_err(|error| CommandError::usage(error.to_string()))?;
    let signer = open_signer(&args.key.source(), &mut *args.key.passphrase())?;
    let stamp = context.stamp(signer.as_ref())?;
    let act = fresh_id()?;
    // Tried in memory first: a charter that is not good leaves no half-made folder behind.
    let draft = ledger_core::store::memory::MemoryStore::new();
    Journal::found(draft, file.charter.clone(), file.signatures.clone(), act, stamp)?;
    let store = SledStore::create(context.ledger()?)?;
    let (journal, receipt) = Journal::found(store, file.charter, file.signatures, act, stamp)?;
    hashes::keep_up(&journal, context.ledger()?, context);
    if context.json {
        let mut line = json::receipt(&receipt);
        if let Some(fields) = line.as_object_mut() {
            fields.insert("charter".into(), json!(print));
        }
        context.emit("receipt", line)?;
    } else {
        context.say(human::receipt(&receipt, "LedgerConstituted"))?;
        context.say(format_args!("charter fingerprint, for auditors to pin: {print}"))?;
    }
    Ok(Answer::Done)
}
