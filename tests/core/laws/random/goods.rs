//! Keys, goods, transfers and their consignments, licences.

use ledger_core::domain::register::{Position, Standing};
use ledger_core::domain::transfer::Transfer;
use serde_json::json;

use super::{Dice, MISSILE, SHELLS, known, quantity_of};
use crate::rules::world::*;

pub(super) fn keys(w: &World, dice: &mut Dice) -> (Who, Draft) {
    // One that was enrolled while the story went on.
    let ours =
        w.state.keys().map(|(key, _)| *key).filter(|key| (1..=6).any(|number| *key == fresh_key(number)));
    if dice.roll(2) == 0
        && let Some(key) = dice.recent(ours, 6)
    {
        let party = w.state.officer(&key).map_or(EE, |officer| known(officer.party.as_str()));
        let next = fresh_key(u8::try_from(dice.roll(6)).unwrap() + 1);
        let draft = if dice.roll(2) == 0 { revoke(key) } else { rotate(key, next) };
        return ((party, REG), draft);
    }
    let party = dice.party();
    let number = u8::try_from(dice.roll(6)).unwrap() + 1;
    match dice.roll(3) {
        0 => ((party, REG), revoke(fresh_key(number))),
        1 => ((party, REG), rotate(fresh_key(number), fresh_key(number + 1))),
        _ => ((party, REG), enrol(fresh_key(number), party, PBO)),
    }
}
pub(super) fn goods(w: &World, dice: &mut Dice) -> (Who, Draft) {
    let item = dice.pick(&[FUEL, ROUNDS, SHELLS, GUN, GUN2, MISSILE]);
    let party = dice.party();
    let amount = quantity_of(item, dice.roll(40));
    let loss = format!("L-{}", dice.roll(60));
    if dice.roll(3) == 0
        && let Some((loss, owner, holder, item)) = lost_goods(w, dice)
    {
        return match dice.roll(4) {
            0 => ((holder, PBO), find(&loss, &[&item], depot(holder))),
            1 => ((owner, MIN), write_off(&loss)),
            _ => ((owner, MIN), investigate(&loss)),
        };
    }
    match dice.roll(8) {
        0 | 1 => {
            let plain = register(&amount, party);
            let plain = if item == SHELLS { register_ammunition(&amount, party) } else { plain };
            let restricted = plain.clone().with("nsn", GUN_NSN).with("restricted_by", "US");
            let draft = if item == GUN { restricted } else { plain };
            let abroad = dice.roll(4) == 0;
            ((party, PBO), if abroad { draft.with("holder", dice.party()) } else { draft })
        }
        2 => ((party, MIN), investigate(&loss)),
        3 => ((party, MIN), write_off(&loss)),
        4 => ((party, PBO), find(&loss, &[&amount], depot(party))),
        choice => {
            // Something that is somewhere.
            let (position, amount) = match standing_somewhere(w, item, dice) {
                Some(position) => position,
                None => return ((party, PBO), consume(&amount, party)),
            };
            let holder = known(position.holder.as_str());
            let loan = match &position.standing {
                Standing::OnLoan(loan) => Some(loan.to_string()),
                _ => None,
            };
            let draft = if choice == 5 { consume(&amount, holder) } else { lose(&loss, &[&amount], holder) };
            let draft = draft
                .with("owner", position.owner.to_string())
                .with("location", position.location.to_string());
            (
                (holder, PBO),
                match loan {
                    Some(loan) => draft.with("loan", loan),
                    None => draft,
                },
            )
        }
    }
}

/// A position of an item, and some of what stands there.
pub(super) fn standing_somewhere(w: &World, item: &str, dice: &mut Dice) -> Option<(Position, String)> {
    let stock = w.state.item(&item.parse().unwrap())?;
    let all: Vec<&Position> = stock.positions.keys().collect();
    let position = all.get(dice.roll(all.len()))?;
    Some(((*position).clone(), quantity_of(item, dice.roll(12))))
}

fn some_transfer(w: &World, dice: &mut Dice) -> Option<(String, Transfer)> {
    let all: Vec<_> = w.state.transfers().collect();
    let recent: Vec<_> = all.iter().rev().take(4).collect();
    let (id, transfer) = recent.get(dice.roll(recent.len()))?;
    Some((id.to_string(), (*transfer).clone()))
}

pub(super) fn transfer(w: &World, dice: &mut Dice) -> (Who, Draft) {
    let count = w.state.transfers().count();
    let (from, to) = (dice.party(), dice.party());
    let chosen = some_transfer(w, dice);
    let choice = dice.roll(10);
    let Some((id, known_transfer)) = chosen.filter(|_| choice > 3) else {
        let item = dice.pick(&[FUEL, ROUNDS, SHELLS, GUN, GUN2, MISSILE]);
        let kind = dice.pick(&["LOAN", "LOAN", "DONATION", "SALE", "CUSTODY"]);
        let amount = quantity_of(item, dice.roll(20));
        let position = standing_somewhere(w, item, dice).map(|(position, _)| position);
        let (from, owner) = position.map_or((from, from), |position| {
            (known(position.holder.as_str()), known(position.owner.as_str()))
        });
        let draft = propose(kind, &format!("T-{count}"), from, to, &[&amount]);
        let draft = if owner == from { draft } else { draft.with("owner", owner) };
        return ((from, PBO), draft);
    };
    let (from, to) = (known(known_transfer.terms.from.as_str()), known(known_transfer.terms.to.as_str()));
    let kind = known_transfer.terms.kind;
    let answered = known_transfer.approved_in.is_some() || known_transfer.refused_in.is_some();
    match choice {
        7.. if !answered => ((to, PBO), approve(&id)),
        7 | 9 if kind.passes_title() => pass(from, to, &id, &known_transfer),
        4 | 5 if dice.roll(4) == 0 => ((to, PBO), turn_down(&id)),
        4 | 5 => ((to, PBO), approve(&id)),
        6 => ((from, PBO), cancel(&id)),
        7 => ((from, PBO), extend(&id, "2026-09-30")),
        8 => pass(from, to, &id, &known_transfer),
        _ => ((from, PBO), recall(&id, "2026-05-30")),
    }
}

fn pass(from: &'static str, to: &'static str, id: &str, known_transfer: &Transfer) -> (Who, Draft) {
    match known_transfer.terms.price {
        Some(price) => ((from, PBO), pass_title(id).with("price", price.to_string())),
        None => ((to, PBO), pass_title(id)),
    }
}

/// Something that is lost: under which report, who reported it, and all of it that stands together.
fn lost_goods(w: &World, dice: &mut Dice) -> Option<(String, &'static str, &'static str, String)> {
    let stocks = w.state.items().flat_map(|(id, stock)| {
        stock.positions.iter().map(move |(position, quantity)| (id, position, quantity))
    });
    let lost = stocks.filter_map(|(id, position, quantity)| match &position.standing {
        Standing::Lost(loss) | Standing::WrittenOff(loss) => Some((id, loss, position, quantity)),
        _ => None,
    });
    let (id, loss, position, quantity) = dice.recent(lost, 8)?;
    let item = if id.is_serial() { id.to_string() } else { of(&id.to_string(), &quantity.to_string()) };
    Some((loss.to_string(), known(position.owner.as_str()), known(position.holder.as_str()), item))
}

pub(super) fn consignment(w: &World, dice: &mut Dice) -> (Who, Draft) {
    match dice.roll(12) {
        0 => {
            if let Some(short) = missed(w, dice) {
                return short;
            }
        }
        1 if w.state.discrepancies().next().is_some() => return settle(w, dice),
        _ => {}
    }
    let Some((id, known_transfer)) = some_transfer(w, dice) else { return goods(w, dice) };
    let terms = &known_transfer.terms;
    let (from, to) = (known(terms.from.as_str()), known(terms.to.as_str()));
    let item = terms.items[0].id().to_string();
    let next = format!("{id}/{}", known_transfer.consignments.len());
    let amount = match dice.roll(2) {
        0 => quantity_of(&item, dice.roll(12)),
        _ => terms.items[0].to_string(),
    };
    let last = known_transfer.consignments.last().map(ToString::to_string);
    match (dice.roll(8), last) {
        (0, _) => ((from, PBO), reserve(&id, &[&amount], &place_of(w, &item, from))),
        (3.., Some(last)) if awaits(w, &last) && dice.roll(3) > 0 => count_in(w, &last, amount, dice),
        (1 | 2, _) | (_, None) => {
            let draft = dispatch(&next, &id, &[&amount], &place_of(w, &item, from));
            ((from, HRH), draft.with("licence", format!("LIC-{from}-{to}")))
        }
        (3, _) => {
            let draft = send_back(&next, &id, &[&amount], &place_of(w, &item, to));
            ((to, HRH), draft.with("licence", format!("LIC-{from}-{to}")))
        }
        (4 | 5, Some(last)) => count_in(w, &last, amount, dice),
        (6, Some(last)) => {
            let receiver = known(w.state.consignment(&last.parse().unwrap()).unwrap().receiver.as_str());
            let kind = dice.pick(&["SHORTAGE", "OVERAGE", "OVERAGE", "DAMAGE"]);
            let number = w.state.discrepancies().count();
            ((receiver, PBO), report(&format!("X-{number}"), &last, kind, &[&amount]))
        }
        (_, Some(_)) => settle(w, dice),
    }
}

/// True when a consignment is not received yet.
fn awaits(w: &World, id: &str) -> bool {
    w.state.consignment(&id.parse().unwrap()).is_some_and(|sent| sent.received_in.is_none())
}

/// Receives a consignment, mostly whole.
fn count_in(w: &World, id: &str, amount: String, dice: &mut Dice) -> (Who, Draft) {
    let sent = w.state.consignment(&id.parse().unwrap()).unwrap();
    let whole = sent.items[0].to_string();
    let counted = if dice.roll(4) > 0 { whole } else { amount };
    let receiver = known(sent.receiver.as_str());
    let make = if sent.is_return { take_back } else { receive };
    ((receiver, HRH), make(id, &[&counted], depot(receiver)))
}

/// Something that did not arrive and is missed: under which consignment, who counted it, and what.
fn missed(w: &World, dice: &mut Dice) -> Option<(Who, Draft)> {
    let stocks = w.state.items().flat_map(|(id, stock)| {
        stock.positions.iter().map(move |(position, quantity)| (id, position, quantity))
    });
    let missing = stocks.filter_map(|(id, position, quantity)| match &position.standing {
        Standing::Missing(consignment) => Some((id, consignment, quantity)),
        _ => None,
    });
    let (id, consignment, quantity) = dice.recent(missing, 4)?;
    let item = if id.is_serial() { id.to_string() } else { of(&id.to_string(), &quantity.to_string()) };
    let receiver = known(w.state.consignment(consignment)?.receiver.as_str());
    let number = format!("X-{}", w.state.discrepancies().count());
    Some(((receiver, PBO), report(&number, &consignment.to_string(), "SHORTAGE", &[&item])))
}

fn settle(w: &World, dice: &mut Dice) -> (Who, Draft) {
    let all: Vec<_> = w.state.discrepancies().collect();
    let Some((id, report)) = all.get(dice.roll(all.len())) else { return goods(w, dice) };
    let sender = known(w.state.consignment(&report.consignment).unwrap().sender.as_str());
    let loss = format!("L-{}", dice.roll(6));
    let kind = json!(report.kind);
    let draft = match dice.roll(5) {
        0 | 1 if kind == "OVERAGE" => resolve(&id.to_string(), "OVERAGE_ACCEPTED").with("location", "Cesis"),
        _ if kind != "SHORTAGE" => resolve(&id.to_string(), "NO_ADJUSTMENT"),
        0 => resolve(&id.to_string(), "LOST").with("loss", loss),
        1 => resolve(&id.to_string(), "RECEIVED_LATE").with("location", "Cesis"),
        2 => resolve(&id.to_string(), "RETURNED_TO_SENDER").with("location", depot(sender)),
        3 => resolve(&id.to_string(), "OVERAGE_ACCEPTED").with("location", "Cesis"),
        _ => resolve(&id.to_string(), "NO_ADJUSTMENT"),
    };
    ((sender, PBO), draft)
}

/// Where a party holds an item, if it does.
pub(super) fn place_of(w: &World, item: &str, holder: &'static str) -> String {
    let stock = w.state.item(&item.parse().unwrap());
    let position = stock.and_then(|stock| stock.positions.keys().find(|p| p.holder.as_str() == holder));
    position.map_or_else(|| depot(holder).to_owned(), |position| position.location.to_string())
}

pub(super) fn licences(dice: &mut Dice) -> (Who, Draft) {
    let (from, to) = (dice.party(), dice.party());
    if dice.roll(3) == 0 {
        return ((from, LIC), consent(&format!("C-{from}-{to}"), from, "US", to));
    }
    let draft = licence(&format!("LIC-{from}-{to}"), from, to);
    let cap = json!([{ "ml": "ML3", "quantity": format!("{} EA", dice.roll(40) + 1) }]);
    ((from, LIC), if dice.roll(2) == 0 { draft } else { draft.with("caps", cap) })
}
