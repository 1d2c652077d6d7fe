//! Joint procurement: the programme and its shares, the contract, deliveries, invoices, payments, and who
//! bears the common cost (domain.md 5.1).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{Condition, Country, Cpv, DocumentKind, Hazard, MlCategory, Ncage, Nsn, Party};
use super::consent::Signer;
use super::event::{RecordedAct, Rules, events};
use super::ids::{ContractId, DeliveryId, InvoiceId, PaymentId, Place, PoolId, ProgrammeId, Reference};
use super::item::{Item, ItemId};
use super::money::{Currency, Money, Share, common_weights};
use super::party::{BOOK, BUYER, DIRECTOR, MINISTER, PAYER, QUALITY};
use super::quantity::Quantity;
use super::register::{Master, Position, Standing, check_list};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::table::Table;
use super::text::{Text, code_list};
use super::time::Date;

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

/// A party's part of a contract line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyQuantity {
    /// The party
    pub party: Party,
    /// Its quantity
    pub quantity: Quantity,
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

/// Goods of a delivery, with the contract line that they fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveredItem {
    /// Number of the contract line
    pub line: u32,
    /// What, and how much of it
    pub item: Item,
    /// The day from which it is not issued any more
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Date>,
}

/// How much of a contract line an invoice charges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvoiceLine {
    /// Number of the contract line
    pub line: u32,
    /// How much of it is charged
    pub quantity: Quantity,
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

    /// Record that the supplier dispatched a delivery to a party
    DeliveryDispatched {
        /// Number of the delivery
        delivery: DeliveryId,
        /// Number of the contract
        contract: ContractId,
        /// The party that receives it
        consignee: Party,
        /// What, and how much of it
        items: Vec<DeliveredItem>,
    }

    /// Receive a delivery: what was counted
    DeliveryReceived {
        /// Number of the delivery
        delivery: DeliveryId,
        /// What was counted
        items: Vec<DeliveredItem>,
        /// A remark on what is missing or damaged
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Text>,
    }

    /// Accept received goods into the register of the party that receives them; quality and property book sign
    DeliveryAccepted {
        /// Number of the delivery
        delivery: DeliveryId,
        /// What is accepted, with the data of the delivery
        items: Vec<DeliveredItem>,
        /// Condition code
        condition: Condition,
        /// The place it is stored at
        location: Place,
    }

    /// Register a supplier's invoice
    InvoiceRegistered {
        /// Number of the invoice in this ledger
        invoice: InvoiceId,
        /// Number of the contract
        contract: ContractId,
        /// The supplier's own invoice number
        supplier_invoice_no: Reference,
        /// What is charged
        lines: Vec<InvoiceLine>,
        /// The amount without value added tax
        net: Money,
        /// Value added tax
        vat: Money,
    }

    /// Approve an amount of an invoice for payment
    InvoiceApproved {
        /// Number of the invoice
        invoice: InvoiceId,
        /// The amount that may be paid on it, over all payments
        amount: Money,
    }

    /// Record an executed payment on an approved invoice
    PaymentExecuted {
        /// Number of the payment
        payment: PaymentId,
        /// Number of the invoice
        invoice: InvoiceId,
        /// The party that paid
        payer: Party,
        /// The amount
        amount: Money,
        /// The day on which the bank booked it
        value_date: Date,
        /// The bank's reference
        bank_ref: Reference,
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
#[derive(Debug, Clone)]
pub struct Programme {
    /// What was proposed.
    pub terms: ProgrammeProposed,
    /// Who takes part.
    pub participants: BTreeMap<Party, Shares>,
    /// The currency, once the arrangement is in effect.
    pub currency: Option<Currency>,
    /// The entry that put the arrangement into effect.
    pub effective_in: Option<u64>,
    /// Its contracts.
    pub contracts: Vec<ContractId>,
    /// The cost pools shared out, and each part.
    pub pools: BTreeMap<PoolId, Vec<PartyAmount>>,
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
#[derive(Debug, Clone)]
pub struct Contract {
    /// What was signed.
    pub terms: ContractSigned,
    /// The entry that signed it.
    pub signed_in: u64,
    /// How far each line is, for each party.
    pub progress: BTreeMap<(u32, Party), Progress>,
    /// How much of each line was charged.
    pub invoiced: BTreeMap<u32, Quantity>,
    /// Its deliveries.
    pub deliveries: Vec<DeliveryId>,
    /// Its invoices.
    pub invoices: Vec<InvoiceId>,
}

/// A delivery and what became of it, item by item.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// What was dispatched.
    pub terms: DeliveryDispatched,
    /// The entry that received it.
    pub received_in: Option<u64>,
    /// Received and not yet accepted.
    pub waiting: BTreeMap<(u32, ItemId), Quantity>,
}

/// An invoice and what was paid on it.
#[derive(Debug, Clone)]
pub struct Invoice {
    /// What was registered.
    pub terms: InvoiceRegistered,
    /// The amount that may be paid.
    pub approved: Option<Money>,
    /// The amount that was paid.
    pub paid: Money,
    /// Its payments.
    pub payments: Vec<PaymentId>,
}

/// All programmes, contracts and what hangs on them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Procurement {
    pub(crate) programmes: Table<ProgrammeId, Programme>,
    pub(crate) contracts: Table<ContractId, Contract>,
    deliveries: Table<DeliveryId, Delivery>,
    invoices: Table<InvoiceId, Invoice>,
    invoice_numbers: Table<(Ncage, Reference), InvoiceId>,
    payments: Table<PaymentId, PaymentExecuted>,
    bank_refs: Table<Reference, PaymentId>,
    pools: Table<PoolId, ProgrammeId>,
}

impl Procurement {
    pub(crate) fn fork(&self) -> Self {
        Self {
            programmes: self.programmes.fork(),
            contracts: self.contracts.fork(),
            deliveries: self.deliveries.fork(),
            invoices: self.invoices.fork(),
            invoice_numbers: self.invoice_numbers.fork(),
            payments: self.payments.fork(),
            bank_refs: self.bank_refs.fork(),
            pools: self.pools.fork(),
        }
    }

    fn programme(&self, id: &ProgrammeId) -> Result<&Programme, Rejection> {
        self.programmes.get(id).ok_or_else(|| Rejection::unknown("programme", id))
    }

    fn effective(&self, id: &ProgrammeId) -> Result<&Programme, Rejection> {
        let programme = self.programme(id)?;
        require(programme.effective_in.is_some(), Rule::S03, || {
            format!("the arrangement of programme {id} is not in effect")
        })?;
        Ok(programme)
    }

    fn contract(&self, id: &ContractId) -> Result<&Contract, Rejection> {
        self.contracts.get(id).ok_or_else(|| Rejection::unknown("contract", id))
    }

    fn delivery(&self, id: &DeliveryId) -> Result<&Delivery, Rejection> {
        self.deliveries.get(id).ok_or_else(|| Rejection::unknown("delivery", id))
    }

    fn invoice(&self, id: &InvoiceId) -> Result<&Invoice, Rejection> {
        self.invoices.get(id).ok_or_else(|| Rejection::unknown("invoice", id))
    }

    /// The contract of a delivery, and the delivery.
    fn of_delivery(&self, id: &DeliveryId) -> Result<(&Contract, &Delivery), Rejection> {
        let delivery = self.delivery(id)?;
        Ok((self.contract(&delivery.terms.contract)?, delivery))
    }

    /// The contract of an invoice, and the invoice.
    fn of_invoice(&self, id: &InvoiceId) -> Result<(&Contract, &Invoice), Rejection> {
        let invoice = self.invoice(id)?;
        Ok((self.contract(&invoice.terms.contract)?, invoice))
    }
}

impl State {
    /// One delivery.
    pub fn delivery(&self, id: &DeliveryId) -> Option<&Delivery> {
        self.procurement.deliveries.get(id)
    }

    /// One invoice.
    pub fn invoice(&self, id: &InvoiceId) -> Option<&Invoice> {
        self.procurement.invoices.get(id)
    }

    /// One payment.
    pub fn payment(&self, id: &PaymentId) -> Option<&PaymentExecuted> {
        self.procurement.payments.get(id)
    }

    /// The contract that a delivery belongs to.
    fn subjects_of_delivery(&self, id: &DeliveryId) -> Vec<Subject> {
        self.delivery(id)
            .map_or_else(Vec::new, |delivery| self.subjects_of_contract(&delivery.terms.contract))
    }

    fn subjects_of_invoice(&self, id: &InvoiceId) -> Vec<Subject> {
        self.invoice(id).map_or_else(Vec::new, |invoice| self.subjects_of_contract(&invoice.terms.contract))
    }

    fn subjects_of_contract(&self, id: &ContractId) -> Vec<Subject> {
        let programme =
            self.contract(id).map(|contract| Subject::Programme(contract.terms.programme.clone()));
        std::iter::once(Subject::Contract(id.clone())).chain(programme).collect()
    }
}

impl Rules for ProgrammeProposed {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.lead, DIRECTOR)])
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
            currency: None,
            effective_in: None,
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
        })
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

impl Programme {
    /// The participants' shares of one kind, in the order of the country codes.
    fn shares(&self, basis: CostBasis) -> Vec<Share> {
        let pick = |shares: &Shares| match basis {
            CostBasis::Quantity => shares.quantity,
            CostBasis::CommonCost => shares.common_cost,
            CostBasis::Fee => shares.fee,
        };
        self.participants.values().map(pick).collect()
    }
}

impl Rules for ArrangementEffective {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let programme = state.procurement.programme(&self.programme)?;
        require(programme.participants.len() >= 2, Rule::P01, || {
            format!("programme {} has fewer than two participants", self.programme)
        })?;
        Ok(programme.participants.keys().map(|party| Signer::of(*party, MINISTER)).collect())
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
        for (_, basis) in CostBasis::ALL {
            let shares = programme.shares(*basis);
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
fn priced(quantity: Quantity, unit_price: Money) -> Option<Money> {
    const WHOLE: u128 = 1_000_000;
    let millionths = quantity.millionths().checked_mul(u128::from(unit_price.minor()))?;
    let rounded = millionths.checked_add(WHOLE / 2)?.checked_div(WHOLE)?;
    Money::new(u64::try_from(rounded).ok()?, unit_price.currency()).ok()
}

/// Adds up delivered items by contract line.
fn by_line(items: &[DeliveredItem]) -> Result<BTreeMap<u32, Quantity>, Rejection> {
    let mut sums: BTreeMap<u32, Quantity> = BTreeMap::new();
    for delivered in items {
        let quantity = delivered.item.quantity();
        let sum = sums.entry(delivered.line).or_insert(quantity.none());
        *sum = sum.plus(quantity).ok_or_else(|| {
            Rejection::new(
                Rule::S05,
                format!("the quantities of line {} have different units", delivered.line),
            )
        })?;
    }
    Ok(sums)
}

/// The list of a delivery without its lines, to check that nothing stands in it twice.
fn check_delivered(items: &[DeliveredItem]) -> Result<(), Rejection> {
    let plain: Vec<Item> = items.iter().map(|delivered| delivered.item.clone()).collect();
    check_list(&plain)
}

impl Contract {
    /// The line with this number.
    pub fn line(&self, number: u32) -> Option<&ContractLine> {
        self.terms.lines.iter().find(|line| line.line == number)
    }

    fn known_line(&self, number: u32) -> Result<&ContractLine, Rejection> {
        self.line(number)
            .ok_or_else(|| Rejection::unknown("line", format!("{number} in {}", self.terms.contract)))
    }

    /// How much of a line was accepted, over all parties.
    fn accepted(&self, number: u32) -> Option<Quantity> {
        let line = self.progress.iter().filter(|((line, _), _)| *line == number);
        Quantity::sum(line.map(|(_, progress)| progress.accepted))
    }

    /// What a delivery did not bring may be dispatched again.
    fn release_short(&mut self, sent: &DeliveryDispatched, counted: &[DeliveredItem]) {
        for line in &sent.items {
            let sent_now = line.item.quantity();
            let here = counted.iter().find(|item| item.line == line.line && item.item.id() == line.item.id());
            let came = here.map_or(sent_now.none(), |item| item.item.quantity());
            let (Some(short), Some(progress)) =
                (sent_now.minus(came), self.progress.get_mut(&(line.line, sent.consignee)))
            else {
                continue;
            };
            progress.dispatched = progress.dispatched.minus(short).unwrap_or(progress.dispatched);
        }
    }

    fn advance(
        &mut self,
        party: Party,
        items: &[DeliveredItem],
        pick: impl Fn(&mut Progress) -> &mut Quantity,
    ) {
        for delivered in items {
            if let Some(progress) = self.progress.get_mut(&(delivered.line, party)) {
                let sum = pick(progress);
                *sum = sum.plus(delivered.item.quantity()).unwrap_or(*sum);
            }
        }
    }
}

impl Rules for DeliveryDispatched {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.procurement.contract(&self.contract)?.terms.buyer, BUYER)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::DespatchAdvice]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.deliveries.contains(&self.delivery) {
            return Err(Rejection::taken("delivery", &self.delivery));
        }
        let contract = state.procurement.contract(&self.contract)?;
        check_delivered(&self.items)?;
        for delivered in &self.items {
            let line = contract.known_line(delivered.line)?;
            let nsn = delivered.item.id().nsn();
            require(nsn.is_none() || nsn == line.nsn, Rule::S05, || {
                format!("{} is not the item of line {}", delivered.item.id(), delivered.line)
            })?;
        }
        for (line, quantity) in by_line(&self.items)? {
            let progress = contract.progress.get(&(line, self.consignee));
            let Some(progress) = progress else {
                return Err(Rejection::new(
                    Rule::P04,
                    format!("line {line} buys nothing for {}", self.consignee),
                ));
            };
            let total = progress.dispatched.plus(quantity);
            require(total.is_some_and(|total| total.at_most(progress.contracted)), Rule::P04, || {
                format!(
                    "line {line}: {quantity} more for {} would exceed the contracted {}; {} are dispatched",
                    self.consignee, progress.contracted, progress.dispatched
                )
            })?;
        }
        Ok(())
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(contract) = state.procurement.contracts.get_mut(&self.contract) {
            contract.deliveries.push(self.delivery.clone());
            contract.advance(self.consignee, &self.items, |progress| &mut progress.dispatched);
        }
        let delivery = Delivery { terms: self.clone(), received_in: None, waiting: BTreeMap::new() };
        state.procurement.deliveries.insert(self.delivery.clone(), delivery);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_contract(&self.contract)
    }
}

impl Rules for DeliveryReceived {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.procurement.delivery(&self.delivery)?.terms.consignee, BOOK)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let delivery = state.procurement.delivery(&self.delivery)?;
        require(delivery.received_in.is_none(), Rule::S03, || {
            format!("delivery {} is received already", self.delivery)
        })?;
        // Nothing may have come.
        if !self.items.is_empty() {
            check_delivered(&self.items)?;
        }
        for counted in &self.items {
            let sent = delivery.terms.items.iter().find(|sent| {
                sent.line == counted.line
                    && sent.item.id() == counted.item.id()
                    && sent.expiry == counted.expiry
            });
            let within = sent.is_some_and(|sent| counted.item.quantity().at_most(sent.item.quantity()));
            require(within, Rule::P04, || {
                format!(
                    "{} of line {} is more than delivery {} brought",
                    counted.item, counted.line, self.delivery
                )
            })?;
        }
        Ok(())
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(delivery) = state.procurement.deliveries.get_mut(&self.delivery) else { return };
        delivery.received_in = Some(act.seq);
        for counted in &self.items {
            let key = (counted.line, counted.item.id().clone());
            delivery.waiting.insert(key, counted.item.quantity());
        }
        let terms = delivery.terms.clone();
        if let Some(contract) = state.procurement.contracts.get_mut(&terms.contract) {
            contract.advance(terms.consignee, &self.items, |progress| &mut progress.received);
            contract.release_short(&terms, &self.items);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_delivery(&self.delivery)
    }
}

impl DeliveryAccepted {
    /// What the register says of an accepted item.
    fn master(contract: &Contract, delivered: &DeliveredItem) -> Result<Master, Rejection> {
        let line = contract.known_line(delivered.line)?;
        Ok(Master {
            description: line.description.clone(),
            nsn: line.nsn.or(delivered.item.id().nsn()),
            ml: line.ml,
            hazard: line.hazard,
            neq_g_per_unit: line.neq_g_per_unit,
            expiry: delivered.expiry,
            restricted_by: line.restricted_by,
        })
    }
}

impl Rules for DeliveryAccepted {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let consignee = state.procurement.delivery(&self.delivery)?.terms.consignee;
        Ok(vec![Signer::of(consignee, QUALITY), Signer::of(consignee, BOOK)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::ConformityCertificate]
    }

    fn document_rule(&self) -> Rule {
        Rule::P12
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let (contract, delivery) = state.procurement.of_delivery(&self.delivery)?;
        require(delivery.received_in.is_some(), Rule::S03, || {
            format!("delivery {} is not received yet", self.delivery)
        })?;
        check_delivered(&self.items)?;
        for accepted in &self.items {
            let key = (accepted.line, accepted.item.id().clone());
            let waiting = delivery.waiting.get(&key).copied();
            let sent =
                delivery.terms.items.iter().find(|sent| sent.line == key.0 && *sent.item.id() == key.1);
            require(sent.is_none_or(|sent| sent.expiry == accepted.expiry), Rule::S05, || {
                format!("{} has another expiry in delivery {}", accepted.item.id(), self.delivery)
            })?;
            require(
                waiting.is_some_and(|waiting| accepted.item.quantity().at_most(waiting)),
                Rule::P04,
                || format!("{} is more than was received and waits for acceptance", accepted.item),
            )?;
            state.register.admit_new(&accepted.item, &Self::master(contract, accepted)?)?;
        }
        Ok(())
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let Some(delivery) = state.procurement.deliveries.get_mut(&self.delivery) else { return };
        for accepted in &self.items {
            let key = (accepted.line, accepted.item.id().clone());
            if let Some(waiting) = delivery.waiting.get_mut(&key) {
                *waiting = waiting.minus(accepted.item.quantity()).unwrap_or(waiting.none());
            }
        }
        let (contract, consignee) = (delivery.terms.contract.clone(), delivery.terms.consignee);
        let Some(contract) = state.procurement.contracts.get_mut(&contract) else { return };
        contract.advance(consignee, &self.items, |progress| &mut progress.accepted);
        for accepted in &self.items {
            let Ok(master) = Self::master(contract, accepted) else { continue };
            let position = Position {
                owner: consignee,
                holder: consignee,
                location: self.location.clone(),
                standing: Standing::InService,
                condition: self.condition,
            };
            state.register.enter(&accepted.item, &master, position);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        let items = self.items.iter().map(|accepted| Subject::Item(accepted.item.id().clone()));
        items.chain(state.subjects_of_delivery(&self.delivery)).collect()
    }
}

impl Rules for InvoiceRegistered {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.procurement.contract(&self.contract)?.terms.buyer, PAYER)])
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::Invoice]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.invoices.contains(&self.invoice) {
            return Err(Rejection::taken("invoice", &self.invoice));
        }
        let contract = state.procurement.contract(&self.contract)?;
        let number = (contract.terms.supplier, self.supplier_invoice_no.clone());
        if let Some(known) = state.procurement.invoice_numbers.get(&number) {
            return Err(Rejection::new(
                Rule::P07,
                format!("supplier {} sent invoice {} before: it is {known}", number.0, number.1),
            ));
        }
        require(!self.lines.is_empty(), Rule::S05, || "an invoice charges at least one line".into())?;
        let rising = self.lines.windows(2).all(|pair| matches!(pair, [a, b] if a.line < b.line));
        require(rising, Rule::S05, || "the lines stand in the order of their numbers, each once".into())?;
        let mut allowed = Money::zero(self.net.currency());
        for charged in &self.lines {
            let line = contract.known_line(charged.line)?;
            let before = contract.invoiced.get(&charged.line).copied().unwrap_or(line.quantity.none());
            let total = before.plus(charged.quantity);
            let accepted = contract.accepted(charged.line).unwrap_or(line.quantity.none());
            require(total.is_some_and(|total| total.at_most(accepted)), Rule::P05, || {
                format!(
                    "line {}: {} more are charged, {before} were before, {accepted} are accepted",
                    charged.line, charged.quantity
                )
            })?;
            // The price of all that is charged by then, less the price of what was charged before: rounding
            // each invoice for itself would let many small ones exceed the whole.
            let price = total
                .and_then(|total| priced(total, line.unit_price))
                .zip(priced(before, line.unit_price))
                .and_then(|(all, before)| all.minor().checked_sub(before.minor()))
                .and_then(|minor| Money::new(minor, line.unit_price.currency()).ok())
                .and_then(|price| allowed.plus(price));
            allowed = price.ok_or_else(|| {
                Rejection::new(
                    Rule::S05,
                    "the invoice is in another currency than the contract, or too large",
                )
            })?;
        }
        require(self.net.minor() <= allowed.minor(), Rule::P05, || {
            format!("{} are charged for goods worth {allowed}", self.net)
        })?;
        require(self.net.plus(self.vat).is_some(), Rule::S05, || {
            "net amount and value added tax have different currencies".into()
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let Some(contract) = state.procurement.contracts.get_mut(&self.contract) else { return };
        contract.invoices.push(self.invoice.clone());
        for charged in &self.lines {
            let sum = contract.invoiced.entry(charged.line).or_insert(charged.quantity.none());
            *sum = sum.plus(charged.quantity).unwrap_or(*sum);
        }
        let number = (contract.terms.supplier, self.supplier_invoice_no.clone());
        state.procurement.invoice_numbers.insert(number, self.invoice.clone());
        let paid = Money::zero(self.net.currency());
        let invoice = Invoice { terms: self.clone(), approved: None, paid, payments: Vec::new() };
        state.procurement.invoices.insert(self.invoice.clone(), invoice);
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_contract(&self.contract)
    }
}

impl Rules for InvoiceApproved {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let (contract, _) = state.procurement.of_invoice(&self.invoice)?;
        Ok(vec![Signer::of(contract.terms.buyer, PAYER)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let (_, invoice) = state.procurement.of_invoice(&self.invoice)?;
        require(invoice.approved.is_none(), Rule::S03, || {
            format!("invoice {} is approved already", self.invoice)
        })?;
        let total = invoice.terms.net.plus(invoice.terms.vat);
        let within = total.is_some_and(|total| {
            total.currency() == self.amount.currency() && self.amount.minor() <= total.minor()
        });
        require(within, Rule::P06, || {
            format!("{} is more than invoice {} asks for", self.amount, self.invoice)
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(invoice) = state.procurement.invoices.get_mut(&self.invoice) {
            invoice.approved = Some(self.amount);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_invoice(&self.invoice)
    }
}

impl Rules for PaymentExecuted {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.payer, PAYER)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.payments.contains(&self.payment) {
            return Err(Rejection::taken("payment", &self.payment));
        }
        let (contract, invoice) = state.procurement.of_invoice(&self.invoice)?;
        let programme = state.procurement.programme(&contract.terms.programme)?;
        require(programme.participants.contains_key(&self.payer), Rule::S05, || {
            format!("{} does not take part in programme {}", self.payer, contract.terms.programme)
        })?;
        if let Some(known) = state.procurement.bank_refs.get(&self.bank_ref) {
            return Err(Rejection::new(
                Rule::P07,
                format!("bank reference {} stands for payment {known} already", self.bank_ref),
            ));
        }
        require(!self.amount.is_zero(), Rule::S05, || "a payment of nothing".into())?;
        let approved = invoice.approved.ok_or_else(|| {
            Rejection::new(Rule::P06, format!("invoice {} is not approved for payment", self.invoice))
        })?;
        let total = invoice.paid.plus(self.amount);
        require(total.is_some_and(|total| total.minor() <= approved.minor()), Rule::P06, || {
            format!(
                "{} more would exceed the {approved} approved on invoice {}; {} are paid",
                self.amount, self.invoice, invoice.paid
            )
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        if let Some(invoice) = state.procurement.invoices.get_mut(&self.invoice) {
            invoice.paid = invoice.paid.plus(self.amount).unwrap_or(invoice.paid);
            invoice.payments.push(self.payment.clone());
        }
        state.procurement.bank_refs.insert(self.bank_ref.clone(), self.payment.clone());
        state.procurement.payments.insert(self.payment.clone(), self.clone());
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        state.subjects_of_invoice(&self.invoice)
    }
}

impl Rules for CostShareAssessed {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.procurement.programme(&self.programme)?.terms.lead, PAYER)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        if state.procurement.pools.contains(&self.pool) {
            return Err(Rejection::taken("pool", &self.pool));
        }
        let programme = state.procurement.effective(&self.programme)?;
        require(programme.currency == Some(self.total.currency()), Rule::S05, || {
            "the pool is in another currency than the programme".into()
        })?;
        let lawful = programme
            .allocate(self.basis, self.total)
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

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        state.procurement.pools.insert(self.pool.clone(), self.programme.clone());
        if let Some(programme) = state.procurement.programmes.get_mut(&self.programme) {
            programme.pools.insert(self.pool.clone(), self.parts.clone());
        }
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Programme(self.programme.clone())]
    }
}

impl Programme {
    /// Divides an amount by the participants' shares: largest remainder, ties by country code.
    pub fn allocate(&self, basis: CostBasis, total: Money) -> Option<Vec<PartyAmount>> {
        let (weights, _) = common_weights(&self.shares(basis))?;
        let parts = total.allocate(&weights)?;
        Some(
            self.participants
                .keys()
                .zip(parts)
                .map(|(party, amount)| PartyAmount { party: *party, amount })
                .collect(),
        )
    }
}
