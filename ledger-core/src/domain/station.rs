//! Where an item went: what an entry changed of owner, holder, location, condition and standing.
//!
//! Owner, holder and location are three facts, changed by different acts (domain.md section 3, rule 1). So nothing is
//! concluded from the kind of an event: the stock before and the stock after are compared.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::quantity::Quantity;
use super::register::Position;

/// One of the facts of which a [`Position`] is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Who has title.
    Owner,
    /// Who physically answers for it.
    Holder,
    /// Where it is.
    Location,
    /// Condition code.
    Condition,
    /// What it is at present.
    Standing,
    /// The hand receipt it is out on.
    Receipt,
}

impl Fact {
    const ALL: [Self; 6] =
        [Self::Owner, Self::Holder, Self::Location, Self::Condition, Self::Standing, Self::Receipt];

    fn differs(self, a: &Position, b: &Position) -> bool {
        match self {
            Fact::Owner => a.owner != b.owner,
            Fact::Holder => a.holder != b.holder,
            Fact::Location => a.location != b.location,
            Fact::Condition => a.condition != b.condition,
            Fact::Standing => a.standing != b.standing,
            Fact::Receipt => a.receipt != b.receipt,
        }
    }
}

/// A quantity that went from one position to another, came, or was taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// How much of it.
    pub quantity: Quantity,
    /// Where it stood; `None`: it was not registered.
    pub from: Option<Position>,
    /// Where it stands; `None`: its registration was taken back.
    pub to: Option<Position>,
}

impl Shift {
    /// The facts that changed; all of them when it came or was taken out.
    pub fn changed(&self) -> Vec<Fact> {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => Fact::ALL.into_iter().filter(|fact| fact.differs(from, to)).collect(),
            _ => Fact::ALL.to_vec(),
        }
    }
}

impl Serialize for Shift {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct View<'a> {
            quantity: Quantity,
            from: &'a Option<Position>,
            to: &'a Option<Position>,
            changed: Vec<Fact>,
        }
        let (from, to) = (&self.from, &self.to);
        View { quantity: self.quantity, from, to, changed: self.changed() }.serialize(out)
    }
}

/// The positions of an item with how much stands in each.
pub type Positions = BTreeMap<Position, Quantity>;

/// What went where between two moments. What left a position is said to have gone to where the fewest facts differ:
/// the amounts are exact, and of a serial item so is the way.
pub fn shifts(before: &Positions, after: &Positions) -> Vec<Shift> {
    let (mut left, mut came) = (surplus(before, after), surplus(after, before));
    let mut shifts = Vec::new();
    for facts in 1..=Fact::ALL.len() {
        for (from, gone) in &mut left {
            for (to, there) in &mut came {
                let changed = Fact::ALL.into_iter().filter(|fact| fact.differs(from, to)).count();
                let quantity = if gone.at_most(*there) { *gone } else { *there };
                if changed != facts || quantity.is_zero() || quantity.unit() != gone.unit() {
                    continue;
                }
                *gone = gone.minus(quantity).unwrap_or(gone.none());
                *there = there.minus(quantity).unwrap_or(there.none());
                shifts.push(Shift { quantity, from: Some(from.clone()), to: Some(to.clone()) });
            }
        }
    }
    let rest = |all: Vec<(Position, Quantity)>| all.into_iter().filter(|(_, quantity)| !quantity.is_zero());
    shifts.extend(rest(left).map(|(from, quantity)| Shift { quantity, from: Some(from), to: None }));
    shifts.extend(rest(came).map(|(to, quantity)| Shift { quantity, from: None, to: Some(to) }));
    shifts
}

/// What stands in the positions of `more` beyond what stands there in `less`.
fn surplus(more: &Positions, less: &Positions) -> Vec<(Position, Quantity)> {
    let each = more.iter().map(|(position, quantity)| {
        let other = less.get(position).copied().unwrap_or(quantity.none());
        (position.clone(), quantity.minus(other).unwrap_or(quantity.none()))
    });
    each.filter(|(_, quantity)| !quantity.is_zero()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::register::Standing;

    fn position(owner: &str, holder: &str, location: &str) -> Position {
        Position {
            owner: owner.parse().unwrap(),
            holder: holder.parse().unwrap(),
            location: location.parse().unwrap(),
            standing: Standing::InService,
            condition: "A".parse().unwrap(),
            receipt: None,
        }
    }

    fn of(positions: &[(&Position, &str)]) -> Positions {
        positions
            .iter()
            .map(|(position, quantity)| ((*position).clone(), quantity.parse().unwrap()))
            .collect()
    }

    #[test]
    fn each_quantity_goes_where_the_fewest_facts_differ_and_what_is_left_came_or_was_taken_out() {
        let (home, lent) = (position("EE", "EE", "TAPA"), position("EE", "LV", "ADAZI"));
        let (other, foreign) = (position("EE", "EE", "AMARI"), position("LV", "LV", "ADAZI"));
        let before = of(&[(&home, "500 EA"), (&foreign, "7 EA")]);
        let after = of(&[(&home, "100 EA"), (&lent, "300 EA"), (&other, "100 EA"), (&foreign, "9 EA")]);
        let found = shifts(&before, &after);
        let shown: Vec<_> = found.iter().map(|s| (s.quantity.to_string(), s.changed())).collect();
        assert_eq!(shown.first().unwrap(), &("100 EA".into(), vec![Fact::Location]));
        assert_eq!(shown.get(1).unwrap(), &("300 EA".into(), vec![Fact::Holder, Fact::Location]));
        assert_eq!((found.len(), &found.last().unwrap().from), (3, &None));
        let gone = shifts(&before, &of(&[]));
        assert!(gone.iter().all(|shift| shift.to.is_none()) && gone.len() == 2);
        assert!(shifts(&before, &before).is_empty());
    }
}
