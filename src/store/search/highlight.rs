//! Highlighting the words of a question in the texts of an entity. Texts are returned in parts, so that clients need neither
//! offsets nor escaping.

use super::{
    question::{Question, TextKind},
    text::words::{WordForm, WordSplitter, key, readings_of_unspaced, shortened},
};
use crate::{
    graph::{Budget, EntityRef, Exhausted},
    model::catalog,
};

/// The maximum number of highlights of one entity.
const HIGHLIGHTS_MAX: usize = 20;
/// The number of characters before the first match in an excerpt of a long text, and the length of the excerpt.
const BEFORE: usize = 60;
const EXCERPT: usize = 240;
/// The number of characters of a text that are searched for matches.
const SEARCHED_MAX: usize = 10_000;
/// The number of words that are charged at once.
const BATCH: u64 = 256;

catalog! {
    /// A text of an entity that is searched.
    pub enum SearchField as "a field that is searched" {
        /// Its main name.
        Name = "NAME",
        /// One of its other names.
        OtherName = "OTHER_NAME",
        /// Its description.
        Description = "DESCRIPTION",
        /// The value of one of its identifiers.
        Identifier = "IDENTIFIER",
        /// Its id.
        Id = "ID",
    }
}

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HighlightPart {
    /// The text as written.
    pub text: String,
    /// Whether it matches the question.
    pub matched: bool,
}

/// A text with words of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highlight {
    /// The field of the text.
    pub field: SearchField,
    /// The text in parts; of a long one, an excerpt around the first match.
    pub parts: Vec<HighlightPart>,
}

/// The texts of `entity` with words of `question`: its main name, other names, description, identifiers and id; the first 20 of
/// them. Spends a unit for every text and every word in it, up to 10,000 characters of each text.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn highlights(entity: &EntityRef<'_>, question: &Question, budget: &Budget) -> Result<Vec<Highlight>, Exhausted> {
    let name = std::iter::once((SearchField::Name, entity.name()));
    let other_names = entity.names().map(|name| (SearchField::OtherName, name.text()));
    let description = entity.description().map(|text| (SearchField::Description, text));
    let identifiers = entity.identifiers().map(|(_, value)| (SearchField::Identifier, value));
    let id = std::iter::once((SearchField::Id, entity.id()));
    let texts = name.chain(other_names).chain(description).chain(identifiers).chain(id);
    let mut splitter = WordSplitter::default();
    let mut highlights = Vec::new();
    for (field, text) in texts {
        let ranges = matched_ranges(&mut splitter, field, text, question, budget)?;
        if !ranges.is_empty() {
            let parts = parts(text, &ranges);
            highlights.push(Highlight { field, parts });
        }
        if highlights.len() == HIGHLIGHTS_MAX {
            break;
        }
    }
    Ok(highlights)
}

/// The ranges of words of `question` in `text`, ascending and disjoint.
fn matched_ranges(
    splitter: &mut WordSplitter,
    field: SearchField,
    text: &str,
    question: &Question,
    budget: &Budget,
) -> Result<Vec<(usize, usize)>, Exhausted> {
    let searched = shortened(text, SEARCHED_MAX);
    let kind = match field {
        SearchField::Identifier | SearchField::Id => TextKind::Code,
        _ => TextKind::Prose,
    };
    let quality = |word: &str| question.quality(word, kind);
    let mut ranges = Vec::new();
    if field != SearchField::Description {
        // The text equals the question, regardless of spaces and punctuation.
        let text_key = key(searched);
        if !text_key.is_empty() && (text_key == question.key || (kind == TextKind::Code && quality(&text_key) > 0)) {
            budget.charge(1)?;
            return Ok(vec![(0, text.len())]);
        }
    }
    let (mut pending, mut charged) = (1, Ok(()));
    splitter.split(searched, |word| {
        pending += 1;
        if pending == BATCH && charged.is_ok() {
            charged = budget.charge(std::mem::take(&mut pending));
        }
        if charged.is_err() {
            return;
        }
        // Characters match only exactly, without prefixes and typos.
        let is_match = match word.form {
            WordForm::Pair | WordForm::Single { .. } => question.has(word.text),
            _ => quality(word.text) > 0,
        };
        if is_match {
            ranges.push(word.range);
        }
    });
    charged.and_then(|()| budget.charge(pending))?;
    let is_name = matches!(field, SearchField::Name | SearchField::OtherName);
    if is_name && ranges.is_empty() {
        // Which characters a reading is of is not known.
        let mut read = readings_of_unspaced(searched).into_iter();
        if read.any(|(_, reading)| quality(&reading) > 0) {
            return Ok(vec![(0, searched.len())]);
        }
    }
    ranges.sort_unstable();
    let mut disjoint: Vec<(usize, usize)> = Vec::new();
    for (start, end) in ranges {
        match disjoint.last_mut().filter(|last| start <= last.1) {
            Some(last) => last.1 = last.1.max(end),
            None => disjoint.push((start, end)),
        }
    }
    Ok(disjoint)
}

/// The text, or an excerpt of it, in parts.
fn parts(text: &str, ranges: &[(usize, usize)]) -> Vec<HighlightPart> {
    let first = ranges.first().map_or(0, |range| range.0);
    let window = window(text, first);
    let mut parts = Vec::new();
    let mut push = |text: &str, matched: bool| {
        if !text.is_empty() {
            let text = text.to_owned();
            parts.push(HighlightPart { text, matched });
        }
    };
    let mut position = window.0;
    push(if window.0 > 0 { "…" } else { "" }, false);
    for (start, end) in ranges {
        let (start, end) = ((*start).clamp(position, window.1), (*end).clamp(position, window.1));
        push(&text[position..start], false);
        push(&text[start..end], true);
        position = end;
    }
    push(&text[position..window.1], false);
    push(if window.1 < text.len() { "…" } else { "" }, false);
    parts
}

/// The range of the excerpt of `text`, whose first match starts at `first`.
fn window(text: &str, first: usize) -> (usize, usize) {
    let offset_of = |letter: usize| text.char_indices().nth(letter).map_or(text.len(), |(offset, _)| offset);
    let letters = text.chars().count();
    if letters <= EXCERPT {
        return (0, text.len());
    }
    let before = text[..first].chars().count().saturating_sub(BEFORE);
    let start = before.min(letters - EXCERPT);
    (offset_of(start), offset_of(start + EXCERPT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_excerpt_of_a_long_text_surrounds_the_first_match() {
        let text = format!("{}Aéropostale{}", "é ".repeat(200), " ü".repeat(200));
        let question = Question::new("aeropostale").unwrap();
        let budget = Budget::new(1000, || false);
        let mut splitter = WordSplitter::default();
        let ranges = matched_ranges(&mut splitter, SearchField::Description, &text, &question, &budget).unwrap();
        let parts = parts(&text, &ranges);
        let texts: Vec<(&str, bool)> = parts.iter().map(|part| (part.text.as_str(), part.matched)).collect();
        assert_eq!(texts[0], ("…", false));
        assert_eq!(texts[1].0.chars().count(), BEFORE);
        assert_eq!(texts[2], ("Aéropostale", true));
        assert_eq!(texts[4], ("…", false));
        let shown: usize = texts[1..4].iter().map(|(text, _)| text.chars().count()).sum();
        assert_eq!((texts.len(), shown), (5, EXCERPT));
    }

    #[test]
    fn every_word_spends_a_unit_up_to_the_bound_of_a_text() {
        let question = Question::new("end").unwrap();
        let ask = |words: usize, work_max: u64| {
            let text = format!("{}end", "a ".repeat(words));
            let budget = Budget::new(work_max, || false);
            let ranges = matched_ranges(
                &mut WordSplitter::default(),
                SearchField::Description,
                &text,
                &question,
                &budget,
            );
            ranges.map(|ranges| (ranges.len(), budget.spent()))
        };
        assert_eq!(ask(1000, 2000), Ok((1, 1002)));
        assert!(matches!(ask(1000, 500), Err(Exhausted::Work { .. })));
        let half = u64::try_from(SEARCHED_MAX / 2).unwrap();
        assert_eq!(ask(SEARCHED_MAX, 100_000), Ok((0, 1 + half)));
    }
}
