//! Where in the texts of an entity the words of a question stand: texts in parts, so that nobody has to count or to escape.

use super::{
    question::{Question, Sort},
    words::{Cut, Cutter, key, readings_of_unspaced, shortened},
};
use crate::{
    graph::{Budget, EntityRef, Exhausted},
    model::catalog,
};

/// How many highlights one entity has at most.
const HIGHLIGHTS_MAX: usize = 20;
/// How many characters of a long text stand before the first word that was found, and how many of it are shown.
const BEFORE: usize = 60;
const SHOWN: usize = 240;
/// How many characters of one text are looked at. Nobody looks for more in a list of finds.
const LOOKED_AT_MAX: usize = 10_000;
/// How many words are charged at once.
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
pub struct Part {
    /// The text as written.
    pub text: String,
    /// Whether it is what was asked for.
    pub matched: bool,
}

/// A text in which words of the question stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highlight {
    /// Which text.
    pub field: SearchField,
    /// The text in parts; a long one cut around what was found first.
    pub parts: Vec<Part>,
}

/// The texts of `entity` in which words of `question` stand: its main name, other names, description, identifiers, id; the
/// first 20 of them. Spends a unit for every text and every word in it, up to 10,000 characters of each text.
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
    let mut cutter = Cutter::default();
    let mut highlights = Vec::new();
    for (field, text) in texts {
        let places = places(&mut cutter, field, text, question, budget)?;
        if !places.is_empty() {
            let parts = parts(text, &places);
            highlights.push(Highlight { field, parts });
        }
        if highlights.len() == HIGHLIGHTS_MAX {
            break;
        }
    }
    Ok(highlights)
}

/// Where words of `question` stand in `text`, in order and apart.
fn places(
    cutter: &mut Cutter,
    field: SearchField,
    text: &str,
    question: &Question,
    budget: &Budget,
) -> Result<Vec<(usize, usize)>, Exhausted> {
    let looked_at = shortened(text, LOOKED_AT_MAX);
    let sort = match field {
        SearchField::Identifier | SearchField::Id => Sort::Code,
        _ => Sort::Prose,
    };
    let found = |word: &str| question.quality(word, sort);
    let mut places = Vec::new();
    if field != SearchField::Description {
        // However its words are parted, the text is what was asked for.
        let whole = key(looked_at);
        if !whole.is_empty() && (whole == question.key || (sort == Sort::Code && found(&whole) > 0)) {
            budget.charge(1)?;
            return Ok(vec![(0, text.len())]);
        }
    }
    let (mut pending, mut charged) = (1, Ok(()));
    cutter.cut(looked_at, |word| {
        pending += 1;
        if pending == BATCH && charged.is_ok() {
            charged = budget.charge(std::mem::take(&mut pending));
        }
        if charged.is_err() {
            return;
        }
        // Characters have neither beginnings nor typos.
        let is_asked = match word.cut {
            Cut::Pair | Cut::Single { .. } => question.has(word.text),
            _ => found(word.text) > 0,
        };
        if is_asked {
            places.push(word.place);
        }
    });
    charged.and_then(|()| budget.charge(pending))?;
    let is_name = matches!(field, SearchField::Name | SearchField::OtherName);
    if is_name && places.is_empty() {
        // Which characters a reading is of is not known.
        let mut read = readings_of_unspaced(looked_at).into_iter();
        if read.any(|(_, reading)| found(&reading) > 0) {
            return Ok(vec![(0, looked_at.len())]);
        }
    }
    places.sort_unstable();
    let mut apart: Vec<(usize, usize)> = Vec::new();
    for (start, end) in places {
        match apart.last_mut().filter(|last| start <= last.1) {
            Some(last) => last.1 = last.1.max(end),
            None => apart.push((start, end)),
        }
    }
    Ok(apart)
}

/// `text` in parts, as much of it as is shown.
fn parts(text: &str, places: &[(usize, usize)]) -> Vec<Part> {
    let first = places.first().map_or(0, |place| place.0);
    let window = window(text, first);
    let mut parts = Vec::new();
    let mut push = |text: &str, matched: bool| {
        if !text.is_empty() {
            let text = text.to_owned();
            parts.push(Part { text, matched });
        }
    };
    let mut told = window.0;
    push(if window.0 > 0 { "…" } else { "" }, false);
    for (start, end) in places {
        let (start, end) = ((*start).clamp(told, window.1), (*end).clamp(told, window.1));
        push(&text[told..start], false);
        push(&text[start..end], true);
        told = end;
    }
    push(&text[told..window.1], false);
    push(if window.1 < text.len() { "…" } else { "" }, false);
    parts
}

/// What is shown of `text`, whose first find begins at `first`.
fn window(text: &str, first: usize) -> (usize, usize) {
    let place_of = |letter: usize| text.char_indices().nth(letter).map_or(text.len(), |(place, _)| place);
    let letters = text.chars().count();
    if letters <= SHOWN {
        return (0, text.len());
    }
    let before = text[..first].chars().count().saturating_sub(BEFORE);
    let start = before.min(letters - SHOWN);
    (place_of(start), place_of(start + SHOWN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_around_what_was_found_first() {
        let text = format!("{}Aéropostale{}", "é ".repeat(200), " ü".repeat(200));
        let question = Question::new("aeropostale").unwrap();
        let budget = Budget::new(1000, || false);
        let mut cutter = Cutter::default();
        let places = places(&mut cutter, SearchField::Description, &text, &question, &budget).unwrap();
        let parts = parts(&text, &places);
        let told: Vec<(&str, bool)> = parts.iter().map(|part| (part.text.as_str(), part.matched)).collect();
        assert_eq!(told[0], ("…", false));
        assert_eq!(told[1].0.chars().count(), BEFORE);
        assert_eq!(told[2], ("Aéropostale", true));
        assert_eq!(told[4], ("…", false));
        let shown: usize = told[1..4].iter().map(|(text, _)| text.chars().count()).sum();
        assert_eq!((told.len(), shown), (5, SHOWN));
    }

    #[test]
    fn every_word_is_spent_and_not_more_is_looked_at_than_of_any_text() {
        let question = Question::new("end").unwrap();
        let ask = |words: usize, work_max: u64| {
            let text = format!("{}end", "a ".repeat(words));
            let budget = Budget::new(work_max, || false);
            let places = places(
                &mut Cutter::default(),
                SearchField::Description,
                &text,
                &question,
                &budget,
            );
            places.map(|places| (places.len(), budget.spent()))
        };
        assert_eq!(ask(1000, 2000), Ok((1, 1002)));
        assert!(matches!(ask(1000, 500), Err(Exhausted::Work { .. })));
        let half = u64::try_from(LOOKED_AT_MAX / 2).unwrap();
        assert_eq!(ask(LOOKED_AT_MAX, 100_000), Ok((0, 1 + half)));
    }
}
