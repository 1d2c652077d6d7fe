//! What is installed in what: a radio in a vehicle, a sight on a rifle (domain.md T16).
//!
//! What is installed goes where the item goes that it is installed in. Nothing moves silently: the officer's list
//! says what travels, and a list that names one without the other is refused. When a receiver counts one and not
//! the other, they have parted, and so they have when only one of them is found again.

use std::collections::BTreeSet;

use serde::Serialize;

use super::consent::Signer;
use super::event::{RecordedAct, Rules, events};
use super::item::{Item, ItemId};
use super::party::BOOK;
use super::register::{Position, Standing};
use super::rejection::{Rejection, Rule, require};
use super::state::State;
use super::subject::Subject;
use super::table::tables;

events! {
    /// Install an item in another at hand in the same place; goods in custody, with the owner's signature. From
    /// then on both travel together
    ItemInstalled {
        /// What it is installed in
        parent: ItemId,
        /// What is installed
        child: ItemId,
    }

    /// Take an item out of the one that it was installed in; goods in custody, with the owner's signature
    ItemRemoved {
        /// What it was installed in
        parent: ItemId,
        /// What was installed
        child: ItemId,
    }
}

/// What an item is installed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Association {
    /// What it is installed in.
    pub parent: ItemId,
    /// The entry that installed it.
    pub installed_in: u64,
}

tables! {
    /// What is installed in what, looked up from either side.
    pub(crate) struct Associations {
        /// By what is installed: it is in one other at most.
        associations: ItemId => Association,
        /// By what others are installed in. No row is empty.
        fittings: ItemId => BTreeSet<ItemId>,
    }
}

impl Associations {
    fn parent(&self, child: &ItemId) -> Option<&ItemId> {
        self.associations.get(child).map(|association| &association.parent)
    }

    fn children(&self, parent: &ItemId) -> impl Iterator<Item = &ItemId> {
        self.fittings.get(parent).into_iter().flatten()
    }

    /// Refuses a list that names an item without what is installed in it, or without what it is installed in
    /// (domain.md T16).
    pub(crate) fn require_whole(&self, items: &[Item]) -> Result<(), Rejection> {
        let named: BTreeSet<&ItemId> = items.iter().map(Item::id).collect();
        for id in &named {
            let torn = |child: &ItemId, parent: &ItemId, absent: &ItemId| {
                Rejection::new(
                    Rule::T16,
                    format!("{child} is installed in {parent}, and only one of them is listed"),
                )
                .remedy(format!("list {absent} too, or record the removal first"))
            };
            if let Some(parent) = self.parent(id).filter(|parent| !named.contains(parent)) {
                return Err(torn(id, parent, parent));
            }
            if let Some(child) = self.children(id).find(|child| !named.contains(child)) {
                return Err(torn(child, id, child));
            }
        }
        Ok(())
    }

    fn link(&mut self, parent: &ItemId, child: &ItemId, entry: u64) {
        let association = Association { parent: parent.clone(), installed_in: entry };
        self.associations.insert(child.clone(), association);
        self.fittings.get_or_insert(parent.clone(), BTreeSet::new).insert(child.clone());
    }

    fn unlink(&mut self, child: &ItemId) {
        let Some(parent) = self.parent(child).cloned() else { return };
        self.associations.remove(child);
        let Some(children) = self.fittings.get_mut(&parent) else { return };
        children.remove(child);
        if children.is_empty() {
            self.fittings.remove(&parent);
        }
    }
}

/// What must be the same of an item and of what is installed in it: all but the condition.
fn together(one: &Position, other: &Position) -> bool {
    Position { condition: other.condition, ..one.clone() } == *other
}

impl State {
    /// What is installed in what: by what is installed.
    pub fn associations(&self) -> impl Iterator<Item = (&ItemId, &Association)> {
        self.associations.associations.iter()
    }

    /// What an item is installed in.
    pub fn installed_in(&self, child: &ItemId) -> Option<&Association> {
        self.associations.associations.get(child)
    }

    /// What is installed in an item.
    pub fn fittings_of(&self, parent: &ItemId) -> impl Iterator<Item = &ItemId> {
        self.associations.children(parent)
    }

    /// Where a serial item stands: in one position.
    fn stands(&self, id: &ItemId) -> Option<&Position> {
        self.register.stocks.get(id)?.positions.keys().next()
    }

    fn parted(&self, parent: &ItemId, child: &ItemId) -> bool {
        !self.stands(parent).zip(self.stands(child)).is_some_and(|(one, other)| together(one, other))
    }

    /// Ends the associations of those among `items` that are no longer where the other is.
    pub(crate) fn end_parted(&mut self, items: &[Item]) {
        for id in items.iter().map(Item::id) {
            let above = self.associations.parent(id).map(|parent| (parent, id));
            let below = self.associations.children(id).map(|child| (id, child));
            let parted: Vec<ItemId> = above
                .into_iter()
                .chain(below)
                .filter(|(parent, child)| self.parted(parent, child))
                .map(|(_, child)| child.clone())
                .collect();
            for child in &parted {
                self.associations.unlink(child);
            }
        }
    }

    /// The book keeper of who holds the parent signs; and the owner's, when the goods are in custody: a loan lets
    /// the borrower use them, custody does not.
    fn fitters(&self, parent: &ItemId) -> Result<Vec<Signer>, Rejection> {
        require_serial(parent)?;
        self.register.stock(parent)?;
        let Some(position) = self.stands(parent) else { return Err(Rejection::unknown("item", parent)) };
        let mut signers = vec![Signer::of(position.holder, BOOK)];
        if position.owner != position.holder && position.standing == Standing::InService {
            signers.push(Signer::of(position.owner, BOOK));
        }
        Ok(signers)
    }

    /// Refuses what is not at hand, in service or on loan.
    fn require_at_hand(&self, id: &ItemId) -> Result<(), Rejection> {
        let at_hand = self
            .stands(id)
            .is_some_and(|position| matches!(position.standing, Standing::InService | Standing::OnLoan(_)));
        require(at_hand, Rule::S03, || {
            format!("{id} is not at hand: it is reserved, under way, lost or gone")
        })
    }
}

fn require_serial(id: &ItemId) -> Result<(), Rejection> {
    require(id.is_serial(), Rule::S05, || {
        format!("{id} has no serial number: only single things are installed in one another")
    })
}

fn subjects(parent: &ItemId, child: &ItemId) -> Vec<Subject> {
    [parent, child].map(|id| Subject::Item(id.clone())).to_vec()
}

impl Rules for ItemInstalled {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.fitters(&self.parent)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let (parent, child) = (&self.parent, &self.child);
        require_serial(child)?;
        state.register.stock(child)?;
        if let Some(known) = state.installed_in(child) {
            let words =
                format!("{child} is installed in {} since entry {}", known.parent, known.installed_in);
            return Err(Rejection::new(Rule::T16, words).remedy("record its removal first"));
        }
        let mut above = Some(parent);
        while let Some(id) = above {
            require(id != child, Rule::T16, || format!("{child} would be installed in itself"))?;
            above = state.associations.parent(id);
        }
        state.require_at_hand(parent)?;
        require(!state.parted(parent, child), Rule::T16, || {
            format!("{child} and {parent} are not of one owner, in one hand, in one place and on one footing")
        })
    }

    fn apply(&self, state: &mut State, act: &RecordedAct) {
        state.associations.link(&self.parent, &self.child, act.seq);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        subjects(&self.parent, &self.child)
    }
}

impl Rules for ItemRemoved {
    fn signers(&self, state: &State, _: &RecordedAct) -> Result<Vec<Signer>, Rejection> {
        state.fitters(&self.parent)
    }

    fn admit(&self, state: &State, _: &RecordedAct) -> Result<(), Rejection> {
        let (parent, child) = (&self.parent, &self.child);
        require(state.associations.parent(child) == Some(parent), Rule::S03, || {
            format!("{child} is not installed in {parent}")
        })?;
        state.require_at_hand(parent)
    }

    fn apply(&self, state: &mut State, _: &RecordedAct) {
        state.associations.unlink(&self.child);
    }

    fn subjects(&self, _: &State) -> Vec<Subject> {
        subjects(&self.parent, &self.child)
    }
}
