//! Codes of other people: our types agree with the tables in `fixtures/codes`, made apart from them.

use std::collections::BTreeSet;

use ledger_core::domain::codes::{
    Form302Serial, Hazard, MlCategory, MovementNumber, Ncage, Niin, Nsn, Party,
};
use ledger_core::domain::money::Currency;

const VECTORS: &str = include_str!("../../../fixtures/codes/vectors.csv");
const HAZARDS: &str = include_str!("../../../fixtures/codes/un_class1_codes.csv");
const CATEGORIES: &str = include_str!("../../../fixtures/codes/eu_cml_categories.csv");

/// The rows of a table, without its head.
fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().skip(1).filter(|line| !line.is_empty())
}

/// True when our type takes the value.
fn taken(kind: &str, value: &str) -> bool {
    match kind {
        "NSN" => value.parse::<Nsn>().is_ok(),
        "NIIN" => value.parse::<Niin>().is_ok(),
        "NCAGE" => value.parse::<Ncage>().is_ok(),
        "F302" => value.parse::<Form302Serial>().is_ok(),
        "MOVNO" => value.parse::<MovementNumber>().is_ok(),
        "HAZ" => value.parse::<Hazard>().is_ok(),
        "ML" => value.parse::<MlCategory>().is_ok(),
        "CUR" => {
            let (code, digits) = value.split_once(':').unwrap();
            code.parse::<Currency>().is_ok_and(|currency| currency.minor_digits().to_string() == digits)
        }
        kind => panic!("the vectors have a kind that no type stands for: {kind}"),
    }
}

#[test]
fn our_codes_are_those_of_the_vectors() {
    let mut kinds = BTreeSet::new();
    for row in rows(VECTORS) {
        let cells: Vec<&str> = row.splitn(4, ',').collect();
        let [kind, value, valid, why] = cells.as_slice() else { panic!("{row}") };
        assert_eq!(taken(kind, value).to_string(), *valid, "{kind} {value}: {why}");
        kinds.insert(*kind);
    }
    assert_eq!(kinds.len(), 8, "{kinds:?}");
}

#[test]
fn the_hazards_are_those_of_the_table() {
    let mut listed = BTreeSet::new();
    for row in rows(HAZARDS) {
        let (division, groups) = row.split_once(',').unwrap();
        listed.extend(groups.split(' ').map(|group| format!("{division}{group}")));
    }
    let ours: BTreeSet<String> = (0..=9)
        .flat_map(|division| (b'A'..=b'Z').map(move |group| format!("1.{division}{}", char::from(group))))
        .filter(|code| code.parse::<Hazard>().is_ok())
        .collect();
    assert_eq!(ours, listed);
    assert_eq!(ours.len(), 35);
}

#[test]
fn the_categories_are_those_of_the_list() {
    let listed: Vec<&str> = rows(CATEGORIES).filter_map(|row| row.split(',').next()).collect();
    let ours: Vec<String> =
        (0..=u8::MAX).filter_map(|n| MlCategory::new(n).ok()).map(|category| category.to_string()).collect();
    assert_eq!(ours, listed);
}

#[test]
fn a_form_302_says_whose_it_is_and_what_its_goods_are() {
    let serial: Form302Serial = "EE20261120NO000123".parse().unwrap();
    assert_eq!(serial.country(), "EE".parse::<Party>().unwrap());
    assert!(!serial.union_goods());
    assert!("LV20240229UE999999".parse::<Form302Serial>().unwrap().union_goods());
    for wrong in ["EE20230229UO000123", "ee20261120UO000123", "EE20261120UX000123", "EE20261120UO00012A", ""]
    {
        assert!(wrong.parse::<Form302Serial>().is_err(), "{wrong}");
    }
}

#[test]
fn a_movement_number_says_on_which_day_the_movement_starts() {
    assert_eq!("25-USV-08".parse::<MovementNumber>().unwrap().day(), 25);
    assert_eq!("01-EENMC1-00".parse::<MovementNumber>().unwrap().day(), 1);
    let longest = "31-ABCDEF-99";
    assert_eq!(
        (longest.parse::<MovementNumber>().unwrap().as_str(), longest.len()),
        (longest, MovementNumber::MAX)
    );
    for wrong in [
        "00-USV-08",
        "1-USV-08",
        "25-US-08",
        "25-ABCDEFG-08",
        "25-usv-08",
        "25-USV-8",
        "+5-USV-08",
        "25-USV-08-1",
    ] {
        assert!(wrong.parse::<MovementNumber>().is_err(), "{wrong}");
    }
}

#[test]
fn an_item_number_is_the_end_of_its_stock_number() {
    let stock: Nsn = "1376-38-123-4567".parse().unwrap();
    assert_eq!(Ok(stock.niin()), "38-123-4567".parse::<Niin>());
    assert_eq!(Ok(stock.niin()), "381234567".parse::<Niin>());
    assert_eq!(stock.niin().to_string(), "38-123-4567");
    for wrong in ["38-1234567", "38123456", "38-123-456A", "3-8123-4567"] {
        assert!(wrong.parse::<Niin>().is_err(), "{wrong}");
    }
}
