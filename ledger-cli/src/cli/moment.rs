//! Days, times and positions, as officers write them.

use std::str::FromStr;

use ledger_core::domain::{Date, Timestamp};
use ledger_core::journal::Until;

/// A day or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A whole day, in UTC.
    Day(Date),
    /// A time.
    At(Timestamp),
}

impl Moment {
    /// Its first millisecond.
    pub(crate) fn start(self) -> Timestamp {
        match self {
            Moment::At(time) => time,
            // Every day has a midnight.
            Moment::Day(day) => format!("{day}T00:00:00Z").parse().unwrap_or_else(|_| day.end()),
        }
    }

    /// Its last millisecond.
    pub(crate) fn end(self) -> Timestamp {
        match self {
            Moment::At(time) => time,
            Moment::Day(day) => day.end(),
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let day = text.parse().map(Moment::Day);
        day.or_else(|_| text.parse().map(Moment::At)).map_err(|_: String| {
            format!("{text:?} is neither a day such as 2026-01-30 nor a time such as 2026-01-30T09:00:00Z")
        })
    }
}

/// A place in the history: after so many entries, or after all that were recorded by a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    /// After so many entries.
    Size(u64),
    /// After all that were recorded by the end of it.
    Moment(Moment),
}

impl From<Point> for Until {
    fn from(point: Point) -> Self {
        match point {
            Point::Size(size) => Until::Size(size),
            Point::Moment(moment) => Until::Time(moment.end()),
        }
    }
}

impl FromStr for Point {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text
                .parse()
                .map(Point::Size)
                .map_err(|_| format!("{text} is more entries than there can be"));
        }
        let moment = text.parse().map(Point::Moment);
        moment.map_err(|_: String| {
            format!("{text:?} is neither a number of entries, nor a day such as 2026-01-30, nor a time such as 2026-01-30T09:00:00Z")
        })
    }
}
