//! How an entry lies in its bytes, told to the page: its decoder knows no kind of event of its own.

use std::collections::BTreeMap;

use ledger_core::domain::Event;
use ledger_core::domain::books::MoreIn;
use ledger_core::domain::codes::{Condition, DocumentKind, Hazard, Marking, Mode, Purpose};
use ledger_core::domain::consent::Family;
use ledger_core::domain::correction::CorrectionReason;
use ledger_core::domain::count::CountScope;
use ledger_core::domain::crisis::CrisisScope;
use ledger_core::domain::discrepancy::{DiscrepancyKind, Liability, Outcome};
use ledger_core::domain::engagement::{SampleMethod, Severity};
use ledger_core::domain::licence::LicenceKind;
use ledger_core::domain::money::Currency;
use ledger_core::domain::movement::{DeviationKind, Ground, IncidentKind, VehicleClass};
use ledger_core::domain::party::Role;
use ledger_core::domain::procurement::{
    CostBasis, Instrument, LegalBasis, ProcedureMethod, QualityResult, VatRegime, WarrantyResult,
};
use ledger_core::domain::quantity::Unit;
use ledger_core::domain::ratification::Remedy;
use ledger_core::domain::reconcile::{BreakClass, RunKind};
use ledger_core::domain::support::Repayment;
use ledger_core::domain::transfer::{RiskPoint, TransferKind};
use ledger_core::ledger::codec::LAYOUTS;
use serde::Serialize;
use serde_json::{Value, json};

/// A code list: its name, and its words by their numbers.
type Codes = BTreeMap<&'static str, BTreeMap<u8, &'static str>>;

/// Every code list of an entry (format.md, section 3).
fn codes() -> Codes {
    let mut all = Codes::new();
    macro_rules! lists {
        ($($name:ident),* $(,)?) => {$(
            all.insert(stringify!($name), $name::ALL.iter().map(|(n, c)| (*n, c.code())).collect());
        )*};
    }
    lists!(
        BreakClass,
        Condition,
        CorrectionReason,
        CostBasis,
        CountScope,
        CrisisScope,
        DeviationKind,
        DiscrepancyKind,
        DocumentKind,
        Family,
        Ground,
        IncidentKind,
        Instrument,
        LegalBasis,
        Liability,
        LicenceKind,
        Marking,
        Mode,
        MoreIn,
        Outcome,
        ProcedureMethod,
        Purpose,
        QualityResult,
        Remedy,
        Repayment,
        RiskPoint,
        Role,
        RunKind,
        SampleMethod,
        Severity,
        TransferKind,
        Unit,
        VatRegime,
        VehicleClass,
        WarrantyResult,
    );
    all
}

/// Every currency of an entry, with the digits behind its point.
fn currencies() -> BTreeMap<String, u32> {
    let letters = || (b'A'..=b'Z').map(char::from);
    let all = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
    all.filter_map(|code| {
        let code = String::from_iter(code);
        let digits = code.parse::<Currency>().ok()?.minor_digits();
        Some((code, digits))
    })
    .collect()
}

/// Every hazard code, as division and letter.
fn hazards() -> Vec<String> {
    let pairs = (0..=9_u8).flat_map(|division| (b'A'..=b'Z').map(move |group| (division, group)));
    pairs.filter_map(|(division, group)| Hazard::new(division, group).ok()).map(|h| h.to_string()).collect()
}

/// The layout, as the page's decoder reads it.
pub(super) fn layout() -> Value {
    #[derive(Serialize)]
    struct Layout {
        structures: BTreeMap<&'static str, &'static [(&'static str, &'static str)]>,
        events: BTreeMap<u16, &'static str>,
        codes: Codes,
        currencies: BTreeMap<String, u32>,
        hazards: Vec<String>,
    }
    json!(Layout {
        structures: LAYOUTS.iter().copied().collect(),
        events: Event::CATALOGUE.iter().copied().collect(),
        codes: codes(),
        currencies: currencies(),
        hazards: hazards(),
    })
}

/// The fields of a structure or an event: name and type.
pub(super) fn fields(name: &str) -> &'static [(&'static str, &'static str)] {
    LAYOUTS.iter().find(|(known, _)| *known == name).map_or(&[], |(_, fields)| fields)
}

/// Types of fields that stand in the line that says what an entry did.
const TOLD: [&str; 10] = [
    "Item",
    "Party",
    "Role",
    "Family",
    "TransferKind",
    "CrisisScope",
    "Money",
    "MovementNumber",
    "Place",
    "PublicKey",
];

/// True for fields that stand in the line that says what an entry did; `page/words.js` has the same rule.
pub(super) fn is_told(field: &str, kind: &str) -> bool {
    let kind = kind.strip_prefix("Option<").and_then(|kind| kind.strip_suffix('>')).unwrap_or(kind);
    kind.ends_with("Id") || TOLD.contains(&kind) || (kind == "u64" && field == "entry")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The types that `page/entry.js` reads by itself.
    const OWN: [&str; 27] = [
        "u8",
        "u16",
        "u32",
        "u64",
        "bool",
        "Text",
        "ActId",
        "Digest",
        "PublicKey",
        "Signature",
        "Party",
        "Country",
        "Ncage",
        "Currency",
        "Form302Serial",
        "MovementNumber",
        "Timestamp",
        "Date",
        "Nsn",
        "Cpv",
        "MlCategory",
        "EventKind",
        "Money",
        "Share",
        "Quantity",
        "Hazard",
        "Item",
    ];
    /// Identifiers whose names do not say so.
    const IDENTIFIERS: [&str; 6] =
        ["Origin", "Place", "Reference", "PartNumber", "SerialNumber", "BatchNumber"];

    /// When this fails for a new code list, put it into `codes`; for another type, teach `page/entry.js` to read it.
    #[test]
    fn the_page_can_read_every_type_of_every_field() {
        let codes = codes();
        for (name, fields) in LAYOUTS {
            for (field, kind) in *fields {
                let inner = kind
                    .strip_prefix("Vec<")
                    .or_else(|| kind.strip_prefix("Option<"))
                    .and_then(|kind| kind.strip_suffix('>'))
                    .unwrap_or(kind);
                let known = OWN.contains(&inner)
                    || IDENTIFIERS.contains(&inner)
                    || inner.ends_with("Id")
                    || codes.contains_key(inner)
                    || !super::fields(inner).is_empty();
                assert!(known, "{name}.{field}: {kind}");
            }
        }
    }

    #[test]
    fn the_lists_are_whole() {
        assert_eq!(hazards().len(), 35);
        assert!(currencies().len() >= 183);
        assert_eq!(currencies()["JPY"], 0);
    }

    #[test]
    fn the_rule_of_what_is_told_stands_in_the_page_too() {
        let words = include_str!("page/words.js");
        for kind in TOLD {
            assert!(is_told("any", kind) && words.contains(&format!("'{kind}'")), "{kind}");
        }
        assert!(is_told("loan", "Option<TransferId>") && !is_told("reason", "Text"));
    }
}
