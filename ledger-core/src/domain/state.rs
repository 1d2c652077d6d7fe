//! The state of the ledger: what the fold of all events gives, and nothing else.
//!
//! Two arrows. [`State::admit`] may say no and changes nothing; [`State::apply`] cannot fail and knows no rule.
//! The same two run when a clerk records an act, when a job replays, and when an auditor verifies: a rule that
//! was broken in the past is found at its entry.

use std::sync::Arc;

use super::association::Associations;
use super::authority::Authority;
use super::books::Books;
use super::codes::Party;
use super::compromise::Doubts;
use super::consent::{Signer, after_signature, signer_list};
use super::correction::Corrections;
use super::count::Counting;
use super::custody::Custody;
use super::delegation::Delegations;
use super::engagement::Engagements;
use super::event::{Event, RecordedAct};
use super::exclusion::Exclusions;
use super::ids::{ContractId, ProgrammeId, PublicKey, TransferId};
use super::item::ItemId;
use super::movement::Movements;
use super::party::{Directory, KeyRecord, Officer, Parameters, PartyRecord};
use super::pending::Pending;
use super::period::Periods;
use super::procurement::{Contract, Procurement, Programme};
use super::register::{Register, Stock};
use super::rejection::{Rejection, Rule, require};
use super::support::Support;
use super::table::{Rows, tables};
use super::time::Timestamp;
use super::transfer::{Transfer, Transfers};

tables! {
    /// Everything that the entries so far say.
    pub struct State {
        pending: u64 => Pending,
    }
    parts {
        directory: Directory,
        delegations: Delegations,
        doubts: Doubts,
        corrections: Corrections,
        exclusions: Exclusions,
        authority: Authority,
        register: Register,
        associations: Associations,
        custody: Custody,
        counting: Counting,
        transfers: Transfers,
        movements: Movements,
        support: Support,
        procurement: Procurement,
        books: Books,
        periods: Periods,
        engagements: Engagements,
    }
}

/// Leave to apply an act: what [`State::admit`] gives and [`State::apply`] takes.
#[derive(Debug)]
#[must_use = "an admitted act has no effect until it is applied"]
pub struct Admitted {
    missing: Vec<Signer>,
}

impl Admitted {
    /// The signatures that are still missing. The act waits for them, without effect.
    pub fn missing(&self) -> &[Signer] {
        &self.missing
    }
}

impl State {
    /// The state of a ledger that does not exist yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says whether an act may be recorded now. Its events are tried one after the other; the state does not
    /// change.
    ///
    /// # Errors
    /// The first rule that the act breaks, in the order of [`super::rejection`].
    pub fn admit(&self, act: &RecordedAct) -> Result<Admitted, Rejection> {
        let skew = self.directory.parameters.clock_skew_ms;
        for event in &act.act.events {
            require(event.occurred_at() <= act.recorded_at.later_by(skew), Rule::I05, || {
                format!(
                    "{} is said to have occurred at {}, after it was recorded at {}",
                    event.name(),
                    event.occurred_at(),
                    act.recorded_at
                )
            })?;
        }
        require(!act.act.events.is_empty(), Rule::S05, || "an act has at least one event".into())?;
        self.admit_events(act)
    }

    /// Tries the events one after the other, each on the state that those before it give.
    pub(crate) fn admit_events(&self, act: &RecordedAct) -> Result<Admitted, Rejection> {
        let mut missing: Vec<Signer> = Vec::new();
        let mut trial: Option<State> = None;
        for (index, event) in act.act.events.iter().enumerate() {
            let state = trial.as_ref().unwrap_or(self);
            for signer in state.admit_event(event, act)? {
                if !missing.contains(&signer) {
                    missing.push(signer);
                }
            }
            if index.saturating_add(1) < act.act.events.len() {
                event.rules().apply(trial.get_or_insert_with(|| self.fork()), act);
            }
        }
        Ok(Admitted { missing })
    }

    /// Tries one event and returns the signatures that it still needs.
    fn admit_event(&self, event: &Event, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let rules = event.rules();
        if let Event::LedgerConstituted(_) = event {
            rules.admit(self, act)?;
            return Ok(Vec::new());
        }
        let officer = self.directory.author_of(act).map_err(Rejection::at_author)?;
        // Their own key they may replace.
        if !matches!(event, Event::KeyRotated(_)) {
            require_fit(officer, event).map_err(Rejection::at_author)?;
        }
        for party in rules.binds(self) {
            self.directory.require_standing(party)?;
        }
        let needed = rules.signers(self, act)?;
        let missing = after_signature(&needed, &self.capacities(officer, act, event)).ok_or_else(|| {
            Rejection::new(
                rules.signer_rule(self),
                format!("a {} of {} cannot sign {}", officer.role, officer.party, event.name()),
            )
            .remedy(format!("it takes {}", signer_list(&needed)))
            .at_author()
        })?;
        for kind in rules.documents() {
            require(act.has_document(*kind), rules.document_rule(), || {
                format!("{} needs a document of kind {kind}, bound by its digest", event.name())
            })?;
        }
        rules.admit(self, act)?;
        Ok(missing)
    }

    /// Takes an admitted act in: at once, or among those that wait when a signature is missing.
    pub fn apply(&mut self, act: &Arc<RecordedAct>, admitted: Admitted) {
        self.note_signature(act);
        if admitted.missing.is_empty() {
            self.apply_events(act);
        } else {
            let asked = admitted.missing.clone();
            self.pending.insert(act.seq, Pending { act: Arc::clone(act), missing: admitted.missing, asked });
        }
    }

    pub(crate) fn apply_events(&mut self, act: &RecordedAct) {
        for event in &act.act.events {
            event.rules().apply(self, act);
            self.keep_count_duties(event, act);
        }
        self.note_effects(act);
    }
}

/// Refuses business by those who attest, and what attests by those who do business (domain.md SOD-4).
fn require_fit(officer: Officer, event: &Event) -> Result<(), Rejection> {
    let Officer { role, party, .. } = officer;
    let attests = event.rules().attests();
    require(!role.only_looks() || attests, Rule::Sod4, || {
        format!("a {role} of {party} reads and attests; it signs no business")
    })?;
    require(role.only_looks() || role.signs_checkpoints() || !attests, Rule::Sod4, || {
        format!("a {role} of {party} does business; it does not sign {}", event.name())
    })
    .map_err(|rejection| rejection.remedy("auditors and reconciliation services attest"))?;
    require(!role.signs_checkpoints(), Rule::Sod4, || {
        format!("key {} ({role} of {party}) signs checkpoints, not acts", officer.key.short())
    })
    .map_err(|rejection| rejection.remedy("sign the act with an officer's own key"))
}

/// What can be asked.
impl State {
    /// Shows every row of every table: all that the state is made of.
    ///
    /// # Errors
    /// Those of the walker.
    pub fn rows<R: Rows>(&self, rows: &mut R) -> Result<(), R::Error> {
        self.walk(rows)
    }

    /// The clocks and limits that hold now.
    pub fn parameters(&self) -> &Parameters {
        &self.directory.parameters
    }

    /// The members.
    pub fn parties(&self) -> impl Iterator<Item = (&Party, &PartyRecord)> {
        self.directory.parties.iter()
    }

    /// All keys that were ever enrolled.
    pub fn keys(&self) -> impl Iterator<Item = (&PublicKey, &KeyRecord)> {
        self.directory.keys.iter()
    }

    /// All keys that ever signed checkpoints: the witnesses' and the log operators'. A key whose enrolment still waits
    /// for its second ministry is not among them; one that was rotated, revoked or compromised is, with its status.
    pub fn checkpoint_keys(&self) -> impl Iterator<Item = (&PublicKey, &KeyRecord)> {
        self.keys().filter(|(_, record)| record.role.signs_checkpoints())
    }

    /// The officer who holds a key, whether or not it still signs.
    pub fn officer(&self, key: &PublicKey) -> Option<Officer> {
        self.directory.officer(key)
    }

    /// The officer of a key that signs at `moment`.
    ///
    /// # Errors
    /// [`Rule::I03`]: never enrolled, rotated, revoked, compromised, or expired.
    pub fn signing_officer(&self, key: &PublicKey, moment: Timestamp) -> Result<Officer, Rejection> {
        self.directory.signing_officer(key, moment)
    }

    /// The acts that wait for signatures, by position.
    pub fn pending(&self) -> impl Iterator<Item = (&u64, &Pending)> {
        self.pending.iter()
    }

    /// All items.
    pub fn items(&self) -> impl Iterator<Item = (&ItemId, &Stock)> {
        self.register.stocks.iter()
    }

    /// One item.
    pub fn item(&self, id: &ItemId) -> Option<&Stock> {
        self.register.stocks.get(id)
    }

    /// All transfers.
    pub fn transfers(&self) -> impl Iterator<Item = (&TransferId, &Transfer)> {
        self.transfers.transfers.iter()
    }

    /// One transfer.
    pub fn transfer(&self, id: &TransferId) -> Option<&Transfer> {
        self.transfers.transfers.get(id)
    }

    /// All programmes.
    pub fn programmes(&self) -> impl Iterator<Item = (&ProgrammeId, &Programme)> {
        self.procurement.programmes.iter()
    }

    /// One programme.
    pub fn programme(&self, id: &ProgrammeId) -> Option<&Programme> {
        self.procurement.programmes.get(id)
    }

    /// All contracts.
    pub fn contracts(&self) -> impl Iterator<Item = (&ContractId, &Contract)> {
        self.procurement.contracts.iter()
    }

    /// One contract.
    pub fn contract(&self, id: &ContractId) -> Option<&Contract> {
        self.procurement.contracts.get(id)
    }
}
