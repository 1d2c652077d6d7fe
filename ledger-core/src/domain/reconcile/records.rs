//! The records of both sides, as they are compared: what is the same item, which facts it has, what is left of it.

use std::collections::BTreeMap;

use super::{BookRow, Holding};
use crate::domain::codes::{Condition, Niin, Nsn, Party};
use crate::domain::ids::{BatchNumber, Place};
use crate::domain::item::ItemId;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::register::{Position, Standing};
use crate::domain::state::State;

/// The quantity of so many millionths; what is more than a quantity can be is cut.
pub(super) fn quantity(millionths: u128, unit: Unit) -> Quantity {
    Quantity::from_millionths(millionths, unit).unwrap_or(Quantity::whole(u64::MAX, unit))
}

/// What makes two items the same: the stock number counts without its supply class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identity<'a> {
    Serial(&'a ItemId),
    Batch(Niin, &'a BatchNumber),
    Bulk(Niin),
}

impl<'a> Identity<'a> {
    pub(super) fn of(id: &'a ItemId) -> Self {
        match id {
            ItemId::Serial { .. } => Identity::Serial(id),
            ItemId::Batch { nsn, batch } => Identity::Batch(nsn.niin(), batch),
            ItemId::Bulk { nsn } => Identity::Bulk(nsn.niin()),
        }
    }
}

/// The facts of a record, besides what it is and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key<'a> {
    pub(super) owner: Party,
    pub(super) holder: Party,
    pub(super) condition: Condition,
    pub(super) location: &'a Place,
}

pub(super) const LOCATION: u8 = 1;
pub(super) const CONDITION: u8 = 2;
pub(super) const HOLDER: u8 = 4;
pub(super) const OWNER: u8 = 8;

/// The sets of facts that may differ, in the order in which they are tried: few before many.
pub(super) const MAY_DIFFER: [u8; 15] = [1, 2, 4, 8, 3, 5, 6, 9, 10, 12, 7, 11, 13, 14, 15];

/// A key of which some facts do not count.
pub(super) type Masked<'a> = (Option<Party>, Option<Party>, Option<Condition>, Option<&'a Place>);

impl<'a> Key<'a> {
    pub(super) fn of(row: &'a BookRow) -> Self {
        Self { owner: row.owner, holder: row.holder, condition: row.condition, location: &row.location }
    }

    /// The key without the facts in `mask`.
    pub(super) fn without(self, mask: u8) -> Masked<'a> {
        (
            (mask & OWNER == 0).then_some(self.owner),
            (mask & HOLDER == 0).then_some(self.holder),
            (mask & CONDITION == 0).then_some(self.condition),
            (mask & LOCATION == 0).then_some(self.location),
        )
    }
}

/// A record of either side, or what is left of one.
#[derive(Debug, Clone)]
pub(super) struct Lot<'a> {
    pub(super) id: &'a ItemId,
    pub(super) nsn: Option<Nsn>,
    pub(super) key: Key<'a>,
    pub(super) unit: Unit,
    /// In millionths of the unit.
    pub(super) amount: u128,
    /// The rows of the book that it is made of. None: a record of the ledger.
    pub(super) rows: Vec<&'a BookRow>,
    /// True when the ministry holds it.
    pub(super) own: bool,
    /// What it is the rest of.
    pub(super) part: Option<Part>,
    /// The row that says the same already.
    pub(super) twin: Option<u64>,
    /// What the ledger says of goods that are not simply in service.
    pub(super) standing: Option<&'a Standing>,
}

/// Records with the same facts and different sums.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) ledger: u128,
    pub(super) book: u128,
    pub(super) rows: Vec<u64>,
}

impl<'a> Lot<'a> {
    /// The sum of rows with the same facts.
    pub(super) fn of_rows(rows: Vec<&'a BookRow>) -> Option<Self> {
        let first = *rows.first()?;
        Some(Self {
            id: &first.item,
            nsn: first.item.nsn().or(first.nsn),
            key: Key::of(first),
            unit: first.quantity.unit(),
            amount: sum_of(&rows),
            rows,
            own: true,
            part: None,
            twin: None,
            standing: None,
        })
    }

    pub(super) fn row_numbers(&self) -> Vec<u64> {
        numbers(&self.rows)
    }

    pub(super) fn holding(&self) -> Holding {
        self.holding_of(self.amount)
    }

    pub(super) fn holding_of(&self, amount: u128) -> Holding {
        Holding {
            item: self.id.clone(),
            nsn: self.nsn,
            quantity: quantity(amount, self.unit),
            condition: self.key.condition,
            location: self.key.location.clone(),
            holder: self.key.holder,
            owner: self.key.owner,
        }
    }
}

pub(super) fn sum_of(rows: &[&BookRow]) -> u128 {
    rows.iter().fold(0, |sum: u128, row| sum.saturating_add(row.quantity.millionths()))
}

pub(super) fn numbers(rows: &[&BookRow]) -> Vec<u64> {
    rows.iter().map(|row| row.row).collect()
}

/// Takes out each row that says the same as one before it.
pub(super) fn twins_apart(rows: Vec<&BookRow>) -> (Vec<&BookRow>, Vec<Lot<'_>>) {
    let mut seen: BTreeMap<(&ItemId, Key<'_>, Quantity), u64> = BTreeMap::new();
    let (mut kept, mut twins) = (Vec::new(), Vec::new());
    for row in rows {
        match seen.get(&(&row.item, Key::of(row), row.quantity)) {
            None => {
                seen.insert((&row.item, Key::of(row), row.quantity), row.row);
                kept.push(row);
            }
            Some(twin) => {
                twins.extend(Lot::of_rows(vec![row]).map(|lot| Lot { twin: Some(*twin), ..lot }));
            }
        }
    }
    (kept, twins)
}

/// All that is said of one item.
#[derive(Debug, Default)]
pub(super) struct Goods<'a> {
    pub(super) lines: Vec<Lot<'a>>,
    pub(super) rows: Vec<&'a BookRow>,
    /// What nobody has in hand.
    pub(super) elsewhere: Vec<(&'a Position, Quantity)>,
}

/// True when the holder has the goods in hand.
pub(super) const fn is_held(standing: &Standing) -> bool {
    match standing {
        Standing::InService | Standing::Reserved(_) | Standing::OnLoan(_) | Standing::AwaitingTitle(_) => {
            true
        }
        Standing::InTransit(_)
        | Standing::Missing(_)
        | Standing::Lost(_)
        | Standing::Consumed
        | Standing::WrittenOff(_) => false,
    }
}

/// What all parties hold by item, and how many lines are the ministry's.
pub(super) fn ledger_side(state: &State, ministry: Party) -> (BTreeMap<Identity<'_>, Goods<'_>>, u64) {
    let mut all: BTreeMap<Identity<'_>, Goods<'_>> = BTreeMap::new();
    let mut own_lines: u64 = 0;
    for (id, stock) in state.items() {
        let goods = all.entry(Identity::of(id)).or_default();
        let mut lines: BTreeMap<Key<'_>, Lot<'_>> = BTreeMap::new();
        for (position, held) in &stock.positions {
            if !is_held(&position.standing) {
                goods.elsewhere.push((position, *held));
                continue;
            }
            let Position { owner, holder, location, condition, .. } = position;
            let key = Key { owner: *owner, holder: *holder, condition: *condition, location };
            let line = lines.entry(key).or_insert_with(|| Lot {
                id,
                nsn: stock.master.nsn,
                key,
                unit: held.unit(),
                amount: 0,
                rows: Vec::new(),
                own: *holder == ministry,
                part: None,
                twin: None,
                standing: None,
            });
            line.amount = line.amount.saturating_add(held.millionths());
            if position.standing != Standing::InService {
                line.standing = line.standing.or(Some(&position.standing));
            }
        }
        let own = lines.values().filter(|line| line.own).count();
        own_lines = own_lines.saturating_add(u64::try_from(own).unwrap_or(u64::MAX));
        goods.lines.extend(lines.into_values());
    }
    (all, own_lines)
}
