//! Random acts of all families.
//!
//! A step is a few dice. What they mean depends on the state, so that most acts speak of things that exist and are
//! signed by an officer who may; the rest are wrong in one respect or another.

mod agreements;
mod closing;
mod contracts;
mod goods;
mod governance;
mod materiel;
mod money;
mod movement;
mod tender;

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::domain::consent::{Side, Signer};
use ledger_core::domain::{Party, PublicKey, RecordedAct, Rule};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::Strategy;

use crate::rules::books_drafts::{REC, tolerances};
use crate::rules::world::*;

pub(super) const PARTIES: [&str; 3] = [EE, LV, LT];
/// Admitted later, if at all.
const PL: &str = "PL";
/// Ammunition of category ML3: it crosses under a licence.
const SHELLS: &str = "batch:1320-38-555-0001:LOT-9";
const MISSILE: &str = "serial:0AA1J:M47:SN-7";
/// The batch that the suppliers deliver on line 1.
const SHELL_LINE: &str = "batch:1376-38-123-4567:NEW-1";

/// The dice of a step.
const DICE: usize = 40;
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Numbers to decide by.
pub(super) struct Dice(Vec<u8>, usize);

impl Dice {
    pub(super) fn new(numbers: Vec<u8>) -> Self {
        Self(numbers, 0)
    }

    pub(super) fn roll(&mut self, sides: usize) -> usize {
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

    /// Two different parties.
    fn pair(&mut self) -> (&'static str, &'static str) {
        let first = self.roll(3);
        let second = (first + 1 + self.roll(2)) % 3;
        (PARTIES[first], PARTIES[second])
    }

    /// One of the last few.
    fn recent<T>(&mut self, all: impl Iterator<Item = T>, few: usize) -> Option<T> {
        let mut all: Vec<T> = all.collect();
        let mut last = all.split_off(all.len().saturating_sub(few));
        let chosen = self.roll(last.len());
        (chosen < last.len()).then(|| last.swap_remove(chosen))
    }
}

/// What somebody might record: who signs with which key, and what.
pub(super) type Idea = (PublicKey, Draft);

fn by(who: Who, draft: Draft) -> Option<Idea> {
    Some((key_of(who), draft))
}

fn known(code: &str) -> &'static str {
    [EE, LV, LT, PL].into_iter().find(|party| *party == code).unwrap_or(EE)
}

fn code(party: Party) -> &'static str {
    known(party.as_str())
}

/// The key of a party's second book keeper.
fn second_keeper(party: &str) -> PublicKey {
    let number = PARTIES.iter().position(|known| *known == party).unwrap_or_default();
    fresh_key(200 + u8::try_from(number).unwrap())
}

/// The moment so many minutes from now.
fn moment(w: &World, minutes: u64) -> String {
    w.now.later_by(minutes * MINUTE).to_string()
}

/// The day so many days from now.
fn day(w: &World, days: u64) -> String {
    w.now.later_by(days * DAY).date().to_string()
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

/// An act of a family that fits the state more or less; none when there is nothing to do in it.
type Generator = fn(&World, &mut Dice) -> Option<Idea>;

/// The families: how often each is tried, of all weights together.
const FAMILIES: &[(&str, usize, Generator)] = &[
    ("keys", 3, |w, dice| signed(goods::keys(w, dice))),
    ("register", 4, |w, dice| signed(goods::goods(w, dice))),
    ("transfer", 5, |w, dice| signed(goods::transfer(w, dice))),
    ("consignment", 6, |w, dice| signed(goods::consignment(w, dice))),
    ("licence", 2, |_, dice| signed(goods::licences(dice))),
    ("procurement", 10, |w, dice| signed(contracts::procurement(w, dice))),
    ("money", 18, money::money),
    ("tender", 7, tender::tender),
    ("agreements", 6, agreements::agreements),
    ("movement", 12, movement::movement),
    ("materiel", 6, materiel::materiel),
    ("support", 3, materiel::support),
    ("governance", 6, governance::governance),
    ("closing", 14, closing::closing),
    ("waiting", 4, sign_something),
];

pub(super) fn families() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().map(|(family, _, _)| *family)
}

fn signed(idea: (Who, Draft)) -> Option<Idea> {
    Some(key_and_draft(idea))
}

/// An act that fits the state more or less: its family, its author, its event. `last` is the family of the act before:
/// mostly things go on where they were.
pub(super) fn act(w: &World, last: Option<&str>, dice: &mut Dice) -> (&'static str, PublicKey, Draft) {
    let begun = FAMILIES.iter().find(|(family, ..)| Some(*family) == last).filter(|_| dice.roll(4) > 0);
    let chosen = match begun {
        Some(family) => family,
        None => any_family(dice),
    };
    let again = [chosen, chosen, chosen, any_family(dice), any_family(dice)];
    let mut ideas = again.iter().filter_map(|family| Some((family.0, (family.2)(w, dice)?)));
    let idea = ideas.next();
    let (family, (author, draft)) =
        idea.unwrap_or_else(|| ("register", key_and_draft(goods::goods(w, dice))));
    let author = match dice.roll(16) {
        // Now and then another officer signs.
        0 => key_of((dice.party(), [PBO, FIN, MIN][dice.roll(3)])),
        1..=5 => {
            let keeper = PARTIES.into_iter().find(|party| author == key_of((party, PBO))).map(second_keeper);
            keeper.filter(|key| w.state.signing_officer(key, w.now).is_ok()).unwrap_or(author)
        }
        _ => author,
    };
    (family, author, draft)
}

fn key_and_draft((who, draft): (Who, Draft)) -> Idea {
    (key_of(who), draft)
}

fn any_family(dice: &mut Dice) -> &'static (&'static str, usize, Generator) {
    let mut left = dice.roll(FAMILIES.iter().map(|(_, weight, _)| weight).sum());
    for family in FAMILIES {
        if left < family.1 {
            return family;
        }
        left -= family.1;
    }
    &FAMILIES[0]
}

/// An officer who can give a signature.
fn officer_for(signer: &Signer) -> Who {
    let party = match signer.side {
        Side::Of(party) => code(party),
        Side::OtherThan(party) => PARTIES.into_iter().find(|other| *other != party.as_str()).unwrap_or(EE),
    };
    (party, signer.roles[signer.roles.len() - 1])
}

fn sign_something(w: &World, dice: &mut Dice) -> Option<Idea> {
    let (entry, pending) = dice.recent(w.state.pending(), 10)?;
    let signer = &pending.missing[dice.roll(pending.missing.len())];
    let draft = if dice.roll(5) == 0 { refusal(*entry) } else { countersign(*entry) };
    by(officer_for(signer), draft)
}

/// The founded ledger with agreed clocks, borders, a framework, a programme with contracts, and something in every
/// depot.
pub(super) fn beginning() -> World {
    use crate::rules::{materiel_drafts, money_drafts, tender_drafts};

    let mut w = World::empty();
    w.awarded("P-2");
    w.list_borders();
    w.funded("P-2");
    w.accept(
        (EE, PCO),
        tender_drafts::framework("F-0", "T-1").with("extensions", serde_json::json!(["2032-02-28"])),
    );
    w.contracted("P-1", "C-0");
    w.accept((EE, PCO), money_drafts::supply("C-0"));
    for party in PARTIES {
        w.agree(
            &[(party, ROOT), (if party == EE { LV } else { EE }, ROOT)],
            enrol(second_keeper(party), party, PBO),
        );
        w.accept((party, PBO), register(&of(ROUNDS, "40 EA"), party));
        w.accept((party, PBO), register_ammunition(&of(SHELLS, "40 EA"), party));
        w.accept((party, PBO), register(&of(FUEL, "100.5 LTR"), party));
    }
    for (party, witness) in [(EE, LV), (LV, LT), (LT, EE)] {
        w.agree(&[(party, ROOT), (witness, ROOT)], enrol(key_of((party, REC)), party, REC));
    }
    w.agree(&[(EE, MIN), (LV, MIN), (LT, MIN)], tolerances());
    w.accept((EE, PBO), register(GUN2, EE));
    for item in [materiel_drafts::VEHICLE, materiel_drafts::TURRET, materiel_drafts::RADIO] {
        w.accept((LV, PBO), register(item, LV));
    }
    for (from, to) in [(EE, LV), (LV, EE), (LT, EE)] {
        w.accept((from, LIC), licence(&format!("LIC-{from}-{to}"), from, to));
    }
    w.forget();
    w
}

/// The dice of so many steps.
pub(super) fn steps(count: usize) -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(vec(any::<u8>(), DICE), count)
}

/// What was tried.
#[derive(Default, Debug)]
pub(super) struct Tally {
    /// The family of the last act.
    pub(super) last: Option<&'static str>,
    /// By family: how many acts were tried, and how many accepted.
    pub(super) families: BTreeMap<&'static str, (u32, u32)>,
    /// What refused, by family.
    pub(super) rules: BTreeMap<&'static str, BTreeSet<Rule>>,
}

/// Who may sign an act that waits.
fn next_signer(w: &World, entry: u64) -> Option<Who> {
    let (_, pending) = w.state.pending().find(|(waiting, _)| **waiting == entry)?;
    pending.missing.first().map(officer_for)
}

/// What stands where, and whose it is.
fn held(w: &World) -> Vec<String> {
    w.state.items().map(|(id, stock)| format!("{id}: {:?}", stock.positions)).collect()
}

/// Plays one step: time goes on, somebody records something, and mostly those asked for it sign.
fn step(w: &mut World, mut dice: Dice, tally: &mut Tally) {
    match dice.roll(128) {
        0..=2 => w.now = w.now.later_by(HOUR * (1 + dice.roll(12) as u64)),
        3 => w.now = w.now.later_by(DAY * (1 + dice.roll(4) as u64)),
        _ => {}
    }
    let (family, author, draft) = act(w, tally.last, &mut dice);
    tally.last = Some(family);
    let act = act_by(w, author, &draft);
    let entry = act.seq;
    let (tried, accepted) = tally.families.entry(family).or_default();
    *tried += 1;
    let before = (family == "movement").then(|| held(w));
    match w.record(act) {
        Ok(_) => {
            *accepted += 1;
            let same = before.is_none_or(|before| before == held(w));
            assert!(same, "M09: {draft:?} changes who owns or holds something");
        }
        Err(no) => {
            tally.rules.entry(family).or_default().insert(no.rule);
            return;
        }
    }
    if dice.roll(6) == 0 {
        return;
    }
    while let Some(who) = next_signer(w, entry) {
        let signature = w.act_with(who, &[countersign(entry)], all_documents());
        if w.record(signature).is_err() {
            return;
        }
    }
}

/// The act at the next position, signed with this key.
pub(super) fn act_by(w: &World, author: PublicKey, draft: &Draft) -> RecordedAct {
    let mut act = w.act_with((EE, PBO), std::slice::from_ref(draft), all_documents());
    act.author = author;
    act
}

/// Plays the steps.
pub(super) fn play(w: &mut World, steps: Vec<Vec<u8>>, tally: &mut Tally) {
    for dice in steps {
        step(w, Dice::new(dice), tally);
    }
}
