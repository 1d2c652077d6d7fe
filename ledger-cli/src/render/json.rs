//! The JSON that programs read. Shapes are versioned together; see `Context::emit`.

use std::collections::BTreeMap;

use ledger_core::domain::consent::Signer;
use ledger_core::domain::consignment::Consignment;
use ledger_core::domain::crisis::Crisis;
use ledger_core::domain::event::Document;
use ledger_core::domain::ids::CrisisId;
use ledger_core::domain::movement::Movement;
use ledger_core::domain::party::PartyRecord;
use ledger_core::domain::procurement::{Contract, Framework, Programme};
use ledger_core::domain::register::{Master, Stock};
use ledger_core::domain::station::Shift;
use ledger_core::domain::support::SupportOrder;
use ledger_core::domain::transfer::{Transfer, TransferStatus};
use ledger_core::domain::{Event, Party, Role, State, Timestamp};
use ledger_core::journal::{Receipt, Signed, Signings, Visit};
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::{Answer, CommandError};

/// An error.
#[derive(Debug, Serialize)]
pub(crate) struct Error<'a> {
    answer: Answer,
    code: Option<&'a str>,
    message: &'a str,
    so_far: Option<&'a str>,
    hint: Option<&'a str>,
}

impl<'a> From<&'a CommandError> for Error<'a> {
    fn from(error: &'a CommandError) -> Self {
        Self {
            answer: error.answer,
            code: error.code.as_deref(),
            message: &error.message,
            so_far: error.so_far.as_deref(),
            hint: error.hint.as_deref(),
        }
    }
}

/// Missing signatures, in words.
pub(crate) fn wanted(missing: &[Signer]) -> Vec<String> {
    missing.iter().map(ToString::to_string).collect()
}

/// A receipt.
pub(crate) fn receipt(receipt: &Receipt) -> Value {
    json!({
        "entry": receipt.entry,
        "link": receipt.link,
        "recorded_at": receipt.recorded_at,
        "act": receipt.act,
        "waits_for": wanted(&receipt.missing),
        "repeated": receipt.repeated,
    })
}

/// What became of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// It took effect.
    InEffect,
    /// It waits for signatures.
    Waits,
    /// It was refused or withdrawn, and never took effect.
    Refused,
    /// It took effect, and that was taken back.
    Corrected,
}

/// An entry in a list.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    pub(crate) entry: u64,
    pub(crate) recorded_at: String,
    pub(crate) party: Option<Party>,
    pub(crate) role: Option<Role>,
    pub(crate) author: String,
    pub(crate) act: String,
    pub(crate) link: String,
    /// The signatures for which it waited when it was recorded.
    pub(crate) waited_for: Vec<String>,
    /// The signatures for which it waits still.
    pub(crate) waits_for: Vec<String>,
    pub(crate) documents: Vec<Document>,
    pub(crate) events: Vec<Event>,
    /// When the first of its events is said to have occurred.
    pub(crate) occurred_at: Option<Timestamp>,
    /// How much later it was recorded, in milliseconds.
    pub(crate) recorded_later_ms: u64,
    /// Who signed it: the author first, then who countersigned it, each with the entry that carries the signature.
    pub(crate) signers: Vec<Signed>,
    /// Who refused or withdrew it.
    pub(crate) refused_by: Option<Signed>,
    /// What became of it.
    pub(crate) status: Status,
    /// The entry with which it took effect: its own, or that of the last signature.
    pub(crate) in_effect_since: Option<u64>,
    /// The entry that corrected it.
    pub(crate) corrected_by: Option<u64>,
    /// Where the item that is shown went by it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) moved: Vec<Shift>,
    /// Which of its events are about the thing that is shown: people see these.
    #[serde(skip)]
    pub(crate) about: Vec<usize>,
}

impl Entry {
    /// As the entry was when it was recorded; [`settle`] adds what came later.
    pub(crate) fn of(visit: &Visit<'_>) -> Self {
        let (act, officer) = (visit.entry.act(), visit.officer());
        let occurred_at = act.act.events.iter().map(Event::occurred_at).min();
        let waits = !visit.missing.is_empty();
        Self {
            entry: act.seq,
            recorded_at: act.recorded_at.to_string(),
            party: officer.map(|officer| officer.party),
            role: officer.map(|officer| officer.role),
            author: act.author.to_string(),
            act: act.act.id.to_string(),
            link: visit.entry.link().to_string(),
            waited_for: wanted(visit.missing),
            waits_for: wanted(visit.missing),
            documents: act.act.documents.clone(),
            events: act.act.events.clone(),
            occurred_at,
            recorded_later_ms: occurred_at.map_or(0, |occurred| act.recorded_at.since(occurred)),
            signers: vec![Signed::author(visit)],
            refused_by: None,
            status: if waits { Status::Waits } else { Status::InEffect },
            in_effect_since: (!waits).then_some(act.seq),
            corrected_by: None,
            moved: Vec::new(),
            about: Vec::new(),
        }
    }
}

/// Says of an entry what became of it by the end, of which `state` and `signings` are.
pub(crate) fn settle(entry: &mut Entry, state: &State, signings: &Signings) {
    if let Some(signing) = signings.of(entry.entry) {
        let pending = state.waiting(entry.entry);
        entry.waits_for = pending.map_or_else(Vec::new, |pending| wanted(&pending.missing));
        entry.signers.extend(signing.countersigned.iter().cloned());
        entry.refused_by = signing.refused.clone();
        entry.in_effect_since = signing.in_effect_since;
        entry.status = match (&signing.refused, signing.in_effect_since) {
            (Some(_), _) => Status::Refused,
            (None, Some(_)) => Status::InEffect,
            (None, None) => Status::Waits,
        };
    }
    if let Some(correction) = state.correction(entry.entry) {
        entry.corrected_by = Some(correction.by);
        entry.status = Status::Corrected;
    }
}

/// An item.
pub(crate) fn item(id: impl ToString, stock: &Stock) -> Value {
    #[derive(Serialize)]
    struct View<'a> {
        item: String,
        #[serde(flatten)]
        master: &'a Master,
        registered: String,
        positions: Vec<Value>,
    }
    let positions = stock.positions.iter().map(|(position, quantity)| {
        let mut value = json!(position);
        if let Some(fields) = value.as_object_mut() {
            fields.insert("quantity".into(), json!(quantity));
        }
        value
    });
    json!(View {
        item: id.to_string(),
        master: &stock.master,
        registered: stock.registered.to_string(),
        positions: positions.collect(),
    })
}

/// A transfer.
pub(crate) fn transfer(state: &State, transfer: &Transfer) -> Value {
    let status: Option<TransferStatus> = state.transfer_status(&transfer.terms.transfer);
    let consignments: BTreeMap<String, Option<&Consignment>> =
        transfer.consignments.iter().map(|id| (id.to_string(), state.consignment(id))).collect();
    json!({
        "transfer": transfer.terms.transfer,
        "status": status,
        "terms": transfer.terms,
        "due": transfer.due,
        "proposed_in": transfer.proposed_in,
        "approved_in": transfer.approved_in,
        "refused_in": transfer.refused_in,
        "cancelled_in": transfer.cancelled_in,
        "title_passed_in": transfer.title_passed_in,
        "recalled_in": transfer.recalled_in,
        "dispatched": transfer.dispatched,
        "consignments": consignments,
    })
}

/// A programme.
pub(crate) fn programme(state: &State, programme: &Programme) -> Value {
    let id = &programme.terms.programme;
    let commitments: Vec<_> = programme.commitments.iter().filter_map(|id| state.commitment(id)).collect();
    let procedures = state.procurement_procedures().filter(|(_, known)| known.terms.programme == *id);
    let frameworks = state.frameworks().filter(|(_, known)| known.programme == *id);
    json!({
        "programme": id,
        "status": state.programme_status(id),
        "terms": programme.terms,
        "participants": programme.participants,
        "withdrawals": programme.withdrawals,
        "currency": programme.currency,
        "effective_in": programme.effective_in,
        "cancelled_in": programme.cancelled_in,
        "commitments": commitments,
        "procedures": procedures.map(|(id, _)| id).collect::<Vec<_>>(),
        "frameworks": frameworks.map(|(id, _)| id).collect::<Vec<_>>(),
        "contracts": programme.contracts,
        "pools": programme.pools,
    })
}

/// A framework.
pub(crate) fn framework(state: &State, framework: &Framework) -> Value {
    json!({
        "framework": framework.terms.framework,
        "programme": framework.programme,
        "terms": framework.terms,
        "end": framework.end,
        "signed_in": framework.signed_in,
        "extended_in": framework.extended_in,
        "call_offs": framework.call_offs,
        "called_off": state.called_off(&framework.terms.framework),
    })
}

/// A contract.
pub(crate) fn contract(state: &State, contract: &Contract) -> Value {
    let progress: Vec<Value> = contract
        .progress
        .iter()
        .map(|((line, party), progress)| json!({ "line": line, "party": party, "progress": progress }))
        .collect();
    let invoices: Vec<Value> = contract
        .invoices
        .iter()
        .filter_map(|id| state.invoice(id))
        .map(|invoice| with("invoice", &invoice.terms.invoice, invoice))
        .collect();
    let deliveries =
        contract.deliveries.iter().filter_map(|id| Some(with("delivery", id, state.delivery(id)?)));
    let options =
        contract.options.iter().filter_map(|id| Some(with("option", id, state.contract_option(id)?)));
    let dossier = &contract.dossier;
    let advances = dossier.advances.iter().filter_map(|id| Some(with("advance", id, state.advance(id)?)));
    json!({
        "contract": contract.terms.contract,
        "framework": contract.framework,
        "terms": contract.terms,
        "signed_in": contract.signed_in,
        "amended_in": contract.amended_in,
        "closed_in": dossier.closed_in,
        "supply": contract.supply,
        "schedule": contract.schedule,
        "progress": progress,
        "invoiced": contract.invoiced,
        "reserved": dossier.reserved,
        "deliveries": deliveries.collect::<Vec<_>>(),
        "invoices": invoices,
        "options": options.collect::<Vec<_>>(),
        "advances": advances.collect::<Vec<_>>(),
        "quality_requests": dossier.quality_requests,
        "vat_certificates": dossier.vat_certificates,
        "warranty_claims": dossier.warranty_claims,
    })
}

/// A row with the number under which it is known.
fn with(name: &str, id: impl Serialize, row: impl Serialize) -> Value {
    let mut value = json!({ name: id });
    if let (Some(fields), Value::Object(row)) = (value.as_object_mut(), json!(row)) {
        fields.extend(row);
    }
    value
}

/// A movement.
pub(crate) fn movement(movement: &Movement) -> Value {
    let mut value = with("movement", &movement.terms.movement, movement);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("status".into(), json!(movement.status()));
        fields.insert("whereabouts".into(), json!(movement.whereabouts()));
    }
    value
}

/// An order of mutual support.
pub(crate) fn support(order: &SupportOrder) -> Value {
    let mut value = with("order", &order.terms.order, order);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("status".into(), json!(order.status()));
        fields.insert("delivered_value".into(), json!(order.delivered_value()));
    }
    value
}

/// A crisis: who declared it, and what was done under it.
pub(crate) fn crisis(state: &State, id: &CrisisId, declared: &[&Crisis]) -> Value {
    let owed = state.ratifications().filter(|(_, ratification)| ratification.crisis == *id);
    let owed = owed.map(|((entry, party), ratification)| {
        json!({ "entry": entry, "party": party, "ratification": ratification })
    });
    json!({ "crisis": id, "declared": declared, "ratifications": owed.collect::<Vec<_>>() })
}

/// A party, with its keys and with what it lets others do.
pub(crate) fn party(state: &State, id: Party, record: &PartyRecord) -> Value {
    let keys = state.keys().filter(|(_, key)| key.party == id).map(|(key, record)| with("key", key, record));
    let delegations = state.delegations().filter(|(_, known)| known.party == id);
    let authorisations = state.authorisations().filter(|(_, known)| known.terms.grantor == id);
    let granted = state.authorisations().filter(|(_, known)| known.terms.grantees.contains(&id));
    let crises = state.crises().filter(|known| known.terms.party == id);
    let exclusions = state.exclusions().filter(|(_, known)| known.terms.party == id);
    json!({
        "party": id,
        "record": record,
        "keys": keys.collect::<Vec<_>>(),
        "delegations": delegations.map(|(_, known)| known).collect::<Vec<_>>(),
        "authorisations_given": authorisations.map(|(_, known)| known).collect::<Vec<_>>(),
        "authorisations_held": granted.map(|(_, known)| known).collect::<Vec<_>>(),
        "crises": crises.collect::<Vec<_>>(),
        "exclusions": exclusions.map(|(_, known)| known).collect::<Vec<_>>(),
    })
}
