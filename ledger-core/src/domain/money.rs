//! Money and shares: integers only, and parts that always add up.
//!
//! Money is a number of minor units and an ISO 4217 code; a share is a fraction, because one third is no
//! number of percent (domain.md section 3, rule 4).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::pattern;
use super::text::text_form;

/// Every currency there is, in the order of their codes: the list of docs/format.md.
const CURRENCIES: &str = "\
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL \
    BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK \
    DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL \
    HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD \
    KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV \
    MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB \
    RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT \
    TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD \
    XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR \
    ZMW ZWG ZWL";

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The euro, in which the three founders keep their books.
    pub const EUR: Currency = Currency(iso_currency::Currency::EUR);

    /// The three letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Digits behind the point: 2 for EUR, 0 for JPY (ISO 4217).
    pub fn minor_digits(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or(0))
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let upper = text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase());
        upper
            .then(|| iso_currency::Currency::from_code(text))
            .flatten()
            .map(Self)
            .ok_or_else(|| format!("{text:?} is not an ISO 4217 currency code such as EUR"))
    }
}

text_form!(
    Currency,
    "an ISO 4217 currency code, such as EUR",
    once { "enum": CURRENCIES.split(' ').collect::<Vec<_>>() }
);

/// An amount of money in minor units (cents). Never negative: who owes whom is said by the roles.
///
/// Written `1234.50 EUR`, with exactly the currency's digits behind the point.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    /// The currency.
    currency: Currency,
    /// How many of its minor units; at most `i64::MAX`.
    minor: u64,
}

impl Money {
    /// An amount of `minor` units.
    ///
    /// # Errors
    /// More than `i64::MAX` minor units.
    pub fn new(minor: u64, currency: Currency) -> Result<Self, String> {
        if i64::try_from(minor).is_err() {
            return Err("an amount is at most 9,223,372,036,854,775,807 minor units".into());
        }
        Ok(Self { currency, minor })
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self { currency, minor: 0 }
    }

    /// The number of minor units.
    pub const fn minor(self) -> u64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// True for an amount of nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum, or `None` when the currencies differ or it is too large.
    pub fn plus(self, other: Money) -> Option<Money> {
        if self.currency != other.currency {
            return None;
        }
        Money::new(self.minor.checked_add(other.minor)?, self.currency).ok()
    }

    /// The difference, or `None` when the currencies differ or it would be negative.
    pub fn minus(self, other: Money) -> Option<Money> {
        if self.currency != other.currency {
            return None;
        }
        Some(Money { minor: self.minor.checked_sub(other.minor)?, ..self })
    }

    /// True when both are in one currency and this is not more than `other`.
    pub fn at_most(self, other: Money) -> bool {
        self.currency == other.currency && self.minor <= other.minor
    }

    /// Divides the amount by `weights` so that the parts add up to it exactly: each gets its whole minor
    /// units, and those left over go one by one to the largest remainders, ties to the earlier weight
    /// (domain.md section 3, rule 4). Callers list parties in the order of their codes.
    ///
    /// `None` when `weights` sum to zero or the arithmetic would not fit.
    pub fn allocate(self, weights: &[u64]) -> Option<Vec<Money>> {
        let total: u128 = weights.iter().map(|w| u128::from(*w)).sum();
        if total == 0 {
            return None;
        }
        let mut parts = Vec::with_capacity(weights.len());
        let mut remainders = Vec::with_capacity(weights.len());
        let mut given: u64 = 0;
        for (index, weight) in weights.iter().enumerate() {
            let product = u128::from(self.minor).checked_mul(u128::from(*weight))?;
            let whole = u64::try_from(product.checked_div(total)?).ok()?;
            given = given.checked_add(whole)?;
            parts.push(whole);
            remainders.push((std::cmp::Reverse(product.checked_rem(total)?), index));
        }
        remainders.sort_unstable();
        let mut left = self.minor.checked_sub(given)?;
        for (_, index) in remainders {
            if left == 0 {
                break;
            }
            let part = parts.get_mut(index)?;
            *part = part.checked_add(1)?;
            left = left.checked_sub(1)?;
        }
        parts.into_iter().map(|minor| Money::new(minor, self.currency).ok()).collect()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", decimal(self.minor, self.currency.minor_digits()), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Money {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not an amount such as 1234.50 EUR");
        let (amount, currency) = text.split_once(' ').ok_or_else(wrong)?;
        let currency: Currency = currency.parse()?;
        let digits = currency.minor_digits();
        let (minor, places) = parse_decimal(amount).ok_or_else(wrong)?;
        if places != digits {
            return Err(format!("{text:?}: {currency} is written with {digits} digits behind the point"));
        }
        Money::new(minor, currency)
    }
}

/// The form of an amount: currencies with equally many digits behind the point share one.
fn amounts() -> String {
    let mut by_digits: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for code in CURRENCIES.split(' ') {
        let digits = code.parse().map_or(0, Currency::minor_digits);
        by_digits.entry(digits).or_default().push(code);
    }
    let forms = by_digits.iter().map(|(digits, codes)| {
        let zero = if *digits == 0 { "0|" } else { "" };
        let numbers = pattern::decimals(*digits as usize, pattern::ANY);
        format!("({zero}{numbers}) ({})", codes.join("|"))
    });
    forms.collect::<Vec<_>>().join("|")
}

text_form!(
    Money,
    "an amount and its ISO 4217 currency, such as 1234.50 EUR",
    once { "pattern": pattern::whole(&amounts()) }
);

/// Writes `n / 10^places` with exactly `places` digits behind the point.
pub(crate) fn decimal(n: u64, places: u32) -> String {
    let digits = format!("{n:0>width$}", width = (places as usize).saturating_add(1));
    if places == 0 {
        return digits;
    }
    let split = digits.len().saturating_sub(places as usize);
    match (digits.get(..split), digits.get(split..)) {
        (Some(whole), Some(fraction)) => format!("{whole}.{fraction}"),
        _ => digits,
    }
}

/// Reads digits with at most one point: the number without the point, and how many digits stood behind it.
/// No sign, no spaces, no leading zeros, no empty part.
pub(crate) fn parse_decimal(text: &str) -> Option<(u64, u32)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || (text.contains('.') && !digits(fraction)) {
        return None;
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    let number = format!("{whole}{fraction}").parse().ok()?;
    Some((number, u32::try_from(fraction.len()).ok()?))
}

/// A part of a whole, as a reduced fraction between 0 and 1.
///
/// Written `1/3`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Share {
    numerator: u64,
    denominator: u64,
}

/// Largest denominator of a share. Weights over a common denominator are kept in 64 bits; what does not fit is refused.
const MAX_DENOMINATOR: u64 = 1_000_000_000;

impl Share {
    /// The fraction `numerator / denominator`.
    ///
    /// # Errors
    /// Not reduced, larger than one, or a denominator of zero or above one thousand million.
    pub fn new(numerator: u64, denominator: u64) -> Result<Self, String> {
        if denominator == 0 || denominator > MAX_DENOMINATOR || numerator > denominator {
            return Err(format!("{numerator}/{denominator} is not a share between 0/1 and 1/1"));
        }
        if gcd(numerator, denominator) != 1 {
            return Err(format!("the share {numerator}/{denominator} is not reduced"));
        }
        Ok(Self { numerator, denominator })
    }

    /// The number above the line.
    pub const fn numerator(self) -> u64 {
        self.numerator
    }

    /// The number below the line.
    pub const fn denominator(self) -> u64 {
        self.denominator
    }
}

/// The shares as whole numbers over one common denominator, and that denominator; `None` when it does not
/// fit into 64 bits. The shares sum to exactly one if the numbers sum to the denominator (domain.md P01).
pub fn common_weights(shares: &[Share]) -> Option<(Vec<u64>, u64)> {
    let mut denominator: u64 = 1;
    for share in shares {
        let common = gcd(denominator, share.denominator);
        denominator = denominator.checked_mul(share.denominator.checked_div(common)?)?;
    }
    let weights: Option<Vec<u64>> = shares
        .iter()
        .map(|share| share.numerator.checked_mul(denominator.checked_div(share.denominator)?))
        .collect();
    Some((weights?, denominator))
}

/// Greatest common divisor (Euclid).
fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a.checked_rem(b).unwrap_or(0));
    }
    a
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |part: &str| parse_decimal(part).filter(|(_, places)| *places == 0).map(|(n, _)| n);
        text.split_once('/')
            .and_then(|(n, d)| Some((number(n)?, number(d)?)))
            .ok_or_else(|| format!("{text:?} is not a share such as 1/3"))
            .and_then(|(n, d)| Share::new(n, d))
    }
}

text_form!(
    Share,
    "a reduced fraction between 0/1 and 1/1, such as 1/3",
    // Reduced, and not above one: that is for arithmetic. Of the rest, zero is 0/1 alone.
    "^(0/1|[1-9][0-9]{0,8}/([1-9][0-9]{0,8}|1000000000))$"
);

#[cfg(test)]
mod tests {
    use super::*;

    fn eur(text: &str) -> Money {
        format!("{text} EUR").parse().unwrap()
    }

    #[test]
    fn a_cent_that_cannot_be_divided_goes_to_the_largest_remainder_then_to_the_first() {
        let parts = eur("100.00").allocate(&[1, 1, 1]).unwrap();
        assert_eq!(parts, [eur("33.34"), eur("33.33"), eur("33.33")]);
        let parts = eur("0.05").allocate(&[3, 3, 4]).unwrap();
        assert_eq!(parts, [eur("0.02"), eur("0.01"), eur("0.02")]);
    }

    #[test]
    fn amounts_are_taken_off_and_compared_in_one_currency_alone() {
        let dollar: Money = "1.00 USD".parse().unwrap();
        assert_eq!(eur("1.00").minus(eur("0.30")), Some(eur("0.70")));
        assert_eq!(eur("0.30").minus(eur("0.31")), None);
        assert_eq!(eur("3.00").minus(dollar), None);
        assert!(eur("1.00").at_most(eur("1.00")) && !eur("1.01").at_most(eur("1.00")));
        assert!(!eur("0.50").at_most(dollar));
    }

    #[test]
    fn amounts_are_written_with_the_digits_of_their_currency_and_in_no_other_way() {
        assert_eq!(eur("0.07").to_string(), "0.07 EUR");
        assert_eq!("5 JPY".parse::<Money>().unwrap().to_string(), "5 JPY");
        for wrong in
            ["1.5 EUR", "1 EUR", "01.00 EUR", "-1.00 EUR", "1.00EUR", "1,00 EUR", "1.00 XYZ", "1.00 eur"]
        {
            assert!(wrong.parse::<Money>().is_err(), "{wrong}");
        }
        assert!("92233720368547758.08 EUR".parse::<Money>().is_err(), "above i64::MAX minor units");
    }

    #[test]
    fn the_currencies_are_listed_in_their_order() {
        let letters = || (b'A'..=b'Z').map(char::from);
        let mut known = Vec::new();
        for (a, b, c) in
            letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| (a, b, c))))
        {
            let code = String::from_iter([a, b, c]);
            known.extend(code.parse::<Currency>().map(Currency::code));
        }
        assert_eq!(known.join(" "), CURRENCIES);
    }

    #[test]
    fn shares_are_reduced_and_sum_over_a_common_denominator() {
        let shares = ["1/2", "1/3", "1/6"].map(|s| s.parse().unwrap());
        assert_eq!(common_weights(&shares).unwrap(), (vec![3, 2, 1], 6));
        for wrong in ["2/4", "1/0", "3/2", "1", "1/2/3", "0/5"] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
    }
}
