//! Times and dates. Both are values that somebody claimed; the ledger itself has no clock.

use std::fmt;
use std::str::FromStr;

use super::pattern;
use super::text::text_form;

/// A moment in milliseconds since 1970-01-01T00:00:00Z, from then until 9999-12-30T00:00:00Z.
///
/// Written in RFC 3339 with `Z`: `2026-01-30T09:00:00Z`, with `.mmm` when there are milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// 9999-12-30T00:00:00Z in milliseconds: far enough, and printable by every tool. Calendars that allow for all
/// time zones end on the evening of that day.
const LAST_MILLISECOND: u64 = 253_402_128_000_000;

impl Timestamp {
    /// The moment `milliseconds` after the epoch.
    ///
    /// # Errors
    /// Later than 9999-12-30T00:00:00Z.
    pub fn from_millis(milliseconds: u64) -> Result<Self, String> {
        if milliseconds > LAST_MILLISECOND {
            return Err("a time lies between 1970-01-01T00:00:00Z and 9999-12-30T00:00:00Z".into());
        }
        Ok(Self(milliseconds))
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This moment moved on by `milliseconds`; stops at the last moment there is.
    #[must_use]
    pub fn later_by(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds).min(LAST_MILLISECOND))
    }

    /// Milliseconds from `earlier` to this moment; 0 when it is not earlier.
    pub const fn since(self, earlier: Timestamp) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The day of this moment, in UTC.
    pub fn date(self) -> Date {
        let civil = self.civil().date();
        Date(civil)
    }

    fn civil(self) -> jiff::civil::DateTime {
        let millis = i64::try_from(self.0).unwrap_or(i64::MAX);
        let moment = jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::MAX);
        jiff::tz::Offset::UTC.to_datetime(moment)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil();
        let (date, time) = (civil.date(), civil.time());
        write!(f, "{date}T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
        if time.millisecond() != 0 {
            write!(f, ".{:03}", time.millisecond())?;
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Timestamp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a time in UTC such as 2026-01-30T09:00:00Z");
        let (date, time) = text.strip_suffix('Z').and_then(|text| text.split_once('T')).ok_or_else(wrong)?;
        let date: Date = date.parse().map_err(|_| wrong())?;
        let (clock, millisecond) = match time.split_once('.') {
            None => (time, 0),
            Some((_, "")) => return Err(wrong()),
            Some((_, digits)) if digits.len() > 3 => {
                return Err(format!("{text:?}: the ledger keeps milliseconds, so at most three digits"));
            }
            Some((clock, digits)) => (clock, number(&format!("{digits:0<3}")).ok_or_else(wrong)?),
        };
        let time = at(clock, millisecond).ok_or_else(wrong)?;
        let moment = jiff::tz::Offset::UTC.to_timestamp(date.0.to_datetime(time)).map_err(|_| wrong())?;
        Self::from_millis(u64::try_from(moment.as_millisecond()).map_err(|_| wrong())?)
    }
}

/// Reads `09:00:00`. There is one form only: others that readers of RFC 3339 take (no seconds, a leap second)
/// are none.
fn at(clock: &str, millisecond: i32) -> Option<jiff::civil::Time> {
    let mut parts = clock.split(':').map(|part| number(part).filter(|_| part.len() == 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    jiff::civil::Time::new(hour, minute, second, millisecond.checked_mul(1_000_000)?).ok()
}

/// Reads digits, at least one and nothing else.
fn number<T: FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

text_form!(
    Timestamp,
    "a time in UTC (RFC 3339), such as 2026-01-30T09:00:00Z",
    once { "pattern": pattern::whole(&pattern::moments()) }
);

/// A day of the Gregorian calendar, from 1970-01-01 to 9999-12-31.
///
/// Written `2026-01-30`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// The day that the decimal number `yyyymmdd` names.
    ///
    /// # Errors
    /// No such day.
    pub fn from_number(yyyymmdd: u32) -> Result<Self, String> {
        let part = |value: u32| i16::try_from(value).unwrap_or(i16::MAX);
        let day = i8::try_from(yyyymmdd.wrapping_rem(100)).unwrap_or(0);
        let month = i8::try_from(yyyymmdd.wrapping_div(100).wrapping_rem(100)).unwrap_or(0);
        let year = part(yyyymmdd.wrapping_div(10_000));
        jiff::civil::Date::new(year, month, day)
            .ok()
            .filter(|date| (1970..=9999).contains(&date.year()))
            .map(Self)
            .ok_or_else(|| format!("{yyyymmdd} is not a day between 19700101 and 99991231"))
    }

    /// The decimal number `yyyymmdd`.
    pub fn number(self) -> u32 {
        let part = |value: i16| u32::from(value.unsigned_abs());
        let (month, day) = (i16::from(self.0.month()), i16::from(self.0.day()));
        part(self.0.year())
            .saturating_mul(10_000)
            .saturating_add(part(month).saturating_mul(100))
            .saturating_add(part(day))
    }
}

impl Date {
    /// The last millisecond of this day, in UTC.
    pub fn end(self) -> Timestamp {
        let midnight = self.0.tomorrow().ok().map(|day| day.at(0, 0, 0, 0));
        let next = midnight.and_then(|midnight| jiff::tz::Offset::UTC.to_timestamp(midnight).ok());
        let millis = next.and_then(|next| u64::try_from(next.as_millisecond()).ok());
        Timestamp(millis.map_or(LAST_MILLISECOND, |millis| millis.saturating_sub(1).min(LAST_MILLISECOND)))
    }
}

impl Date {
    /// How many days later `later` is; 0 when it is not.
    pub fn days_until(self, later: Date) -> u64 {
        let day = |date: Date| date.end().as_millis().wrapping_div(24 * 3_600_000);
        day(later).saturating_sub(day(self))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a day such as 2026-01-30");
        let shaped = text.len() == 10
            && text
                .bytes()
                .enumerate()
                .all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        if !shaped {
            return Err(wrong());
        }
        let number = text.replace('-', "").parse().map_err(|_| wrong())?;
        Self::from_number(number).map_err(|_| wrong())
    }
}

text_form!(
    Date,
    "a day, such as 2026-01-30",
    once { "pattern": pattern::whole(&pattern::days("-")) }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_to_the_millisecond() {
        let t: Timestamp = "2026-01-30T09:00:00.5Z".parse().unwrap();
        assert_eq!(t.to_string(), "2026-01-30T09:00:00.500Z");
        assert_eq!(t.date().to_string(), "2026-01-30");
        assert_eq!("1970-01-01T00:00:00Z".parse::<Timestamp>().unwrap().as_millis(), 0);
        for wrong in [
            "2026-01-30T09:00:00+02:00",
            "2026-01-30 09:00:00Z",
            "2026-02-30T09:00:00Z",
            "2026-01-30T09:00:00.0001Z",
            "2026-01-30T09:00:00.5000Z",
            "2026-01-30T09:00:00.Z",
            "2026-01-30T09:00:00,5Z",
            "2026-01-30T09:00Z",
            "2026-01-30T09:00:60Z",
            "2026-01-30T24:00:00Z",
            "2026-01-30T09:00:00Z\n",
        ] {
            assert!(wrong.parse::<Timestamp>().is_err(), "{wrong}");
        }
        assert!(Timestamp::from_millis(u64::MAX).is_err());
    }

    #[test]
    fn a_day_ends_a_millisecond_before_the_next() {
        assert_eq!("2024-02-29".parse::<Date>().unwrap().end().to_string(), "2024-02-29T23:59:59.999Z");
        assert_eq!("9999-12-31".parse::<Date>().unwrap().end(), Timestamp(LAST_MILLISECOND));
    }

    #[test]
    fn days_exist() {
        assert_eq!("2024-02-29".parse::<Date>().unwrap().number(), 20_240_229);
        for wrong in ["2023-02-29", "2023-2-28", "23-02-28", "1969-12-31", "2023-00-10"] {
            assert!(wrong.parse::<Date>().is_err(), "{wrong}");
        }
        assert!(Date::from_number(u32::MAX).is_err());
    }
}
