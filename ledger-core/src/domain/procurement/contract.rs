//! The contract with a supplier: what is bought for whom, at which price, and how far each line is.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Dossier, Procurement, Programme};
use crate::domain::codes::{Country, DocumentKind, Hazard, MlCategory, Ncage, Nsn, Party};
use crate::domain::consent::Signer;
use crate::domain::event::{RecordedAct, Rules, events};
use crate::domain::ids::{ContractId, DeliveryId, FrameworkId, InvoiceId, OptionId, ProgrammeId, PublicKey};
use crate::domain::money::Money;
use crate::domain::party::BUYER;
use crate::domain::quantity::{Quantity, Unit};
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
    /// What was signed, with the lines as they are by now: amendments and exercised options are in them.
    pub terms: ContractSigned,
    /// The framework under which it was ordered, for a call-off.
    pub framework: Option<FrameworkId>,
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
    /// The entries that amended it.
    pub amended_in: Vec<u64>,
    /// Its options.
    pub options: Vec<OptionId>,
    /// What else hangs on it.
    pub dossier: Dossier,
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

    fn binds(&self, state: &State) -> Vec<Party> {
        // Of strangers to the programme no standing is asked: for them nothing can be bought at all.
        let programme = state.programme(&self.programme);
        let takes_part = |party: &Party| programme.is_some_and(|known| known.ever_took_part(*party));
        self.parties().into_iter().filter(takes_part).collect()
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.contracts.contains(&self.contract) {
            return Err(Rejection::taken("contract", &self.contract));
        }
        let programme = state.procurement.running(&self.programme)?;
        self.admit_lines(programme, act.recorded_at.date())?;
        let contract = Contract::new(self.clone(), act);
        state.procurement.require_funds(programme, &contract)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        state.procurement.open(Contract::new(self.clone(), act));
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        // Not asked of the state: it does not know a contract that waits for a signature.
        vec![Subject::Contract(self.contract.clone()), Subject::Programme(self.programme.clone())]
    }
}

impl ContractSigned {
    /// Who takes something on: the buyer, and each party for which something is bought.
    pub(super) fn parties(&self) -> BTreeSet<Party> {
        let parts = self.lines.iter().flat_map(|line| &line.per_party);
        parts.map(|part| part.party).chain(std::iter::once(self.buyer)).collect()
    }

    /// Refuses a buyer who does not take part on that day, and lines that are incomplete.
    pub(super) fn admit_lines(&self, programme: &Programme, day: Date) -> Result<(), Rejection> {
        programme.require_part(self.buyer, day, || {
            format!("{} does not take part in programme {}", self.buyer, self.programme)
        })?;
        require(!self.lines.is_empty(), Rule::S05, || "a contract has at least one line".into())?;
        require_rising(&self.lines)?;
        self.lines.iter().try_for_each(|line| line.admit(programme, day, None))
    }
}

impl Procurement {
    /// Enters a contract that was signed.
    pub(super) fn open(&mut self, contract: Contract) {
        let id = contract.terms.contract.clone();
        if let Some(programme) = self.programmes.get_mut(&contract.terms.programme) {
            programme.contracts.push(id.clone());
        }
        self.contracts.insert(id, contract);
    }
}

/// Refuses lines that are out of order or stand twice.
pub(super) fn require_rising(lines: &[ContractLine]) -> Result<(), Rejection> {
    let rising = lines.windows(2).all(|pair| matches!(pair, [a, b] if a.line < b.line));
    require(rising, Rule::S05, || "the lines stand in the order of their numbers, each once".into())
}

/// Who signs for a contract: the buyer's contracting officer, and the lead nation's when another buys.
pub(super) fn contract_signers(state: &State, contract: &Contract) -> Result<Vec<Signer>, Rejection> {
    let lead = state.procurement.programme(&contract.terms.programme)?.terms.lead;
    let others = (contract.terms.buyer != lead).then(|| Signer::of(lead, BUYER));
    Ok(std::iter::once(Signer::of(contract.terms.buyer, BUYER)).chain(others).collect())
}

impl Rules for SupplyTermsAgreed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        contract_signers(state, state.procurement.contract(&self.contract)?)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let contract = state.procurement.open_contract(&self.contract)?;
        require(contract.supply.is_none(), Rule::S03, || {
            format!("the terms of supply of contract {} are agreed already", self.contract)
        })?;
        contract.admit_supply(&self.supply, &self.schedule)
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(contract) = state.procurement.contracts.get_mut(&self.contract) {
            contract.note_signers(act);
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
        self.admit_schedule(schedule)
    }

    /// Refuses a schedule that delivers what is not contracted (domain.md P04).
    pub(super) fn admit_schedule(&self, schedule: &[ScheduledDelivery]) -> Result<(), Rejection> {
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

impl ContractLine {
    /// Refuses a line that is incomplete, or that gives a party who does not take part on that day more than it
    /// had `before`: the line as it was contracted, when it is an amended one.
    pub(super) fn admit(
        &self,
        programme: &Programme,
        day: Date,
        before: Option<&ContractLine>,
    ) -> Result<(), Rejection> {
        let number = self.line;
        require(programme.currency == Some(self.unit_price.currency()), Rule::S05, || {
            format!("line {number} is priced in another currency than the programme")
        })?;
        require(!self.quantity.is_zero(), Rule::S05, || format!("line {number} buys nothing"))?;
        let rising = self.per_party.windows(2).all(|pair| matches!(pair, [a, b] if a.party < b.party));
        require(rising, Rule::S05, || {
            format!("the parties of line {number} stand in the order of their codes, each once")
        })?;
        for part in self.per_party.iter().filter(|part| self.burdens(part, before)) {
            programme.require_part(part.party, day, || {
                format!("line {number} buys for {}, who does not take part", part.party)
            })?;
        }
        let sum = Quantity::sum(self.per_party.iter().map(|part| part.quantity));
        require(sum == Some(self.quantity), Rule::P02, || {
            let sum = sum.map_or_else(|| "do not add up".into(), |sum| format!("sum to {sum}"));
            format!("the parties' quantities of line {number} {sum}, the line is {}", self.quantity)
        })?;
        require(self.value().is_some(), Rule::S05, || format!("the value of line {number} is too large"))?;
        self.goods().admit(number)
    }

    /// What is bought, apart from how much, for whom and at which price.
    pub(super) fn goods(&self) -> Goods {
        Goods {
            nsn: self.nsn,
            ml: self.ml,
            hazard: self.hazard,
            neq_g_per_unit: self.neq_g_per_unit,
            restricted_by: self.restricted_by,
            unit: self.quantity.unit(),
        }
    }

    /// True when a part is more than it was before, or dearer.
    fn burdens(&self, part: &PartyQuantity, before: Option<&ContractLine>) -> bool {
        before.is_none_or(|before| {
            let had = before.per_party.iter().find(|known| known.party == part.party);
            self.unit_price > before.unit_price || !had.is_some_and(|had| part.quantity.at_most(had.quantity))
        })
    }

    /// What the line costs; `None` when it is too large.
    pub fn value(&self) -> Option<Money> {
        priced(self.quantity, self.unit_price)
    }

    /// What each party's part costs: parts add up to the value, the odd cents go to the largest remainders.
    fn parts(&self) -> Option<Vec<(Party, Money)>> {
        let weights: Option<Vec<u64>> =
            self.per_party.iter().map(|part| u64::try_from(part.quantity.millionths()).ok()).collect();
        let parts = self.value()?.allocate(&weights?)?;
        Some(self.per_party.iter().map(|part| part.party).zip(parts).collect())
    }
}

/// What kind of goods a line buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Goods {
    pub(super) nsn: Option<Nsn>,
    pub(super) ml: Option<MlCategory>,
    pub(super) hazard: Option<Hazard>,
    pub(super) neq_g_per_unit: Option<u64>,
    pub(super) restricted_by: Option<Country>,
    pub(super) unit: Unit,
}

impl Goods {
    /// Refuses goods whose data is incomplete: who receives them could not account for them.
    pub(super) fn admit(&self, line: u32) -> Result<(), Rejection> {
        require(self.restricted_by.is_none() || self.nsn.is_some(), Rule::S05, || {
            format!("line {line} is restricted: it needs a stock number, by which consent is given")
        })?;
        let explosive = self.ml.is_some_and(MlCategory::is_explosive);
        require(!explosive || (self.hazard.is_some() && self.neq_g_per_unit.is_some()), Rule::T17, || {
            format!("line {line} is explosive: hazard code and net explosive quantity are missing")
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
    /// Notes who signed for it: none of them authorises its payment (domain.md SOD-1).
    pub(super) fn note_signers(&mut self, act: &RecordedAct) {
        for key in act.signed_by() {
            if !self.signed_by.contains(&key) {
                self.signed_by.push(key);
            }
        }
    }

    /// A contract of which nothing is delivered.
    pub(super) fn new(terms: ContractSigned, act: &RecordedAct) -> Self {
        let lines = terms.lines.clone();
        let mut contract = Contract {
            terms,
            framework: None,
            signed_in: act.seq,
            signed_by: act.signed_by(),
            supply: None,
            schedule: Vec::new(),
            progress: BTreeMap::new(),
            invoiced: BTreeMap::new(),
            deliveries: Vec::new(),
            invoices: Vec::new(),
            amended_in: Vec::new(),
            options: Vec::new(),
            dossier: Dossier::default(),
        };
        lines.iter().for_each(|line| contract.lay_out(line));
        contract
    }

    /// The contract with these lines in place of those with their numbers, or beside the others. Who is not named on
    /// a line any more keeps his row, with nothing contracted.
    pub(super) fn with_lines(&self, lines: &[ContractLine]) -> Self {
        let mut changed = self.clone();
        let numbers: BTreeSet<u32> = lines.iter().map(|line| line.line).collect();
        for ((number, _), progress) in &mut changed.progress {
            if numbers.contains(number) {
                progress.contracted = progress.contracted.none();
            }
        }
        changed.terms.lines.retain(|line| !numbers.contains(&line.line));
        changed.terms.lines.extend_from_slice(lines);
        changed.terms.lines.sort_by_key(|line| line.line);
        lines.iter().for_each(|line| changed.lay_out(line));
        changed
    }

    /// Sets what is contracted of a line for each party.
    fn lay_out(&mut self, line: &ContractLine) {
        let none = line.quantity.none();
        for part in &line.per_party {
            let fresh = Progress { contracted: none, dispatched: none, received: none, accepted: none };
            self.progress.entry((line.line, part.party)).or_insert(fresh).contracted = part.quantity;
        }
        self.invoiced.entry(line.line).or_insert(none);
    }

    /// Who takes something on when these lines are changed or added.
    pub(super) fn newly_bound(&self, lines: &[ContractLine]) -> Vec<Party> {
        let burdened = |line: &ContractLine| {
            let before = self.line(line.line);
            let parts = line.per_party.iter().filter(|part| line.burdens(part, before));
            parts.map(|part| part.party).collect::<Vec<_>>()
        };
        lines.iter().flat_map(burdened).collect()
    }

    /// Which version of the contract holds: 1 as it was signed, one more with each amendment.
    pub fn version(&self) -> usize {
        self.amended_in.len().saturating_add(1)
    }

    /// What it is worth, without value added tax; `None` when it is too much to be added up.
    pub fn value(&self) -> Option<Money> {
        let mut values = self.terms.lines.iter().map(ContractLine::value);
        let first = values.next()??;
        values.try_fold(first, |sum, value| sum.plus(value?))
    }

    /// What it costs each party; `None` when it is too much to be added up.
    pub fn parts(&self) -> Option<BTreeMap<Party, Money>> {
        let mut parts: BTreeMap<Party, Money> = BTreeMap::new();
        for (party, part) in
            self.terms.lines.iter().map(ContractLine::parts).collect::<Option<Vec<_>>>()?.concat()
        {
            let sum = parts.get(&party).map_or(Some(part), |sum| sum.plus(part))?;
            parts.insert(party, sum);
        }
        Some(parts)
    }

    /// The line with this number.
    pub fn line(&self, number: u32) -> Option<&ContractLine> {
        let lines = &self.terms.lines;
        lines.binary_search_by_key(&number, |line| line.line).ok().and_then(|index| lines.get(index))
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

    /// How much of a line may be charged: what was accepted, less what is accepted under an open reservation.
    pub(super) fn chargeable(&self, number: u32) -> Option<Quantity> {
        let accepted = self.accepted(number)?;
        match self.dossier.reserved.get(&number) {
            Some(reserved) => accepted.minus(*reserved),
            None => Some(accepted),
        }
    }
}
