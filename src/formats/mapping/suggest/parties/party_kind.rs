//! What sort of thing a party is: by a column that says it, by words in the header, by how names end, by the name of the file.

use std::collections::BTreeMap;

use super::{party::Party, party_words::KINDS};
use crate::{
    formats::mapping::suggest::sample::{column::Column, phrases::Attribute, rows::Sample, values},
    model::EntityKind,
};

/// How many patterns of names are listed with what they are of.
const PATTERNS_MAX: usize = 40;

/// What sort of thing a party is.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::formats::mapping::suggest) enum EntityKindGuess {
    /// The same in each record; with why, and whether that is doubtful.
    Always(EntityKind, String),
    /// By the texts of a column: what each means, and what all others mean.
    Listed {
        column: usize,
        texts: Vec<(String, EntityKind)>,
        default: EntityKind,
        why: String,
    },
}

impl Party {
    /// What sort of thing it is.
    pub(in crate::formats::mapping::suggest) fn kind_guess(&self, sample: &Sample, file: &str) -> EntityKindGuess {
        if let Some(column) = self
            .column(Attribute::Kind)
            .filter(|column| values::means(&sample.columns[*column], values::kind))
        {
            return listed(&sample.columns[column], column);
        }
        if let Some(kind) = self.word.and_then(|word| word.kind) {
            return EntityKindGuess::Always(kind, self.by_word(sample));
        }
        let is_person = |(attribute, _): &(Attribute, usize)| {
            matches!(
                attribute,
                Attribute::GivenName | Attribute::FamilyName | Attribute::Born
            )
        };
        if self.fields.iter().any(is_person) {
            return EntityKindGuess::Always(EntityKind::Person, "by its columns, which people have".to_owned());
        }
        let name = self.column(Attribute::Name);
        let parts = name.map(|column| self.parts(sample, column)).unwrap_or_default();
        let company_like = parts.iter().filter(|name| values::naming(name).is_some()).count();
        let by_header = self.keys().find_map(|column| {
            let says = |(word, _): &&(&str, EntityKind)| sample.columns[column].says(word);
            KINDS.iter().find(says).map(|(word, kind)| (*kind, *word))
        });
        if let Some((kind, word)) = by_header {
            return EntityKindGuess::Always(kind, format!("by the word {word:?} in the header"));
        }
        if company_like * 10 >= parts.len() * 9 && company_like > 0 {
            let why = format!(
                "{company_like} of {} sampled names end like those of companies",
                parts.len()
            );
            return EntityKindGuess::Always(EntityKind::Company, why);
        }
        match name {
            Some(column) if self.word.is_some() && !parts.is_empty() => by_names(&parts, column, company_like),
            _ => by_file(file, company_like, parts.len()),
        }
    }

    /// The names in a column, those of lists each on its own.
    fn parts<'s>(&self, sample: &'s Sample, column: usize) -> Vec<&'s str> {
        let cells = sample.columns[column].filled();
        match self.list_mark(sample) {
            Some(mark) => cells
                .flat_map(|cell| cell.split(mark))
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .collect(),
            None => cells.collect(),
        }
    }
}

/// By the texts of a column that names the sort.
fn listed(texts: &Column, column: usize) -> EntityKindGuess {
    let text_kinds: Vec<(String, Option<EntityKind>)> = texts
        .texts()
        .keys()
        .map(|text| ((*text).to_owned(), values::kind(text)))
        .collect();
    let unsure = text_kinds.iter().filter(|(_, kind)| kind.is_none()).count();
    EntityKindGuess::Listed {
        column,
        why: match unsure {
            0 => format!("by {:?}", texts.name),
            _ => format!(
                "by {:?}; what {unsure} of its texts mean is not sure: they are as the default",
                texts.name
            ),
        },
        texts: text_kinds
            .into_iter()
            .filter_map(|(text, kind)| Some((text, kind?)))
            .collect(),
        default: EntityKind::Company,
    }
}

/// By how the names end, where some are like those of companies and others are not.
fn by_names(parts: &[&str], column: usize, company_like: usize) -> EntityKindGuess {
    let mut patterns: BTreeMap<String, (EntityKind, usize)> = BTreeMap::new();
    for (pattern, kind) in parts.iter().filter_map(|name| values::naming(name)) {
        patterns.entry(pattern).or_insert((kind, 0)).1 += 1;
    }
    let mut patterns: Vec<(String, (EntityKind, usize))> = patterns.into_iter().collect();
    patterns.sort_by(|(_, (_, one)), (_, (_, other))| other.cmp(one));
    patterns.truncate(PATTERNS_MAX);
    if patterns.is_empty() {
        let why = format!(
            "check it: none of {} sampled names ends like that of a company",
            parts.len()
        );
        return EntityKindGuess::Always(EntityKind::Person, why);
    }
    EntityKindGuess::Listed {
        column,
        texts: patterns
            .into_iter()
            .map(|(pattern, (kind, _))| (pattern, kind))
            .collect(),
        default: EntityKind::Person,
        why: format!(
            "by how names look: {company_like} of {} sampled ones are like those of companies; add the endings that are missing",
            parts.len()
        ),
    }
}

/// By the name of the file, or for want of anything better.
fn by_file(file: &str, company_like: usize, names: usize) -> EntityKindGuess {
    let words = Column::new(file.to_owned()).words;
    let by_file = KINDS.iter().find(|(word, _)| words.iter().any(|other| other == word));
    match by_file {
        Some((word, kind)) => EntityKindGuess::Always(*kind, format!("by the word {word:?} in the name of the file")),
        None if company_like > 0 => {
            let why = format!("check it: {company_like} of {names} sampled names are like those of companies");
            EntityKindGuess::Always(EntityKind::Company, why)
        }
        None => EntityKindGuess::Always(
            EntityKind::Company,
            "check it: nothing in the table says of which sort they are".to_owned(),
        ),
    }
}
