//! Advances, quality, judgements of deliveries, disputes, exemption from tax, settlement, warranty, closing.

use serde_json::json;

use super::{Dice, Idea, PARTIES, SHELL_LINE, by, code, day, quantity_of};
use crate::rules::money_drafts::*;
use crate::rules::world::*;

fn euros(dice: &mut Dice) -> String {
    format!("{}00.00 EUR", 1 + dice.roll(100))
}

fn few(dice: &mut Dice) -> String {
    format!("{}.00 EUR", 1 + dice.roll(50))
}

pub(super) fn money(w: &World, dice: &mut Dice) -> Option<Idea> {
    let state = &w.state;
    let (id, contract) = dice.recent(state.contracts(), 5)?;
    let (name, buyer) = (id.to_string(), code(contract.terms.buyer));
    let bill = dice.recent(contract.invoices.iter(), 3).and_then(|id| state.invoice(id));
    match dice.roll(36) {
        0 => {
            let party = dice.party();
            let number = format!("A-{}", state.advances().count());
            let draft = advance(&number, &name, party, &euros(dice))
                .with("settle_by", day(w, 1 + dice.roll(60) as u64));
            by((party, FIN), draft)
        }
        1 | 2 => {
            let (advance, known) = dice.recent(state.advances(), 3)?;
            let of = state.contract(&known.terms.contract)?;
            let invoice = dice.recent(of.invoices.iter(), 3)?.to_string();
            let amount = if dice.roll(3) == 0 { euros(dice) } else { few(dice) };
            by((code(known.terms.payer), FIN), settle(&advance.to_string(), &invoice, &amount))
        }
        3 => {
            let (advance, known) = dice.recent(state.advances(), 3)?;
            let draft = refund(&format!("R-{}", dice.roll(250)), "advance", &advance.to_string(), &few(dice));
            by((code(known.terms.payer), FIN), draft)
        }
        4 => {
            let payment = dice.recent(bill?.payments.iter(), 3)?;
            let payer = code(state.payment(payment)?.payer);
            by(
                (payer, FIN),
                refund(&format!("R-{}", dice.roll(250)), "payment", &payment.to_string(), &few(dice)),
            )
        }
        5 => by((buyer, QAR), ask_quality(&format!("Q-{}", state.quality_requests().count()), &name)),
        6 | 7 => {
            let open = state.quality_requests().filter(|(_, known)| known.closed.is_none());
            let (request, known) = dice.recent(open, 3)?;
            let signer = (code(state.contract(&known.terms.contract)?.terms.buyer), QAR);
            match known.accepted_in {
                None => by(signer, take_on(&request.to_string())),
                Some(_) => by(
                    signer,
                    close_quality(&request.to_string(), dice.pick(&["CONFORMING", "NONCONFORMING"])),
                ),
            }
        }
        11 => {
            let (open, _) = dice.recent(state.open_reservations(), 3)?;
            let consignee = code(state.delivery(open)?.terms.consignee);
            by((consignee, QAR), clear_reservation(&open.to_string()))
        }
        14 => {
            let (open, known) = dice.recent(state.unreturned_deliveries(), 3)?;
            let ((line, item), quantity) = known.rejected.iter().find(|(_, left)| !left.is_zero())?;
            let rest = of(&item.to_string(), &quantity.to_string());
            by((code(known.terms.consignee), PBO), give_back(&open.to_string(), &[(*line, &rest)]))
        }
        choice @ 8..=13 => {
            let waits = contract.deliveries.iter().filter(|id| {
                let known = state.delivery(id);
                known.is_some_and(|known| known.waiting.values().any(|left| !left.is_zero()))
            });
            let delivery = match dice.recent(waits, 3).filter(|_| choice > 8) {
                Some(delivery) => delivery,
                None => dice.recent(contract.deliveries.iter(), 3)?,
            };
            let known = state.delivery(delivery)?;
            let (number, consignee) = (delivery.to_string(), code(known.terms.consignee));
            let amount = quantity_of(SHELL_LINE, 1 + dice.roll(5));
            let lines: &[(u32, &str)] = &[(1, &amount)];
            let book = (consignee, PBO);
            if known.received_in.is_none() && dice.roll(4) > 0 {
                let whole = known.terms.items.first()?.item.to_string();
                return by(book, land(&number, &[(1, &whole)]));
            }
            match choice {
                8 => {
                    let shipped = known.terms.items.first()?.item.to_string();
                    by(
                        (consignee, QAR),
                        certify(&number, &[if dice.roll(4) == 0 { &amount } else { &shipped }]),
                    )
                }
                9 | 10 => {
                    let draft = take_over_with_reservation(&number, lines, depot(consignee));
                    by((consignee, QAR), draft.with("cleared_by", day(w, dice.roll(30) as u64)))
                }
                _ => {
                    let ((line, item), _) = known.waiting.iter().find(|(_, left)| !left.is_zero())?;
                    let some = quantity_of(&item.to_string(), 1 + dice.roll(2));
                    by((consignee, QAR), reject(&number, &[(*line, &some)]))
                }
            }
        }
        15 => by((buyer, PCO), dispute(&bill?.terms.invoice.to_string())),
        16 => {
            let bill = bill?;
            bill.dispute.as_ref()?;
            by((buyer, PCO), resolve_dispute(&bill.terms.invoice.to_string()))
        }
        17 => {
            let party = contract.terms.lines.first()?.per_party.first().map(|part| code(part.party))?;
            let number = format!("X-{}", state.vat_certificates().count());
            by((party, CUS), exemption(&number, &name, party, &[(1, &format!("{} EA", 1 + dice.roll(20)))]))
        }
        18 => {
            let (certificate, _) = dice.recent(state.vat_certificates(), 4)?;
            by((buyer, FIN), exempt(&bill?.terms.invoice.to_string(), &certificate.to_string()))
        }
        19 => {
            let up_to = w.history.last()?.seq;
            let nets = state.debts_up_to(up_to);
            let nets: Vec<_> = nets
                .iter()
                .map(|one| net(code(one.debtor), code(one.creditor), &one.amount.to_string()))
                .collect();
            let number = format!("Z-{}", state.settlements().count());
            by((PARTIES[dice.roll(3)], FIN), close_settlement(&number, up_to, &nets))
        }
        20 | 21 => {
            let open =
                state.settlements().flat_map(|(id, known)| known.nets.iter().map(move |net| (id, net)));
            let (number, net) = dice.recent(open.filter(|(_, net)| !net.open().is_zero()), 4)?;
            let amount = if dice.roll(2) == 0 { net.open().to_string() } else { euros(dice) };
            let draft = pay_net(&number.to_string(), code(net.debtor), code(net.creditor), &amount);
            let reference = format!("N-{}-{}", w.history.len(), dice.roll(9));
            by((code(net.debtor), FIN), draft.with("bank_ref", reference))
        }
        22 => {
            let stock = state.item(&SHELL_LINE.parse().unwrap())?;
            let position = dice.recent(stock.positions.keys(), 5)?;
            let filled = state
                .contracts()
                .filter(|(_, known)| known.progress.values().any(|progress| !progress.accepted.is_zero()));
            let name = dice.recent(filled, 3)?.0.to_string();
            let number = format!("W-{}", state.warranty_claims().count());
            let owner = code(position.owner);
            by((owner, PBO), claim(&number, &name, &quantity_of(SHELL_LINE, 1 + dice.roll(4)), owner))
        }
        23 => {
            let open = state.warranty_claims().filter(|(_, known)| known.resolved.is_none());
            let (number, known) = dice.recent(open, 3)?;
            let buyer = code(state.contract(&known.terms.contract)?.terms.buyer);
            by(
                (buyer, PCO),
                resolve_claim(&number.to_string(), dice.pick(&["REPAIRED", "REPLACED", "REJECTED"])),
            )
        }
        24 => {
            // A small contract that can be carried through.
            let small = json!([{
                "line": 1, "description": "84 mm rounds", "nsn": ROUNDS_NSN, "ml": "ML3", "hazard": "1.2E",
                "neq_g_per_unit": 900, "quantity": "2 EA", "unit_price": "2500.00 EUR",
                "per_party": [{ "party": EE, "quantity": "2 EA" }],
            }]);
            by((EE, PCO), contract_draft(&format!("B-{}", state.contracts().count())).with("lines", small))
        }
        _ => carry_through(w, dice),
    }
}

fn contract_draft(id: &str) -> Draft {
    contract(id, "P-1")
}

/// The next step of a small contract towards its end.
fn carry_through(w: &World, dice: &mut Dice) -> Option<Idea> {
    let small = w
        .state
        .contracts()
        .filter(|(id, known)| id.as_str().starts_with("B-") && known.dossier.closed_in.is_none());
    let (id, known) = dice.recent(small, 2)?;
    let name = id.to_string();
    let lot = of(SHELL_LINE, "2 EA");
    let lines: &[(u32, &str)] = &[(1, &lot)];
    let Some(delivery) = known.deliveries.first() else {
        return by((EE, PCO), ship(&format!("{name}/0"), &name, EE, lines));
    };
    let landed = w.state.delivery(delivery)?.received_in.is_some();
    if !landed {
        return by((EE, PBO), land(&delivery.to_string(), lines));
    }
    if known.progress.values().any(|progress| progress.accepted.is_zero()) {
        return by((EE, QAR), take_over(&delivery.to_string(), lines, depot(EE)));
    }
    let Some(bill) = known.invoices.first() else {
        return by(
            (EE, FIN),
            invoice(&format!("{name}.0"), &name, &[(1, "2 EA")], "5000.00 EUR", "0.00 EUR"),
        );
    };
    let charged = w.state.invoice(bill)?;
    let bill = bill.to_string();
    match dice.roll(6) {
        0 => return by((EE, PCO), dispute(&bill)),
        1 if charged.dispute.is_some() => return by((EE, PCO), resolve_dispute(&bill)),
        2 => {
            let (certificate, _) =
                dice.recent(w.state.vat_certificates().filter(|(_, held)| held.terms.contract == *id), 2)?;
            return by((EE, FIN), exempt(&bill, &certificate.to_string()));
        }
        3 => {
            let number = format!("X-{}", w.state.vat_certificates().count());
            return by((EE, CUS), exemption(&number, &name, EE, &[(1, "2 EA")]));
        }
        _ => {}
    }
    if charged.approved.is_none() {
        return by((EE, FIN), clear(&bill, "5000.00 EUR"));
    }
    if !charged.unpaid().is_zero() {
        let amount = charged.unpaid().to_string();
        return by((EE, FIN), pay(&format!("{bill}.{}", charged.payments.len()), &bill, EE, &amount));
    }
    by((EE, PCO), close_contract(&name))
}
