//! The contract with a supplier: what is bought for whom, at which price, and how far each line is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Programme;
use crate::domain::codes::{Country, DocumentKind, Hazard, MlCategory, Ncage, Nsn, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{ContractId, DeliveryId, InvoiceId, ProgrammeId};
use crate::domain::money::Money;
use crate::domain::party::BUYER;
use crate::domain::quantity::Quantity;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::table::pairs;
use crate::domain::text::Text;

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
