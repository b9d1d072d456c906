//! A column of a sample: its name, the words of it, and what stands in its cells.

use std::collections::BTreeMap;

/// The share of the cells, in parts of ten, that must be of a form for the column to be of it.
const MOST: usize = 8;

/// A column with the cells of the sampled records.
#[derive(Debug, Clone)]
pub(in crate::formats::mapping::suggest) struct Column {
    /// As the header has it, without white space around it.
    pub(in crate::formats::mapping::suggest) name: String,
    /// The words of the name in small Latin letters: `companyNumber` has `company` and `number`.
    pub(in crate::formats::mapping::suggest) words: Vec<String>,
    /// One cell for each record, without white space around it; blank ones among them.
    pub(in crate::formats::mapping::suggest) cells: Vec<String>,
}

impl Column {
    pub(in crate::formats::mapping::suggest) fn new(name: String) -> Self {
        let words = words(&name);
        Self {
            name,
            words,
            cells: Vec::new(),
        }
    }

    /// The cells that are not blank.
    pub(in crate::formats::mapping::suggest) fn filled(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(String::as_str).filter(|cell| !cell.is_empty())
    }

    /// How many cells are not blank.
    pub(in crate::formats::mapping::suggest) fn filled_count(&self) -> usize {
        self.filled().count()
    }

    /// Whether no cell is blank, and there is one.
    pub(in crate::formats::mapping::suggest) fn is_full(&self) -> bool {
        !self.cells.is_empty() && self.cells.iter().all(|cell| !cell.is_empty())
    }

    /// How many cells that are not blank are so.
    pub(in crate::formats::mapping::suggest) fn count(&self, is_so: impl Fn(&str) -> bool) -> usize {
        self.filled().filter(|cell| is_so(cell)).count()
    }

    /// Whether most of the cells that are not blank are so; false where all are blank.
    pub(in crate::formats::mapping::suggest) fn mostly(&self, is_so: impl Fn(&str) -> bool) -> bool {
        let filled = self.filled_count();
        filled > 0 && self.count(is_so) * 10 >= filled * MOST
    }

    /// Each text that stands in the column, with how often.
    pub(in crate::formats::mapping::suggest) fn texts(&self) -> BTreeMap<&str, usize> {
        let mut texts = BTreeMap::new();
        for cell in self.filled() {
            *texts.entry(cell).or_default() += 1;
        }
        texts
    }

    /// Whether no text stands twice in it.
    pub(in crate::formats::mapping::suggest) fn is_unique(&self) -> bool {
        self.texts().len() == self.filled_count()
    }

    /// Whether the words are among those of the name, one behind the other.
    pub(in crate::formats::mapping::suggest) fn says(&self, phrase: &str) -> bool {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        self.words.windows(phrase.len()).any(|window| window == phrase)
    }
}

/// The words of a name, in small Latin letters; signs for a percentage and a number are words.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (place, letter) in letters.iter().copied().enumerate() {
        let before = place.checked_sub(1).and_then(|place| letters.get(place)).copied();
        let next = letters.get(place + 1).copied();
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || (before.is_uppercase() && next.is_some_and(char::is_lowercase))
            });
        if begins || !letter.is_alphanumeric() {
            words.extend(folded(&std::mem::take(&mut word)));
        }
        match letter {
            '%' => words.push("percent".to_owned()),
            '#' | '№' => words.push("number".to_owned()),
            '€' => words.push("eur".to_owned()),
            '$' => words.push("usd".to_owned()),
            '£' => words.push("gbp".to_owned()),
            letter if letter.is_alphanumeric() => word.push(letter),
            _ => {}
        }
    }
    words.extend(folded(&word));
    words
}

/// The words that a word of any script is in Latin letters.
fn folded(word: &str) -> Vec<String> {
    let latin = any_ascii::any_ascii(word).to_lowercase();
    let parts = latin.split(|letter: char| !letter.is_ascii_alphanumeric());
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_split_into_its_words() {
        for (name, expected) in [
            ("companyNumber", "company number"),
            ("Company_No.", "company no"),
            ("LEICode", "lei code"),
            ("Inc. date", "inc date"),
            ("% held", "percent held"),
            ("Gründungsdatum", "grundungsdatum"),
            ("Relationship.StartNode.NodeID", "relationship start node node id"),
            ("", ""),
            ("{\"}|", ""),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }
}
