//! How a table is written: its delimiter and quote, the names of its columns, and the forms of its dates.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};

use super::months;
use crate::{formats::cells::CellStyle, model::PartialDate};

/// How a table is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::formats::mapping) struct CsvOptions {
    #[serde(default = "comma", deserialize_with = "delimiter")]
    pub(in crate::formats::mapping) delimiter: u8,
    /// None where nothing quotes.
    #[serde(default = "double_quote", deserialize_with = "quote")]
    pub(in crate::formats::mapping) quote: Option<u8>,
    /// What its columns are, where it has no header.
    pub(in crate::formats::mapping) columns: Option<Vec<String>>,
    #[serde(default, deserialize_with = "date_forms")]
    pub(in crate::formats::mapping) dates: Vec<DateFormat>,
    /// The columns in which a blank cell means what stands above it: rows that go on with the one before.
    #[serde(default)]
    pub(in crate::formats::mapping) fill_down: Vec<String>,
    /// Whether cells have an apostrophe before what a spreadsheet would run. Unless it is said: in tables that `guanxi export csv`
    /// wrote.
    pub(in crate::formats::mapping) cells: Option<CellStyle>,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            delimiter: comma(),
            quote: double_quote(),
            columns: None,
            dates: Vec::new(),
            fill_down: Vec::new(),
            cells: None,
        }
    }
}

fn comma() -> u8 {
    b','
}

#[expect(clippy::unnecessary_wraps, reason = "the default of an optional field")]
fn double_quote() -> Option<u8> {
    Some(b'"')
}

/// A character that can stand between cells or around them.
fn mark(text: &str) -> Option<u8> {
    match *text.as_bytes() {
        [byte] if byte == b'\t' || byte.is_ascii_graphic() || byte == b' ' => Some(byte),
        _ => None,
    }
}

fn delimiter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let text = String::deserialize(deserializer)?;
    mark(&text).ok_or_else(|| D::Error::custom(r#"one character that stands between cells, like ",", ";" or "\t""#))
}

fn quote<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match mark(&text) {
        Some(byte) => Ok(Some(byte)),
        None if text.is_empty() => Ok(None),
        None => Err(D::Error::custom(
            "one character that stands around cells, or \"\" where nothing does",
        )),
    }
}

/// How dates are written: `DD.MM.YYYY`.
#[derive(Debug, Clone)]
pub(in crate::formats::mapping) struct DateFormat(Vec<DatePart>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DatePart {
    Year,
    /// The last two digits of it.
    ShortYear,
    Month,
    /// By its name.
    MonthName,
    Day,
    Mark(char),
}

impl DateFormat {
    /// The form written like this, of YYYY or YY, MM or MMM for the name of a month, and DD, with a year, and with a month where
    /// there is a day.
    pub(in crate::formats::mapping) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (part, letters) = match () {
                () if rest.starts_with("YYYY") => (DatePart::Year, 4),
                () if rest.starts_with("YY") => (DatePart::ShortYear, 2),
                () if rest.starts_with("MMMM") => (DatePart::MonthName, 4),
                () if rest.starts_with("MMM") => (DatePart::MonthName, 3),
                () if rest.starts_with("MM") => (DatePart::Month, 2),
                () if rest.starts_with("DD") => (DatePart::Day, 2),
                () => (DatePart::Mark(first), first.len_utf8()),
            };
            parts.push(part);
            rest = &rest[letters..];
        }
        let count = |part: DatePart| parts.iter().filter(|other| **other == part).count();
        let years = count(DatePart::Year) + count(DatePart::ShortYear);
        match (
            years,
            count(DatePart::Month) + count(DatePart::MonthName),
            count(DatePart::Day),
        ) {
            (1, 1, 0 | 1) | (1, 0, 0) => Ok(Self(parts)),
            _ => Err(format!(
                "{text:?} is no form of a date; one is DD.MM.YYYY, or DD MMM YY with the name of the month"
            )),
        }
    }

    /// The date that is written in this form; days and months may lack their zero before marks.
    pub(in crate::formats::mapping) fn read(&self, text: &str) -> Option<PartialDate> {
        let (mut year, mut month, mut day) = (None, None, None);
        let mut rest = text;
        for (place, part) in self.0.iter().enumerate() {
            let is_marked = |place: usize| self.0.get(place).is_none_or(|next| matches!(next, DatePart::Mark(_)));
            let shortest = if is_marked(place + 1) { 1 } else { 2 };
            match part {
                DatePart::Mark(mark) => rest = rest.strip_prefix(*mark)?,
                DatePart::Year => year = Some(number(&mut rest, 4, 4)?),
                DatePart::ShortYear => year = Some(century(number(&mut rest, 2, 2)?)),
                DatePart::MonthName => month = Some(months::take(&mut rest)?),
                DatePart::Month => month = Some(i8::try_from(number(&mut rest, shortest, 2)?).ok()?),
                DatePart::Day => day = Some(i8::try_from(number(&mut rest, shortest, 2)?).ok()?),
            }
        }
        let date = PartialDate::new(year?, month, day);
        date.ok().filter(|_| rest.is_empty())
    }
}

/// The year that two digits stand for, as POSIX reads them: 69 to 99 lie in the twentieth century.
fn century(year: i16) -> i16 {
    match year {
        69.. => 1900 + year,
        _ => 2000 + year,
    }
}

/// Takes a number with at least and at most this many digits off the text.
fn number(rest: &mut &str, digits_min: usize, digits_max: usize) -> Option<i16> {
    let digits = rest.bytes().take(digits_max).take_while(u8::is_ascii_digit).count();
    let (number, behind) = rest.split_at_checked(digits)?;
    *rest = behind;
    number.parse().ok().filter(|_| digits >= digits_min)
}

fn date_forms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DateFormat>, D::Error> {
    struct DateFormatsVisitor;

    impl<'de> Visitor<'de> for DateFormatsVisitor {
        type Value = Vec<DateFormat>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a form of dates like \"DD.MM.YYYY\", or a list of them")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<DateFormat>, E> {
            DateFormat::parse(text).map(|form| vec![form]).map_err(E::custom)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<DateFormat>, A::Error> {
            let mut forms = Vec::new();
            while let Some(text) = seq.next_element::<String>()? {
                forms.push(DateFormat::parse(&text).map_err(A::Error::custom)?);
            }
            Ok(forms)
        }
    }

    deserializer.deserialize_any(DateFormatsVisitor)
}
