//! The ids of a party: made of a key of the table's own, of an assigned number, or in the absence of these of the name.

use super::party::Party;
use crate::{
    formats::mapping::{
        columns::template::Template,
        suggest::{
            layout::ValueTemplate,
            sample::{phrases::Attribute, rows::Sample},
        },
    },
    model::EntityKind,
};

/// How an id is made of a record.
#[derive(Debug, Clone)]
pub(in crate::formats::mapping::suggest) struct Key {
    pub(in crate::formats::mapping::suggest) id: ValueTemplate,
    /// What it was guessed from.
    pub(in crate::formats::mapping::suggest) why: String,
    /// A column in which something stands wherever the party is there.
    pub(in crate::formats::mapping::suggest) presence_column: usize,
    /// The columns that it is made of.
    pub(in crate::formats::mapping::suggest) columns: Vec<usize>,
}

/// Which identifiers make the best ids: those of registers, then those of the world.
fn rank(scheme: &str) -> usize {
    const WORST: [&str; 8] = ["bic", "vat", "tax-id", "isin", "figi", "cusip", "sedol", "ticker"];
    match scheme {
        "lei" => 1,
        _ => WORST
            .iter()
            .position(|worst| *worst == scheme)
            .map_or(0, |place| 2 + place),
    }
}

/// How often a party is there, by any of the columns that say who it is.
fn presence(sample: &Sample, keys: &[usize]) -> usize {
    let is_there = |record: &usize| keys.iter().any(|key| !sample.columns[*key].cells[*record].is_empty());
    (0..sample.records).filter(is_there).count()
}

/// How the ids of a party are made; `by_name` where they must be made of its name.
pub(in crate::formats::mapping::suggest) fn key(
    sample: &Sample,
    party: &Party,
    kind: Option<EntityKind>,
    by_name: bool,
) -> Option<Key> {
    let keys: Vec<usize> = party.keys().collect();
    let present = presence(sample, &keys);
    let prefix = match kind {
        Some(EntityKind::Person) => "person",
        Some(EntityKind::Organization) => "organization",
        _ => "company",
    };
    let mut numbers: Vec<(usize, &str, usize)> = party
        .identifiers()
        .map(|(scheme, column)| (1 + rank(scheme), scheme, column))
        .collect();
    numbers.extend(party.column(Attribute::Id).map(|column| (0, prefix, column)));
    // A key that stands twice is rather not one of the subject; the first that is full, else the fullest.
    numbers.sort_by_key(|(rank, _, column)| {
        let column = &sample.columns[*column];
        (
            present - column.filled_count().min(present),
            party.word.is_none() && !column.is_unique() && sample.records > 0 && is_loose(*rank),
            *rank,
        )
    });
    let name = name_text(sample, party);
    let name_id = name.map(|(columns, _)| (columns.clone(), named_id(sample, party, &columns, kind)));
    let number = numbers.first().filter(|_| !by_name || name_id.is_none());
    match (number, name_id) {
        (Some((_, prefix, column)), name_id) => {
            let key_column = &sample.columns[*column];
            let id_template = id_of(sample, prefix, *column);
            let is_full = key_column.filled_count() == present;
            let why = match (is_full, key_column.is_unique()) {
                _ if sample.records == 0 => format!("by the name of {:?}", key_column.name),
                (true, true) => format!("{:?} is filled and different in each sampled record", key_column.name),
                (true, false) => format!(
                    "{:?} is filled in each sampled record; rows with the same one add up",
                    key_column.name
                ),
                (false, _) => format!(
                    "{:?} is filled in {} of {present} sampled records",
                    key_column.name,
                    key_column.filled_count()
                ),
            };
            match name_id.filter(|_| !is_full) {
                Some((columns, default)) => Some(Key {
                    why: format!("{why}, the name stands in for it elsewhere"),
                    id: ValueTemplate::Or(id_template, default),
                    presence_column: columns.last().copied()?,
                    columns: [vec![*column], columns].concat(),
                }),
                None => Some(Key {
                    id: ValueTemplate::Plain(id_template),
                    why,
                    presence_column: *column,
                    columns: vec![*column],
                }),
            }
        }
        (None, Some((columns, id))) => Some(Key {
            id: ValueTemplate::Plain(id),
            why: match kind {
                _ if by_name => "by the name, since another column knows it by that alone".to_owned(),
                Some(EntityKind::Person) => "no column has a key: people with one name become one person".to_owned(),
                _ => "no column has a key: what has one name becomes one entity".to_owned(),
            },
            presence_column: columns.last().copied()?,
            columns,
        }),
        (None, None) => None,
    }
}

/// Whether numbers of this rank are those of securities, of which a company has several.
fn is_loose(rank: usize) -> bool {
    rank >= 4
}

/// An id made of a column with a key.
fn id_of(sample: &Sample, prefix: &str, column: usize) -> String {
    let column = &sample.columns[column];
    let has_space = column
        .filled()
        .any(|cell| cell.contains(|letter: char| letter.is_whitespace() || letter.is_control()));
    let filters: &[&str] = if has_space { &["slug"] } else { &[] };
    format!("{prefix}:{}", Template::write(&column.name, filters))
}

/// An id made of the columns with a name.
fn named_id(sample: &Sample, party: &Party, columns: &[usize], kind: Option<EntityKind>) -> String {
    let is_person = kind == Some(EntityKind::Person);
    let prefix = if is_person { "person" } else { "name" };
    let parts: Vec<String> = columns
        .iter()
        .map(|column| {
            Template::write(
                &sample.columns[*column].name,
                if columns.len() > 1 {
                    &["slug", "optional"]
                } else {
                    &["slug"]
                },
            )
        })
        .collect();
    let born = party.column(Attribute::Born).filter(|_| is_person);
    let born = born.map_or(String::new(), |column| {
        format!(
            "-{}",
            Template::write(&sample.columns[column].name, &["slug", "optional"])
        )
    });
    format!("{prefix}:{}{born}", parts.join("-"))
}

/// The columns that make up the name, and the name.
pub(in crate::formats::mapping::suggest) fn name_text(sample: &Sample, party: &Party) -> Option<(Vec<usize>, String)> {
    if let Some(column) = party.column(Attribute::Name) {
        return Some((vec![column], Template::write(&sample.columns[column].name, &[])));
    }
    let parts = [party.column(Attribute::GivenName), party.column(Attribute::FamilyName)];
    let columns: Vec<usize> = parts.into_iter().flatten().collect();
    let write = |column: &usize| {
        Template::write(
            &sample.columns[*column].name,
            if columns.len() > 1 { &["optional"] } else { &[] },
        )
    };
    let text: Vec<String> = columns.iter().map(write).collect();
    (!columns.is_empty()).then(|| (columns.clone(), text.join(" ")))
}
