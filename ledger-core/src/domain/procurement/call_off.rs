//! Call-offs: binding orders under a framework. A call-off is a contract; what follows it is the same.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contract::require_rising;
use super::{
    Contract, ContractLine, ContractSigned, Framework, PartyQuantity, ScheduledDelivery, SupplyTerms,
};
use crate::domain::codes::{DocumentKind, Ncage, Party};
use crate::domain::consent::{Demand, Family, Load, Signer};
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{ContractId, FrameworkId};
use crate::domain::party::BUYER;
use crate::domain::quantity::Quantity;
use crate::domain::rejection::{Rejection, Rule, require};
use crate::domain::state::State;
use crate::domain::subject::Subject;
use crate::domain::text::Text;

/// How much of a framework line is ordered, and for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallOffLine {
    /// Number of the framework line
    pub line: u32,
    /// How much is ordered
    pub quantity: Quantity,
    /// Each party's part of it
    pub per_party: Vec<PartyQuantity>,
}

events! {
    /// Order under a framework; the lead nation consents when another party orders
    CallOffOrdered {
        /// Number of the contract that it makes
        contract: ContractId,
        /// Number of the framework
        framework: FrameworkId,
        /// The supplier
        supplier: Ncage,
        /// The party that orders, for itself and the others
        buyer: Party,
        /// What is ordered, in the order of the numbers
        lines: Vec<CallOffLine>,
        /// When and how is paid
        payment_terms: Text,
        /// The terms of supply
        supply: SupplyTerms,
        /// What is delivered to whom by when, in the order of line, party and day
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        schedule: Vec<ScheduledDelivery>,
    }
}

impl CallOffOrdered {
    /// The contract that the order makes: the framework's goods and prices.
    fn contract(&self, framework: &Framework, act: &RecordedAct) -> Result<Contract, Rejection> {
        let line = |ordered: &CallOffLine| {
            let offered = framework.line(ordered.line)?;
            Ok(ContractLine {
                line: offered.line,
                description: offered.description.clone(),
                nsn: offered.nsn,
                ml: offered.ml,
                hazard: offered.hazard,
                neq_g_per_unit: offered.neq_g_per_unit,
                restricted_by: offered.restricted_by,
                quantity: ordered.quantity,
                unit_price: offered.unit_price,
                per_party: ordered.per_party.clone(),
            })
        };
        let terms = ContractSigned {
            occurred_at: self.occurred_at,
            contract: self.contract.clone(),
            programme: framework.programme.clone(),
            supplier: self.supplier,
            buyer: self.buyer,
            lines: self.lines.iter().map(line).collect::<Result<_, Rejection>>()?,
            payment_terms: self.payment_terms.clone(),
        };
        Ok(Contract { framework: Some(self.framework.clone()), ..Contract::new(terms, act) })
    }

    /// The lead nation's consent that it takes, when another party orders.
    fn demand(&self, state: &State, act: &RecordedAct) -> Result<Option<Demand>, Rejection> {
        let framework = state.procurement.framework(&self.framework)?;
        let lead = state.procurement.programme(&framework.programme)?.terms.lead;
        if self.buyer == lead {
            return Ok(None);
        }
        Ok(Some(Demand {
            family: Family::CallOff,
            of: lead,
            by: self.buyer,
            occurred_at: self.occurred_at,
            recorded_at: act.recorded_at,
            load: load(&self.contract(framework, act)?),
            what: format!("call-off {} under framework {}", self.contract, self.framework),
        }))
    }
}

/// What an order amounts to.
fn load(contract: &Contract) -> Load {
    let mut load = Load { value: contract.value(), ..Load::default() };
    for line in &contract.terms.lines {
        load.goods.push((line.nsn, line.ml));
        load.hazards.extend(line.hazard);
        let grams = line.quantity.millionths().saturating_mul(u128::from(line.neq_g_per_unit.unwrap_or(0)));
        let grams = u64::try_from(grams.div_ceil(1_000_000)).unwrap_or(u64::MAX);
        load.neq_g = load.neq_g.saturating_add(grams);
    }
    load
}

impl Rules for CallOffOrdered {
    fn signers(&self, state: &State, act: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let demand = self.demand(state, act)?;
        let lead = demand.and_then(|demand| state.signers_for(&demand));
        Ok(std::iter::once(Signer::of(self.buyer, BUYER)).chain(lead).collect())
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Contract]
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        let parts = self.lines.iter().flat_map(|line| &line.per_party).map(|part| part.party);
        std::iter::once(self.buyer).chain(parts).collect()
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        let procurement = &state.procurement;
        if procurement.contracts.contains(&self.contract) {
            return Err(Rejection::taken("contract", &self.contract));
        }
        let framework = procurement.framework(&self.framework)?;
        let programme = procurement.running(&framework.programme)?;
        require(framework.terms.who_may_order.contains(&self.buyer), Rule::P14, || {
            format!("{} may not order under framework {}", self.buyer, self.framework)
        })
        .map_err(|no| {
            let may: Vec<_> = framework.terms.who_may_order.iter().map(ToString::to_string).collect();
            no.remedy(format!("{} may order for it", may.join(", ")))
        })?;
        require(framework.terms.suppliers.contains(&self.supplier), Rule::S05, || {
            format!("{} is no supplier of framework {}", self.supplier, self.framework)
        })?;
        let contract = self.contract(framework, act)?;
        require_rising(&contract.terms.lines)?;
        contract.terms.admit_lines(programme, act.recorded_at.date())?;
        framework.require_term(state, self.occurred_at, act)?;
        procurement.require_ceiling(framework, &contract)?;
        procurement.require_funds(programme, &contract)?;
        contract.admit_supply(&self.supply, &self.schedule)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Ok(Some(demand)) = self.demand(state, act)
            && let Ok(basis) = state.consent(None, &demand)
        {
            state.rely(act, &demand, &basis, Subject::Contract(self.contract.clone()));
        }
        let Some(framework) = state.procurement.frameworks.get_mut(&self.framework) else { return };
        let Ok(contract) = self.contract(framework, act) else { return };
        framework.call_offs.push(self.contract.clone());
        let (supply, schedule) = (Some(self.supply.clone()), self.schedule.clone());
        state.procurement.open(Contract { supply, schedule, ..contract });
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        let framework = state.subjects_of_framework(&self.framework);
        std::iter::once(Subject::Contract(self.contract.clone())).chain(framework).collect()
    }
}
