//! Contracts, deliveries, invoices, payments and cost pools.

use super::{Dice, SHELL_LINE, known, quantity_of};
use crate::rules::world::*;

pub(super) fn procurement(w: &World, dice: &mut Dice) -> (Who, Draft) {
    // A programme is in effect from the beginning; its contracts are numbered.
    let count = w.state.contracts().count();
    let id = format!("C-{}", dice.roll(count.min(3)));
    let chosen = w.state.contract(&id.parse().unwrap());
    let Some(chosen) = chosen.filter(|_| dice.roll(10) > 0) else {
        return ((EE, PCO), contract(&format!("C-{count}"), "P-1"));
    };
    let delivery = chosen.deliveries.iter().rev().nth(dice.roll(2)).map(ToString::to_string);
    let bill = chosen.invoices.last().map(ToString::to_string);
    match (dice.roll(8), delivery, bill) {
        (1 | 2, Some(delivery), _) => {
            let known_delivery = w.state.delivery(&delivery.parse().unwrap()).unwrap();
            let consignee = known(known_delivery.terms.consignee.as_str());
            let amount = match dice.roll(4) {
                0 => quantity_of(SHELL_LINE, dice.roll(15)),
                _ => known_delivery.terms.items[0].item.to_string(),
            };
            ((consignee, PBO), land(&delivery, &[(1, &amount)]))
        }
        (3, Some(delivery), _) => {
            let known_delivery = w.state.delivery(&delivery.parse().unwrap()).unwrap();
            let consignee = known(known_delivery.terms.consignee.as_str());
            let lines: &[(u32, &str)] = &[(1, &quantity_of(SHELL_LINE, dice.roll(10)))];
            ((consignee, PBO), take_over(&delivery, lines, depot(consignee)))
        }
        (4, _, _) => {
            let n = dice.roll(6) + 1;
            let net = format!("{}.00 EUR", 2_500 * n);
            let number = format!("{id}.{}", chosen.invoices.len());
            ((EE, FIN), invoice(&number, &id, &[(1, &format!("{n} EA"))], &net, "10.00 EUR"))
        }
        (5, _, Some(bill)) => ((EE, FIN), clear(&bill, &format!("{}.00 EUR", 1_000 * (dice.roll(6) + 1)))),
        (6, _, Some(bill)) => {
            let paid = w.state.invoice(&bill.parse().unwrap()).unwrap().payments.len();
            let payer = dice.party();
            let amount = format!("{}.00 EUR", 500 * (dice.roll(5) + 1));
            ((payer, FIN), pay(&format!("{bill}.{paid}"), &bill, payer, &amount))
        }
        (7, _, _) => {
            let total = format!("{}.{:02} EUR", dice.roll(200), dice.roll(100));
            let programme = w.state.programme(&"P-1".parse().unwrap()).unwrap();
            let parts = programme
                .allocate(ledger_core::domain::procurement::CostBasis::Fee, total.parse().unwrap())
                .unwrap();
            let parts: Vec<(String, String)> =
                parts.iter().map(|part| (part.party.to_string(), part.amount.to_string())).collect();
            let parts: Vec<(&str, &str)> = parts.iter().map(|(p, a)| (p.as_str(), a.as_str())).collect();
            ((EE, FIN), pool(&format!("O-{}", programme.pools.len()), "P-1", "FEE", &total, &parts))
        }
        _ => {
            let number = format!("{id}/{}", chosen.deliveries.len());
            let consignee = dice.party();
            ((EE, PCO), ship(&number, &id, consignee, &[(1, &quantity_of(SHELL_LINE, dice.roll(30)))]))
        }
    }
}
