//! What is installed in what, hand receipts, condition, counts; and mutual support.

use ledger_core::domain::register::Standing;
use serde_json::json;

use super::goods::{place_of, standing_somewhere};
use super::{Dice, Idea, SHELLS, by, code, day, quantity_of};
use crate::rules::materiel_drafts::*;
use crate::rules::world::*;

pub(super) fn materiel(w: &World, dice: &mut Dice) -> Option<Idea> {
    match dice.roll(11) {
        0 | 1 => {
            let (parent, child) = (dice.pick(&[VEHICLE, VEHICLE, TURRET]), dice.pick(&[RADIO, TURRET, GUN2]));
            let keeper = w.state.item(&parent.parse().unwrap())?.positions.keys().next()?.holder;
            by((code(keeper), PBO), install(parent, child))
        }
        2 => {
            let (child, known) = dice.recent(w.state.associations(), 3)?;
            let keeper = w.state.item(child)?.positions.keys().next()?.holder;
            by((code(keeper), PBO), remove(&known.parent.to_string(), &child.to_string()))
        }
        3 | 4 => {
            let item = dice.pick(&[ROUNDS, FUEL, SHELLS, GUN2, VEHICLE, TURRET]);
            let (position, amount) = standing_somewhere(w, item, dice)?;
            let holder = code(position.holder);
            let id = format!("HR-{}", w.state.hand_receipts().count());
            let draft = issue(&id, holder, &[&amount])
                .with("owner", code(position.owner))
                .with("location", position.location.to_string());
            let draft = match &position.standing {
                Standing::OnLoan(loan) => draft.with("loan", loan.to_string()),
                _ => draft,
            };
            by((holder, PBO), draft)
        }
        5 => {
            let (id, known) = dice.recent(w.state.hand_receipts(), 4)?;
            let item = dice.recent(w.state.outstanding_on(id).into_iter(), 3)?.to_string();
            by((code(known.terms.holder), PBO), turn_in(&id.to_string(), &[&item]))
        }
        6 | 7 => {
            let item = dice.pick(&[ROUNDS, FUEL, GUN2, VEHICLE]);
            let (position, amount) = standing_somewhere(w, item, dice)?;
            let holder = code(position.holder);
            let from = position.condition.to_string();
            let draft = regrade(&amount, holder, &from, dice.pick(&["A", "B", "F", "J", "H"]))
                .with("owner", code(position.owner))
                .with("location", position.location.to_string());
            let draft = match &position.standing {
                Standing::OnLoan(loan) => draft.with("loan", loan.to_string()),
                _ => draft,
            };
            let draft = match &position.receipt {
                Some(receipt) => draft.with("receipt", receipt.to_string()),
                None => draft,
            };
            by((holder, PBO), draft)
        }
        8 | 9 => {
            let holder = dice.party();
            let item = dice.pick(&[ROUNDS, FUEL, SHELLS]);
            let place = place_of(w, item, holder);
            let id = format!("CT-{}", w.state.counts().count());
            let counted = quantity_of(item, dice.roll(60));
            let draft = take_stock(&id, holder, &day(w, 0), &[&counted]).with("location", place);
            by((holder, PBO), draft.with("scope", "LISTED"))
        }
        _ => {
            let open = w.state.variances().filter(|(_, variance)| variance.resolved_in.is_none());
            let ((count, item), variance) = dice.recent(open, 4)?;
            by((code(variance.holder), PBO), explain(&count.to_string(), &item.to_string()))
        }
    }
}

pub(super) fn support(w: &World, dice: &mut Dice) -> Option<Idea> {
    let count = w.state.support_orders().count();
    let chosen = dice.recent(w.state.support_orders(), 3).filter(|_| dice.roll(5) > 0);
    let Some((id, known)) = chosen else {
        let (supplier, receiver) = dice.pair();
        let amount = quantity_of(dice.pick(&[ROUNDS, ROUNDS, SHELLS, FUEL]), 5 + dice.roll(10));
        let repay = dice.pick(&["IN_KIND", "CASH", "EQUAL_VALUE"]);
        let draft = order(&format!("S-{count}"), repay, &[&amount]);
        return by((receiver, PBO), draft.with("supplier", supplier).with("receiver", receiver));
    };
    let id = id.to_string();
    let (supplier, receiver) = (code(known.terms.supplier), code(known.terms.receiver));
    let item = known.terms.items.first()?.id().to_string();
    let some = quantity_of(&item, 1 + dice.roll(6));
    let kind = json!(known.terms.repay);
    let worth = format!("{}.00 EUR", 50 * (1 + dice.roll(8)));
    let last = known.terms.items.first()?.to_string();
    match dice.roll(12) {
        0 => {
            let party = [supplier, receiver][dice.roll(2)];
            by((party, PBO), call_off(&id, party))
        }
        1..=4 => {
            let amount = if dice.roll(3) == 0 { &last } else { &some };
            let draft = supply(&id, &[amount], &worth)
                .with("from_location", place_of(w, &item, supplier))
                .with("location", depot(receiver))
                .with("licence", format!("LIC-{supplier}-{receiver}"));
            by((supplier, HRH), if item == SHELLS { draft } else { draft.without("licence") })
        }
        _ if kind == "CASH" && known.invoiced <= known.repaid => {
            by((supplier, FIN), bill(&id, &format!("B-{}", dice.roll(200)), &worth))
        }
        _ if kind == "CASH" => by(
            (receiver, FIN),
            settle(&id, &format!("PAY-{}", dice.roll(200)), &worth).with("value_date", day(w, 0)),
        ),
        _ => {
            let draft = give_back(&id, &[&some])
                .with("from_location", place_of(w, &item, receiver))
                .with("location", depot(supplier));
            let draft = if kind == "EQUAL_VALUE" { draft.with("value", worth) } else { draft };
            let licence = format!("LIC-{receiver}-{supplier}");
            by((receiver, HRH), if item == SHELLS { draft.with("licence", licence) } else { draft })
        }
    }
}
