//! Dates that keep the precision of their source: a year, a month or a day.

use std::{fmt, str::FromStr};

use jiff::{ToSpan, civil::Date};

use crate::model::{Invalid, records::serialized};

const EXPECTED: &str = "a date like 2013, 2014-11 or 2014-11-25";

/// A date as precise as its source states it: `2013`, `2014-11` or `2014-11-25` (Gregorian, years 1 to 9999).
///
/// Ordered by first day, the coarser first: `2014` < `2014-01` < `2014-01-01` < `2014-02`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: i16,
    /// 0 when only the year is stated.
    month: i8,
    /// 0 when no day is stated.
    day: i8,
}

impl PartialDate {
    /// The date as a number, never 0: a form to store.
    #[must_use]
    pub fn bits(self) -> u32 {
        let [high, low] = self.year.to_be_bytes();
        u32::from_be_bytes([high, low, self.month.unsigned_abs(), self.day.unsigned_abs()])
    }

    /// The date with these [`Self::bits`], if there is one.
    #[must_use]
    pub fn from_bits(bits: u32) -> Option<Self> {
        let [high, low, month, day] = bits.to_be_bytes();
        let part = |number: u8| i8::try_from(number).ok();
        let month = Some(part(month)?).filter(|month| *month != 0);
        let day = Some(part(day)?).filter(|day| *day != 0);
        Self::new(i16::from_be_bytes([high, low]), month, day).ok()
    }

    /// A date with the precision of the arguments.
    ///
    /// # Errors
    /// [`Invalid`] when there is no such date, or the year is not 1 to 9999.
    pub fn new(year: i16, month: Option<i8>, day: Option<i8>) -> Result<Self, Invalid> {
        let partial = Self {
            year,
            month: month.unwrap_or(0),
            day: day.unwrap_or(0),
        };
        let has_month_before_day = month.is_some() || day.is_none();
        let exists = Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).is_ok();
        if year >= 1 && has_month_before_day && exists {
            Ok(partial)
        } else {
            Err(Invalid::new(&partial, EXPECTED))
        }
    }

    /// The first day of its period.
    #[must_use]
    pub fn first_day(self) -> Date {
        Date::constant(self.year, self.month.max(1), self.day.max(1))
    }

    /// The last day of its period.
    #[must_use]
    pub fn last_day(self) -> Date {
        let first = self.first_day();
        match (self.month, self.day) {
            (0, _) => first.last_of_year(),
            (_, 0) => first.last_of_month(),
            _ => first,
        }
    }

    /// The day after its period; `None` if beyond the calendar (after 9999).
    #[must_use]
    pub fn day_after(self) -> Option<Date> {
        self.last_day().checked_add(1.day()).ok()
    }

    /// Whether it states a day.
    #[must_use]
    pub fn is_day(self) -> bool {
        self.day != 0
    }

    /// Whether `day` lies in its period.
    #[must_use]
    pub fn covers(self, day: Date) -> bool {
        self.first_day() <= day && day <= self.last_day()
    }
}

impl From<Date> for PartialDate {
    fn from(date: Date) -> Self {
        Self {
            year: date.year(),
            month: date.month(),
            day: date.day(),
        }
    }
}

impl FromStr for PartialDate {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let number = |part: &str, digits: usize| -> Option<i16> {
            let plain = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| part.parse().ok()).flatten()
        };
        let small = |part: &str| number(part, 2).and_then(|value| i8::try_from(value).ok());
        let parts: Vec<&str> = text.split('-').collect();
        let parsed = match parts[..] {
            [year] => number(year, 4).map(|year| (year, None, None)),
            [year, month] => number(year, 4)
                .zip(small(month))
                .map(|(year, month)| (year, Some(month), None)),
            [year, month, day] => number(year, 4)
                .zip(small(month).zip(small(day)))
                .map(|(year, (month, day))| (year, Some(month), Some(day))),
            _ => None,
        };
        parsed
            .and_then(|(year, month, day)| Self::new(year, month, day).ok())
            .ok_or_else(|| Invalid::new(text, EXPECTED))
    }
}

serialized::as_text!(PartialDate);

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.month, self.day) {
            (0, _) => write!(f, "{:04}", self.year),
            (month, 0) => write!(f, "{:04}-{month:02}", self.year),
            (month, day) => write!(f, "{:04}-{month:02}-{day:02}", self.year),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_its_precision() {
        for text in ["2013", "2014-11", "2014-11-25", "0001", "9999-12-31"] {
            assert_eq!(text.parse::<PartialDate>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn invalid_dates_are_refused() {
        for text in [
            "",
            "14",
            "2014-13",
            "2014-02-30",
            "2014-1",
            "2014-11-25T00:00",
            "+014",
            "0000",
            "2014--1",
            " 2014",
        ] {
            let error = text.parse::<PartialDate>().unwrap_err();
            assert_eq!(error.value, text);
            assert_eq!(error.expected, EXPECTED);
        }
    }

    #[test]
    fn a_period_ends_with_its_calendar_month_or_year() {
        let last = |text: &str| text.parse::<PartialDate>().unwrap().last_day().to_string();
        assert_eq!(last("2012"), "2012-12-31");
        assert_eq!(last("2012-02"), "2012-02-29");
        assert_eq!(last("2012-02-03"), "2012-02-03");
        assert_eq!("9999".parse::<PartialDate>().unwrap().day_after(), None);
    }
}
