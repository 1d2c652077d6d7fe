//! The inventory of a ministry against its own book: each class of break, alone and together, and that nothing
//! else is reported.

use std::collections::BTreeSet;
use std::sync::Arc;

use ledger_core::domain::codes::{DocumentKind, Marking};
use ledger_core::domain::reconcile::{
    BookRow, Break, BreakClass, Delta, Field, MatchRule, Reconciliation, Tolerances, books_of, reconcile,
};
use ledger_core::domain::{
    Act, ActId, Digest, Document, Party, PublicKey, RecordedAct, Role, State, Timestamp,
};
use ledger_core::exchange::books::{self, Books};
use proptest::prelude::*;
use serde_json::{Value, json};

use BreakClass::{
    Condition, Duplicate, Identity, Location, MissingInBook, MissingInLedger, Quantity, Timing, WrongParty,
};

const GUN: &str = "serial:0AA1J:M3E1:SN-0042";
const ROUNDS: &str = "batch:1376-38-123-4567:EA-22-07";
const FUEL: &str = "bulk:9140-38-000-0001";
const RATIONS: &str = "bulk:8970-38-000-0002";

/// The officers of a party who keep its book and have its goods in hand.
const BOOK: Role = Role::PropertyBookOfficer;
const HANDS: Role = Role::HandReceiptHolder;

fn party(code: &str) -> Party {
    code.parse().unwrap()
}

pub(super) fn key_of(party: &str, role: Role) -> PublicKey {
    let mut bytes = [0x22; 32];
    bytes[..2].copy_from_slice(party.as_bytes());
    bytes[2] = role.number();
    PublicKey::new(bytes)
}

/// A ledger of EE, LV and LT with the officers that registers need.
pub(super) struct Ledger {
    pub(super) state: State,
    pub(super) seq: u64,
    pub(super) now: Timestamp,
}

impl Ledger {
    fn new() -> Self {
        let mut ledger = Self { state: State::new(), seq: 0, now: "2026-01-30T09:00:00Z".parse().unwrap() };
        let parties = ["EE", "LT", "LV"];
        let founders: Vec<Value> = parties
            .iter()
            .map(|party| json!({ "party": party, "name": "Ministry", "root_key": key_of(party, Role::Root) }))
            .collect();
        let signatures: Vec<Value> =
            parties.iter().map(|party| json!({ "party": party, "signature": "00".repeat(64) })).collect();
        let charter = json!({
            "origin": "ledger.example/test", "purpose": "tests", "parties": founders,
            "parameters": { "clock_skew_ms": 0, "in_transit_limit_h": 72, "discrepancy_answer_days": 30 },
        });
        ledger.record(
            key_of("EE", Role::Root),
            "LedgerConstituted",
            json!({ "charter": charter, "signatures": signatures }),
        );
        for (party, witness) in [("EE", "LV"), ("LV", "LT"), ("LT", "EE")] {
            for role in [BOOK, HANDS] {
                let enrolment = json!({ "key": key_of(party, role), "party": party, "role": role });
                ledger.record(key_of(party, Role::Root), "KeyEnrolled", enrolment);
                ledger.countersign(key_of(witness, Role::Root));
            }
        }
        ledger
    }

    /// Records one event; true when it waits for more signatures.
    pub(super) fn record(&mut self, author: PublicKey, kind: &str, mut fields: Value) -> bool {
        fields["occurred_at"] = self.now.to_string().into();
        let event = serde_json::from_value(json!({ kind: fields })).unwrap();
        let mut id = [0; 16];
        id[8..].copy_from_slice(&self.seq.to_be_bytes());
        let documents = DocumentKind::ALL
            .iter()
            .map(|(number, kind)| Document {
                kind: *kind,
                sha256: Digest::new([*number; 32]),
                bytes: 1,
                media_type: "application/pdf".parse().unwrap(),
                marking: Marking::Unclassified,
            })
            .collect();
        self.record_act(author, Act { id: ActId::new(id), documents, events: vec![event] })
    }

    /// Records an act; true when it waits for more signatures.
    pub(super) fn record_act(&mut self, author: PublicKey, act: Act) -> bool {
        let kind = act.events[0].name();
        let act = Arc::new(RecordedAct {
            seq: self.seq,
            recorded_at: self.now,
            author,
            act,
            countersigned_by: Vec::new(),
        });
        let admitted = self.state.admit(&act).unwrap_or_else(|no| panic!("{kind}: {no}"));
        let waits = !admitted.missing().is_empty();
        self.state.apply(&act, admitted);
        self.seq += 1;
        self.now = self.now.later_by(60_000);
        waits
    }

    /// Countersigns the last act.
    pub(super) fn countersign(&mut self, by: PublicKey) {
        let entry = self.seq - 1;
        self.record(by, "ActCountersigned", json!({ "entry": entry }));
    }

    fn by(&mut self, who: &str, role: Role, kind: &str, fields: Value) {
        assert!(!self.record(key_of(who, role), kind, fields), "{kind} waits");
    }

    /// Registers an item in a position written `location condition holder owner`.
    fn register(&mut self, item: &str, position: &str) {
        self.register_with(item, position, json!({}));
    }

    fn register_with(&mut self, item: &str, position: &str, more: Value) {
        let [location, condition, holder, owner] = words(position);
        let mut fields = json!({
            "item": item, "description": "materiel", "condition": condition, "owner": owner,
            "holder": holder, "location": location,
        });
        if item.starts_with("batch:") {
            fields["hazard"] = json!("1.4S");
            fields["neq_g_per_unit"] = json!(1);
        }
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        if self.record(key_of(owner, BOOK), "ItemRegistered", fields) {
            self.countersign(key_of(holder, BOOK));
        }
    }

    pub(super) fn with(items: &[(&str, &str)]) -> Self {
        let mut ledger = Self::new();
        for (item, position) in items {
            ledger.register(item, position);
        }
        ledger
    }

    /// EE lends to LV: agreed and dispatched as consignment `C-1` from Tapa.
    fn lend_out(&mut self, items: &[&str]) {
        let proposal = json!({
            "transfer": "LOAN-1", "kind": "LOAN", "from": "EE", "to": "LV", "owner": "EE", "items": items,
            "purpose": "exercise", "risk_passes_at": "RECEIPT",
            "loan": { "start": "2026-02-01", "due": "2026-06-30" },
        });
        self.by("EE", BOOK, "TransferProposed", proposal);
        self.by("LV", BOOK, "TransferApproved", json!({ "transfer": "LOAN-1" }));
        let consignment =
            json!({ "consignment": "C-1", "transfer": "LOAN-1", "items": items, "from_location": "Tapa" });
        self.by("EE", HANDS, "ConsignmentDispatched", consignment);
    }

    /// LV receives it in Adazi.
    fn arrive(&mut self, items: &[&str]) {
        let counted: Vec<Value> =
            items.iter().map(|item| json!({ "item": item, "condition": "A" })).collect();
        let receipt =
            json!({ "consignment": "C-1", "counted": counted, "location": "Adazi", "seals_intact": true });
        self.by("LV", HANDS, "ConsignmentReceived", receipt);
    }

    fn books(&self) -> Vec<BookRow> {
        books_of(&self.state, party("EE"))
    }

    fn against(&self, rows: &[BookRow]) -> Reconciliation {
        checked(&self.state, "EE", rows)
    }

    /// What is broken when the book of EE says this.
    fn breaks(&self, rows: &[(&str, &str)]) -> Vec<Break> {
        self.against(&book("EE", rows)).breaks
    }

    /// The only break when the book of EE says this.
    fn only_break(&self, rows: &[(&str, &str)]) -> Break {
        let breaks = self.breaks(rows);
        let [only] = breaks.as_slice() else { panic!("one break, not {breaks:#?}") };
        only.clone()
    }

    fn rules(&self, rows: &[(&str, &str)]) -> Vec<MatchRule> {
        let result = self.against(&book("EE", rows));
        assert_eq!(result.breaks, []);
        result.matches.iter().map(|found| found.rule).collect()
    }
}

/// Reconciles, and checks what holds of every reconciliation.
fn checked(state: &State, ministry: &str, rows: &[BookRow]) -> Reconciliation {
    let result = reconcile(state, party(ministry), rows, Tolerances::default());
    assert_eq!(result, reconcile(state, party(ministry), rows, Tolerances::default()));
    assert_eq!(result.broken.values().sum::<u64>() as usize, result.breaks.len());
    assert_eq!(result.matched.values().sum::<u64>() as usize, result.matches.len());
    let spoken: BTreeSet<u64> = (result.breaks.iter().flat_map(|found| &found.rows))
        .chain(result.matches.iter().flat_map(|found| &found.rows))
        .copied()
        .collect();
    let ours: BTreeSet<u64> =
        rows.iter().filter(|row| row.ministry == party(ministry)).map(|row| row.row).collect();
    assert_eq!(spoken, ours, "every row is in a match or a break");
    let order: Vec<_> = result.breaks.iter().map(|b| (&b.item, b.class, &b.rows)).collect();
    assert!(order.is_sorted(), "{order:?}");
    result
}

fn words(text: &str) -> [&str; 4] {
    text.split(' ').collect::<Vec<_>>().try_into().unwrap()
}

/// A book whose rows are an item with its quantity, and `location condition holder owner`.
fn book(ministry: &str, rows: &[(&str, &str)]) -> Vec<BookRow> {
    rows.iter().zip(2..).map(|((item, position), row)| book_row(row, ministry, item, position)).collect()
}

fn book_row(row: u64, ministry: &str, item: &str, position: &str) -> BookRow {
    let [location, condition, holder, owner] = words(position);
    let (id, quantity) = item.split_once('=').unwrap_or((item, "1 EA"));
    let item: ledger_core::domain::item::ItemId = id.parse().unwrap();
    BookRow {
        row,
        ministry: party(ministry),
        nsn: item.nsn(),
        item,
        quantity: quantity.parse().unwrap(),
        condition: condition.parse().unwrap(),
        location: location.parse().unwrap(),
        holder: party(holder),
        owner: party(owner),
    }
}

fn of(item: &str, quantity: &str) -> String {
    format!("{item}={quantity}")
}

fn fields(found: &Break) -> Vec<Field> {
    found.differences.iter().map(|difference| difference.field).collect()
}

fn classes(breaks: &[Break]) -> Vec<BreakClass> {
    breaks.iter().map(|found| found.class).collect()
}

const TAPA: &str = "Tapa A EE EE";
const VORU: &str = "Voru A EE EE";

// ------------------------------------------------------------------------------------- nothing differs

#[test]
fn a_book_that_says_what_the_ledger_says_has_no_breaks() {
    let (rounds, fuel) = (of(ROUNDS, "500 EA"), of(FUEL, "1000.5 LTR"));
    let rows = [(GUN, TAPA), (rounds.as_str(), VORU), (fuel.as_str(), "Tapa A EE LV")];
    let ledger = Ledger::with(&rows);
    assert_eq!(ledger.rules(&rows), [MatchRule::Exact; 3]);
    let result = ledger.against(&book("EE", &rows));
    assert_eq!((result.ledger_lines, result.book_rows), (3, 3));
    assert_eq!(result.matched[&MatchRule::Exact], 3);
}

#[test]
fn rows_of_other_ministries_are_left_alone() {
    let ledger = Ledger::with(&[(GUN, TAPA)]);
    let mut rows = book("EE", &[(GUN, TAPA)]);
    rows.extend(book("LV", &[("serial:0AA1J:M3E1:SN-9999", "Adazi A LV LV")]));
    let result = ledger.against(&rows);
    assert_eq!((result.breaks.len(), result.book_rows, result.rows_of_others), (0, 1, 1));
}

#[test]
fn several_rows_of_a_book_may_add_up_to_one_line() {
    let (all, most, rest) = (of(ROUNDS, "500 EA"), of(ROUNDS, "300 EA"), of(ROUNDS, "200 EA"));
    let ledger = Ledger::with(&[(&all, TAPA)]);
    assert_eq!(ledger.rules(&[(&most, TAPA), (&rest, TAPA)]), [MatchRule::SumOfRows]);
    let half = of(ROUNDS, "250 EA");
    assert_eq!(ledger.rules(&[(&half, TAPA), (&half, TAPA)]), [MatchRule::SumOfRows]);
}

#[test]
fn another_supply_class_is_the_same_item() {
    let all = of(ROUNDS, "500 EA");
    let ledger = Ledger::with(&[(&all, TAPA)]);
    let other = "batch:1310-38-123-4567:EA-22-07";
    assert_eq!(ledger.rules(&[(&of(other, "500 EA"), TAPA)]), [MatchRule::OtherClass]);
    let found = ledger.only_break(&[(&of(other, "500 EA"), VORU)]);
    assert_eq!((found.class, fields(&found)), (Location, vec![Field::Location]));
    let fuel = Ledger::with(&[(&of(FUEL, "500 LTR"), TAPA)]);
    assert_eq!(fuel.rules(&[("bulk:9130-38-000-0001=500 LTR", TAPA)]), [MatchRule::OtherClass]);
    let ledger = Ledger::with(&[(&all, TAPA), (&of(other, "50 EA"), TAPA)]);
    assert_eq!(ledger.rules(&[(&of(ROUNDS, "550 EA"), TAPA)]), [MatchRule::SumOfLines]);
    let both = [(all.as_str(), TAPA), ("batch:1310-38-123-4567:EA-22-07=50 EA", TAPA)];
    assert_eq!(ledger.rules(&both), [MatchRule::Exact, MatchRule::Exact]);
}

#[test]
fn fuel_may_differ_by_half_a_percent_and_rations_may_not() {
    let ledger = Ledger::with(&[(&of(FUEL, "1000 LTR"), TAPA), (&of(RATIONS, "1000 EA"), TAPA)]);
    let rations = of(RATIONS, "1000 EA");
    for within in ["995 LTR", "1005 LTR", "999.999 LTR"] {
        let rules = ledger.rules(&[(&of(FUEL, within), TAPA), (&rations, TAPA)]);
        assert_eq!(rules.iter().filter(|rule| **rule == MatchRule::Tolerance).count(), 1, "{within}");
    }
    for beyond in ["994.999999 LTR", "1005.000001 LTR"] {
        let found = ledger.only_break(&[(&of(FUEL, beyond), TAPA), (&rations, TAPA)]);
        assert_eq!(found.class, Quantity, "{beyond}");
    }
    let found = ledger.only_break(&[(&of(FUEL, "1000 LTR"), TAPA), (&of(RATIONS, "999 EA"), TAPA)]);
    assert_eq!((found.class, found.delta.unwrap().to_string()), (Quantity, "-1 EA".into()));
    // The same tolerance holds for fuel in another place.
    let found = ledger.only_break(&[(&of(FUEL, "996 LTR"), VORU), (&rations, TAPA)]);
    assert_eq!((found.class, fields(&found)), (Location, vec![Field::Location]));
    let strict = reconcile(
        &ledger.state,
        party("EE"),
        &book("EE", &[(&of(FUEL, "999.999 LTR"), TAPA), (&rations, TAPA)]),
        Tolerances { fuel_bp: 0, ..Tolerances::default() },
    );
    assert_eq!(classes(&strict.breaks), [Quantity]);
}

#[test]
fn a_row_that_says_none_agrees_with_a_ledger_that_has_none() {
    let ledger = Ledger::with(&[(&of(ROUNDS, "500 EA"), TAPA)]);
    let (all, none) = (of(ROUNDS, "500 EA"), of(ROUNDS, "0 EA"));
    let mut rules = ledger.rules(&[(&all, TAPA), (&none, VORU), (&none, TAPA)]);
    rules.sort_unstable();
    assert_eq!(rules, [MatchRule::Exact, MatchRule::None, MatchRule::None]);
    let found = ledger.only_break(&[(&none, TAPA)]);
    assert_eq!((found.class, found.delta.unwrap().to_string()), (Quantity, "-500 EA".into()));
}

// ----------------------------------------------------------------------------------- one class at a time

#[test]
fn what_the_book_lacks_is_missing_in_the_book() {
    let ledger = Ledger::with(&[(GUN, TAPA), (&of(ROUNDS, "500 EA"), TAPA)]);
    let found = ledger.only_break(&[(GUN, TAPA)]);
    assert_eq!((found.class, found.item.to_string()), (MissingInBook, ROUNDS.into()));
    assert_eq!((found.rows, found.book), (vec![], None));
    assert_eq!(found.ledger.unwrap().quantity.to_string(), "500 EA");
    assert_eq!(found.delta.unwrap().to_string(), "-500 EA");
}

#[test]
fn what_the_ledger_lacks_is_missing_in_the_ledger() {
    let ledger = Ledger::with(&[(GUN, TAPA)]);
    let found = ledger.only_break(&[(GUN, TAPA), (&of(FUEL, "20 LTR"), TAPA)]);
    assert_eq!((found.class, found.rows), (MissingInLedger, vec![3]));
    assert_eq!((found.ledger, found.delta.unwrap().to_string()), (None, "+20 LTR".into()));
}

#[test]
fn another_quantity_is_a_break_with_the_delta() {
    let ledger = Ledger::with(&[(&of(ROUNDS, "500 EA"), TAPA)]);
    let found = ledger.only_break(&[(&of(ROUNDS, "480 EA"), TAPA)]);
    assert_eq!((found.class, fields(&found)), (Quantity, vec![Field::Quantity]));
    assert_eq!((found.delta.unwrap().to_string(), found.rows), ("-20 EA".into(), vec![2]));
    let found = ledger.only_break(&[(&of(ROUNDS, "300 EA"), TAPA), (&of(ROUNDS, "220 EA"), TAPA)]);
    assert_eq!((found.class, found.delta.unwrap().to_string()), (Quantity, "+20 EA".into()));
    assert_eq!(found.rows, [2, 3]);
    assert_eq!(found.book.unwrap().quantity.to_string(), "520 EA");
}

#[test]
fn another_unit_is_a_difference_in_quantity() {
    let ledger = Ledger::with(&[(&of(FUEL, "500 LTR"), TAPA)]);
    let found = ledger.only_break(&[(&of(FUEL, "500 KGM"), TAPA)]);
    assert_eq!((found.class, fields(&found), found.delta), (Quantity, vec![Field::Unit], None));
}

#[test]
fn another_owner_or_holder_is_a_wrong_party() {
    let rounds = of(ROUNDS, "500 EA");
    let ledger = Ledger::with(&[(GUN, TAPA), (&rounds, TAPA)]);
    for item in [GUN, &rounds] {
        let other = if item == GUN { rounds.as_str() } else { GUN };
        let found = ledger.only_break(&[(item, "Tapa A EE LV"), (other, TAPA)]);
        assert_eq!((found.class, fields(&found)), (WrongParty, vec![Field::Owner]));
        let found = ledger.only_break(&[(item, "Tapa A LV EE"), (other, TAPA)]);
        assert_eq!((found.class, fields(&found)), (WrongParty, vec![Field::Holder]));
    }
}

#[test]
fn another_condition_or_location_is_named() {
    let rounds = of(ROUNDS, "500 EA");
    let ledger = Ledger::with(&[(GUN, TAPA), (&rounds, TAPA)]);
    let breaks = ledger.breaks(&[(GUN, "Tapa F EE EE"), (&rounds, VORU)]);
    assert_eq!(classes(&breaks), [Condition, Location]);
    let [condition] = breaks[0].differences.as_slice() else { panic!("{breaks:#?}") };
    assert_eq!((condition.ledger.as_str(), condition.book.as_str()), ("A", "F"));
    let [location] = breaks[1].differences.as_slice() else { panic!("{breaks:#?}") };
    assert_eq!((location.ledger.as_str(), location.book.as_str()), ("Tapa", "Voru"));
}

#[test]
fn a_slip_in_a_serial_batch_or_stock_number_offers_the_nearest() {
    let (rounds, fuel) = (of(ROUNDS, "500 EA"), of(FUEL, "20 LTR"));
    let ledger = Ledger::with(&[(GUN, TAPA), (&rounds, TAPA), (&fuel, TAPA)]);
    for (wrong, field) in [
        ("serial:0AA1J:M3E1:SN-0024", Field::Serial),
        ("serial:0AA1J:M3E1:SN-O042", Field::Serial),
        ("serial:0AA1J:M31:SN-0042", Field::Serial),
        ("batch:1376-38-123-4567:EA-22-077=500 EA", Field::Batch),
        ("batch:1376-38-123-5467:EA-22-07=500 EA", Field::Nsn),
        ("bulk:9140-38-000-0007=20 LTR", Field::Nsn),
    ] {
        let kind = wrong.split(':').next().unwrap();
        let right: Vec<(&str, &str)> = [GUN, &rounds, &fuel]
            .into_iter()
            .filter(|item| !item.starts_with(kind))
            .chain([wrong])
            .map(|item| (item, TAPA))
            .collect();
        let found = ledger.only_break(&right);
        assert_eq!((found.class, fields(&found)), (Identity, vec![field]), "{wrong}");
        assert!(found.item.to_string().starts_with(kind), "{wrong}");
        let nearest = found.candidate.unwrap();
        assert_eq!(nearest.holding.item, found.item, "{wrong}");
    }
}

#[test]
fn the_stock_number_of_a_serial_item_is_compared_when_both_have_one() {
    let mut ledger = Ledger::new();
    ledger.register_with(GUN, TAPA, json!({ "nsn": "1055-38-111-2222" }));
    let mut rows = book("EE", &[(GUN, TAPA)]);
    for (nsn, rule) in [
        (None, MatchRule::Exact),
        (Some("1055-38-111-2222"), MatchRule::Exact),
        (Some("1005-38-111-2222"), MatchRule::OtherClass),
    ] {
        rows[0].nsn = nsn.map(|nsn| nsn.parse().unwrap());
        let result = ledger.against(&rows);
        assert_eq!((result.breaks.len(), result.matches[0].rule), (0, rule));
    }
    rows[0].nsn = Some("1055-38-111-2223".parse().unwrap());
    let breaks = ledger.against(&rows).breaks;
    assert_eq!((classes(&breaks), fields(&breaks[0])), (vec![Identity], vec![Field::Nsn]));
    rows[0].owner = party("LV");
    let breaks = ledger.against(&rows).breaks;
    assert_eq!((classes(&breaks), fields(&breaks[0])), (vec![WrongParty], vec![Field::Owner, Field::Nsn]));
    // With another stock number, a slip in the serial number is no slip.
    rows[0].owner = party("EE");
    rows[0].item = "serial:0AA1J:M3E1:SN-0043".parse().unwrap();
    assert_eq!(classes(&ledger.against(&rows).breaks), [MissingInBook, MissingInLedger]);
}

// -------------------------------------------------------------------------------- one cause, one break

#[test]
fn a_part_that_the_book_has_elsewhere_is_one_break() {
    let ledger = Ledger::with(&[(&of(ROUNDS, "500 EA"), TAPA)]);
    let found = ledger.only_break(&[(&of(ROUNDS, "300 EA"), TAPA), (&of(ROUNDS, "200 EA"), VORU)]);
    assert_eq!((found.class, fields(&found), found.rows), (Location, vec![Field::Location], vec![3]));
    assert_eq!(found.book.unwrap().quantity.to_string(), "200 EA");
    let ledger = Ledger::with(&[(&of(ROUNDS, "500 EA"), TAPA), (&of(ROUNDS, "300 EA"), VORU)]);
    let found = ledger.only_break(&[(&of(ROUNDS, "480 EA"), TAPA), (&of(ROUNDS, "320 EA"), VORU)]);
    assert_eq!((found.class, found.ledger.unwrap().quantity.to_string()), (Location, "20 EA".into()));
    let found = ledger.only_break(&[(&of(ROUNDS, "500 EA"), TAPA), (&of(ROUNDS, "300 EA"), TAPA)]);
    assert_eq!((found.class, found.rows), (Location, vec![3]));
}

#[test]
fn two_facts_that_differ_are_one_break_under_the_graver() {
    let rounds = of(ROUNDS, "500 EA");
    let ledger = Ledger::with(&[(GUN, TAPA), (&rounds, TAPA)]);
    let breaks = ledger.breaks(&[(GUN, "Voru F EE EE"), (&rounds, "Voru A EE LV")]);
    assert_eq!(classes(&breaks), [Condition, WrongParty]);
    assert_eq!(fields(&breaks[0]), [Field::Condition, Field::Location]);
    assert_eq!(fields(&breaks[1]), [Field::Owner, Field::Location]);
}

#[test]
fn another_place_and_another_quantity_are_two_differences_that_name_each_other() {
    let ledger = Ledger::with(&[(&of(ROUNDS, "500 EA"), TAPA)]);
    let breaks = ledger.breaks(&[(&of(ROUNDS, "480 EA"), VORU)]);
    assert_eq!(classes(&breaks), [MissingInBook, MissingInLedger]);
    assert_eq!(breaks[0].candidate.as_ref().unwrap().row, Some(2));
    assert_eq!(breaks[1].candidate.as_ref().unwrap().holding.location.as_str(), "Tapa");
}

#[test]
fn a_slip_and_another_place_are_two_differences_that_name_each_other() {
    let ledger = Ledger::with(&[(GUN, TAPA)]);
    let breaks = ledger.breaks(&[("serial:0AA1J:M3E1:SN-0043", VORU)]);
    assert_eq!(classes(&breaks), [MissingInBook, MissingInLedger]);
    assert_eq!(breaks[0].candidate.as_ref().unwrap().row, Some(2));
    assert_eq!(breaks[1].candidate.as_ref().unwrap().holding.item.to_string(), GUN);
}

#[test]
fn a_slip_and_another_quantity_are_two_differences() {
    let ledger = Ledger::with(&[(&of(ROUNDS, "500 EA"), TAPA)]);
    let breaks = ledger.breaks(&[("batch:1376-38-123-4567:EA-22-08=480 EA", TAPA)]);
    assert_eq!(classes(&breaks), [MissingInBook, MissingInLedger]);
}

#[test]
fn a_part_that_went_elsewhere_and_is_in_another_condition_is_two_differences() {
    let ledger = Ledger::with(&[(&of(ROUNDS, "500 EA"), TAPA)]);
    let breaks = ledger.breaks(&[(&of(ROUNDS, "300 EA"), TAPA), (&of(ROUNDS, "200 EA"), "Voru F EE EE")]);
    assert_eq!(classes(&breaks), [MissingInLedger, Quantity]);
}

#[test]
fn a_slip_with_two_explanations_takes_the_one_that_is_needed() {
    let (a, b) = ("serial:0AA1J:M3E1:AB1", "serial:0AA1J:M3E1:AB2");
    let ledger = Ledger::with(&[(a, TAPA), (b, TAPA)]);
    // The first row may be either; the second only the first line.
    let breaks = ledger.breaks(&[("serial:0AA1J:M3E1:AB", TAPA), ("serial:0AA1J:M3E1:A1", TAPA)]);
    assert_eq!(classes(&breaks), [Identity, Identity]);
    assert_eq!((&breaks[0].rows, &breaks[1].rows), (&vec![3], &vec![2]));
}

#[test]
fn a_row_that_stands_twice_is_reported_once() {
    let rounds = of(ROUNDS, "500 EA");
    let ledger = Ledger::with(&[(GUN, TAPA), (&rounds, TAPA)]);
    let found = ledger.only_break(&[(GUN, TAPA), (&rounds, TAPA), (GUN, TAPA)]);
    assert_eq!((found.class, found.rows), (Duplicate, vec![4]));
    assert!(found.hint.unwrap().starts_with("row 2 says the same"));
    let found = ledger.only_break(&[(GUN, TAPA), (&rounds, TAPA), (&rounds, TAPA)]);
    assert_eq!((found.class, found.rows), (Duplicate, vec![4]));
    assert!(found.hint.unwrap().starts_with("row 3 says the same"));
    // A thing cannot be in two places: the row that is right is matched, wherever it stands.
    let found = ledger.only_break(&[(GUN, VORU), (GUN, TAPA), (&rounds, TAPA)]);
    assert_eq!((found.class, found.rows), (Duplicate, vec![2]));
    let breaks = ledger.breaks(&[(&rounds, VORU), (&rounds, VORU), (GUN, TAPA)]);
    assert_eq!(classes(&breaks), [Duplicate, Location]);
}

#[test]
fn every_class_at_once_is_found_as_if_alone() {
    let items: Vec<String> =
        (1..=7).map(|n| format!("batch:1376-38-123-{n}{n}{n}{n}:B-{n}{n}{n}=100 EA")).collect();
    let lines: Vec<(&str, &str)> = items.iter().map(|item| (item.as_str(), TAPA)).collect();
    let ledger = Ledger::with(&lines);
    let rows = [
        ("batch:1376-38-123-2222:B-222=90 EA", TAPA),
        (items[2].as_str(), "Tapa A EE LT"),
        ("batch:1376-38-123-4444:B-44=100 EA", TAPA),
        (items[4].as_str(), "Tapa H EE EE"),
        (items[5].as_str(), VORU),
        (items[6].as_str(), TAPA),
        ("batch:1376-38-999-9999:X=1 EA", TAPA),
    ];
    let result = ledger.against(&book("EE", &rows));
    let expected = [MissingInBook, Quantity, WrongParty, Identity, Condition, Location, MissingInLedger];
    assert_eq!(classes(&result.breaks), expected);
    assert!(result.broken.values().all(|count| *count == 1));
    let json = serde_json::to_value(&result).unwrap();
    assert_eq!(json["broken"]["B09"], 1);
    assert_eq!(json["breaks"][1]["delta"], "-10 EA");
    assert_eq!(json["breaks"][1]["differences"][0]["field"], "qty");
}

// -------------------------------------------------------------------- what is not simply in service

#[test]
fn goods_in_transit_are_not_held_and_explain_why_the_book_has_them() {
    let rounds = of(ROUNDS, "500 EA");
    let mut ledger = Ledger::with(&[(GUN, TAPA), (&rounds, TAPA)]);
    ledger.lend_out(&[GUN, &of(ROUNDS, "200 EA")]);
    assert_eq!(ledger.rules(&[(&of(ROUNDS, "300 EA"), TAPA)]), [MatchRule::Exact]);
    let breaks = ledger.breaks(&[(GUN, TAPA), (&rounds, TAPA)]);
    assert_eq!(classes(&breaks), [Timing, Timing]);
    for found in &breaks {
        let hint = found.hint.as_ref().unwrap();
        assert!(hint.contains("in transit from EE to LV since 2026-01-30, consignment C-1"), "{hint}");
    }
}

#[test]
fn a_loan_that_the_lender_has_not_booked_is_a_wrong_holder() {
    let mut ledger = Ledger::with(&[(GUN, TAPA), (&of(ROUNDS, "500 EA"), TAPA)]);
    let lent = [GUN, &of(ROUNDS, "200 EA")];
    ledger.lend_out(&lent);
    ledger.arrive(&lent);
    let rest = of(ROUNDS, "300 EA");
    assert_eq!(ledger.rules(&[(&rest, TAPA)]), [MatchRule::Exact], "nobody must list what others hold");
    let found = ledger.only_break(&[(GUN, TAPA), (&rest, TAPA)]);
    assert_eq!((found.class, fields(&found)), (WrongParty, vec![Field::Holder, Field::Location]));
    assert!(found.hint.unwrap().contains("on loan LOAN-1"));
    let borrowed = "Adazi A LV EE";
    let mut rules = ledger.rules(&[(GUN, borrowed), (&of(ROUNDS, "200 EA"), borrowed), (&rest, TAPA)]);
    rules.sort_unstable();
    assert_eq!(rules, [MatchRule::Exact, MatchRule::HeldElsewhere, MatchRule::HeldElsewhere]);
    // The borrower holds it, and has to list it.
    let breaks = checked(&ledger.state, "LV", &[]).breaks;
    assert_eq!(classes(&breaks), [MissingInBook, MissingInBook]);
    assert_eq!(breaks[0].hint.as_deref(), Some("in the ledger: held on loan LOAN-1"));
}

#[test]
fn reserved_goods_are_held_with_the_others() {
    let mut ledger = Ledger::with(&[(&of(ROUNDS, "500 EA"), TAPA)]);
    let proposal = json!({
        "transfer": "D-1", "kind": "DONATION", "from": "EE", "to": "LV", "owner": "EE",
        "items": [of(ROUNDS, "200 EA")], "purpose": "aid", "risk_passes_at": "RECEIPT",
    });
    ledger.by("EE", BOOK, "TransferProposed", proposal);
    ledger.by("LV", BOOK, "TransferApproved", json!({ "transfer": "D-1" }));
    let reserved = json!({ "transfer": "D-1", "items": [of(ROUNDS, "200 EA")], "location": "Tapa" });
    ledger.by("EE", BOOK, "ItemsReserved", reserved);
    assert_eq!(ledger.state.items().next().unwrap().1.positions.len(), 2);
    assert_eq!(ledger.rules(&[(&of(ROUNDS, "500 EA"), TAPA)]), [MatchRule::Exact]);
    assert_eq!(ledger.books().len(), 1);
}

#[test]
fn lost_and_used_goods_are_not_held_and_say_so() {
    let mut ledger = Ledger::with(&[(GUN, TAPA), (&of(FUEL, "1000 LTR"), TAPA)]);
    let loss = json!({
        "loss": "LOSS-1", "items": [GUN], "owner": "EE", "holder": "EE", "location": "Tapa",
        "circumstances": "not found", "noticed_on": "2026-01-30",
    });
    ledger.by("EE", HANDS, "LossReported", loss);
    let used = json!({
        "item": of(FUEL, "400 LTR"), "owner": "EE", "holder": "EE", "location": "Tapa", "activity": "EX-1",
    });
    ledger.by("EE", BOOK, "ConsumptionReported", used);
    let breaks = ledger.breaks(&[(GUN, TAPA), (&of(FUEL, "1000 LTR"), TAPA)]);
    assert_eq!(classes(&breaks), [MissingInLedger, Quantity]);
    assert_eq!(breaks[0].hint.as_deref(), Some("in the ledger: 1 EA reported lost by EE, LOSS-1"));
    assert_eq!(breaks[1].hint.as_deref(), Some("in the ledger: 400 LTR used up by EE at Tapa"));
    assert_eq!(ledger.books().len(), 1);
}

#[test]
fn a_registration_that_waits_for_signatures_is_a_hint() {
    let mut ledger = Ledger::new();
    let waits = ledger.record(
        key_of("LV", BOOK),
        "ItemRegistered",
        json!({
            "item": GUN, "description": "rifle", "condition": "A", "owner": "LV", "holder": "EE",
            "location": "Tapa",
        }),
    );
    assert!(waits);
    let found = ledger.only_break(&[(GUN, "Tapa A EE LV")]);
    let hint = format!("in the ledger: entry {} would register it and waits for signatures", ledger.seq - 1);
    assert_eq!((found.class, found.hint), (MissingInLedger, Some(hint)));
}

#[test]
fn the_same_fuel_in_other_hands_explains_nothing() {
    let ledger = Ledger::with(&[(&of(FUEL, "5000 LTR"), "Adazi A LV LV")]);
    let found = ledger.only_break(&[(&of(FUEL, "1000 LTR"), TAPA)]);
    assert_eq!((found.class, found.hint), (MissingInLedger, None));
    let found = ledger.only_break(&[(&of(FUEL, "5000 LTR"), "Tapa A EE LV")]);
    let hint = Some("in the ledger: LV holds 5000 LTR at Adazi".into());
    assert_eq!((found.class, found.hint), (MissingInLedger, hint));
    let ledger = Ledger::with(&[(&of(FUEL, "1000 LTR"), "Tapa A LV EE")]);
    let found = ledger.only_break(&[(&of(FUEL, "1000 LTR"), TAPA)]);
    assert_eq!((found.class, fields(&found)), (WrongParty, vec![Field::Holder]));
}

#[test]
fn a_wrong_holder_is_looked_for_among_ones_own_goods_first() {
    let fuel = of(FUEL, "1000 LTR");
    let ledger = Ledger::with(&[(&fuel, "Tapa A EE EE"), (&fuel, "Tapa A LV EE")]);
    let breaks = checked(&ledger.state, "LV", &book("LV", &[(&fuel, "Tapa A LT EE")])).breaks;
    assert_eq!(classes(&breaks), [WrongParty]);
    assert_eq!(breaks[0].differences[0].ledger, "LV");
}

// ------------------------------------------------------------------------------------ through the file

#[test]
fn the_ledgers_own_book_survives_the_file_and_has_no_breaks() {
    let mut ledger = Ledger::with(&[(&of(ROUNDS, "500 EA"), TAPA), (&of(FUEL, "12.5 LTR"), "Voru J EE LV")]);
    ledger.register_with(GUN, TAPA, json!({ "nsn": "1055-38-111-2222" }));
    let mut file = Vec::new();
    let day = "2026-03-31".parse().unwrap();
    books::write(&mut file, day, &ledger.books()).unwrap();
    let read = Books::read(file.as_slice(), party("EE")).unwrap();
    assert_eq!((read.as_of, &read.rows), (Some(day), &ledger.books()));
    let report = read.reconcile(&ledger.state, Tolerances::default());
    assert!(report.is_clean(), "{report:#?}");
    assert_eq!(report.reconciliation.matched[&MatchRule::Exact], 3);
}

#[test]
fn a_row_that_cannot_be_read_explains_what_is_missing_for_it() {
    let ledger = Ledger::with(&[(GUN, TAPA), (&of(ROUNDS, "500 EA"), TAPA)]);
    let mut file = Vec::new();
    books::write(&mut file, "2026-03-31".parse().unwrap(), &ledger.books()).unwrap();
    let file = String::from_utf8(file).unwrap().replace(",500,EA,A,", ",500,EA,Z,");
    let read = Books::read(file.as_bytes(), party("EE")).unwrap();
    assert_eq!(read.rows.len(), 1);
    assert_eq!((read.bad_rows[0].line, read.bad_rows[0].column), (3, Some("condition")));
    let report = read.reconcile(&ledger.state, Tolerances::default());
    assert!(!report.is_clean());
    assert_eq!(classes(&report.reconciliation.breaks), [MissingInBook]);
    let hint = report.reconciliation.breaks[0].hint.as_deref();
    assert_eq!(hint, Some("line 3 of the book names it and could not be read"));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!((&json["as_of"], &json["bad_rows"][0]["line"]), (&json!("2026-03-31"), &json!(3)));
    assert_eq!(json["ledger_lines"], 2);
}

// --------------------------------------------------------------------------------------------- the law

/// The number `n` so that two of them differ in at least three places, and in none by a slip.
fn far_apart(n: u32) -> String {
    format!("{n}{n}{n}", n = char::from(b'A' + u8::try_from(n % 26).unwrap()))
        + &format!("{}{}", n / 26, n / 26)
}

/// An item of the register by number: a third of each kind.
fn item(n: u32, amount: u64) -> String {
    let name = far_apart(n);
    let niin = format!("{:03}-{:04}", n * 7 % 1000, n * 1_111 % 10_000);
    match n % 3 {
        0 => format!("serial:0AA1J:M3E1:{name}"),
        1 => format!("batch:1376-38-{niin}:{name}={amount} EA"),
        _ => format!("bulk:9140-38-{niin}={amount} LTR"),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plant {
    Drop,
    Add,
    Amount,
    Owner,
    Holder,
    Slip,
    Grade,
    Place,
    Twice,
    PartMoved,
}

fn plant() -> impl Strategy<Value = Plant> {
    use Plant::*;
    prop::sample::select(vec![Drop, Add, Amount, Owner, Holder, Slip, Grade, Place, Twice, PartMoved])
}

/// Plants one difference in a row. Says which class it is.
fn spoil(rows: &mut Vec<BookRow>, at: usize, plant: Plant) -> BreakClass {
    let serial = rows[at].item.is_serial();
    let row = &mut rows[at];
    match plant {
        Plant::Drop => {
            rows.remove(at);
            return MissingInBook;
        }
        Plant::Add => {
            let new = format!("batch:1376-38-999-9999:NEW{at}{at}{at}{at}");
            let new = BookRow { item: new.parse().unwrap(), nsn: None, ..row.clone() };
            rows.push(BookRow { nsn: new.item.nsn(), ..new });
            return MissingInLedger;
        }
        Plant::Amount if !serial => {
            row.quantity = row.quantity.plus(row.quantity).unwrap();
            return Quantity;
        }
        Plant::PartMoved if !serial => {
            let half = ledger_core::domain::quantity::Quantity::from_millionths(
                row.quantity.millionths() / 2,
                row.quantity.unit(),
            );
            row.quantity = half.unwrap();
            let moved = BookRow { location: "Narva".parse().unwrap(), ..row.clone() };
            rows.push(moved);
            return Location;
        }
        Plant::Owner => row.owner = party("LT"),
        Plant::Holder => row.holder = party("LT"),
        Plant::Slip => {
            let text = row.item.to_string();
            let last = text.chars().last().unwrap();
            let other = if row.item.is_serial() || row.item.nsn() == row.nsn && text.starts_with("batch") {
                format!("{text}0")
            } else {
                // Another last digit of the stock number.
                let digit = last.to_digit(10).unwrap();
                format!("{}{}", &text[..text.len() - 1], (digit + 5) % 10)
            };
            row.item = other.parse().unwrap();
            row.nsn = row.item.nsn();
            return Identity;
        }
        Plant::Grade => {
            row.condition = "H".parse().unwrap();
            return Condition;
        }
        Plant::Place | Plant::Amount | Plant::PartMoved => {
            row.location = "Narva".parse().unwrap();
            return Location;
        }
        Plant::Twice => {
            let again = row.clone();
            rows.push(again);
            return Duplicate;
        }
    }
    WrongParty
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn exactly_the_planted_differences_are_found(
        items in prop::collection::vec((1_u64..500, 0_usize..3, prop::bool::ANY), 4..40),
        plants in prop::collection::vec((plant(), 0_usize..40), 0..12),
    ) {
        let mut ledger = Ledger::new();
        for (n, (amount, place, joint)) in items.iter().enumerate() {
            let place = ["Tapa", "Voru", "Valga"][*place];
            let owner = if *joint { "LV" } else { "EE" };
            ledger.register(&item(n as u32, amount * 2), &format!("{place} A EE {owner}"));
        }
        let mut rows = ledger.books();
        prop_assert_eq!(ledger.against(&rows).breaks.len(), 0);

        // One difference an item, wherever its row is by now.
        let original = rows.clone();
        let mut expected: Vec<(String, BreakClass)> = Vec::new();
        let mut spoilt: BTreeSet<usize> = BTreeSet::new();
        for (plant, at) in plants {
            let at = at % original.len();
            if !spoilt.insert(at) {
                continue;
            }
            let place = rows.iter().position(|row| *row == original[at]).unwrap();
            let class = spoil(&mut rows, place, plant);
            let item = match plant {
                Plant::Add => rows.last().unwrap().item.to_string(),
                _ => original[at].item.to_string(),
            };
            expected.push((item, class));
        }
        for (row, number) in rows.iter_mut().zip(2..) {
            row.row = number;
        }
        let found = ledger.against(&rows).breaks;
        let mut found: Vec<(String, BreakClass)> =
            found.iter().map(|found| (found.item.to_string(), found.class)).collect();
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);
    }
}

/// What a ledger or a book has of a batch: small amounts in few positions, so that much coincides.
fn amounts() -> impl Strategy<Value = Vec<(u64, usize, usize)>> {
    prop::collection::vec((1_u64..5, 0_usize..3, 0_usize..2), 0..8)
}

/// By how much more the book has, in whole units.
fn signed(delta: Option<Delta>) -> i64 {
    let Some(Delta { is_less, amount }) = delta else { return 0 };
    let amount = i64::try_from(amount.number()).unwrap();
    if is_less { -amount } else { amount }
}

proptest! {
    #[test]
    fn whatever_the_books_say_the_breaks_add_up_to_the_difference(held in amounts(), said in amounts()) {
        let position = |place: usize, condition: usize| {
            format!("{} {} EE EE", ["Tapa", "Voru", "Narva"][place], ["A", "F"][condition])
        };
        let mut ledger = Ledger::new();
        for (amount, place, condition) in &held {
            ledger.register(&of(ROUNDS, &format!("{amount} EA")), &position(*place, *condition));
        }
        let rows: Vec<BookRow> = said
            .iter()
            .zip(2..)
            .map(|((amount, place, condition), row)| {
                book_row(row, "EE", &of(ROUNDS, &format!("{amount} EA")), &position(*place, *condition))
            })
            .collect();
        let result = ledger.against(&rows);
        let total = |all: &[(u64, usize, usize)]| all.iter().map(|(amount, ..)| *amount as i64).sum::<i64>();
        let broken: i64 = result.breaks.iter().map(|found| signed(found.delta)).sum();
        prop_assert_eq!(broken, total(&said) - total(&held));
        // A break is never longer than saying that one side has nothing and the other has this.
        prop_assert!(result.breaks.len() as u64 <= result.ledger_lines + result.book_rows);
    }
}

/// Says how long it took.
#[allow(clippy::disallowed_methods, reason = "a test of speed needs a clock")]
fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begun = std::time::Instant::now();
    let done = work();
    let took = begun.elapsed();
    println!("{what}: {took:?}");
    assert!(took.as_secs() < 60, "{what} took {took:?}: something grows with the square");
    done
}

/// What would take the square of the rows takes hours here.
#[test]
fn fifty_thousand_rows_are_reconciled_in_seconds() {
    let mut ledger = Ledger::new();
    // Serial numbers in a row: each has dozens of others one slip away. And one batch in many places.
    for n in 0..3_000 {
        ledger.register(&format!("serial:0AA1J:M3E1:SN-{n:06}"), TAPA);
        ledger.register(&of(ROUNDS, "10 EA"), &format!("P-{n} A EE EE"));
    }
    let rows: Vec<BookRow> = (0..47_000_u64)
        .map(|n| book_row(n + 2, "EE", &format!("serial:0AA1J:M3E1:XN-{n:06}"), TAPA))
        .chain(
            (47_000..50_000_u64)
                .map(|n| book_row(n + 2, "EE", &of(ROUNDS, "9 EA"), &format!("Q-{n} A EE EE"))),
        )
        .collect();
    let day = "2026-03-31".parse().unwrap();
    let mut file = Vec::new();
    timed("write", || books::write(&mut file, day, &rows)).unwrap();
    let read = timed("read", || Books::read(file.as_slice(), party("EE"))).unwrap();
    assert_eq!(read.rows, rows);
    let report = timed("reconcile", || read.reconcile(&ledger.state, Tolerances::default()));
    let broken = report.reconciliation.broken;
    let expected = [(MissingInBook, 3_000), (MissingInLedger, 44_000 + 3_000), (Identity, 3_000)];
    assert_eq!(broken, expected.into_iter().collect());
}
