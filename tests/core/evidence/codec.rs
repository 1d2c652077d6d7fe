//! Strict decoding: nothing but an entry's own bytes is that entry.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use ledger_core::domain::Event;
use ledger_core::ledger::codec::{CodecError, decode_body, encode_body};
use ledger_core::ledger::entry::MAX_ENTRY_BYTES;
use ledger_core::ledger::finding::Flaw;
use ledger_core::ledger::tip::Expectations;
use ledger_core::ledger::{RawEntry, Signatures};
use proptest::prelude::*;

use super::fixtures::audit;
use super::small::{Sound, sound};
use super::vectors::{frozen_bytes, greatest};
use super::world::{World, body, sign_body};

/// The vectors that the slow tests look at: for each kind of event the shortest one with it.
/// The two of many thousand bytes are not among them.
fn short_vectors() -> Vec<Vec<u8>> {
    static SHORT: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
        let mut seen = BTreeSet::new();
        let mut all = frozen_bytes();
        all.sort_by_key(Vec::len);
        all.retain(|bytes| {
            let events = decode_body(body(bytes)).unwrap().act.events;
            bytes.len() < 5_000 && events.iter().fold(false, |new, event| seen.insert(event.name()) | new)
        });
        assert_eq!(seen.len(), Event::CATALOGUE.len());
        all
    });
    SHORT.clone()
}

/// Whatever decodes is written in the same bytes again.
fn decodes_only_its_own(bytes: &[u8]) -> Result<bool, TestCaseError> {
    match decode_body(bytes) {
        Ok(body) => {
            prop_assert_eq!(encode_body(&body).unwrap(), bytes);
            Ok(true)
        }
        Err(CodecError::Malformed(_) | CodecError::NotCanonical(_) | CodecError::TooLong) => Ok(false),
    }
}

#[test]
fn no_prefix_of_a_body_is_a_body() {
    for bytes in frozen_bytes() {
        let body = body(&bytes);
        let step = (body.len() / 700).max(1);
        for length in (0..body.len()).step_by(step).chain(body.len().saturating_sub(70)..body.len()) {
            let error = decode_body(&body[..length]).unwrap_err();
            assert!(matches!(error, CodecError::Malformed(_)), "{length} of {}: {error}", body.len());
        }
    }
}

#[test]
fn no_prefix_of_an_entry_is_an_entry() {
    for bytes in short_vectors() {
        for length in 0..bytes.len() {
            let raw = RawEntry::new(bytes[..length].to_vec());
            let flaw = raw.open(Signatures::Verify).unwrap_err().flaw;
            let expected = if length < 64 { Flaw::Size } else { Flaw::Encoding };
            assert_eq!(flaw, expected, "{length} of {}", bytes.len());
        }
    }
}

#[test]
fn no_byte_may_follow_behind_a_body() {
    for bytes in short_vectors() {
        for more in 0..=255 {
            let longer = [body(&bytes), &[more]].concat();
            let error = decode_body(&longer).unwrap_err();
            assert!(matches!(&error, CodecError::NotCanonical(why) if why.contains("follow")), "{error}");
        }
    }
}

#[test]
fn a_byte_behind_an_entry_is_a_flaw() {
    for bytes in short_vectors() {
        let raw = RawEntry::new([&bytes[..], &[0]].concat());
        assert!(matches!(
            raw.open(Signatures::Verify).unwrap_err().flaw,
            Flaw::NotCanonical | Flaw::Encoding
        ));
    }
}

#[test]
fn every_flipped_bit_of_a_small_ledger_is_found_at_its_entry_or_the_next() {
    // Built so that no entry leans on one before it but the keys, and those stand before the flipped ones.
    let Sound { entries, anchor, charter } = sound();
    let expected = Expectations { charter: Some(charter), now: None };
    for at in [0, 1, 13, entries.len() - 1] {
        for byte in 0..entries[at].len() {
            // Every bit of every byte is tried in the next test, by the entry alone; here one of each byte.
            let mut bad = entries.clone();
            bad[at][byte] ^= 1 << (byte % 8);
            let findings = audit(&bad, anchor, expected);
            let first = findings.first().unwrap_or_else(|| panic!("byte {byte} of entry {at} is silent"));
            assert_eq!(first.entry, at as u64, "byte {byte}: {first}");
        }
    }
}

#[test]
fn every_flipped_bit_of_an_entry_is_a_flaw_of_that_entry_alone() {
    let vectors: Vec<Vec<u8>> = short_vectors().into_iter().step_by(9).collect();
    for bytes in vectors {
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let flaw = RawEntry::new(bad).open(Signatures::Verify).unwrap_err().flaw;
            let expected = [Flaw::Encoding, Flaw::NotCanonical, Flaw::Signature];
            assert!(expected.contains(&flaw), "bit {bit}: {flaw}");
        }
    }
}

#[test]
fn whatever_a_flipped_bit_makes_of_an_event_is_its_own_encoding() {
    // Behind what all bodies have in common: version, origin, number, link, time, author and the act's id.
    let behind = front().len();
    let mut decoded = 0;
    for bytes in short_vectors() {
        let mut bad = body(&bytes).to_vec();
        for bit in behind * 8..bad.len() * 8 {
            bad[bit / 8] ^= 1 << (bit % 8);
            decoded += usize::from(decodes_only_its_own(&bad).unwrap());
            bad[bit / 8] ^= 1 << (bit % 8);
        }
    }
    assert!(decoded > 10_000, "{decoded} other bodies");
}

#[test]
fn a_flipped_bit_in_the_greatest_entry_is_found() {
    let greatest = greatest();
    for byte in (0..greatest.len()).step_by(1_009).chain(greatest.len() - 64..greatest.len()) {
        let mut bad = greatest.clone();
        bad[byte] ^= 0x40;
        assert!(RawEntry::new(bad).open(Signatures::Verify).is_err(), "byte {byte}");
    }
}

/// Everything before the documents in a body.
fn front() -> Vec<u8> {
    let mut world = World::new();
    world.enrol(&["EE PBO"], "LV ROOT");
    let bytes = world.entries().pop().unwrap();
    bytes[..2 + 2 + 18 + 8 + 32 + 8 + 32 + 16].to_vec()
}

#[test]
#[allow(clippy::disallowed_methods, reason = "what is promised here is an end in good time")]
fn a_hostile_count_ends_where_the_bytes_end() {
    let most = [0xff, 0xff];
    let hostile = [
        // 65,535 documents, of which none is there.
        [&front()[..], &most].concat(),
        // 65,535 events.
        [&front()[..], &[0, 0], &most].concat(),
        // A charter of 65,535 parties behind a purpose of one letter.
        [&front()[..], &[0, 0, 0, 1, 0, 1], &[0; 8], &[0, 1, b'o', 0, 1, b'p'], &most].concat(),
        // An identifier of 65,535 bytes.
        [&[0, 1][..], &most].concat(),
        // Text of 65,535 bytes, and of 8,000 of which none is there.
        [&front()[..], &[0, 0, 0, 1, 0, 4], &[0; 8], &[0; 32], &most].concat(),
        [&front()[..], &[0, 0, 0, 1, 0, 4], &[0; 8], &[0; 32], &[0x1f, 0x40]].concat(),
    ];
    let begun = Instant::now();
    for bytes in &hostile {
        for _ in 0..100 {
            let error = decode_body(bytes).unwrap_err();
            assert!(matches!(&error, CodecError::Malformed(_)), "{error}");
            let raw = RawEntry::new(sign_body(bytes, "EE PBO"));
            assert_eq!(raw.open(Signatures::Verify).unwrap_err().flaw, Flaw::Encoding);
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn counts_that_are_true_up_to_the_last_byte_are_still_too_many() {
    // As many serial items as fit, each as short as can be, under a count of one more.
    let item = [&[1][..], b"0AA1J", &[0, 1, b'p', 0, 1, b's']].concat();
    let front = [&front()[..], &[0, 0, 0, 1, 0x02, 0x07], &[0; 8], &[0, 1, b't']].concat();
    let room = (MAX_ENTRY_BYTES - front.len() - 2) / item.len();
    let count = u16::try_from(room + 1).unwrap().to_be_bytes();
    let bytes = [&front[..], &count, &item.repeat(room)].concat();
    assert!(bytes.len() <= MAX_ENTRY_BYTES);
    assert!(matches!(decode_body(&bytes), Err(CodecError::Malformed(_))));
}

#[test]
fn more_than_an_entry_may_have_is_not_even_looked_at() {
    assert_eq!(decode_body(&vec![0; MAX_ENTRY_BYTES + 1]), Err(CodecError::TooLong));
}

#[test]
fn what_does_not_fit_into_an_entry_is_not_encoded() {
    let mut body = decode_body(body(&frozen_bytes()[20])).unwrap();
    let event = body.act.events[0].clone();
    body.act.events = vec![event; 2_000];
    assert!(encode_body(&body) == Err(CodecError::TooLong));
    body.act.events.truncate(1);
    body.act.events = vec![body.act.events[0].clone(); 70_000];
    assert!(encode_body(&body) == Err(CodecError::TooLong));
}

#[test]
fn an_error_names_the_field_in_which_it_is() {
    let bytes = frozen_bytes();
    let whole = body(&bytes[20]);
    let mut bad = whole.to_vec();
    // The scale of the quantity: 100 with one digit behind the point has a zero at its end.
    bad[169] = 1;
    let words = decode_body(&bad).unwrap_err().to_string();
    assert!(words.starts_with("events: ItemsReserved: items: "), "{words}");
    assert!(words.contains("trailing zeros"), "{words}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        decodes_only_its_own(&bytes)?;
        let _ = RawEntry::new(bytes.clone()).open(Signatures::Verify);
        // Behind a true beginning they come further.
        static FRONT: LazyLock<Vec<u8>> = LazyLock::new(front);
        let deeper = [&FRONT[..], &[0, 0, 0, 1], &bytes].concat();
        decodes_only_its_own(&deeper)?;
    }

    #[test]
    fn what_decodes_is_its_own_encoding(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let vectors = short_vectors();
        let good: &Vec<u8> = which.get(&vectors);
        let mut bytes = body(good).to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        decodes_only_its_own(&bytes)?;
    }

    #[test]
    fn bytes_put_in_or_taken_out_are_never_silent(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        more in prop::collection::vec(any::<u8>(), 0..9),
        fewer in 0_usize..9,
    ) {
        let vectors = short_vectors();
        let good = which.get(&vectors);
        let at = at.index(good.len());
        let end = (at + fewer).min(good.len());
        let bad = [&good[..at], &more, &good[end..]].concat();
        prop_assume!(bad != *good);
        prop_assert!(RawEntry::new(bad).open(Signatures::Verify).is_err());
    }
}
