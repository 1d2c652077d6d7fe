//! Condition: what goods are fit for, and how that changes while they stay where they are.
//!
//! Condemned and suspended goods are not issued for use: they go out neither on loan nor on a hand receipt nor as
//! mutual support. They are returned, taken into custody (for repair or destruction), and given away or sold to who
//! agrees to take them.

use super::codes::{Condition, Party};
use super::consent::Signer;
use super::event::{RecordedAct, Rules, events};
use super::ids::{HandReceiptId, Place, TransferId};
use super::item::Item;
use super::party::BOOK;
use super::register::{Hand, Position, Register, Standing, subjects_of};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::text::Text;
use super::time::Date;

events! {
    /// Record that goods in hand are in another condition than the book says
    ConditionChanged {
        /// What, and how much of it
        item: Item,
        /// Who owns it
        owner: Party,
        /// Who holds it
        holder: Party,
        /// Where it is kept
        location: Place,
        /// The loan under which it is held, if it is
        #[serde(default, skip_serializing_if = "Option::is_none")]
        loan: Option<TransferId>,
        /// The hand receipt under which a unit has it, if one has
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipt: Option<HandReceiptId>,
        /// The condition in the book
        from: Condition,
        /// The condition found
        to: Condition,
        /// Why
        reason: Text,
    }
}

impl Condition {
    /// True for goods that may be issued for use: neither condemned nor suspended.
    pub const fn is_fit(self) -> bool {
        !matches!(self, Condition::Condemned | Condition::Suspended)
    }
}

impl Register {
    /// Refuses to issue for use what is condemned or suspended, of the goods in the positions that `wanted` picks.
    pub(crate) fn require_fit(
        &self,
        item: &Item,
        wanted: impl Fn(&Position) -> bool,
    ) -> Result<(), Rejection> {
        let fit = self.stock(item.id())?.amount(|position| wanted(position) && position.condition.is_fit());
        require(item.quantity().at_most(fit), Rule::S03, || {
            format!("{} of {} were named, {fit} are fit for use", item.quantity(), item.id())
        })
        .map_err(|rejection| rejection.remedy("condemned and suspended goods are not issued for use"))
    }

    /// Refuses what has expired by the day `on` (domain.md T18).
    pub(crate) fn require_fresh(&self, item: &Item, on: Date) -> Result<(), Rejection> {
        let expiry = self.stock(item.id())?.master.expiry;
        match expiry.filter(|expiry| *expiry <= on) {
            Some(expiry) => Err(Rejection::new(Rule::T18, format!("{} expired on {expiry}", item.id()))),
            None => Ok(()),
        }
    }
}

impl ConditionChanged {
    /// True for the goods that it speaks of: in hand, or set aside there for a transfer.
    fn concerns(&self, position: &Position) -> bool {
        // What is set aside for a transfer is in service otherwise.
        let standing = match position.standing {
            Standing::Reserved(_) => Standing::InService,
            _ => position.standing.clone(),
        };
        let there = self.hand().answers_for(&Position { standing, ..position.clone() });
        there && position.receipt == self.receipt && position.condition == self.from
    }

    fn hand(&self) -> Hand<'_> {
        Hand { owner: self.owner, holder: self.holder, location: &self.location, loan: self.loan.as_ref() }
    }
}

impl Rules for ConditionChanged {
    fn signers(&self, _: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        Ok(vec![Signer::of(self.holder, BOOK)])
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        require(self.from != self.to, Rule::S05, || format!("{} is what it was already", self.to))?;
        let place = || {
            let receipt =
                self.receipt.as_ref().map_or_else(String::new, |id| format!(" on hand receipt {id}"));
            format!("{}{receipt} in condition {}", self.hand(), self.from)
        };
        state.register.require_there(&self.item, Rule::T05, place, |position| self.concerns(position))
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        state.register.shift(
            &self.item,
            |position| self.concerns(position),
            |position| Position { condition: self.to, ..position.clone() },
        );
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        subjects_of(std::slice::from_ref(&self.item), self.loan.as_ref())
    }
}
