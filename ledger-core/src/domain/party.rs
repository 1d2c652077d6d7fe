//! Parties, their officers' keys, and the acts by which keys come and go (domain.md sections 4.2 and 5.4).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::Party;
use super::consent::Signer;
use super::event::{RecordedAct, Rules, events};
use super::ids::{Origin, PublicKey, Reference, Signature};
use super::membership::Membership;
use super::regime::RegimeParameters;
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::table::tables;
use super::text::{Text, code_list};
use super::time::Timestamp;

code_list! {
    /// What an officer may do. One key has one role in one party.
    Role: "a role" {
        /// The party's root key, named in the charter: enrols registrars and officers, does no business.
        1 Root "ROOT";
        /// Minister or delegate.
        2 Minister "MIN";
        /// National armaments director.
        3 ArmamentsDirector "NAD";
        /// Contracting officer.
        4 ContractingOfficer "PCO";
        /// Payment authoriser.
        5 PaymentAuthoriser "FIN";
        /// Quality representative.
        6 QualityRepresentative "QAR";
        /// Property-book officer.
        7 PropertyBookOfficer "PBO";
        /// Hand-receipt holder.
        8 HandReceiptHolder "HRH";
        /// Movement-centre duty officer.
        9 MovementCentre "NMC";
        /// Convoy or march commander.
        10 ConvoyCommander "TFC";
        /// Military customs.
        11 Customs "CUS";
        /// Licence authority liaison.
        12 LicenceLiaison "LIC";
        /// Crisis duty officer.
        13 DutyOfficer "DTY";
        /// Key registrar.
        14 Registrar "REG";
        /// Auditor: reads and attests.
        15 Auditor "AUD";
        /// Reconciliation service: posts results only.
        16 Reconciliation "REC";
        /// Witness: cosigns checkpoints for its ministry; signs no acts.
        17 Witness "WIT";
        /// Log operator: signs checkpoints under the ledger's name; signs no acts.
        18 LogOperator "LOG";
    }
}

impl Role {
    /// True for those who read, attest and post results, and sign no business (domain.md SOD-4).
    pub const fn only_looks(self) -> bool {
        matches!(self, Role::Auditor | Role::Reconciliation)
    }

    /// True for the keys of machines that sign checkpoints and never acts: what a stolen one could sign is no business
    /// (domain.md SOD-4).
    pub const fn signs_checkpoints(self) -> bool {
        matches!(self, Role::Witness | Role::LogOperator)
    }
}

/// Who keeps a party's keys.
pub(crate) const REGISTRARS: &[Role] = &[Role::Root, Role::Registrar];
/// Who keeps the keys of registrars (domain.md SOD-5).
const ROOT: &[Role] = &[Role::Root];
/// Who binds the ministry.
pub(crate) const MINISTER: &[Role] = &[Role::Minister];
/// Who steers armaments programmes.
pub(crate) const DIRECTOR: &[Role] = &[Role::ArmamentsDirector];
/// Who signs contracts.
pub(crate) const BUYER: &[Role] = &[Role::ContractingOfficer];
/// Who authorises payments.
pub(crate) const PAYER: &[Role] = &[Role::PaymentAuthoriser];
/// Who deals with exemption from tax.
pub(crate) const EXEMPTION: &[Role] = &[Role::Customs, Role::PaymentAuthoriser];
/// Who judges quality.
pub(crate) const QUALITY: &[Role] = &[Role::QualityRepresentative];
/// Who keeps the property book.
pub(crate) const BOOK: &[Role] = &[Role::PropertyBookOfficer];
/// Who answers for goods in hand: the book keeper or the hand-receipt holder.
pub(crate) const HANDS: &[Role] = &[Role::PropertyBookOfficer, Role::HandReceiptHolder];
/// Who takes goods on a hand receipt.
pub(crate) const RECEIPT_HOLDER: &[Role] = &[Role::HandReceiptHolder];
/// Who counts beside the book keeper.
pub(crate) const SECOND_COUNTERS: &[Role] = &[
    Role::HandReceiptHolder,
    Role::QualityRepresentative,
    Role::ConvoyCommander,
    Role::Customs,
    Role::DutyOfficer,
];
/// Who deals with licence authorities.
pub(crate) const LIAISON: &[Role] = &[Role::LicenceLiaison];
/// Who keeps the property book, or acts for him while the party is in a crisis.
pub(crate) const BOOK_OR_DUTY: &[Role] = &[Role::PropertyBookOfficer, Role::DutyOfficer];
/// Who answers for goods in hand, or acts for him while the party is in a crisis.
pub(crate) const HANDS_OR_DUTY: &[Role] =
    &[Role::PropertyBookOfficer, Role::HandReceiptHolder, Role::DutyOfficer];
/// Who speaks for a party's movements.
pub(crate) const MOVEMENTS: &[Role] = &[Role::MovementCentre];
/// Who binds the ministry in a crisis.
pub(crate) const MINISTER_OR_DUTY: &[Role] = &[Role::Minister, Role::DutyOfficer];
/// Who answers for a party's books.
pub(crate) const BOOK_OR_PAYER: &[Role] = &[Role::PropertyBookOfficer, Role::PaymentAuthoriser];
/// Who answers an auditor.
pub(crate) const MANAGEMENT: &[Role] = &[Role::Minister, Role::ArmamentsDirector];
/// Who examines.
pub(crate) const AUDITOR: &[Role] = &[Role::Auditor];
/// Who posts what a comparison gave.
pub(crate) const RECONCILER: &[Role] = &[Role::Reconciliation];
/// Who may stop what is allowed by a standing authorisation, at once.
pub(crate) const SUSPENDERS: &[Role] = &[Role::Minister, Role::MovementCentre, Role::DutyOfficer];

/// A founding party as the charter names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundingParty {
    /// Country code of the party
    pub party: Party,
    /// Name of the ministry
    pub name: Text,
    /// The party's root key; it signs the charter and enrols the first officers
    pub root_key: PublicKey,
}

/// The clocks and limits that the parties agreed on. They are data in the ledger, not constants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// How far a claimed time may lie ahead of the time it is compared with, in milliseconds
    pub clock_skew_ms: u64,
    /// How long goods may be in transit before it is a break, in hours
    pub in_transit_limit_h: u32,
    /// How long an answer to a discrepancy report may take, in days
    pub discrepancy_answer_days: u32,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { clock_skew_ms: 300_000, in_transit_limit_h: 72, discrepancy_answer_days: 30 }
    }
}

/// What the founders agree on before there is a ledger. Every founding party signs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Charter {
    /// The ledger's name, a URL without scheme; stands in every entry
    pub origin: Origin,
    /// What the ledger is for
    pub purpose: Text,
    /// The founders, in the order of their country codes
    pub parties: Vec<FoundingParty>,
    /// The clocks and limits that hold from the beginning
    pub parameters: Parameters,
}

/// A founder's signature under the charter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CharterSignature {
    /// The party that signs
    pub party: Party,
    /// Its root key's signature over the charter's bytes
    pub signature: Signature,
}

events! {
    /// Found the ledger: the charter that every founding party signed. Entry 0, and only entry 0
    LedgerConstituted {
        /// What the founders agreed on
        charter: Charter,
        /// One signature a founder, in the order of the charter
        signatures: Vec<CharterSignature>,
    }

    /// Enrol an officer's key with its role; counts once a registrar of another party has countersigned
    KeyEnrolled {
        /// The officer's public key
        key: PublicKey,
        /// The party that the officer serves
        party: Party,
        /// The one role that the key has
        role: Role,
        /// The moment from which the key no longer signs; without it the key stays until revoked
        #[serde(default, skip_serializing_if = "Option::is_none")]
        valid_until: Option<Timestamp>,
        /// Where the person's name stands, in a register outside the ledger that can be erased
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person_ref: Option<Reference>,
    }

    /// Replace an officer's key by a new one with the same role; signed with the old key, or by a registrar and
    /// countersigned by one of another party
    KeyRotated {
        /// The key that ends
        old_key: PublicKey,
        /// The key that takes its place
        new_key: PublicKey,
        /// Why
        reason: Text,
    }

    /// End an officer's key; what it signed before stays valid
    KeyRevoked {
        /// The key that ends
        key: PublicKey,
        /// Why
        reason: Text,
    }
}

/// An officer, as far as the ledger knows: a key with a role in a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Officer {
    /// The key.
    pub key: PublicKey,
    /// The party served.
    pub party: Party,
    /// The role.
    pub role: Role,
}

/// Whether a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum KeyStatus {
    /// It signs, until its `valid_until`.
    Active,
    /// Another key took its place.
    Rotated {
        /// The entry that says so.
        entry: u64,
        /// The key that took its place.
        by: PublicKey,
    },
    /// It was ended.
    Revoked {
        /// The entry that says so.
        entry: u64,
    },
    /// It fell into wrong hands.
    Compromised {
        /// The entry that says so.
        entry: u64,
        /// From when on what it signed is in doubt.
        since: Timestamp,
    },
}

/// What the ledger knows of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyRecord {
    /// The party served.
    pub party: Party,
    /// The role.
    pub role: Role,
    /// The entry that enrolled it. It signs once that entry has all its signatures.
    pub enrolled_in: u64,
    /// The moment from which it no longer signs.
    pub valid_until: Option<Timestamp>,
    /// Where the person's name stands.
    pub person_ref: Option<Reference>,
    /// Whether it signs.
    #[serde(flatten)]
    pub status: KeyStatus,
}

impl KeyRecord {
    /// A party's first root key.
    pub(crate) fn root(party: Party, enrolled_in: u64) -> Self {
        Self {
            party,
            role: Role::Root,
            enrolled_in,
            valid_until: None,
            person_ref: None,
            status: KeyStatus::Active,
        }
    }
}

/// What the ledger knows of a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartyRecord {
    /// Name of the ministry.
    pub name: Text,
    /// Its root key.
    pub root_key: PublicKey,
    /// The entry that made it a member.
    pub member_since: u64,
    /// Whether it takes on anything new.
    #[serde(flatten)]
    pub membership: Membership,
}

impl PartyRecord {
    /// A new member.
    pub(crate) fn new(name: &Text, root_key: PublicKey, member_since: u64) -> Self {
        Self { name: name.clone(), root_key, member_since, membership: Membership::Member }
    }
}

tables! {
    /// Parties, keys, and the clocks and limits that hold.
    pub(crate) struct Directory {
        parties: Party => PartyRecord,
        keys: PublicKey => KeyRecord,
    }
    values {
        /// What the charter set, or what was agreed anew.
        parameters: Parameters,
        /// What the parties agreed on since the founding.
        regime: Option<RegimeParameters>,
    }
}

impl Directory {
    /// The officer of a key, whether or not it still signs.
    pub(crate) fn officer(&self, key: &PublicKey) -> Option<Officer> {
        self.keys.get(key).map(|record| Officer { key: *key, party: record.party, role: record.role })
    }

    /// The officer of a key that signs at `moment`.
    ///
    /// # Errors
    /// [`Rule::I03`]: never enrolled, rotated, revoked, compromised, or expired.
    pub(crate) fn signing_officer(&self, key: &PublicKey, moment: Timestamp) -> Result<Officer, Rejection> {
        let short = key.short();
        let Some(record) = self.keys.get(key) else {
            return Err(Rejection::new(Rule::I03, format!("key {short} is not enrolled"))
                .remedy("have a registrar enrol it and a registrar of another party countersign"));
        };
        let (party, role) = (record.party, record.role);
        match record.status {
            KeyStatus::Active => {}
            KeyStatus::Rotated { entry, by } => {
                return Err(Rejection::new(
                    Rule::I03,
                    format!(
                        "key {short} ({role} of {party}) was replaced by {} in entry {entry}",
                        by.short()
                    ),
                )
                .remedy("sign with the new key"));
            }
            KeyStatus::Revoked { entry } => {
                return Err(Rejection::new(
                    Rule::I03,
                    format!("key {short} ({role} of {party}) was revoked in entry {entry}"),
                )
                .remedy("sign with a key that is enrolled"));
            }
            KeyStatus::Compromised { entry, since } => {
                return Err(Rejection::new(
                    Rule::I03,
                    format!("key {short} ({role} of {party}) is compromised since {since}, by entry {entry}"),
                )
                .remedy("sign with a key that is enrolled"));
            }
        }
        if let Some(until) = record.valid_until {
            require(moment < until, Rule::I03, || {
                format!("key {short} ({role} of {party}) expired at {until}")
            })?;
        }
        Ok(Officer { key: *key, party, role })
    }

    /// The officer who signed an act at its place.
    ///
    /// An act may wait for other signatures while its author gets a new key. He signed it when the old one was
    /// his, so it counts; that the old key was ended for another reason is looked at when the last signature is
    /// given.
    ///
    /// # Errors
    /// As [`signing_officer`](Self::signing_officer).
    pub(crate) fn author_of(&self, act: &RecordedAct) -> Result<Officer, Rejection> {
        match self.keys.get(&act.author) {
            Some(KeyRecord { party, role, status: KeyStatus::Rotated { entry, .. }, .. })
                if act.seq < *entry =>
            {
                Ok(Officer { key: act.author, party: *party, role: *role })
            }
            _ => self.signing_officer(&act.author, act.recorded_at),
        }
    }

    /// Refuses a party that is no member.
    pub(crate) fn require_party(&self, party: Party) -> Result<(), Rejection> {
        self.party(party).map(drop)
    }

    /// The members in good standing, in the order of their codes.
    pub(crate) fn active_parties(&self) -> impl Iterator<Item = Party> {
        let members = self.parties.iter().filter(|(_, record)| record.membership == Membership::Member);
        members.map(|(party, _)| *party)
    }

    /// Refuses a party that is no member in good standing: it takes on nothing new.
    pub(crate) fn require_standing(&self, party: Party) -> Result<(), Rejection> {
        let record = self.party(party)?;
        let why = match record.membership {
            Membership::Member => return Ok(()),
            Membership::Suspended { entry } => format!("{party} is suspended since entry {entry}"),
            Membership::Withdrawn { entry } => format!("{party} has withdrawn in entry {entry}"),
        };
        Err(Rejection::new(Rule::S06, format!("{why}: it takes on nothing new"))
            .remedy("what it took on before can still be fulfilled"))
    }

    /// A party that is or was a member.
    pub(crate) fn party(&self, party: Party) -> Result<&PartyRecord, Rejection> {
        self.parties.get(&party).ok_or_else(|| Rejection::unknown("party", party))
    }

    /// Makes a party a member, with its first root key.
    pub(crate) fn take_in(&mut self, party: Party, name: &Text, root_key: PublicKey, entry: u64) {
        self.parties.insert(party, PartyRecord::new(name, root_key, entry));
        self.keys.insert(root_key, KeyRecord::root(party, entry));
    }

    pub(crate) fn key(&self, key: &PublicKey) -> Result<&KeyRecord, Rejection> {
        self.keys.get(key).ok_or_else(|| Rejection::unknown("key", key.short()))
    }

    pub(crate) fn require_active(&self, key: &PublicKey) -> Result<(), Rejection> {
        let record = self.key(key)?;
        require(record.status == KeyStatus::Active, Rule::S03, || {
            format!("key {} is no longer in use", key.short())
        })
    }
}

impl Directory {
    /// The key that stands at the end of a key's rotations.
    fn newest(&self, key: &PublicKey) -> PublicKey {
        let mut key = *key;
        // A rotation brings a fresh key, so the chain has no rings.
        while let Some(KeyRecord { status: KeyStatus::Rotated { by, .. }, .. }) = self.keys.get(&key) {
            key = *by;
        }
        key
    }

    /// True when two keys are one person's, as far as the ledger can tell: one was rotated into the other, or both
    /// were enrolled by one party with the same entry in its register of persons.
    pub(crate) fn same_person(&self, a: &PublicKey, b: &PublicKey) -> bool {
        if self.newest(a) == self.newest(b) {
            return true;
        }
        let person = |key| self.keys.get(key).map(|record| (record.party, record.person_ref.as_ref()));
        matches!((person(a), person(b)), (Some((p, Some(x))), Some((q, Some(y)))) if p == q && x == y)
    }
}

/// Refuses a key that is known already: a key has one role in one party, for ever (domain.md G05).
pub(crate) fn require_new_key(state: &State, key: &PublicKey) -> Result<(), Rejection> {
    match state.directory.officer(key) {
        None => Ok(()),
        Some(known) => Err(Rejection::new(
            Rule::G05,
            format!("key {} is known already, as {} of {}", key.short(), known.role, known.party),
        )
        .remedy("make a fresh key: one key, one role")),
    }
}

impl Rules for LedgerConstituted {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        // Entry 0 is signed by any of the root keys that it names; admit() sees to it.
        Ok(Vec::new())
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        require(act.seq == 0 && state.directory.parties.len() == 0, Rule::S02, || {
            "the ledger is founded already".into()
        })?;
        require(act.act.events.len() == 1, Rule::S05, || {
            "the founding is the only event of its act: what waits for signatures cannot found a ledger"
                .into()
        })?;
        let parties = &self.charter.parties;
        require(parties.len() >= 2, Rule::S05, || "a joint ledger has at least two founding parties".into())?;
        require(
            parties.windows(2).all(|pair| matches!(pair, [a, b] if a.party < b.party)),
            Rule::S05,
            || "the founders stand in the order of their country codes, each once".into(),
        )?;
        let mut keys: Vec<_> = parties.iter().map(|party| party.root_key).collect();
        keys.sort_unstable();
        keys.dedup();
        require(keys.len() == parties.len(), Rule::G05, || "two founders have the same root key".into())?;
        require(keys.contains(&act.author), Rule::I03, || {
            "entry 0 is signed with one of the root keys".into()
        })?;
        let signed = self.signatures.iter().map(|signature| signature.party);
        require(signed.eq(parties.iter().map(|party| party.party)), Rule::G07, || {
            "the charter is signed by every founder, in the order of the charter".into()
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        state.directory.parameters = self.charter.parameters.clone();
        for founder in &self.charter.parties {
            state.directory.take_in(founder.party, &founder.name, founder.root_key, act.seq);
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        self.charter.parties.iter().map(|party| Subject::Key(party.root_key)).collect()
    }
}

/// Who of a party keeps the keys of this role: registrars make no registrars (domain.md SOD-5).
pub(crate) const fn keepers_of(role: Role) -> &'static [Role] {
    if matches!(role, Role::Registrar) { ROOT } else { REGISTRARS }
}

impl Rules for KeyEnrolled {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.directory.require_party(self.party)?;
        let keeper = keepers_of(self.role);
        Ok(vec![Signer::of(self.party, keeper), Signer::other_than(self.party, REGISTRARS)])
    }

    fn signer_rule(&self, _: &State) -> Rule {
        if self.role == Role::Registrar { Rule::Sod5 } else { Rule::G07 }
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        require(self.key != act.author, Rule::Sod5, || "nobody enrols his own key".into())?;
        require_new_key(state, &self.key)?;
        require(self.role != Role::Root, Rule::S05, || {
            "a root key comes with the charter or by rotation".into()
        })?;
        require(self.valid_until.is_none_or(|until| until > act.recorded_at), Rule::S05, || {
            "the key would have expired before it is enrolled".into()
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        state.directory.keys.insert(
            self.key,
            KeyRecord {
                party: self.party,
                role: self.role,
                enrolled_in: act.seq,
                valid_until: self.valid_until,
                person_ref: self.person_ref.clone(),
                status: KeyStatus::Active,
            },
        );
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Key(self.key)]
    }
}

impl Rules for KeyRotated {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let old = state.directory.key(&self.old_key)?;
        if act.author == self.old_key {
            // With the old key its holder vouches for the new one.
            return Ok(vec![Signer::of(old.party, ANY_ROLE)]);
        }
        require(old.role != Role::Root, Rule::I03, || "a root key is replaced by itself alone".into())?;
        // A registrar who replaces a key enrols the new one: it takes the signatures of an enrolment.
        Ok(vec![Signer::of(old.party, keepers_of(old.role)), Signer::other_than(old.party, REGISTRARS)])
    }

    fn signer_rule(&self, state: &State) -> Rule {
        let registrar = state.directory.key(&self.old_key).is_ok_and(|old| old.role == Role::Registrar);
        if registrar { Rule::Sod5 } else { Rule::G07 }
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        state.directory.require_active(&self.old_key)?;
        require_new_key(state, &self.new_key)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let keys = &mut state.directory.keys;
        let Some(old) = keys.get_mut(&self.old_key) else { return };
        let new = KeyRecord { enrolled_in: act.seq, status: KeyStatus::Active, ..old.clone() };
        old.status = KeyStatus::Rotated { entry: act.seq, by: self.new_key };
        let (party, role) = (new.party, new.role);
        keys.insert(self.new_key, new);
        state.end_delegations(&self.old_key, act.seq);
        if role == Role::Root
            && let Some(record) = state.directory.parties.get_mut(&party)
        {
            record.root_key = self.new_key;
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Key(self.old_key), Subject::Key(self.new_key)]
    }
}

impl Rules for KeyRevoked {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let record = state.directory.key(&self.key)?;
        Ok(vec![Signer::of(record.party, REGISTRARS)])
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        state.directory.require_active(&self.key)?;
        let role = state.directory.key(&self.key)?.role;
        require(role != Role::Root, Rule::S03, || "a root key is replaced, never revoked".into())?;
        let author = state.directory.officer(&act.author);
        let by_root = author.is_some_and(|officer| officer.role == Role::Root);
        require(role != Role::Registrar || by_root, Rule::Sod5, || {
            "a registrar is revoked by the root key of the party".into()
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(record) = state.directory.keys.get_mut(&self.key) {
            record.status = KeyStatus::Revoked { entry: act.seq };
        }
        state.end_delegations(&self.key, act.seq);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Key(self.key)]
    }
}

/// Every role: for acts where the very key is looked at.
pub(crate) const ANY_ROLE: &[Role] = &[
    Role::Root,
    Role::Minister,
    Role::ArmamentsDirector,
    Role::ContractingOfficer,
    Role::PaymentAuthoriser,
    Role::QualityRepresentative,
    Role::PropertyBookOfficer,
    Role::HandReceiptHolder,
    Role::MovementCentre,
    Role::ConvoyCommander,
    Role::Customs,
    Role::LicenceLiaison,
    Role::DutyOfficer,
    Role::Registrar,
    Role::Auditor,
    Role::Reconciliation,
    Role::Witness,
    Role::LogOperator,
];
