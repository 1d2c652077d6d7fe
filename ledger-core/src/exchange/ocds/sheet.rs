//! The releases of one act while they are written: a draft for each process that it touches.

use std::collections::{BTreeMap, BTreeSet};

use super::merge::{Gone, merge};
use crate::domain::codes::Ncage;
use crate::domain::money::Money;
use crate::domain::time::Date;
use crate::domain::{Party, RecordedAct, State, Timestamp};
use crate::exchange::json::Json;

/// Who has a part in a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Org {
    /// A ministry.
    Party(Party),
    /// A supplier.
    Supplier(Ncage),
}

impl Org {
    /// Its number in `parties`.
    pub(super) fn id(self) -> String {
        match self {
            Org::Party(party) => party.to_string(),
            Org::Supplier(ncage) => format!("NCAGE-{ncage}"),
        }
    }

    /// Its name: of a supplier the ledger knows the code alone.
    pub(super) fn name(self, state: &State) -> String {
        match self {
            Org::Party(party) => {
                let known = state.parties().find(|(known, _)| **known == party);
                known.map_or_else(|| party.to_string(), |(_, record)| record.name.to_string())
            }
            Org::Supplier(ncage) => ncage.to_string(),
        }
    }
}

/// Where the papers of an act belong in a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Section {
    /// `planning.documents`.
    Planning,
    /// `tender.documents`.
    Tender,
    /// `awards[].documents`.
    Award(String),
    /// `contracts[].documents`.
    Contract(String, String),
    /// `contracts[].implementation.documents`.
    Implementation(String, String),
}

/// A release that is being written.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// Its tags, in the order in which they were given.
    pub(super) tags: Vec<&'static str>,
    /// Everything but its id, date, tags, parties and papers.
    pub(super) body: Json,
    /// Who is named in it, and as what.
    pub(super) roles: BTreeMap<Org, BTreeSet<&'static str>>,
    /// Where the act's papers go.
    pub(super) papers: Option<Section>,
}

impl Draft {
    /// Tags the release.
    pub(super) fn tag(&mut self, tag: &'static str) {
        if !self.tags.contains(&tag) {
            self.tags.push(tag);
        }
    }

    /// Says more in it.
    pub(super) fn add(&mut self, more: &Json) {
        merge(&mut self.body, more, Gone::Said);
    }

    /// Says where the papers belong, if nothing did before.
    pub(super) fn papers(&mut self, section: Section) {
        self.papers.get_or_insert(section);
    }

    /// Names somebody.
    pub(super) fn org(&mut self, org: Org, roles: &[&'static str], state: &State) -> Json {
        self.roles.entry(org).or_default().extend(roles);
        Json::object([("id", Some(Json::text(org.id()))), ("name", Some(Json::text(org.name(state))))])
    }
}

/// One act, and what is written of it.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    /// The state after the act.
    pub(super) state: &'a State,
    /// The act.
    pub(super) act: &'a RecordedAct,
    /// The entry with which it took effect.
    pub(super) entry: u64,
    /// When it took effect.
    pub(super) now: Timestamp,
    drafts: BTreeMap<usize, Draft>,
}

impl<'a> Sheet<'a> {
    pub(super) const fn new(state: &'a State, act: &'a RecordedAct, entry: u64, now: Timestamp) -> Self {
        Self { state, act, entry, now, drafts: BTreeMap::new() }
    }

    /// The release of a process.
    pub(super) fn draft(&mut self, process: usize) -> &mut Draft {
        self.drafts.entry(process).or_default()
    }

    pub(super) fn into_drafts(self) -> impl Iterator<Item = (usize, Draft)> {
        self.drafts.into_iter()
    }
}

/// A moment, always with milliseconds: those who merge releases sort these texts.
pub(super) fn moment(time: Timestamp) -> Json {
    let text = time.to_string();
    let whole = text.strip_suffix('Z').filter(|whole| !whole.contains('.'));
    Json::Text(whole.map_or_else(|| text.clone(), |whole| format!("{whole}.000Z")))
}

/// A day, at its first moment.
pub(super) fn first_of(day: Date) -> Json {
    Json::Text(format!("{day}T00:00:00Z"))
}

/// A day, at its last second.
pub(super) fn last_of(day: Date) -> Json {
    Json::Text(format!("{day}T23:59:59Z"))
}

/// An amount with its currency.
pub(super) fn value(money: Money) -> Json {
    Json::object([("amount", Some(Json::amount(money))), ("currency", Some(Json::text(money.currency())))])
}

/// An object that is found by its id in a list.
pub(super) fn with_id(id: impl ToString, more: Json) -> Json {
    let mut members = vec![("id".to_owned(), Json::text(id))];
    if let Json::Object(more) = more {
        members.extend(more);
    }
    Json::Object(members)
}
