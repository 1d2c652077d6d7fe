//! A loan from proposal to return, and the other kinds of transfer.

use serde_json::json;

use super::super::world::World;
use super::{AMMO, FUEL, GUN};

pub(super) fn loan(w: &mut World) {
    w.record(
        "EE LIC",
        "record a licence",
        &["licence"],
        json!([{"TransferLicenceRecorded": {
            "licence": "ICT/2026-9", "kind": "EXEMPT", "legal_ground": "Directive 2009/43/EC Art. 4(2)(a)",
            "from": "EE", "to": "LV", "covers_return": true, "ml": ["ML3", "ML4"],
            "valid_from": "2026-01-01", "expiry": "2026-12-31",
            "caps": [{"ml": "ML3", "quantity": "1000 EA"}],
        }}]),
    );
    w.record(
        "EE LIC",
        "record a consent",
        &["retransfer_consent"],
        json!([{"RetransferConsentRecorded": {
            "consent": "FI-PLM-77", "obtained_by": "EE", "consenting_state": "FI",
            "nsns": ["1376-38-123-4567"], "recipients": ["LT", "LV"],
            "conditions": "Training only", "expiry": "2027-01-31",
        }}]),
    );
    w.record(
        "EE PBO",
        "propose a loan",
        &["voucher"],
        json!([{"TransferProposed": {
            "transfer": "LOAN-1", "kind": "LOAN", "from": "EE", "to": "LV", "owner": "EE",
            "items": [format!("{AMMO}=200 EA"), GUN], "purpose": "Exercise Namejs 2026",
            "loan": {"start": "2026-01-30", "due": "2026-06-30", "care": "As EE instruction 84-1"},
            "risk_passes_at": "DISPATCH",
        }}]),
    );
    w.record("LV PBO 2", "approve", &[], json!([{"TransferApproved": {"transfer": "LOAN-1"}}]));
    w.record(
        "EE PBO",
        "reserve",
        &[],
        json!([{"ItemsReserved": {
            "transfer": "LOAN-1", "items": [format!("{AMMO}=100 EA")], "location": "EE-TAPA-1",
        }}]),
    );
    w.record(
        "EE HRH",
        "dispatch",
        &["voucher"],
        json!([{"ConsignmentDispatched": {
            "consignment": "C-1", "transfer": "LOAN-1", "items": [format!("{AMMO}=120 EA"), GUN],
            "from_location": "EE-TAPA-1", "licence": "ICT/2026-9", "seals": ["EE-1001", "EE-1002"],
            "carrier": "Logistikapataljon",
        }}]),
    );
    w.record(
        "LV PBO 2",
        "receive",
        &[],
        json!([{"ConsignmentReceived": {
            "consignment": "C-1",
            "counted": [
                {"item": format!("{AMMO}=108 EA"), "condition": "A"},
                {"item": format!("{AMMO}=2 EA"), "condition": "J"},
                {"item": GUN, "condition": "B"},
            ],
            "location": "LV-ADAZI-2", "seals_intact": false,
        }}]),
    );
}

pub(super) fn loan_ends(w: &mut World) {
    w.record(
        "LV PBO 2",
        "report a shortage",
        &[],
        json!([{"DiscrepancyReported": {
            "discrepancy": "D-1", "consignment": "C-1", "kind": "SHORTAGE",
            "items": [format!("{AMMO}=10 EA")], "finding": "Seal EE-1002 broken, ten rounds missing",
        }}]),
    );
    w.record_with(
        &["EE PBO", "LV PBO 2"],
        "settle the shortage",
        &[],
        json!([{"DiscrepancyResolved": {
            "discrepancy": "D-1", "outcome": "LOST", "finding": "Lost on the road", "liable": "CARRIER",
            "loss": "LOSS-1",
        }}]),
    );
    w.record_with(
        &["EE PBO", "EE MIN"],
        "close the investigation",
        &["investigation_report"],
        json!([{"LossInvestigated": {"loss": "LOSS-1", "finding": "Box fell off at Valga", "liable": "EE"}}]),
    );
    w.record_with(
        &["EE MIN", "EE PBO"],
        "write off",
        &[],
        json!([{"WriteOffApproved": {"loss": "LOSS-1", "reason": "Not found in two searches"}}]),
    );
    w.record(
        "EE PBO",
        "find again",
        &[],
        json!([{"ItemFound": {
            "loss": "LOSS-1", "items": [format!("{AMMO}=3 EA")], "location": "EE-VALGA-3",
        }}]),
    );
    w.record(
        "LV PBO 2",
        "consume",
        &[],
        json!([{"ConsumptionReported": {
            "item": format!("{AMMO}=20 EA"), "owner": "EE", "holder": "LV", "location": "LV-ADAZI-2",
            "loan": "LOAN-1", "activity": "NAMEJS-26/D3",
        }}]),
    );
    w.record(
        "LV PBO 2",
        "lose",
        &["photograph"],
        json!([{"LossReported": {
            "loss": "LOSS-2", "items": [format!("{AMMO}=5 EA")], "owner": "EE", "holder": "LV",
            "location": "LV-ADAZI-2", "loan": "LOAN-1", "circumstances": "Fire in the store",
            "noticed_on": "2026-01-30",
        }}]),
    );
    w.record_with(
        &["LV PBO 2", "EE PBO"],
        "extend",
        &[],
        json!([{"LoanExtended": {"transfer": "LOAN-1", "new_due": "2026-09-30"}}]),
    );
    w.record(
        "EE PBO",
        "recall",
        &[],
        json!([{"LoanRecalled": {"transfer": "LOAN-1", "new_due": "2026-03-31", "reason": "Own exercise"}}]),
    );
    w.record(
        "LV PBO 2",
        "send back",
        &["voucher"],
        json!([{"ReturnDispatched": {
            "consignment": "C-2", "transfer": "LOAN-1", "items": [format!("{AMMO}=50 EA"), GUN],
            "from_location": "LV-ADAZI-2", "licence": "ICT/2026-9", "seals": ["LV-7"],
        }}]),
    );
    w.record(
        "EE HRH",
        "receive back",
        &[],
        json!([{"ReturnReceived": {
            "consignment": "C-2",
            "counted": [{"item": format!("{AMMO}=50 EA"), "condition": "A"}, {"item": GUN, "condition": "F"}],
            "location": "EE-TAPA-1", "seals_intact": true,
        }}]),
    );
}

pub(super) fn other_transfers(w: &mut World) {
    let propose = |transfer: &str, kind: &str, to: &str, item: &str, price: Option<&str>| {
        let mut terms = json!({
            "transfer": transfer, "kind": kind, "from": "EE", "to": to, "owner": "EE", "items": [item],
            "purpose": "Support", "risk_passes_at": "RECEIPT",
        });
        if let Some(price) = price {
            terms["price"] = json!(price);
        }
        json!([{"TransferProposed": terms}])
    };
    let gun = "serial:0AA1J:M3E1:SN-0043";
    w.record("EE PBO", "propose a donation", &[], propose("DON-1", "DONATION", "LT", gun, None));
    w.record(
        "LT PBO",
        "refuse",
        &[],
        json!([{"TransferRefused": {"transfer": "DON-1", "reason": "Nėra vietos sandėlyje"}}]),
    );
    w.record("EE PBO", "propose custody", &[], propose("CUST-1", "CUSTODY", "LT", gun, None));
    w.record(
        "EE PBO",
        "cancel",
        &[],
        json!([{"TransferCancelled": {"transfer": "CUST-1", "reason": "Needed at home"}}]),
    );
    let fuel = format!("{FUEL}=1000.5 LTR");
    w.record("EE PBO", "propose a sale", &[], propose("SALE-1", "SALE", "LV", &fuel, Some("1480.74 EUR")));
    w.record("LV PBO 2", "approve", &[], json!([{"TransferApproved": {"transfer": "SALE-1"}}]));
    w.record(
        "EE HRH",
        "dispatch",
        &[],
        json!([{"ConsignmentDispatched": {
            "consignment": "C-3", "transfer": "SALE-1", "items": [fuel], "from_location": "EE-TAPA-1",
        }}]),
    );
    w.record(
        "LV PBO 2",
        "receive",
        &[],
        json!([{"ConsignmentReceived": {
            "consignment": "C-3", "counted": [{"item": fuel, "condition": "A"}], "location": "LV-RIGA-7",
            "seals_intact": true,
        }}]),
    );
    w.record_with(
        &["EE PBO", "LV PBO 2", "LV FIN"],
        "pass title",
        &["title_deed"],
        json!([{"TitlePassed": {"transfer": "SALE-1", "price": "1480.74 EUR"}}]),
    );
}
