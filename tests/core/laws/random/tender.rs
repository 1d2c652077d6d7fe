//! Programmes from their funds to the order: tender, frameworks, call-offs, amendments, options, who joins and leaves.

use serde_json::json;

use super::{Dice, Idea, PARTIES, by, code, day};
use crate::rules::tender_drafts::*;
use crate::rules::world::*;

/// A new programme of which Estonia leads, until it is in effect.
fn young_programme(w: &World, dice: &mut Dice) -> Option<Idea> {
    let young = w
        .state
        .programmes()
        .filter(|(_, known)| known.effective_in.is_none() && known.cancelled_in.is_none());
    let Some((id, known)) = dice.recent(young, 1) else {
        let id = format!("N-{}", w.state.programmes().count());
        return by((EE, NAD), programme(&id, EE));
    };
    let id = id.to_string();
    if dice.roll(5) == 0 {
        return by((EE, NAD), abandon(&id));
    }
    let missing =
        [EE, LV].into_iter().find(|party| !known.participants.keys().any(|in_it| code(*in_it) == *party));
    match missing {
        Some(party) => by((party, MIN), join(&id, party, "1/2")),
        None => by((EE, MIN), arrangement(&id)),
    }
}

const HALVES: [(&str, &str); 2] = [(EE, "1/2"), (LV, "1/2")];
const THIRDS: [(&str, &str); 3] = [(EE, "1/3"), (LT, "1/3"), (LV, "1/3")];

pub(super) fn tender(w: &World, dice: &mut Dice) -> Option<Idea> {
    let state = &w.state;
    match dice.roll(22) {
        0..=2 => young_programme(w, dice),
        3 => {
            let party = dice.party();
            let programme = dice.pick(&["P-1", "P-2", "P-2"]);
            let id = format!("{programme}/{}", dice.roll(200));
            by((party, FIN), fund(&id, programme, party, &format!("{}00000.00 EUR", 1 + dice.roll(30))))
        }
        4 => by((EE, PCO), launch(&format!("T-{}", state.procurement_procedures().count() + 1), "P-2")),
        choice @ 5..=7 => {
            let (id, known) = dice.recent(state.procurement_procedures(), 2)?;
            let (lot, supplier) = (dice.pick(&["1", "2"]), dice.pick(&[MAKER, MAKER, RIVAL]));
            let award_of = known.awards.keys().next().filter(|_| choice == 7);
            let draft = match award_of {
                Some((lot, supplier)) => {
                    take_back_award(&id.to_string(), &lot.to_string(), &supplier.to_string())
                }
                None => award(&id.to_string(), lot, supplier)
                    .with("standstill_until", day(w, dice.roll(2) as u64)),
            };
            by((EE, [PCO, NAD][dice.roll(2)]), draft)
        }
        8 => {
            let (id, _) = dice.recent(state.procurement_procedures(), 2)?;
            let draft = framework(&format!("F-{}", state.frameworks().count()), &id.to_string())
                .with("start", day(w, 0))
                .with("end", day(w, 365))
                .with("extensions", json!([day(w, 730)]));
            by((EE, PCO), draft)
        }
        9 => {
            let (id, known) = dice.recent(state.frameworks(), 2)?;
            let end = known.terms.extensions.first()?.to_string();
            by((EE, PCO), prolong(&id.to_string(), &end))
        }
        10..=13 => {
            let (id, _) = dice.recent(state.frameworks(), 3)?;
            let (buyer, n) = (dice.party(), format!("{} EA", 5 + dice.roll(60)));
            let contract = format!("K-{}", state.contracts().count());
            let part = if dice.roll(3) == 0 { dice.party() } else { buyer };
            by((buyer, PCO), call_off(&contract, &id.to_string(), buyer, &n, &[(part, &n)]))
        }
        14 | 15 => {
            let (id, known) = dice.recent(state.contracts(), 4)?;
            let (id, buyer) = (id.to_string(), code(known.terms.buyer));
            let line = known.terms.lines.first()?;
            let price = line.unit_price.to_string();
            let line = match dice.roll(2) {
                0 => rounds_line(9, "10 EA", "2500.00 EUR", &[(buyer, "10 EA")]),
                _ => {
                    let n = format!("{} EA", 100 + dice.roll(600));
                    rounds_line(1, &n, &price, &[(buyer, &n)])
                }
            };
            by((buyer, PCO), amend(&id, vec![line]))
        }
        16 => {
            let (id, known) = dice.recent(state.contracts(), 3)?;
            let draft = supply_terms(&id.to_string()).without("schedule");
            by((code(known.terms.buyer), PCO), draft)
        }
        17 | 18 => {
            let (id, known) = dice.recent(state.contracts(), 3)?;
            let buyer = code(known.terms.buyer);
            let number = 20 + u32::try_from(dice.roll(200)).unwrap();
            let line = rounds_line(number, "10 EA", "2500.00 EUR", &[(buyer, "10 EA")]);
            let name = format!("O-{}", state.contract_options().count());
            by(
                (buyer, PCO),
                option(&name, &id.to_string(), line).with("expires", day(w, dice.roll(3) as u64)),
            )
        }
        19 => {
            let open = state
                .contract_options()
                .filter(|(_, known)| known.exercised_in.is_none() && known.lapsed_in.is_none());
            let (id, known) = dice.recent(open, 6)?;
            let buyer = code(state.contract(&known.terms.contract)?.terms.buyer);
            let over = known.terms.expires < w.now.date();
            by((buyer, PCO), if over { lapse(&id.to_string()) } else { exercise(&id.to_string()) })
        }
        _ => {
            let (id, known) = dice.recent(state.programmes(), 2)?;
            let inside = |party: &str| known.participants.keys().any(|known| code(*known) == party);
            let id = id.to_string();
            match PARTIES.into_iter().find(|party| !inside(party)) {
                Some(party) => by((party, MIN), admit(&id, party, &THIRDS)),
                None if dice.roll(3) == 0 => {
                    by((LT, MIN), withdraw(&id, LT, &day(w, dice.roll(3) as u64), &HALVES))
                }
                None => None,
            }
        }
    }
}
