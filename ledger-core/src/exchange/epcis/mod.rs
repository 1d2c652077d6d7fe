//! The ledger's goods as EPCIS 2.0 has them (GS1 EPCIS and CBV 2.0, JSON-LD; domain.md 9.2): what was registered,
//! sent, received, used up, lost, counted, and whose it became, as one `EPCISDocument`.
//!
//! ```text
//! names       URIs of parties, places, items, papers; the identity of an event
//! vocabulary  the words of the standard                    rows   which kind of act becomes what, and why not
//! telling/    from an event of the ledger to EPCIS events  event  how one is written
//! ```
//!
//! An act appears when it takes effect: with its last signature, if it waited for some. A corrected act appears again
//! with an error declaration, as the standard asks for: equal but for `recordTime`, with the same `eventID`.
//!
//! Same entries, same bytes: nothing in the document comes from a clock. What it takes is the state of the replay
//! that shows the entries, and the acts that wait or can still be corrected.

mod event;
mod names;
pub mod rows;
mod telling;
pub mod vocabulary;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::effect::Effects;
use super::json::Json;
use super::kinds::Kind;
use super::withheld::Readers;
use crate::domain::consent::Basis;
use crate::domain::correction::{CorrectionReason, CorrectionRecorded};
use crate::domain::{Digest, Document, Event, Origin, PublicKey, RecordedAct, State, Timestamp};
use crate::journal::Visit;
use event::{Draft, prefixed};
use names::{Names, PREFIX};
use telling::{Memory, Scene};

/// Where the words of the standard are explained to readers of JSON-LD.
const CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

/// An act that took effect.
#[derive(Debug, Clone)]
struct Signed {
    act: RecordedAct,
    /// The link of its entry.
    link: Digest,
    /// The entry with which it took effect: its own, or the one with its last signature.
    effective_in: u64,
    /// When that was recorded.
    effective_at: Timestamp,
}

/// What went into a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Events that were written.
    pub events: u64,
    /// Events that were left out, because they tell of a movement.
    pub withheld_events: u64,
    /// Documents of the written events that were left out, because they are marked restricted.
    pub withheld_documents: u64,
    /// Acts that wait for signatures, and so have no events yet.
    pub waiting: u64,
}

/// A document that is being written, entry by entry.
#[derive(Debug)]
pub struct Publication<W> {
    out: W,
    readers: Readers,
    names: Option<Names>,
    memory: Memory,
    effects: Effects,
    /// Acts that have events and can still be corrected, by position.
    told: BTreeMap<u64, Signed>,
    summary: Summary,
    /// The last entry that was shown: its position, link and time.
    last: Option<(u64, Digest, Timestamp)>,
}

impl<W: Write> Publication<W> {
    /// A document for these readers, written to `out`.
    pub fn new(out: W, readers: Readers) -> Self {
        Self {
            out,
            readers,
            names: None,
            memory: Memory::default(),
            effects: Effects::default(),
            told: BTreeMap::new(),
            summary: Summary::default(),
            last: None,
        }
    }

    /// Takes the next entry in. Every entry is to be shown, from 0 on, in order.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn take(&mut self, visit: &Visit<'_>) -> io::Result<()> {
        let (act, link) = (visit.entry.act(), visit.entry.link());
        self.last = Some((act.seq, link, act.recorded_at));
        if self.names.is_none() {
            self.begin(visit.entry.origin())?;
        }
        let Some(effective) = self.effects.signed(visit) else { return Ok(()) };
        let signed = Signed {
            act: effective.act.into_owned(),
            link: effective.link,
            effective_in: act.seq,
            effective_at: act.recorded_at,
        };
        self.tell(&signed, visit.state)
    }

    /// Writes the end of the document.
    ///
    /// # Errors
    /// Those of the writer; there was no entry.
    pub fn close(mut self) -> io::Result<Summary> {
        let (Some(names), Some((entry, link, recorded_at))) = (&self.names, self.last) else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "there is no entry to tell of"));
        };
        self.summary.waiting = u64::try_from(self.effects.waiting()).unwrap_or(u64::MAX);
        let restricted = self.readers == Readers::Restricted;
        let own = prefixed(&[
            ("origin", Json::text(names.origin())),
            ("entries", Json::whole(entry.saturating_add(1))),
            ("link", Json::text(link)),
            ("restricted", Json::Bool(restricted)),
            ("withheldEvents", Json::whole(self.summary.withheld_events)),
            ("withheldDocuments", Json::whole(self.summary.withheld_documents)),
            ("waitingActs", Json::whole(self.summary.waiting)),
        ]);
        write!(self.out, "\n]}},\n\"creationDate\":{}", Json::text(recorded_at))?;
        for (name, value) in own {
            write!(self.out, ",\n{}:{value}", Json::Text(name))?;
        }
        self.out.write_all(b"}\n")?;
        self.out.flush()?;
        Ok(self.summary)
    }

    fn begin(&mut self, origin: &Origin) -> io::Result<()> {
        let names = Names::of(origin);
        let own = Json::object([(PREFIX, Some(Json::text(names.namespace())))]);
        let context = Json::List(vec![Json::text(CONTEXT), own]);
        self.names = Some(names);
        write!(
            self.out,
            "{{\"@context\":{context},\n\"type\":\"EPCISDocument\",\n\"schemaVersion\":\"2.0\",\n\
             \"epcisBody\":{{\"eventList\":["
        )
    }

    /// Writes the events of an act that took effect: first what it corrects, then what it says itself.
    fn tell(&mut self, signed: &Signed, state: &State) -> io::Result<()> {
        let drafts = self.drafts(signed, state);
        for (index, event) in signed.act.act.events.iter().enumerate() {
            if let Event::CorrectionRecorded(correction) = event {
                let better = drafts.iter().filter(|told| told.index > index).map(|told| told.id.clone());
                self.declare_wrong(correction, better.collect(), signed, state)?;
            }
        }
        for told in &drafts {
            self.write_one(told, signed, state, None)?;
        }
        if !drafts.is_empty() {
            let withheld = self.readers.documents(&signed.act.act.documents).1;
            self.count_documents(withheld);
            if state.is_reversible(signed.act.seq) {
                self.told.insert(signed.act.seq, signed.clone());
            }
        }
        Ok(())
    }

    fn count_documents(&mut self, withheld: usize) {
        let withheld = u64::try_from(withheld).unwrap_or(u64::MAX);
        self.summary.withheld_documents = self.summary.withheld_documents.saturating_add(withheld);
    }

    /// The events of an act that its readers see.
    fn drafts(&mut self, signed: &Signed, state: &State) -> Vec<Told> {
        let Some(names) = &self.names else { return Vec::new() };
        let scene = Scene { names, state, act: &signed.act };
        let mut all = Vec::new();
        for (index, event) in signed.act.act.events.iter().enumerate() {
            let drafts = scene.tell(event, &mut self.memory);
            let kind = Kind::of(event);
            if !self.readers.see(kind) {
                let count = u64::try_from(drafts.len()).unwrap_or(u64::MAX);
                self.summary.withheld_events = self.summary.withheld_events.saturating_add(count);
                continue;
            }
            for (part, draft) in (0..).zip(drafts) {
                let number = u64::try_from(index).unwrap_or(u64::MAX);
                let id = names.event(&signed.act.act.id, number, part);
                all.push(Told { index, kind, occurred_at: event.occurred_at(), id, draft });
            }
        }
        all
    }

    /// Repeats the events of an act that was corrected, each with the declaration that it was wrong.
    fn declare_wrong(
        &mut self,
        correction: &CorrectionRecorded,
        better: Vec<String>,
        by: &Signed,
        state: &State,
    ) -> io::Result<()> {
        let Some(wrong) = self.told.remove(&correction.entry) else { return Ok(()) };
        let reason = match correction.reason {
            CorrectionReason::DidNotOccur => "did_not_occur",
            CorrectionReason::IncorrectData => "incorrect_data",
        };
        let mut declaration = vec![
            ("declarationTime".to_owned(), Json::text(correction.occurred_at)),
            ("reason".to_owned(), Json::text(reason)),
        ];
        if !better.is_empty() {
            declaration.push(("correctiveEventIDs".to_owned(), Json::texts(better)));
        }
        declaration.extend(prefixed(&[("entry", Json::whole(by.act.seq)), ("link", Json::text(by.link))]));
        let declared = (Json::Object(declaration), by.effective_at);
        for told in self.drafts(&wrong, state) {
            self.write_one(&told, &wrong, state, Some(&declared))?;
        }
        Ok(())
    }

    fn write_one(
        &mut self,
        told: &Told,
        signed: &Signed,
        state: &State,
        declared: Option<&(Json, Timestamp)>,
    ) -> io::Result<()> {
        let Some(names) = &self.names else { return Ok(()) };
        let recorded_at = declared.map_or(signed.effective_at, |(_, at)| *at);
        let mut fields = vec![
            ("type".to_owned(), Json::text(told.draft.shape.kind.word())),
            ("eventID".to_owned(), Json::text(&told.id)),
            ("eventTime".to_owned(), Json::text(told.occurred_at)),
            ("eventTimeZoneOffset".to_owned(), Json::text("+00:00")),
            ("recordTime".to_owned(), Json::text(recorded_at)),
        ];
        if let Some((declaration, _)) = declared {
            fields.push(("errorDeclaration".to_owned(), declaration.clone()));
        }
        fields.extend(told.draft.fields(names));
        fields.extend(prefixed(&told.draft.own));
        fields.extend(prefixed(&self.provenance(told, signed, state)));
        self.out.write_all(if self.summary.events == 0 { b"\n" } else { b",\n" })?;
        self.summary.events = self.summary.events.saturating_add(1);
        write!(self.out, "{}", Json::Object(fields))
    }

    /// Where an event comes from: the entry, who signed it, on whose consent it rests, and its papers.
    fn provenance(&self, told: &Told, signed: &Signed, state: &State) -> Vec<(&'static str, Json)> {
        let act = &signed.act;
        let later = (signed.effective_in != act.seq).then_some(signed.effective_in);
        let mut fields = vec![
            ("kind", Json::text(told.kind.name())),
            ("entry", Json::whole(act.seq)),
            ("link", Json::text(signed.link)),
            ("act", Json::text(act.act.id)),
        ];
        fields.extend(later.map(|entry| ("effectiveIn", Json::whole(entry))));
        fields.push(("signer", self.signer(&act.author, state)));
        if !act.countersigned_by.is_empty() {
            let others = act.countersigned_by.iter().map(|key| self.signer(key, state));
            fields.push(("countersigners", Json::List(others.collect())));
        }
        let bases = state.reliances(act.seq);
        if !bases.is_empty() {
            let bases = bases.iter().map(|reliance| {
                let (rests, on) = match &reliance.basis {
                    Basis::Explicit { entry } => ("explicit", entry.to_string()),
                    Basis::Standing { authorisation } => ("standing", authorisation.to_string()),
                    Basis::Crisis { crisis } => ("crisis", crisis.to_string()),
                };
                Json::Object(prefixed(&[
                    ("party", Json::text(reliance.party)),
                    ("rests", Json::text(rests)),
                    ("on", Json::text(on)),
                ]))
            });
            fields.push(("basis", Json::List(bases.collect())));
        }
        let (shown, _) = self.readers.documents(&act.act.documents);
        if !shown.is_empty() {
            fields.push(("documents", Json::List(shown.into_iter().map(paper).collect())));
        }
        fields
    }

    fn signer(&self, key: &PublicKey, state: &State) -> Json {
        let officer = state.officer(key);
        let party = officer.map(|officer| ("party", Json::text(officer.party)));
        let role = officer.map(|officer| ("role", Json::text(officer.role)));
        let fields: Vec<_> = party.into_iter().chain(role).chain([("key", Json::text(key))]).collect();
        Json::Object(prefixed(&fields))
    }
}

/// An EPCIS event of an act, before it is written.
#[derive(Debug)]
struct Told {
    /// Which event of the act it tells of.
    index: usize,
    kind: Kind,
    occurred_at: Timestamp,
    id: String,
    draft: Draft,
}

fn paper(document: &Document) -> Json {
    Json::Object(prefixed(&[
        ("kind", Json::text(document.kind)),
        ("sha256", Json::text(document.sha256)),
        ("mediaType", Json::text(&document.media_type)),
    ]))
}
