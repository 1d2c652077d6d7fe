//! The contract with a supplier: what is bought for whom, at which price, and how far each line is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Programme;
use crate::domain::codes::{Country, DocumentKind, Hazard, MlCategory, Ncage, Nsn, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{ContractId, DeliveryId, InvoiceId, ProgrammeId, PublicKey};
use crate::domain::money::Money;
use crate::domain::party::BUYER;
use crate::domain::quantity::Quantity;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::table::pairs;
use crate::domain::text::Text;
use crate::domain::time::Date;

/// A party's part of a contract line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyQuantity {
    /// The party
    pub party: Party,
    /// Its quantity
    pub quantity: Quantity,
}

/// A line of a contract: what is bought, for whom, at which price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractLine {
    /// Number of the line
    pub line: u32,
    /// What it is, in words
    pub description: Text,
    /// Stock number
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nsn: Option<Nsn>,
    /// Category of the EU Common Military List
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ml: Option<MlCategory>,
    /// UN hazard division and compatibility group, for explosives
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hazard: Option<Hazard>,
    /// Net explosive quantity of one unit, in grams
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub neq_g_per_unit: Option<u64>,
    /// The state whose consent a re-transfer needs
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restricted_by: Option<Country>,
    /// How much is bought
    pub quantity: Quantity,
    /// The price of one unit, without value added tax
    pub unit_price: Money,
    /// Each party's part of it
    pub per_party: Vec<PartyQuantity>,
}

/// On what terms a supplier delivers, besides what and at which price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplyTerms {
    /// The state in which the supplier makes the goods; its authority assures their quality
    pub supplier_nation: Country,
    /// Whether government quality assurance (STANAG 4107) is closed before goods are accepted
    pub quality_assurance: bool,
    /// The most that may be paid in advance over all payers; without it nothing may
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advance_cap: Option<Money>,
    /// How long after acceptance the supplier answers for defects, in days
    pub warranty_days: u32,
}

/// What is to be delivered to a party by a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduledDelivery {
    /// Number of the contract line
    pub line: u32,
    /// The party that receives it
    pub party: Party,
    /// How much of it
    pub quantity: Quantity,
    /// The day by which it is received
    pub due: Date,
}

events! {
    /// Sign a contract with a supplier, with each party's quantity
    ContractSigned {
        /// Number of the contract
        contract: ContractId,
        /// Number of the programme
        programme: ProgrammeId,
        /// The supplier
        supplier: Ncage,
        /// The party that buys, for itself and the others
        buyer: Party,
        /// What is bought
        lines: Vec<ContractLine>,
        /// When and how is paid
        payment_terms: Text,
    }

    /// Agree on the terms of supply and the delivery schedule of a contract, as its signers
    SupplyTermsAgreed {
        /// Number of the contract
        contract: ContractId,
        /// The terms
        supply: SupplyTerms,
        /// What is delivered to whom by when, in the order of line, party and day
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        schedule: Vec<ScheduledDelivery>,
    }
}

/// How far a contract line is, for one party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Contracted.
    pub contracted: Quantity,
    /// Dispatched by the supplier; what a received delivery was short of is taken off again.
    pub dispatched: Quantity,
    /// Received.
    pub received: Quantity,
    /// Accepted into the register.
    pub accepted: Quantity,
}

/// A contract and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct Contract {
    /// What was signed.
    pub terms: ContractSigned,
    /// The entry that signed it.
    pub signed_in: u64,
    /// Who signed it, as far as they are officers of the parties (domain.md SOD-1).
    pub signed_by: Vec<PublicKey>,
    /// The terms of supply, once agreed.
    pub supply: Option<SupplyTerms>,
    /// What is to be delivered to whom by when.
    pub schedule: Vec<ScheduledDelivery>,
    /// How far each line is, for each party.
    #[serde(serialize_with = "pairs")]
    pub progress: BTreeMap<(u32, Party), Progress>,
    /// How much of each line was charged.
    pub invoiced: BTreeMap<u32, Quantity>,
    /// Its deliveries.
    pub deliveries: Vec<DeliveryId>,
    /// Its invoices.
    pub invoices: Vec<InvoiceId>,
}

impl Rules for ContractSigned {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let lead = state.procurement.programme(&self.programme)?.terms.lead;
        let mut signers = vec![Signer::of(self.buyer, BUYER)];
        if self.buyer != lead {
            signers.push(Signer::of(lead, BUYER));
        }
        Ok(signers)
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        let parts = self.lines.iter().flat_map(|line| &line.per_party);
        std::iter::once(self.buyer).chain(parts.map(|part| part.party)).collect()
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Contract]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.contracts.contains(&self.contract) {
            return Err(Rejection::taken("contract", &self.contract));
        }
        let programme = state.procurement.effective(&self.programme)?;
        require(programme.participants.contains_key(&self.buyer), Rule::S05, || {
            format!("{} does not take part in programme {}", self.buyer, self.programme)
        })?;
        require(!self.lines.is_empty(), Rule::S05, || "a contract has at least one line".into())?;
        let rising = self.lines.windows(2).all(|pair| matches!(pair, [a, b] if a.line < b.line));
        require(rising, Rule::S05, || "the lines stand in the order of their numbers, each once".into())?;
        self.lines.iter().try_for_each(|line| self.admit_line(programme, line))
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let mut progress = BTreeMap::new();
        for line in &self.lines {
            for part in &line.per_party {
                let none = line.quantity.none();
                let fresh =
                    Progress { contracted: part.quantity, dispatched: none, received: none, accepted: none };
                progress.insert((line.line, part.party), fresh);
            }
        }
        let contract = Contract {
            terms: self.clone(),
            signed_in: act.seq,
            signed_by: vec![act.author],
            supply: None,
            schedule: Vec::new(),
            progress,
            invoiced: self.lines.iter().map(|line| (line.line, line.quantity.none())).collect(),
            deliveries: Vec::new(),
            invoices: Vec::new(),
        };
        state.procurement.contracts.insert(self.contract.clone(), contract);
        if let Some(programme) = state.procurement.programmes.get_mut(&self.programme) {
            programme.contracts.push(self.contract.clone());
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        // Not asked of the state: it does not know a contract that waits for a signature.
        vec![Subject::Contract(self.contract.clone()), Subject::Programme(self.programme.clone())]
    }
}

/// Who signs for a contract: the buyer's contracting officer, and the lead nation's when another buys.
fn contract_signers(state: &State, contract: &Contract) -> Result<Vec<Signer>, Rejection> {
    let lead = state.procurement.programme(&contract.terms.programme)?.terms.lead;
    let others = (contract.terms.buyer != lead).then(|| Signer::of(lead, BUYER));
    Ok(std::iter::once(Signer::of(contract.terms.buyer, BUYER)).chain(others).collect())
}

impl Rules for SupplyTermsAgreed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        contract_signers(state, state.procurement.contract(&self.contract)?)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let contract = state.procurement.contract(&self.contract)?;
        require(contract.supply.is_none(), Rule::S03, || {
            format!("the terms of supply of contract {} are agreed already", self.contract)
        })?;
        contract.admit_supply(&self.supply, &self.schedule)
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(contract) = state.procurement.contracts.get_mut(&self.contract) {
            contract.supply = Some(self.supply.clone());
            contract.schedule.clone_from(&self.schedule);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_contract(&self.contract)
    }
}

impl Contract {
    /// Refuses terms in another currency, and a schedule that delivers what is not contracted.
    pub(super) fn admit_supply(
        &self,
        supply: &SupplyTerms,
        schedule: &[ScheduledDelivery],
    ) -> Result<(), Rejection> {
        let currency = self.terms.lines.first().map(|line| line.unit_price.currency());
        require(supply.advance_cap.is_none_or(|cap| currency == Some(cap.currency())), Rule::S05, || {
            "the advances are in another currency than the contract".into()
        })?;
        let rising = schedule
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if (a.line, a.party, a.due) < (b.line, b.party, b.due)));
        require(rising, Rule::S05, || {
            "the schedule stands in the order of line, party and day, each once".into()
        })?;
        let mut sums: BTreeMap<(u32, Party), Quantity> = BTreeMap::new();
        for delivery in schedule {
            let key = (delivery.line, delivery.party);
            let Some(progress) = self.progress.get(&key) else {
                return Err(Rejection::new(
                    Rule::P04,
                    format!("line {} buys nothing for {}", delivery.line, delivery.party),
                ));
            };
            let sum = sums.entry(key).or_insert(delivery.quantity.none());
            let total = sum.plus(delivery.quantity);
            require(total.is_some_and(|total| total.at_most(progress.contracted)), Rule::P04, || {
                format!(
                    "more of line {} is scheduled for {} than the contracted {}",
                    delivery.line, delivery.party, progress.contracted
                )
            })?;
            *sum = total.unwrap_or(*sum);
        }
        Ok(())
    }
}

impl ContractSigned {
    fn admit_line(&self, programme: &Programme, line: &ContractLine) -> Result<(), Rejection> {
        let number = line.line;
        require(programme.currency == Some(line.unit_price.currency()), Rule::S05, || {
            format!("line {number} is priced in another currency than the programme")
        })?;
        require(!line.quantity.is_zero(), Rule::S05, || format!("line {number} buys nothing"))?;
        let rising = line.per_party.windows(2).all(|pair| matches!(pair, [a, b] if a.party < b.party));
        require(rising, Rule::S05, || {
            format!("the parties of line {number} stand in the order of their codes, each once")
        })?;
        for part in &line.per_party {
            require(programme.participants.contains_key(&part.party), Rule::S05, || {
                format!("line {number} buys for {}, who does not take part", part.party)
            })?;
        }
        let sum = Quantity::sum(line.per_party.iter().map(|part| part.quantity));
        require(sum == Some(line.quantity), Rule::P02, || {
            let sum = sum.map_or_else(|| "do not add up".into(), |sum| format!("sum to {sum}"));
            format!("the parties' quantities of line {number} {sum}, the line is {}", line.quantity)
        })?;
        let value = priced(line.quantity, line.unit_price);
        require(value.is_some(), Rule::S05, || format!("the value of line {number} is too large"))?;
        require(line.restricted_by.is_none() || line.nsn.is_some(), Rule::S05, || {
            format!("line {number} is restricted: it needs a stock number, by which consent is given")
        })?;
        let explosive = line.ml.is_some_and(MlCategory::is_explosive);
        require(!explosive || (line.hazard.is_some() && line.neq_g_per_unit.is_some()), Rule::T17, || {
            format!("line {number} is explosive: hazard code and net explosive quantity are missing")
        })
    }
}

/// `quantity` times `unit_price`, rounded half up to the minor unit; `None` when it is too large.
pub(super) fn priced(quantity: Quantity, unit_price: Money) -> Option<Money> {
    const WHOLE: u128 = 1_000_000;
    let millionths = quantity.millionths().checked_mul(u128::from(unit_price.minor()))?;
    let rounded = millionths.checked_add(WHOLE / 2)?.checked_div(WHOLE)?;
    Money::new(u64::try_from(rounded).ok()?, unit_price.currency()).ok()
}

impl Contract {
    /// The line with this number.
    pub fn line(&self, number: u32) -> Option<&ContractLine> {
        self.terms.lines.iter().find(|line| line.line == number)
    }

    pub(super) fn known_line(&self, number: u32) -> Result<&ContractLine, Rejection> {
        self.line(number)
            .ok_or_else(|| Rejection::unknown("line", format!("{number} in {}", self.terms.contract)))
    }

    /// How much of a line was accepted, over all parties.
    pub(super) fn accepted(&self, number: u32) -> Option<Quantity> {
        let line = self.progress.iter().filter(|((line, _), _)| *line == number);
        Quantity::sum(line.map(|(_, progress)| progress.accepted))
    }
}
