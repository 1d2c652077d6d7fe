//! Values: money, shares and quantities add up, and everything that is written is read back as the same.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use ledger_core::domain::codes::{
    Condition, Cpv, DocumentKind, Hazard, Marking, MlCategory, Mode, Ncage, Nsn, Party, Purpose,
};
use ledger_core::domain::consent::Family;
use ledger_core::domain::correction::CorrectionReason;
use ledger_core::domain::count::CountScope;
use ledger_core::domain::crisis::CrisisScope;
use ledger_core::domain::discrepancy::{DiscrepancyKind, Liability, Outcome};
use ledger_core::domain::event::EventKind;
use ledger_core::domain::ids::{Place, Reference, Signature, TransferId};
use ledger_core::domain::item::{Item, ItemId};
use ledger_core::domain::licence::LicenceKind;
use ledger_core::domain::money::{Currency, Money, Share, common_weights};
use ledger_core::domain::movement::{DeviationKind, Ground, IncidentKind, VehicleClass};
use ledger_core::domain::procurement::{
    CostBasis, Instrument, LegalBasis, ProcedureMethod, QualityResult, VatRegime, WarrantyResult,
};
use ledger_core::domain::quantity::{Quantity, Unit};
use ledger_core::domain::ratification::Remedy;
use ledger_core::domain::support::Repayment;
use ledger_core::domain::transfer::{RiskPoint, TransferKind};
use ledger_core::domain::{Act, ActId, Date, Digest, Event, Origin, PublicKey, Role, Rule, Text, Timestamp};
use ledger_core::ledger::codec::{decode_body, encode_body};
use ledger_core::ledger::entry::Body;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::Strategy;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::law;
use crate::rules::world::*;

#[test]
fn the_parts_of_an_amount_sum_to_it_and_are_within_a_cent_of_the_exact_share() {
    law(2_000, (0..=i64::MAX.unsigned_abs(), vec(any::<u64>(), 1..8)), |(minor, weights)| {
        let amount = Money::new(minor, Currency::EUR).unwrap();
        let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
        let Some(parts) = amount.allocate(&weights) else {
            assert_eq!(total, 0, "only weights of nothing cannot be divided by");
            return;
        };
        assert_eq!(parts.iter().map(|part| part.minor()).sum::<u64>(), minor);
        for (part, weight) in parts.iter().zip(&weights) {
            // Compared as fractions over the sum of the weights.
            let floor = u128::from(minor) * u128::from(*weight) / total;
            let exact = u128::from(minor) * u128::from(*weight) % total == 0;
            let got = u128::from(part.minor());
            assert!(got == floor || (!exact && got == floor + 1), "{part} is not within a cent of {floor}");
        }
    });
}

#[test]
fn shares_over_a_common_denominator_are_the_same_shares() {
    law(1_000, vec((1_u64..500, 1_u64..500), 1..4), |pairs| {
        let shares: Vec<Share> =
            pairs.into_iter().filter_map(|(a, b)| Share::new(a.min(b), a.max(b)).ok()).collect();
        let (weights, whole) = common_weights(&shares).unwrap();
        for (share, weight) in shares.iter().zip(weights) {
            assert_eq!(weight * share.denominator(), share.numerator() * whole);
        }
    });
}

fn quantity() -> impl Strategy<Value = Quantity> {
    let unit = (0..Unit::ALL.len()).prop_map(|index| Unit::ALL[index].1);
    (0..1_000_000_000_000_u128, unit)
        .prop_map(|(millionths, unit)| Quantity::from_millionths(millionths, unit).unwrap())
}

#[test]
fn quantities_of_one_unit_add_and_subtract_like_numbers() {
    law(2_000, (quantity(), quantity(), quantity()), |(a, b, c)| {
        assert_eq!(a.plus(b), b.plus(a));
        assert_eq!(a.plus(b).is_some(), a.unit() == b.unit(), "units are never mixed");
        let [b, c] = [b, c].map(|q| Quantity::from_millionths(q.millionths(), a.unit()).unwrap());
        let sum = a.plus(b).unwrap();
        assert_eq!(sum.millionths(), a.millionths() + b.millionths());
        assert_eq!(sum.minus(b), Some(a));
        assert_eq!(sum.plus(c), a.plus(b.plus(c).unwrap()));
        assert_eq!(Quantity::sum([a, b, c]), sum.plus(c));
        assert_eq!(a.plus(a.none()), Some(a));
        assert_eq!(a.minus(b).is_some(), b.at_most(a));
        assert!(a.at_most(sum) && a.minus(a).unwrap().is_zero());
        assert_eq!(Quantity::new(a.number(), a.scale(), a.unit()), Ok(a), "one quantity has one form");
    });
}

/// A value is read back from its text, and its JSON form is that text.
fn reads_back<T>(value: &T)
where
    T: Display + FromStr<Err: Debug> + Debug + PartialEq + Serialize + DeserializeOwned,
{
    let text = value.to_string();
    assert_eq!(text.parse::<T>().as_ref().ok(), Some(value), "{text}");
    assert_eq!(serde_json::to_value(value).unwrap(), json!(text));
    assert_eq!(serde_json::from_value::<T>(json!(text)).ok().as_ref(), Some(value), "{text}");
}

/// Whatever is read, in whichever spelling, is written in one way and read back from that.
fn settles<T>(text: &str)
where
    T: Display + FromStr<Err: Debug> + Debug + PartialEq + Serialize + DeserializeOwned,
{
    if let Ok(value) = text.parse::<T>() {
        reads_back(&value);
    }
}

#[test]
fn numbers_and_times_are_read_as_they_are_written() {
    law(2_000, any::<(u64, u32, u8)>(), |(long, short, byte)| {
        reads_back(&Quantity::whole(long, Unit::ALL[usize::from(byte) % Unit::ALL.len()].1));
        for code in ["EUR", "JPY", "KWD"] {
            reads_back(&Money::new(long / 2, code.parse().unwrap()).unwrap());
        }
        let stock = Nsn::from_digits(long % 10_000_000_000_000).unwrap();
        reads_back(&stock);
        reads_back(&stock.niin());
        reads_back(&Cpv::from_digits(short % 100_000_000).unwrap());
        if let Ok(moment) = Timestamp::from_millis(long % 253_500_000_000_000) {
            reads_back(&moment);
            reads_back(&moment.date());
            assert_eq!(Date::from_number(moment.date().number()), Ok(moment.date()));
        }
        if let Ok(category) = MlCategory::new(byte % 24) {
            reads_back(&category);
        }
        if let Ok(share) = Share::new(u64::from(short) % 1_000, long % 1_000) {
            reads_back(&share);
        }
        if let Ok(hazard) = Hazard::new(byte % 8, b'A' + u8::try_from(short % 26).unwrap()) {
            reads_back(&hazard);
        }
    });
    law(2_000, quantity(), |quantity| reads_back(&quantity));
}

// The last moments that were let in lay beyond what the calendar can show: they were all written as one.
#[test]
fn the_last_moment_is_read_as_it_is_written() {
    let last = Timestamp::from_millis(0).unwrap().later_by(u64::MAX);
    reads_back(&last);
    assert!(Timestamp::from_millis(last.as_millis() + 1).is_err());
    assert_ne!(last.to_string(), Timestamp::from_millis(last.as_millis() - 1).unwrap().to_string());
}

#[test]
fn bytes_and_words_are_read_as_they_are_written() {
    law(500, any::<([u8; 32], [u8; 32])>(), |(a, b)| {
        let mut long = [0; 64];
        long[..32].copy_from_slice(&a);
        long[32..].copy_from_slice(&b);
        reads_back(&Digest::new(a));
        reads_back(&PublicKey::new(a));
        reads_back(&Signature::new(long));
        let mut short = [0; 16];
        short.copy_from_slice(&a[..16]);
        reads_back(&ActId::new(short));
    });
    law(500, "[A-Za-z0-9./-]{1,64}", |text| {
        let id: TransferId = text.parse().unwrap();
        assert_eq!(id.as_str(), text);
        reads_back(&id);
        reads_back(&text.parse::<Origin>().unwrap());
        reads_back(&text.parse::<Place>().unwrap());
        reads_back(&text.parse::<Reference>().unwrap());
    });
    law(500, "[A-Z]{2}", |text| reads_back(&text.parse::<Party>().unwrap()));
    law(500, NCAGE, |text| reads_back(&text.parse::<Ncage>().unwrap()));
    law(2_000, "\\PC{0,40}", |text| {
        settles::<Text>(&text);
        settles::<TransferId>(&text);
    });
}

/// Makers' codes: one that ends in J begins with a digit.
const NCAGE: &str = "([0-9][A-Z0-9]{4}|[A-Z][A-Z0-9]{3}[A-IK-Z0-9])";

#[test]
fn items_are_read_as_they_are_written() {
    let batch = "batch:[0-9]{13}:[A-Za-z0-9./-]{1,9}";
    law(500, (batch, quantity()), |(id, quantity)| {
        let id: ItemId = id.parse().unwrap();
        reads_back(&id);
        if let Ok(item) = Item::new(id, quantity) {
            reads_back(&item);
        }
    });
    law(500, (NCAGE, "[A-Za-z0-9./-]{1,9}:[A-Za-z0-9./-]{1,9}"), |(maker, number)| {
        let id = format!("serial:{maker}:{number}");
        reads_back(&id.parse::<ItemId>().unwrap());
        reads_back(&id.parse::<Item>().unwrap());
    });
    law(500, "bulk:[0-9]{4}-[0-9]{2}-[0-9]{3}-[0-9]{4}=[1-9][0-9]{0,5} (KGM|LTR)", |text| {
        reads_back(&text.parse::<Item>().unwrap());
    });
}

#[test]
fn whatever_is_read_is_written_in_one_way() {
    law(4_000, "[0-9]{1,4}([./][0-9]{1,7})?( (EUR|JPY|LTR|EA))?", |text| {
        settles::<Money>(&text);
        settles::<Quantity>(&text);
        settles::<Share>(&text);
    });
    law(4_000, "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,4})?Z", |text| {
        settles::<Timestamp>(&text);
        settles::<Date>(&text[..10]);
    });
}

#[test]
fn codes_are_read_as_they_are_written() {
    macro_rules! check {
        ($($list:ident)*) => {$(
            for (number, code) in $list::ALL {
                reads_back(code);
                assert_eq!($list::from_number(*number), Ok(*code));
                assert_eq!(code.number(), *number);
            }
            assert!($list::from_number(0).is_err() && "".parse::<$list>().is_err());
        )*};
    }
    check!(Role Rule Unit Condition DocumentKind Marking TransferKind RiskPoint DiscrepancyKind Liability Outcome
        LicenceKind CostBasis Family CrisisScope Remedy Purpose Mode QualityResult VatRegime WarrantyResult Instrument LegalBasis ProcedureMethod VehicleClass Ground IncidentKind DeviationKind CorrectionReason CountScope Repayment);
}

#[test]
fn kinds_of_event_are_read_as_they_are_written() {
    for (number, name) in Event::CATALOGUE {
        let kind = EventKind::from_number(*number).unwrap();
        reads_back(&kind);
        assert_eq!((kind.number(), kind.name()), (*number, *name));
    }
    assert!(EventKind::from_number(0).is_err() && "".parse::<EventKind>().is_err());
    let now = "2026-01-30T09:00:00Z".parse().unwrap();
    for event in samples().iter().map(|draft| draft.event(now)) {
        assert_eq!(event.kind().name(), event.name());
    }
}

/// One event of each kind, with its optional fields set.
pub(super) fn samples() -> Vec<Draft> {
    use crate::rules::{
        books_drafts, consent_drafts, governance_drafts, materiel_drafts, money_drafts, movement_drafts,
        tender_drafts,
    };
    [
        first_samples(),
        books_drafts::samples(),
        consent_drafts::samples(),
        governance_drafts::samples(),
        materiel_drafts::samples(),
        money_drafts::samples(),
        movement_drafts::samples(),
        tender_drafts::samples(),
    ]
    .concat()
}

/// Of the kinds that were there first.
fn first_samples() -> Vec<Draft> {
    let (key, other) = (fresh_key(1), fresh_key(2));
    vec![
        charter(),
        enrol(key, EE, PBO).with("valid_until", "2027-01-01T00:00:00Z").with("person_ref", "EE/17"),
        rotate(key, other),
        revoke(key),
        countersign(7).with("remark", "seen"),
        refusal(7),
        register_ammunition(&of(ROUNDS, "5 EA"), EE).with("expiry", "2030-01-01").with("restricted_by", "US"),
        consume(&of(FUEL, "0.5 LTR"), EE).with("loan", "T-1"),
        lose("L-1", &[GUN], EE).with("loan", "T-1"),
        investigate("L-1").with("liable", EE),
        write_off("L-1"),
        find("L-1", &[GUN], "Tapa"),
        propose("LOAN", "T-1", EE, LV, &[GUN]),
        approve("T-1"),
        turn_down("T-1"),
        cancel("T-1"),
        consent("C-1", EE, "US", LV).with("expiry", "2027-01-01").with("conditions", "no further transfer"),
        licence("LIC-1", EE, LV).with("caps", json!([{ "ml": "ML3", "quantity": "5 EA" }])),
        reserve("T-1", &[GUN], "Tapa"),
        dispatch("K-1", "T-1", &[GUN], "Tapa")
            .with("licence", "LIC-1")
            .with("seals", json!(["S-1"]))
            .with("carrier", "rail"),
        receive("K-1", &[GUN], "Adazi"),
        report("X-1", "K-1", "SHORTAGE", &[GUN]),
        resolve("X-1", "LOST").with("loss", "L-1"),
        pass_title("T-1").with("price", "5.00 EUR"),
        extend("T-1", "2026-09-30"),
        recall("T-1", "2026-03-01"),
        send_back("K-2", "T-1", &[GUN], "Adazi").with("licence", "LIC-1"),
        take_back("K-2", &[GUN], "Tapa"),
        programme("P-1", EE),
        join("P-1", EE, "1/3"),
        arrangement("P-1"),
        terms_of_supply("C-1", &[(1, EE, "5 EA", "2026-09-01")]),
        contract("C-1", "P-1"),
        ship("D-1", "C-1", EE, &[(1, &of(ROUNDS, "5 EA"))]),
        land("D-1", &[(2, GUN)]).with("remark", "wet"),
        take_over("D-1", &[(2, GUN)], "Tapa"),
        invoice("I-1", "C-1", &[(1, "5 EA")], "5.00 EUR", "0.00 EUR"),
        clear("I-1", "5.00 EUR"),
        pay("Y-1", "I-1", EE, "5.00 EUR"),
        pool("O-1", "P-1", "FEE", "5.00 EUR", &[(EE, "5.00 EUR")]),
    ]
}

#[test]
fn every_kind_of_event_is_read_back_from_its_json_form() {
    let now = "2026-01-30T09:00:00Z".parse().unwrap();
    let events: Vec<Event> = samples().iter().map(|draft| draft.event(now)).collect();
    let names: Vec<&str> = events.iter().map(Event::name).collect();
    for (_, name) in Event::CATALOGUE {
        assert!(names.contains(name), "no sample of {name}");
    }
    for event in events {
        let written = serde_json::to_value(&event).unwrap();
        assert_eq!(serde_json::from_value::<Event>(written).unwrap(), event);
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    }
}

#[test]
fn every_kind_of_event_is_read_back_from_its_bytes() {
    let now = "2026-01-30T09:00:00Z".parse().unwrap();
    for draft in samples() {
        let act = Act { id: ActId::new([7; 16]), documents: Vec::new(), events: vec![draft.event(now)] };
        let body = Body {
            origin: "ledger.example/baltic".parse().unwrap(),
            seq: 1,
            previous: Digest::new([1; 32]),
            recorded_at: now,
            author: fresh_key(1),
            act,
        };
        assert_eq!(decode_body(&encode_body(&body).unwrap()).unwrap(), body);
    }
}

/// Every object within a value, by its path.
fn objects(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.push(path.to_owned());
            fields.iter().for_each(|(name, field)| objects(field, &format!("{path}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| objects(item, &format!("{path}/{at}"), found));
        }
        _ => {}
    }
}

#[test]
fn an_unknown_field_is_refused_wherever_it_stands() {
    let now = "2026-01-30T09:00:00Z".parse().unwrap();
    for draft in samples() {
        let written = serde_json::to_value(draft.event(now)).unwrap();
        let mut found = Vec::new();
        objects(&written, "", &mut found);
        assert!(found.len() >= 2, "{written}");
        for path in found {
            let mut changed = written.clone();
            changed.pointer_mut(&path).unwrap()["surplus"] = json!(1);
            assert!(serde_json::from_value::<Event>(changed).is_err(), "{path} of {written} takes a surplus");
        }
    }
}

#[test]
fn a_field_without_which_an_event_says_nothing_is_not_left_out() {
    let now = "2026-01-30T09:00:00Z".parse().unwrap();
    for draft in samples() {
        let event = draft.event(now);
        let mut written = serde_json::to_value(&event).unwrap();
        written[event.name()].as_object_mut().unwrap().remove("occurred_at");
        assert!(serde_json::from_value::<Event>(written).is_err(), "{} without a time", event.name());
    }
}
