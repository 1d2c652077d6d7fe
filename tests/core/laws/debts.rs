//! Whoever pays, settles and refunds what: what the parties owe one another sums to zero to the cent, and who bears
//! an invoice is divided by its goods. And what is said of money is read back from its bytes.

use ledger_core::domain::{Act, ActId, Digest};
use ledger_core::ledger::codec::{decode_body, encode_body};
use ledger_core::ledger::entry::Body;
use proptest::prelude::*;
use serde_json::Value;

use super::law;
use crate::rules::money_drafts::*;
use crate::rules::world::*;

/// What happens to an invoice of 25,000.01 euro.
#[derive(Debug, Clone, Copy)]
enum Step {
    Pay(usize, u64),
    Settle(usize, u64),
    Refund(usize, u64),
    /// Close a settlement, and pay this much of its first net.
    Net(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let cents = || 1..900_000_u64;
    prop_oneof![
        (0..3_usize, cents()).prop_map(|(who, cents)| Step::Pay(who, cents)),
        (0..3_usize, cents()).prop_map(|(who, cents)| Step::Settle(who, cents)),
        (0..9_usize, cents()).prop_map(|(which, cents)| Step::Refund(which, cents)),
        cents().prop_map(Step::Net),
    ]
}

fn euro(cents: u64) -> String {
    format!("{}.{:02} EUR", cents / 100, cents % 100)
}

/// A contract with an advance by each party, and an approved invoice.
fn begun() -> World {
    let mut w = World::supplied();
    for who in [EE, LT, LV] {
        w.accept((who, FIN), advance(&format!("V-{who}"), "C-1", who, "30000.00 EUR"));
    }
    w.stocked("D-1", "C-1", EE, &[(1, &of(ROUNDS, "10 EA")), (2, GUN)]);
    let sent = invoice("I-1", "C-1", &[(1, "7 EA"), (2, "1 EA")], "25000.01 EUR", "0.00 EUR");
    w.accept((EE, FIN), sent);
    w.accept((EE, FIN), clear("I-1", "25000.01 EUR"));
    w
}

/// Takes a step if it is lawful. The world checks after it that the positions sum to zero, and that the nets bring
/// each party to zero.
fn take(w: &mut World, number: usize, step: Step) {
    let parties = [EE, LT, LV];
    let attempt = |w: &mut World, who: Who, draft: Draft| {
        let act = w.act_with(who, &[draft], all_documents());
        let _ = w.record(act);
    };
    match step {
        Step::Pay(who, cents) => {
            let paid = pay(&format!("Y-{number}"), "I-1", parties[who], &euro(cents));
            attempt(w, (parties[who], FIN), paid);
        }
        Step::Settle(who, cents) => {
            let settled = settle(&format!("V-{}", parties[who]), "I-1", &euro(cents));
            attempt(w, (parties[who], FIN), settled);
        }
        Step::Refund(which, cents) => {
            for who in parties {
                let back = refund(&format!("R-{number}"), "payment", &format!("Y-{which}"), &euro(cents));
                attempt(w, (who, FIN), back);
            }
        }
        Step::Net(cents) => {
            let nets = w.state.debts();
            let last = w.history.last().unwrap().seq;
            let id = format!("S-{number}");
            let shown: Vec<Value> = nets.iter().map(|net| serde_json::to_value(net).unwrap()).collect();
            w.agree(&[(EE, FIN), (LT, FIN), (LV, FIN)], close_settlement(&id, last, &shown));
            let Some(first) = nets.first() else { return };
            let code = |party: ledger_core::domain::Party| {
                parties.into_iter().find(|code| *code == party.as_str()).unwrap()
            };
            let (from, to) = (code(first.debtor), code(first.creditor));
            let amount = euro(cents.min(first.amount.minor()));
            w.agree(&[(from, FIN), (to, FIN)], pay_net(&id, from, to, &amount));
        }
    }
}

#[test]
fn what_the_parties_owe_one_another_sums_to_zero_whoever_pays_what() {
    let begun = begun();
    law(100, prop::collection::vec(step(), 1..10), |steps| {
        let mut w = begun.clone();
        for (number, step) in steps.into_iter().enumerate() {
            take(&mut w, number, step);
        }
        // In cents: seven rounds at 2,500.00 for 300, 200 and 100 of 600; one gun at 20,000.00 for three alike.
        let known = w.state.invoice(&"I-1".parse().unwrap()).unwrap();
        let covered = known.covered().unwrap();
        let weights = [875_000 + 666_667, 583_333 + 666_667, 291_667 + 666_666];
        if !covered.is_zero() {
            let parts: Vec<_> = known.borne.iter().map(|part| part.amount).collect();
            assert_eq!(covered.allocate(&weights).unwrap(), parts);
        }
    });
}

#[test]
fn what_is_said_of_money_is_read_back_from_its_bytes() {
    let now = "2026-01-30T09:00:00Z".parse().unwrap();
    for draft in samples() {
        let act = Act { id: ActId::new([1; 16]), documents: Vec::new(), events: vec![draft.event(now)] };
        let body = Body {
            origin: "ledger.example/baltic".parse().unwrap(),
            seq: 7,
            previous: Digest::new([2; 32]),
            recorded_at: now,
            author: fresh_key(3),
            act,
        };
        assert_eq!(decode_body(&encode_body(&body).unwrap()), Ok(body));
    }
}
