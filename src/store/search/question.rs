//! A search question: its words, each with the spellings that match it in a text. Nothing in it is an operator.

use std::{collections::HashSet, ops::Range};

use super::text::words::{WordForm, WordSplitter, by_consonants, consonants_of, key, readings_of_unspaced};
use crate::model::names::letters::typos_max;

/// The maximum number of characters of a question.
pub const TEXT_MAX: usize = 1000;
/// The maximum number of words of a question; in scripts without spaces, each pair of characters is one.
pub const WORDS_MAX: usize = 64;
/// The minimum number of letters of a prefix, for words that are not the last and for codes: single letters are prefixes of too
/// many words.
const PREFIX_LETTERS_MIN: usize = 3;

/// Why a text is not a valid question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidQuestion {
    /// It is too long.
    #[error("The text has {characters} characters; a search takes at most {TEXT_MAX}. Use fewer words")]
    TooLong {
        /// Its number of characters.
        characters: usize,
    },
    /// It has too many words.
    #[error("The text has {words} words; a search takes at most {WORDS_MAX}. Use the rarest of them")]
    TooManyWords {
        /// Its number of words.
        words: usize,
    },
}

/// How well a word in a text matches a word of the question, in thousandths.
pub(super) type Quality = u32;

/// The word itself.
pub(super) const EXACT: Quality = 1000;
/// Two words of the question that are one word in the text.
const RUN_TOGETHER: Quality = 900;

/// The word in another script, or without diacritics.
const TRANSCRIBED: Quality = 950;
/// A word with the same consonants, for scripts without vowels.
const CONSONANTS: Quality = 550;

/// A longer word with this prefix: the fewer letters are missing, the better.
pub(super) fn prefix_quality(prefix_letters: usize, letters: usize) -> Quality {
    let part = prefix_letters * 150 / letters.max(1);
    650 + Quality::try_from(part).unwrap_or(150).min(150)
}

/// A word with this many typos.
fn typo_quality(typos: usize) -> Quality {
    if typos <= 1 { 500 } else { 350 }
}

/// The kind of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextKind {
    /// A name or a description.
    Prose,
    /// An identifier or an id.
    Code,
}

/// A spelling of a word of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spelling {
    pub(super) text: String,
    pub(super) letters: usize,
    /// The quality of an exact match.
    pub(super) exact: Quality,
    /// Whether longer words with this prefix match, at least in prose.
    pub(super) prefix: bool,
    /// The number of letters that may be wrong, missing, added, or swapped with the next.
    pub(super) typos: u8,
    /// Whether it is the consonants of a word, and words in Latin letters with the same consonants match.
    pub(super) by_consonants: bool,
}

impl Spelling {
    fn new(text: &str, prefix: bool) -> Self {
        let letters = text.chars().count();
        Self {
            text: text.to_owned(),
            letters,
            exact: EXACT,
            prefix,
            typos: typos_allowed(text, letters),
            by_consonants: false,
        }
    }

    /// Another form of a word: in Latin letters, or its consonants.
    fn transcribed(reading: &str, prefix: bool) -> Self {
        match consonants_of(reading) {
            Some(_) => Self {
                by_consonants: true,
                ..Self::exact(reading.to_owned(), CONSONANTS)
            },
            None => Self {
                exact: TRANSCRIBED,
                ..Self::new(reading, prefix)
            },
        }
    }

    pub(super) fn exact(text: String, exact: Quality) -> Self {
        Self {
            letters: text.chars().count(),
            text,
            exact,
            prefix: false,
            typos: 0,
            by_consonants: false,
        }
    }

    /// Whether longer words with this prefix match in such a text.
    pub(super) fn allows_prefix(&self, kind: TextKind) -> bool {
        self.prefix && (kind == TextKind::Prose || self.letters >= PREFIX_LETTERS_MIN)
    }

    /// The quality of `word` as a fuzzy match; `None` if it matches exactly or as a longer word, or does not match.
    pub(super) fn fuzzy_quality(&self, word: &str) -> Option<Quality> {
        if self.by_consonants {
            return (by_consonants(word).as_ref() == Some(&self.text)).then_some(CONSONANTS);
        }
        let has_typo = word != self.text && !(self.prefix && word.starts_with(&self.text)) && !is_number(word);
        has_typo.then(|| typo_quality(strsim::osa_distance(&self.text, word)))
    }

    /// The quality of `word`; 0 if it does not match. A code with a typo is another code.
    fn quality(&self, word: &str, kind: TextKind) -> Quality {
        if word == self.text {
            return self.exact;
        }
        if self.by_consonants && kind == TextKind::Prose {
            return self.fuzzy_quality(word).unwrap_or(0);
        }
        if self.allows_prefix(kind) && word.starts_with(&self.text) {
            return prefix_quality(self.letters, word.chars().count());
        }
        if self.typos > 0
            && kind == TextKind::Prose
            && !is_number(word)
            && word.chars().count().abs_diff(self.letters) <= usize::from(self.typos)
        {
            let typos = strsim::osa_distance(&self.text, word);
            if typos <= usize::from(self.typos) {
                return typo_quality(typos);
            }
        }
        0
    }
}

/// Short words and numbers allow no typos, since similar ones mean something else.
fn typos_allowed(text: &str, letters: usize) -> u8 {
    if is_number(text) { 0 } else { typos_max(letters) }
}

fn is_number(text: &str) -> bool {
    text.chars().all(char::is_numeric)
}

/// A word of the question, of which one spelling must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QuestionWord {
    pub(super) spellings: Vec<Spelling>,
}

impl QuestionWord {
    /// Whether it is this folded word.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.spellings.first().is_some_and(|first| first.text == word)
    }
}

/// A search question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub(super) words: Vec<QuestionWord>,
    /// The key of the whole text, for finding complete names; empty if the text has no letters.
    pub(super) key: String,
}

/// A word of the question before its spellings are known.
struct DraftWord {
    text: String,
    /// The chunk of a word; `None` in scripts without spaces.
    chunk: Option<usize>,
    /// Its other forms: in Latin letters, or without diacritics.
    readings: Vec<String>,
}

impl Question {
    /// The question of this text.
    ///
    /// # Errors
    /// [`InvalidQuestion`] when the text is too long.
    pub fn new(text: &str) -> Result<Self, InvalidQuestion> {
        let characters = text.chars().count();
        if characters > TEXT_MAX {
            return Err(InvalidQuestion::TooLong { characters });
        }
        let question = Self::unbounded(text);
        match question.words.len() {
            words if words > WORDS_MAX => Err(InvalidQuestion::TooManyWords { words }),
            _ => Ok(question),
        }
    }

    /// The question of a text of any length.
    pub(super) fn unbounded(text: &str) -> Self {
        let (mut drafts, mut joined): (Vec<DraftWord>, _) = (Vec::new(), Vec::new());
        // A word of a script without spaces has one form in Latin letters, which each of its pairs of characters gets.
        let read = readings_of_unspaced(text);
        WordSplitter::default().split(text, |word| {
            let text = word.text.to_owned();
            match word.form {
                WordForm::Part { chunk } => drafts.push(DraftWord {
                    text,
                    chunk: Some(chunk),
                    readings: Vec::new(),
                }),
                WordForm::Reading => drafts
                    .last_mut()
                    .into_iter()
                    .for_each(|last| last.readings.push(text.clone())),
                WordForm::Joined { chunk } => joined.push((chunk, text)),
                WordForm::Pair | WordForm::Single { is_alone: true } => drafts.push(DraftWord {
                    readings: read
                        .iter()
                        .filter(|(word, _)| word.contains(&text))
                        .map(|(_, read)| read.clone())
                        .collect(),
                    text,
                    chunk: None,
                }),
                WordForm::And | WordForm::Single { is_alone: false } => {}
            }
        });
        let mut words = Vec::new();
        let mut known = HashSet::new();
        for position in 0..drafts.len() {
            if known.insert(drafts[position].text.as_str()) {
                words.push(question_word(&drafts, &joined, position));
            }
        }
        Self { words, key: key(text) }
    }

    /// Whether the text has no words.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The best quality of `word` for any word of the question; 0 if it matches none.
    pub(super) fn quality(&self, word: &str, kind: TextKind) -> Quality {
        let spellings = self.words.iter().flat_map(|word| &word.spellings);
        spellings
            .map(|spelling| spelling.quality(word, kind))
            .max()
            .unwrap_or(0)
    }

    /// Whether `word` is exactly one of the spellings.
    pub(super) fn has(&self, word: &str) -> bool {
        let mut spellings = self.words.iter().flat_map(|word| &word.spellings);
        spellings.any(|spelling| spelling.text == word)
    }
}

/// The word at `position` with its spellings: itself, a joined chunk (`J.Crew` as `jcrew`), and joined with a neighbor (`pay pal`).
fn question_word(drafts: &[DraftWord], joined: &[(usize, String)], position: usize) -> QuestionWord {
    let draft = &drafts[position];
    let Some(chunk) = draft.chunk else {
        let exact = Spelling::exact(draft.text.clone(), EXACT);
        let read = draft
            .readings
            .iter()
            .map(|reading| Spelling::exact(reading.clone(), TRANSCRIBED));
        return QuestionWord {
            spellings: std::iter::once(exact).chain(read).collect(),
        };
    };
    let last_chunk = drafts.last().and_then(|last| last.chunk);
    let is_prefix = |text: &str, is_last: bool| is_last || text.chars().count() >= PREFIX_LETTERS_MIN;
    let whole = joined.iter().filter(|(of, _)| *of == chunk);
    // The `v` of `B.V.` is not a prefix, but `bv` may be.
    let is_last = position + 1 == drafts.len() && whole.clone().next().is_none();
    let mut spellings = vec![Spelling::new(&draft.text, is_prefix(&draft.text, is_last))];
    spellings.extend(whole.map(|(_, text)| Spelling::new(text, is_prefix(text, last_chunk == Some(chunk)))));
    let with_neighbor = |pair: Range<usize>| {
        let pair = drafts.get(pair)?;
        let [one, other] = pair else { return None };
        let are_words = one.chunk.is_some() && other.chunk.is_some() && one.chunk != other.chunk;
        are_words.then(|| Spelling::exact(format!("{}{}", one.text, other.text), RUN_TOGETHER))
    };
    let before = position
        .checked_sub(1)
        .and_then(|before| with_neighbor(before..position + 1));
    spellings.extend(before.into_iter().chain(with_neighbor(position..position + 2)));
    // Only the usual reading may have typos, since looking for them is slow.
    let (usual, others) = draft.readings.split_at(draft.readings.len().min(1));
    spellings.extend(
        usual
            .iter()
            .map(|reading| Spelling::transcribed(reading, is_prefix(reading, is_last))),
    );
    spellings.extend(others.iter().map(|reading| Spelling {
        typos: 0,
        ..Spelling::transcribed(reading, false)
    }));
    spellings.extend(by_consonants(&draft.text).map(|chain| Spelling::exact(chain, CONSONANTS)));
    QuestionWord { spellings }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Vec<String> {
        let question = Question::new(text).unwrap();
        let spellings = question.words.iter().map(|word| {
            let texts: Vec<&str> = word.spellings.iter().map(|spelling| spelling.text.as_str()).collect();
            texts.join("|")
        });
        spellings.collect()
    }

    #[test]
    fn each_word_has_its_spellings() {
        assert_eq!(spelled("alibaba"), ["alibaba"]);
        assert_eq!(spelled("Macy's"), ["macy|macys"]);
        assert_eq!(
            spelled("pay pal inc"),
            ["pay|paypal", "pal|paypal|palinc", "inc|palinc"]
        );
        assert_eq!(spelled("支付宝 ant"), ["支付|zhifubao", "付宝|zhifubao", "ant"]);
        assert_eq!(spelled("Müller"), ["muller|mueller|~mlr"]);
        assert_eq!(spelled("Нева"), ["нева|neva"]);
        assert_eq!(spelled("ant ANT"), ["ant|antant"]);
    }

    #[test]
    fn operators_are_text() {
        assert_eq!(spelled("\"alibaba\" AND +pay* -x:y"), spelled("alibaba and pay x y"));
        assert!(Question::new("* : \" ( ) && || !").unwrap().is_empty());
        assert!(Question::new("\u{0}\u{1F}\u{200B}").unwrap().is_empty());
    }

    #[test]
    fn typos_are_allowed_in_long_words_only() {
        let typos = |text: &str| Question::new(text).unwrap().words[0].spellings[0].typos;
        let spellings = ["ant", "ebay", "alibaba", "bloomingdales", "20141128", "é", "Łódź"].map(typos);
        assert_eq!(spellings, [0, 1, 1, 2, 0, 0, 1]);
    }

    #[test]
    fn a_text_that_is_too_long_is_an_invalid_question() {
        assert_eq!(
            Question::new(&"x".repeat(10_000)),
            Err(InvalidQuestion::TooLong { characters: 10_000 })
        );
        assert!(Question::new(&"支".repeat(TEXT_MAX)).is_ok());
        let words: Vec<String> = (0..=WORDS_MAX).map(|number| number.to_string()).collect();
        assert_eq!(
            Question::new(&words.join(" ")),
            Err(InvalidQuestion::TooManyWords { words: WORDS_MAX + 1 })
        );
    }

    #[test]
    fn an_exact_word_beats_a_longer_word_beats_a_typo() {
        let question = Question::new("alibaba").unwrap();
        let spellings = ["alibaba", "alibabas", "alibabagroup", "alibbaa", "baidu"]
            .map(|word| question.quality(word, TextKind::Prose));
        assert!(spellings.is_sorted_by(|one, other| one > other), "{spellings:?}");
        assert_eq!((spellings[0], spellings[4]), (EXACT, 0));
    }
}
