//! Contracts and call-offs: what is agreed with a supplier, for which nations.

use super::Publication;
use super::goods::Goods;
use super::planning::LEAD;
use super::process::related_process;
use super::sheet::{Org, Section, Sheet, last_of, moment, value, with_id};
use super::tender::award_id;
use crate::domain::ids::{ContractId, OptionId};
use crate::domain::procurement::{Contract, ContractLine, PartyQuantity, ScheduledDelivery};
use crate::domain::quantity::Quantity;
use crate::domain::{State, Timestamp};
use crate::exchange::json::Json;

/// Where something stands among the contracts of a process.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    /// Its number.
    pub(super) id: String,
    /// The number of its award.
    pub(super) award: String,
}

impl Spot {
    /// The part of a release that says `more` of it.
    pub(super) fn contract(&self, more: Json) -> Json {
        let mut contract = with_id(&self.id, Json::object([("awardID", Some(Json::text(&self.award)))]));
        if let (Json::Object(members), Json::Object(more)) = (&mut contract, more) {
            members.extend(more);
        }
        Json::object([("contracts", Some(Json::List(vec![contract])))])
    }

    /// The part of a release that says how far it is: milestones.
    pub(super) fn milestones(&self, milestones: Vec<Json>) -> Json {
        self.contract(Json::object([("milestones", Some(Json::List(milestones)))]))
    }
}

/// An amendment by an entry, and why.
pub(super) fn amendment(entry: u64, now: Timestamp, rationale: &str) -> Json {
    let words = [("date", Some(moment(now))), ("rationale", Some(Json::text(rationale)))];
    Json::List(vec![with_id(format!("entry:{entry}"), Json::object(words))])
}

/// The number of a row of a delivery schedule.
fn schedule_id(row: &ScheduledDelivery) -> String {
    format!("schedule:{}:{}:{}", row.line, row.party, row.due)
}

/// The items of the contract, one for each line and nation.
fn items(contract: &Contract, state: &State) -> Vec<(String, Json)> {
    let cpv = state
        .programme(&contract.terms.programme)
        .map(|known| known.terms.cpv.as_slice())
        .unwrap_or_default();
    let lot = contract.framework.as_ref().and_then(|id| state.framework(id)).map(|known| &known.terms.lot);
    let mut items = Vec::new();
    for line in &contract.terms.lines {
        for PartyQuantity { party, quantity } in &line.per_party {
            let id = format!("{}:{party}", line.line);
            let mut item = Goods::from(line).item(&id, *quantity, cpv, Some(*party));
            if let Some(lot) = lot {
                item.set("relatedLot", Json::text(lot));
            }
            items.push((id, item));
        }
    }
    items
}

/// The rows of the delivery schedule as milestones: met when so much was received for the party by then.
pub(super) fn schedule(
    contract: &Contract,
    asked: impl Fn(&ScheduledDelivery) -> bool,
) -> Vec<(String, Json)> {
    let mut milestones = Vec::new();
    for (index, row) in contract.schedule.iter().enumerate() {
        if !asked(row) {
            continue;
        }
        let before = contract.schedule.iter().take(index.saturating_add(1));
        let same = before.filter(|other| (other.line, other.party) == (row.line, row.party));
        let by_then = Quantity::sum(same.map(|other| other.quantity));
        let received = contract.progress.get(&(row.line, row.party)).map(|progress| progress.received);
        let met = by_then.zip(received).is_some_and(|(by_then, received)| by_then.at_most(received));
        let words = Json::object([
            ("title", Some(Json::Text(format!("{} of line {} for {}", row.quantity, row.line, row.party)))),
            ("type", Some(Json::text("delivery"))),
            ("dueDate", Some(last_of(row.due))),
            ("status", Some(Json::text(if met { "met" } else { "scheduled" }))),
        ]);
        milestones.push((schedule_id(row), with_id(schedule_id(row), words)));
    }
    milestones
}

/// The options of a contract that are open, in words.
fn options(contract: &Contract, state: &State) -> (bool, String) {
    let known = contract.options.iter().filter_map(|id| state.contract_option(id));
    let open: Vec<String> = known
        .filter(|option| option.is_open())
        .map(|option| {
            let ContractLine { description, quantity, unit_price, .. } = &option.terms.line;
            let (id, expires) = (&option.terms.option, option.terms.expires);
            format!("{id}: {quantity} of {description} at {unit_price} each, until {expires}")
        })
        .collect();
    (!open.is_empty(), if open.is_empty() { "No option is open".to_owned() } else { open.join("; ") })
}

impl Publication {
    /// The process of a contract, and its spot there.
    pub(super) fn spot(&self, contract: &Contract, state: &State) -> Option<(usize, Spot)> {
        let id = contract.terms.contract.to_string();
        let Some(framework) = &contract.framework else {
            let award = format!("contract:{id}");
            return Some((self.of_programme(&contract.terms.programme)?, Spot { id, award }));
        };
        let terms = &state.framework(framework)?.terms;
        let award = award_id(&terms.procedure, &terms.lot, contract.terms.supplier);
        Some((self.procedures.get(&terms.procedure).copied()?, Spot { id, award }))
    }

    /// What was shown of a contract before and is not there any more.
    fn gone(&mut self, index: usize, spot: &Spot, prefix: &str, now: &[(String, Json)]) -> Vec<String> {
        let Some(process) = self.processes.get_mut(index) else { return Vec::new() };
        let old = process.shown.iter().filter(|(contract, id)| {
            *contract == spot.id && id.starts_with(prefix) && !now.iter().any(|(known, _)| known == id)
        });
        let old: Vec<(String, String)> = old.cloned().collect();
        for gone in &old {
            process.shown.remove(gone);
        }
        process.shown.extend(now.iter().map(|(id, _)| (spot.id.clone(), id.clone())));
        old.into_iter().map(|(_, id)| id).collect()
    }

    /// The items of a contract as they are now; of those that are gone there is nothing any more.
    fn items(&mut self, index: usize, spot: &Spot, contract: &Contract, state: &State) -> Json {
        let items = items(contract, state);
        let gone = self.gone(
            index,
            spot,
            "",
            &items.iter().chain(&schedule(contract, |_| true)).cloned().collect::<Vec<_>>(),
        );
        let gone = gone.into_iter().filter(|id| !id.starts_with("schedule:"));
        let nothing = gone.map(|id| with_id(id, Json::object([("quantity", Some(Json::whole(0_u32)))])));
        Json::List(items.into_iter().map(|(_, item)| item).chain(nothing).collect())
    }

    /// The schedule of a contract as it is now.
    fn milestones(&mut self, index: usize, spot: &Spot, contract: &Contract, entry: u64) -> Option<Json> {
        let rows = schedule(contract, |_| true);
        let gone = self.gone(index, spot, "schedule:", &rows);
        let gone = gone.into_iter().map(|id| {
            let words = format!("Not on the schedule any more since entry {entry}");
            let off = [
                ("description", Some(Json::Text(words))),
                ("dueDate", Some(Json::Null)),
                ("status", Some(Json::Null)),
            ];
            with_id(id, Json::object(off))
        });
        let all: Vec<Json> = rows.into_iter().map(|(_, row)| row).chain(gone).collect();
        (!all.is_empty()).then_some(Json::List(all))
    }

    /// A contract or a call-off is signed. A contract outside a framework brings the award on which it rests.
    pub(super) fn contract_signed(&mut self, id: &ContractId, sheet: &mut Sheet<'_>) {
        let state = sheet.state;
        let Some(contract) = state.contract(id) else { return };
        let Some((index, spot)) = self.spot(contract, state) else { return };
        let Some(programme) = state.programme(&contract.terms.programme) else { return };
        let milestones = self.milestones(index, &spot, contract, sheet.entry);
        let items = self.items(index, &spot, contract, state);
        let ocid = self.processes.get(index).map(|process| process.ocid().to_owned()).unwrap_or_default();
        let now = sheet.now;
        let draft = sheet.draft(index);
        if contract.framework.is_none() {
            draft.tag("award");
        }
        draft.tag("contract");
        draft.papers(Section::Contract(spot.id.clone(), spot.award.clone()));
        let lead = draft.org(Org::Party(programme.terms.lead), &LEAD, state);
        let buyer = draft.org(Org::Party(contract.terms.buyer), &["buyer"], state);
        let supplier = draft.org(Org::Supplier(contract.terms.supplier), &["supplier"], state);
        let mut buyers = Vec::new();
        for party in contract.terms.lines.iter().flat_map(|line| &line.per_party).map(|part| part.party) {
            let party = draft.org(Org::Party(party), &["buyer"], state);
            if !buyers.contains(&party) {
                buyers.push(party);
            }
        }
        let worth = contract.value().map(value);
        if contract.framework.is_none() {
            let award = Json::object([
                ("status", Some(Json::text("active"))),
                ("date", Some(moment(now))),
                ("value", worth.clone()),
                ("suppliers", Some(Json::List(vec![supplier.clone()]))),
                ("buyers", Some(Json::List(buyers))),
            ]);
            draft.add(&Json::object([("awards", Some(Json::List(vec![with_id(&spot.award, award)])))]));
        }
        let related = contract.framework.as_ref().map(|framework| {
            let mut related = related_process(&format!("framework:{framework}"), "framework", &ocid);
            related.set("title", Json::Text(format!("Framework agreement {framework}")));
            Json::List(vec![related])
        });
        let mut signatories = vec![buyer.clone()];
        signatories.extend([lead, supplier.clone()].into_iter().filter(|org| *org != buyer));
        draft.add(&spot.contract(Json::object([
            ("title", Some(Json::Text(format!("Contract {id}")))),
            ("description", Some(Json::text(&contract.terms.payment_terms))),
            ("status", Some(Json::text("active"))),
            ("dateSigned", Some(moment(contract.terms.occurred_at))),
            ("value", worth),
            ("buyer", Some(buyer)),
            ("suppliers", Some(Json::List(vec![supplier]))),
            ("signatories", Some(Json::List(signatories))),
            ("relatedProcesses", related),
            ("items", Some(items)),
            ("milestones", milestones),
        ])));
    }

    /// The terms of supply, with the schedule.
    pub(super) fn supply_agreed(&mut self, id: &ContractId, sheet: &mut Sheet<'_>) {
        let Some(contract) = sheet.state.contract(id) else { return };
        let Some((index, spot)) = self.spot(contract, sheet.state) else { return };
        let milestones = self.milestones(index, &spot, contract, sheet.entry);
        let draft = sheet.draft(index);
        draft.tag("contractUpdate");
        draft.papers(Section::Contract(spot.id.clone(), spot.award.clone()));
        draft.add(&spot.contract(Json::object([("milestones", milestones)])));
    }

    /// A contract is another from here on: value, items and schedule as they are now, and why.
    pub(super) fn amended(&mut self, id: &ContractId, rationale: &str, sheet: &mut Sheet<'_>) {
        let (state, entry, now) = (sheet.state, sheet.entry, sheet.now);
        let Some(contract) = state.contract(id) else { return };
        let Some((index, spot)) = self.spot(contract, state) else { return };
        let milestones = self.milestones(index, &spot, contract, entry);
        let items = self.items(index, &spot, contract, state);
        let draft = sheet.draft(index);
        draft.tag("contractAmendment");
        draft.papers(Section::Contract(spot.id.clone(), spot.award.clone()));
        for party in contract.terms.lines.iter().flat_map(|line| &line.per_party).map(|part| part.party) {
            draft.org(Org::Party(party), &["buyer"], state);
        }
        draft.add(&spot.contract(Json::object([
            ("value", contract.value().map(value)),
            ("items", Some(items)),
            ("milestones", milestones),
            ("amendments", Some(amendment(entry, now, rationale))),
        ])));
    }

    /// The options of a contract as they are now.
    pub(super) fn option(&self, id: &OptionId, tag: &'static str, sheet: &mut Sheet<'_>) {
        let state = sheet.state;
        let contract = state.contract_option(id).and_then(|option| state.contract(&option.terms.contract));
        let Some(contract) = contract else { return };
        let Some((index, spot)) = self.spot(contract, state) else { return };
        let (open, words) = options(contract, state);
        let draft = sheet.draft(index);
        draft.tag(tag);
        draft.papers(Section::Contract(spot.id.clone(), spot.award.clone()));
        draft.add(&spot.contract(Json::object([
            ("hasOptions", Some(Json::Bool(open))),
            ("options", Some(Json::object([("description", Some(Json::Text(words)))]))),
        ])));
    }

    /// An option's line becomes one of the contract.
    pub(super) fn option_exercised(&mut self, id: &OptionId, sheet: &mut Sheet<'_>) {
        let Some(option) = sheet.state.contract_option(id) else { return };
        let contract = option.terms.contract.clone();
        self.amended(&contract, &format!("Option {id} is exercised"), sheet);
        self.option(id, "contractAmendment", sheet);
    }

    pub(super) fn contract_closed(&self, id: &ContractId, sheet: &mut Sheet<'_>) {
        let Some(contract) = sheet.state.contract(id) else { return };
        let Some((index, spot)) = self.spot(contract, sheet.state) else { return };
        let draft = sheet.draft(index);
        draft.tag("contractTermination");
        draft.papers(Section::Contract(spot.id.clone(), spot.award.clone()));
        draft.add(&spot.contract(Json::object([("status", Some(Json::text("terminated")))])));
    }
}
