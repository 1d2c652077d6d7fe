//! Laws of drawing, for any population.

use std::collections::BTreeSet;

use ledger_core::domain::money::{Currency, Money};
use ledger_core::ledger::sample::{Drawn, Member, Method, Population, Why};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{acts, seed};

fn population() -> impl Strategy<Value = Population> {
    let currency = prop_oneof![Just("EUR"), Just("USD"), Just("JPY")];
    vec((0_u64..30, prop_oneof![0_u64..20, 0_u64..1_000_000_000], currency), 1..40).prop_map(|rows| {
        let members = rows.into_iter().map(|(entry, minor, currency)| Member {
            entry,
            index: 0,
            amount: Some(Money::new(minor, currency.parse().unwrap()).unwrap()),
            what: format!("payment of {minor}"),
        });
        Population::new(members.collect())
    })
}

/// The hits in one currency: which unit belongs to which member.
fn hits(population: &Population, drawn: &[Drawn], currency: Currency) -> Vec<(u64, u128, u64)> {
    let mut hits = Vec::new();
    for one in drawn {
        if population.member(one.number).unwrap().amount.unwrap().currency() == currency {
            for why in &one.why {
                let (Why::Unit { hit, unit } | Why::Certain { hit, unit }) = why else { panic!("{why:?}") };
                hits.push((*hit, unit.parse().unwrap(), one.number));
            }
        }
    }
    hits
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn units_of_money(population in population(), count in 1_u64..60, number: u64) {
        let totals = population.totals().unwrap();
        let method = Method::MonetaryUnit { count };
        if totals.values().any(|total| *total == 0) {
            prop_assert!(method.draw(&population, seed(number)).is_err());
            return Ok(());
        }
        let drawn = method.draw(&population, seed(number)).unwrap();
        prop_assert!(drawn.is_sorted_by(|a, b| a.number < b.number));
        for (currency, total) in totals {
            let hits = hits(&population, &drawn, currency);
            // As many hits as were asked for, in their order, at most ⌈total/count⌉ units apart.
            prop_assert_eq!(hits.iter().map(|hit| hit.0).collect::<Vec<_>>(), (1..=count).collect::<Vec<_>>());
            let interval = total.div_ceil(u128::from(count));
            for pair in hits.windows(2) {
                prop_assert!(pair[1].1 - pair[0].1 <= interval && pair[1].1 - pair[0].1 + 1 >= interval);
            }
            // Each belongs to the member in whose part of the total it lies, and a large member is certain.
            let drawn: BTreeSet<u64> = hits.iter().map(|hit| hit.2).collect();
            let mut start = 0_u128;
            for (number, member) in (0..).zip(population.members()) {
                let amount = member.amount.unwrap();
                if amount.currency() != currency {
                    continue;
                }
                let minor = u128::from(amount.minor());
                for (_, unit, _) in hits.iter().filter(|hit| hit.2 == number) {
                    prop_assert!((start..start + minor).contains(unit));
                }
                prop_assert!(minor < interval || drawn.contains(&number), "{minor} of {total}");
                start += minor;
            }
            prop_assert_eq!(start, total);
        }
    }

    #[test]
    fn another_root_gives_another_sample(number: u64) {
        let population = acts(1_000);
        let method = Method::Random { count: 20 };
        let drawn = method.draw(&population, seed(number)).unwrap();
        prop_assert_eq!(&method.draw(&population, seed(number)).unwrap(), &drawn);
        // Two samples of 20 of 1,000 are the same once in 10^41.
        prop_assert_ne!(&method.draw(&population, seed(number.wrapping_add(1))).unwrap(), &drawn);
    }

    #[test]
    fn a_list_is_read_as_it_was_written(population in population()) {
        let list = population.list();
        let read = Population::parse(&list).unwrap();
        prop_assert_eq!(&read, &population);
        prop_assert_eq!(read.list(), list);
        prop_assert!(population.members().is_sorted_by(|a, b| (a.entry, a.index) < (b.entry, b.index)));
    }

    #[test]
    fn any_bytes_are_a_list_in_one_form_or_none(text in "([0-9]{1,3}\t){2}(-\t-|[0-9]{1,4}\tEUR)\t[a-z]{0,3}\n?") {
        if let Ok(read) = Population::parse(&text) {
            prop_assert_eq!(read.list(), text);
        }
    }
}
