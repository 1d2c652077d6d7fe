//! Quantities: an exact decimal and a unit of UN/CEFACT Recommendation 20.

use std::fmt;
use std::str::FromStr;

use super::money::{decimal, parse_decimal};
use super::pattern;
use super::text::{code_list, text_form};

/// Most digits behind the point.
const MAX_SCALE: u8 = 6;

code_list! {
    /// A unit of measure, by its Recommendation 20 common code.
    Unit: "a UN/CEFACT Recommendation 20 unit code" {
        /// Each: one whole thing.
        1 Each "EA";
        /// Piece.
        2 Piece "H87";
        /// One.
        3 One "C62";
        /// Set.
        4 Set "SET";
        /// Pair.
        5 Pair "PR";
        /// Kilogram.
        6 Kilogram "KGM";
        /// Tonne.
        7 Tonne "TNE";
        /// Litre.
        8 Litre "LTR";
        /// Metre.
        9 Metre "MTR";
        /// Kilometre.
        10 Kilometre "KMT";
        /// Hour.
        11 Hour "HUR";
        /// Day.
        12 Day "DAY";
        /// Number of articles.
        13 Article "NAR";
    }
}

/// How much of something: never negative, exact, with its unit.
///
/// Written `500 EA` or `12.5 LTR`, without trailing zeros, so that one quantity has one form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    unit: Unit,
    number: u64,
    scale: u8,
}

impl Quantity {
    /// `number / 10^scale` of `unit`.
    ///
    /// # Errors
    /// More than six digits behind the point, a trailing zero behind it, or a number above `i64::MAX`.
    pub fn new(number: u64, scale: u8, unit: Unit) -> Result<Self, String> {
        if scale > MAX_SCALE {
            return Err(format!("a quantity has at most {MAX_SCALE} digits behind the point"));
        }
        if i64::try_from(number).is_err() {
            return Err("a quantity is at most 9,223,372,036,854,775,807 in its last digit".into());
        }
        if scale > 0 && number.checked_rem(10) == Some(0) {
            return Err("a quantity is written without trailing zeros behind the point".into());
        }
        Ok(Self { unit, number, scale })
    }

    /// A whole number of `unit`; numbers above `i64::MAX` are cut to it.
    pub const fn whole(number: u64, unit: Unit) -> Self {
        let most = i64::MAX.unsigned_abs();
        Self { unit, number: if number > most { most } else { number }, scale: 0 }
    }

    /// One of a serial-numbered item.
    pub const ONE: Quantity = Quantity::whole(1, Unit::Each);

    /// The digits, without the point.
    pub const fn number(self) -> u64 {
        self.number
    }

    /// How many of the digits stand behind the point.
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// The unit.
    pub const fn unit(self) -> Unit {
        self.unit
    }

    /// True for none.
    pub const fn is_zero(self) -> bool {
        self.number == 0
    }

    /// None of the same unit.
    pub const fn none(self) -> Self {
        Self::whole(0, self.unit)
    }

    /// Both numbers in millionths, if the units agree.
    fn with(self, other: Quantity) -> Option<(u128, u128)> {
        (self.unit == other.unit).then(|| (self.millionths(), other.millionths()))
    }

    /// The quantity in millionths of its unit.
    pub fn millionths(self) -> u128 {
        let places = u32::from(MAX_SCALE.saturating_sub(self.scale));
        u128::from(self.number).saturating_mul(10_u128.saturating_pow(places))
    }

    /// A quantity from millionths of `unit`, or `None` when it is too large.
    pub fn from_millionths(mut millionths: u128, unit: Unit) -> Option<Self> {
        let mut scale = MAX_SCALE;
        while scale > 0 && millionths.checked_rem(10) == Some(0) {
            millionths = millionths.checked_div(10)?;
            scale = scale.checked_sub(1)?;
        }
        Self::new(u64::try_from(millionths).ok()?, scale, unit).ok()
    }

    /// The sum; `None` when the units differ or it is too large.
    pub fn plus(self, other: Quantity) -> Option<Quantity> {
        let (a, b) = self.with(other)?;
        Self::from_millionths(a.checked_add(b)?, self.unit)
    }

    /// The difference; `None` when the units differ or it would be negative.
    pub fn minus(self, other: Quantity) -> Option<Quantity> {
        let (a, b) = self.with(other)?;
        Self::from_millionths(a.checked_sub(b)?, self.unit)
    }

    /// True when both have the same unit and this is not more than `other`.
    pub fn at_most(self, other: Quantity) -> bool {
        self.with(other).is_some_and(|(a, b)| a <= b)
    }

    /// The sum of all; `None` when units differ or it is too large, and for an empty list.
    pub fn sum(all: impl IntoIterator<Item = Quantity>) -> Option<Quantity> {
        let mut all = all.into_iter();
        let first = all.next()?;
        all.try_fold(first, Quantity::plus)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", decimal(self.number, u32::from(self.scale)), self.unit)
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Quantity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a quantity such as 500 EA or 12.5 LTR");
        let (number, unit) = text.split_once(' ').ok_or_else(wrong)?;
        let (number, scale) = parse_decimal(number).ok_or_else(wrong)?;
        Quantity::new(number, u8::try_from(scale).map_err(|_| wrong())?, unit.parse()?)
    }
}

impl Quantity {
    /// The form of a quantity that is not zero.
    pub(crate) fn some() -> String {
        let whole = pattern::decimals(0, pattern::ANY);
        let parts = (1..=usize::from(MAX_SCALE)).map(|scale| pattern::decimals(scale, pattern::NOT_ZERO));
        let numbers: Vec<String> = std::iter::once(whole).chain(parts).collect();
        format!("({}) {}", numbers.join("|"), Self::units())
    }

    /// The form of a unit.
    fn units() -> String {
        let codes: Vec<&str> = Unit::ALL.iter().map(|(_, unit)| unit.code()).collect();
        format!("({})", codes.join("|"))
    }
}

text_form!(
    Quantity,
    "a quantity and its unit, such as 500 EA or 12.5 LTR",
    once { "pattern": pattern::whole(&format!("0 {}|{}", Quantity::units(), Quantity::some())) }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_quantity_has_one_form() {
        let q: Quantity = "12.5 LTR".parse().unwrap();
        assert_eq!(q.plus("0.5 LTR".parse().unwrap()).unwrap().to_string(), "13 LTR");
        assert_eq!(q.minus("13 LTR".parse().unwrap()), None);
        assert_eq!(q.plus("1 EA".parse().unwrap()), None);
        for wrong in ["12.50 LTR", "1.0 EA", "-1 EA", "1 XX", "1EA", "1.1234567 LTR", " 1 EA", "1  EA"] {
            assert!(wrong.parse::<Quantity>().is_err(), "{wrong}");
        }
        assert_eq!("20 LTR".parse::<Quantity>().unwrap().to_string(), "20 LTR");
    }
}
