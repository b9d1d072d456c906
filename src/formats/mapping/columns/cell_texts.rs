//! Types that the texts of a table are parsed into: dates in the forms of many countries, percentages, numbers, and the
//! enumerations of the model. Each kind of value has one reason for which it is refused, so that refusals can be counted.

use jiff::civil::Date;

use super::csv_options::DateFormat;
use crate::{
    formats::{bods, percentage},
    model::{
        Capability, Catalog, Currency, DERIVED_ID_CHARS_MAX, Directness, Entity, EntityKind, EntityStatus,
        ID_CHARS_MAX, Interest, Invalid, LINE_CHARS_MAX, LIST_MAX, NameKind, PartialDate, RelationshipKind,
        RelationshipStatus, ShareOf, ShareRange, Source, TEXT_CHARS_MAX, UnknownReason, country_code, link, plain_id,
    },
};

/// A type that the text of a cell can be parsed into.
pub(in crate::formats::mapping) trait CellValue: Sized {
    /// Why a text is refused, in the words of a fault.
    const REFUSED: &'static str;

    /// The parsed text. Beside those of ISO 8601, dates may be written in these forms.
    fn read(text: &str, dates: &[DateFormat]) -> Result<Self, Invalid>;
}

/// Declares enums that are written in the words of the model.
macro_rules! words {
    ($($name:ty),+) => {$(
        impl CellValue for $name {
            const REFUSED: &'static str = "not a word of the model";

            fn read(text: &str, _: &[DateFormat]) -> Result<Self, Invalid> {
                Self::parse(text)
            }
        }
    )+};
}

words!(
    Capability,
    EntityKind,
    EntityStatus,
    NameKind,
    RelationshipKind,
    RelationshipStatus,
    ShareOf,
    UnknownReason
);

impl CellValue for Interest {
    const REFUSED: &'static str =
        "not a type of interest; it is a code of BODS like votingRights, or listed under values with one";

    /// `VOTING_RIGHTS` as in the model, or as any version of BODS writes it: `votingRights`, `voting-rights`.
    fn read(text: &str, _: &[DateFormat]) -> Result<Self, Invalid> {
        Self::parse(text).or_else(|invalid| bods::interest(text).ok_or(invalid))
    }
}

impl CellValue for Directness {
    const REFUSED: &'static str = "not direct, indirect or unknown; values lists what other words mean";

    fn read(text: &str, _: &[DateFormat]) -> Result<Self, Invalid> {
        Self::parse(&text.trim().to_uppercase())
    }
}

/// Yes or no.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats::mapping) struct Flag(pub(in crate::formats::mapping) bool);

impl CellValue for Flag {
    const REFUSED: &'static str = "not true or false; values lists what other words mean";

    fn read(text: &str, _: &[DateFormat]) -> Result<Self, Invalid> {
        match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(Self(true)),
            "false" | "no" | "0" => Ok(Self(false)),
            _ => Err(Invalid::new(text, "true or false")),
        }
    }
}

/// A day, and no longer period.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats::mapping) struct Day(pub(in crate::formats::mapping) Date);

impl CellValue for Day {
    const REFUSED: &'static str = "not a day";

    fn read(text: &str, dates: &[DateFormat]) -> Result<Self, Invalid> {
        let date = PartialDate::read(text, dates)?;
        if date.is_day() {
            Ok(Self(date.first_day()))
        } else {
            Err(Invalid::new(text, "a day like 2017-01-15"))
        }
    }
}

/// Ids of relationships or of records, each once.
#[derive(Debug, Clone)]
pub(in crate::formats::mapping) struct ComponentIds(pub(in crate::formats::mapping) Vec<String>);

impl CellValue for ComponentIds {
    const REFUSED: &'static str = "not ids without spaces, with ; between them";

    fn read(text: &str, _: &[DateFormat]) -> Result<Self, Invalid> {
        let mut ids: Vec<String> = Vec::new();
        for id in text.split(';').map(str::trim).filter(|id| !id.is_empty()) {
            let id = plain_id(id, DERIVED_ID_CHARS_MAX)?;
            if !ids.iter().any(|known| known == id) {
                ids.push(id.to_owned());
            }
        }
        if ids.len() > LIST_MAX {
            return Err(Invalid::new(&ids.len(), format!("at most {LIST_MAX} ids")));
        }
        Ok(Self(ids))
    }
}

/// Declares texts with a rule.
macro_rules! texts {
    ($($(#[doc = $doc:literal])* $name:ident, $refused:literal, $read:expr;)+) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub(in crate::formats::mapping) struct $name(pub(in crate::formats::mapping) String);

        impl CellValue for $name {
            const REFUSED: &'static str = $refused;

            fn read(text: &str, _: &[DateFormat]) -> Result<Self, Invalid> {
                let read: fn(&str) -> Result<String, Invalid> = $read;
                read(text).map(Self)
            }
        }
    )+};
}

texts! {
    /// A name, a title or a role: one line, whatever the lines of the cell.
    Line, "longer than 1,000 characters", |text| within(one_line(text), LINE_CHARS_MAX);
    /// A description: lines and tabs, and no other control characters.
    MultilineText, "longer than 20,000 characters", |text| {
        let plain = |letter: &char| !letter.is_control() || "\n\r\t".contains(*letter);
        within(text.chars().filter(plain).collect(), TEXT_CHARS_MAX)
    };
    /// The id of an entity.
    Id, "not an id", |text| {
        let id = within(one_line(text), ID_CHARS_MAX)?;
        Entity::check_id(&id)?;
        Ok(id)
    };
    /// The id of a source.
    SourceKey, "not an id", |text| Source::id_of(&within(one_line(text), ID_CHARS_MAX)?);
    /// Distinguishes a relationship from others of its kind between the same two.
    RelationshipKey, "longer than 4,000 characters", |text| within(one_line(text), DERIVED_ID_CHARS_MAX);
    /// A country or a part of one.
    Country, "not a country code", country_code;
    /// A link to the web.
    WebLink, "not a link", link;
}

impl CellValue for PartialDate {
    const REFUSED: &'static str = "not a date";

    fn read(text: &str, dates: &[DateFormat]) -> Result<Self, Invalid> {
        let iso = text.parse::<Self>();
        // The day of a moment: 2018-07-27T20:32:09Z.
        let moment = || {
            let (day, time) = text.split_at_checked("2018-07-27".len())?;
            let time = time.strip_prefix(['T', ' '])?.as_bytes();
            let is_time = time.len() >= 5 && time[0].is_ascii_digit() && time[2] == b':';
            day.parse().ok().filter(|_| is_time)
        };
        let other = || dates.iter().find_map(|form| form.read(text));
        iso.or_else(|invalid| moment().or_else(other).ok_or(invalid))
    }
}

/// A percentage, and of what it is, where the text says so.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats::mapping) struct Percentage(
    pub(in crate::formats::mapping) ShareRange,
    pub(in crate::formats::mapping) Option<ShareOf>,
);

impl CellValue for Percentage {
    const REFUSED: &'static str = "not a percentage";

    /// `51`, `51.0`, `51,5 %`, a range as in our tables, or a band in words: `25%-50%`, `75% or more`, `<25`.
    fn read(text: &str, _: &[DateFormat]) -> Result<Self, Invalid> {
        let plain = text.trim_end().trim_end_matches('%').trim_end();
        let plain = plain.strip_suffix("percent").unwrap_or(plain);
        let plain: String = plain.chars().filter(|letter| !letter.is_whitespace()).collect();
        // Between 0 and 100 a comma separates no thousands.
        let plain = plain.replace(',', ".");
        let in_words = |_| percentage::stated(text).map(|(range, of)| Self(range, of));
        plain
            .parse()
            .map(|range| Self(range, None))
            .or_else(|invalid: Invalid| in_words(()).ok_or_else(|| Invalid::new(text, invalid.expected)))
    }
}

impl CellValue for Currency {
    const REFUSED: &'static str = "not a currency code";

    fn read(text: &str, _: &[DateFormat]) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl CellValue for f64 {
    const REFUSED: &'static str = "not a number";

    /// `75000000`, `0.5`, or with commas between the thousands: `75,000,000.00`.
    fn read(text: &str, _: &[DateFormat]) -> Result<Self, Invalid> {
        let invalid = || Invalid::new(text, "a number like 75000000, 0.5 or 75,000,000.00");
        let (whole, fraction) = text
            .split_once('.')
            .map_or((text, None), |(whole, rest)| (whole, Some(rest)));
        let groups: Vec<&str> = whole.split(',').collect();
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (first, thousands) = groups.split_first().ok_or_else(invalid)?;
        let is_grouped = thousands.iter().all(|group| group.len() == 3) && (thousands.is_empty() || first.len() <= 3);
        if !is_grouped || !groups.iter().copied().all(is_digits) || !fraction.is_none_or(is_digits) {
            return Err(invalid());
        }
        let number: Self = text.replace(',', "").parse().map_err(|_| invalid())?;
        if number.is_finite() { Ok(number) } else { Err(invalid()) }
    }
}

/// `text` in one line: control characters and white space are single spaces.
pub(in crate::formats::mapping) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|letter: char| letter.is_whitespace() || letter.is_control()) {
        if !word.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    line
}

fn within(text: String, max: usize) -> Result<String, Invalid> {
    if text.is_empty() {
        return Err(Invalid::new("", "a text that is not blank"));
    }
    if text.len() > max && text.chars().count() > max {
        return Err(Invalid::new(&text, format!("at most {max} characters")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str, forms: &[&str]) -> Option<String> {
        let forms: Vec<DateFormat> = forms.iter().map(|form| DateFormat::parse(form).unwrap()).collect();
        PartialDate::read(text, &forms).ok().map(|date| date.to_string())
    }

    #[test]
    fn dates_are_read_in_the_given_forms_and_in_no_other() {
        for (text, forms, expected) in [
            ("2014-11", &[][..], Some("2014-11")),
            ("2018-07-27T20:32:09Z", &[], Some("2018-07-27")),
            ("2018-07-27 20:32", &[], Some("2018-07-27")),
            ("2018-07-27 or so", &[], None),
            ("25.11.2014", &[], None),
            ("25.11.2014", &["DD.MM.YYYY"], Some("2014-11-25")),
            ("5.1.2014", &["DD.MM.YYYY"], Some("2014-01-05")),
            ("11/25/2014", &["DD.MM.YYYY", "MM/DD/YYYY"], Some("2014-11-25")),
            ("11/2014", &["MM/YYYY"], Some("2014-11")),
            ("20141125", &["YYYYMMDD"], Some("2014-11-25")),
            ("31.02.2014", &["DD.MM.YYYY"], None),
            ("25.11.20145", &["DD.MM.YYYY"], None),
        ] {
            assert_eq!(date(text, forms).as_deref(), expected, "{text}");
        }
        for unknown in ["", "DD.MM", "YY-DD", "YYYY-DD", "YYYY-YYYY", "YYYY-MM-MMM"] {
            assert!(DateFormat::parse(unknown).is_err(), "{unknown}");
        }
    }

    #[test]
    fn percentages_are_read_as_people_write_them() {
        let share = |text: &str| Percentage::read(text, &[]).ok().map(|stated| stated.0.to_string());
        for (text, expected) in [
            ("100", Some("100")),
            ("51%", Some("51")),
            ("100.00", Some("100")),
            ("51,5 %", Some("51.5")),
            ("33 percent", Some("33")),
            (">25..50", Some(">25..50")),
            ("99.75", Some("99.75")),
            ("about half", None),
            ("", None),
            ("1,000", Some("1")),
            ("150", None),
        ] {
            assert_eq!(share(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn numbers_have_commas_only_between_thousands() {
        let number = |text: &str| f64::read(text, &[]).ok();
        assert_eq!(number("75,000,000.50"), Some(75_000_000.5));
        assert_eq!(number("0.5"), Some(0.5));
        for text in ["1,5", "1,0000", "-1", "1e9", "", ".5", "1.", ",000", &"9".repeat(400)] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
