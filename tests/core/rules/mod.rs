//! Every rule refuses something, and lets the nearest lawful act pass; every kind of event does what it says.
//!
//! Each test is a [`scenario!`]: it names the rules that refuse in it and the kinds of event that take effect in
//! it, and fails when the story does not show them. So the lists at the end of the files, from which the tests
//! below are fed, cannot promise what no test keeps.

mod drafts;
mod invariants;
pub(crate) mod world;

pub(crate) mod books_drafts;
pub(crate) mod consent_drafts;
pub(crate) mod governance_drafts;
pub(crate) mod materiel_drafts;
pub(crate) mod money_drafts;
pub(crate) mod movement_drafts;
pub(crate) mod tender_drafts;

mod acts;
mod amendment;
mod books;
mod consent;
mod consignment;
mod correction;
mod engagement;
mod governance;
mod journey;
mod keys;
mod licence;
mod materiel;
mod money;
mod movement;
mod officers;
mod period;
mod procurement;
mod register;
mod settlement;
mod status;
mod support;
mod tender;
mod transfer;

use std::collections::BTreeSet;

use ledger_core::domain::{Event, Rule};

/// What a test shows.
pub(crate) struct Scenario {
    test: &'static str,
    rules: &'static [Rule],
    events: &'static [&'static str],
}

/// Defines a test in a fresh [`world::World`]: its name, the rules that refuse in it, the kinds of event that take
/// effect in it, the story.
macro_rules! scenario {
    ($name:ident, [$($rule:ident),*], [$($event:ident),*], |$world:ident| $story:block) => {
        mod $name {
            pub(super) const SCENARIO: crate::rules::Scenario = crate::rules::Scenario {
                test: stringify!($name),
                rules: &[$(ledger_core::domain::Rule::$rule),*],
                events: &[$(stringify!($event)),*],
            };
        }

        #[test]
        fn $name() {
            let mut world = crate::rules::world::World::new();
            #[allow(unused_variables, reason = "a story may begin in a world of its own")]
            let $world = &mut world;
            $story
            world.has_shown($name::SCENARIO.rules, $name::SCENARIO.events);
        }
    };
}
use scenario;

/// The scenarios of a file.
macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        pub(super) const SCENARIOS: &[crate::rules::Scenario] = &[$($name::SCENARIO),*];
    };
}
use scenarios;

const ALL: &[&[Scenario]] = &[
    acts::SCENARIOS,
    amendment::SCENARIOS,
    books::SCENARIOS,
    consent::SCENARIOS,
    consignment::SCENARIOS,
    correction::SCENARIOS,
    engagement::SCENARIOS,
    governance::SCENARIOS,
    journey::SCENARIOS,
    keys::SCENARIOS,
    licence::SCENARIOS,
    materiel::SCENARIOS,
    money::SCENARIOS,
    movement::SCENARIOS,
    officers::SCENARIOS,
    period::SCENARIOS,
    procurement::SCENARIOS,
    register::SCENARIOS,
    settlement::SCENARIOS,
    status::SCENARIOS,
    support::SCENARIOS,
    tender::SCENARIOS,
    transfer::SCENARIOS,
];

fn listed() -> impl Iterator<Item = &'static Scenario> {
    ALL.iter().copied().flatten()
}

#[test]
fn every_rule_refuses_something_in_a_test() {
    let shown: BTreeSet<Rule> = listed().flat_map(|scenario| scenario.rules).copied().collect();
    let missing: Vec<_> = Rule::ALL.iter().filter(|(_, rule)| !shown.contains(rule)).collect();
    assert!(missing.is_empty(), "no test refuses by {missing:?}");
}

#[test]
fn every_kind_of_event_takes_effect_in_a_test() {
    let shown: BTreeSet<&str> = listed().flat_map(|scenario| scenario.events).copied().collect();
    let missing: Vec<_> = Event::CATALOGUE.iter().filter(|(_, name)| !shown.contains(name)).collect();
    assert!(missing.is_empty(), "no test accepts {missing:?}");
    let known: BTreeSet<&str> = Event::CATALOGUE.iter().map(|(_, name)| *name).collect();
    assert!(shown.is_subset(&known), "tests promise kinds that do not exist");
}

#[test]
fn every_scenario_is_named_once() {
    let mut names = BTreeSet::new();
    for scenario in listed() {
        assert!(names.insert(scenario.test), "{} is listed twice", scenario.test);
    }
}
