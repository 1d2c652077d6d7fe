//! A small ledger to tell stories in: three founders, an officer for each role, a clock that ticks.
//!
//! Acts are written as an officer would write them, in the JSON form with its text values; the world adds the
//! time, the position and, unless told otherwise, every kind of document. After each accepted step all
//! invariants are checked; after each refusal the state must be what it was.

use std::collections::BTreeSet;
use std::sync::Arc;

use ledger_core::domain::codes::{DocumentKind, Marking};
use ledger_core::domain::consent::Signer;
use ledger_core::domain::register::{Position, Standing};
use ledger_core::domain::{
    Act, ActId, Digest, Document, Event, Party, PublicKey, RecordedAct, Rejection, Role, Rule, State,
    Timestamp,
};
use serde_json::json;

pub(crate) use super::drafts::*;
use super::invariants::{Books, check};

pub(crate) const EE: &str = "EE";
pub(crate) const LV: &str = "LV";
pub(crate) const LT: &str = "LT";

pub(crate) const ROOT: Role = Role::Root;
pub(crate) const REG: Role = Role::Registrar;
pub(crate) const MIN: Role = Role::Minister;
pub(crate) const NAD: Role = Role::ArmamentsDirector;
pub(crate) const PCO: Role = Role::ContractingOfficer;
pub(crate) const FIN: Role = Role::PaymentAuthoriser;
pub(crate) const QAR: Role = Role::QualityRepresentative;
pub(crate) const PBO: Role = Role::PropertyBookOfficer;
pub(crate) const HRH: Role = Role::HandReceiptHolder;
pub(crate) const LIC: Role = Role::LicenceLiaison;
pub(crate) const AUD: Role = Role::Auditor;
pub(crate) const NMC: Role = Role::MovementCentre;
pub(crate) const TFC: Role = Role::ConvoyCommander;
pub(crate) const CUS: Role = Role::Customs;
pub(crate) const DTY: Role = Role::DutyOfficer;
pub(crate) const WIT: Role = Role::Witness;
pub(crate) const LOG: Role = Role::LogOperator;

/// The roles that every founder fills.
const STAFF: &[Role] = &[REG, MIN, NAD, PCO, FIN, QAR, PBO, HRH, LIC, AUD, NMC, TFC, CUS, DTY];

/// An officer: country code and role.
pub(crate) type Who = (&'static str, Role);

/// The officer's key. The domain only compares keys, so any 32 bytes will do.
pub(crate) fn key_of((party, role): Who) -> PublicKey {
    let mut bytes = [0x11; 32];
    bytes[..2].copy_from_slice(party.as_bytes());
    bytes[2] = role.number();
    PublicKey::new(bytes)
}

/// A key that nobody has yet.
pub(crate) fn fresh_key(number: u8) -> PublicKey {
    PublicKey::new([number; 32])
}

pub(crate) fn party(code: &str) -> Party {
    code.parse().unwrap()
}

/// The main depot of a party.
pub(crate) fn depot(party: &str) -> &'static str {
    match party {
        EE => "Tapa",
        LV => "Adazi",
        _ => "Rukla",
    }
}

/// One document of each kind.
pub(crate) fn all_documents() -> Vec<Document> {
    DocumentKind::ALL.iter().map(|(number, kind)| document(*number, *kind)).collect()
}

fn document(number: u8, kind: DocumentKind) -> Document {
    Document {
        kind,
        sha256: Digest::new([number; 32]),
        bytes: 1_000,
        media_type: "application/pdf".parse().unwrap(),
        marking: Marking::Unclassified,
    }
}

/// The ledger of the story.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) state: State,
    pub(crate) now: Timestamp,
    seq: u64,
    /// Every act that was accepted, in order.
    pub(crate) history: Vec<Arc<RecordedAct>>,
    /// What was ever registered, counted apart from the state.
    books: Books,
    refused: BTreeSet<Rule>,
    took_effect: BTreeSet<&'static str>,
}

impl World {
    /// Before entry 0.
    pub(crate) fn empty() -> Self {
        Self {
            state: State::new(),
            now: "2026-01-30T09:00:00Z".parse().unwrap(),
            seq: 0,
            history: Vec::new(),
            books: Books::default(),
            refused: BTreeSet::new(),
            took_effect: BTreeSet::new(),
        }
    }

    /// Founded by EE, LV and LT, with an officer in each role.
    pub(crate) fn new() -> Self {
        let mut world = Self::empty();
        world.accept((EE, ROOT), charter());
        for (party, witness) in [(EE, LV), (LV, LT), (LT, EE)] {
            for role in STAFF {
                world.agree(&[(party, ROOT), (witness, ROOT)], enrol(key_of((party, *role)), party, *role));
            }
        }
        world.took_effect.clear();
        world
    }

    /// Founded, and the ministers have agreed on the clocks and limits of [`regime`].
    pub(crate) fn with_regime() -> Self {
        let mut world = Self::new();
        world.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], regime());
        world.took_effect.clear();
        world
    }

    /// The act at the next position, with these papers.
    pub(crate) fn act_with(&self, who: Who, drafts: &[Draft], documents: Vec<Document>) -> RecordedAct {
        self.act_by(key_of(who), drafts, documents)
    }

    /// The act at the next position, signed with this very key, with every kind of document.
    pub(crate) fn act_signed_by(&self, author: PublicKey, drafts: &[Draft]) -> RecordedAct {
        self.act_by(author, drafts, all_documents())
    }

    fn act_by(&self, author: PublicKey, drafts: &[Draft], documents: Vec<Document>) -> RecordedAct {
        let mut id = [0; 16];
        id[8..].copy_from_slice(&self.seq.to_be_bytes());
        let events = drafts.iter().map(|draft| draft.event(self.now)).collect();
        RecordedAct {
            seq: self.seq,
            recorded_at: self.now,
            author,
            act: Act { id: ActId::new(id), documents, events },
            countersigned_by: Vec::new(),
        }
    }

    /// Tries an act and takes it in when it is admitted; says which signatures are missing. All invariants
    /// are checked afterwards, and that a refusal changed nothing.
    pub(crate) fn record(&mut self, act: RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let before = format!("{:?}", self.state);
        let admitted = match self.state.admit(&act) {
            Ok(admitted) => admitted,
            Err(rejection) => {
                assert_eq!(format!("{:?}", self.state), before, "a refusal changed the state");
                self.refused.insert(rejection.rule);
                return Err(rejection);
            }
        };
        assert_eq!(format!("{:?}", self.state), before, "admit changed the state");
        let missing = admitted.missing().to_vec();
        let act = Arc::new(act);
        let waiting: Vec<Arc<RecordedAct>> = self.state.pending().map(|(_, p)| Arc::clone(&p.act)).collect();
        self.state.apply(&act, admitted);
        if missing.is_empty() {
            self.note(&act);
        }
        let refusal = matches!(act.act.events.as_slice(), [Event::ActRefused(_)]);
        for earlier in waiting {
            if !refusal && self.state.pending().all(|(seq, _)| *seq != earlier.seq) {
                self.note(&earlier);
            }
        }
        self.history.push(act);
        self.seq += 1;
        self.now = self.now.later_by(60_000);
        check(&self.state, &self.books);
        Ok(missing)
    }

    /// An act took effect.
    fn note(&mut self, act: &RecordedAct) {
        for event in &act.act.events {
            self.took_effect.insert(event.name());
            if let Event::CorrectionRecorded(correction) = event {
                let wrong = self.history.iter().find(|known| known.seq == correction.entry);
                wrong.expect("the act").act.events.iter().for_each(|event| self.books.take_back(event));
            }
            self.books.note(event);
        }
    }

    fn try_by(&mut self, key: PublicKey, drafts: &[Draft]) -> Result<Vec<Signer>, Rejection> {
        let act = self.act_by(key, drafts, all_documents());
        self.record(act)
    }

    /// Records an act that needs one signature. Returns its position.
    pub(crate) fn accept(&mut self, who: Who, draft: Draft) -> u64 {
        self.accept_all(who, &[draft])
    }

    /// Records several events in one act that needs one signature.
    pub(crate) fn accept_all(&mut self, who: Who, drafts: &[Draft]) -> u64 {
        self.accept_by(key_of(who), drafts)
    }

    /// The same, signed with this very key.
    pub(crate) fn accept_by(&mut self, key: PublicKey, drafts: &[Draft]) -> u64 {
        let entry = self.seq;
        let missing = self.try_by(key, drafts).unwrap_or_else(|no| panic!("{drafts:?} was refused: {no}"));
        assert!(missing.is_empty(), "{drafts:?} waits for {missing:?}");
        entry
    }

    /// Records an act that waits for more signatures. Returns its position.
    pub(crate) fn begin(&mut self, who: Who, draft: Draft) -> u64 {
        self.begin_all(who, &[draft])
    }

    /// Records several events in one act that waits for more signatures.
    pub(crate) fn begin_all(&mut self, who: Who, drafts: &[Draft]) -> u64 {
        let entry = self.seq;
        let missing =
            self.try_by(key_of(who), drafts).unwrap_or_else(|no| panic!("{drafts:?} was refused: {no}"));
        assert!(!missing.is_empty(), "{drafts:?} does not wait");
        entry
    }

    /// Countersigns an act that waits.
    pub(crate) fn sign(&mut self, who: Who, entry: u64) -> u64 {
        self.accept(who, countersign(entry))
    }

    /// Records an act that takes all these signatures: the first is the author's. Returns its position.
    pub(crate) fn agree(&mut self, signers: &[Who], draft: Draft) -> u64 {
        let entry = self.begin(signers[0], draft);
        for who in &signers[1..] {
            self.sign(*who, entry);
        }
        assert!(!self.waits(entry), "entry {entry} still waits after {signers:?}");
        entry
    }

    /// True when the act at this position waits for signatures.
    pub(crate) fn waits(&self, entry: u64) -> bool {
        self.state.pending().any(|(seq, _)| *seq == entry)
    }

    /// The act is refused by this rule, and changes nothing.
    pub(crate) fn refuse(&mut self, rule: Rule, who: Who, draft: Draft) -> Rejection {
        self.refuse_all(rule, who, &[draft])
    }

    /// The act of several events is refused by this rule, and changes nothing.
    pub(crate) fn refuse_all(&mut self, rule: Rule, who: Who, drafts: &[Draft]) -> Rejection {
        self.refuse_by(rule, key_of(who), drafts)
    }

    /// The same, signed with this very key.
    pub(crate) fn refuse_by(&mut self, rule: Rule, key: PublicKey, drafts: &[Draft]) -> Rejection {
        let act = self.act_by(key, drafts, all_documents());
        self.refuse_act(rule, act)
    }

    /// The act is refused by this rule when its papers lack the document of this kind.
    pub(crate) fn refuse_lacking(&mut self, rule: Rule, kind: DocumentKind, who: Who, draft: Draft) {
        let papers = all_documents().into_iter().filter(|document| document.kind != kind).collect();
        let act = self.act_with(who, &[draft], papers);
        self.refuse_act(rule, act);
    }

    /// This act is refused by this rule, and changes nothing.
    pub(crate) fn refuse_act(&mut self, rule: Rule, act: RecordedAct) -> Rejection {
        let told = format!("{:?}", act.act.events);
        match self.record(act) {
            Ok(_) => panic!("{told} was accepted, {rule} should refuse it"),
            Err(rejection) => {
                assert_eq!(rejection.rule, rule, "{told}: {rejection}");
                rejection
            }
        }
    }

    /// Moves the clock to nine o'clock of a later day.
    pub(crate) fn day(&mut self, date: &str) {
        let moment = format!("{date}T09:00:00Z").parse().unwrap();
        assert!(moment >= self.now, "time never runs backwards");
        self.now = moment;
    }

    /// Where an item stands, a line a position: owner, holder, place, what it is, condition, quantity.
    pub(crate) fn positions(&self, item: &str) -> Vec<String> {
        let Some(stock) = self.state.item(&item.parse().unwrap()) else { return Vec::new() };
        stock.positions.iter().map(|(position, quantity)| format!("{} {quantity}", shown(position))).collect()
    }

    /// Asserts where an item stands.
    #[track_caller]
    pub(crate) fn stands(&self, item: &str, expected: &[&str]) {
        assert_eq!(self.positions(item), expected, "{item}");
    }

    /// Asserts where a transfer is in its life.
    #[track_caller]
    pub(crate) fn transfer_is(&self, id: &str, expected: &str) {
        let status = self.state.transfer_status(&id.parse().unwrap());
        assert_eq!(serde_json::to_value(status).unwrap(), json!(expected), "{id}");
    }

    /// The kinds of event that took effect.
    pub(crate) fn effects(&self) -> &BTreeSet<&'static str> {
        &self.took_effect
    }

    /// What was shown so far does not count.
    pub(crate) fn forget(&mut self) {
        self.took_effect.clear();
        self.refused.clear();
    }

    /// Asserts that the story showed what its heading promises.
    pub(crate) fn has_shown(&self, rules: &[Rule], events: &[&str]) {
        for rule in rules {
            assert!(self.refused.contains(rule), "the test never refuses by {rule}");
        }
        for event in events {
            assert!(self.took_effect.contains(event), "the test never accepts a {event}");
        }
    }
}

fn shown(position: &Position) -> String {
    let standing = match &position.standing {
        Standing::InService => "in-service".into(),
        Standing::Reserved(id) => format!("reserved:{id}"),
        Standing::InTransit(id) => format!("in-transit:{id}"),
        Standing::Missing(id) => format!("missing:{id}"),
        Standing::OnLoan(id) => format!("on-loan:{id}"),
        Standing::AwaitingTitle(id) => format!("awaiting-title:{id}"),
        Standing::Lost(id) => format!("lost:{id}"),
        Standing::Consumed => "consumed".into(),
        Standing::WrittenOff(id) => format!("written-off:{id}"),
    };
    let Position { owner, holder, location, condition, receipt, .. } = position;
    let receipt = receipt.as_ref().map_or_else(String::new, |receipt| format!(" on {receipt}"));
    format!("{owner} {holder} {location} {standing}{receipt} {condition}")
}
