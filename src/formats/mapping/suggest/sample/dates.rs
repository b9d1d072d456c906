//! How the dates of a table are written: of the forms that people use, those that read its cells.

use super::column::Column;
use crate::{
    formats::mapping::columns::{cell_texts::CellValue, csv_options::DateFormat},
    model::PartialDate,
};

/// Forms that are tried, those first that are more usual. Of two that read the same, the first one is taken.
const FORMS: [&str; 30] = [
    "DD.MM.YYYY",
    "DD/MM/YYYY",
    "MM/DD/YYYY",
    "DD-MM-YYYY",
    "MM-DD-YYYY",
    "YYYY/MM/DD",
    "YYYY.MM.DD",
    "DD MMM YYYY",
    "DD. MMM YYYY",
    "DD-MMM-YYYY",
    "DD/MMM/YYYY",
    "MMM DD, YYYY",
    "MMM DD YYYY",
    "YYYY-MMM-DD",
    "DD de MMM de YYYY",
    "MMM YYYY",
    "MMM-YYYY",
    "MM/YYYY",
    "MM.YYYY",
    "YYYY/MM",
    "YYYYMMDD",
    "DD MMM YY",
    "DD-MMM-YY",
    "MMM YY",
    "MMM-YY",
    "DD.MM.YY",
    "DD/MM/YY",
    "MM/DD/YY",
    "DD-MM-YY",
    "MM-DD-YY",
];

/// Times of day that programs write behind a day which they do not mean.
const MIDNIGHTS: [&str; 4] = ["", " 00:00", " 00:00:00", " 0:00"];

/// How many forms a table may have.
const FORMS_MAX: usize = 4;

/// The forms of the dates of a table.
#[derive(Debug, Default)]
pub(in crate::formats::mapping::suggest) struct Dates {
    /// As a mapping has them.
    pub(in crate::formats::mapping::suggest) patterns: Vec<String>,
    forms: Vec<DateFormat>,
    /// Two forms that read the same cells as different days, of which the first was taken.
    pub(in crate::formats::mapping::suggest) doubt: Option<(String, String)>,
}

impl Dates {
    /// The forms that read these cells, beside that of ISO 8601.
    pub(in crate::formats::mapping::suggest) fn of<'a>(cells: impl Iterator<Item = &'a str>) -> Self {
        let mut dates = Self::default();
        let mut rest: Vec<&str> = cells.filter(|cell| !dates.reads(cell)).collect();
        let candidates: Vec<(String, DateFormat)> = MIDNIGHTS
            .iter()
            .filter(|midnight| rest.iter().any(|cell| cell.ends_with(**midnight)))
            .flat_map(|midnight| FORMS.map(|form| [form, midnight].concat()))
            .filter_map(|form| DateFormat::parse(&form).ok().map(|parsed| (form, parsed)))
            .collect();
        while !rest.is_empty() && dates.forms.len() < FORMS_MAX {
            let count = |form: &DateFormat| rest.iter().filter(|cell| form.read(cell).is_some()).count();
            // Of equal ones the first.
            let best = candidates.iter().rev().max_by_key(|(_, form)| count(form));
            let Some((pattern, form)) = best.filter(|(_, form)| count(form) > 0) else {
                break;
            };
            let read = rest.iter().filter_map(|cell| Some((cell, form.read(cell)?)));
            let read: Vec<(&&str, PartialDate)> = read.collect();
            let differs = |other: &DateFormat| {
                let others: Option<Vec<PartialDate>> = read.iter().map(|(cell, _)| other.read(cell)).collect();
                others.is_some_and(|others| others.iter().zip(&read).any(|(date, (_, first))| date != first))
            };
            if let Some((other, _)) = candidates.iter().find(|(_, other)| differs(other)) {
                dates.doubt.get_or_insert((pattern.clone(), other.clone()));
            }
            rest.retain(|cell| form.read(cell).is_none());
            dates.patterns.push(pattern.clone());
            dates.forms.push(form.clone());
        }
        dates
    }

    /// Whether a cell is read as a date.
    pub(in crate::formats::mapping::suggest) fn reads(&self, cell: &str) -> bool {
        PartialDate::read(cell, &self.forms).is_ok()
    }

    /// Whether one of the forms reads a cell of a column.
    pub(in crate::formats::mapping::suggest) fn reads_as(&self, column: &Column, pattern: &str) -> bool {
        let form = self
            .patterns
            .iter()
            .position(|other| other == pattern)
            .map(|place| &self.forms[place]);
        let iso = Self::default();
        form.is_some_and(|form| {
            column
                .filled()
                .any(|cell| !iso.reads(cell) && form.read(cell).is_some())
        })
    }

    /// Whether years have two digits.
    pub(in crate::formats::mapping::suggest) fn has_short_years(&self) -> bool {
        self.patterns.iter().any(|form| !form.contains("YYYY"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_found_and_doubts_are_reported() {
        let check = |cells: &[&str], expected: &[&str], doubt: Option<(&str, &str)>| {
            let dates = Dates::of(cells.iter().copied());
            assert_eq!(dates.patterns, expected, "{cells:?}");
            let doubtful_pair = dates.doubt.as_ref().map(|(one, other)| (one.as_str(), other.as_str()));
            assert_eq!(doubtful_pair, doubt, "{cells:?}");
        };
        check(&["2014", "2014-11-25", "2018-07-27T20:32:09Z"], &[], None);
        check(&["25.11.2014", "3.1.2014"], &["DD.MM.YYYY"], None);
        check(&["25/11/2014", "03/11/2014"], &["DD/MM/YYYY"], None);
        check(&["11/25/2014", "03/11/2014"], &["MM/DD/YYYY"], None);
        check(
            &["05/11/2014", "03/11/2014"],
            &["DD/MM/YYYY"],
            Some(("DD/MM/YYYY", "MM/DD/YYYY")),
        );
        check(
            &["3 Nov 1999", "12 January 2004", "5 Sept 2010"],
            &["DD MMM YYYY"],
            None,
        );
        check(&["November 3, 1999"], &["MMM DD, YYYY"], None);
        check(&["03.11.99", "25.12.04"], &["DD.MM.YY"], None);
        check(&["25/11/2014 00:00"], &["DD/MM/YYYY 00:00"], None);
        check(&["Mar 2014", "25.11.2014", "soon"], &["DD.MM.YYYY", "MMM YYYY"], None);
        check(&["20141125"], &["YYYYMMDD"], None);
        check(&["soon"], &[], None);
        assert!(Dates::of(["03.11.99"].into_iter()).has_short_years());
    }
}
