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
    let (mut lent, mut moving) = (Alike::new(), Alike::new());
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
                Standing::OnLoan(_) => note(&mut lent, id, stock, position, *quantity),
                Standing::InTransit(_) | Standing::Missing(_) => {
                    note(&mut moving, id, stock, position, *quantity);
                }
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
    html.push(&together("On loan", &head, &lent, "Nothing is on loan."));
    let caption = "In transit, or missing from a consignment";
    html.push(&together(caption, &head, &moving, "Nothing is in transit."));
    if present > 0 {
        let mut inside = all.markup();
        if let Some(more @ 1..) = present.checked_sub(listed) {
            inside.push(&paragraph(format!("And {} more; `jointledger state` lists all.", grouped(more))));
        }
        html.push(&folded(format!("All positions ({})", grouped(present)), &inside));
    }
    html
}

/// Goods of one description that are in one place for one reason: standing, description, holder, owner, place.
type Alike = BTreeMap<(String, String, Party, Party, String), Vec<(String, Quantity)>>;

fn note(alike: &mut Alike, id: &ItemId, stock: &Stock, position: &Position, quantity: Quantity) {
    let (standing, what) = (human::standing(&position.standing), stock.master.description.to_string());
    let place = position.location.to_string();
    let key = (standing, what, position.holder, position.owner, place);
    alike.entry(key).or_default().push((id.to_string(), quantity));
}

/// A table in which goods that are alike stand in one row.
fn together(caption: &str, head: &[&'static str], alike: &Alike, nothing: &str) -> Html {
    let mut table = Table::new(caption, head);
    for ((standing, what, holder, owner, place), items) in alike.iter().take(LISTED) {
        let named = match items.as_slice() {
            [(first, _), .., (last, _)] => format!("{} items, {first} to {last}", items.len()),
            [(only, _)] => only.clone(),
            [] => String::new(),
        };
        let sum = Quantity::sum(items.iter().map(|(_, quantity)| *quantity));
        table.row([
            Cell::text(named).class("id"),
            Cell::text(what),
            Cell::text(sum.map_or_else(|| "of several units".to_owned(), grouped)).class("nowrap"),
            Cell::text(holder),
            Cell::text(owner),
            Cell::text(place).class("nowrap"),
            Cell::text(standing).class("nowrap"),
        ]);
    }
    let mut html = table.or(nothing);
    if let Some(more @ 1..) = alike.len().checked_sub(LISTED) {
        html.push(&paragraph(format!("And {} more rows.", grouped(more))));
    }
    html
}

fn sum_in_words(sum: u128, unit: Unit) -> String {
    Quantity::from_millionths(sum, unit)
        .map_or_else(|| format!("more than can be written, in {unit}"), grouped)
}

/// What kind of goods it is: of the military list, by its category; else by the class of its stock number.
fn group(stock: &Stock) -> String {
    let master = &stock.master;
    match (&master.ml, &master.hazard, &master.nsn) {
        (Some(ml), Some(_), _) => format!("Ammunition and explosives, {ml}"),
        (Some(ml), None, _) => format!("Military list, {ml}"),
        (None, Some(_), _) => "Explosives that are not on the military list".to_owned(),
        (None, None, Some(nsn)) => {
            format!("Supply class {}", nsn.to_string().chars().take(4).collect::<String>())
        }
        (None, None, None) => "Other goods".to_owned(),
    }
}

fn row(id: &ItemId, stock: &Stock, position: &Position, quantity: Quantity) -> [Cell; 7] {
    [
        Cell::text(id).class("id"),
        Cell::text(&stock.master.description),
        Cell::text(grouped(quantity)).class("nowrap"),
        Cell::text(position.holder),
        Cell::text(position.owner),
        Cell::text(&position.location).class("nowrap"),
        Cell::text(human::standing(&position.standing)).class("nowrap"),
    ]
}
