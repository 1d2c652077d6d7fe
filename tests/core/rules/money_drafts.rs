//! Drafts for the stories of `money.rs` and `settlement.rs`.

use serde_json::{Value, json};

use super::drafts::{Draft, GUN, ROUNDS, clear, draft, invoice, of};
use super::world::{EE, FIN, LV, PCO, World};

/// The supplier is Swedish; advances up to 100,000 euro, two years of warranty, no quality assurance.
pub(crate) fn supply(contract: &str) -> Draft {
    supply_with(contract, json!({}))
}

/// The same with some of the terms changed.
pub(crate) fn supply_with(contract: &str, changes: Value) -> Draft {
    let mut terms = json!({
        "supplier_nation": "SE", "quality_assurance": false, "advance_cap": "100000.00 EUR",
        "warranty_days": 730,
    });
    for (name, value) in changes.as_object().unwrap() {
        terms[name] = value.clone();
    }
    draft("SupplyTermsAgreed", json!({ "contract": contract, "supply": terms }))
}

/// An advance that is settled by the end of March.
pub(crate) fn advance(id: &str, contract: &str, payer: &str, amount: &str) -> Draft {
    draft(
        "AdvancePaid",
        json!({
            "advance": id, "contract": contract, "payer": payer, "amount": amount, "settle_by": "2026-03-31",
            "agreement": "GRANT-7", "value_date": "2026-02-02", "bank_ref": format!("BANK-{id}"),
        }),
    )
}

pub(crate) fn settle(advance: &str, invoice: &str, amount: &str) -> Draft {
    draft("AdvanceSettled", json!({ "advance": advance, "invoice": invoice, "amount": amount }))
}

/// A refund of a payment or of an advance, as `of` says.
pub(crate) fn refund(id: &str, of: &str, number: &str, amount: &str) -> Draft {
    draft(
        "RefundReceived",
        json!({
            "refund": id, "amount": amount, "reason": "paid too much", "value_date": "2026-02-20",
            "bank_ref": format!("BANK-{id}"),
        }),
    )
    .with(of, number)
}

pub(crate) fn ask_quality(id: &str, contract: &str) -> Draft {
    draft(
        "QualityRequested",
        json!({ "request": id, "contract": contract, "supplier_nation": "SE", "risks": "fuzes of a new maker" }),
    )
}

pub(crate) fn take_on(id: &str) -> Draft {
    draft("QualityAccepted", json!({ "request": id, "authority_ref": "SE-RGQA-11" }))
}

pub(crate) fn close_quality(id: &str, result: &str) -> Draft {
    draft("QualityClosed", json!({ "request": id, "result": result, "finding": "tested at the works" }))
}

pub(crate) fn certify(delivery: &str, items: &[&str]) -> Draft {
    draft("ConformityCertified", json!({ "delivery": delivery, "items": items }))
}

fn delivered_items(lines: &[(u32, &str)]) -> Vec<Value> {
    lines.iter().map(|(line, item)| json!({ "line": line, "item": item })).collect()
}

/// Accepts with a reservation that is cleared by the end of February.
pub(crate) fn take_over_with_reservation(delivery: &str, lines: &[(u32, &str)], location: &str) -> Draft {
    draft(
        "DeliveryAcceptedWithReservation",
        json!({
            "delivery": delivery, "items": delivered_items(lines), "condition": "B", "location": location,
            "reservation": "the manuals are missing", "cleared_by": "2026-02-28",
        }),
    )
}

pub(crate) fn clear_reservation(delivery: &str) -> Draft {
    draft("ReservationCleared", json!({ "delivery": delivery, "finding": "the manuals came" }))
}

pub(crate) fn reject(delivery: &str, lines: &[(u32, &str)]) -> Draft {
    draft(
        "DeliveryRejected",
        json!({ "delivery": delivery, "items": delivered_items(lines), "reason": "cracked casings" }),
    )
}

pub(crate) fn give_back(delivery: &str, lines: &[(u32, &str)]) -> Draft {
    draft("DeliveryReturned", json!({ "delivery": delivery, "items": delivered_items(lines) }))
}

pub(crate) fn dispute(invoice: &str) -> Draft {
    draft("InvoiceDisputed", json!({ "invoice": invoice, "reason": "the price is another" }))
}

pub(crate) fn resolve_dispute(invoice: &str) -> Draft {
    draft("InvoiceDisputeResolved", json!({ "invoice": invoice, "finding": "the price is right" }))
}

/// A stamped SAFE certificate.
pub(crate) fn exemption(id: &str, contract: &str, party: &str, lines: &[(u32, &str)]) -> Draft {
    let lines: Vec<Value> =
        lines.iter().map(|(line, quantity)| json!({ "line": line, "quantity": quantity })).collect();
    draft(
        "VatCertificateRecorded",
        json!({
            "certificate": id, "contract": contract, "regime": "SAFE", "serial": format!("V-{id}"),
            "party": party, "lines": lines, "host_stamp": true,
        }),
    )
}

pub(crate) fn exempt(invoice: &str, certificate: &str) -> Draft {
    draft("InvoiceVatExempted", json!({ "invoice": invoice, "certificate": certificate }))
}

pub(crate) fn net(debtor: &str, creditor: &str, amount: &str) -> Value {
    json!({ "debtor": debtor, "creditor": creditor, "amount": amount })
}

pub(crate) fn close_settlement(id: &str, up_to_entry: u64, nets: &[Value]) -> Draft {
    draft(
        "SettlementRunClosed",
        json!({ "settlement": id, "period": "2026 Q1", "up_to_entry": up_to_entry, "nets": nets }),
    )
}

pub(crate) fn pay_net(id: &str, from: &str, to: &str, amount: &str) -> Draft {
    draft(
        "SettlementPaid",
        json!({
            "settlement": id, "from": from, "to": to, "amount": amount, "value_date": "2026-02-20",
            "bank_ref": format!("BANK-{id}-{from}"),
        }),
    )
}

/// A claim that the supplier is to answer by July 2028.
pub(crate) fn claim(id: &str, contract: &str, item: &str, owner: &str) -> Draft {
    draft(
        "WarrantyClaimed",
        json!({
            "claim": id, "contract": contract, "item": item, "owner": owner, "defect": "the sight is loose",
            "deadline": "2028-07-01",
        }),
    )
}

pub(crate) fn resolve_claim(id: &str, result: &str) -> Draft {
    draft("WarrantyResolved", json!({ "claim": id, "result": result, "finding": "a loose screw" }))
}

pub(crate) fn close_contract(id: &str) -> Draft {
    draft("ContractClosed", json!({ "contract": id }))
}

impl World {
    /// A programme `P-1` and a contract `C-1` with terms of supply, in a ledger with agreed clocks.
    pub(crate) fn supplied() -> Self {
        Self::supplied_with(json!({}))
    }

    /// The same with some of the terms changed.
    pub(crate) fn supplied_with(changes: Value) -> Self {
        let mut world = Self::with_regime();
        world.contracted("P-1", "C-1");
        world.accept((EE, PCO), supply_with("C-1", changes));
        world
    }

    /// Ten rounds of EE that were accepted, charged and approved: 25,000 euro on `I-1`.
    pub(crate) fn charged(&mut self) {
        self.stocked("D-1", "C-1", EE, &[(1, &of(ROUNDS, "10 EA"))]);
        self.accept((EE, FIN), invoice("I-1", "C-1", &[(1, "10 EA")], "25000.00 EUR", "0.00 EUR"));
        self.accept((EE, FIN), clear("I-1", "25000.00 EUR"));
    }
}

/// One event of each kind, with its optional fields set.
pub(crate) fn samples() -> Vec<Draft> {
    let lot = of(ROUNDS, "60 EA");
    let goods: &[(u32, &str)] = &[(1, &lot), (2, GUN)];
    vec![
        advance("V-1", "C-1", EE, "50000.00 EUR"),
        settle("V-1", "I-1", "20000.00 EUR"),
        refund("R-1", "payment", "Y-1", "10.00 EUR"),
        refund("R-2", "advance", "V-1", "10.00 EUR"),
        ask_quality("Q-1", "C-1"),
        take_on("Q-1"),
        close_quality("Q-1", "CONFORMING"),
        certify("D-1", &[GUN, &lot]).with("deviations", json!(["another varnish", "later year of make"])),
        take_over_with_reservation("D-1", goods, "Adazi")
            .with("items", json!([{ "line": 1, "item": lot, "expiry": "2031-01-01" }])),
        clear_reservation("D-1"),
        reject("D-1", goods),
        give_back("D-1", goods),
        dispute("I-1"),
        resolve_dispute("I-1"),
        exemption("X-1", "C-1", LV, &[(1, "100 EA"), (2, "1 EA")])
            .with("host_stamp", false)
            .with("waiver", "W-1"),
        exempt("I-1", "X-1"),
        close_settlement("S-1", 90, &[net(LV, EE, "0.01 EUR")]),
        pay_net("S-1", LV, EE, "0.01 EUR"),
        claim("W-1", "C-1", GUN, LV),
        resolve_claim("W-1", "REPAIRED"),
        close_contract("C-1"),
    ]
}
