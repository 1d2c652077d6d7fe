//! Who holds and who owns what, what is lent, and what is on its way.

use std::collections::BTreeMap;

use ledger_core::domain::Party;
use ledger_core::domain::item::ItemId;
use ledger_core::domain::quantity::{Quantity, Unit};
use ledger_core::domain::register::{Position, Standing, Stock};

use super::super::escape::Html;
use super::super::table::{Cell, Table};
use super::{Subject, folded, grouped, paragraph};
use crate::render::human;

/// So many positions are listed one by one.
const LISTED: usize = 400;

/// A heap of goods that is told in one row.
#[derive(Default)]
struct Heap {
    positions: u64,
    /// Exact sums by unit, in millionths.
    sums: BTreeMap<Unit, u128>,
}

pub(super) fn section(subject: &Subject<'_>) -> Html {
    let mut heaps: BTreeMap<(Party, Party, String), Heap> = BTreeMap::new();
    let head = ["Item", "What", "Quantity#", "Holder", "Owner", "Place", "At present"];
    let mut lent = Table::new("On loan", &head);
    let mut moving = Table::new("In transit, or missing from a consignment", &head);
    let mut all = Table::new("All positions", &head);
    let (mut listed, mut present) = (0_usize, 0_usize);
    for (id, stock) in subject.state().items() {
        for (position, quantity) in &stock.positions {
            let gone = matches!(position.standing, Standing::Consumed | Standing::WrittenOff(_));
            if gone || !subject.asks_for(&[position.owner, position.holder]) {
                continue;
            }
            let heap = heaps.entry((position.holder, position.owner, group(stock))).or_default();
            heap.positions = heap.positions.saturating_add(1);
            let sum = heap.sums.entry(quantity.unit()).or_default();
            *sum = sum.saturating_add(quantity.millionths());
            let cells = || row(id, stock, position, *quantity);
            match position.standing {
                Standing::OnLoan(_) => lent.row(cells()),
                Standing::InTransit(_) | Standing::Missing(_) => moving.row(cells()),
                _ => {}
            }
            present = present.saturating_add(1);
            if listed < LISTED {
                listed = listed.saturating_add(1);
                all.row(cells());
            }
        }
    }
    let mut table = Table::new(
        "Goods by holder, owner and group",
        &["Holder", "Owner", "Group", "Positions#", "Quantity#"],
    );
    for ((holder, owner, group), heap) in &heaps {
        let sums = heap.sums.iter().map(|(unit, sum)| sum_in_words(*sum, *unit)).collect::<Vec<_>>();
        let class = if holder == owner { "" } else { "apart" };
        table.row_with(
            &format!("class=\"{class}\""),
            [
                Cell::text(holder),
                Cell::text(owner),
                Cell::text(group),
                Cell::text(heap.positions),
                Cell::text(sums.join(" · ")),
            ],
        );
    }
    let mut html = table.or("No goods are registered.");
    if heaps.keys().any(|(holder, owner, _)| holder != owner) {
        html.push(&Html::of("p class=\"quiet\"", "Marked at the edge: the holder is not the owner. Quantities of one unit are added up over different items of a group."));
    }
    html.push(&lent.or("Nothing is on loan."));
    html.push(&moving.or("Nothing is in transit."));
    if present > 0 {
        let mut inside = all.markup();
        if let Some(more @ 1..) = present.checked_sub(listed) {
            inside.push(&paragraph(format!("And {} more; `jointledger state` lists all.", grouped(more))));
        }
        html.push(&folded(format!("All positions ({})", grouped(present)), &inside));
    }
    html
}

fn sum_in_words(sum: u128, unit: Unit) -> String {
    Quantity::from_millionths(sum, unit).map_or_else(|| format!("more than can be written, in {unit}"), grouped)
}

/// What kind of goods it is: of the military list, by its category; else by the group of its stock number.
fn group(stock: &Stock) -> String {
    let master = &stock.master;
    let nature = match (&master.hazard, &master.ml, &master.nsn) {
        (Some(hazard), Some(ml), _) => format!("Ammunition and explosives, {ml}, {hazard}"),
        (Some(hazard), None, _) => format!("Explosives, {hazard}"),
        (None, Some(ml), _) => format!("Military list {ml}"),
        (None, None, Some(nsn)) => format!("Supply class {}", nsn.to_string().chars().take(4).collect::<String>()),
        (None, None, None) => "Other goods".to_owned(),
    };
    nature
}

fn row(id: &ItemId, stock: &Stock, position: &Position, quantity: Quantity) -> [Cell; 7] {
    [
        Cell::text(id).class("id"),
        Cell::text(&stock.master.description),
        Cell::text(grouped(quantity)).class("nowrap"),
        Cell::text(position.holder),
        Cell::text(position.owner),
        Cell::text(&position.location),
        Cell::text(human::standing(&position.standing)),
    ]
}
