//! Random histories: accepted or refused, no act breaks an invariant.
//!
//! A step is a few dice. What they mean depends on the state, so that most acts speak of things that exist and
//! are signed by an officer who may; the rest are wrong in one respect or another. [`World::record`] checks after
//! each step that all invariants hold, and after each refusal that nothing changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use ledger_core::domain::consent::Side;
use ledger_core::domain::register::{Position, Standing};
use ledger_core::domain::transfer::Transfer;
use ledger_core::domain::{RecordedAct, State};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::json;

use super::law;
use crate::rules::world::*;

const PARTIES: [&str; 3] = [EE, LV, LT];
/// Ammunition of category ML3: it crosses under a licence.
const SHELLS: &str = "batch:1320-38-555-0001:LOT-9";
const MISSILE: &str = "serial:0AA1J:M47:SN-7";

/// Numbers to decide by.
struct Dice(Vec<u8>, usize);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        let value = self.0.get(self.1).copied().unwrap_or(0);
        self.1 += 1;
        usize::from(value) % sides.max(1)
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.roll(from.len())]
    }

    fn party(&mut self) -> &'static str {
        self.pick(&PARTIES)
    }
}

fn known(code: &str) -> &'static str {
    PARTIES.into_iter().find(|party| *party == code).unwrap_or(EE)
}

/// The families of acts, for the count of acceptances.
const FAMILIES: [&str; 7] =
    ["keys", "register", "transfer", "consignment", "licence", "procurement", "waiting"];

/// An act that fits the state more or less: its family, its author, its events.
fn act(w: &World, dice: &mut Dice) -> (&'static str, Who, Vec<Draft>) {
    let waiting = w.state.pending().count();
    let family = match dice.roll(16) {
        0 => "keys",
        1..=3 => "register",
        4..=6 => "transfer",
        7..=9 => "consignment",
        10 => "licence",
        11..=13 => "procurement",
        _ => "waiting",
    };
    let (who, draft) = match family {
        "keys" => keys(dice),
        "register" => goods(w, dice),
        "transfer" => transfer(w, dice),
        "consignment" => consignment(w, dice),
        "licence" => licences(dice),
        "procurement" => procurement(w, dice),
        _ if waiting == 0 => transfer(w, dice),
        _ => sign_something(w, dice),
    };
    // Now and then the wrong officer signs.
    let who = if dice.roll(16) == 0 { (dice.party(), [PBO, FIN, MIN][dice.roll(3)]) } else { who };
    (family, who, vec![draft])
}

fn keys(dice: &mut Dice) -> (Who, Draft) {
    let party = dice.party();
    let number = u8::try_from(dice.roll(40)).unwrap() + 1;
    match dice.roll(3) {
        0 => ((party, REG), revoke(fresh_key(number))),
        1 => ((party, REG), rotate(fresh_key(number), fresh_key(number + 1))),
        _ => ((party, REG), enrol(fresh_key(number), party, PBO)),
    }
}

fn sign_something(w: &World, dice: &mut Dice) -> (Who, Draft) {
    let all: Vec<_> = w.state.pending().collect();
    let (entry, pending) = all[dice.roll(all.len())];
    let signer = &pending.missing[dice.roll(pending.missing.len())];
    let party = match signer.side {
        Side::Of(party) => known(party.as_str()),
        Side::OtherThan(party) => PARTIES.into_iter().find(|other| *other != party.as_str()).unwrap(),
    };
    let draft = if dice.roll(8) == 0 { refusal(*entry) } else { countersign(*entry) };
    ((party, signer.roles[signer.roles.len() - 1]), draft)
}

fn quantity_of(item: &str, n: usize) -> String {
    if item.starts_with("serial:") {
        item.into()
    } else if item == FUEL {
        of(item, &format!("{}.5 LTR", n))
    } else {
        of(item, &format!("{} EA", n.max(1)))
    }
}

fn goods(w: &World, dice: &mut Dice) -> (Who, Draft) {
    let item = dice.pick(&[FUEL, ROUNDS, SHELLS, GUN, GUN2, MISSILE]);
    let party = dice.party();
    let amount = quantity_of(item, dice.roll(40));
    let loss = format!("L-{}", dice.roll(6));
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
fn standing_somewhere(w: &World, item: &str, dice: &mut Dice) -> Option<(Position, String)> {
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

fn transfer(w: &World, dice: &mut Dice) -> (Who, Draft) {
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
        return ((from, PBO), draft.with("owner", owner));
    };
    let (from, to) = (known(known_transfer.terms.from.as_str()), known(known_transfer.terms.to.as_str()));
    match choice {
        4 | 5 => ((to, PBO), approve(&id)),
        6 => match dice.roll(4) {
            0 => ((to, PBO), turn_down(&id)),
            _ => ((from, PBO), cancel(&id)),
        },
        7 => ((from, PBO), extend(&id, "2026-09-30")),
        8 => match known_transfer.terms.price {
            Some(price) => ((from, PBO), pass_title(&id).with("price", price.to_string())),
            None => ((to, PBO), pass_title(&id)),
        },
        _ => ((from, PBO), recall(&id, "2026-05-30")),
    }
}

fn consignment(w: &World, dice: &mut Dice) -> (Who, Draft) {
    let Some((id, known_transfer)) = some_transfer(w, dice) else { return goods(w, dice) };
    let terms = &known_transfer.terms;
    let (from, to) = (known(terms.from.as_str()), known(terms.to.as_str()));
    let item = terms.items[0].id().to_string();
    let next = format!("{id}/{}", known_transfer.consignments.len());
    let amount = quantity_of(&item, dice.roll(12));
    let last = known_transfer.consignments.last().map(ToString::to_string);
    match (dice.roll(8), last) {
        (0, _) => ((from, PBO), reserve(&id, &[&amount], &place_of(w, &item, from))),
        (1 | 2, _) | (_, None) => {
            let draft = dispatch(&next, &id, &[&amount], &place_of(w, &item, from));
            ((from, HRH), draft.with("licence", format!("LIC-{from}-{to}")))
        }
        (3, _) => {
            let draft = send_back(&next, &id, &[&amount], &place_of(w, &item, to));
            ((to, HRH), draft.with("licence", format!("LIC-{from}-{to}")))
        }
        (4 | 5, Some(last)) => {
            let sent = w.state.consignment(&last.parse().unwrap()).unwrap();
            let whole = sent.items[0].to_string();
            let counted = if dice.roll(2) == 0 { whole } else { amount };
            let receiver = known(sent.receiver.as_str());
            let make = if sent.is_return { take_back } else { receive };
            ((receiver, HRH), make(&last, &[&counted], depot(receiver)))
        }
        (6, Some(last)) => {
            let receiver = known(w.state.consignment(&last.parse().unwrap()).unwrap().receiver.as_str());
            let kind = dice.pick(&["SHORTAGE", "SHORTAGE", "OVERAGE", "DAMAGE"]);
            let number = w.state.discrepancies().count();
            ((receiver, PBO), report(&format!("X-{number}"), &last, kind, &[&amount]))
        }
        (_, Some(_)) => settle(w, dice),
    }
}

fn settle(w: &World, dice: &mut Dice) -> (Who, Draft) {
    let all: Vec<_> = w.state.discrepancies().collect();
    let Some((id, report)) = all.get(dice.roll(all.len())) else { return goods(w, dice) };
    let sender = known(w.state.consignment(&report.consignment).unwrap().sender.as_str());
    let loss = format!("L-{}", dice.roll(6));
    let draft = match dice.roll(5) {
        0 => resolve(&id.to_string(), "LOST").with("loss", loss),
        1 => resolve(&id.to_string(), "RECEIVED_LATE").with("location", "Cesis"),
        2 => resolve(&id.to_string(), "RETURNED_TO_SENDER").with("location", depot(sender)),
        3 => resolve(&id.to_string(), "OVERAGE_ACCEPTED").with("location", "Cesis"),
        _ => resolve(&id.to_string(), "NO_ADJUSTMENT"),
    };
    ((sender, PBO), draft)
}

/// Where a party holds an item, if it does.
fn place_of(w: &World, item: &str, holder: &'static str) -> String {
    let stock = w.state.item(&item.parse().unwrap());
    let position = stock.and_then(|stock| stock.positions.keys().find(|p| p.holder.as_str() == holder));
    position.map_or_else(|| depot(holder).to_owned(), |position| position.location.to_string())
}

fn licences(dice: &mut Dice) -> (Who, Draft) {
    let (from, to) = (dice.party(), dice.party());
    if dice.roll(3) == 0 {
        return ((from, LIC), consent(&format!("C-{from}-{to}"), from, "US", to));
    }
    let draft = licence(&format!("LIC-{from}-{to}"), from, to);
    let cap = json!([{ "ml": "ML3", "quantity": format!("{} EA", dice.roll(40) + 1) }]);
    ((from, LIC), if dice.roll(2) == 0 { draft } else { draft.with("caps", cap) })
}

fn procurement(w: &World, dice: &mut Dice) -> (Who, Draft) {
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
        (1, Some(delivery), _) => {
            let known_delivery = w.state.delivery(&delivery.parse().unwrap()).unwrap();
            let consignee = known(known_delivery.terms.consignee.as_str());
            ((consignee, PBO), land(&delivery, &[(1, &quantity_of(SHELL_LINE, dice.roll(15)))]))
        }
        (2 | 3, Some(delivery), _) => {
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

/// The batch that the suppliers deliver on line 1.
const SHELL_LINE: &str = "batch:1376-38-123-4567:NEW-1";

/// The founded ledger with a programme in effect and something in every depot.
fn beginning() -> World {
    let mut w = World::new();
    w.contracted("P-1", "C-0");
    for party in PARTIES {
        w.accept((party, PBO), register(&of(ROUNDS, "40 EA"), party));
        w.accept((party, PBO), register_ammunition(&of(SHELLS, "40 EA"), party));
        w.accept((party, PBO), register(&of(FUEL, "100.5 LTR"), party));
    }
    w.accept((EE, PBO), register(GUN2, EE));
    for (from, to) in [(EE, LV), (LV, EE), (LT, EE)] {
        w.accept((from, LIC), licence(&format!("LIC-{from}-{to}"), from, to));
    }
    w
}

fn steps(count: usize) -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(vec(any::<u8>(), 14), count)
}

/// Plays the steps; counts tried and accepted acts by family.
fn play(w: &mut World, steps: Vec<Vec<u8>>) -> BTreeMap<&'static str, (u32, u32)> {
    let mut counts: BTreeMap<&'static str, (u32, u32)> = BTreeMap::new();
    for step in steps {
        let (family, who, drafts) = act(w, &mut Dice(step, 0));
        let act = w.act_with(who, &drafts, all_documents());
        let (tried, accepted) = counts.entry(family).or_default();
        *tried += 1;
        *accepted += u32::from(w.record(act).is_ok());
    }
    counts
}

fn replay(history: &[Arc<RecordedAct>]) -> State {
    let mut state = State::new();
    for act in history {
        let admitted = state.admit(act).unwrap_or_else(|no| panic!("entry {}: {no}", act.seq));
        state.apply(act, admitted);
    }
    state
}

#[test]
fn no_act_breaks_an_invariant_and_replay_gives_the_same_state() {
    let beginning = beginning();
    law(40, steps(60), |steps| {
        let mut w = beginning.clone();
        play(&mut w, steps);
        assert_eq!(format!("{:?}", replay(&w.history)), format!("{:?}", w.state));
    });
}

#[test]
fn an_act_of_two_events_is_both_or_neither() {
    let beginning = beginning();
    law(60, (steps(25), vec(any::<u8>(), 14), vec(any::<u8>(), 14)), |(steps, first, second)| {
        let mut w = beginning.clone();
        play(&mut w, steps);
        let (_, who, a) = act(&w, &mut Dice(first, 0));
        let (_, _, b) = act(&w, &mut Dice(second, 0));
        let alone = |drafts: &[Draft]| w.act_with(who, drafts, all_documents());
        let (a, b, both) = (alone(&a), alone(&b), alone(&[a, b].concat()));
        if both.act.events.iter().any(|event| event.name().starts_with("Act")) {
            return; // Countersignatures stand alone.
        }
        match w.state.admit(&a) {
            Err(no) => assert_eq!(w.state.admit(&both).unwrap_err(), no),
            Ok(admitted) if admitted.missing().is_empty() => {
                let mut after = w.state.clone();
                after.apply(&Arc::new(a), admitted);
                match (w.state.admit(&both), after.admit(&b)) {
                    (Ok(whole), Ok(second)) => {
                        assert_eq!(whole.missing(), second.missing());
                        if whole.missing().is_empty() {
                            let mut at_once = w.state.clone();
                            at_once.apply(&Arc::new(both), whole);
                            after.apply(&Arc::new(b), second);
                            assert_eq!(format!("{at_once:?}"), format!("{after:?}"));
                        }
                    }
                    (Err(whole), Err(second)) => assert_eq!(whole, second),
                    (whole, second) => panic!("together {whole:?}, one after the other {second:?}"),
                }
            }
            Ok(_) => {}
        }
    });
}

/// The laws above say little when nearly everything is refused.
#[test]
fn the_random_acts_of_each_family_are_accepted_often_enough() {
    let beginning = beginning();
    let mut runner = TestRunner::deterministic();
    let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for _ in 0..10 {
        let mut w = beginning.clone();
        let steps = steps(100).new_tree(&mut runner).unwrap().current();
        for (family, (tried, accepted)) in play(&mut w, steps) {
            let sum = counts.entry(family).or_default();
            *sum = (sum.0 + tried, sum.1 + accepted);
        }
    }
    for family in FAMILIES {
        let (tried, accepted) = counts[family];
        assert!(tried >= 40 && accepted >= 15, "{family}: {accepted} of {tried} accepted; {counts:?}");
    }
}
