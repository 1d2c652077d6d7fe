//! The gate and the auditor: each flaw by a crafted entry beside the nearest good one, and what an audit does
//! behind a finding.

use ledger_core::domain::{Act, Digest, Timestamp};
use ledger_core::journal::{flaw_of_store, verify};
use ledger_core::ledger::audit::{Auditor, MAX_FINDINGS};
use ledger_core::ledger::finding::Finding;
use ledger_core::ledger::tip::{Expectations, Flawed, Tip};
use ledger_core::ledger::{Flaw, Head, RawEntry, Signatures};
use ledger_core::store::memory::MemoryStore;
use ledger_core::store::{Anchor, Store, StoreError};
use serde_json::json;

use super::attacks;
use super::fixtures::{Handed, audit};
use super::small::{Sound, registered, sound, sound_with};
use super::world::{Forge, World, act_id, body, charter, events, key, officer, sign_body, time};

/// The tip behind these entries.
fn tip(entries: &[Vec<u8>]) -> Tip {
    let mut tip = Tip::new();
    for bytes in entries {
        let opened = RawEntry::new(bytes.clone()).open(Signatures::Verify).unwrap();
        let entry = tip.check(opened, Expectations::default()).unwrap();
        let admitted = tip.admit(&entry).unwrap();
        tip.advance(&entry, admitted);
    }
    tip
}

/// What the gate says to one more entry.
fn check(tip: &Tip, bytes: &[u8], expected: Expectations) -> Result<(), Vec<Flaw>> {
    let opened = RawEntry::new(bytes.to_vec()).open(Signatures::Verify).map_err(|error| vec![error.flaw])?;
    let flaw = |finding: &Finding| {
        let flaws = Flaw::ALL.iter().map(|(_, flaw)| *flaw);
        flaws.into_iter().find(|flaw| flaw.code() == finding.code.to_string()).unwrap()
    };
    match tip.check(opened, expected) {
        Ok(_) => Ok(()),
        Err(Flawed { first, others }) => Err(std::iter::once(&first).chain(&others).map(flaw).collect()),
    }
}

struct Bench {
    tip: Tip,
    forge: Forge,
}

impl Bench {
    fn new() -> Self {
        let Sound { entries, .. } = sound();
        Self { tip: tip(&entries), forge: Forge::behind(&entries, entries.len()) }
    }

    fn act(&self, label: &str) -> Act {
        let events = events(self.forge.now(), registered("0077"));
        Act { id: act_id(label), documents: Vec::new(), events }
    }

    /// An entry by EE's book keeper under a head that `spoil` may change.
    fn entry(&self, at: Timestamp, spoil: impl FnOnce(&mut Head)) -> Vec<u8> {
        let mut head = self.forge.head.clone();
        spoil(&mut head);
        self.forge.seal(&head, at, self.act("gate"), &officer("EE PBO"))
    }

    fn verdict(&self, bytes: &[u8]) -> Result<(), Vec<Flaw>> {
        check(&self.tip, bytes, Expectations::default())
    }
}

#[test]
fn the_entry_that_fits_passes() {
    let bench = Bench::new();
    assert_eq!(bench.verdict(&bench.entry(bench.forge.now(), |_| {})), Ok(()));
}

#[test]
fn each_false_place_is_its_own_flaw_and_the_nearest_good_one_passes() {
    let bench = Bench::new();
    let now = bench.forge.now();
    let last = bench.tip.head().recorded_at.unwrap();
    let before = Timestamp::from_millis(last.as_millis() - 1).unwrap();
    let other = |head: &mut Head| head.origin = Some("ledger.test/baltic2".parse().unwrap());
    assert_eq!(bench.verdict(&bench.entry(now, other)), Err(vec![Flaw::Origin]));
    for step in [-1, 1] {
        let moved = |head: &mut Head| head.size = head.size.checked_add_signed(step).unwrap();
        assert_eq!(bench.verdict(&bench.entry(now, moved)), Err(vec![Flaw::Sequence]));
    }
    let flipped = |head: &mut Head| {
        let mut link = *head.link.as_bytes();
        link[31] ^= 1;
        head.link = Digest::new(link);
    };
    assert_eq!(bench.verdict(&bench.entry(now, flipped)), Err(vec![Flaw::Link]));
    assert_eq!(bench.verdict(&bench.entry(before, |_| {})), Err(vec![Flaw::TimeBack]));
    assert_eq!(bench.verdict(&bench.entry(last, |_| {})), Ok(()), "the same time is not back");
}

#[test]
fn time_may_be_ahead_of_the_checkers_clock_by_the_skew_and_not_by_a_millisecond_more() {
    let bench = Bench::new();
    let now = bench.forge.now();
    let expected = Expectations { charter: None, now: Some(now) };
    let ahead = |ms| bench.entry(now.later_by(ms), |_| {});
    assert_eq!(check(&bench.tip, &ahead(300_000), expected), Ok(()));
    assert_eq!(check(&bench.tip, &ahead(300_001), expected), Err(vec![Flaw::TimeAhead]));
    assert_eq!(check(&bench.tip, &ahead(300_001), Expectations::default()), Ok(()), "without a clock");
}

#[test]
fn entry_0_is_measured_with_the_skew_of_its_own_charter() {
    // Not the one that a state without a charter begins with.
    let mut charter = charter("");
    charter.parameters.clock_skew_ms = 7_000;
    let founding = World::found_in(MemoryStore::new(), "", charter).entries().remove(0);
    let dawn = time(super::world::DAWN).as_millis();
    let expected =
        |ms: u64| Expectations { charter: None, now: Some(Timestamp::from_millis(dawn - ms).unwrap()) };
    assert_eq!(check(&Tip::new(), &founding, expected(7_000)), Ok(()));
    assert_eq!(check(&Tip::new(), &founding, expected(7_001)), Err(vec![Flaw::TimeAhead]));
}

#[test]
fn an_act_that_stands_already_is_a_flaw_and_one_with_another_id_is_not() {
    let bench = Bench::new();
    let seal =
        |label| bench.forge.seal(&bench.forge.head, bench.forge.now(), bench.act(label), &officer("EE PBO"));
    assert_eq!(bench.verdict(&seal("register a radio")), Err(vec![Flaw::Repeated]));
    assert_eq!(bench.verdict(&seal("register a radio 77")), Ok(()));
}

#[test]
fn several_flaws_of_one_entry_are_all_reported_in_the_order_of_their_codes() {
    let bench = Bench::new();
    let mut head = bench.forge.head.clone();
    head.origin = Some("another".parse().unwrap());
    head.size += 7;
    head.link = Digest::ZERO;
    let mut act = bench.act("register a radio");
    act.events = events(
        bench.forge.now(),
        json!([{"KeyEnrolled": {"key": "00".repeat(32), "party": "EE", "role": "PBO"}}]),
    );
    let far = time("2020-01-01T00:00:00Z");
    let bytes = bench.forge.seal(&head, far, act, &officer("EE ROOT"));
    let expected = Expectations { charter: None, now: Some(time("2019-01-01T00:00:00Z")) };
    let all = [
        Flaw::Origin,
        Flaw::Sequence,
        Flaw::Link,
        Flaw::TimeBack,
        Flaw::TimeAhead,
        Flaw::UnsoundKey,
        Flaw::Repeated,
    ];
    assert_eq!(check(&bench.tip, &bytes, expected), Err(all.to_vec()));
}

#[test]
fn a_false_signature_does_not_hide_what_else_is_wrong() {
    let Sound { entries, charter, .. } = sound();
    let mut forge = Forge::behind(&entries, entries.len());
    let mut head = forge.head.clone();
    head.size += 1;
    let act =
        Act { id: act_id("gate"), documents: Vec::new(), events: events(forge.now(), registered("0001")) };
    let mut bytes = forge.seal(&head, forge.now(), act, &officer("EE PBO"));
    *bytes.last_mut().unwrap() ^= 1;
    forge.push(bytes);
    let expected = Expectations { charter: Some(charter), now: None };
    let codes: Vec<String> =
        audit(&forge.entries, forge.anchor(), expected).iter().map(|f| f.code.to_string()).collect();
    assert_eq!(codes, ["E09", "E05", "T01"]);
}

#[test]
fn an_entry_has_at_most_the_greatest_size() {
    let greatest = super::vectors::greatest();
    assert!(RawEntry::new(greatest.clone()).open(Signatures::Verify).is_ok());
    let longer = sign_body(&[body(&greatest), &[0]].concat(), "EE PBO");
    assert_eq!(RawEntry::new(longer).open(Signatures::Verify).unwrap_err().flaw, Flaw::Size);
    for short in [0, 1, 63] {
        let raw = RawEntry::new(vec![0; short]);
        assert_eq!(raw.open(Signatures::Verify).unwrap_err().flaw, Flaw::Size, "{short}");
    }
    assert_eq!(RawEntry::new(vec![0; 64]).open(Signatures::Verify).unwrap_err().flaw, Flaw::Encoding);
}

#[test]
fn a_pinned_fingerprint_must_be_the_charters() {
    let world = World::new();
    let founding = world.entries().remove(0);
    let pin = |charter| Expectations { charter: Some(charter), now: None };
    assert_eq!(check(&Tip::new(), &founding, pin(world.fingerprint())), Ok(()));
    assert_eq!(check(&Tip::new(), &founding, pin(Digest::ZERO)), Err(vec![Flaw::Genesis]));
    let others = World::with_roots("false ");
    assert_eq!(check(&Tip::new(), &others.entries()[0], Expectations::default()), Ok(()));
    assert_eq!(check(&Tip::new(), &others.entries()[0], pin(world.fingerprint())), Err(vec![Flaw::Genesis]));
}

#[test]
fn a_ledger_that_does_not_begin_with_a_founding_is_flawed_at_its_first_entry() {
    let mut forge = Forge::behind(&[], 0);
    forge.sign("EE PBO", "first", &[], registered("0001"));
    assert_eq!(check(&Tip::new(), &forge.entries[0], Expectations::default()), Err(vec![Flaw::Genesis]));
}

/// Regression: an auditor who pinned a charter called a ledger without entries sound.
#[test]
fn a_pinned_charter_is_missed_in_a_ledger_without_entries() {
    let Sound { charter, .. } = sound();
    let pinned = Expectations { charter: Some(charter), now: None };
    let findings = audit(&[], Anchor::EMPTY, pinned);
    assert_eq!(findings.iter().map(|f| f.code.to_string()).collect::<Vec<_>>(), ["E11"]);
    assert_eq!(audit(&[], Anchor::EMPTY, Expectations::default()), []);
}

/// A ledger of 60 entries of which those from `FREE` on lean on the keys alone.
fn sixty() -> Sound {
    sound_with("", |w| {
        while w.labels.len() < 60 {
            let number = format!("N{}", w.labels.len());
            w.record("EE PBO", "register a radio", &[], registered(&number));
        }
    })
}

/// From here on every entry registers a radio that no other speaks of.
const FREE: usize = 25;

/// Regression: a flipped bit in the number of an entry moved the auditor's own count, so that the findings
/// behind it stood at entries that do not exist.
#[test]
fn one_flipped_bit_gives_findings_at_its_entry_and_the_next_alone() {
    let Sound { entries, anchor, charter } = sixty();
    assert_eq!(entries.len(), 60);
    let expected = Expectations { charter: Some(charter), now: None };
    for at in [FREE, 40, 58, 59] {
        for byte in 0..entries[at].len() {
            let mut bad = entries.clone();
            bad[at][byte] ^= 1 << (byte % 7);
            let findings = audit(&bad, anchor, expected);
            assert!(findings.iter().any(|finding| finding.entry == at as u64), "byte {byte} of {at}");
            let near = findings.iter().all(|f| (f.entry as usize) == at || f.entry as usize == at + 1);
            assert!(near, "byte {byte} of entry {at}: {findings:?}");
        }
    }
}

#[test]
fn an_entry_with_a_false_number_still_stands_where_it_stands() {
    let Sound { entries, charter, .. } = sixty();
    for number in [0, 39, 41, u64::MAX - 1, u64::MAX] {
        let mut forge = Forge::behind(&entries, 40);
        let mut head = forge.head.clone();
        head.size = number;
        let act = Act {
            id: act_id("false number"),
            documents: Vec::new(),
            events: events(forge.now(), registered("X1")),
        };
        let bytes = forge.seal(&head, forge.now(), act, &officer("EE PBO"));
        forge.push(bytes);
        forge.sign("EE PBO", "behind", &[], registered("X2"));
        let expected = Expectations { charter: Some(charter), now: None };
        let findings = audit(&forge.entries, forge.anchor(), expected);
        let found: Vec<(u64, String)> = findings.iter().map(|f| (f.entry, f.code.to_string())).collect();
        assert_eq!(found, [(40, "E05".into())]);
    }
}

#[test]
fn a_forged_entry_is_counted_and_a_later_act_that_builds_on_it_is_not_blamed() {
    let Sound { entries, charter, .. } = sound();
    let mut forge = Forge::behind(&entries, entries.len());
    forge.sign("EE PBO", "forged", &[], registered("F1"));
    let mut bytes = forge.entries.pop().unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let mut forge = Forge::behind(&entries, entries.len());
    forge.push(bytes);
    forge.sign(
        "EE PBO",
        "builds on it",
        &[],
        json!([{"LossReported": {
            "loss": "L", "items": ["serial:0AA1J:RADIO-5:F1"], "owner": "EE", "holder": "EE",
            "location": "EE-TAPA-1", "circumstances": "x", "noticed_on": "2026-01-30",
        }}]),
    );
    let expected = Expectations { charter: Some(charter), now: None };
    let findings = audit(&forge.entries, forge.anchor(), expected);
    assert_eq!(findings.iter().map(|f| f.entry).collect::<Vec<_>>(), [entries.len() as u64]);
}

#[test]
fn findings_are_kept_up_to_a_number_and_counted_beyond_it() {
    let mut auditor = Auditor::new(Expectations::default(), None);
    let more = MAX_FINDINGS + 7;
    auditor.feed(vec![Vec::new(); more], &mut |_| ());
    let report = auditor.finish(0);
    assert_eq!(report.findings.len(), MAX_FINDINGS);
    assert_eq!((report.found, report.entries), (more as u64, more as u64));
    assert!(!report.is_sound());
}

#[test]
fn runs_of_any_length_give_the_same_report() {
    for attack in attacks::ALL.iter().step_by(5) {
        let attacked = (attack.make)(&sound());
        let report = |run: usize| {
            let mut auditor = Auditor::new(Expectations::default(), None);
            attacked.entries.chunks(run).for_each(|run| auditor.feed(run.to_vec(), &mut |_| ()));
            auditor.finish(0).findings
        };
        assert_eq!(report(1), report(1_000), "{}", attack.name);
    }
}

#[test]
fn a_tail_of_one_commit_is_no_finding_and_one_entry_more_is() {
    let Sound { entries, anchor, charter } = sound_with("", |w| {
        for number in 0..201 {
            w.record("EE PBO", "register a radio", &[], registered(&format!("T{number}")));
        }
    });
    let expected = Expectations { charter: Some(charter), now: None };
    let at =
        |size: usize| Anchor { size: size as u64, link: RawEntry::new(entries[size - 1].clone()).link() };
    assert_eq!(audit(&entries, anchor, expected), []);
    assert_eq!(audit(&entries, at(entries.len() - 200), expected), []);
    let findings = audit(&entries, at(entries.len() - 201), expected);
    let found: Vec<(u64, String)> = findings.iter().map(|f| (f.entry, f.code.to_string())).collect();
    assert_eq!(found, [(entries.len() as u64 - 201, "E15".into())]);
    // Both at once: the head names another link, and too much follows.
    let other = Anchor { link: Digest::ZERO, ..at(entries.len() - 201) };
    let codes: Vec<_> = audit(&entries, other, expected).iter().map(|f| f.code.to_string()).collect();
    assert_eq!(codes, ["E14", "E15"]);
}

/// A store whose disk is damaged behind some entries, in one way or the other.
#[derive(Clone, Copy)]
enum Damage {
    Corrupt,
    Short,
    Io,
}

struct Damaged {
    inner: MemoryStore,
    from: u64,
    damage: Damage,
}

impl Store for Damaged {
    fn anchor(&self) -> Anchor {
        self.inner.anchor()
    }

    fn len(&self) -> u64 {
        self.inner.len()
    }

    fn read(&self, from: u64, max: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        if from < self.from {
            let left = usize::try_from(self.from - from).unwrap();
            return self.inner.read(from, max.min(left));
        }
        let folder = "a-ledger".into();
        match self.damage {
            Damage::Corrupt => Err(StoreError::Corrupt { folder, reason: "a hole".into() }),
            Damage::Short => Ok(Vec::new()),
            Damage::Io => {
                Err(StoreError::Io { what: "read", path: folder, source: std::io::Error::other("no") })
            }
        }
    }

    fn commit(&mut self, expected: Anchor, entries: &[Vec<u8>], next: Anchor) -> Result<(), StoreError> {
        self.inner.commit(expected, entries, next)
    }

    fn adopt_tail(&mut self, expected: Anchor, next: Anchor) -> Result<(), StoreError> {
        self.inner.adopt_tail(expected, next)
    }
}

#[test]
fn a_store_that_cannot_give_all_entries_is_a_finding() {
    let Sound { entries, anchor, charter } = sound();
    let size = entries.len() as u64;
    let expected = Expectations { charter: Some(charter), now: None };
    let verify = |anchor, from, damage| {
        let inner = MemoryStore::from_parts(entries.clone(), anchor).unwrap();
        verify(&Damaged { inner, from, damage }, expected, &mut |_, _| {})
    };
    for damage in [Damage::Corrupt, Damage::Short] {
        let report = verify(anchor, 5, damage).unwrap();
        let found: Vec<_> = report.findings.iter().map(|f| (f.entry, f.code.to_string())).collect();
        assert_eq!(found, [(5, "E17".into()), (5, "E13".into())]);
        assert_eq!(report.entries, 5);
    }
    // Regression: entries behind the head that the store would not give were passed over in silence.
    let before = Anchor { size: size - 1, link: RawEntry::new(entries[entries.len() - 2].clone()).link() };
    let report = verify(before, size - 1, Damage::Short).unwrap();
    let found: Vec<_> = report.findings.iter().map(|f| (f.entry, f.code.to_string())).collect();
    assert_eq!(found, [(size - 1, "E17".into())]);
    // A disk that cannot be read says nothing about the evidence.
    assert!(verify(anchor, 5, Damage::Io).is_err());
}

#[test]
fn errors_of_the_store_that_speak_of_the_evidence_are_findings() {
    let code = |error: StoreError| flaw_of_store(&error).map(|f| (f.entry, f.code.to_string()));
    let folder = std::path::PathBuf::from("x");
    assert_eq!(code(StoreError::MissingEntries { have: 3, acknowledged: 5 }), Some((3, "E13".into())));
    assert_eq!(code(StoreError::TailTooLong { have: 500, acknowledged: 5 }), Some((5, "E15".into())));
    let unfinished = StoreError::UnfinishedCreation { folder: folder.clone() };
    assert_eq!(code(unfinished), Some((0, "E16".into())));
    let damaged = StoreError::HeadFile { path: folder.clone(), reason: "it is not text" };
    assert_eq!(code(damaged), Some((0, "E16".into())));
    let corrupt = StoreError::Corrupt { folder: folder.clone(), reason: "a hole".into() };
    assert_eq!(code(corrupt), Some((0, "E17".into())));
    assert_eq!(code(StoreError::NotALedger { folder }), None);
    assert_eq!(code(StoreError::ReadOnly), None);
}

#[test]
fn an_audit_asks_the_store_for_nothing_but_its_entries_and_its_anchor() {
    // `Handed` refuses everything else, and has nothing else.
    let Sound { entries, anchor, .. } = sound();
    let store = Handed { entries, anchor };
    let mut seen = Vec::new();
    let report = verify(&store, Expectations::default(), &mut |done, all| seen.push((done, all))).unwrap();
    assert!(report.is_sound());
    assert_eq!(report.entries, anchor.size);
    assert_eq!((report.head.size, report.head.link), (anchor.size, anchor.link));
    assert_eq!(seen.last(), Some(&(anchor.size, anchor.size)));
}

#[test]
fn a_key_signs_from_its_last_countersignature_on_and_not_before() {
    let mut w = World::new();
    let entry = w.record(
        "EE ROOT",
        "enrol",
        &[],
        json!([{"KeyEnrolled": {"key": key("EE PBO"), "party": "EE", "role": "PBO"}}]),
    );
    assert!(w.attempt("EE PBO", "too early", &[], registered("1")).is_err());
    w.record("LT ROOT", "countersign", &[], json!([{"ActCountersigned": {"entry": entry}}]));
    assert!(w.attempt("EE PBO", "in time", &[], registered("1")).is_ok());
}

/// The gate that an auditor uses refuses what a clerk would sign wrongly, and tells him what is right.
#[test]
fn a_cut_off_names_what_the_ledger_was_at_the_end_of_its_day() {
    let mut w = World::new();
    w.enrol(&["EE FIN", "EE PBO"], "LV ROOT");
    let first = (w.journal.head().size, w.journal.head().frontier.root());
    w.now = time("2026-01-31T09:00:00Z");
    w.record("EE PBO", "next day", &[], registered("0001"));
    let cut_off = |size: u64, root: Digest| json!([{"PeriodCutoffFixed": {"period": "D-30", "last_day": "2026-01-30", "size": size, "root": root}}]);
    let head = w.journal.head().clone();
    for (size, root) in [(first.0 - 1, first.1), (first.0, Digest::ZERO), (head.size, head.frontier.root())] {
        let error = w.attempt("EE FIN", "close", &[], cut_off(size, root)).unwrap_err().to_string();
        let right = format!("the ledger had {} entries then, and root {}", first.0, first.1);
        assert!(error.contains("E27") && error.contains(&right), "{error}");
        assert_eq!(*w.journal.head(), head, "something was recorded");
    }
    // The rule comes first: a day that is not over has no end.
    let error = w.attempt(
        "EE FIN",
        "close",
        &[],
        json!([{"PeriodCutoffFixed": {
            "period": "D-31", "last_day": "2026-01-31", "size": 1, "root": Digest::ZERO,
        }}]),
    );
    assert!(error.unwrap_err().to_string().contains("C09"));
    assert_eq!(w.journal.tip().at_end_of("2026-01-30".parse().unwrap()), first);
    w.record("EE FIN", "close", &[], cut_off(first.0, first.1));
}

#[test]
fn a_sample_tells_the_secret_and_names_what_the_ledger_was() {
    let mut w = World::new();
    w.enrol(&["EE AUD"], "LV ROOT");
    let secret = Digest::new([3; 32]);
    w.record(
        "EE AUD",
        "engage",
        &[],
        json!([{"AuditEngagementOpened": {
            "engagement": "E-1", "from": "2026-01-30", "until": "2026-01-30", "scope": "All",
            "commitment": ledger_core::ledger::digest::sha256(&[secret.as_bytes()]),
        }}]),
    );
    let (size, root) = (w.journal.head().size, w.journal.head().frontier.root());
    w.now = time("2026-01-31T09:00:00Z");
    let sample = |root: Digest, secret: Digest| {
        json!([{"SampleDrawn": {
            "sample": "E-1.A", "engagement": "E-1", "day": "2026-01-30", "size": size, "root": root,
            "population": "items", "method": "ALL", "secret": secret, "units": 1, "drawn": 1, "positions": [1],
        }}])
    };
    let other = Digest::new([4; 32]);
    for (root, secret, code) in [(other, secret, "E27"), (root, other, "E28")] {
        let error = w.attempt("EE AUD", "draw", &[], sample(root, secret)).unwrap_err().to_string();
        assert!(error.contains(code), "{error}");
    }
    w.record("EE AUD", "draw", &[], sample(root, secret));
}
