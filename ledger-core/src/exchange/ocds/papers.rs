//! The papers of an act: what they are, and which of them are published. The paper itself is never in the ledger; its
//! digest is.

use super::sheet::{Section, moment, with_id};
use crate::domain::codes::{DocumentKind, Marking};
use crate::domain::{Document, RecordedAct, Timestamp};
use crate::exchange::json::Json;

/// The papers of an act.
#[derive(Debug, Default)]
pub(super) struct Papers {
    /// Those that are published.
    pub(super) shown: Vec<Json>,
    /// How many are restricted and are not.
    pub(super) left_out: u64,
}

/// The papers of an act, those marked restricted only when they are asked for.
pub(super) fn of(act: &RecordedAct, now: Timestamp, restricted: bool) -> Papers {
    let mut papers = Papers::default();
    for document in &act.act.documents {
        if document.marking == Marking::Unclassified || restricted {
            papers.shown.push(paper(document, now));
        } else {
            papers.left_out = papers.left_out.saturating_add(1);
        }
    }
    papers
}

fn paper(document: &Document, now: Timestamp) -> Json {
    with_id(
        format!("sha256:{}", document.sha256),
        Json::object([
            ("documentType", Some(Json::text(document_type(document.kind)))),
            ("title", Some(Json::Text(document.kind.to_string().replace('_', " ")))),
            ("format", Some(Json::text(&document.media_type))),
            ("datePublished", Some(moment(now))),
        ]),
    )
}

/// The code of a kind of paper: of the standard's list where it has one, otherwise ours; the list is open.
fn document_type(kind: DocumentKind) -> String {
    match kind {
        DocumentKind::Contract | DocumentKind::Framework => "contractSigned".to_owned(),
        DocumentKind::Amendment => "contractAnnexe".to_owned(),
        DocumentKind::Guarantee => "contractGuarantees".to_owned(),
        DocumentKind::ConformityCertificate => "completionCertificate".to_owned(),
        kind => kind.to_string(),
    }
}

/// The part of a release that has the papers where they belong.
pub(super) fn in_section(section: &Section, papers: &[Json]) -> Json {
    let papers = Json::object([("documents", Some(Json::List(papers.to_vec())))]);
    let in_contract = |id: &String, award: &String, more: Json| {
        let mut contract = with_id(id, more);
        contract.set("awardID", Json::text(award));
        Json::object([("contracts", Some(Json::List(vec![contract])))])
    };
    match section {
        Section::Planning => Json::object([("planning", Some(papers))]),
        Section::Tender => Json::object([("tender", Some(papers))]),
        Section::Award(id) => Json::object([("awards", Some(Json::List(vec![with_id(id, papers)])))]),
        Section::Contract(id, award) => in_contract(id, award, papers),
        Section::Implementation(id, award) => {
            in_contract(id, award, Json::object([("implementation", Some(papers))]))
        }
    }
}
