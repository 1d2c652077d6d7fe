//! Codes of other people: NATO stock numbers, makers, hazards, control-list categories (domain.md
//! section 10). A code that exists is well formed.

use std::fmt;
use std::str::FromStr;

use super::pattern;
use super::text::{code_list, text_form};
use super::time::Date;

/// A party to the ledger, by its ISO 3166 alpha-2 country code: `EE`, `LV`, `LT`, and whoever is admitted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Party([u8; 2]);

/// A state, member or not, by its ISO 3166 alpha-2 code.
pub type Country = Party;

impl Party {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        // Only `from_str` makes one, so the bytes are two ASCII letters.
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Party {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(Self([*a, *b])),
            _ => Err(format!("{text:?} is not a country code of two capital letters such as EE")),
        }
    }
}

text_form!(Party, "a country code of two capital letters, such as EE", "^[A-Z]{2}$");

/// A NATO stock number: supply class (4), country bureau (2), item number (7).
///
/// Kept as 13 digits, written with hyphens, `1376-38-123-4567`; read with or without them. Two numbers name
/// the same item when their last nine digits agree, since the supply class may change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nsn(u64);

impl Nsn {
    /// The number whose 13 digits, read as one decimal number, are `digits`.
    ///
    /// # Errors
    /// More than 13 digits.
    pub fn from_digits(digits: u64) -> Result<Self, String> {
        if digits >= 10_000_000_000_000 {
            return Err("a NATO stock number has 13 digits".into());
        }
        Ok(Self(digits))
    }

    /// The 13 digits as one decimal number.
    pub const fn digits(self) -> u64 {
        self.0
    }

    /// The item it names, whatever its supply class.
    pub const fn niin(self) -> Niin {
        Niin(self.0.wrapping_rem(1_000_000_000))
    }
}

impl fmt::Display for Nsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let d = format!("{:013}", self.0);
        let part = |range: std::ops::Range<usize>| d.get(range).unwrap_or_default();
        write!(f, "{}-{}-{}-{}", part(0..4), part(4..6), part(6..9), part(9..13))
    }
}

impl fmt::Debug for Nsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Nsn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a NATO stock number such as 1376-38-123-4567");
        let hyphens: Vec<usize> =
            text.bytes().enumerate().filter(|(_, b)| *b == b'-').map(|(i, _)| i).collect();
        if !hyphens.is_empty() && hyphens != [4, 7, 11] {
            return Err(wrong());
        }
        let digits = text.replace('-', "");
        if digits.len() != 13 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        Self::from_digits(digits.parse().map_err(|_| wrong())?)
    }
}

text_form!(
    Nsn,
    "a NATO stock number: 13 digits, as 1376-38-123-4567 or without hyphens",
    pattern::whole(pattern::NSN)
);

/// A national item identification number: the last nine digits of a stock number, which fix the item.
///
/// Written with hyphens, `38-123-4567`; read with or without them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Niin(u64);

impl fmt::Display for Niin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let d = format!("{:09}", self.0);
        let part = |range: std::ops::Range<usize>| d.get(range).unwrap_or_default();
        write!(f, "{}-{}-{}", part(0..2), part(2..5), part(5..9))
    }
}

impl fmt::Debug for Niin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Niin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not an item identification number such as 38-123-4567");
        let hyphens: Vec<usize> =
            text.bytes().enumerate().filter(|(_, b)| *b == b'-').map(|(i, _)| i).collect();
        if !hyphens.is_empty() && hyphens != [2, 6] {
            return Err(wrong());
        }
        let digits = text.replace('-', "");
        if digits.len() != 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        digits.parse().map(Self).map_err(|_| wrong())
    }
}

text_form!(
    Niin,
    "a national item identification number: 9 digits, as 38-123-4567 or without hyphens",
    pattern::whole(pattern::NIIN)
);

/// A maker or organisation by its NATO commercial and government entity code: five capital letters or digits. A code
/// that ends in `J` is Estonian, and those begin with a digit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ncage([u8; 5]);

impl Ncage {
    /// The five characters.
    pub fn as_str(&self) -> &str {
        // Only `from_str` makes one, so the bytes are ASCII.
        std::str::from_utf8(&self.0).unwrap_or("?????")
    }
}

impl fmt::Display for Ncage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Ncage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Ncage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bytes: Option<[u8; 5]> = text.as_bytes().try_into().ok();
        let code =
            bytes
                .filter(|bytes| bytes.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
                .ok_or_else(|| format!("{text:?} is not an NCAGE code of five capital letters or digits"))?;
        match code {
            [first, .., b'J'] if !first.is_ascii_digit() => Err(format!(
                "{text:?} is not an NCAGE code: Estonian codes, which end in J, begin with a digit"
            )),
            _ => Ok(Self(code)),
        }
    }
}

text_form!(
    Ncage,
    "an NCAGE code of five capital letters or digits, such as 0AA1J",
    pattern::whole(pattern::NCAGE)
);

/// A code of the Common Procurement Vocabulary: eight digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpv(u32);

impl Cpv {
    /// The code whose eight digits, read as one decimal number, are `digits`.
    ///
    /// # Errors
    /// More than eight digits.
    pub fn from_digits(digits: u32) -> Result<Self, String> {
        if digits >= 100_000_000 {
            return Err("a CPV code has eight digits".into());
        }
        Ok(Self(digits))
    }

    /// The eight digits as one decimal number.
    pub const fn digits(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Cpv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}

impl fmt::Debug for Cpv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Cpv {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let shaped = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
        shaped
            .then(|| text.parse().ok())
            .flatten()
            .map(Self)
            .ok_or_else(|| format!("{text:?} is not a CPV code of eight digits such as 35330000"))
    }
}

text_form!(Cpv, "a CPV code of eight digits, such as 35330000", "^[0-9]{8}$");

/// A UN hazard division and compatibility group of class 1, such as `1.1D`: one of the 35 that exist.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hazard {
    division: u8,
    group: u8,
}

/// The compatibility groups of divisions 1.1 to 1.6.
const HAZARD_GROUPS: [&str; 6] = ["ABCDEFGJL", "BCDEFGHJKL", "CFGHJKL", "BCDEFGS", "D", "N"];

impl Hazard {
    /// Division `1.{division}`, group as an ASCII capital.
    ///
    /// # Errors
    /// The pair is not one of the 35.
    pub fn new(division: u8, group: u8) -> Result<Self, String> {
        let groups = usize::from(division).checked_sub(1).and_then(|i| HAZARD_GROUPS.get(i));
        match groups {
            Some(groups) if groups.bytes().any(|g| g == group) => Ok(Self { division, group }),
            _ => Err("no such hazard division and compatibility group: 1.1D is one of the 35".into()),
        }
    }

    /// The number behind `1.` in the division.
    pub const fn division(self) -> u8 {
        self.division
    }

    /// The group as an ASCII capital.
    pub const fn group(self) -> u8 {
        self.group
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}{}", self.division, char::from(self.group))
    }
}

impl fmt::Debug for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Hazard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.as_bytes() {
            [b'1', b'.', division @ b'1'..=b'6', group] => Self::new(division.wrapping_sub(b'0'), *group),
            _ => Err("a hazard is written as division and group, such as 1.1D".into()),
        }
    }
}

text_form!(
    Hazard,
    "a UN class 1 division and compatibility group, such as 1.1D",
    "^1\\.(1[A-GJL]|2[B-HJ-L]|3[CFGHJ-L]|4[B-GS]|5D|6N)$"
);

/// A category of the EU Common Military List, `ML1` to `ML22`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MlCategory(u8);

impl MlCategory {
    /// Category `ML{number}`.
    ///
    /// # Errors
    /// Not 1 to 22.
    pub fn new(number: u8) -> Result<Self, String> {
        if !(1..=22).contains(&number) {
            return Err("a Common Military List category is ML1 to ML22".into());
        }
        Ok(Self(number))
    }

    /// The number behind `ML`.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// True for ammunition (ML3) and for bombs, missiles and charges (ML4), which never travel without
    /// their hazard data (domain.md T17).
    pub const fn is_explosive(self) -> bool {
        matches!(self.0, 3 | 4)
    }
}

impl fmt::Display for MlCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ML{}", self.0)
    }
}

impl fmt::Debug for MlCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for MlCategory {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix("ML").filter(|digits| !digits.starts_with(['0', '+']));
        number
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| format!("{text:?} is not a Common Military List category such as ML4"))
            .and_then(Self::new)
    }
}

text_form!(MlCategory, "a Common Military List category, ML1 to ML22", "^ML([1-9]|1[0-9]|2[0-2])$");

/// The serial number of a customs declaration for military goods, form 302: country, day, whether the goods have
/// Union status, whose operation it is, and a number (domain.md section 10).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Form302Serial([u8; 18]);

impl Form302Serial {
    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        // Only `from_str` makes one, so the bytes are ASCII.
        std::str::from_utf8(&self.0).unwrap_or("??????????????????")
    }

    /// The state whose forces issued it.
    pub const fn country(&self) -> Country {
        let [a, b, ..] = self.0;
        Party([a, b])
    }

    /// True when the goods have the customs status of Union goods.
    pub const fn union_goods(&self) -> bool {
        let [.., status, _, _, _, _, _, _, _] = self.0;
        status == b'U'
    }
}

impl fmt::Display for Form302Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Form302Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Form302Serial {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a serial number of a form 302 such as EE20261120UO000123");
        let bytes: [u8; 18] = text.as_bytes().try_into().map_err(|_| wrong())?;
        let part = |range: std::ops::Range<usize>| bytes.get(range).unwrap_or_default();
        let shaped = part(0..2).iter().all(u8::is_ascii_uppercase)
            && part(2..10).iter().chain(part(12..18)).all(u8::is_ascii_digit)
            && matches!(part(10..12), [b'U' | b'N', b'N' | b'E' | b'O']);
        let day = text.get(2..10).and_then(|digits| digits.parse().ok());
        match day.map(Date::from_number) {
            Some(Ok(_)) if shaped => Ok(Self(bytes)),
            _ => Err(wrong()),
        }
    }
}

text_form!(
    Form302Serial,
    "a serial number of a form 302: country, yyyymmdd, U or N, N, E or O, six digits",
    once { "pattern": format!("^[A-Z]{{2}}({})[UN][NEO][0-9]{{6}}$", pattern::days("")) }
);

/// A movement number (march credit): the day of the month on which the movement starts, the office that gives the
/// number, a serial number; `25-USV-08` (domain.md section 2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MovementNumber(Box<str>);

impl MovementNumber {
    /// Its most characters.
    pub const MAX: usize = 12;

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The day of the month on which the movement starts.
    pub fn day(&self) -> u32 {
        self.0.get(..2).and_then(|digits| digits.parse().ok()).unwrap_or(0)
    }
}

impl fmt::Display for MovementNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for MovementNumber {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        let parts: Vec<&str> = text.split('-').collect();
        let shaped = match parts.as_slice() {
            [day, office, serial] => {
                let capitals = office.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
                let in_month = day.parse().is_ok_and(|day: u8| (1..=31).contains(&day));
                two_digits(day)
                    && in_month
                    && (3..=6).contains(&office.len())
                    && capitals
                    && two_digits(serial)
            }
            _ => false,
        };
        let number = shaped.then(|| Self(text.into()));
        number.ok_or_else(|| format!("{text:?} is not a movement number such as 25-USV-08"))
    }
}

text_form!(
    MovementNumber,
    "a movement number: day of start, office, serial, such as 25-USV-08",
    "^(0[1-9]|[12][0-9]|3[01])-[A-Z0-9]{3,6}-[0-9]{2}$"
);

code_list! {
    /// The condition of materiel (domain.md section 10).
    Condition: "a condition code" {
        /// Issuable.
        1 Issuable "A";
        /// Issuable with a limit.
        2 IssuableWithLimit "B";
        /// Repairable, limited work.
        3 RepairableLimited "E";
        /// Repairable.
        4 Repairable "F";
        /// Incomplete.
        5 Incomplete "G";
        /// Condemned.
        6 Condemned "H";
        /// Suspended.
        7 Suspended "J";
        /// Ammunition for emergency combat use only.
        8 EmergencyUseOnly "N";
    }
}

code_list! {
    /// What a document is. An act that needs one is invalid without it (domain.md I04).
    DocumentKind: "a kind of document" {
        /// Memorandum of understanding among the participants.
        1 Memorandum "memorandum";
        /// Signed contract.
        2 Contract "contract";
        /// Supplier's despatch advice.
        3 DespatchAdvice "despatch_advice";
        /// Certificate of conformity.
        4 ConformityCertificate "conformity_certificate";
        /// Supplier's invoice.
        5 Invoice "invoice";
        /// Transfer or loan voucher.
        6 Voucher "voucher";
        /// Deed that passes title.
        7 TitleDeed "title_deed";
        /// A third state's consent to a re-transfer.
        8 RetransferConsent "retransfer_consent";
        /// Export or transfer licence, or the ground of an exemption.
        9 Licence "licence";
        /// Report of an investigation.
        10 InvestigationReport "investigation_report";
        /// Photograph.
        11 Photograph "photograph";
        /// Any other paper.
        12 Other "other";
        /// Framework agreement.
        13 Framework "framework";
        /// Amendment of a contract or arrangement.
        14 Amendment "amendment";
        /// Guarantee for an advance.
        15 Guarantee "guarantee";
        /// Certificate of exemption from value added tax and excise.
        16 TaxExemption "tax_exemption";
        /// Record of a physical count.
        17 CountSheet "count_sheet";
        /// Hand receipt.
        18 HandReceipt "hand_receipt";
        /// Customs declaration for military goods, form 302.
        19 Form302 "form_302";
        /// Act of accession, suspension or withdrawal of a member.
        20 MembershipAct "membership_act";
        /// Why a term is longer, or a rule is departed from.
        21 Justification "justification";
        /// Grant agreement, funding decision or loan agreement.
        22 FundingDecision "funding_decision";
        /// Report of an incident.
        23 IncidentReport "incident_report";
        /// Order, receipt or return of mutual support (STANAG 3381 Annex B).
        24 SupportForm "support_form";
    }
}

code_list! {
    /// Who may read a document.
    Marking: "a marking" {
        /// Anyone with the ledger.
        1 Unclassified "unclassified";
        /// Kept apart, under restriction; the ledger holds its digest alone.
        2 RestrictedReference "restricted_reference";
    }
}

code_list! {
    /// What a movement is for, and what an authorisation allows movements to be for.
    Purpose: "a purpose of a movement" {
        /// Exercise.
        1 Exercise "EXERCISE";
        /// Rotation of units.
        2 Rotation "ROTATION";
        /// Supply of units.
        3 Sustainment "SUSTAINMENT";
        /// Deployment.
        4 Deployment "DEPLOYMENT";
        /// Training.
        5 Training "TRAINING";
    }
}

code_list! {
    /// How a movement travels.
    Mode: "a mode of movement" {
        /// By road.
        1 Road "ROAD";
        /// By rail.
        2 Rail "RAIL";
        /// By sea.
        3 Sea "SEA";
        /// By air.
        4 Air "AIR";
        /// By inland water.
        5 InlandWater "INLAND_WATER";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_35_hazard_codes_exist() {
        let all: Vec<String> = (0..=255u8)
            .flat_map(|d| (0..=255u8).filter_map(move |g| Hazard::new(d, g).ok()))
            .map(|h| h.to_string())
            .collect();
        assert_eq!(all.len(), 35);
        for code in all {
            assert_eq!(code.parse::<Hazard>().unwrap().to_string(), code);
        }
        for wrong in ["1.1K", "1.7A", "1.5A", "2.1D", "1.1", "1.1d", "1.1DD"] {
            assert!(wrong.parse::<Hazard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn stock_numbers_are_compared_by_item_and_shown_with_hyphens() {
        let a: Nsn = "1376-38-123-4567".parse().unwrap();
        assert_eq!("1376381234567".parse::<Nsn>().unwrap(), a);
        assert_eq!("0076-38-123-4567".parse::<Nsn>().unwrap().niin(), a.niin());
        assert_eq!(a.to_string(), "1376-38-123-4567");
        for wrong in ["1376-3812-34567", "137638123456", "1376-38-123-456A", "13763812345678"] {
            assert!(wrong.parse::<Nsn>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn categories_run_from_1_to_22() {
        assert_eq!("ML22".parse::<MlCategory>().unwrap().to_string(), "ML22");
        for wrong in ["ML0", "ML23", "ml4", "ML04", "4", "ML+4"] {
            assert!(wrong.parse::<MlCategory>().is_err(), "{wrong}");
        }
    }
}
