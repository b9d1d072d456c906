//! The meaning of each column of a sample: suggested by the words of its name, and checked against its values. A column whose values
//! contradict its name is left out, with a remark.

use super::{
    column::Column,
    dates::Dates,
    phrases::{Attribute, is_date},
    rows::Sample,
    states, values,
};
use crate::{
    formats::mapping::{
        columns::{
            cell_texts::{CellValue, Percentage},
            filter::Filter,
        },
        suggest::parties::party_words::{self, PartyWord},
    },
    model::{Currency, EntityStatus, check_lei, country_code},
};

/// How many different texts a status may have.
const STATUSES_MAX: usize = 60;

/// What a column is.
#[derive(Debug, Clone)]
pub(in crate::formats::mapping::suggest) struct Meaning {
    /// The party it is about; none for the subject of the table.
    pub(in crate::formats::mapping::suggest) party: Option<&'static PartyWord>,
    /// None where nothing was guessed.
    pub(in crate::formats::mapping::suggest) attribute: Option<Attribute>,
    /// What to say of it.
    pub(in crate::formats::mapping::suggest) remark: Option<String>,
}

impl Meaning {
    /// Nothing is guessed, for this reason.
    fn refuse(&mut self, remark: String) {
        self.attribute = None;
        self.remark = Some(remark);
    }
}

/// What each column is, and how the dates among them are written.
pub(in crate::formats::mapping::suggest) fn meanings(sample: &Sample) -> (Vec<Meaning>, Dates) {
    let mut meanings: Vec<Meaning> = sample.columns.iter().map(by_name).collect();
    name_by_cells(sample, &mut meanings);
    let dated = sample
        .columns
        .iter()
        .zip(&meanings)
        .filter(|(_, meaning)| meaning.attribute.is_some_and(is_date));
    let cells = dated
        .flat_map(|(column, _)| column.filled())
        .filter(|cell| !values::is_nothing(cell));
    let dates = Dates::of(cells);
    for (column, meaning) in sample.columns.iter().zip(&mut meanings) {
        check(column, meaning, &dates);
    }
    (meanings, dates)
}

/// Where no column is called like a name, one with names of companies in it is taken for that.
fn name_by_cells(sample: &Sample, meanings: &mut [Meaning]) {
    let is_name = |meaning: &Meaning| meaning.attribute == Some(Attribute::Name);
    let is_key = |meaning: &Meaning| matches!(meaning.attribute, Some(Attribute::Id | Attribute::Identifier(_)));
    let has_subject_key = meanings
        .iter()
        .any(|meaning| meaning.party.is_none() && is_key(meaning));
    // A subject with a key lacks its name, even if other parties have one.
    let is_named = meanings
        .iter()
        .any(|meaning| is_name(meaning) && (meaning.party.is_none() || !has_subject_key));
    let mut unknown = sample.columns.iter().zip(meanings);
    let found = unknown.find(|(column, meaning)| {
        meaning.attribute.is_none()
            && meaning.party.is_none()
            && column.mostly(|cell| cell.contains(' ') && values::has_form(cell))
    });
    if let Some((column, meaning)) = found.filter(|_| !is_named) {
        let company_like = of(column, values::has_form);
        meaning.attribute = Some(Attribute::Name);
        meaning.remark = Some(format!("{company_like} end like names of companies"));
    }
}

/// By its name, and where that says nothing by the form of its cells.
fn by_name(column: &Column) -> Meaning {
    let words = party_words::read(&column.words);
    let mut meaning = Meaning {
        party: words.party,
        attribute: words.attribute,
        remark: None,
    };
    let is_end_alone = words.party.is_some_and(|party| party.relationship.is_none()) && column.words.len() == 1;
    if is_end_alone && Dates::of(column.filled()).reads_most_of(column) {
        meaning.party = None;
        meaning.attribute = words.party.map(|party| match party.end {
            party_words::PartyEnd::From => Attribute::Since,
            party_words::PartyEnd::To => Attribute::Until,
        });
    }
    if column.mostly(|cell| check_lei(cell).is_ok()) {
        meaning.attribute = Some(Attribute::Identifier("lei"));
        meaning.remark = Some(format!(
            "{} are LEIs by ISO 17442",
            of(column, |cell| check_lei(cell).is_ok())
        ));
    } else if column.mostly(is_isin) {
        meaning.attribute = Some(Attribute::Identifier("isin"));
        meaning.remark = Some(format!("{} are ISINs by ISO 6166", of(column, is_isin)));
    } else if meaning.attribute.is_none() && column.mostly(|cell| cell.contains('%') && is_percentage(cell)) {
        meaning.attribute = Some(Attribute::Share);
    } else if meaning.attribute == Some(Attribute::Name) && is_like_a_key(column, is_end_alone) {
        meaning.attribute = Some(Attribute::Id);
    }
    meaning
}

/// Holds what a column is called against what stands in it.
fn check(column: &Column, meaning: &mut Meaning, dates: &Dates) {
    let filled = column.filled_count();
    let Some(attribute) = meaning.attribute.filter(|_| filled > 0) else {
        return;
    };
    let reads: fn(&str) -> bool = match attribute {
        Attribute::Country => understands_country,
        Attribute::State => |cell| states::code(cell).is_some(),
        Attribute::Share => is_percentage,
        Attribute::Amount => |cell| f64::read(cell, &[]).is_ok(),
        Attribute::Currency => |cell| Currency::read(cell, &[]).is_ok(),
        Attribute::Website => is_site,
        Attribute::Status => {
            let texts = column.texts().len();
            let is_status =
                |cell: &str| values::status(cell) != EntityStatus::Unknown || values::claim_status(cell).is_some();
            let known = column.count(is_status);
            if known * 2 < filled {
                meaning.refuse(format!(
                    "named like a status, but {known} of {filled} sampled values are known words for one"
                ));
            } else if texts > STATUSES_MAX || (texts > 10 && texts * 2 > filled) {
                meaning.refuse(format!("named like a status, but it has {texts} different texts"));
            }
            return;
        }
        _ if is_date(attribute) => {
            let reads = column.count(|cell| dates.reads(cell));
            let nothing = column.count(values::is_nothing);
            if (reads + nothing) * 2 < filled || reads == 0 {
                meaning.refuse(format!(
                    "named like a date, but only {reads} of {filled} sampled values read as one"
                ));
            }
            return;
        }
        _ => return,
    };
    let count = column.count(reads);
    if count * 2 <= filled {
        let what = match attribute {
            Attribute::Country => "a country, but",
            Attribute::State => "a state of the US, but",
            Attribute::Share => "a share, but",
            Attribute::Amount => "an amount, but",
            Attribute::Currency => "a currency, but",
            _ => "a website, but",
        };
        meaning.refuse(format!(
            "named like {what} only {count} of {filled} sampled values read as one"
        ));
    } else if attribute == Attribute::Share && is_fraction(column) {
        meaning
            .refuse("looks like a share in parts of 1; a share is percent: multiply it by 100 to have it".to_owned());
    } else {
        meaning.remark = Some(format!("{} are understood", of(column, reads)));
    }
}

/// `18 of 20 sampled values`.
pub(in crate::formats::mapping::suggest) fn of(column: &Column, is_so: impl Fn(&str) -> bool) -> String {
    format!("{} of {} sampled values", column.count(is_so), column.filled_count())
}

impl Dates {
    /// Whether most of the cells are dates, and no mere numbers.
    fn reads_most_of(&self, column: &Column) -> bool {
        column.mostly(|cell| self.reads(cell) || values::is_nothing(cell)) && column.count(|cell| self.reads(cell)) > 0
    }
}

/// Whether what is called like a name has keys in it: numbers, or where it is called `from` or `to` alone, words with digits.
fn is_like_a_key(column: &Column, is_end_alone: bool) -> bool {
    let is_word = |cell: &str| !cell.contains(' ') && cell.contains(|letter: char| letter.is_ascii_digit());
    column.mostly(is_number) || (is_end_alone && column.mostly(is_word))
}

fn is_number(cell: &str) -> bool {
    cell.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_percentage(cell: &str) -> bool {
    Percentage::read(cell, &[]).is_ok()
}

/// Whether the shares of a column are parts of 1, and not percent.
fn is_fraction(column: &Column) -> bool {
    let number = |cell: &str| cell.parse::<f64>().ok();
    column
        .filled()
        .all(|cell| number(cell).is_some_and(|number| number <= 1.0))
        && column
            .filled()
            .any(|cell| number(cell).is_some_and(|number| number > 0.0 && number < 1.0))
}

/// Whether a country is understood as it is, by its name in English, or by what lists write.
pub(in crate::formats::mapping::suggest) fn understands_country(cell: &str) -> bool {
    country_code(&Filter::Country.apply(cell)).is_ok()
        || states::code_by_name(cell).is_some()
        || underscored(cell).is_some()
}

/// The code in `us_de`, as some lists write it.
pub(in crate::formats::mapping::suggest) fn underscored(cell: &str) -> Option<String> {
    cell.contains('_').then(|| country_code(&cell.replace('_', "-")).ok())?
}

/// Whether a cell is a website, with or without its scheme.
pub(in crate::formats::mapping::suggest) fn is_site(cell: &str) -> bool {
    let bare = cell
        .strip_prefix("https://")
        .or_else(|| cell.strip_prefix("http://"))
        .unwrap_or(cell);
    bare.contains('.') && !bare.contains(|letter: char| letter.is_whitespace() || letter == '@')
}

/// Whether a cell is an International Securities Identification Number, whose check digit fits.
fn is_isin(cell: &str) -> bool {
    let is_form = cell.len() == 12
        && cell.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && cell
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && cell.ends_with(|last: char| last.is_ascii_digit());
    let digits: Vec<u32> = cell
        .chars()
        .filter_map(|letter| letter.to_digit(36))
        .flat_map(|value| {
            if value < 10 {
                vec![value]
            } else {
                vec![value / 10, value % 10]
            }
        })
        .collect();
    let weighted = digits.iter().rev().enumerate().map(|(place, digit)| match place % 2 {
        0 => *digit,
        _ => (2 * digit) / 10 + (2 * digit) % 10,
    });
    is_form && weighted.sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_recognised_by_their_form() {
        assert!(is_isin("US0378331005") && is_isin("DE0007164600"));
        assert!(!is_isin("US0378331006") && !is_isin("HRB123456789") && !is_isin("é"));
        assert!(
            is_site("example.org/a") && is_site("https://a.example") && !is_site("a@b.example") && !is_site("none")
        );
        assert_eq!(underscored("us_de").as_deref(), Some("US-DE"));
    }
}
