//! The vocabulary of the stories: a draft of each kind of event with sensible fields, to be changed where a story
//! needs it.

use ledger_core::domain::{Event, PublicKey, Role, Timestamp};
use serde_json::{Map, Value, json};

use super::world::{EE, HRH, LT, LV, MIN, NAD, PBO, PCO, QAR, ROOT, World, depot, key_of};

/// An event as its author writes it, before it has a time.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    kind: &'static str,
    fields: Map<String, Value>,
}

/// An event of this kind with these fields.
pub(crate) fn draft(kind: &'static str, fields: Value) -> Draft {
    let Value::Object(fields) = fields else { panic!("the fields of {kind} are an object") };
    Draft { kind, fields }
}

impl Draft {
    /// The same with a field set.
    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.into(), value.into());
        self
    }

    /// The same without a field.
    pub(crate) fn without(mut self, field: &str) -> Self {
        assert!(self.fields.remove(field).is_some(), "{} has no field {field}", self.kind);
        self
    }

    /// The same, said to have occurred at another time than now.
    pub(crate) fn occurred(self, at: &str) -> Self {
        self.with("occurred_at", at)
    }

    /// The event; it occurred `now` unless it says otherwise.
    pub(crate) fn event(&self, now: Timestamp) -> Event {
        let mut fields = self.fields.clone();
        fields.entry("occurred_at").or_insert_with(|| now.to_string().into());
        let mut tagged = Map::new();
        tagged.insert(self.kind.into(), fields.into());
        serde_json::from_value(tagged.into()).unwrap_or_else(|error| panic!("{}: {error}", self.kind))
    }
}

// ---------------------------------------------------------------------------------------------- keys

/// The charter of the three founders.
pub(crate) fn charter() -> Draft {
    let founders: Vec<Value> = [EE, LT, LV]
        .iter()
        .map(|code| {
            json!({ "party": code, "name": format!("Ministry of {code}"), "root_key": key_of((code, ROOT)) })
        })
        .collect();
    let signatures: Vec<Value> =
        [EE, LT, LV].iter().map(|code| json!({ "party": code, "signature": "5".repeat(128) })).collect();
    draft(
        "LedgerConstituted",
        json!({
            "charter": {
                "origin": "ledger.example/baltic",
                "purpose": "Joint record of three ministries",
                "parties": founders,
                "parameters": {
                    "clock_skew_ms": 300_000, "in_transit_limit_h": 72, "discrepancy_answer_days": 30
                },
            },
            "signatures": signatures,
        }),
    )
}

pub(crate) fn enrol(key: PublicKey, party: &str, role: Role) -> Draft {
    draft("KeyEnrolled", json!({ "key": key, "party": party, "role": role }))
}

pub(crate) fn rotate(old: PublicKey, new: PublicKey) -> Draft {
    draft("KeyRotated", json!({ "old_key": old, "new_key": new, "reason": "new token" }))
}

pub(crate) fn revoke(key: PublicKey) -> Draft {
    draft("KeyRevoked", json!({ "key": key, "reason": "left the service" }))
}

pub(crate) fn countersign(entry: u64) -> Draft {
    draft("ActCountersigned", json!({ "entry": entry }))
}

pub(crate) fn refusal(entry: u64) -> Draft {
    draft("ActRefused", json!({ "entry": entry, "reason": "not agreed" }))
}

// --------------------------------------------------------------------------------------- agreements

/// Clocks and limits as the parties might agree on them.
pub(crate) fn regime() -> Draft {
    regime_with(json!({}))
}

/// The same with some of them changed.
pub(crate) fn regime_with(changes: Value) -> Draft {
    let mut parameters = json!({
        "clock_skew_ms": 300_000, "in_transit_limit_h": 72, "discrepancy_answer_days": 30,
        "permission_answer_h": 72, "crisis_permission_answer_h": 6, "crossing_tolerance_min": 30,
        "crisis_first_h": 72, "crisis_extension_h": 168, "ratification_h": 72, "standing_days": 365,
        "late_recording_h": 24, "minister_limits": ["1000000.00 EUR"], "crisis_limits": ["5000000.00 EUR"],
        "count_cadence_days": 180, "support_in_kind_days": 365, "support_cash_days": 60,
        "framework_days": 2557, "settlement_days": 30, "bulk_tolerance_bp": 50,
        "ageing_days": [30, 60, 90, 365],
    });
    for (name, value) in changes.as_object().unwrap() {
        parameters[name] = value.clone();
    }
    draft("RegimeParametersSet", json!({ "parameters": parameters }))
}

/// What `grantor` lets `grantee` do without asking.
pub(crate) fn authorise(id: &str, family: &str, grantor: &str, grantee: &str, limits: Value) -> Draft {
    draft(
        "StandingAuthorisationGranted",
        json!({
            "authorisation": id, "grantor": grantor, "grantees": [grantee], "family": family,
            "limits": limits, "notice_h": 0, "valid_from": "2026-01-01", "valid_to": "2026-12-31",
        }),
    )
}

/// A crisis of `party`'s own, from `start` to `end`.
pub(crate) fn declare(id: &str, party: &str, families: &[&str], start: &str, end: &str) -> Draft {
    draft(
        "CrisisDeclared",
        json!({
            "crisis": id, "party": party, "scope": "NATIONAL", "families": families,
            "starts_at": start, "expires_at": end, "ground": "Hostile movements at the border",
        }),
    )
}

// ------------------------------------------------------------------------------------------ materiel

/// A recoilless rifle.
pub(crate) const GUN: &str = "serial:0AA1J:M3E1:SN-0042";
/// Another one.
pub(crate) const GUN2: &str = "serial:0AA1J:M3E1:SN-0043";
/// Its stock number.
pub(crate) const GUN_NSN: &str = "1055-38-111-2222";
/// A batch of its rounds.
pub(crate) const ROUNDS: &str = "batch:1376-38-123-4567:EA-22-07";
/// Their stock number.
pub(crate) const ROUNDS_NSN: &str = "1376-38-123-4567";
/// Diesel.
pub(crate) const FUEL: &str = "bulk:9140-38-000-0001";

/// So much of an item.
pub(crate) fn of(item: &str, quantity: &str) -> String {
    format!("{item}={quantity}")
}

/// Registers an item that `party` owns and holds in its depot. It is on no control list; a batch is small-arms
/// ammunition by its hazard.
pub(crate) fn register(item: &str, party: &str) -> Draft {
    let plain = draft(
        "ItemRegistered",
        json!({
            "item": item, "description": "materiel", "condition": "A",
            "owner": party, "holder": party, "location": depot(party),
        }),
    );
    let explosive = item.starts_with("batch:");
    if explosive { plain.with("hazard", "1.4S").with("neq_g_per_unit", 30) } else { plain }
}

/// Registers explosive ammunition of category ML3.
pub(crate) fn register_ammunition(item: &str, party: &str) -> Draft {
    register(item, party).with("ml", "ML3").with("hazard", "1.2E").with("neq_g_per_unit", 900)
}

pub(crate) fn consume(item: &str, party: &str) -> Draft {
    draft(
        "ConsumptionReported",
        json!({
            "item": item, "owner": party, "holder": party, "location": depot(party), "activity": "EX-1",
        }),
    )
}

pub(crate) fn lose(loss: &str, items: &[&str], party: &str) -> Draft {
    draft(
        "LossReported",
        json!({
            "loss": loss, "items": items, "owner": party, "holder": party, "location": depot(party),
            "circumstances": "not found after the exercise", "noticed_on": "2026-01-30",
        }),
    )
}

pub(crate) fn investigate(loss: &str) -> Draft {
    draft("LossInvestigated", json!({ "loss": loss, "finding": "negligence of the guard" }))
}

pub(crate) fn write_off(loss: &str) -> Draft {
    draft("WriteOffApproved", json!({ "loss": loss, "reason": "beyond recovery" }))
}

pub(crate) fn find(loss: &str, items: &[&str], location: &str) -> Draft {
    draft("ItemFound", json!({ "loss": loss, "items": items, "location": location }))
}

// ----------------------------------------------------------------------------------------- transfers

/// Proposes a transfer of goods that the giver owns; a loan until the end of June, a sale for 1,000 euro.
pub(crate) fn propose(kind: &str, id: &str, from: &str, to: &str, items: &[&str]) -> Draft {
    let plain = draft(
        "TransferProposed",
        json!({
            "transfer": id, "kind": kind, "from": from, "to": to, "owner": from, "items": items,
            "purpose": "exercise", "risk_passes_at": "RECEIPT",
        }),
    );
    match kind {
        "LOAN" => plain.with("loan", json!({ "start": "2026-02-01", "due": "2026-06-30" })),
        "SALE" => plain.with("price", "1000.00 EUR"),
        _ => plain,
    }
}

pub(crate) fn approve(id: &str) -> Draft {
    draft("TransferApproved", json!({ "transfer": id }))
}

pub(crate) fn turn_down(id: &str) -> Draft {
    draft("TransferRefused", json!({ "transfer": id, "reason": "no need" }))
}

pub(crate) fn cancel(id: &str) -> Draft {
    draft("TransferCancelled", json!({ "transfer": id, "reason": "needed at home" }))
}

pub(crate) fn reserve(id: &str, items: &[&str], location: &str) -> Draft {
    draft("ItemsReserved", json!({ "transfer": id, "items": items, "location": location }))
}

pub(crate) fn dispatch(consignment: &str, id: &str, items: &[&str], from: &str) -> Draft {
    draft(
        "ConsignmentDispatched",
        json!({ "consignment": consignment, "transfer": id, "items": items, "from_location": from }),
    )
}

fn counted(items: &[&str]) -> Vec<Value> {
    items.iter().map(|item| json!({ "item": item, "condition": "A" })).collect()
}

/// Receives what was counted, in condition A.
pub(crate) fn receive(consignment: &str, items: &[&str], location: &str) -> Draft {
    draft(
        "ConsignmentReceived",
        json!({
            "consignment": consignment, "counted": counted(items), "location": location, "seals_intact": true
        }),
    )
}

pub(crate) fn send_back(consignment: &str, id: &str, items: &[&str], from: &str) -> Draft {
    draft(
        "ReturnDispatched",
        json!({ "consignment": consignment, "transfer": id, "items": items, "from_location": from }),
    )
}

pub(crate) fn take_back(consignment: &str, items: &[&str], location: &str) -> Draft {
    draft(
        "ReturnReceived",
        json!({
            "consignment": consignment, "counted": counted(items), "location": location, "seals_intact": true
        }),
    )
}

pub(crate) fn report(discrepancy: &str, consignment: &str, kind: &str, items: &[&str]) -> Draft {
    draft(
        "DiscrepancyReported",
        json!({
            "discrepancy": discrepancy, "consignment": consignment, "kind": kind, "items": items,
            "finding": "counted twice",
        }),
    )
}

pub(crate) fn resolve(discrepancy: &str, outcome: &str) -> Draft {
    draft(
        "DiscrepancyResolved",
        json!({ "discrepancy": discrepancy, "outcome": outcome, "finding": "agreed", "liable": "GIVER" }),
    )
}

pub(crate) fn pass_title(id: &str) -> Draft {
    draft("TitlePassed", json!({ "transfer": id }))
}

pub(crate) fn extend(id: &str, new_due: &str) -> Draft {
    draft("LoanExtended", json!({ "transfer": id, "new_due": new_due }))
}

pub(crate) fn recall(id: &str, new_due: &str) -> Draft {
    draft("LoanRecalled", json!({ "transfer": id, "new_due": new_due, "reason": "needed at home" }))
}

/// A general licence for ML3 from one state to another, for the year.
pub(crate) fn licence(id: &str, from: &str, to: &str) -> Draft {
    draft(
        "TransferLicenceRecorded",
        json!({
            "licence": id, "kind": "GENERAL", "legal_ground": "national act, section 5", "from": from, "to": to,
            "covers_return": true, "ml": ["ML3"], "valid_from": "2026-01-01", "expiry": "2026-12-31",
        }),
    )
}

/// A third state's consent that `recipient` becomes holder of the guns.
pub(crate) fn consent(id: &str, obtained_by: &str, state: &str, recipient: &str) -> Draft {
    draft(
        "RetransferConsentRecorded",
        json!({
            "consent": id, "obtained_by": obtained_by, "consenting_state": state, "nsns": [GUN_NSN],
            "recipients": [recipient],
        }),
    )
}

impl World {
    /// A transfer that both sides agreed on.
    pub(crate) fn agreed(
        &mut self,
        kind: &str,
        id: &str,
        from: &'static str,
        to: &'static str,
        items: &[&str],
    ) {
        self.accept((from, PBO), propose(kind, id, from, to, items));
        self.accept((to, PBO), approve(id));
    }

    /// A transfer whose goods were all dispatched and received, in the consignment `<id>/1`.
    pub(crate) fn delivered(
        &mut self,
        kind: &str,
        id: &str,
        from: &'static str,
        to: &'static str,
        items: &[&str],
    ) {
        self.agreed(kind, id, from, to, items);
        let consignment = format!("{id}/1");
        self.accept((from, HRH), dispatch(&consignment, id, items, depot(from)));
        self.accept((to, HRH), receive(&consignment, items, depot(to)));
    }
}

// --------------------------------------------------------------------------------------- procurement

pub(crate) fn programme(id: &str, lead: &str) -> Draft {
    draft(
        "ProgrammeProposed",
        json!({
            "programme": id, "title": "Anti-tank rounds", "capability": "close combat",
            "estimate": "11700000.00 EUR", "cpv": ["35330000"], "ml": ["ML3"], "lead": lead,
        }),
    )
}

/// Joins with the same share of quantity, common cost and fee.
pub(crate) fn join(programme: &str, party: &str, share: &str) -> Draft {
    draft(
        "ParticipantJoined",
        json!({
            "programme": programme, "party": party, "quantity_share": share, "common_cost_share": share,
            "fee_share": share,
        }),
    )
}

pub(crate) fn arrangement(programme: &str) -> Draft {
    draft(
        "ArrangementEffective",
        json!({
            "programme": programme, "decision_rule": "unanimity", "audit_clause": true,
            "withdrawal_terms": "obligations survive", "currency": "EUR",
        }),
    )
}

/// Line 1: 600 rounds at 2,500.00, for EE 300, LT 200 and LV 100. Line 2: 3 guns at 20,000.00, one each.
/// Terms of supply with assured quality and advances of at most 100,000 euros; the schedule by line, party, quantity
/// and day.
pub(crate) fn terms_of_supply(contract: &str, schedule: &[(u32, &str, &str, &str)]) -> Draft {
    let schedule: Vec<Value> = schedule
        .iter()
        .map(|(line, party, quantity, due)| {
            json!({ "line": line, "party": party, "quantity": quantity, "due": due })
        })
        .collect();
    let terms = json!({
        "supplier_nation": "SE", "quality_assurance": true, "advance_cap": "100000.00 EUR", "warranty_days": 730,
    });
    draft("SupplyTermsAgreed", json!({ "contract": contract, "supply": terms, "schedule": schedule }))
}

pub(crate) fn contract(id: &str, programme: &str) -> Draft {
    draft(
        "ContractSigned",
        json!({
            "contract": id, "programme": programme, "supplier": "0AA1J", "buyer": EE,
            "lines": [
                {
                    "line": 1, "description": "84 mm rounds", "nsn": ROUNDS_NSN, "ml": "ML3", "hazard": "1.2E",
                    "neq_g_per_unit": 900, "quantity": "600 EA", "unit_price": "2500.00 EUR",
                    "per_party": [
                        { "party": EE, "quantity": "300 EA" },
                        { "party": LT, "quantity": "200 EA" },
                        { "party": LV, "quantity": "100 EA" },
                    ],
                },
                {
                    "line": 2, "description": "84 mm rifle", "nsn": GUN_NSN, "quantity": "3 EA",
                    "unit_price": "20000.00 EUR",
                    "per_party": [
                        { "party": EE, "quantity": "1 EA" },
                        { "party": LT, "quantity": "1 EA" },
                        { "party": LV, "quantity": "1 EA" },
                    ],
                },
            ],
            "payment_terms": "30 days after acceptance",
        }),
    )
}

fn delivered_items(lines: &[(u32, &str)]) -> Vec<Value> {
    lines.iter().map(|(line, item)| json!({ "line": line, "item": item })).collect()
}

pub(crate) fn ship(delivery: &str, contract: &str, consignee: &str, lines: &[(u32, &str)]) -> Draft {
    draft(
        "DeliveryDispatched",
        json!({
            "delivery": delivery, "contract": contract, "consignee": consignee,
            "items": delivered_items(lines),
        }),
    )
}

pub(crate) fn land(delivery: &str, lines: &[(u32, &str)]) -> Draft {
    draft("DeliveryReceived", json!({ "delivery": delivery, "items": delivered_items(lines) }))
}

pub(crate) fn take_over(delivery: &str, lines: &[(u32, &str)], location: &str) -> Draft {
    draft(
        "DeliveryAccepted",
        json!({
            "delivery": delivery, "items": delivered_items(lines), "condition": "A", "location": location,
        }),
    )
}

pub(crate) fn invoice(id: &str, contract: &str, lines: &[(u32, &str)], net: &str, vat: &str) -> Draft {
    let lines: Vec<Value> =
        lines.iter().map(|(line, quantity)| json!({ "line": line, "quantity": quantity })).collect();
    draft(
        "InvoiceRegistered",
        json!({
            "invoice": id, "contract": contract, "supplier_invoice_no": format!("S-{id}"), "lines": lines,
            "net": net, "vat": vat,
        }),
    )
}

pub(crate) fn clear(invoice: &str, amount: &str) -> Draft {
    draft("InvoiceApproved", json!({ "invoice": invoice, "amount": amount }))
}

pub(crate) fn pay(payment: &str, invoice: &str, payer: &str, amount: &str) -> Draft {
    draft(
        "PaymentExecuted",
        json!({
            "payment": payment, "invoice": invoice, "payer": payer, "amount": amount,
            "value_date": "2026-02-02", "bank_ref": format!("BANK-{payment}"),
        }),
    )
}

pub(crate) fn pool(id: &str, programme: &str, basis: &str, total: &str, parts: &[(&str, &str)]) -> Draft {
    let parts: Vec<Value> =
        parts.iter().map(|(party, amount)| json!({ "party": party, "amount": amount })).collect();
    draft(
        "CostShareAssessed",
        json!({
            "pool": id, "programme": programme, "period": "2026", "basis": basis, "total": total,
            "parts": parts,
        }),
    )
}

impl World {
    /// A programme led by EE, one half EE's, one third LT's, one sixth LV's; its arrangement is in effect.
    pub(crate) fn arranged(&mut self, id: &str) {
        self.accept((EE, NAD), programme(id, EE));
        self.accept((EE, MIN), join(id, EE, "1/2"));
        self.agree(&[(LV, MIN), (EE, MIN)], join(id, LV, "1/6"));
        self.agree(&[(LT, MIN), (EE, MIN)], join(id, LT, "1/3"));
        self.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], arrangement(id));
    }

    /// The same with a contract that EE signed.
    pub(crate) fn contracted(&mut self, id: &str, contract_id: &str) {
        self.arranged(id);
        self.accept((EE, PCO), contract(contract_id, id));
    }

    /// Goods that were dispatched, received and accepted in one go.
    pub(crate) fn stocked(
        &mut self,
        delivery: &str,
        contract: &str,
        consignee: &'static str,
        lines: &[(u32, &str)],
    ) {
        self.accept((EE, PCO), ship(delivery, contract, consignee, lines));
        self.accept((consignee, PBO), land(delivery, lines));
        self.agree(&[(consignee, QAR), (consignee, PBO)], take_over(delivery, lines, depot(consignee)));
    }
}
