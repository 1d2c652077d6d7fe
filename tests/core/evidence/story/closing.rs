//! Books are compared, a month is closed, and an auditor draws a sample of it.

use ledger_core::domain::Digest;
use ledger_core::ledger::digest::sha256;
use serde_json::{Value, json};

use super::super::world::{World, key, time};

/// Moves the clock to nine o'clock of a day.
fn day(w: &mut World, date: &str) {
    w.now = time(&format!("{date}T09:00:00Z"));
}

/// Size and root at the end of a day.
fn end_of(w: &World, date: &str) -> (u64, Digest) {
    w.journal.tip().at_end_of(date.parse().unwrap())
}

fn statement(id: &str, kind: &str, party: &str, source: &str, as_of: &str) -> Value {
    json!([{"ExternalStatementIngested": {
        "statement": id, "kind": kind, "party": party, "source": source, "as_of": as_of,
        "sha256": sha256(&[id.as_bytes()]), "rows": 412,
    }}])
}

fn run(w: &World, id: &str, kind: &str, statement: &str, counterparty: Option<&str>, broken: u32) -> Value {
    let size = w.journal.head().size;
    json!([{"ReconciliationRun": {
        "run": id, "kind": kind, "party": "EE", "counterparty": counterparty, "statement": statement,
        "size": size, "rules_version": 1, "matched": 409, "broken": broken,
    }}])
}

/// Who attests is enrolled, and the parties agree on what books may differ by.
pub(super) fn tolerances(w: &mut World) {
    w.enrol(&["EE REC", "EE AUD"], "LV ROOT");
    w.enrol(&["LV REC", "LV AUD"], "LT ROOT");
    w.record_with(
        &["EE MIN", "LT MIN", "LV MIN"],
        "agree on tolerances",
        &[],
        json!([{"ReconciliationTolerancesSet": {"tolerances": {
            "bulk_bp": 50, "value_date_days": 3, "crossing_min": 30, "rounding_minor": 1, "late_days": 7,
            "acceptance_days": 90,
        }}}]),
    );
}

/// A stock list and a debt are compared; breaks are explained, accepted, corrected, found again and closed.
pub(super) fn comparing(w: &mut World) {
    day(w, "2026-02-26");
    w.record(
        "EE REC",
        "take a stock list in",
        &[],
        statement("EE-STOCK-1", "R1", "EE", "EE-TAPA-1", "2026-02-25"),
    );
    let first = run(w, "EE-R1-1", "R1", "EE-STOCK-1", None, 3);
    w.record("EE REC", "compare the stock", &[], first);
    w.record(
        "EE REC",
        "post the breaks",
        &[],
        json!([
            {"BreakOpened": {
                "break_id": "BRK-01", "run": "EE-R1-1", "class": "B03", "subject": "Diesel at EE-TAPA-1",
                "quantity": "12.5 LTR", "more_in": "LEDGER", "since": "2026-02-10", "party": "EE",
            }},
            {"BreakOpened": {
                "break_id": "BRK-02", "run": "EE-R1-1", "class": "B11", "subject": "SN-0042 is in another depot",
                "since": "2026-02-11", "party": "EE",
            }},
            {"BreakOpened": {
                "break_id": "BRK-03", "run": "EE-R1-1", "class": "B02", "subject": "RADIO-5 7001 is not in the ledger",
                "quantity": "1 EA", "more_in": "BOOK", "since": "2026-02-12", "party": "EE",
            }},
        ]),
    );
    w.record(
        "EE PBO",
        "explain a break",
        &[],
        json!([{"BreakExplained": {
            "break_id": "BRK-02", "reason": "Moved on the day of the list", "resolved_by": "2026-02-28",
        }}]),
    );
    w.record_with(
        &["EE PBO", "EE FIN"],
        "accept a break",
        &[],
        json!([{"BreakAccepted": {
            "break_id": "BRK-01", "reason": "Evaporation", "limit_quantity": "20 LTR", "until": "2026-04-30",
        }}]),
    );
    let missing = w.record(
        "EE PBO",
        "register what the list has",
        &[],
        json!([{"ItemRegistered": {
            "item": "serial:0AA1J:RADIO-5:7001", "description": "Field radio", "condition": "A",
            "owner": "EE", "holder": "EE", "location": "EE-TAPA-1",
        }}]),
    );
    w.record(
        "EE FIN",
        "name the correction",
        &[],
        json!([{"BreakCorrected": {"break_id": "BRK-03", "entry": missing}}]),
    );
    w.record_with(
        &["EE FIN", "EE PBO"],
        "close a break",
        &[],
        json!([{"BreakClosed": {"break_id": "BRK-03", "remark": "Registered"}}]),
    );
    w.record_with(
        &["EE PBO", "EE FIN"],
        "sign off a run",
        &[],
        json!([{"ReconciliationSignedOff": {"run": "EE-R1-1", "party": "EE"}}]),
    );
    again(w);
}

/// The next stock list, and what two parties owe one another.
fn again(w: &mut World) {
    day(w, "2026-02-27");
    w.record(
        "EE REC",
        "take a stock list in",
        &[],
        statement("EE-STOCK-2", "R1", "EE", "EE-TAPA-1", "2026-02-26"),
    );
    let second = run(w, "EE-R1-2", "R1", "EE-STOCK-2", None, 1);
    w.record("EE REC", "compare the stock again", &[], second);
    w.record(
        "EE REC",
        "post a known break",
        &[],
        json!([{"BreakFoundAgain": {
            "break_id": "BRK-01", "run": "EE-R1-2", "quantity": "15 LTR", "more_in": "LEDGER",
        }}]),
    );
    w.record_with(
        &["EE FIN", "EE PBO"],
        "close what is gone",
        &[],
        json!([{"BreakClosed": {"break_id": "BRK-02"}}]),
    );
    w.record(
        "LV REC",
        "take a debt in",
        &[],
        statement("LV-DEBT-1", "R6", "LV", "LV-TREASURY", "2026-02-27"),
    );
    let mutual = run(w, "EE-LV-R6-1", "R6", "LV-DEBT-1", Some("LV"), 1);
    w.record("EE REC", "compare what is owed", &[], mutual);
    w.record(
        "EE REC",
        "post a break",
        &[],
        json!([{"BreakOpened": {
            "break_id": "BRK-04", "run": "EE-LV-R6-1", "class": "B15", "subject": "Share of pool P-1",
            "amount": "0.01 EUR", "more_in": "BOOK", "since": "2026-02-20", "party": "EE",
        }}]),
    );
    w.record_with(
        &["EE FIN", "EE PBO"],
        "accept a cent",
        &[],
        json!([{"BreakAccepted": {
            "break_id": "BRK-04", "reason": "Rounding", "limit_amount": "0.02 EUR", "until": "2026-03-31",
        }}]),
    );
    day(w, "2026-02-28");
    w.record(
        "LV REC",
        "take a debt in",
        &[],
        statement("LV-DEBT-2", "R6", "LV", "LV-TREASURY", "2026-02-28"),
    );
    let mutual = run(w, "EE-LV-R6-2", "R6", "LV-DEBT-2", Some("LV"), 1);
    w.record("EE REC", "compare what is owed again", &[], mutual);
    w.record(
        "EE REC",
        "post a known break",
        &[],
        json!([{"BreakFoundAgain": {
            "break_id": "BRK-04", "run": "EE-LV-R6-2", "amount": "0.02 EUR", "more_in": "BOOK",
        }}]),
    );
}

/// An engagement is opened; then February is closed and what is owed is confirmed.
pub(super) fn month(w: &mut World) {
    w.record(
        "LV AUD",
        "open an engagement",
        &[],
        json!([{"AuditEngagementOpened": {
            "engagement": "VK-2026-1", "from": "2026-01-30", "until": "2026-02-28",
            "scope": "Payments and loans", "commitment": sha256(&[&secret("VK-2026-1")]),
        }}]),
    );
    day(w, "2026-03-02");
    let (size, root) = end_of(w, "2026-02-28");
    w.record_with(
        &["EE FIN", "EE PBO", "LT FIN", "LT PBO", "LV FIN", "LV PBO 2"],
        "fix the cut-off",
        &[],
        json!([{"PeriodCutoffFixed": {"period": "2026-02", "last_day": "2026-02-28", "size": size, "root": root}}]),
    );
    let balances = json!([
        {"debtor": "LV", "creditor": "EE", "amount": "125.00 EUR"},
        {"debtor": "EE", "creditor": "LV", "amount": "3.50 USD"},
    ]);
    for (party, other, signers) in [("EE", "LV", ["EE FIN", "EE PBO"]), ("LV", "EE", ["LV FIN", "LV PBO 2"])]
    {
        w.record_with(
            &signers,
            "confirm a balance",
            &[],
            json!([{"BalanceConfirmed": {
                "period": "2026-02", "party": party, "counterparty": other, "balances": balances,
            }}]),
        );
    }
}

/// An auditor's secret of an engagement.
fn secret(engagement: &str) -> [u8; 32] {
    *sha256(&[b"jointledger test-only secret: ", engagement.as_bytes()]).as_bytes()
}

/// A sample is drawn, evidence issued, a finding raised, answered and closed.
pub(super) fn audit(w: &mut World) {
    let (size, root) = end_of(w, "2026-02-28");
    let told = hex::encode(secret("VK-2026-1"));
    w.record(
        "LV AUD",
        "draw a sample",
        &[],
        json!([{"SampleDrawn": {
            "sample": "VK-2026-1.A", "engagement": "VK-2026-1", "day": "2026-02-28", "size": size, "root": root,
            "population": "payments", "method": "MONETARY_UNIT", "currency": "EUR", "secret": told,
            "units": 41, "drawn": 3, "positions": [101, 160], "list": sha256(&[b"list of VK-2026-1.A"]),
        }}]),
    );
    w.record(
        "LV AUD",
        "issue evidence",
        &[],
        json!([{"EvidenceBundleIssued": {
            "sample": "VK-2026-1.A", "entry": 101, "bundle": sha256(&[b"bundle of 101"]),
        }}]),
    );
    w.record(
        "LV AUD",
        "raise a finding",
        &[],
        json!([{"FindingRaised": {
            "finding": "VK-2026-1.F1", "engagement": "VK-2026-1", "party": "EE", "severity": "MEDIUM",
            "entries": [101], "subjects": ["Advances of February"], "text": "No agreement is bound to the payment",
            "answer_by": "2026-03-31",
        }}]),
    );
    w.record(
        "EE NAD",
        "contest a finding",
        &[],
        json!([{"ManagementReplied": {
            "finding": "VK-2026-1.F1", "reply": "The agreement is kept on paper", "accepted": false,
        }}]),
    );
    w.record(
        "EE MIN",
        "accept a finding",
        &[],
        json!([{"ManagementReplied": {
            "finding": "VK-2026-1.F1", "reply": "It will be bound", "accepted": true, "due": "2026-04-30",
        }}]),
    );
    w.record(
        "LV AUD",
        "close a finding",
        &[],
        json!([{"FindingClosed": {"finding": "VK-2026-1.F1", "conclusion": "Bound in the meantime"}}]),
    );
    w.record(
        "EE AUD",
        "open an engagement for a period",
        &[],
        json!([{"AuditEngagementOpened": {
            "engagement": "RK-2026-1", "period": "2026-02", "scope": "Stocks", "commitment": key("EE AUD"),
        }}]),
    );
}
