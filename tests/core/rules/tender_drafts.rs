//! Drafts for the stories of `tender.rs`.

use serde_json::{Value, json};

use super::drafts::{Draft, GUN_NSN, ROUNDS_NSN, draft};
use super::world::{EE, FIN, LT, LV, NAD, PCO, World};

/// The supplier of the stories.
pub(crate) const MAKER: &str = "0AA1J";
/// Another one.
pub(crate) const RIVAL: &str = "0BB2J";

/// Funds of a party's own budget.
pub(crate) fn fund(id: &str, programme: &str, party: &str, amount: &str) -> Draft {
    draft(
        "FundingCommitted",
        json!({
            "commitment": id, "programme": programme, "party": party, "amount": amount,
            "budget_line": "16.02.3", "year": 2026, "instrument": "NATIONAL",
        }),
    )
}

/// A restricted procedure under the directive: lot 1 for one supplier, lot 2 for several.
pub(crate) fn launch(id: &str, programme: &str) -> Draft {
    draft(
        "ProcedureLaunched",
        json!({
            "procedure": id, "programme": programme, "legal_basis": "32009L0081", "method": "RESTRICTED",
            "notice_ref": "2026/S-021-55",
            "tender_lots": [
                { "lot": "1", "title": "Rounds and rifles", "multi_supplier": false },
                { "lot": "2", "title": "Training rounds", "multi_supplier": true },
            ],
            "governing_law": EE,
        }),
    )
}

/// An award whose standstill ends with February.
pub(crate) fn award(procedure: &str, lot: &str, supplier: &str) -> Draft {
    draft(
        "TenderLotAwarded",
        json!({
            "procedure": procedure, "lot": lot, "supplier": supplier, "value": "3000000.00 EUR",
            "standstill_until": "2026-02-28",
        }),
    )
}

pub(crate) fn take_back_award(procedure: &str, lot: &str, supplier: &str) -> Draft {
    draft(
        "AwardCancelled",
        json!({ "procedure": procedure, "lot": lot, "supplier": supplier, "reason": "offer withdrawn" }),
    )
}

/// Up to 1,000 rounds at 2,500.00 and 5 rifles at 20,000.00, together up to 2 million euro, for four years from
/// March; all three may order.
pub(crate) fn framework(id: &str, procedure: &str) -> Draft {
    draft(
        "FrameworkSigned",
        json!({
            "framework": id, "procedure": procedure, "lot": "1", "suppliers": [MAKER],
            "ceiling": "2000000.00 EUR", "lines": framework_lines(), "start": "2026-03-01",
            "end": "2030-02-28", "who_may_order": [EE, LT, LV],
        }),
    )
}

pub(crate) fn framework_lines() -> Value {
    json!([
        {
            "line": 1, "description": "84 mm rounds", "nsn": ROUNDS_NSN, "ml": "ML3", "hazard": "1.2E",
            "neq_g_per_unit": 900, "ceiling": "1000 EA", "unit_price": "2500.00 EUR",
        },
        {
            "line": 2, "description": "84 mm rifle", "nsn": GUN_NSN, "ceiling": "5 EA",
            "unit_price": "20000.00 EUR",
        },
    ])
}

pub(crate) fn prolong(framework: &str, end: &str) -> Draft {
    draft("FrameworkExtended", json!({ "framework": framework, "end": end }))
}

/// Parts of a line: party and quantity.
pub(crate) fn parts(parts: &[(&str, &str)]) -> Value {
    parts.iter().map(|(party, quantity)| json!({ "party": party, "quantity": quantity })).collect()
}

/// Orders rounds of line 1.
pub(crate) fn call_off(id: &str, framework: &str, buyer: &str, quantity: &str, of: &[(&str, &str)]) -> Draft {
    draft(
        "CallOffOrdered",
        json!({
            "contract": id, "framework": framework, "supplier": MAKER, "buyer": buyer,
            "lines": [{ "line": 1, "quantity": quantity, "per_party": parts(of) }],
            "payment_terms": "30 days after acceptance",
            "supply": { "supplier_nation": "SE", "quality_assurance": false, "warranty_days": 730 },
        }),
    )
}

/// A contract line of rounds.
pub(crate) fn rounds_line(number: u32, quantity: &str, price: &str, of: &[(&str, &str)]) -> Value {
    json!({
        "line": number, "description": "84 mm rounds", "nsn": ROUNDS_NSN, "ml": "ML3", "hazard": "1.2E",
        "neq_g_per_unit": 900, "quantity": quantity, "unit_price": price, "per_party": parts(of),
    })
}

/// Terms of supply of a contract, for a delivery to Lithuania in September.
pub(crate) fn supply_terms(contract: &str) -> Draft {
    draft(
        "SupplyTermsAgreed",
        json!({
            "contract": contract,
            "supply": { "supplier_nation": "SE", "quality_assurance": false, "warranty_days": 730 },
            "schedule": [{ "line": 1, "party": LT, "quantity": "100 EA", "due": "2026-09-30" }],
        }),
    )
}

pub(crate) fn amend(contract: &str, lines: Vec<Value>) -> Draft {
    draft("ContractAmended", json!({ "contract": contract, "lines": lines, "reason": "more is needed" }))
}

/// An option until the end of June.
pub(crate) fn option(id: &str, contract: &str, line: Value) -> Draft {
    draft(
        "OptionAgreed",
        json!({ "option": id, "contract": contract, "line": line, "expires": "2026-06-30" }),
    )
}

pub(crate) fn exercise(option: &str) -> Draft {
    draft("OptionExercised", json!({ "option": option }))
}

pub(crate) fn lapse(option: &str) -> Draft {
    draft("OptionLapsed", json!({ "option": option }))
}

/// The same share of quantity, common cost and fee for each party.
pub(crate) fn shares(of: &[(&str, &str)]) -> Value {
    of.iter()
        .map(|(party, share)| {
            json!({
                "party": party, "quantity_share": share, "common_cost_share": share, "fee_share": share
            })
        })
        .collect()
}

pub(crate) fn admit(programme: &str, party: &str, of: &[(&str, &str)]) -> Draft {
    draft("ParticipantAdmitted", json!({ "programme": programme, "party": party, "shares": shares(of) }))
}

pub(crate) fn withdraw(programme: &str, party: &str, effective: &str, of: &[(&str, &str)]) -> Draft {
    draft(
        "ParticipantWithdrew",
        json!({
            "programme": programme, "party": party, "effective": effective,
            "settled_liability": "1000.00 EUR", "reallocation": shares(of),
        }),
    )
}

pub(crate) fn abandon(programme: &str) -> Draft {
    draft("ProgrammeCancelled", json!({ "programme": programme, "reason": "no offers" }))
}

impl World {
    /// Funds of all three for the programme: a million euro each.
    pub(crate) fn funded(&mut self, programme: &str) {
        for party in [EE, LT, LV] {
            self.accept(
                (party, FIN),
                fund(&format!("{programme}/{party}"), programme, party, "1000000.00 EUR"),
            );
        }
    }

    /// A programme with procedure `T-1`, whose lots are awarded and may be signed: it is the first of March.
    pub(crate) fn awarded(&mut self, programme: &str) {
        *self = World::with_regime();
        self.arranged(programme);
        self.accept((EE, PCO), launch("T-1", programme));
        self.agree(&[(EE, PCO), (EE, NAD)], award("T-1", "1", MAKER));
        self.day("2026-03-01");
    }

    /// The same with funds and framework `F-1`.
    pub(crate) fn framed(&mut self, programme: &str) {
        self.awarded(programme);
        self.funded(programme);
        self.accept((EE, PCO), framework("F-1", "T-1"));
    }
}

/// One event of each kind, with its optional fields set.
pub(crate) fn samples() -> Vec<Draft> {
    let scheduled = json!([{ "line": 1, "party": EE, "quantity": "10 EA", "due": "2026-09-30" }]);
    let mut lines = framework_lines();
    lines[1]["restricted_by"] = json!("SE");
    let mut supply = json!({ "supplier_nation": "SE", "quality_assurance": true, "warranty_days": 730 });
    supply["advance_cap"] = json!("1000.00 EUR");
    let mut line = rounds_line(3, "10 EA", "2400.00 EUR", &[(EE, "10 EA")]);
    line["restricted_by"] = json!("SE");
    let halves = [(EE, "1/2"), (LV, "1/2")];
    vec![
        fund("M-1", "P-1", EE, "1000000.00 EUR").with("instrument", "EDIRPA"),
        launch("T-1", "P-1"),
        award("T-1", "1", MAKER),
        take_back_award("T-1", "1", MAKER),
        framework("F-1", "T-1").with("lines", lines).with("extensions", json!(["2032-02-28", "2033-02-28"])),
        prolong("F-1", "2032-02-28"),
        call_off("C-1", "F-1", EE, "10 EA", &[(EE, "10 EA")])
            .with("supply", supply.clone())
            .with("schedule", scheduled.clone()),
        supply_terms("C-1").with("supply", supply),
        amend("C-1", vec![line.clone()]).with("schedule", scheduled),
        option("N-1", "C-1", line),
        exercise("N-1"),
        lapse("N-1"),
        admit("P-1", LV, &halves),
        withdraw("P-1", LT, "2026-06-01", &halves),
        abandon("P-1"),
    ]
}
