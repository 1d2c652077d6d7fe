//! `sample bundle`: the evidence for every act of a sample, in one folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ledger_core::domain::codes::Marking;
use ledger_core::domain::{Digest, Document, PublicKey};
use ledger_core::exchange::external::{ExternalBook, MAX_BOOK_BYTES, references};
use ledger_core::journal::{self, JournalError, Linked};
use ledger_core::ledger::checkpoint::SignedCheckpoint;
use ledger_core::ledger::digest::sha256;
use ledger_core::ledger::finding::Flaw;
use ledger_core::ledger::proof::{Proof, Proven};
use ledger_core::ledger::sample::evidence::{
    BundledAct, BundledDocument, CONSISTENCY, Found, MANIFEST, Manifest, POPULATION, SAMPLE,
    consistency_text, folder_of, readable,
};
use ledger_core::ledger::sample::{Population, SampleFile};
use ledger_core::ledger::tree::{self, ProveError};
use ledger_core::store::evidence::{EvidenceWriter, find_documents};
use serde_json::json;

use crate::cli::SampleBundleArgs;
use crate::commands::check::read;
use crate::commands::checkpoint::{Pen, make, tell_made};
use crate::context::Context;
use crate::error::{Answer, CommandError};
use crate::kept;
use crate::looked::Looked;
use crate::render::human;

pub(crate) fn run(args: &SampleBundleArgs, context: &Context) -> Result<Answer, CommandError> {
    let sample = super::sample(&args.sample)?;
    let book = args.books.as_deref().map(book).transpose()?;
    let folder = context.ledger()?;
    if let Some(pen) = Pen::of_log(&args.log, None)? {
        let (signed, journal) = make::now(pen, context)?;
        drop(journal);
        tell_made(&signed, context)?;
    }
    let looked = Looked::open(folder, context.wait())?;
    let checkpoint = checkpoint(&looked, &sample)?;
    let population = drawn_again(&looked, &sample, context)?;
    let bundle = Gathered::of(&looked, &sample, &checkpoint, context)?;

    let mut writer = EvidenceWriter::create(&args.output)?;
    writer.put(SAMPLE, sample.render().as_bytes())?;
    writer.put(POPULATION, population.list().as_bytes())?;
    writer.put(CONSISTENCY, bundle.consistency.as_bytes())?;
    let manifest = bundle.write(args, &sample, book.as_ref(), writer)?;
    tell(args, &manifest, context)?;
    Ok(Answer::Done)
}

/// The kept checkpoint under which the acts are proven: of those that cover the population the one with the most
/// signatures, and of those the newest.
fn checkpoint(looked: &Looked, sample: &SampleFile) -> Result<SignedCheckpoint, CommandError> {
    use ledger_core::store::Store as _;
    let have = looked.anchor().size;
    let kept = kept::of(looked)?;
    let covering = kept.into_values().filter(|signed| {
        let size = signed.checkpoint().size;
        size >= sample.size && size <= have
    });
    let best = covering.max_by_key(|signed| (signed.note().signatures().len(), signed.checkpoint().size));
    best.ok_or_else(|| {
        CommandError::new(
            Answer::No,
            format!("no checkpoint is kept that covers the {} entries of the population", sample.size),
        )
        .hint("sign one in the same call with --log-key, or make one with `jointledger checkpoint make`")
    })
}

/// The population, when the sample is what is drawn of it: nobody gathers evidence for another.
fn drawn_again(looked: &Looked, sample: &SampleFile, context: &Context) -> Result<Population, CommandError> {
    let taken = super::population_of(sample, looked, context)?;
    match super::wrong(sample, &taken).first() {
        None => Ok(taken.population),
        Some(first) => Err(CommandError::new(Answer::Unsound, format!("the sample does not hold: {first}"))
            .hint("`jointledger sample check` names all that differs")),
    }
}

fn book(file: &Path) -> Result<(Digest, ExternalBook), CommandError> {
    let bytes = read(file, MAX_BOOK_BYTES)?;
    let book = ExternalBook::read(&bytes)
        .map_err(|error| CommandError::usage(format!("the book {}: {error}", file.display())))?;
    Ok((sha256(&[&bytes]), book))
}

/// All that comes from the ledger.
struct Gathered {
    checkpoint: SignedCheckpoint,
    consistency: String,
    linked: Linked,
    /// Every act, drawn or linked: its bytes, its proof, and what it says.
    acts: BTreeMap<u64, (Vec<u8>, Proof, Proven)>,
}

impl Gathered {
    fn of(
        looked: &Looked,
        sample: &SampleFile,
        checkpoint: &SignedCheckpoint,
        context: &Context,
    ) -> Result<Self, CommandError> {
        let drawn: BTreeSet<u64> = sample.entries().into_iter().collect();
        let size = checkpoint.checkpoint().size;
        let mut bar = context.progress("linking");
        let linked = journal::linked(looked, &drawn, size, &mut |done, total| bar.at(done, total))?;
        drop(bar);
        // Not the kept hashes: they are believed by nobody, and all of this is held against the checkpoint.
        let mut bar = context.progress("hashing");
        let hashes = journal::fresh_hashes(looked, &mut |done, total| bar.at(done, total))?;
        drop(bar);
        if tree::root(&hashes, size).map_err(JournalError::from)? != checkpoint.checkpoint().root {
            let words = format!("the first {size} entries do not have the root of the checkpoint");
            return Err(kept::unsound(Flaw::Forked, words));
        }
        let consistency = tree::consistency(&hashes, sample.size, size).map_err(|error| match error {
            ProveError::Nodes(error) => JournalError::from(error).into(),
            ProveError::OutOfRange { .. } => {
                CommandError::usage("the population is larger than the checkpoint")
            }
        })?;
        let consistency = consistency_text(&consistency);
        let links = linked.links.values().flatten().map(|link| link.entry);
        let all: BTreeSet<u64> = drawn.iter().copied().chain(links).collect();
        let mut acts = BTreeMap::new();
        let mut bar = context.progress("proving");
        for (done, entry) in (1..).zip(&all) {
            let bytes = journal::entry_bytes(looked, *entry)?;
            let proof = journal::prove(looked, &hashes, *entry, checkpoint)?;
            let proven = proof.verify_entry(&bytes).map_err(|error| {
                kept::unsound(Flaw::Forked, format!("entry {entry} cannot be proven: {error}"))
            })?;
            let proof = with_keys(looked, &linked, proof, proven.author, context)?;
            acts.insert(*entry, (bytes, proof, proven));
            bar.at(done, all.len() as u64);
        }
        Ok(Self { checkpoint: checkpoint.clone(), consistency, linked, acts })
    }

    /// Writes the acts and the manifest.
    fn write(
        self,
        args: &SampleBundleArgs,
        sample: &SampleFile,
        book: Option<&(Digest, ExternalBook)>,
        mut writer: EvidenceWriter,
    ) -> Result<Manifest, CommandError> {
        let said = self.checkpoint.checkpoint();
        let mut manifest = Manifest::new(sample.ledger.clone(), sample.charter, said.size, said.root);
        manifest.books = book.map(|(digest, _)| *digest);
        let drawn: BTreeSet<u64> = sample.entries().into_iter().collect();
        let documents = self.documents(args, &drawn)?;
        for (entry, (bytes, proof, proven)) in &self.acts {
            let folder = folder_of(*entry, drawn.contains(entry));
            writer.put(&format!("{folder}/entry"), bytes)?;
            writer
                .put(&format!("{folder}/entry.json"), readable(sample.ledger.as_str(), proven).as_bytes())?;
            writer.put(&format!("{folder}/proof.tlog-proof"), proof.to_string().as_bytes())?;
            if !drawn.contains(entry) {
                manifest.linked.push(*entry);
                continue;
            }
            let mut act = BundledAct {
                entry: *entry,
                links: self.linked.links.get(entry).cloned().unwrap_or_default(),
                documents: Vec::new(),
                external: false,
            };
            let mut copied = BTreeMap::new();
            for document in &proven.act.documents {
                let key = (document.sha256, document.bytes);
                // An act may bind one document twice.
                let found = match copied.get(&key) {
                    Some(found) => *found,
                    None => copy(&mut writer, &folder, document, &documents, args.restricted)?,
                };
                copied.insert(key, found);
                act.documents.push(listed(document, found));
            }
            if let Some(rows) = book.and_then(|(_, book)| book.rows_with(&references(&proven.act.events))) {
                writer.put(&format!("{folder}/external.csv"), &rows)?;
                act.external = true;
            }
            manifest.acts.push(act);
        }
        manifest.files = writer.files();
        writer.finish(MANIFEST, manifest.render().as_bytes())?;
        Ok(manifest)
    }

    /// Where the documents of the drawn acts lie.
    fn documents(
        &self,
        args: &SampleBundleArgs,
        drawn: &BTreeSet<u64>,
    ) -> Result<BTreeMap<(Digest, u64), PathBuf>, CommandError> {
        let bound = drawn.iter().filter_map(|entry| self.acts.get(entry));
        let bound = bound.flat_map(|(_, _, proven)| &proven.act.documents);
        let wanted = bound.filter(|document| may_be_copied(document, args.restricted));
        let wanted: BTreeSet<_> = wanted.map(|document| (document.sha256, document.bytes)).collect();
        Ok(find_documents(&args.documents, &wanted)?)
    }
}

/// With the entries that prove the keys under the checkpoint, and the author's. An author whose key was enrolled together
/// with other business is known from the whole ledger alone.
fn with_keys(
    looked: &Looked,
    linked: &Linked,
    proof: Proof,
    author: PublicKey,
    context: &Context,
) -> Result<Proof, CommandError> {
    let entry = proof.index;
    match journal::with_keys_and(looked, &linked.tip, proof.clone(), &[author]) {
        Err(JournalError::Unprovable(why)) => {
            context.talk(format_args!("entry {entry}: the history of its author's key is left out: {why}"));
            Ok(journal::with_keys(looked, &linked.tip, proof)?)
        }
        proof => Ok(proof?),
    }
}

fn may_be_copied(document: &Document, restricted: bool) -> bool {
    restricted || document.marking != Marking::RestrictedReference
}

fn copy(
    writer: &mut EvidenceWriter,
    folder: &str,
    document: &Document,
    documents: &BTreeMap<(Digest, u64), PathBuf>,
    restricted: bool,
) -> Result<Found, CommandError> {
    if !may_be_copied(document, restricted) {
        return Ok(Found::Restricted);
    }
    let wanted = (document.sha256, document.bytes);
    let Some(from) = documents.get(&wanted) else { return Ok(Found::Missing) };
    let path = format!("{folder}/documents/{}", document.sha256);
    Ok(if writer.copy(&path, from, wanted)? { Found::Here } else { Found::Missing })
}

const fn listed(document: &Document, found: Found) -> BundledDocument {
    let Document { kind, sha256, bytes, marking, .. } = document;
    BundledDocument { kind: *kind, sha256: *sha256, bytes: *bytes, marking: *marking, found }
}

fn tell(args: &SampleBundleArgs, manifest: &Manifest, context: &Context) -> Result<(), CommandError> {
    let documents = || manifest.acts.iter().flat_map(|act| act.documents.iter().map(move |d| (act.entry, d)));
    let count = |wanted: Found| documents().filter(|(_, document)| document.found == wanted).count() as u64;
    let missing: Vec<_> = documents().filter(|(_, document)| document.found == Found::Missing).collect();
    if context.json {
        let line = json!({
            "digest": manifest.digest(),
            "folder": args.output,
            "acts": manifest.acts.len(),
            "linked": manifest.linked.len(),
            "size": manifest.size,
            "documents": count(Found::Here),
            "restricted": count(Found::Restricted),
            "missing": missing.iter().map(|(entry, document)| json!({
                "entry": entry, "sha256": document.sha256, "document": document.kind,
            })).collect::<Vec<_>>(),
            "external": manifest.acts.iter().filter(|act| act.external).count(),
        });
        return context.emit("evidence", line);
    }
    context.say(format_args!(
        "{} with {} before and after, under the checkpoint of {}: {}",
        human::count(manifest.acts.len() as u64, "act", "acts"),
        manifest.linked.len(),
        human::count(manifest.size, "entry", "entries"),
        args.output.display()
    ))?;
    context.say(format_args!(
        "{} here, {} under restriction left out, {} missing",
        human::count(count(Found::Here), "document", "documents"),
        count(Found::Restricted),
        missing.len()
    ))?;
    for (entry, document) in missing {
        context.say(format_args!("  entry {entry}: {} {}", document.kind, document.sha256))?;
    }
    context.say(format_args!("digest {}", manifest.digest()))
}
