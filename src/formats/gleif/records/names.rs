//! The other names of a legal entity. Kind and script express every type that GLEIF has; unknown types
//! stay in the properties.

use std::borrow::Cow;

use super::{
    field_meaning::{EntityField, Part},
    parts::{GleifOutcome, property_fault},
    properties::PropertyTree,
};
use crate::{
    formats::gleif::syntax::row::{Cell, GleifRow},
    model::{LINE_CHARS_MAX, LIST_MAX, Name, NameKind, is_blank},
};

/// The other names that a record gives, part by part.
#[derive(Default)]
pub(in crate::formats::gleif) struct Names<'a> {
    others: Vec<NameParts<'a>>,
    transliterated: Vec<NameParts<'a>>,
}

/// One name.
#[derive(Default, Clone)]
struct NameParts<'a> {
    text: Option<(&'a str, Cell)>,
    language: Option<(&'a str, Cell)>,
    of_type: Option<(&'a str, Cell)>,
    duplicates: Vec<Cell>,
}

/// `text` in one line.
pub(in crate::formats::gleif) fn one_line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let words: Vec<&str> = text
        .split(|letter: char| letter.is_control() || letter.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect();
    Cow::Owned(words.join(" "))
}

impl<'a> Names<'a> {
    /// Takes a part of the name that the cell belongs to.
    pub(in crate::formats::gleif) fn add(&mut self, row: &GleifRow<'a>, cell: Cell, field: EntityField, part: Part) {
        let names = match field {
            EntityField::Transliterated(_) => &mut self.transliterated,
            _ => &mut self.others,
        };
        let index = cell.indices[0];
        if names.len() <= index {
            names.resize_with(index + 1, NameParts::default);
        }
        let name = &mut names[index];
        let place = match part {
            Part::Text => &mut name.text,
            Part::Language => &mut name.language,
            Part::Type => &mut name.of_type,
        };
        match place {
            Some(_) => name.duplicates.push(cell),
            None => *place = Some((row.text(cell), cell)),
        }
    }

    /// The names; invalid ones go to the properties.
    pub(in crate::formats::gleif) fn finish(
        self,
        row: &GleifRow<'_>,
        main: &str,
        outcome: &mut GleifOutcome,
        properties: &mut PropertyTree,
    ) -> Vec<Name> {
        let mut names = Vec::with_capacity(self.others.len() + self.transliterated.len());
        for (parts, types) in [(self.others, OTHER_TYPES), (self.transliterated, TRANSLITERATED_TYPES)] {
            for parts in parts {
                for cell in &parts.duplicates {
                    properties.keep(row, *cell);
                }
                match parts.text {
                    // A transliteration that equals the name is no other name.
                    Some((text, _)) if text == main && types == TRANSLITERATED_TYPES => {}
                    Some((text, _)) if names.len() < LIST_MAX && text.len() <= LINE_CHARS_MAX => {
                        names.extend(parts.name(text, types, row, outcome, properties));
                    }
                    Some((_, cell)) => {
                        outcome.faults.push(property_fault(
                            row,
                            cell,
                            "more or longer names than an entity may have",
                        ));
                        parts.keep(row, properties);
                    }
                    None => parts.keep(row, properties),
                }
            }
        }
        names
    }
}

/// A type of name in terms of the model: its kind, and its script where the type implies one.
type NameType = (&'static str, NameKind, Option<&'static str>);

const OTHER_TYPES: &[NameType] = &[
    ("PREVIOUS_LEGAL_NAME", NameKind::Former, None),
    ("TRADING_OR_OPERATING_NAME", NameKind::Alias, None),
    ("ALTERNATIVE_LANGUAGE_LEGAL_NAME", NameKind::Translation, None),
];

/// One that the entity prefers is its name in another script; one that a machine made is only another spelling.
const TRANSLITERATED_TYPES: &[NameType] = &[
    (
        "PREFERRED_ASCII_TRANSLITERATED_LEGAL_NAME",
        NameKind::Translation,
        Some("Latn"),
    ),
    ("AUTO_ASCII_TRANSLITERATED_LEGAL_NAME", NameKind::Alias, Some("Latn")),
];

impl NameParts<'_> {
    fn name(
        &self,
        text: &str,
        types: &[NameType],
        row: &GleifRow<'_>,
        outcome: &mut GleifOutcome,
        properties: &mut PropertyTree,
    ) -> Option<Name> {
        let text = one_line(text).into_owned();
        if is_blank(&text) {
            self.keep(row, properties);
            return None;
        }
        let known = self
            .of_type
            .and_then(|(name_type, _)| types.iter().find(|(known, ..)| *known == name_type));
        if let (Some((_, cell)), None) = (self.of_type, known) {
            outcome.keep(row, cell, "not a known type of name", properties);
        }
        if let Some((_, cell)) = self.language.filter(|(language, _)| !is_language(language)) {
            outcome.keep(row, cell, "not a language", properties);
        }
        Some(Name {
            text,
            language: self
                .language
                .filter(|(language, _)| is_language(language))
                .map(|(language, _)| language.to_owned()),
            script: known.and_then(|(.., script)| *script).map(str::to_owned),
            kind: known.map_or(NameKind::Alias, |(_, kind, _)| *kind),
        })
    }

    /// Puts all parts into the properties.
    fn keep(&self, row: &GleifRow<'_>, properties: &mut PropertyTree) {
        for part in [self.text, self.language, self.of_type] {
            properties.keep_optional(row, part.map(|(_, cell)| cell));
        }
    }
}

/// Whether `text` has the form of a language tag.
fn is_language(text: &str) -> bool {
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 35 && text.split('-').all(is_part)
}
