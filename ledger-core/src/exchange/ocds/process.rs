//! A contracting process: who has a part in it, and its releases.

use std::collections::{BTreeMap, BTreeSet};

use super::papers;
use super::sheet::{Draft, Org, moment};
use crate::domain::{Party, State, Timestamp};
use crate::exchange::json::Json;

/// A contracting process.
#[derive(Debug)]
pub(super) struct Process {
    ocid: String,
    lead: Party,
    excluded: bool,
    /// The process of the programme, when this one is a further procedure of it.
    planned_in: Option<String>,
    roles: BTreeMap<Org, BTreeSet<&'static str>>,
    releases: Vec<Json>,
    /// True while all procedures of the programme are such as the directive excludes: then its plan says too much too.
    pub(super) only_excluded: bool,
    /// Contracts of which something was carried out.
    pub(super) begun: BTreeSet<String>,
    /// The items and milestones of the contracts so far, so that what is gone can be said.
    pub(super) shown: BTreeSet<(String, String)>,
}

impl Process {
    pub(super) const fn new(ocid: String, lead: Party, excluded: bool, planned_in: Option<String>) -> Self {
        Self {
            ocid,
            lead,
            excluded,
            planned_in,
            roles: BTreeMap::new(),
            releases: Vec::new(),
            only_excluded: false,
            begun: BTreeSet::new(),
            shown: BTreeSet::new(),
        }
    }

    /// Its number over all publishers.
    pub(super) fn ocid(&self) -> &str {
        &self.ocid
    }

    /// True when the directive excludes its procedure, so that it is not published unless asked for.
    pub(super) const fn is_excluded(&self) -> bool {
        self.excluded || self.only_excluded
    }

    /// True when something of it is published.
    pub(super) const fn is_told(&self) -> bool {
        !self.releases.is_empty()
    }

    /// True when a party is among those who have a part in it.
    pub(super) fn has_part(&self, party: Party) -> bool {
        self.roles.contains_key(&Org::Party(party))
    }

    /// Its releases, oldest first.
    pub(super) fn releases(&self) -> &[Json] {
        &self.releases
    }

    /// Writes the release of an act.
    pub(super) fn release(
        &mut self,
        mut draft: Draft,
        papers: &[Json],
        state: &State,
        entry: u64,
        now: Timestamp,
    ) {
        if let Some(section) = &draft.papers
            && !papers.is_empty()
        {
            let more = papers::in_section(section, papers);
            draft.add(&more);
        }
        let lead = Org::Party(self.lead);
        let buyer = draft.org(lead, &[], state);
        let named: Vec<Org> = draft.roles.keys().copied().collect();
        for (org, roles) in std::mem::take(&mut draft.roles) {
            self.roles.entry(org).or_default().extend(roles);
        }
        let parties = named.into_iter().map(|org| self.party(org, state)).collect();
        let related = self.planned_in.as_ref().filter(|_| self.releases.is_empty());
        let mut release = Json::object([
            ("ocid", Some(Json::text(&self.ocid))),
            ("id", Some(Json::Text(format!("{}-{entry}", self.ocid)))),
            ("date", Some(moment(now))),
            ("tag", Some(Json::List(draft.tags.iter().map(Json::text).collect()))),
            ("initiationType", Some(Json::text("tender"))),
            ("language", Some(Json::text("en"))),
            ("parties", Some(Json::List(parties))),
            ("buyer", Some(buyer)),
            (
                "relatedProcesses",
                related.map(|ocid| Json::List(vec![related_process("programme", "planning", ocid)])),
            ),
        ]);
        if let (Json::Object(members), Json::Object(body)) = (&mut release, draft.body) {
            members.extend(body);
        }
        self.releases.push(release);
    }

    /// Somebody with all that he is in the process so far.
    fn party(&self, org: Org, state: &State) -> Json {
        let roles: Vec<Json> = self.roles.get(&org).into_iter().flatten().map(Json::text).collect();
        let (identifier, address) = match org {
            Org::Party(party) => (None, Some(Json::object([("countryName", Some(Json::text(party)))]))),
            Org::Supplier(ncage) => {
                let scheme = [("scheme", Some(Json::text("NCAGE"))), ("id", Some(Json::text(ncage)))];
                (Some(Json::object(scheme)), None)
            }
        };
        Json::object([
            ("id", Some(Json::text(org.id()))),
            ("name", Some(Json::text(org.name(state)))),
            ("identifier", identifier),
            ("address", address),
            ("roles", (!roles.is_empty()).then_some(Json::List(roles))),
        ])
    }
}

/// That a process hangs together with another one.
pub(super) fn related_process(id: &str, relationship: &str, ocid: &str) -> Json {
    Json::object([
        ("id", Some(Json::text(id))),
        ("relationship", Some(Json::List(vec![Json::text(relationship)]))),
        ("scheme", Some(Json::text("ocid"))),
        ("identifier", Some(Json::text(ocid))),
    ])
}
