//! The proven time of an entry: what cosignatures say, whoever lies about his.

use ledger_core::domain::{Party, Timestamp};
use ledger_core::ledger::interval::{Contradiction, Interval, Sightings};
use proptest::collection::vec;
use proptest::prelude::any;

use crate::laws::law;

fn party(number: usize) -> Party {
    ["EE", "LV", "LT", "SE", "FI"][number].parse().unwrap()
}

fn sightings(cosignatures: &[(u64, usize, u64)]) -> Sightings {
    Sightings::new(cosignatures.iter().map(|(size, who, time)| (*size, party(*who), *time)))
}

fn bounds(not_before: Option<u64>, not_after: Option<u64>) -> Interval {
    Interval { not_before, not_after }
}

#[test]
fn nobody_proves_nothing() {
    assert_eq!(Sightings::default().interval(0, 0), bounds(None, None));
    assert_eq!(sightings(&[]).interval(7, 0), bounds(None, None));
}

#[test]
fn an_entry_is_in_a_tree_that_is_larger_than_its_position() {
    let one = sightings(&[(10, 0, 100), (20, 0, 200)]);
    assert_eq!(one.interval(9, 0), bounds(None, Some(100)));
    assert_eq!(one.interval(10, 0), bounds(Some(100), Some(200)));
    assert_eq!(one.interval(19, 0), bounds(Some(100), Some(200)));
    assert_eq!(one.interval(20, 0), bounds(Some(200), None));
    assert_eq!(one.interval(u64::MAX, 0), bounds(Some(200), None));
    assert_eq!(one.interval(10, 1), bounds(Some(100), None), "the one who says it may lie");
}

#[test]
fn the_sightings_of_several_checkpoints_of_one_ministry_are_one_sighting() {
    // EE saw it at 150 in a larger tree before it cosigned a smaller one that contains it too.
    let one = sightings(&[(30, 0, 150), (20, 0, 200), (10, 0, 90), (5, 0, 120), (10, 0, 80)]);
    assert_eq!(one.interval(15, 0), bounds(Some(120), Some(150)));
    assert_eq!(one.interval(15, 1), bounds(Some(120), None), "one ministry, however often it cosigned");
}

#[test]
fn with_a_liar_the_second_ministry_counts() {
    let three = sightings(&[(10, 0, 100), (10, 1, 110), (10, 2, 130), (5, 0, 70), (5, 1, 50), (5, 2, 60)]);
    assert_eq!(three.interval(7, 0), bounds(Some(50), Some(100)));
    assert_eq!(three.interval(7, 1), bounds(Some(50), Some(110)));
    assert_eq!(three.interval(7, 2), bounds(Some(50), Some(130)));
    assert_eq!(three.interval(7, 3), bounds(Some(50), None));
    // A ministry that never cosigned a tree without the entry may have known it ever since.
    let two = sightings(&[(10, 0, 100), (10, 1, 110), (5, 0, 70)]);
    assert_eq!(two.interval(7, 0), bounds(None, Some(100)));
}

#[test]
fn a_ministry_that_was_cut_off_makes_no_honest_entry_look_false() {
    // LV has seen the entry at 100, EE cosigns the old tree at 300 because nobody brought it a newer one.
    let apart = sightings(&[(5, 0, 50), (5, 1, 50), (10, 1, 100), (5, 0, 300), (10, 0, 400)]);
    let interval = apart.interval(7, 0);
    assert_eq!(interval, bounds(Some(50), Some(100)));
    assert_eq!(interval.contradicts(Timestamp::from_millis(99_000).unwrap(), 0), None);
}

#[test]
fn a_claim_outside_by_more_than_the_skew_is_contradicted() {
    let at = |millis| Timestamp::from_millis(millis).unwrap();
    let interval = bounds(Some(100), Some(200));
    let contradicts = |millis, skew| interval.contradicts(at(millis), skew);
    for (millis, skew) in [(100_000, 0), (150_000, 0), (200_999, 0), (99_000, 1_000), (201_999, 1_000)] {
        assert_eq!(contradicts(millis, skew), None, "{millis} {skew}");
    }
    let late = Contradiction::ShownLate { claimed: at(99_999), not_before: at(100_000) };
    assert_eq!(contradicts(99_999, 0), Some(late));
    assert!(matches!(contradicts(98_999, 1_000), Some(Contradiction::ShownLate { .. })));
    let seen = Contradiction::SeenBefore { claimed: at(201_000), not_after: at(200_000) };
    assert_eq!(contradicts(201_000, 0), Some(seen));
    assert!(matches!(contradicts(202_000, 1_000), Some(Contradiction::SeenBefore { .. })));
    assert_eq!(
        seen.to_string(),
        "it says that it was recorded at 1970-01-01T00:03:21Z, but ministries had cosigned it by 1970-01-01T00:03:20Z \
         already: the time is false"
    );
    assert!(late.to_string().ends_with("it was written later than it says, or kept back"), "{late}");

    // Bounds that are not there, and such as only a liar gives.
    assert_eq!(bounds(None, None).contradicts(at(0), 0), None);
    assert_eq!(bounds(None, Some(u64::MAX)).contradicts(at(253_402_128_000_000), 0), None);
    assert_eq!(bounds(Some(0), None).contradicts(at(0), u64::MAX), None);
    let ever = bounds(Some(u64::MAX), None).contradicts(at(5), 5);
    assert!(matches!(ever, Some(Contradiction::ShownLate { .. })), "{ever:?}");
}

/// The definition, without anything prepared.
fn defined(cosignatures: &[(u64, usize, u64)], entry: u64, liars: usize) -> Interval {
    let cosigners: Vec<usize> =
        (0..5).filter(|who| cosignatures.iter().any(|(_, by, _)| by == who)).collect();
    let of = |who: usize| cosignatures.iter().filter(move |(_, by, _)| *by == who);
    let mut seen: Vec<u64> = cosigners
        .iter()
        .filter_map(|who| of(*who).filter(|(size, _, _)| *size > entry).map(|(_, _, time)| *time).min())
        .collect();
    seen.sort();
    let unseen = cosigners
        .iter()
        .map(|who| of(*who).filter(|(size, _, _)| *size <= entry).map(|(_, _, time)| *time).max());
    bounds(unseen.min().flatten(), seen.get(liars).copied())
}

#[test]
fn is_what_the_definition_says() {
    let cosignatures = vec((0..12_u64, 0..5_usize, 0..50_u64), 0..25);
    law(2_000, (cosignatures, 0..13_u64, 0..4_usize), |(cosignatures, entry, liars)| {
        let interval = sightings(&cosignatures).interval(entry, liars);
        assert_eq!(interval, defined(&cosignatures, entry, liars));
    });
}

#[test]
fn holds_the_truth_whatever_liars_say() {
    // Entry i is written at time 10·i by EE, which is honest, has it at once and cosigns what it has. Other honest
    // ministries get it after a while of their own; they cosign at times of their own.
    let cosigned = vec((0..3_usize, 0..200_u64), 1..20);
    let lies = vec((3..5_usize, 0..20_u64, 0..300_u64), 0..10);
    law(2_000, (cosigned, vec(0..80_u64, 3), lies, any::<bool>()), |(cosigned, delays, lies, present)| {
        let size_at = |who: usize, time: u64| match who {
            0 => Some(time / 10 + 1),
            _ => time.checked_sub(delays[who]).map(|time| time / 10 + 1),
        };
        let mut cosignatures: Vec<_> =
            cosigned.iter().map(|(who, time)| (size_at(*who, *time).unwrap_or(0), *who, *time)).collect();
        // EE is a witness.
        cosignatures.push((size_at(0, 95).unwrap(), 0, 95));
        if present {
            cosignatures.extend(lies.iter().map(|(who, size, time)| (*size, *who, *time)));
        }
        let sightings = sightings(&cosignatures);
        for entry in 0..22 {
            let interval = sightings.interval(entry, 2);
            let written = Timestamp::from_millis(entry * 10 * 1_000).unwrap();
            assert_eq!(interval.contradicts(written, 0), None, "entry {entry}: {interval:?}");
            if let (Some(not_before), Some(not_after)) = (interval.not_before, interval.not_after) {
                assert!(not_before <= not_after, "entry {entry}: {interval:?}");
            }
        }
    });
}

#[test]
#[ignore = "measures; run it in release"]
#[allow(clippy::disallowed_methods, reason = "a measurement needs a clock")]
fn a_million_entries_cost_a_moment() {
    let cosignatures = (0..30_000_u64).map(|at| (at * 34, at as usize % 3, at));
    let sightings = Sightings::new(cosignatures.map(|(size, who, time)| (size, party(who), time)));
    let start = std::time::Instant::now();
    let proven = (0..1_000_000).filter(|entry| sightings.interval(*entry, 1).not_after.is_some()).count();
    println!("1,000,000 intervals of 30,000 cosignatures: {:?}", start.elapsed());
    assert!(proven > 999_000, "{proven}");
}
