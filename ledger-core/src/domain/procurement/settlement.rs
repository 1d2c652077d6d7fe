//! Settlement between the parties: what they owe one another is netted, and the nets are paid.

use serde::Serialize;

use super::{MoneyFact, NetAmount, Procurement};
use crate::domain::codes::Party;
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{Reference, SettlementId};
use crate::domain::money::Money;
use crate::domain::party::PAYER;
use crate::domain::regime::days;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::time::{Date, Timestamp};

events! {
    /// Close a settlement: who pays whom for all that the parties owe one another; the payment authoriser of every
    /// party signs
    SettlementRunClosed {
        /// Number of the settlement
        settlement: SettlementId,
        /// The period it covers
        period: Text,
        /// The last entry that it looks at
        up_to_entry: u64,
        /// Who pays whom how much, in the order of currency, debtor and creditor
        nets: Vec<NetAmount>,
    }

    /// Record that a net amount of a settlement was paid, whole or in part; both parties sign
    SettlementPaid {
        /// Number of the settlement
        settlement: SettlementId,
        /// The party that paid
        from: Party,
        /// The party that was paid
        to: Party,
        /// The amount
        amount: Money,
        /// The day on which the bank booked it
        value_date: Date,
        /// The bank's reference
        bank_ref: Reference,
    }
}

/// A net amount and what was paid on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Net {
    /// Who owes.
    pub debtor: Party,
    /// Who is owed.
    pub creditor: Party,
    /// How much.
    pub amount: Money,
    /// How much of it was paid.
    pub paid: Money,
}

impl Net {
    /// How much of it is not paid.
    pub fn open(&self) -> Money {
        self.amount.minus(self.paid).unwrap_or(Money::zero(self.amount.currency()))
    }
}

/// A closed settlement and what was paid of it.
#[derive(Debug, Clone, Serialize)]
pub struct Settlement {
    /// What was agreed.
    pub terms: SettlementRunClosed,
    /// The entry that closed it.
    pub closed_in: u64,
    /// When it was recorded.
    pub since: Timestamp,
    /// When its nets are overdue, by the clocks that held then.
    pub due: Option<Timestamp>,
    /// Each net and what was paid on it.
    pub nets: Vec<Net>,
}

impl Procurement {
    fn settlement(&self, id: &SettlementId) -> Result<&Settlement, Rejection> {
        self.settlements.get(id).ok_or_else(|| Rejection::unknown("settlement", id))
    }
}

impl State {
    /// All settlements.
    pub fn settlements(&self) -> impl Iterator<Item = (&SettlementId, &Settlement)> {
        self.procurement.settlements.iter()
    }

    /// One settlement.
    pub fn settlement(&self, id: &SettlementId) -> Option<&Settlement> {
        self.procurement.settlements.get(id)
    }
}

impl Rules for SettlementRunClosed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        // What a party owes outlives its membership, so whom a net names signs too.
        let mut parties: Vec<Party> = state.directory.active_parties().collect();
        parties.extend(self.nets.iter().flat_map(|net| [net.debtor, net.creditor]));
        parties.sort_unstable();
        parties.dedup();
        Ok(parties.into_iter().map(|party| Signer::of(party, PAYER)).collect())
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        state.regime("settlements")?;
        let procurement = &state.procurement;
        if procurement.settlements.contains(&self.settlement) {
            return Err(Rejection::taken("settlement", &self.settlement));
        }
        require(self.up_to_entry < act.seq, Rule::S05, || {
            format!("entry {} is not recorded yet", self.up_to_entry)
        })?;
        let last = procurement.settlements.iter().map(|(_, other)| other.terms.up_to_entry).max();
        require(last.is_none_or(|last| last <= self.up_to_entry), Rule::S05, || {
            format!("an earlier settlement looked at entries beyond {}", self.up_to_entry)
        })?;
        let lawful = procurement.unsettled(self.up_to_entry);
        require(self.nets == lawful, Rule::P10, || {
            let lawful: Vec<String> = lawful
                .iter()
                .map(|net| format!("{} pays {} {}", net.debtor, net.creditor, net.amount))
                .collect();
            let lawful = if lawful.is_empty() { "nobody owes anything".into() } else { lawful.join(", ") };
            format!("by what is recorded up to entry {}: {lawful}", self.up_to_entry)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let settlement = Settlement {
            terms: self.clone(),
            closed_in: act.seq,
            since: act.recorded_at,
            due: state.due_by(act.recorded_at, |regime| days(regime.settlement_days)),
            nets: self
                .nets
                .iter()
                .map(|net| Net {
                    debtor: net.debtor,
                    creditor: net.creditor,
                    amount: net.amount,
                    paid: Money::zero(net.amount.currency()),
                })
                .collect(),
        };
        state.procurement.settlements.insert(self.settlement.clone(), settlement);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        let mut parties: Vec<Party> = self.nets.iter().flat_map(|net| [net.debtor, net.creditor]).collect();
        parties.sort_unstable();
        parties.dedup();
        parties.into_iter().map(Subject::Party).collect()
    }
}

impl SettlementPaid {
    fn pays(&self, net: &Net) -> bool {
        let between = net.debtor == self.from && net.creditor == self.to;
        between && net.amount.currency() == self.amount.currency()
    }
}

impl Rules for SettlementPaid {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.from, PAYER), Signer::of(self.to, PAYER)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let settlement = state.procurement.settlement(&self.settlement)?;
        state.procurement.require_new_bank_ref(&self.bank_ref)?;
        require(!self.amount.is_zero(), Rule::S05, || "a payment of nothing".into())?;
        let net = settlement.nets.iter().find(|net| self.pays(net)).ok_or_else(|| {
            Rejection::new(
                Rule::P10,
                format!(
                    "{} owes {} nothing in {} by settlement {}",
                    self.from,
                    self.to,
                    self.amount.currency(),
                    self.settlement
                ),
            )
        })?;
        require(self.amount.at_most(net.open()), Rule::P10, || {
            format!(
                "{} owes {} {} and no more by settlement {}",
                self.from,
                self.to,
                net.open(),
                self.settlement
            )
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let fact = MoneyFact::Settlement(self.settlement.clone());
        state.procurement.bank_refs.insert(self.bank_ref.clone(), fact);
        let Some(settlement) = state.procurement.settlements.get_mut(&self.settlement) else { return };
        if let Some(net) = settlement.nets.iter_mut().find(|net| self.pays(net)) {
            net.paid = net.paid.plus(self.amount).unwrap_or(net.paid);
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Party(self.from), Subject::Party(self.to)]
    }
}
