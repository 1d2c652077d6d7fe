//! A generated ledger whose last acts bring about what a ledger itself knows to be wrong: goods on their way at the
//! cut-off, loans that a stolen key offered, counts that found something else.

use std::collections::BTreeSet;

use ledger_core::domain::codes::{DocumentKind, Marking};
use ledger_core::domain::item::ItemId;
use ledger_core::domain::register::{Standing, Stock};
use ledger_core::domain::{Act, ActId, Digest, Document, Party, PublicKey, Role, Timestamp};
use ledger_core::exchange::generator::Generator;
use ledger_core::exchange::scenario::Actor;
use ledger_core::journal::{Journal, Stamp};
use ledger_core::ledger::signer::Signer as _;
use ledger_core::store::memory::MemoryStore;
use serde_json::{Value, json};

use super::chance::Chance;

pub(super) const PARTIES: [&str; 3] = ["EE", "LT", "LV"];
/// Who sends to whom: each party sends once and receives once.
const ROUTES: [(&str, &str); 3] = [("EE", "LV"), ("LV", "LT"), ("LT", "EE")];
/// How many things each route has under way, and as many offered with a key in doubt.
const SENT: usize = 15;
/// Of what is under way: how many the receiver has booked already; the sender has not booked out the others.
const BOOKED_EARLY: usize = 8;
/// How many things and batches each party counts otherwise than its ledger.
const ABSENT: usize = 10;
const SHORT: usize = 5;
/// The acts that tell this: three of the regime, eleven a route, two a key.
const ACTS: u64 = 3 + 3 * 11 + 3 * 2;

/// What the ledger of a party knows or has under way, by item.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Under way to the party, which has it in its book.
    pub(super) booked_early: Vec<(Party, ItemId)>,
    /// Under way from the party, which still has it in its book.
    pub(super) not_booked_out: Vec<(Party, ItemId)>,
    /// Held under a loan that was offered with a key in doubt.
    pub(super) in_doubt: Vec<(Party, ItemId)>,
    /// Counted otherwise.
    pub(super) miscounted: Vec<(Party, ItemId)>,
}

impl Told {
    /// All items that the story has used.
    pub(super) fn items(&self) -> BTreeSet<ItemId> {
        let all = [&self.booked_early, &self.not_booked_out, &self.in_doubt, &self.miscounted];
        all.into_iter().flatten().map(|(_, item)| item.clone()).collect()
    }
}

struct Teller {
    generator: Generator,
    journal: Journal<MemoryStore>,
    now: Timestamp,
    acts: u64,
}

fn party(code: &str) -> Party {
    code.parse().unwrap()
}

impl Teller {
    fn by(&mut self, who: &str, role: Role, holder: u8, kind: &str, mut fields: Value) {
        self.now = self.now.later_by(60_000);
        fields["occurred_at"] = self.now.to_string().into();
        let documents = DocumentKind::ALL.iter().map(|(number, kind)| Document {
            kind: *kind,
            sha256: Digest::new([*number; 32]),
            bytes: 1,
            media_type: "application/pdf".parse().unwrap(),
            marking: Marking::Unclassified,
        });
        self.acts += 1;
        let mut id = [0xC7; 16];
        id[8..].copy_from_slice(&self.acts.to_be_bytes());
        let events = vec![serde_json::from_value(json!({ kind: fields })).unwrap()];
        let act = Act { id: ActId::new(id), documents: documents.collect(), events };
        let signer = self.generator.signer(&Actor { party: party(who), role, holder }).unwrap();
        let staged = self.journal.stage(act, Stamp { signer, now: self.now });
        staged.unwrap_or_else(|error| panic!("{kind} of {who}: {error}"));
    }

    fn book(&mut self, who: &str, kind: &str, fields: Value) {
        self.by(who, Role::PropertyBookOfficer, 1, kind, fields);
    }

    /// Countersigns the act before this one.
    fn countersign(&mut self, who: &str, role: Role, before: u64) {
        let entry = self.journal.head().size - before;
        self.by(who, role, 1, "ActCountersigned", json!({ "entry": entry }));
    }

    fn regime(&mut self) {
        let parameters = json!({
            "clock_skew_ms": 300_000, "in_transit_limit_h": 72, "discrepancy_answer_days": 30,
            "permission_answer_h": 72, "crisis_permission_answer_h": 6, "crossing_tolerance_min": 30,
            "crisis_first_h": 72, "crisis_extension_h": 168, "ratification_h": 72, "standing_days": 365,
            "late_recording_h": 24, "minister_limits": ["1000000.00 EUR"], "crisis_limits": ["5000000.00 EUR"],
            "count_cadence_days": 180, "support_in_kind_days": 365, "support_cash_days": 60,
            "framework_days": 2557, "settlement_days": 30, "bulk_tolerance_bp": 50,
            "ageing_days": [30, 60, 90, 365],
        });
        self.by("EE", Role::Minister, 1, "RegimeParametersSet", json!({ "parameters": parameters }));
        self.countersign("LV", Role::Minister, 1);
        self.countersign("LT", Role::Minister, 2);
    }

    /// A loan up to its dispatch, offered by one of the two book keepers.
    fn lend(&mut self, name: &str, (from, to): (&str, &str), holder: u8, items: &[ItemId]) {
        let (loan, consignment) = (format!("L-{name}-{from}"), format!("C-{name}-{from}"));
        let proposal = json!({
            "transfer": loan, "kind": "LOAN", "from": from, "to": to, "owner": from, "items": items,
            "purpose": "exercise", "risk_passes_at": "RECEIPT",
            "loan": { "start": self.now.date(), "due": "2039-12-31" },
        });
        self.by(from, Role::PropertyBookOfficer, holder, "TransferProposed", proposal);
        self.book(to, "TransferApproved", json!({ "transfer": loan }));
        let location = format!("{from}-DEP-01");
        let sent = json!({ "consignment": consignment, "transfer": loan, "items": items,
            "from_location": location });
        self.book(from, "ConsignmentDispatched", sent);
    }

    fn arrive(&mut self, name: &str, (from, to): (&str, &str), items: &[ItemId]) {
        let counted: Vec<Value> =
            items.iter().map(|item| json!({ "item": item, "condition": "A" })).collect();
        let receipt = json!({ "consignment": format!("C-{name}-{from}"), "counted": counted,
            "location": format!("{to}-DEP-01"), "seals_intact": true });
        self.book(to, "ConsignmentReceived", receipt);
    }

    fn count(&mut self, who: &str, place: &str, counted: &[String], absent: &[ItemId]) {
        let count = json!({ "count": format!("CNT-{who}-{place}"), "holder": who,
            "location": format!("{who}-{place}-01"), "counted_on": self.now.date(), "scope": "LISTED",
            "counted": counted, "absent": absent });
        self.book(who, "PhysicalCountRecorded", count);
        self.countersign(who, Role::QualityRepresentative, 1);
    }

    /// Items of which the party has all that there is, in service in one place, in good order and promised to nobody.
    fn lone(
        &self,
        who: &str,
        place: &str,
        chance: &mut Chance,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<ItemId> {
        let lies = |stock: &Stock| {
            let mut there =
                stock.positions.keys().filter(|position| !matches!(position.standing, Standing::Consumed));
            let first = there.next().is_some_and(|position| {
                [position.owner, position.holder] == [party(who); 2]
                    && position.location.to_string() == format!("{who}-{place}-01")
                    && position.standing == Standing::InService
                    && position.condition.to_string() == "A"
            });
            first && there.next().is_none()
        };
        let state = self.journal.state();
        let open = state.transfers().filter(|(id, _)| state.transfer_is_open(id));
        let promised: BTreeSet<&ItemId> =
            open.flat_map(|(_, transfer)| &transfer.terms.items).map(|item| item.id()).collect();
        let found = state
            .items()
            .filter(|(id, stock)| wanted(&id.to_string()) && !promised.contains(id) && lies(stock));
        let mut found: Vec<ItemId> = found.map(|(id, _)| id.clone()).collect();
        chance.shuffle(&mut found);
        found
    }

    fn key(&self, who: &str, holder: u8) -> PublicKey {
        let officer = Actor { party: party(who), role: Role::PropertyBookOfficer, holder };
        PublicKey::new(self.generator.signer(&officer).unwrap().public_key())
    }

    fn route(&mut self, route: (&str, &str), chance: &mut Chance, told: &mut Told) {
        let (from, to) = route;
        // Of no list of arms: such goods travel without a licence.
        let mut things = self.lone(from, "DEP", chance, |id| id.contains(":P-3:"));
        let mut take = |many: usize| things.split_off(things.len() - many);
        let (doubtful, under_way, absent, there) = (take(SENT), take(SENT), take(ABSENT), take(3));
        self.lend("DOUBT", route, 2, &doubtful);
        self.arrive("DOUBT", route, &doubtful);
        told.in_doubt.extend(doubtful.into_iter().map(|item| (party(to), item)));
        self.lend("WAY", route, 1, &under_way);
        for (number, item) in under_way.into_iter().enumerate() {
            if number < BOOKED_EARLY {
                told.booked_early.push((party(to), item));
            } else {
                told.not_booked_out.push((party(from), item));
            }
        }
        let there: Vec<String> = there.iter().map(ItemId::to_string).collect();
        self.count(from, "DEP", &there, &absent);
        let batches = self.lone(from, "AMM", chance, |id| id.starts_with("batch:"));
        let batches = &batches[..SHORT];
        let counted: Vec<String> = batches.iter().map(|id| format!("{id}=1 EA")).collect();
        self.count(from, "AMM", &counted, &[]);
        told.miscounted.extend(absent.into_iter().chain(batches.iter().cloned()).map(|id| (party(from), id)));
    }
}

/// A ledger of exactly so many entries, the founding included, and what its last acts tell.
pub(super) fn told(seed: u64, entries: u64, things: usize) -> (Journal<MemoryStore>, Told) {
    let mut generator = Generator::with_depots(seed, things).unwrap();
    let mut journal = generator.found(MemoryStore::new()).unwrap();
    for act in 0..entries - 1 - ACTS {
        generator.stage_next(&mut journal).unwrap();
        if act % 1_000 == 0 {
            journal.commit().unwrap();
        }
    }
    // A key that was replaced in the last act signs from the next one on, which nobody records.
    generator.next_turn().unwrap();
    let now = journal.head().recorded_at.unwrap();
    let mut teller = Teller { generator, journal, now, acts: 0 };
    let (mut chance, mut told) = (Chance::new(seed), Told::default());
    teller.regime();
    let since = teller.now.to_string();
    for route in ROUTES {
        teller.route(route, &mut chance, &mut told);
    }
    for (who, witness) in ROUTES {
        let fields = json!({ "key": teller.key(who, 2), "since": since, "reason": "The token was stolen" });
        teller.by(who, Role::Registrar, 1, "KeyCompromised", fields);
        teller.countersign(witness, Role::Registrar, 1);
    }
    assert_eq!(teller.acts, ACTS);
    teller.journal.commit().unwrap();
    assert_eq!(teller.journal.head().size, entries);
    (teller.journal, told)
}
