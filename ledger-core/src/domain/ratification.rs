//! What went ahead without a party's word, and how the party answers afterwards (domain.md sections 6 and 8).
//!
//! An act under a standing authorisation needs no answer. An act in a crisis is owed a ratification by the party
//! whose consent the crisis stood in for: it stays on the list of debts, with its age, until that party ratifies or
//! refuses it. A refusal erases nothing: it opens the unwinding, which both sides close when they have agreed how.

use serde::Serialize;

use super::codes::Party;
use super::consent::{Basis, Demand, Family, Signer};
use super::event::{RecordedAct, Rules, events};
use super::ids::CrisisId;
use super::party::MINISTER;
use super::regime::hours;
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::text::{Text, code_list};
use super::time::Timestamp;

code_list! {
    /// How an act that a party refused to ratify is unwound.
    Remedy: "a way of unwinding" {
        /// The goods are back.
        1 Return "RETURN";
        /// It is paid for.
        2 Payment "PAYMENT";
        /// An apology stands on the record.
        3 Apology "APOLOGY";
    }
}

events! {
    /// Ratify, for one's own party, what was done without its consent in a crisis
    ActRatified {
        /// Position of the act that was done
        entry: u64,
        /// The party that ratifies
        party: Party,
        /// A remark
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Text>,
    }

    /// Refuse, for one's own party, to ratify what was done without its consent in a crisis; opens the unwinding
    RatificationRefused {
        /// Position of the act that was done
        entry: u64,
        /// The party that refuses
        party: Party,
        /// Why
        reason: Text,
    }

    /// Close the unwinding of an act that was not ratified; both sides sign
    UnwindingClosed {
        /// Position of the act that was done
        entry: u64,
        /// The party that refused to ratify it
        party: Party,
        /// How it was unwound
        remedy: Remedy,
        /// What was done
        finding: Text,
    }
}

/// One consent of another party on which an act went ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reliance {
    /// Whose consent it is.
    pub party: Party,
    /// Of which kind.
    pub family: Family,
    /// On what it rests.
    #[serde(flatten)]
    pub basis: Basis,
}

/// What a party owes an answer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ratification {
    /// The party that acted.
    pub by: Party,
    /// The kinds of consent that were passed over. Each is answered for by an officer who would have given it, or by the
    /// minister.
    pub families: Vec<Family>,
    /// The crisis that stood in for it.
    pub crisis: CrisisId,
    /// What the act was about.
    pub subject: Subject,
    /// When it was recorded.
    pub since: Timestamp,
    /// When the answer is overdue.
    pub due: Timestamp,
    /// What became of it.
    #[serde(flatten)]
    pub status: RatificationStatus,
}

impl Ratification {
    /// The kinds of consent that were passed over, for people.
    pub fn families_in_words(&self) -> String {
        self.families.iter().map(|family| family.code()).collect::<Vec<_>>().join(", ")
    }
}

/// What became of an act that was done in a crisis (domain.md section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum RatificationStatus {
    /// It waits for the party's answer.
    Owed,
    /// The party ratified it.
    Ratified {
        /// The entry in which it did.
        entry: u64,
    },
    /// The party refused, and the unwinding is open.
    Refused {
        /// The entry in which it did.
        entry: u64,
    },
    /// The party refused, and the unwinding is closed.
    Unwound {
        /// The entry that closed it.
        entry: u64,
    },
}

impl State {
    /// On which consents of other parties the act at `entry` went ahead.
    pub fn reliances(&self, entry: u64) -> &[Reliance] {
        self.authority.reliances.get(&entry).map_or(&[], Vec::as_slice)
    }

    /// All acts that went ahead on another party's consent, by position.
    pub fn all_reliances(&self) -> impl Iterator<Item = (&u64, &Vec<Reliance>)> {
        self.authority.reliances.iter()
    }

    /// All ratifications that are or were owed: by entry, and the party that owes it.
    pub fn ratifications(&self) -> impl Iterator<Item = (&(u64, Party), &Ratification)> {
        self.authority.ratifications.iter()
    }

    /// Notes on which consent an act went ahead, and what is owed for it. Called when it takes effect, with the basis
    /// that admission found.
    pub(crate) fn rely(&mut self, act: &RecordedAct, demand: &Demand, basis: &Basis, subject: Subject) {
        let reliance = Reliance { party: demand.of, family: demand.family, basis: basis.clone() };
        let all = self.authority.reliances.get_or_insert(act.seq, Vec::new);
        if !all.contains(&reliance) {
            all.push(reliance);
        }
        let Basis::Crisis { crisis } = basis else { return };
        let wait = self.directory.regime.as_ref().map_or(0, |regime| hours(regime.ratification_h));
        let debt = Ratification {
            by: demand.by,
            families: Vec::new(),
            crisis: crisis.clone(),
            subject,
            since: act.recorded_at,
            due: act.recorded_at.later_by(wait),
            status: RatificationStatus::Owed,
        };
        let debt = self.authority.ratifications.get_or_insert((act.seq, demand.of), || debt);
        if !debt.families.contains(&demand.family) {
            debt.families.push(demand.family);
        }
    }

    fn ratification(&self, entry: u64, party: Party) -> Result<&Ratification, Rejection> {
        self.authority.ratifications.get(&(entry, party)).ok_or_else(|| {
            Rejection::new(Rule::S01, format!("{party} owes no ratification of entry {entry}"))
                .remedy("list what is owed with status")
        })
    }

    /// Refuses an answer to what is answered, and one by an officer who declared the crisis (domain.md SOD-6).
    fn admit_answer(&self, entry: u64, party: Party, act: &RecordedAct) -> Result<(), Rejection> {
        let debt = self.ratification(entry, party)?;
        require(debt.status == RatificationStatus::Owed, Rule::G03, || {
            format!("{party} has answered for entry {entry} already")
        })?;
        let declared = self.crisis(&debt.crisis, party);
        let signers = act.signed_by();
        let himself =
            declared.is_some_and(|crisis| signers.iter().any(|key| crisis.declared_by.contains(key)));
        require(!himself, Rule::Sod6, || {
            format!("who declared crisis {} for {party} does not ratify what was done under it", debt.crisis)
        })
        .map_err(|rejection| rejection.remedy(format!("another officer of {party} answers")))
    }

    fn set_answer(&mut self, entry: u64, party: Party, status: RatificationStatus) -> Option<Subject> {
        let debt = self.authority.ratifications.get_mut(&(entry, party))?;
        debt.status = status;
        Some(debt.subject.clone())
    }

    fn answer_signs(&self, entry: u64, party: Party) -> Result<Vec<Signer>, Rejection> {
        let families = &self.ratification(entry, party)?.families;
        Ok(families.iter().map(|family| Signer::of(party, family.ratifiers())).collect())
    }

    fn subjects_of_answer(&self, entry: u64, party: Party) -> Vec<Subject> {
        let subject = self.authority.ratifications.get(&(entry, party)).map(|debt| debt.subject.clone());
        std::iter::once(Subject::Entry(entry)).chain(subject).collect()
    }
}

impl Rules for ActRatified {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.answer_signs(self.entry, self.party)
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::G03
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        state.admit_answer(self.entry, self.party, act)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        state.set_answer(self.entry, self.party, RatificationStatus::Ratified { entry: act.seq });
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_answer(self.entry, self.party)
    }
}

impl Rules for RatificationRefused {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        // One no is enough: of whoever could have given one of the consents.
        let wanted = state.answer_signs(self.entry, self.party)?;
        let officer = state.directory.officer(&act.author);
        let his = officer.and_then(|officer| wanted.iter().find(|signer| signer.accepts(&officer)).copied());
        Ok(his.map_or(wanted, |signer| vec![signer]))
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::G03
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        state.admit_answer(self.entry, self.party, act)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let status = RatificationStatus::Refused { entry: act.seq };
        let subject = state.set_answer(self.entry, self.party, status);
        match subject {
            Some(Subject::Transfer(transfer)) => state.unwind_transfer(&transfer, act),
            Some(Subject::Movement(movement)) => state.unwind_movement(&movement, self.party, act),
            Some(Subject::Support(order)) => state.unwind_support(&order, act),
            _ => {}
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_answer(self.entry, self.party)
    }
}

impl Rules for UnwindingClosed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let debt = state.ratification(self.entry, self.party)?;
        // One signature a side: what is agreed is how it was unwound, not what was passed over.
        let roles = debt.families.first().map_or(MINISTER, |family| family.ratifiers());
        Ok(vec![Signer::of(self.party, roles), Signer::of(debt.by, roles)])
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::G03
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let debt = state.ratification(self.entry, self.party)?;
        require(matches!(debt.status, RatificationStatus::Refused { .. }), Rule::G03, || {
            format!("no unwinding of entry {} is open between {} and {}", self.entry, self.party, debt.by)
        })?;
        if self.remedy != Remedy::Return {
            return Ok(());
        }
        let (back, what) = match &debt.subject {
            Subject::Transfer(id) => {
                (!state.transfer_is_open(id), format!("what was given in transfer {id}"))
            }
            Subject::Movement(id) => (!state.movement_is_in(id, self.party), format!("movement {id}")),
            Subject::Support(id) => {
                let owed = state.support_order(id).is_some_and(|order| order.owed().is_some());
                (!owed, format!("what was given for support order {id}"))
            }
            _ => return Ok(()),
        };
        require(back, Rule::G03, || format!("{what} has not gone back"))
            .map_err(|rejection| rejection.remedy("record the return first"))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        state.set_answer(self.entry, self.party, RatificationStatus::Unwound { entry: act.seq });
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_answer(self.entry, self.party)
    }
}
