//! The programme: what is planned, with whose money, and who has a part in it.

use super::Publication;
use super::process::Process;
use super::sheet::{Org, Section, Sheet, value, with_id};
use crate::domain::ids::ProgrammeId;
use crate::domain::money::Money;
use crate::domain::procurement::{
    FundingCommitted, ParticipantWithdrew, ProgrammeCancelled, ProgrammeProposed,
};
use crate::domain::{Party, State};
use crate::exchange::json::Json;

/// What the lead nation is besides a buyer.
pub(super) const LEAD: [&str; 4] = ["buyer", "procuringEntity", "leadBuyer", "centralPurchasingBody"];

impl Publication {
    /// The process of a programme.
    pub(super) fn of_programme(&self, programme: &ProgrammeId) -> Option<usize> {
        self.programmes.get(programme).copied()
    }

    pub(super) fn programme_proposed(&mut self, event: &ProgrammeProposed, sheet: &mut Sheet<'_>) {
        let ocid = format!("{}-{}", self.options.prefix, event.programme);
        let index = self.processes.len();
        self.processes.push(Process::new(ocid, event.lead, false, None));
        self.programmes.insert(event.programme.clone(), index);
        let state = sheet.state;
        let draft = sheet.draft(index);
        draft.tag("planning");
        draft.papers(Section::Planning);
        draft.org(Org::Party(event.lead), &LEAD, state);
        draft.add(&Json::object([(
            "planning",
            Some(Json::object([
                ("rationale", Some(Json::text(&event.capability))),
                (
                    "budget",
                    Some(Json::object([
                        ("project", Some(Json::text(&event.title))),
                        ("projectID", Some(Json::text(&event.programme))),
                        ("amount", Some(value(event.estimate))),
                    ])),
                ),
            ])),
        )]));
    }

    /// A party joined: one of the buyers from here on.
    pub(super) fn joined(&self, programme: &ProgrammeId, party: Party, sheet: &mut Sheet<'_>) {
        let Some(index) = self.of_programme(programme) else { return };
        let state = sheet.state;
        let draft = sheet.draft(index);
        draft.tag("planningUpdate");
        draft.papers(Section::Planning);
        draft.org(Org::Party(party), &["buyer"], state);
    }

    /// The arrangement took effect, with all who take part.
    pub(super) fn arranged(&self, programme: &ProgrammeId, sheet: &mut Sheet<'_>) {
        let parties = participants(sheet.state, programme);
        for party in parties {
            self.joined(programme, party, sheet);
        }
    }

    /// One row of the budget for each state: all that it has committed so far.
    pub(super) fn funding_committed(&self, event: &FundingCommitted, sheet: &mut Sheet<'_>) {
        let Some(index) = self.of_programme(&event.programme) else { return };
        let (state, party) = (sheet.state, event.party);
        let commitments = state.programme(&event.programme).map(|known| known.commitments.as_slice());
        let own = commitments.unwrap_or_default().iter().filter_map(|id| state.commitment(id));
        let own: Vec<&FundingCommitted> = own.filter(|known| known.party == party).collect();
        let nothing = Money::zero(event.amount.currency());
        let sum = own.iter().fold(nothing, |sum, known| sum.plus(known.amount).unwrap_or(sum));
        let words: Vec<String> =
            own.iter().map(|known| format!("{} {} {}", known.year, known.instrument, known.amount)).collect();
        let draft = sheet.draft(index);
        draft.tag("planningUpdate");
        draft.papers(Section::Planning);
        let source = draft.org(Org::Party(party), &["sourceParty"], state);
        let row = Json::object([
            ("description", Some(Json::Text(words.join("; ")))),
            ("amount", Some(value(sum))),
            ("sourceParty", Some(source)),
        ]);
        let rows = Json::List(vec![with_id(party, row)]);
        let budget = Json::object([("budgetBreakdown", Some(rows))]);
        draft.add(&Json::object([("planning", Some(Json::object([("budget", Some(budget))])))]));
    }

    /// A party leaves: an amendment of every contract that is open, or news of the plan where there is none.
    pub(super) fn withdrew(&mut self, event: &ParticipantWithdrew, sheet: &mut Sheet<'_>) {
        let Some(known) = sheet.state.programme(&event.programme) else { return };
        let open: Vec<_> = known.contracts.iter().filter_map(|id| sheet.state.contract(id)).collect();
        let open: Vec<_> = open.into_iter().filter(|contract| contract.dossier.closed_in.is_none()).collect();
        if open.is_empty() {
            return self.joined(&event.programme, event.party, sheet);
        }
        let words = format!(
            "{} withdraws from programme {} as of {}; it pays {} for leaving",
            event.party, event.programme, event.effective, event.settled_liability
        );
        for contract in open {
            let id = contract.terms.contract.clone();
            self.amended(&id, &words, sheet);
        }
    }

    pub(super) fn programme_cancelled(&self, event: &ProgrammeCancelled, sheet: &mut Sheet<'_>) {
        let state = sheet.state;
        let launched =
            state.procurement_procedures().filter(|(_, known)| known.terms.programme == event.programme);
        let launched: Vec<usize> = launched.filter_map(|(id, _)| self.procedures.get(id).copied()).collect();
        for index in &launched {
            let draft = sheet.draft(*index);
            draft.tag("tenderCancellation");
            draft.papers(Section::Tender);
            let words = Json::text(&event.reason);
            let tender =
                Json::object([("status", Some(Json::text("cancelled"))), ("description", Some(words))]);
            draft.add(&Json::object([("tender", Some(tender))]));
        }
        if let Some(index) = self.of_programme(&event.programme).filter(|index| !launched.contains(index)) {
            let draft = sheet.draft(index);
            draft.tag("planningUpdate");
            draft.papers(Section::Planning);
            let words = format!("Cancelled: {}", event.reason);
            let planning = Json::object([("rationale", Some(Json::Text(words)))]);
            draft.add(&Json::object([("planning", Some(planning))]));
        }
    }
}

/// Who takes part in a programme.
pub(super) fn participants(state: &State, programme: &ProgrammeId) -> Vec<Party> {
    state.programme(programme).map_or_else(Vec::new, |known| known.participants.keys().copied().collect())
}
