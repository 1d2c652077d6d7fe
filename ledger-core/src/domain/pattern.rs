//! Regular expressions of the forms of values, for their JSON Schemas.
//!
//! Each accepts exactly what the reader of the value accepts, as far as a regular expression can say it; what it
//! cannot is listed at [`act_schema`](crate::exchange::acts::act_schema). They are kept to what every dialect
//! reads alike: classes of characters, groups, alternatives, repetition and two anchors; nothing looks ahead.

/// An identifier.
pub(crate) const ID: &str = "[A-Za-z0-9./-]{1,64}";
/// A NATO stock number, with hyphens or without.
pub(crate) const NSN: &str = "([0-9]{13}|[0-9]{4}-[0-9]{2}-[0-9]{3}-[0-9]{4})";
/// A national item identification number, with hyphens or without.
pub(crate) const NIIN: &str = "([0-9]{9}|[0-9]{2}-[0-9]{3}-[0-9]{4})";
/// A maker's code: those that end in J are Estonian and begin with a digit.
pub(crate) const NCAGE: &str = "([0-9][A-Z0-9]{4}|[A-Z][A-Z0-9]{3}[A-IK-Z0-9])";

/// The digits of the largest number that money and quantities are kept in, `i64::MAX`.
const LARGEST: &str = "9223372036854775807";

/// Any digit.
pub(crate) const ANY: &str = "[0-9]";
/// Any digit but zero.
pub(crate) const NOT_ZERO: &str = "[1-9]";

/// The whole expression for a text that is one of these forms.
pub(crate) fn whole(forms: &str) -> String {
    format!("^({forms})$")
}

/// Decimals with exactly `places` digits behind the point, `last` being the last of them, whose digits make a
/// number of at most `i64::MAX`. No leading zeros; without a point, zero is left out.
pub(crate) fn decimals(places: usize, last: &str) -> String {
    let point = LARGEST.len().saturating_sub(places);
    let more = point.saturating_sub(2);
    let shorter = match places {
        0 => format!("{NOT_ZERO}{ANY}{{0,{more}}}"),
        _ => format!("(0|{NOT_ZERO}{ANY}{{0,{more}}}){}", rest(point, places, last)),
    };
    // As many digits as the largest number: the same as it up to some digit, then a lower one, then any.
    let mut as_long = String::new();
    for (at, digit) in LARGEST.bytes().enumerate().collect::<Vec<_>>().into_iter().rev() {
        let next = at.saturating_add(1);
        let is_last = next == LARGEST.len();
        let lowest = if at == 0 || (is_last && places > 0 && last == NOT_ZERO) { b'1' } else { b'0' };
        let same = format!("{}{as_long}", char::from(digit));
        as_long = if lowest < digit {
            let lower = format!("[{}-{}]", char::from(lowest), char::from(digit.saturating_sub(1)));
            format!("({lower}{}|{same})", rest(next, places, last))
        } else {
            same
        };
        if at == point {
            as_long = format!("\\.{as_long}");
        }
    }
    format!("{shorter}|{as_long}")
}

/// Any digits from place `from` to the last place of the largest number, with the point where it belongs.
fn rest(from: usize, places: usize, last: &str) -> String {
    let point = LARGEST.len().saturating_sub(places);
    let behind = LARGEST.len().saturating_sub(from.max(point));
    let fraction = match behind {
        0 => String::new(),
        _ => format!("{}{last}", digits(behind.saturating_sub(1))),
    };
    let dot = if places > 0 && from <= point { "\\." } else { "" };
    format!("{}{dot}{fraction}", digits(point.saturating_sub(from)))
}

/// So many digits.
fn digits(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => ANY.to_owned(),
        _ => format!("{ANY}{{{count}}}"),
    }
}

/// Days of the Gregorian calendar from 1970 to 9999, with this between year, month and day.
pub(crate) fn days(between: &str) -> String {
    let year = "(19[7-9][0-9]|[2-9][0-9]{3})";
    format!("{year}{between}({})|{}", common("0[13578]|1[02]", between), leap_days(between))
}

/// Moments from 1970 to the beginning of 9999-12-30, which is the last there is.
pub(crate) fn moments() -> String {
    let year = "(19[7-9][0-9]|[2-8][0-9]{3}|9([0-8][0-9]{2}|9([0-8][0-9]|9[0-8])))";
    let days = format!("{year}-({})|{}", common("0[13578]|1[02]", "-"), leap_days("-"));
    let last_year = format!("9999-({}|12-(0[1-9]|[12][0-9]))", common("0[13578]|10", "-"));
    let time = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,3})?";
    format!("({days}|{last_year})T{time}Z|9999-12-30T00:00:00(\\.0{{1,3}})?Z")
}

/// Month and day as they are in any year; `long` are the months of 31 days.
fn common(long: &str, between: &str) -> String {
    format!(
        "({long}){between}(0[1-9]|[12][0-9]|3[01])|(0[469]|11){between}(0[1-9]|[12][0-9]|30)|\
         02{between}(0[1-9]|1[0-9]|2[0-8])"
    )
}

/// The leap days of the years from 1972 to 9996.
fn leap_days(between: &str) -> String {
    let short = "19(7[26]|8[048]|9[26])|[2-9][0-9](0[48]|[2468][048]|[13579][26])";
    let centuries = "([2468][048]|[3579][26])00";
    format!("({short}|{centuries}){between}02{between}29")
}

/// What a text has none of, as far as a class of characters in every dialect can say it: control characters,
/// and below U+10000 the invisible ones and those for private use.
const NEVER_IN_TEXT: &str = "\\u0000-\\u001F\\u007F-\\u009F\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\
    \\u180B-\\u180F\\u200B-\\u200F\\u2028-\\u202E\\u2060-\\u206F\\u3164\\uE000-\\uF8FF\\uFE00-\\uFE0F\\uFEFF\
    \\uFFA0\\uFFF0-\\uFFFB";
/// The spaces that are left of Unicode's White_Space: a text neither begins nor ends with them.
const SPACES: &str = " \\u00A0\\u1680\\u2000-\\u200A\\u202F\\u205F\\u3000";

/// Prose on one line; its length is said apart.
pub(crate) fn text() -> String {
    let (inside, end) = (format!("[^{NEVER_IN_TEXT}]"), format!("[^{NEVER_IN_TEXT}{SPACES}]"));
    format!("^{end}({inside}*{end})?$")
}
