//! Drafts for the stories of `books.rs`, `period.rs` and `engagement.rs`.

use ledger_core::domain::Role;
use serde_json::{Value, json};

use super::drafts::{Draft, draft};
use super::world::{AUD, EE, FIN, LT, LV, MIN, PBO, ROOT, Who, World, enrol, key_of};

pub(crate) const REC: Role = Role::Reconciliation;

/// The tolerances as the parties might agree on them.
pub(crate) fn tolerances() -> Draft {
    tolerances_with(json!({}))
}

/// The same with some of them changed.
pub(crate) fn tolerances_with(changes: Value) -> Draft {
    let mut tolerances = json!({
        "bulk_bp": 50, "value_date_days": 3, "crossing_min": 30, "rounding_minor": 1, "late_days": 7,
        "acceptance_days": 90,
    });
    for (name, value) in changes.as_object().unwrap() {
        tolerances[name] = value.clone();
    }
    draft("ReconciliationTolerancesSet", json!({ "tolerances": tolerances }))
}

/// A statement of a party's stock.
pub(crate) fn statement(id: &str, party: &str, as_of: &str) -> Draft {
    draft(
        "ExternalStatementIngested",
        json!({
            "statement": id, "kind": "R1", "party": party, "source": "DEPOT-1", "as_of": as_of,
            "sha256": "7".repeat(64), "rows": 40,
        }),
    )
}

/// A run of a party's stock against a statement, when the ledger had `size` entries.
pub(crate) fn run(id: &str, party: &str, statement: &str, size: u64, broken: u32) -> Draft {
    draft(
        "ReconciliationRun",
        json!({
            "run": id, "kind": "R1", "party": party, "statement": statement, "size": size,
            "rules_version": 2, "matched": 38, "broken": broken,
        }),
    )
}

/// A break in what a run found: ten too few in the book.
pub(crate) fn broken(id: &str, run: &str, party: &str) -> Draft {
    draft(
        "BreakOpened",
        json!({
            "break_id": id, "run": run, "class": "B03", "subject": "batch LOT-7 at Tapa",
            "quantity": "10 EA", "more_in": "LEDGER", "since": "2026-01-31", "party": party,
        }),
    )
}

pub(crate) fn found_again(id: &str, run: &str, quantity: &str) -> Draft {
    draft("BreakFoundAgain", json!({ "break_id": id, "run": run, "quantity": quantity, "more_in": "LEDGER" }))
}

pub(crate) fn explain(id: &str) -> Draft {
    draft("BreakExplained", json!({ "break_id": id, "reason": "the store booked it a day later" }))
}

pub(crate) fn live_with(id: &str, limit: &str, until: &str) -> Draft {
    draft(
        "BreakAccepted",
        json!({ "break_id": id, "reason": "counted again at the year's end", "limit_quantity": limit, "until": until }),
    )
}

pub(crate) fn corrected(id: &str, entry: u64) -> Draft {
    draft("BreakCorrected", json!({ "break_id": id, "entry": entry }))
}

pub(crate) fn close(id: &str) -> Draft {
    draft("BreakClosed", json!({ "break_id": id }))
}

pub(crate) fn sign_off(run: &str, party: &str) -> Draft {
    draft("ReconciliationSignedOff", json!({ "run": run, "party": party }))
}

/// A cut-off; whether root and size are those of the day is not for the domain to know.
pub(crate) fn cut_off(period: &str, last_day: &str, size: u64) -> Draft {
    draft(
        "PeriodCutoffFixed",
        json!({ "period": period, "last_day": last_day, "size": size, "root": "6".repeat(64) }),
    )
}

/// What one party confirms: who owes whom.
pub(crate) fn confirm(period: &str, of: &str, with: &str, balances: &[(&str, &str, &str)]) -> Draft {
    let balances: Vec<Value> = balances
        .iter()
        .map(|(debtor, creditor, amount)| json!({ "debtor": debtor, "creditor": creditor, "amount": amount }))
        .collect();
    draft(
        "BalanceConfirmed",
        json!({ "period": period, "party": of, "counterparty": with, "balances": balances }),
    )
}

pub(crate) fn engage(id: &str) -> Draft {
    draft(
        "AuditEngagementOpened",
        json!({
            "engagement": id, "from": "2026-01-01", "until": "2026-01-31", "scope": "payments of the month",
            "commitment": key_of((id_of(id), AUD)),
        }),
    )
}

/// Two letters of an engagement, so that no two have one commitment.
fn id_of(id: &str) -> &'static str {
    if id.ends_with('1') { EE } else { LV }
}

/// A sample of two entries at random out of `size`.
pub(crate) fn drawn(id: &str, engagement: &str, day: &str, size: u64) -> Draft {
    draft(
        "SampleDrawn",
        json!({
            "sample": id, "engagement": engagement, "day": day, "size": size, "root": "6".repeat(64),
            "population": "payments", "method": "RANDOM", "secret": "9".repeat(64), "units": 20, "drawn": 2,
            "positions": [3, 5],
        }),
    )
}

pub(crate) fn bundle(sample: &str, entry: u64) -> Draft {
    draft("EvidenceBundleIssued", json!({ "sample": sample, "entry": entry, "bundle": "8".repeat(64) }))
}

pub(crate) fn finding(id: &str, engagement: &str, party: &str) -> Draft {
    draft(
        "FindingRaised",
        json!({
            "finding": id, "engagement": engagement, "party": party, "severity": "MEDIUM", "entries": [3],
            "text": "paid before the goods were accepted", "answer_by": "2026-04-30",
        }),
    )
}

pub(crate) fn reply(finding: &str) -> Draft {
    draft(
        "ManagementReplied",
        json!({ "finding": finding, "reply": "the procedure is changed", "accepted": true, "due": "2026-06-30" }),
    )
}

pub(crate) fn close_finding(id: &str) -> Draft {
    draft("FindingClosed", json!({ "finding": id, "conclusion": "mended" }))
}

/// The two who answer for a party's books.
pub(crate) fn both(party: &'static str) -> [Who; 2] {
    [(party, PBO), (party, FIN)]
}

impl World {
    /// With reconciliation services, and tolerances that were agreed on.
    pub(crate) fn with_books() -> Self {
        let mut world = Self::with_regime();
        for (party, witness) in [(EE, LV), (LV, LT), (LT, EE)] {
            world.agree(&[(party, ROOT), (witness, ROOT)], enrol(key_of((party, REC)), party, REC));
        }
        world.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], tolerances());
        world.day("2026-02-02");
        world.forget();
        world
    }

    /// How many entries there are.
    pub(crate) fn size(&self) -> u64 {
        self.history.len() as u64
    }

    /// Compares Estonia's stock and counts so many breaks.
    pub(crate) fn compared(&mut self, id: &str, broken: u32) {
        let (statement_id, day) = (format!("S-{id}"), self.now.date().to_string());
        self.accept((EE, REC), statement(&statement_id, EE, &day));
        let size = self.size();
        self.accept((EE, REC), run(id, EE, &statement_id, size, broken));
    }

    /// The same, and one break is found: Estonia's.
    pub(crate) fn broken(&mut self, run: &str, id: &str) {
        self.compared(run, 1);
        self.accept((EE, REC), broken(id, run, EE));
    }

    /// The cut-off of a period is fixed by all.
    pub(crate) fn fixed(&mut self, period: &str, last_day: &str) -> u64 {
        let size = self.size();
        let all = [(EE, PBO), (EE, FIN), (LT, PBO), (LT, FIN), (LV, PBO), (LV, FIN)];
        self.agree(&all, cut_off(period, last_day, size))
    }

    /// Estonia's and Latvia's are two sides of a run of what they owe one another.
    pub(crate) fn mutual(&mut self, id: &str, broken: u32) {
        let day = self.now.date().to_string();
        let text = statement(&format!("S-{id}"), LV, &day).with("kind", "R6");
        self.accept((LV, REC), text);
        let size = self.size();
        let mutual = run(id, EE, &format!("S-{id}"), size, broken).with("kind", "R6");
        self.accept((EE, REC), mutual.with("counterparty", LV));
    }
}

/// One event of each kind, with its optional fields set.
pub(crate) fn samples() -> Vec<Draft> {
    vec![
        statement("S-1", EE, "2026-01-31"),
        run("R-1", EE, "S-1", 70, 1).with("kind", "R6").with("counterparty", LV),
        broken("B-1", "R-1", EE).with("amount", "3.00 EUR"),
        explain("B-1").with("resolved_by", "2026-02-28"),
        live_with("B-1", "12 EA", "2026-04-30").with("limit_amount", "1.00 EUR"),
        corrected("B-1", 7),
        close("B-1").with("remark", "agreed by both"),
        sign_off("R-1", EE),
        tolerances(),
        found_again("B-1", "R-2", "9 EA").with("amount", "2.00 EUR"),
        cut_off("2026-01", "2026-01-31", 70),
        confirm("2026-01", EE, LV, &[(EE, LV, "10.00 EUR"), (LV, EE, "3.00 USD")]),
        engage("E-1").with("period", "2026-01"),
        drawn("SA-1", "E-1", "2026-02-28", 90).with("currency", "EUR").with("list", "4".repeat(64)),
        bundle("SA-1", 3),
        finding("F-1", "E-1", EE).with("subjects", json!(["contract C-1"])),
        reply("F-1"),
        close_finding("F-1"),
    ]
}
