//! The register: what there is, who owns it, who holds it, where it is.
//!
//! Owner, holder and location are three facts (domain.md section 3, rule 1). A [`Stock`] is all of one item,
//! spread over [`Position`]s; every act moves quantities from positions to others. So what was registered is
//! always somewhere: held, in transit, consumed, lost or written off (domain.md T04), and a serial item, being
//! one, has exactly one owner and one holder (T01).

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::codes::{Condition, Country, Hazard, MlCategory, Nsn, Party};
use super::consent::Signer;
use super::correction::Effect;
use super::event::{RecordedAct, Rules, events};
use super::ids::{ConsignmentId, HandReceiptId, LossId, Place, Reference, TransferId};
use super::item::{Item, ItemId};
use super::licence::Passage;
use super::loss::Loss;
use super::party::BOOK;
use super::quantity::Quantity;
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::table::{pairs, tables};
use super::text::Text;
use super::time::Date;

events! {
    /// Enter materiel into the register with its owner, holder and location
    ItemRegistered {
        /// What, and how much of it
        item: Item,
        /// What it is, in words
        description: Text,
        /// Stock number of a serial item; batch and bulk items carry theirs
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nsn: Option<Nsn>,
        /// Category of the EU Common Military List
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ml: Option<MlCategory>,
        /// UN hazard division and compatibility group, for explosives
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hazard: Option<Hazard>,
        /// Net explosive quantity of one unit, in grams
        #[serde(default, skip_serializing_if = "Option::is_none")]
        neq_g_per_unit: Option<u64>,
        /// The day from which it is not issued any more
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expiry: Option<Date>,
        /// The state whose consent a re-transfer needs
        #[serde(default, skip_serializing_if = "Option::is_none")]
        restricted_by: Option<Country>,
        /// Condition code
        condition: Condition,
        /// Who has title
        owner: Party,
        /// Who physically answers for it
        holder: Party,
        /// Where it is
        location: Place,
    }

    /// Report that expendable goods were used up; goods in custody, with the owner's signature
    ConsumptionReported {
        /// What, and how much of it
        item: Item,
        /// Who owned it
        owner: Party,
        /// Who held it and used it
        holder: Party,
        /// Where it was kept
        location: Place,
        /// The loan under which it was held, if it was
        #[serde(default, skip_serializing_if = "Option::is_none")]
        loan: Option<TransferId>,
        /// The exercise or activity
        activity: Reference,
    }
}

/// What goods are at present, besides being owned, held and somewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "standing", content = "under", rename_all = "snake_case")]
pub enum Standing {
    /// At the holder's disposal.
    InService,
    /// Set aside for a transfer.
    Reserved(TransferId),
    /// Dispatched and not yet received.
    InTransit(ConsignmentId),
    /// Dispatched, and not among what was received.
    Missing(ConsignmentId),
    /// Held on loan.
    OnLoan(TransferId),
    /// Received by the buyer or donee, title not yet passed.
    AwaitingTitle(TransferId),
    /// Reported lost.
    Lost(LossId),
    /// Used up.
    Consumed,
    /// Relieved from accountability.
    WrittenOff(LossId),
}

/// Where a quantity stands: the three facts, its condition, and what it is at present.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// Who has title.
    pub owner: Party,
    /// Who physically answers for it.
    pub holder: Party,
    /// Where it is, or was last.
    pub location: Place,
    /// What it is at present.
    #[serde(flatten)]
    pub standing: Standing,
    /// Condition code.
    pub condition: Condition,
    /// The hand receipt under which a unit of the holder has it, until it is back. Only what is in service, on
    /// loan, lost or written off can be out on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<HandReceiptId>,
}

/// What is the same for all of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Master {
    /// What it is, in words.
    pub description: Text,
    /// Stock number.
    pub nsn: Option<Nsn>,
    /// Category of the EU Common Military List.
    pub ml: Option<MlCategory>,
    /// Hazard division and compatibility group.
    pub hazard: Option<Hazard>,
    /// Net explosive quantity of one unit, in grams.
    pub neq_g_per_unit: Option<u64>,
    /// The day from which it is not issued any more.
    pub expiry: Option<Date>,
    /// The state whose consent a re-transfer needs.
    pub restricted_by: Option<Country>,
}

/// All of one item, over its positions.
#[derive(Debug, Clone, Serialize)]
pub struct Stock {
    /// What is the same for all of it.
    pub master: Master,
    /// All that was ever registered.
    pub registered: Quantity,
    /// How much stands where. No position is empty.
    #[serde(serialize_with = "pairs")]
    pub positions: BTreeMap<Position, Quantity>,
}

impl Stock {
    /// How much stands in the positions that `wanted` picks.
    pub fn amount(&self, wanted: impl Fn(&Position) -> bool) -> Quantity {
        let picked =
            self.positions.iter().filter(|(position, _)| wanted(position)).map(|(_, quantity)| *quantity);
        Quantity::sum(picked).unwrap_or(self.registered.none())
    }

    /// Moves `amount` out of the positions that `wanted` picks, in their order, to where `target` says.
    /// Moves what is there when it is less: admission has seen to it that it is not.
    pub(crate) fn shift(
        &mut self,
        amount: Quantity,
        wanted: impl Fn(&Position) -> bool,
        target: impl Fn(&Position) -> Position,
    ) {
        let picked: Vec<Position> =
            self.positions.keys().filter(|position| wanted(position)).cloned().collect();
        let mut left = amount;
        for position in picked {
            let Some(there) = self.positions.remove(&position) else { continue };
            let (moved, kept) = match there.minus(left) {
                Some(kept) => (left, kept),
                None => (there, there.none()),
            };
            left = left.minus(moved).unwrap_or(left.none());
            if !kept.is_zero() {
                self.positions.insert(position.clone(), kept);
            }
            self.put(target(&position), moved);
            if left.is_zero() {
                return;
            }
        }
    }

    fn put(&mut self, position: Position, quantity: Quantity) {
        if quantity.is_zero() {
            return;
        }
        let place = self.positions.entry(position).or_insert(quantity.none());
        *place = place.plus(quantity).unwrap_or(*place);
    }

    /// True when the quantities of the positions add up to what was registered (domain.md T04), and a serial
    /// item stands in exactly one position (T01).
    pub fn is_conserved(&self) -> bool {
        let one_place = self.registered != Quantity::ONE || self.positions.len() == 1;
        one_place && self.amount(|_| true) == self.registered
    }
}

tables! {
    /// All items and all losses.
    pub(crate) struct Register {
        stocks: ItemId => Stock,
        losses: LossId => Loss,
    }
}

impl Register {
    /// The stock of an item.
    pub(crate) fn stock(&self, id: &ItemId) -> Result<&Stock, Rejection> {
        self.stocks.get(id).ok_or_else(|| Rejection::unknown("item", id))
    }

    /// Refuses to register what would give an item a second owner or two natures.
    pub(crate) fn admit_new(&self, item: &Item, master: &Master) -> Result<(), Rejection> {
        check_nature(item.id(), master)?;
        let Some(stock) = self.stocks.get(item.id()) else { return Ok(()) };
        if item.id().is_serial() {
            return Err(Rejection::new(Rule::T01, format!("{} is registered already", item.id()))
                .remedy("a serial item changes owner by transfer, never by a second registration"));
        }
        require(stock.master == *master, Rule::S05, || {
            format!("{} is registered with another description, category, hazard or expiry", item.id())
        })?;
        require(stock.registered.plus(item.quantity()).is_some(), Rule::T04, || {
            format!(
                "{} is counted in {}, not in {}",
                item.id(),
                stock.registered.unit(),
                item.quantity().unit()
            )
        })
    }

    /// Registers `item` in `position`.
    pub(crate) fn enter(&mut self, item: &Item, master: &Master, position: Position) {
        let quantity = item.quantity();
        let stock = self.stocks.get_or_insert(item.id().clone(), || Stock {
            master: master.clone(),
            registered: quantity.none(),
            positions: BTreeMap::new(),
        });
        stock.registered = stock.registered.plus(quantity).unwrap_or(stock.registered);
        stock.put(position, quantity);
    }

    /// Takes `item` out of `position` as if it had never been registered.
    pub(crate) fn take_out(&mut self, item: &Item, position: &Position) {
        let Some(stock) = self.stocks.get_mut(item.id()) else { return };
        if let Some(there) = stock.positions.remove(position) {
            stock.put(position.clone(), there.minus(item.quantity()).unwrap_or(there));
        }
        stock.registered = stock.registered.minus(item.quantity()).unwrap_or(stock.registered);
        if stock.registered.is_zero() {
            self.stocks.remove(item.id());
        }
    }

    /// Moves items between positions.
    pub(crate) fn shift(
        &mut self,
        item: &Item,
        wanted: impl Fn(&Position) -> bool,
        target: impl Fn(&Position) -> Position,
    ) {
        if let Some(stock) = self.stocks.get_mut(item.id()) {
            stock.shift(item.quantity(), wanted, target);
        }
    }

    /// Refuses with `rule` unless all of `item` stands in the positions that `wanted` picks.
    pub(crate) fn require_there(
        &self,
        item: &Item,
        rule: Rule,
        place: impl FnOnce() -> String,
        wanted: impl Fn(&Position) -> bool,
    ) -> Result<(), Rejection> {
        let there = self.stock(item.id())?.amount(wanted);
        require(item.quantity().at_most(there), rule, || {
            format!("{} of {} were named, {there} are {}", item.quantity(), item.id(), place())
        })
    }
}

/// Refuses data that contradict the kind of item.
fn check_nature(id: &ItemId, master: &Master) -> Result<(), Rejection> {
    require(id.nsn().is_none_or(|nsn| master.nsn == Some(nsn)), Rule::S05, || {
        format!("{id} carries its stock number itself; leave the other out")
    })?;
    require(master.restricted_by.is_none() || master.nsn.is_some(), Rule::S05, || {
        format!("{id}: a restricted item needs a stock number, by which consent is given")
    })?;
    // A batch is ammunition whether or not somebody wrote its category down, and half the data is none.
    let (hazard, neq) = (master.hazard.is_some(), master.neq_g_per_unit.is_some());
    let batch = matches!(id, ItemId::Batch { .. });
    let explosive = master.ml.is_some_and(MlCategory::is_explosive) || batch || hazard || neq;
    let complete = hazard && neq;
    require(!explosive || complete, Rule::T17, || {
        format!("{id} is ammunition or explosive: hazard code and net explosive quantity are missing")
    })
}

/// Refuses a list that is empty or names an item twice.
pub(crate) fn check_list(items: &[Item]) -> Result<(), Rejection> {
    require(!items.is_empty(), Rule::S05, || "no items are listed".into())?;
    let mut ids: Vec<&ItemId> = items.iter().map(Item::id).collect();
    ids.sort_unstable();
    let twice = ids.windows(2).find(|pair| matches!(pair, [a, b] if a == b)).and_then(|pair| pair.first());
    match twice {
        Some(id) => Err(Rejection::new(Rule::S05, format!("{id} is listed twice"))),
        None => Ok(()),
    }
}

impl ItemRegistered {
    fn master(&self) -> Master {
        Master {
            description: self.description.clone(),
            nsn: self.nsn.or(self.item.id().nsn()),
            ml: self.ml,
            hazard: self.hazard,
            neq_g_per_unit: self.neq_g_per_unit,
            expiry: self.expiry,
            restricted_by: self.restricted_by,
        }
    }

    fn position(&self) -> Position {
        Position {
            owner: self.owner,
            holder: self.holder,
            location: self.location.clone(),
            standing: Standing::InService,
            condition: self.condition,
            receipt: None,
        }
    }
}

impl Rules for ItemRegistered {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        for party in [self.owner, self.holder] {
            if !state.directory.parties.contains(&party) {
                return Err(Rejection::unknown("party", party));
            }
        }
        let mut signers = vec![Signer::of(self.owner, BOOK)];
        if self.holder != self.owner {
            signers.push(Signer::of(self.holder, BOOK));
        }
        Ok(signers)
    }

    fn binds(&self, _: &State) -> Vec<Party> {
        vec![self.owner, self.holder]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        require(self.nsn.is_none() || self.item.id().nsn().is_none(), Rule::S05, || {
            format!("{} carries its stock number itself; leave the other out", self.item.id())
        })?;
        let master = self.master();
        state.register.admit_new(&self.item, &master)?;
        if self.holder == self.owner {
            return Ok(());
        }
        // Goods that begin in another's hands went there: the restricting state is asked as at a dispatch.
        let passage = Passage {
            from: self.owner,
            to: self.holder,
            on: self.occurred_at.date(),
            is_return: false,
            licence: None,
        };
        state.transfers.licences.require_consent(&passage, &[(&self.item, &master)])
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        state.register.enter(&self.item, &self.master(), self.position());
    }

    fn effect(&self) -> Option<Effect> {
        Some(Effect::Registered { item: self.item.clone(), position: self.position() })
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        vec![Subject::Item(self.item.id().clone())]
    }
}

/// What goods at hand are: in service, or on that loan.
pub(crate) fn at_hand(loan: Option<&TransferId>) -> Standing {
    loan.map_or(Standing::InService, |loan| Standing::OnLoan(loan.clone()))
}

/// Goods at hand of one party: whose they are, where they are kept, on which loan.
#[derive(Clone, Copy)]
pub(crate) struct Hand<'a> {
    pub(crate) owner: Party,
    pub(crate) holder: Party,
    pub(crate) location: &'a Place,
    pub(crate) loan: Option<&'a TransferId>,
}

impl Hand<'_> {
    /// True for goods in the holder's own keeping.
    pub(crate) fn keeps(&self, position: &Position) -> bool {
        position.receipt.is_none() && self.answers_for(position)
    }

    /// True for these goods, whether or not a unit has them on a hand receipt.
    pub(crate) fn answers_for(&self, position: &Position) -> bool {
        position.owner == self.owner
            && position.holder == self.holder
            && position.location == *self.location
            && position.standing == at_hand(self.loan)
    }
}

impl fmt::Display for Hand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "owned by {} and in the hands of {} at {}", self.owner, self.holder, self.location)?;
        self.loan.map_or(Ok(()), |loan| write!(f, " on loan {loan}"))
    }
}

pub(crate) fn subjects_of(items: &[Item], transfer: Option<&TransferId>) -> Vec<Subject> {
    let items = items.iter().map(|item| Subject::Item(item.id().clone()));
    items.chain(transfer.map(|transfer| Subject::Transfer(transfer.clone()))).collect()
}

impl ConsumptionReported {
    fn hand(&self) -> Hand<'_> {
        Hand { owner: self.owner, holder: self.holder, location: &self.location, loan: self.loan.as_ref() }
    }
}

impl Rules for ConsumptionReported {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        let mut signers = vec![Signer::of(self.holder, BOOK)];
        // A loan lets the borrower use the goods; custody does not.
        if self.owner != self.holder && self.loan.is_none() {
            signers.push(Signer::of(self.owner, BOOK));
        }
        Ok(signers)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        require(!self.item.id().is_serial(), Rule::S05, || {
            format!(
                "{} is not expendable: a serial item is lost or written off, not consumed",
                self.item.id()
            )
        })?;
        let hand = self.hand();
        state.register.require_there(
            &self.item,
            Rule::T05,
            || hand.to_string(),
            |position| hand.keeps(position),
        )
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let hand = self.hand();
        state.register.shift(
            &self.item,
            |position| hand.keeps(position),
            |position| Position { standing: Standing::Consumed, ..position.clone() },
        );
    }

    fn effect(&self) -> Option<Effect> {
        Some(Effect::Consumed {
            item: self.item.clone(),
            owner: self.owner,
            holder: self.holder,
            location: self.location.clone(),
            loan: self.loan.clone(),
        })
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        subjects_of(std::slice::from_ref(&self.item), self.loan.as_ref())
    }
}
