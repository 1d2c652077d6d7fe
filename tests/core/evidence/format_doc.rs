//! `docs/format.md` and `docs/findings.md` say what the program does: every table in them is held against it.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::domain::books::MoreIn;
use ledger_core::domain::codes::{
    Condition, DocumentKind, Form302Serial, Hazard, Marking, MlCategory, Mode, MovementNumber, Purpose,
};
use ledger_core::domain::consent::Family;
use ledger_core::domain::correction::CorrectionReason;
use ledger_core::domain::count::CountScope;
use ledger_core::domain::crisis::CrisisScope;
use ledger_core::domain::discrepancy::{DiscrepancyKind, Liability, Outcome};
use ledger_core::domain::engagement::{SampleMethod, Severity};
use ledger_core::domain::licence::LicenceKind;
use ledger_core::domain::money::{Currency, Money, Share};
use ledger_core::domain::movement::{DeviationKind, Ground, IncidentKind, VehicleClass};
use ledger_core::domain::procurement::{
    CostBasis, Instrument, LegalBasis, ProcedureMethod, QualityResult, VatRegime, WarrantyResult,
};
use ledger_core::domain::quantity::{Quantity, Unit};
use ledger_core::domain::ratification::Remedy;
use ledger_core::domain::reconcile::{BreakClass, RunKind};
use ledger_core::domain::support::Repayment;
use ledger_core::domain::text::{MAX_ID, MAX_TEXT};
use ledger_core::domain::transfer::{RiskPoint, TransferKind};
use ledger_core::domain::{Date, Event, Origin, Role, Text, Timestamp};
use ledger_core::ledger::Flaw;
use ledger_core::ledger::codec::LAYOUTS;
use ledger_core::ledger::entry::MAX_ENTRY_BYTES;
use ledger_core::store::{MAX_COMMIT_ENTRIES, head_file};

use super::vectors::{folder, frozen};

const FORMAT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/format.md"));
const FINDINGS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/findings.md"));

/// The text from one heading to the next of the same depth or less.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let depth = heading.split(' ').next().unwrap().len();
    let start = text.find(&format!("\n{heading}")).unwrap_or_else(|| panic!("no {heading}")) + 1;
    let rest = &text[start + heading.len()..];
    let ends = (1..=depth).filter_map(|depth| rest.find(&format!("\n{} ", "#".repeat(depth))));
    &rest[..ends.min().unwrap_or(rest.len())]
}

/// The rows of the tables in a piece of text, without their headings, as cells.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let mut rows = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if lines.peek().is_some_and(|next| next.starts_with("|---")) {
            lines.next();
        } else if line.starts_with('|') {
            rows.push(line.trim_matches('|').split(" | ").map(str::trim).collect());
        }
    }
    rows
}

fn code(cell: &str) -> &str {
    cell.trim_matches('`')
}

/// `` `a: A`, `b: B` `` as pairs.
fn fields(cell: &str) -> Vec<(&str, &str)> {
    cell.split(", ").map(|field| code(field).split_once(": ").unwrap()).collect()
}

#[test]
fn structures_and_events_stand_in_the_format_as_they_are_written() {
    let mut documented: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for row in rows(section(FORMAT, "## 4. Structures")) {
        assert!(documented.insert(code(row[0]), fields(row[1])).is_none(), "{row:?}");
    }
    let body = section(FORMAT, "## 5. The body");
    let events: Vec<_> = rows(body).into_iter().filter(|row| row[0].starts_with("`0x")).collect();
    let mut catalogue = Vec::new();
    for row in &events {
        let number = u16::from_str_radix(code(row[0]).trim_start_matches("0x"), 16).unwrap();
        catalogue.push((number, code(row[1])));
        assert!(documented.insert(code(row[1]), fields(row[2])).is_none(), "{row:?}");
    }
    assert_eq!(catalogue, Event::CATALOGUE);
    let written: BTreeMap<&str, Vec<(&str, &str)>> =
        LAYOUTS.iter().map(|(name, fields)| (*name, fields.to_vec())).collect();
    assert_eq!(documented, written);
}

#[test]
fn every_type_of_a_field_is_described() {
    let known: BTreeSet<&str> = FORMAT.split('`').skip(1).step_by(2).collect();
    for (name, fields) in LAYOUTS {
        for (field, kind) in *fields {
            let inner = kind.trim_start_matches("Vec<").trim_start_matches("Option<").trim_end_matches('>');
            assert!(known.contains(inner), "{name}.{field}: {kind}");
        }
    }
}

#[test]
fn code_lists_stand_in_the_format_with_their_numbers_and_words() {
    let lists = section(FORMAT, "### Code lists");
    let mut documented: BTreeMap<&str, Vec<(u8, &str)>> = BTreeMap::new();
    for piece in lists.split("\n**`").skip(1) {
        let (name, table) = piece.split_once("`**").unwrap();
        let table = rows(table).into_iter().map(|row| (row[0].parse().unwrap(), code(row[1]))).collect();
        assert!(documented.insert(name, table).is_none(), "{name}");
    }
    let mut written: BTreeMap<&str, Vec<(u8, &str)>> = BTreeMap::new();
    macro_rules! lists {
        ($($name:ident),*) => {$(
            written.insert(stringify!($name), $name::ALL.iter().map(|(n, c)| (*n, c.code())).collect());
        )*};
    }
    lists!(
        Unit,
        Condition,
        DocumentKind,
        Marking,
        Role,
        LicenceKind,
        TransferKind,
        RiskPoint,
        DiscrepancyKind,
        Liability,
        Outcome,
        CostBasis,
        QualityResult,
        VatRegime,
        WarrantyResult,
        Family,
        CrisisScope,
        Remedy,
        Purpose,
        Mode,
        Instrument,
        LegalBasis,
        ProcedureMethod,
        VehicleClass,
        Ground,
        IncidentKind,
        DeviationKind,
        CorrectionReason,
        CountScope,
        Repayment,
        RunKind,
        BreakClass,
        MoreIn,
        SampleMethod,
        Severity
    );
    assert_eq!(documented, written);
}

/// The words of the indented block that begins with this word.
fn block(first: &str) -> BTreeSet<&'static str> {
    let start = FORMAT.find(&format!("\n    {first} ")).unwrap();
    let lines = FORMAT[start + 1..].lines().take_while(|line| line.starts_with("    "));
    lines.flat_map(str::split_whitespace).collect()
}

#[test]
fn currencies_are_exactly_those_of_the_format() {
    let letters = || (b'A'..=b'Z').map(char::from);
    let mut accepted = BTreeSet::new();
    for (a, b, c) in letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| (a, b, c)))) {
        let code = String::from_iter([a, b, c]);
        if code.parse::<Currency>().is_ok() {
            accepted.insert(code);
        }
    }
    let accepted: BTreeSet<&str> = accepted.iter().map(String::as_str).collect();
    // When this fails after an update of iso_currency: a new code is added to the format, but a code that went
    // away must be kept, or entries of yesterday can no longer be read.
    assert_eq!(accepted, block("AED"));
    assert!(FORMAT.contains(&format!("the {} codes below", accepted.len())));
}

#[test]
fn hazard_codes_are_exactly_those_of_the_format() {
    let pairs = (0..=255_u8).flat_map(|division| (0..=255_u8).map(move |group| (division, group)));
    let accepted: BTreeSet<String> =
        pairs.filter_map(|(d, g)| Hazard::new(d, g).ok()).map(|hazard| hazard.to_string()).collect();
    let accepted: BTreeSet<&str> = accepted.iter().map(String::as_str).collect();
    assert_eq!(accepted, block("1.1A"));
    assert_eq!(accepted.len(), 35);
}

/// Every character that the format refuses by its number.
fn hidden_in_the_format() -> BTreeSet<char> {
    let text = section(FORMAT, "### Text");
    let list = text.split("how others are shown: ").nth(1).unwrap().split(';').next().unwrap();
    let number = |text: &str| u32::from_str_radix(text.trim_start_matches("U+"), 16).unwrap();
    let ranges = list.split(',').map(|range| {
        let (first, last) = range.trim().split_once('–').unwrap_or((range.trim(), range.trim()));
        number(first)..=number(last)
    });
    ranges.flatten().map(|number| char::from_u32(number).unwrap()).collect()
}

#[test]
fn characters_of_text_are_exactly_those_of_the_format() {
    let hidden = hidden_in_the_format();
    let unicode = unicode_normalization::UNICODE_VERSION;
    let version = format!("assigned in Unicode {}.{}.{}", unicode.0, unicode.1, unicode.2);
    // When this fails after an update of unicode-normalization: the characters of the newer version are a new
    // format, since older readers refuse them.
    assert!(FORMAT.contains(&version), "{version}");
    // The planes with assigned characters, and some of every other: all of them take long.
    let sample = (0x4_0000..=0x10_FFFF).step_by(997).chain(0xE_0000..=0xE_1000).chain([0x10_FFFD]);
    for c in (0..=0x3_FFFF).chain(sample).filter_map(char::from_u32) {
        let expected = !c.is_control()
            && !hidden.contains(&c)
            && unicode_normalization::char::is_public_assigned(c)
            && unicode_normalization::is_nfc(&format!("a{c}b"));
        assert_eq!(format!("a{c}b").parse::<Text>().is_ok(), expected, "{c:?}");
        let at_the_end = format!("a{c}").parse::<Text>().is_ok();
        let expected = !c.is_control()
            && !hidden.contains(&c)
            && unicode_normalization::char::is_public_assigned(c)
            && unicode_normalization::is_nfc(&format!("a{c}"))
            && !c.is_whitespace();
        assert_eq!(at_the_end, expected, "{c:?}");
    }
    let ends: Vec<char> = (0..=0x10_FFFF)
        .filter_map(char::from_u32)
        .filter(|c| c.is_whitespace() && !c.is_control() && !hidden.contains(c))
        .collect();
    let listed = section(FORMAT, "### Text").split("of those not refused above: ").nth(1).unwrap();
    let expected = "U+0020, U+00A0, U+1680, U+2000–U+200A, U+202F, U+205F, U+3000";
    assert_eq!(listed.split(')').next().unwrap().split_whitespace().collect::<Vec<_>>().join(" "), expected);
    let mut named = vec!['\u{20}', '\u{a0}', '\u{1680}'];
    named.extend('\u{2000}'..='\u{200a}');
    named.extend(['\u{202f}', '\u{205f}', '\u{3000}']);
    assert_eq!(ends, named);
}

#[test]
fn limits_of_the_format_are_those_of_the_program() {
    let limits: BTreeMap<&str, String> = rows(section(FORMAT, "## 10. Limits"))
        .into_iter()
        .map(|row| (row[0], row[1].replace(',', "")))
        .collect();
    let limit = |name: &str| limits[name].parse::<usize>().unwrap();
    assert_eq!(limit("bytes of an entry"), MAX_ENTRY_BYTES);
    assert_eq!(limit("bytes of a signature"), 64);
    assert_eq!(limit("bytes of an identifier"), MAX_ID);
    assert_eq!(limit("characters of a text"), MAX_TEXT);
    assert_eq!(limit("elements of a list"), usize::from(u16::MAX));
    assert_eq!(limit("entries behind the head"), MAX_COMMIT_ENTRIES);
    let scale = u8::try_from(limit("digits behind the point of a quantity")).unwrap();
    assert!(Quantity::new(1, scale, Unit::Litre).is_ok());
    assert!(Quantity::new(1, scale + 1, Unit::Litre).is_err());
    let denominator = limit("denominator of a share") as u64;
    assert!(Share::new(1, denominator).is_ok() && Share::new(1, denominator + 1).is_err());
    assert_eq!(limits.len(), 8);
}

#[test]
fn numbers_have_the_ranges_of_the_format() {
    let numbers: BTreeMap<&str, &str> =
        rows(section(FORMAT, "### Numbers")).into_iter().map(|row| (code(row[0]), row[2])).collect();
    assert!(numbers["Timestamp"].contains("0 to 253402128000000 "));
    assert!(Timestamp::from_millis(253_402_128_000_000).is_ok());
    assert!(Timestamp::from_millis(253_402_128_000_001).is_err());
    assert!(numbers["Date"].contains("from 19700101 to 99991231"));
    assert!(Date::from_number(19_700_101).is_ok() && Date::from_number(99_991_231).is_ok());
    assert!(Date::from_number(19_691_231).is_err() && Date::from_number(100_000_101).is_err());
    assert!(numbers["Nsn"].contains("0 to 9999999999999"));
    assert!(ledger_core::domain::codes::Nsn::from_digits(9_999_999_999_999).is_ok());
    assert!(ledger_core::domain::codes::Nsn::from_digits(10_000_000_000_000).is_err());
    assert!(numbers["Cpv"].contains("0 to 99999999"));
    assert!(ledger_core::domain::codes::Cpv::from_digits(99_999_999).is_ok());
    assert!(ledger_core::domain::codes::Cpv::from_digits(100_000_000).is_err());
    assert!(numbers["MlCategory"].contains("1 to 22"));
    assert!([0, 23].iter().all(|n| MlCategory::new(*n).is_err()));
    assert!((1..=22).all(|n| MlCategory::new(n).is_ok()));
    assert!(numbers["EventKind"].contains("a kind of event in section 5"));
    assert_eq!(numbers.len(), 6);
    assert_eq!(MovementNumber::MAX, 12);
    assert!(FORMAT.contains("text of at most 12 bytes, `DD-HQ-NN`"));
    assert!(
        "31-ABC123-00".parse::<MovementNumber>().is_ok() && "32-ABC-00".parse::<MovementNumber>().is_err()
    );
    assert!(FORMAT.contains("| `Form302Serial` | 18 |"));
    assert!("EE20240229UO000123".parse::<Form302Serial>().is_ok());
    assert!("EE20230229UO000123".parse::<Form302Serial>().is_err());
    let most = i64::MAX as u64;
    assert_eq!(FORMAT.matches(&format!("0 to {most}")).count(), 2, "money and quantity");
    assert!(Money::new(most, Currency::EUR).is_ok() && Money::new(most + 1, Currency::EUR).is_err());
    assert!(Quantity::new(most, 0, Unit::Each).is_ok());
    assert!(Quantity::new(most + 1, 0, Unit::Each).is_err());
    for c in (0..=127).map(char::from) {
        let allowed = c.is_ascii_alphanumeric() || "./-".contains(c);
        assert_eq!(c.to_string().parse::<Origin>().is_ok(), allowed, "{c:?}");
    }
}

#[test]
fn the_head_file_in_the_format_is_one() {
    let section = section(FORMAT, "## 9. The head file");
    let text: String = section
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(head_file::render(&head_file::parse(text.as_bytes()).unwrap()), text);
}

#[test]
fn the_worked_example_is_the_vector_byte_for_byte() {
    let example = section(FORMAT, "## 11. A worked example");
    let vector = &frozen()[20];
    let mut bytes = String::new();
    for row in rows(example) {
        assert_eq!(row[0].parse::<usize>().unwrap() * 2, bytes.len(), "{row:?}");
        bytes.push_str(code(row[1]));
    }
    assert_eq!(bytes, vector.bytes);
    assert!(example.contains(&vector.message_sha256) && example.contains(&vector.link));
    assert!(folder().join("entry-020.json").exists());
}

#[test]
fn contexts_stand_in_the_format_with_their_length() {
    for context in ["jointledger/entry/v1\n", "jointledger/charter/v1\n", "jointledger/accession/v1\n"] {
        assert!(FORMAT.contains(&format!("\"{}\"", context.replace('\n', "\\n"))), "{context}");
        assert!(FORMAT.contains(&format!("the context is {} bytes of ASCII", context.len())), "{context}");
    }
}

#[test]
fn every_code_of_a_finding_has_its_heading_and_every_heading_its_code() {
    let headings: Vec<&str> = FINDINGS
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(|heading| heading.split(':').next().unwrap())
        .collect();
    let mut codes: Vec<&str> = Flaw::ALL.iter().map(|(_, flaw)| flaw.code()).collect();
    codes.push("Rules");
    assert_eq!(headings, codes);
}

#[test]
fn every_attack_stands_under_the_code_that_it_gives() {
    for (name, expected) in super::fixtures::tampered() {
        let code = expected.code.unwrap();
        let heading = if code.starts_with('E') { format!("## {code}:") } else { "## Rules".into() };
        let name = format!("`{name}`");
        assert!(section(FINDINGS, &heading).contains(&name), "{name} under {heading}");
        assert_eq!(FINDINGS.matches(&name).count(), 1, "{name}");
    }
}

#[test]
fn every_check_of_a_flaw_stands_in_the_format() {
    for (_, flaw) in Flaw::ALL {
        // Whether a store can be read is no matter of the format.
        assert!(FORMAT.contains(flaw.code()) || flaw.code() == "E17", "{flaw}");
    }
}
