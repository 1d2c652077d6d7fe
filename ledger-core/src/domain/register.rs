//! The register: what there is, who owns it, who holds it, where it is.
//!
//! Owner, holder and location are three facts (domain.md section 3, rule 1). A [`Stock`] is all of one item,
//! spread over [`Position`]s; every act moves quantities from positions to others. So what was registered is
//! always somewhere: held, in transit, consumed, lost or written off (domain.md T04), and a serial item, being
//! one, has exactly one owner and one holder (T01).

use std::collections::BTreeMap;

use serde::Serialize;

use super::codes::{Condition, Country, DocumentKind, Hazard, MlCategory, Nsn, Party};
use super::consent::Signer;
use super::correction::Effect;
use super::event::{RecordedAct, Rules, events};
use super::ids::{ConsignmentId, LossId, Place, Reference, TransferId};
use super::item::{Item, ItemId};
use super::licence::Passage;
use super::party::{BOOK, HANDS, MINISTER};
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

    /// Report that goods in hand are lost; the owner stays owner, and a loan stays a loan
    LossReported {
        /// Number of the loss
        loss: LossId,
        /// What, and how much of it
        items: Vec<Item>,
        /// Who owns it
        owner: Party,
        /// Who held it
        holder: Party,
        /// Where it was kept
        location: Place,
        /// The loan under which it was held, if it was
        #[serde(default, skip_serializing_if = "Option::is_none")]
        loan: Option<TransferId>,
        /// What happened
        circumstances: Text,
        /// The day on which it was noticed
        noticed_on: Date,
    }

    /// Close the investigation of a loss with a finding and who is liable
    LossInvestigated {
        /// Number of the loss
        loss: LossId,
        /// What was found
        finding: Text,
        /// Who is liable, if anybody
        #[serde(default, skip_serializing_if = "Option::is_none")]
        liable: Option<Party>,
    }

    /// Relieve the holder of accountability for what was lost; only the owner can
    WriteOffApproved {
        /// Number of the loss
        loss: LossId,
        /// Why
        reason: Text,
    }

    /// Report that lost goods were found again, even after they were written off
    ItemFound {
        /// Number of the loss
        loss: LossId,
        /// What, and how much of it
        items: Vec<Item>,
        /// Where it is now
        location: Place,
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

/// What was lost, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// What was lost.
    pub items: Vec<Item>,
    /// Who owns it.
    pub owner: Party,
    /// Who held it.
    pub holder: Party,
    /// The loan under which it was held.
    pub loan: Option<TransferId>,
    /// The entry that reported it.
    pub reported_in: u64,
    /// The entry that closed the investigation.
    pub investigated_in: Option<u64>,
    /// The entry that wrote it off.
    pub written_off_in: Option<u64>,
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

    pub(crate) fn loss(&self, id: &LossId) -> Result<&Loss, Rejection> {
        self.losses.get(id).ok_or_else(|| Rejection::unknown("loss", id))
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

/// The positions of goods at hand of `holder`, owned by `owner`, kept in `location`, on that loan or none.
fn hand<'a>(
    owner: Party,
    holder: Party,
    location: &'a Place,
    loan: Option<&TransferId>,
) -> impl Fn(&Position) -> bool + 'a {
    let standing = at_hand(loan);
    move |position| {
        position.owner == owner
            && position.holder == holder
            && position.location == *location
            && position.standing == standing
    }
}

fn hand_in_words(owner: Party, holder: Party, location: &Place, loan: Option<&TransferId>) -> String {
    let loan = loan.map_or_else(String::new, |loan| format!(" on loan {loan}"));
    format!("owned by {owner} and in the hands of {holder} at {location}{loan}")
}

pub(crate) fn subjects_of(items: &[Item], transfer: Option<&TransferId>) -> Vec<Subject> {
    let items = items.iter().map(|item| Subject::Item(item.id().clone()));
    items.chain(transfer.map(|transfer| Subject::Transfer(transfer.clone()))).collect()
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
        let (owner, holder, location, loan) = (self.owner, self.holder, &self.location, self.loan.as_ref());
        state.register.require_there(
            &self.item,
            Rule::T05,
            || hand_in_words(owner, holder, location, loan),
            hand(owner, holder, location, loan),
        )
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let wanted = hand(self.owner, self.holder, &self.location, self.loan.as_ref());
        state.register.shift(&self.item, wanted, |position| Position {
            standing: Standing::Consumed,
            ..position.clone()
        });
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

impl Rules for LossReported {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.holder, HANDS)])
    }

    fn admit(&self, state: &State, act: &RecordedAct) -> Result<(), Rejection> {
        if state.register.losses.contains(&self.loss) {
            return Err(Rejection::taken("loss", &self.loss));
        }
        check_list(&self.items)?;
        require(self.noticed_on <= act.recorded_at.date(), Rule::I05, || {
            format!("the loss was noticed on {}, after it was recorded", self.noticed_on)
        })?;
        let (owner, holder, location, loan) = (self.owner, self.holder, &self.location, self.loan.as_ref());
        self.items.iter().try_for_each(|item| {
            state.register.require_there(
                item,
                Rule::T05,
                || hand_in_words(owner, holder, location, loan),
                hand(owner, holder, location, loan),
            )
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        for item in &self.items {
            let wanted = hand(self.owner, self.holder, &self.location, self.loan.as_ref());
            state.register.shift(item, wanted, |position| Position {
                standing: Standing::Lost(self.loss.clone()),
                ..position.clone()
            });
        }
        let loss = Loss {
            items: self.items.clone(),
            owner: self.owner,
            holder: self.holder,
            loan: self.loan.clone(),
            reported_in: act.seq,
            investigated_in: None,
            written_off_in: None,
        };
        state.register.losses.insert(self.loss.clone(), loss);
    }

    fn effect(&self) -> Option<Effect> {
        Some(Effect::Lost { loss: self.loss.clone() })
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        subjects_of(&self.items, self.loan.as_ref())
    }
}

/// The owner decides over a loss: its minister and its book keeper.
fn owners_signatures(state: &State, loss: &LossId) -> Result<Vec<Signer>, Rejection> {
    let owner = state.register.loss(loss)?.owner;
    Ok(vec![Signer::of(owner, BOOK), Signer::of(owner, MINISTER)])
}

fn subjects_of_loss(state: &State, loss: &LossId) -> Vec<Subject> {
    state.register.losses.get(loss).map_or_else(Vec::new, |loss| subjects_of(&loss.items, loss.loan.as_ref()))
}

impl Rules for LossInvestigated {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        owners_signatures(state, &self.loss)
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::T11
    }

    fn documents(&self) -> &'static [DocumentKind] {
        &[DocumentKind::InvestigationReport]
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let loss = state.register.loss(&self.loss)?;
        require(loss.investigated_in.is_none(), Rule::S03, || {
            format!("loss {} is investigated already", self.loss)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        if let Some(loss) = state.register.losses.get_mut(&self.loss) {
            loss.investigated_in = Some(act.seq);
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of_loss(state, &self.loss)
    }
}

impl Rules for WriteOffApproved {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        owners_signatures(state, &self.loss)
    }

    fn signer_rule(&self, _: &State) -> Rule {
        Rule::T11
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let loss = state.register.loss(&self.loss)?;
        require(loss.investigated_in.is_some(), Rule::S03, || {
            format!("loss {} is not investigated: the finding comes before the write-off", self.loss)
        })?;
        require(loss.written_off_in.is_none(), Rule::S03, || {
            format!("loss {} is written off already", self.loss)
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        let Some(loss) = state.register.losses.get_mut(&self.loss) else { return };
        loss.written_off_in = Some(act.seq);
        let (items, lost) = (loss.items.clone(), Standing::Lost(self.loss.clone()));
        for item in &items {
            state.register.shift(
                item,
                |position| position.standing == lost,
                |position| Position { standing: Standing::WrittenOff(self.loss.clone()), ..position.clone() },
            );
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of_loss(state, &self.loss)
    }
}

/// The positions of what is lost, or was written off, under `loss`.
fn gone(loss: &LossId) -> impl Fn(&Position) -> bool {
    let (lost, written_off) = (Standing::Lost(loss.clone()), Standing::WrittenOff(loss.clone()));
    move |position| position.standing == lost || position.standing == written_off
}

impl Rules for ItemFound {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(state.register.loss(&self.loss)?.holder, BOOK)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        check_list(&self.items)?;
        self.items.iter().try_for_each(|item| {
            let place = || format!("lost or written off under {}", self.loss);
            state.register.require_there(item, Rule::T04, place, gone(&self.loss))
        })
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        let Some(loss) = state.register.losses.get(&self.loss) else { return };
        let loan = loss.loan.clone();
        for item in &self.items {
            state.register.shift(item, gone(&self.loss), |position| Position {
                location: self.location.clone(),
                standing: at_hand(loan.as_ref()),
                ..position.clone()
            });
        }
    }

    fn subjects(&self, state: &State) -> Vec<Subject> {
        subjects_of_loss(state, &self.loss)
    }
}
