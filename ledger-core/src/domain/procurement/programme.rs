//! The programme: who takes part with which shares, when its arrangement takes effect, and who bears the common
//! cost.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::participation::{EarlierShares, Withdrawal};
use crate::domain::codes::{Cpv, DocumentKind, MlCategory, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{CommitmentId, ContractId, PoolId, ProgrammeId};
use crate::domain::money::{Currency, Money, Share, common_weights};
use crate::domain::party::{DIRECTOR, MINISTER, PAYER};
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::{Text, code_list};
use crate::domain::time::Date;

code_list! {
    /// By which of a programme's share vectors a cost is divided.
    CostBasis: "a basis for sharing cost" {
        /// By the shares of the quantity.
        1 Quantity "QTY";
        /// By the shares of the common, non-recurring cost.
        2 CommonCost "COMMON";
        /// By the shares of the lead nation's fee.
        3 Fee "FEE";
    }
}

/// A party's part of a cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyAmount {
    /// The party
    pub party: Party,
    /// Its amount
    pub amount: Money,
}

events! {
    /// Propose a joint procurement programme, as the lead nation
    ProgrammeProposed {
        /// Number of the programme
        programme: ProgrammeId,
        /// Its title
        title: Text,
        /// The capability it serves
        capability: Text,
        /// What it is estimated to cost
        estimate: Money,
        /// Codes of the Common Procurement Vocabulary
        cpv: Vec<Cpv>,
        /// Categories of the EU Common Military List
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ml: Vec<MlCategory>,
        /// The lead nation
        lead: Party,
    }

    /// Join a programme with one's shares, before its arrangement takes effect
    ParticipantJoined {
        /// Number of the programme
        programme: ProgrammeId,
        /// The party that joins
        party: Party,
        /// Its share of the quantity
        quantity_share: Share,
        /// Its share of the common, non-recurring cost
        common_cost_share: Share,
        /// Its share of the lead nation's fee
        fee_share: Share,
    }

    /// Put the arrangement among the participants into effect; the minister of each signs
    ArrangementEffective {
        /// Number of the programme
        programme: ProgrammeId,
        /// How the participants decide
        decision_rule: Text,
        /// Whether the participants' audit offices may audit the lead nation
        audit_clause: bool,
        /// What happens when one withdraws
        withdrawal_terms: Text,
        /// The currency of the programme
        currency: Currency,
    }

    /// Share out a pool of common cost among the participants
    CostShareAssessed {
        /// Number of the pool
        pool: PoolId,
        /// Number of the programme
        programme: ProgrammeId,
        /// The period it covers
        period: Text,
        /// By which shares it is divided
        basis: CostBasis,
        /// The whole cost
        total: Money,
        /// Each participant's part, in the order of the country codes
        parts: Vec<PartyAmount>,
    }

    /// Cancel a programme before anything is contracted in it, as the lead nation
    ProgrammeCancelled {
        /// Number of the programme
        programme: ProgrammeId,
        /// Why
        reason: Text,
    }
}

/// A participant's shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Shares {
    /// Of the quantity.
    pub quantity: Share,
    /// Of the common, non-recurring cost.
    pub common_cost: Share,
    /// Of the lead nation's fee.
    pub fee: Share,
}

/// A programme and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct Programme {
    /// What was proposed.
    pub terms: ProgrammeProposed,
    /// Who takes part with which shares, as last agreed.
    pub participants: BTreeMap<Party, Shares>,
    /// Who took part before that, the first agreement first.
    pub earlier: Vec<EarlierShares>,
    /// Who withdrew.
    pub withdrawals: Vec<Withdrawal>,
    /// The currency, once the arrangement is in effect.
    pub currency: Option<Currency>,
    /// The entry that put the arrangement into effect.
    pub effective_in: Option<u64>,
    /// The entry that cancelled it.
    pub cancelled_in: Option<u64>,
    /// The funds committed to it.
    pub commitments: Vec<CommitmentId>,
    /// Its contracts.
    pub contracts: Vec<ContractId>,
    /// The cost pools shared out, and each part.
    pub pools: BTreeMap<PoolId, Vec<PartyAmount>>,
}

impl Rules for ProgrammeProposed {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.lead, DIRECTOR)])
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        vec![self.lead]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.programmes.contains(&self.programme) {
            return Err(Rejection::taken("programme", &self.programme));
        }
        require(!self.cpv.is_empty(), Rule::S05, || "a programme names at least one CPV code".into())
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let programme = Programme {
            terms: self.clone(),
            participants: BTreeMap::new(),
            earlier: Vec::new(),
            withdrawals: Vec::new(),
            currency: None,
            effective_in: None,
            cancelled_in: None,
            commitments: Vec::new(),
            contracts: Vec::new(),
            pools: BTreeMap::new(),
        };
        state.procurement.programmes.insert(self.programme.clone(), programme);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Programme(self.programme.clone())]
    }
}

impl Rules for ParticipantJoined {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let lead = state.procurement.programme(&self.programme)?.terms.lead;
        state.directory.require_party(self.party)?;
        let mut signers = vec![Signer::of(self.party, MINISTER)];
        if self.party != lead {
            signers.push(Signer::of(lead, MINISTER));
        }
        Ok(signers)
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        let programme = state.programme(&self.programme);
        programme.map(|programme| programme.terms.lead).into_iter().chain([self.party]).collect()
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Memorandum]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let programme = state.procurement.programme(&self.programme)?;
        require(programme.effective_in.is_none(), Rule::S03, || {
            format!(
                "the arrangement of programme {} is in effect: joining now takes an amendment",
                self.programme
            )
        })?;
        require(!programme.participants.contains_key(&self.party), Rule::S02, || {
            format!("{} takes part in programme {} already", self.party, self.programme)
        })?;
        programme.require_uncancelled()
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(programme) = state.procurement.programmes.get_mut(&self.programme) {
            let shares = Shares {
                quantity: self.quantity_share,
                common_cost: self.common_cost_share,
                fee: self.fee_share,
            };
            programme.participants.insert(self.party, shares);
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Programme(self.programme.clone())]
    }
}

/// The participants' shares of one kind, in the order of the country codes.
fn vector(participants: &BTreeMap<Party, Shares>, basis: CostBasis) -> Vec<Share> {
    let pick = |shares: &Shares| match basis {
        CostBasis::Quantity => shares.quantity,
        CostBasis::CommonCost => shares.common_cost,
        CostBasis::Fee => shares.fee,
    };
    participants.values().map(pick).collect()
}

/// Refuses shares of which one vector does not sum to exactly one (domain.md P01).
pub(super) fn require_whole(participants: &BTreeMap<Party, Shares>) -> Result<(), Rejection> {
    for (_, basis) in CostBasis::ALL {
        let shares = vector(participants, *basis);
        let sum = common_weights(&shares).and_then(|(weights, whole)| {
            let sum = weights.iter().try_fold(0_u64, |sum, weight| sum.checked_add(*weight))?;
            Some((sum, whole))
        });
        require(sum.is_some_and(|(sum, whole)| sum == whole), Rule::P01, || {
            let listed: Vec<String> = shares.iter().map(ToString::to_string).collect();
            format!("the {basis} shares {} do not sum to exactly 1", listed.join(" + "))
        })?;
    }
    Ok(())
}

impl Programme {
    /// Who takes part on a day, with which shares.
    pub fn participants_on(&self, day: Date) -> &BTreeMap<Party, Shares> {
        let earlier = self.earlier.iter().find(|shares| day < shares.until);
        earlier.map_or(&self.participants, |shares| &shares.participants)
    }

    /// True when a party takes part or did: what it took on then stays (domain.md P13).
    pub fn ever_took_part(&self, party: Party) -> bool {
        self.participants.contains_key(&party)
            || self.withdrawals.iter().any(|withdrawal| withdrawal.party == party)
    }

    /// Divides an amount by the participants' shares as last agreed: largest remainder, ties by country code.
    pub fn allocate(&self, basis: CostBasis, total: Money) -> Option<Vec<PartyAmount>> {
        divide(&self.participants, basis, total)
    }

    /// Refuses a party that does not take part on a day: by P13 when it has withdrawn, otherwise in the words given.
    pub(super) fn require_part(
        &self,
        party: Party,
        day: Date,
        stranger: impl FnOnce() -> String,
    ) -> Result<(), Rejection> {
        if self.participants_on(day).contains_key(&party) {
            return Ok(());
        }
        match self.withdrawals.iter().rev().find(|withdrawal| withdrawal.party == party) {
            Some(withdrawal) => Err(Rejection::new(
                Rule::P13,
                format!(
                    "{party} withdrew from programme {} as of {}: it takes on nothing new",
                    self.terms.programme, withdrawal.effective
                ),
            )),
            None => Err(Rejection::new(Rule::S05, stranger())),
        }
    }

    pub(super) fn require_uncancelled(&self) -> Result<(), Rejection> {
        match self.cancelled_in {
            None => Ok(()),
            Some(entry) => Err(Rejection::new(
                Rule::S03,
                format!("programme {} was cancelled in entry {entry}", self.terms.programme),
            )),
        }
    }
}

/// Divides an amount by shares: largest remainder, ties by country code.
fn divide(
    participants: &BTreeMap<Party, Shares>,
    basis: CostBasis,
    total: Money,
) -> Option<Vec<PartyAmount>> {
    let (weights, _) = common_weights(&vector(participants, basis))?;
    let parts = total.allocate(&weights)?;
    Some(
        participants.keys().zip(parts).map(|(party, amount)| PartyAmount { party: *party, amount }).collect(),
    )
}

impl Rules for ArrangementEffective {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let programme = state.procurement.programme(&self.programme)?;
        require(programme.participants.len() >= 2, Rule::P01, || {
            format!("programme {} has fewer than two participants", self.programme)
        })?;
        Ok(programme.participants.keys().map(|party| Signer::of(*party, MINISTER)).collect())
    }

    fn binds(&self, state: &State) -> Vec<Party> {
        let programme = state.programme(&self.programme);
        programme.into_iter().flat_map(|programme| programme.participants.keys().copied()).collect()
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Memorandum]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let programme = state.procurement.programme(&self.programme)?;
        require(programme.effective_in.is_none(), Rule::S03, || {
            format!("the arrangement of programme {} is in effect already", self.programme)
        })?;
        require(programme.participants.contains_key(&programme.terms.lead), Rule::S03, || {
            format!("the lead nation {} has not joined programme {}", programme.terms.lead, self.programme)
        })?;
        programme.require_uncancelled()?;
        require_whole(&programme.participants)?;
        state.procurement.require_states(programme, programme.participants.len())
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(programme) = state.procurement.programmes.get_mut(&self.programme) {
            programme.effective_in = Some(act.seq);
            programme.currency = Some(self.currency);
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Programme(self.programme.clone())]
    }
}

impl Rules for CostShareAssessed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.procurement.programme(&self.programme)?.terms.lead, PAYER)])
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.pools.contains(&self.pool) {
            return Err(Rejection::taken("pool", &self.pool));
        }
        let programme = state.procurement.effective(&self.programme)?;
        require(programme.currency == Some(self.total.currency()), Rule::S05, || {
            "the pool is in another currency than the programme".into()
        })?;
        let participants = programme.participants_on(act.recorded_at.date());
        let lawful = divide(participants, self.basis, self.total)
            .ok_or_else(|| Rejection::new(Rule::P09, "the pool cannot be divided by these shares"))?;
        let mut sum = Some(Money::zero(self.total.currency()));
        for part in &self.parts {
            sum = sum.and_then(|sum| sum.plus(part.amount));
        }
        require(sum == Some(self.total), Rule::P09, || {
            let sum = sum.map_or_else(|| "are in different currencies".into(), |sum| format!("sum to {sum}"));
            format!("the parts {sum}, the pool is {}", self.total)
        })?;
        require(self.parts == lawful, Rule::P09, || {
            let lawful: Vec<_> =
                lawful.iter().map(|part| format!("{} {}", part.party, part.amount)).collect();
            format!("by the shares of the programme the parts are {}", lawful.join(", "))
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        state.procurement.pools.insert(self.pool.clone(), self.programme.clone());
        if let Some(programme) = state.procurement.programmes.get_mut(&self.programme) {
            programme.pools.insert(self.pool.clone(), self.parts.clone());
            let lead = programme.terms.lead;
            state.procurement.share_out(act.seq, &self.pool, lead, &self.parts);
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Programme(self.programme.clone())]
    }
}

impl Rules for ProgrammeCancelled {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.procurement.programme(&self.programme)?.terms.lead, DIRECTOR)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let programme = state.procurement.programme(&self.programme)?;
        programme.require_uncancelled()?;
        require(programme.contracts.is_empty(), Rule::S03, || {
            format!("in programme {} a contract is signed: it is fulfilled, not cancelled", self.programme)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(programme) = state.procurement.programmes.get_mut(&self.programme) {
            programme.cancelled_in = Some(act.seq);
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Programme(self.programme.clone())]
    }
}
