//! Fairness, with fixed seeds: what is computed here is the same every time, so nothing is flaky.

use std::collections::BTreeSet;

use ledger_core::ledger::sample::draw::DrawError;
use ledger_core::ledger::sample::{Method, Why};

use super::{acts, payments, seed};

fn numbers(method: Method, population: &ledger_core::ledger::sample::Population, number: u64) -> Vec<u64> {
    method.draw(population, seed(number)).unwrap().into_iter().map(|drawn| drawn.number).collect()
}

/// χ² over `counts` that all should be `expected`, times `expected`: a whole number.
fn scaled_chi_square(counts: &[u64], expected: u64) -> u64 {
    counts.iter().map(|count| count.abs_diff(expected).pow(2)).sum()
}

#[test]
fn each_member_is_as_likely_as_any_other() {
    // 2,000 samples of 10 of 40: each member is expected 500 times.
    let (population, method) = (acts(40), Method::Random { count: 10 });
    let mut counts = vec![0; 40];
    for draw in 0..2_000 {
        let drawn = numbers(method, &population, draw);
        assert_eq!(drawn.len(), 10);
        assert!(drawn.is_sorted_by(|a, b| a < b), "in the order of the population, each once");
        drawn.iter().for_each(|number| counts[*number as usize] += 1);
    }
    // Of a sample without replacement χ² is smaller by (40 − 10) / 39; 72.1 is the 99.9 % point for 39 degrees of freedom.
    let scaled = scaled_chi_square(&counts, 500);
    assert!(scaled * 39 < 72 * 500 * 30, "{scaled}: {counts:?}");
    assert!(scaled > 500, "too even to be chance: {counts:?}");
}

#[test]
fn each_place_in_the_order_of_drawing_is_fair_too() {
    // Who is drawn first of 7: 7,000 draws.
    let mut counts = vec![0; 7];
    for draw in 0..7_000 {
        let drawn = Method::Random { count: 1 }.draw(&acts(7), seed(draw)).unwrap();
        counts[drawn[0].number as usize] += 1;
    }
    // 22.5 is the 99.9 % point of χ² for 6 degrees of freedom.
    assert!(scaled_chi_square(&counts, 1_000) < 22_500, "{counts:?}");
}

#[test]
fn each_unit_of_money_is_as_likely_as_any_other() {
    // 20 units, 4 hits: each unit is expected in one sample of five. Which units those are, the reasons say.
    let population = payments(&[3, 1, 7, 0, 2, 7], "EUR");
    let mut counts = vec![0_u64; 20];
    for draw in 0..5_000 {
        for drawn in (Method::MonetaryUnit { count: 4 }).draw(&population, seed(draw)).unwrap() {
            for why in drawn.why {
                let (Why::Unit { unit, .. } | Why::Certain { unit, .. }) = why else { panic!("{why:?}") };
                counts[unit.parse::<usize>().unwrap()] += 1;
            }
        }
    }
    assert_eq!(counts.iter().sum::<u64>(), 20_000);
    // Units five apart come together, so there are five cells of 1,000; 18.5 is the 99.9 % point for 4 degrees.
    for cell in counts.chunks(5).map(<[u64]>::to_vec) {
        assert_eq!(cell, counts[..5], "the hits lie exactly five units apart");
    }
    assert!(scaled_chi_square(&counts[..5], 1_000) < 18_500, "{counts:?}");
}

#[test]
fn a_larger_sample_has_the_smaller_one_in_it() {
    let population = acts(500);
    let mut before = BTreeSet::new();
    for count in [1, 2, 10, 100, 499, 500, 501] {
        let drawn: BTreeSet<u64> = numbers(Method::Random { count }, &population, 1).into_iter().collect();
        assert!(drawn.is_superset(&before));
        assert_eq!(drawn.len() as u64, count.min(500));
        before = drawn;
    }
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let draw = |method: Method, population: &ledger_core::ledger::sample::Population| {
        method.draw(population, seed(0)).unwrap_err()
    };
    assert_eq!(draw(Method::Random { count: 1 }, &acts(0)), DrawError::Empty);
    assert_eq!(draw(Method::Random { count: 0 }, &acts(1)), DrawError::Count(0));
    assert_eq!(draw(Method::MonetaryUnit { count: 1_000_001 }, &acts(1)), DrawError::Count(1_000_001));
    assert_eq!(draw(Method::MonetaryUnit { count: 1 }, &acts(1)), DrawError::NoAmount(0));
    assert_eq!(
        draw(Method::MonetaryUnit { count: 1 }, &payments(&[0, 0], "EUR")),
        DrawError::Nothing("EUR".parse().unwrap())
    );
    assert_eq!((Method::All {}).draw(&acts(0), seed(0)), Ok(vec![]), "that there is none is an answer");
}

#[test]
fn amounts_as_large_as_there_are_do_not_overflow() {
    let most = u64::try_from(i64::MAX).unwrap();
    let population = payments(&[most; 50], "EUR");
    let drawn = (Method::MonetaryUnit { count: 1_000_000 }).draw(&population, seed(3)).unwrap();
    assert_eq!(drawn.len(), 50);
    assert_eq!(drawn.iter().map(|drawn| drawn.why.len()).sum::<usize>(), 1_000_000);
}
