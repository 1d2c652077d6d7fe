//! Goods: an account for each place in which something can be, by owner, holder, location and standing.

use super::{Account, Balances, Book, Commodity, add};
use crate::domain::item::{Item, ItemId};
use crate::domain::procurement::DeliveredItem;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::register::{Position, Standing};
use crate::domain::{Event, Party, State};

/// Where goods come from, as far as the ledger knows: the other side of all there is.
const REGISTERED: &str = "registered";
/// The same when the journal is one ministry's: also what it gave away and got from others.
const OTHERS: &str = "registered, or with others";

/// The account of a position. Condition and hand receipts are not accounted for: what is in which condition, and in
/// whose hands inside a ministry, is for its own books.
fn name(position: &Position) -> String {
    let Position { owner, holder, location, standing, .. } = position;
    let standing = match standing {
        Standing::InService => "in service".to_owned(),
        Standing::Reserved(transfer) => format!("reserved for {transfer}"),
        Standing::InTransit(consignment) => format!("in transit {consignment}"),
        Standing::Missing(consignment) => format!("missing {consignment}"),
        Standing::OnLoan(transfer) => format!("on loan {transfer}"),
        Standing::AwaitingTitle(transfer) => format!("awaiting title {transfer}"),
        Standing::Lost(loss) => format!("lost {loss}"),
        Standing::Consumed => "consumed".to_owned(),
        Standing::WrittenOff(loss) => format!("written off {loss}"),
    };
    format!("{owner}:held by {holder}:{location}:{standing}")
}

/// Millionths with their sign.
fn millionths(quantity: Quantity) -> i128 {
    i128::try_from(quantity.millionths()).unwrap_or(i128::MAX)
}

/// Where all of an item is; with a party, what of it the party owns or holds.
pub(super) fn of_item(state: &State, id: &ItemId, party: Option<Party>, balances: &mut Balances) {
    let Some(stock) = state.item(id) else { return };
    for (position, quantity) in &stock.positions {
        if party.is_some_and(|party| position.owner != party && position.holder != party) {
            continue;
        }
        let account = |name| Account { book: Book::Goods, name, commodity: commodity(id, quantity.unit()) };
        let amount = millionths(*quantity);
        let source = if party.is_some() { OTHERS } else { REGISTERED };
        add(balances, account(name(position)), amount);
        add(balances, account(source.to_owned()), amount.saturating_neg());
    }
}

fn commodity(id: &ItemId, unit: Unit) -> Commodity {
    Commodity::Item(id.clone(), unit)
}

fn delivered(items: &[DeliveredItem]) -> Vec<ItemId> {
    items.iter().map(|delivered| delivered.item.id().clone()).collect()
}

fn ids(items: &[Item]) -> Vec<ItemId> {
    items.iter().map(|item| item.id().clone()).collect()
}

/// The goods that an event moves and that are no subject of it: those of a delivery, and what came that was not sent.
pub(super) fn named_in(event: &Event, _: &State) -> Vec<ItemId> {
    match event {
        Event::DeliveryAccepted(event) => delivered(&event.items),
        Event::DeliveryAcceptedWithReservation(event) => delivered(&event.items),
        Event::ConsignmentReceived(event) => {
            event.counted.iter().map(|counted| counted.item.id().clone()).collect()
        }
        Event::ReturnReceived(event) => {
            event.counted.iter().map(|counted| counted.item.id().clone()).collect()
        }
        Event::ConsignmentDispatched(event) => ids(&event.items),
        Event::ReturnDispatched(event) => ids(&event.items),
        _ => Vec::new(),
    }
}

/// All that is installed in an item, and in that: it moves with it.
pub(super) fn fitted_in(state: &State, id: &ItemId) -> Vec<ItemId> {
    let mut all = Vec::new();
    let mut open = vec![id.clone()];
    while let Some(parent) = open.pop() {
        for child in state.fittings_of(&parent) {
            if !all.contains(child) {
                all.push(child.clone());
                open.push(child.clone());
            }
        }
    }
    all
}
