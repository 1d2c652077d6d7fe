//! Drafts for the stories of `materiel.rs` and `support.rs`.

use serde_json::{Value, json};

use super::drafts::{Draft, GUN, GUN2, ROUNDS, draft, of};
use super::world::{EE, HRH, LV, PBO, QAR, World, depot};

/// A vehicle.
pub(crate) const VEHICLE: &str = "serial:0AA1J:V6X6:V-7";
/// A turret for it.
pub(crate) const TURRET: &str = "serial:0AA1J:TRT:T-3";
/// A radio for either.
pub(crate) const RADIO: &str = "serial:0AA1J:VHF:R-9";

pub(crate) fn install(parent: &str, child: &str) -> Draft {
    draft("ItemInstalled", json!({ "parent": parent, "child": child }))
}

pub(crate) fn remove(parent: &str, child: &str) -> Draft {
    draft("ItemRemoved", json!({ "parent": parent, "child": child }))
}

/// Issues goods that `party` owns and keeps in its depot.
pub(crate) fn issue(receipt: &str, party: &str, items: &[&str]) -> Draft {
    draft(
        "SubCustodyIssued",
        json!({
            "receipt": receipt, "items": items, "owner": party, "holder": party, "location": depot(party),
            "unit": "U-17",
        }),
    )
}

pub(crate) fn turn_in(receipt: &str, items: &[&str]) -> Draft {
    draft("SubCustodyReturned", json!({ "receipt": receipt, "items": items }))
}

/// Another condition of goods that `party` owns and keeps in its depot.
pub(crate) fn regrade(item: &str, party: &str, from: &str, to: &str) -> Draft {
    draft(
        "ConditionChanged",
        json!({
            "item": item, "owner": party, "holder": party, "location": depot(party), "from": from, "to": to,
            "reason": "inspected",
        }),
    )
}

/// A count of everything in the depot of `party`.
pub(crate) fn take_stock(count: &str, party: &str, on: &str, counted: &[&str]) -> Draft {
    draft(
        "PhysicalCountRecorded",
        json!({
            "count": count, "holder": party, "location": depot(party), "counted_on": on, "scope": "ALL",
            "counted": counted,
        }),
    )
}

pub(crate) fn explain(count: &str, item: &str) -> Draft {
    draft("CountVarianceResolved", json!({ "count": count, "item": item, "finding": "counted twice" }))
}

/// LV orders from EE, worth 1,000 euro.
pub(crate) fn order(id: &str, repay: &str, items: &[&str]) -> Draft {
    draft(
        "SupportOrdered",
        json!({
            "order": id, "supplier": EE, "receiver": LV, "items": items, "value": "1000.00 EUR",
            "repay": repay, "purpose": "exercise",
        }),
    )
}

/// From the depot of EE to that of LV.
pub(crate) fn supply(id: &str, items: &[&str], value: &str) -> Draft {
    draft(
        "SupportDelivered",
        json!({
            "order": id, "items": items, "value": value, "from_location": depot(EE), "location": depot(LV),
            "condition": "A",
        }),
    )
}

/// From the depot of LV to that of EE.
pub(crate) fn give_back(id: &str, items: &[&str]) -> Draft {
    draft(
        "SupportReciprocated",
        json!({
            "order": id, "items": items, "from_location": depot(LV), "location": depot(EE), "condition": "A",
        }),
    )
}

pub(crate) fn bill(id: &str, invoice: &str, amount: &str) -> Draft {
    draft("SupportInvoiced", json!({ "order": id, "invoice": invoice, "amount": amount }))
}

pub(crate) fn settle(id: &str, bank_ref: &str, amount: &str) -> Draft {
    draft(
        "SupportPaid",
        json!({ "order": id, "amount": amount, "value_date": "2026-03-01", "bank_ref": bank_ref }),
    )
}

pub(crate) fn call_off(id: &str, party: &str) -> Draft {
    draft("SupportCancelled", json!({ "order": id, "party": party, "reason": "no longer needed" }))
}

impl World {
    /// Issues goods to a unit, with both signatures.
    pub(crate) fn issued(&mut self, receipt: &str, party: &'static str, items: &[&str]) {
        self.agree(&[(party, PBO), (party, HRH)], issue(receipt, party, items));
    }

    /// Records a count, with both signatures.
    pub(crate) fn counted(&mut self, party: &'static str, count: Draft) -> u64 {
        self.agree(&[(party, PBO), (party, QAR)], count)
    }
}

/// One event of each kind, with its optional fields set.
pub(crate) fn samples() -> Vec<Draft> {
    let rounds = of(ROUNDS, "5 EA");
    vec![
        install(VEHICLE, RADIO),
        remove(VEHICLE, RADIO),
        issue("HR-1", LV, &[GUN, &rounds]).with("owner", EE).with("loan", "T-1"),
        turn_in("HR-1", &[GUN]),
        regrade(&rounds, LV, "A", "J").with("owner", EE).with("loan", "T-1").with("receipt", "HR-1"),
        take_stock("C-1", EE, "2026-02-01", &[GUN, &rounds]).with("absent", json!([GUN2])),
        explain("C-1", GUN2).with("loss", "L-1"),
        order("S-1", "IN_KIND", &[&rounds]),
        supply("S-1", &[&rounds], "1000.00 EUR").with("licence", "LIC-1"),
        give_back("S-1", &[&rounds]).with("value", "10.00 EUR").with("licence", "LIC-2"),
        bill("S-1", "I-1", "10.00 EUR"),
        settle("S-1", "B-1", "10.00 EUR"),
        call_off("S-1", EE),
    ]
}

/// A list of absent items.
pub(crate) fn absent(items: &[&str]) -> Value {
    json!(items)
}
