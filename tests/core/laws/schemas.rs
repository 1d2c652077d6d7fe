//! Schemas of values: what the schema of a value accepts is what its reader accepts. The schemas are asked by an implementation that is not ours.

use std::str::FromStr;

use jsonschema::{PatternOptions, Validator};
use ledger_core::domain::codes::{
    Cpv, Form302Serial, Hazard, MlCategory, MovementNumber, Ncage, Niin, Nsn, Party,
};
use ledger_core::domain::event::EventKind;
use ledger_core::domain::ids::{Reference, Signature, TransferId};
use ledger_core::domain::item::{Item, ItemId};
use ledger_core::domain::money::{Currency, Money, Share};
use ledger_core::domain::quantity::{Quantity, Unit};
use ledger_core::domain::{ActId, Date, Digest, Event, PublicKey, Role, Text, Timestamp};
use ledger_core::exchange::scenario::Actor;
use proptest::prelude::any;
use proptest::sample::Index;
use proptest::strategy::{Strategy, Union};
use schemars::{JsonSchema, schema_for};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use unicode_normalization::char::is_public_assigned;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use super::law;

/// The patterns are asked with an engine that neither looks ahead nor back: so they are in what all dialects share.
pub(super) fn validator(schema: &Value) -> Validator {
    jsonschema::options().with_pattern_options(PatternOptions::regex()).build(schema).unwrap()
}

/// The schema of a type of value, and what it cannot say.
struct Form<T> {
    schema: Validator,
    /// True for a text that the schema accepts though the reader does not.
    beyond: fn(&str) -> bool,
    read: std::marker::PhantomData<T>,
}

impl<T: JsonSchema + FromStr + DeserializeOwned> Form<T> {
    /// The schema says all.
    fn new() -> Self {
        Self::but_for(|_| false)
    }

    /// The schema says all but this.
    fn but_for(beyond: fn(&str) -> bool) -> Self {
        Self { schema: validator(schema_for!(T).as_value()), beyond, read: std::marker::PhantomData }
    }

    /// Holds the two against each other; true when the text is accepted.
    fn agrees_on(&self, text: &str) -> bool {
        let read = text.parse::<T>().is_ok();
        assert_eq!(serde_json::from_value::<T>(json!(text)).is_ok(), read, "{text:?} as JSON");
        let valid = self.schema.is_valid(&json!(text));
        assert_eq!(
            valid,
            read || (self.beyond)(text),
            "the schema says {valid}, the reader {read}: {text:?}"
        );
        read
    }

    /// The same for a text and for what it becomes when a character of it is changed.
    fn agrees_around(&self, (text, slips): (String, Vec<Slip>)) {
        self.agrees_on(&text);
        slips.iter().for_each(|slip| {
            self.agrees_on(&slip.made_in(&text));
        });
        let twice = slips.iter().fold(text, |text, slip| slip.made_in(&text));
        self.agrees_on(&twice);
    }
}

/// A slip of the pen.
#[derive(Debug, Clone)]
pub(super) enum Slip {
    Changed(Index, char),
    Added(Index, char),
    Left(Index),
    Swapped(Index),
}

impl Slip {
    pub(super) fn made_in(&self, text: &str) -> String {
        let mut letters: Vec<char> = text.chars().collect();
        let length = letters.len();
        match self {
            Slip::Added(at, letter) => letters.insert(at.index(length + 1), *letter),
            _ if length == 0 => {}
            Slip::Changed(at, letter) => letters[at.index(length)] = *letter,
            Slip::Left(at) => drop(letters.remove(at.index(length))),
            Slip::Swapped(at) => letters.swap(at.index(length), (at.index(length) + 1) % length),
        }
        letters.into_iter().collect()
    }
}

/// Characters that stand in values, and some that look like them.
fn letter() -> impl Strategy<Value = char> {
    Union::new_weighted(vec![
        (6, proptest::char::range('0', '9').boxed()),
        (4, proptest::char::range('A', 'Z').boxed()),
        (2, proptest::char::range(' ', '~').boxed()),
        (
            2,
            proptest::sample::select(vec![
                '.', '-', '/', ':', '=', ' ', 'T', 'Z', '\n', '\t', '٣', '１', 'é',
            ])
            .boxed(),
        ),
        (1, any::<char>().boxed()),
    ])
}

pub(super) fn slip() -> impl Strategy<Value = Slip> {
    Union::new(vec![
        (any::<Index>(), letter()).prop_map(|(at, letter)| Slip::Changed(at, letter)).boxed(),
        (any::<Index>(), letter()).prop_map(|(at, letter)| Slip::Added(at, letter)).boxed(),
        any::<Index>().prop_map(Slip::Left).boxed(),
        any::<Index>().prop_map(Slip::Swapped).boxed(),
    ])
}

/// Texts of this form, and slips in writing them.
fn written(form: &'static str) -> impl Strategy<Value = (String, Vec<Slip>)> {
    (form, proptest::collection::vec(slip(), 3))
}

/// The shares that a pattern cannot tell from others: not reduced, or above one.
fn not_a_part(text: &str) -> bool {
    let Some((a, b)) = text.split_once('/') else { return false };
    let form = |part: &str| !part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit());
    let (Ok(numerator), Ok(denominator)) = (a.parse::<u64>(), b.parse::<u64>()) else { return false };
    form(a) && form(b) && numerator < 1_000_000_000 && denominator <= 1_000_000_000
}

/// The texts that a pattern cannot tell from others: not in NFC, or with a character that is not assigned, or
/// invisible or private above U+FFFF.
fn not_in_order(text: &str) -> bool {
    let private = |c: char| ('\u{E000}'..='\u{F8FF}').contains(&c);
    let invisible = |c: char| matches!(c, '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}');
    // These are said by the pattern already, though Unicode does not assign them.
    let said = |c: char| private(c) || matches!(c, '\u{2065}' | '\u{FFF0}'..='\u{FFF8}');
    let beyond = |c: char| invisible(c) || (!is_public_assigned(c) && !said(c));
    // With an ordinary letter in place of each, and in NFC, nothing else is wrong with it.
    let rest: String = text.chars().map(|c| if beyond(c) { 'x' } else { c }).nfc().collect();
    text.chars().count() <= 2_000
        && rest.parse::<Text>().is_ok()
        && (!is_nfc(text) || text.chars().any(beyond))
}

#[test]
fn days_and_moments_are_those_of_the_calendar() {
    let (day, moment) = (Form::<Date>::new(), Form::<Timestamp>::new());
    let mut days = 0;
    // Around a year that is a leap year though it ends a century, and one that is not.
    for year in (1968..=1973).chain(1999..=2004).chain(2096..=2104).chain(2399..=2401).chain(9995..=9999) {
        for (month, date) in (0..=13).flat_map(|month| (0..=32).map(move |date| (month, date))) {
            let text = format!("{year}-{month:02}-{date:02}");
            days += u32::from(day.agrees_on(&text));
            moment.agrees_on(&format!("{text}T00:00:00Z"));
        }
    }
    let leap_years = [1972, 2000, 2004, 2096, 2104, 2400, 9996];
    assert_eq!(days, (4 + 6 + 9 + 3 + 5) * 365 + u32::try_from(leap_years.len()).unwrap());
    let ends = (1968..=9999).flat_map(|year| (28..=30).map(move |date| format!("{year}-02-{date}")));
    assert_eq!(
        ends.filter(|text| day.agrees_on(text) | moment.agrees_on(&format!("{text}T23:59:59Z"))).count(),
        8_030 + 1_947
    );

    for (hour, minute) in (0..=25).flat_map(|hour| (58..=61).map(move |minute| (hour, minute))) {
        for text in [
            format!("{hour:02}:{minute:02}:00"),
            format!("{hour:02}:00:{minute:02}"),
            format!("{hour}:00:00"),
        ] {
            moment.agrees_on(&format!("2024-02-29T{text}Z"));
        }
    }
    for end in ["", ".", ".0", ".00", ".000", ".0000", ".001", ".5000", ",5", ".5Z", "+00:00", "z", "Z\n"] {
        for time in ["2026-01-30T09:00:00", "9999-12-30T00:00:00", "9999-12-29T23:59:59"] {
            moment.agrees_on(&format!("{time}{end}Z"));
            moment.agrees_on(&format!("{time}{end}"));
        }
    }
    assert!(moment.agrees_on("9999-12-30T00:00:00.000Z") && !moment.agrees_on("9999-12-30T00:00:00.001Z"));
    assert!(!moment.agrees_on("9999-12-30T00:00:01Z") && !moment.agrees_on("9999-12-31T00:00:00Z"));

    law(3_000, written("(19|20|21|99)[0-9]{2}-(0[1-9]|1[0-2])-[0-3][0-9]"), |case| day.agrees_around(case));
    let form =
        "(19|20|99)[0-9]{2}-(0[1-9]|1[0-2])-[0-2][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,4})?Z";
    law(3_000, written(form), |case| moment.agrees_around(case));
}

/// Numbers about as large as the largest, with a point somewhere.
fn large() -> impl Strategy<Value = String> {
    let near = Union::new(vec![
        (i64::MAX.unsigned_abs() - 20..=i64::MAX.unsigned_abs() + 20).boxed(),
        // The same up to some digit.
        (0_u32..19, any::<u64>())
            .prop_map(|(place, by)| {
                let (largest, unit) = (i64::MAX.unsigned_abs(), 10_u64.pow(place));
                (largest / unit)
                    .wrapping_add(by % 3)
                    .wrapping_sub(1)
                    .wrapping_mul(unit)
                    .wrapping_add(by % unit)
            })
            .boxed(),
        any::<u64>().boxed(),
    ]);
    (near, 0_usize..8).prop_map(|(number, places)| {
        let digits = format!("{number:08}");
        let (whole, fraction) = digits.split_at(digits.len() - places);
        if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
    })
}

#[test]
fn amounts_and_quantities_have_one_form_up_to_the_largest() {
    let (money, quantity, item) = (Form::<Money>::new(), Form::<Quantity>::new(), Form::<Item>::new());
    let money_units = ["EUR", "JPY", "KWD", "CLF", "XAU", "EUX", "eur"];
    let units = ["EA", "LTR", "C62", "EAX", "ea", "XX", ""];
    let try_all = |number: &str| {
        for unit in money_units {
            money.agrees_on(&format!("{number} {unit}"));
        }
        for unit in units {
            quantity.agrees_on(&format!("{number} {unit}"));
            item.agrees_on(&format!("bulk:9140-38-000-0001={number} {unit}"));
        }
    };
    for whole in ["", "0", "00", "01", "1", "10", "-1", "+1", "1e1", "1_0", " 1", "1,0"] {
        try_all(whole);
        for fraction in
            ["", "0", "00", "000", "0000", "1", "01", "10", "001", "000001", "0000001", "100000", "1234567"]
        {
            try_all(&format!("{whole}.{fraction}"));
        }
    }
    for places in 0..=7 {
        for digits in
            ["9223372036854775807", "9223372036854775808", "999999999999999999", "1000000000000000000"]
        {
            let (whole, fraction) = digits.split_at(digits.len() - places);
            try_all(&if places == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") });
        }
    }
    law(2_000, large(), |number| try_all(&number));
    for (_, unit) in Unit::ALL {
        assert!(quantity.agrees_on(&format!("0 {unit}")) && quantity.agrees_on(&format!("0.000001 {unit}")));
    }
    law(2_000, written("(0|[1-9][0-9]{0,18})(\\.[0-9]{1,4})? (EUR|JPY|KWD|CLF)"), |case| {
        money.agrees_around(case)
    });
    law(2_000, written("(0|[1-9][0-9]{0,18})(\\.[0-9]{1,7})? (EA|LTR|KGM)"), |case| {
        quantity.agrees_around(case)
    });
}

#[test]
fn currencies_are_those_that_there_are() {
    let (currency, money) = (Form::<Currency>::new(), Form::<Money>::new());
    let letters = || ('A'..='Z').chain(['a', '1']);
    let mut known = 0;
    for (a, b, c) in letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| (a, b, c)))) {
        let code = String::from_iter([a, b, c]);
        if currency.agrees_on(&code) {
            known += 1;
            let forms = ["1", "1.0", "1.00", "1.000", "1.0000"];
            let taken = forms.iter().filter(|number| money.agrees_on(&format!("{number} {code}"))).count();
            assert_eq!(taken, 1, "an amount of {code} has one form");
        }
    }
    assert_eq!(known, 183);
    law(500, written("EUR|XAU"), |case| currency.agrees_around(case));
}

#[test]
fn shares_are_bounded() {
    let share = Form::<Share>::but_for(not_a_part);
    for (a, b) in (0..=40).flat_map(|a| (0..=40).map(move |b| (a, b))) {
        share.agrees_on(&format!("{a}/{b}"));
    }
    for text in [
        "1/1000000000",
        "999999999/1000000000",
        "1000000000/1000000000",
        "1/1000000001",
        "01/2",
        "1/02",
        "1.0/2",
    ] {
        share.agrees_on(text);
    }
    law(3_000, written("[0-9]{1,3}/[0-9]{1,10}"), |case| share.agrees_around(case));
}

#[test]
fn codes_of_other_people_are_well_formed() {
    let (hazard, category) = (Form::<Hazard>::new(), Form::<MlCategory>::new());
    let hazards = (0..10).flat_map(|division| (' '..='~').map(move |group| format!("1.{division}{group}")));
    assert_eq!(hazards.filter(|text| hazard.agrees_on(text)).count(), 35);
    assert_eq!((0..200).filter(|number| category.agrees_on(&format!("ML{number}"))).count(), 22);
    for wrong in ["ML", "ML04", "ML+4", "ML 4", "ml4", "ML４", "ML4\n"] {
        assert!(!category.agrees_on(wrong));
    }
    law(1_000, written("1\\.[1-6][A-S]"), |case| hazard.agrees_around(case));
    law(1_000, written("ML[1-9][0-9]?"), |case| category.agrees_around(case));

    let (nsn, cpv) = (Form::<Nsn>::new(), Form::<Cpv>::new());
    law(1_000, written("[0-9]{4}-[0-9]{2}-[0-9]{3}-[0-9]{4}|[0-9]{13}"), |case| nsn.agrees_around(case));
    law(1_000, written("[0-9]{4}-?[0-9]{2}-?[0-9]{3}-?[0-9]{4}"), |case| nsn.agrees_around(case));
    law(1_000, written("[0-9]{7,9}"), |case| cpv.agrees_around(case));
    let niin = Form::<Niin>::new();
    law(1_000, written("[0-9]{2}-?[0-9]{3}-?[0-9]{4}"), |case| niin.agrees_around(case));
    let (ncage, party) = (Form::<Ncage>::new(), Form::<Party>::new());
    law(1_000, written("[A-Z0-9]{4}[A-J0-9]"), |case| ncage.agrees_around(case));
    assert!(ncage.agrees_on("0AA1J") && !ncage.agrees_on("AAA1J") && ncage.agrees_on("AAJ1K"));
    law(1_000, written("[A-Z]{2}"), |case| party.agrees_around(case));
}

#[test]
fn numbers_of_papers_and_movements_are_well_formed() {
    let (paper, movement) = (Form::<Form302Serial>::new(), Form::<MovementNumber>::new());
    let days = (1968..=2104).flat_map(|year| (0..=1_332).map(move |day| format!("EE{year}{day:04}UO000123")));
    assert_eq!(days.filter(|text| paper.agrees_on(text)).count(), 135 * 365 + 33);
    let form = "[A-Z]{2}(19|20|99)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9][UN][NEO][0-9]{6}";
    law(2_000, written(form), |case| paper.agrees_around(case));
    assert_eq!((0..100).filter(|day| movement.agrees_on(&format!("{day:02}-USV-08"))).count(), 31);
    law(2_000, written("[0-3][0-9]-[A-Z0-9]{2,7}-[0-9]{2}"), |case| movement.agrees_around(case));
}

#[test]
fn kinds_of_events_are_those_that_there_are() {
    let kind = Form::<EventKind>::new();
    assert!(Event::CATALOGUE.iter().all(|(_, name)| kind.agrees_on(name)));
    law(1_000, written("ActRatified|TransferProposed|[A-Z][a-z]{3,5}"), |case| kind.agrees_around(case));
}

#[test]
fn names_and_bytes_are_well_formed() {
    let (id, reference) = (Form::<TransferId>::new(), Form::<Reference>::new());
    law(1_000, written("[A-Za-z0-9./-]{0,66}"), |case| {
        id.agrees_around(case.clone());
        reference.agrees_around(case);
    });
    law(500, written("[0-9a-f]{31,33}"), |case| Form::<ActId>::new().agrees_around(case));
    law(500, written("[0-9a-f]{63,65}"), |case| {
        Form::<Digest>::new().agrees_around(case.clone());
        Form::<PublicKey>::new().agrees_around(case);
    });
    law(300, written("[0-9a-f]{127,129}"), |case| Form::<Signature>::new().agrees_around(case));

    let actor = Form::<Actor>::new();
    for (_, role) in Role::ALL {
        assert!(actor.agrees_on(&format!("EE/{role}")));
        let holders = (0..300).filter(|holder| actor.agrees_on(&format!("EE/{role}/{holder}")));
        assert_eq!(holders.count(), 254);
    }
    law(1_000, written("(EE|LV)/(PBO|LOG|MIN)(/[0-9]{1,3})?(/2)?"), |case| actor.agrees_around(case));
}

#[test]
fn items_are_well_formed() {
    let (item, id) = (Form::<Item>::new(), Form::<ItemId>::new());
    let nsn = "([0-9]{13}|[0-9]{4}-[0-9]{2}-[0-9]{3}-[0-9]{4})";
    let serial = "serial:[A-Z0-9]{5}:[A-Za-z0-9./-]{1,65}:[A-Za-z0-9./-]{1,9}";
    let leak = |form: String| -> &'static str { form.leak() };
    let bare = leak(format!("{serial}|batch:{nsn}:[A-Z0-9-]{{1,9}}|bulk:{nsn}"));
    let full = leak(format!(
        "{serial}|(batch:{nsn}:[A-Z0-9-]{{1,9}}|bulk:{nsn})=(0|[1-9][0-9]{{0,5}})(\\.[0-9]{{1,3}})? (EA|LTR)"
    ));
    law(2_000, written(bare), |case| {
        item.agrees_around(case.clone());
        id.agrees_around(case);
    });
    law(2_000, written(full), |case| {
        item.agrees_around(case.clone());
        id.agrees_around(case);
    });
}

#[test]
fn prose_is_on_one_line() {
    let text = Form::<Text>::but_for(not_in_order);
    // Every character inside, and those that are no letters alone and at the end.
    // Of the planes where nothing or everything is assigned, some.
    let tried = |c: &u32| *c < 0x2_0000 || (0xE_0000..0xE_2000).contains(c) || c.is_multiple_of(61);
    for letter in (0..=0x10_FFFF).filter(tried).filter_map(char::from_u32) {
        text.agrees_on(&format!("a{letter}a"));
        if u32::from(letter) < 0x3100 || !letter.is_alphanumeric() {
            text.agrees_on(&letter.to_string());
            text.agrees_on(&format!("a{letter}"));
        }
    }
    for length in [0, 1, 2, 1_999, 2_000, 2_001] {
        for letter in ["a", "õ", "𝄞"] {
            assert_eq!(text.agrees_on(&letter.repeat(length)), (1..=2_000).contains(&length));
        }
    }
    law(1_000, written("\\PC{0,12}"), |case| text.agrees_around(case));
}
