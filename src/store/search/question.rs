//! What is searched for, as words with the ways in which each may stand in a text. Nothing in it is an operator.

use std::{collections::HashSet, ops::Range};

use super::words::{Cut, Cutter, by_consonants, consonants_of, key, readings_of_unspaced};
use crate::model::names::letters::typos_max;

/// How many characters a question may have.
pub const TEXT_MAX: usize = 1000;
/// How many words a question may have; of scripts without spaces, each pair of characters is one.
pub const WORDS_MAX: usize = 64;
/// From how many letters on a word that others follow may be the beginning of another, and any word that of a code: every
/// letter begins a part of all codes.
const PREFIX_LETTERS_MIN: usize = 3;

/// Why a text cannot be searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unaskable {
    /// It is too long.
    #[error("The text has {characters} characters; a search takes at most {TEXT_MAX}. Ask for fewer words")]
    Long {
        /// How many characters it has.
        characters: usize,
    },
    /// It has too many words.
    #[error("The text has {words} words; a search takes at most {WORDS_MAX}. Ask for the rarest of them")]
    Words {
        /// How many words it has.
        words: usize,
    },
}

/// How well a word in a text is the one asked for, in thousandths.
pub(super) type Quality = u32;

/// The word itself.
pub(super) const EXACT: Quality = 1000;
/// Two words asked for that the text writes in one.
const RUN_TOGETHER: Quality = 900;

/// The word in another script, or without its marks.
const READ: Quality = 950;
/// A word of a script of consonants that has the same.
const CONSONANTS: Quality = 550;

/// What begins with the word: the better, the less is missing.
pub(super) fn prefix_quality(asked_letters: usize, letters: usize) -> Quality {
    let part = asked_letters * 150 / letters.max(1);
    650 + Quality::try_from(part).unwrap_or(150).min(150)
}

/// What differs from the word in so many places.
fn typo_quality(typos: usize) -> Quality {
    if typos <= 1 { 500 } else { 350 }
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A name or a description.
    Prose,
    /// An identifier or an id.
    Code,
}

/// One way to write a word that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spelling {
    pub(super) text: String,
    pub(super) letters: usize,
    /// What the word itself is worth.
    pub(super) exact: Quality,
    /// Whether longer words that begin so will do, at least in prose.
    pub(super) prefix: bool,
    /// How many letters may be wrong, missing, too many, or swapped with the next.
    pub(super) typos: u8,
    /// Whether it is the consonants of a word, and words of Latin letters that have the same will do.
    pub(super) by_consonants: bool,
}

impl Spelling {
    fn of(text: &str, prefix: bool) -> Self {
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

    /// How a word is written in another way: in Latin letters, or by its consonants.
    fn read(reading: &str, prefix: bool) -> Self {
        match consonants_of(reading) {
            Some(_) => Self {
                by_consonants: true,
                ..Self::exactly(reading.to_owned(), CONSONANTS)
            },
            None => Self {
                exact: READ,
                ..Self::of(reading, prefix)
            },
        }
    }

    pub(super) fn exactly(text: String, exact: Quality) -> Self {
        Self {
            letters: text.chars().count(),
            text,
            exact,
            prefix: false,
            typos: 0,
            by_consonants: false,
        }
    }

    /// Whether longer words that begin so will do in such a text.
    pub(super) fn begins(&self, of: Sort) -> bool {
        self.prefix && (of == Sort::Prose || self.letters >= PREFIX_LETTERS_MIN)
    }

    /// How well `word`, which may be near this one, is it; none when it is so without a typo, or is another.
    pub(super) fn near_quality(&self, word: &str) -> Option<Quality> {
        if self.by_consonants {
            return (by_consonants(word).as_ref() == Some(&self.text)).then_some(CONSONANTS);
        }
        let has_typo = word != self.text && !(self.prefix && word.starts_with(&self.text)) && !is_number(word);
        has_typo.then(|| typo_quality(strsim::osa_distance(&self.text, word)))
    }

    /// How well `word` is this one; 0 when it is another. A code with a typo is another code.
    fn quality(&self, word: &str, of: Sort) -> Quality {
        if word == self.text {
            return self.exact;
        }
        if self.by_consonants && of == Sort::Prose {
            return self.near_quality(word).unwrap_or(0);
        }
        if self.begins(of) && word.starts_with(&self.text) {
            return prefix_quality(self.letters, word.chars().count());
        }
        if self.typos > 0
            && of == Sort::Prose
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

/// Like short words, numbers have neighbors that mean something else.
fn typos_allowed(text: &str, letters: usize) -> u8 {
    if is_number(text) { 0 } else { typos_max(letters) }
}

fn is_number(text: &str) -> bool {
    text.chars().all(char::is_numeric)
}

/// A word that is asked for. One of its spellings must be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) spellings: Vec<Spelling>,
}

impl Asked {
    /// Whether it is this word, already folded.
    pub(super) fn is(&self, word: &str) -> bool {
        self.spellings.first().is_some_and(|first| first.text == word)
    }
}

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub(super) words: Vec<Asked>,
    /// The whole text in one, to find whole names by; empty when nothing in the text can be searched for.
    pub(super) key: String,
}

/// A word of the question before its spellings are known.
struct Cutting {
    text: String,
    /// The chunk of a word; none in scripts without spaces.
    chunk: Option<usize>,
    /// How else it is written: in Latin letters, or without its marks.
    readings: Vec<String>,
}

impl Question {
    /// The question after this text.
    ///
    /// # Errors
    /// [`Unaskable`] when the text is too long.
    pub fn new(text: &str) -> Result<Self, Unaskable> {
        let characters = text.chars().count();
        if characters > TEXT_MAX {
            return Err(Unaskable::Long { characters });
        }
        let question = Self::unbounded(text);
        match question.words.len() {
            words if words > WORDS_MAX => Err(Unaskable::Words { words }),
            _ => Ok(question),
        }
    }

    /// The same, however long the text is.
    pub(super) fn unbounded(text: &str) -> Self {
        let (mut cuttings, mut joined): (Vec<Cutting>, _) = (Vec::new(), Vec::new());
        // A word of a script without spaces is one in Latin letters, whichever of its characters are looked for.
        let read = readings_of_unspaced(text);
        Cutter::default().cut(text, |word| {
            let text = word.text.to_owned();
            match word.cut {
                Cut::Part { chunk } => cuttings.push(Cutting {
                    text,
                    chunk: Some(chunk),
                    readings: Vec::new(),
                }),
                Cut::Reading => cuttings
                    .last_mut()
                    .into_iter()
                    .for_each(|last| last.readings.push(text.clone())),
                Cut::Joined { chunk } => joined.push((chunk, text)),
                Cut::Pair | Cut::Single { alone: true } => cuttings.push(Cutting {
                    readings: read
                        .iter()
                        .filter(|(word, _)| word.contains(&text))
                        .map(|(_, read)| read.clone())
                        .collect(),
                    text,
                    chunk: None,
                }),
                Cut::And | Cut::Single { alone: false } => {}
            }
        });
        let mut words = Vec::new();
        let mut known = HashSet::new();
        for position in 0..cuttings.len() {
            if known.insert(cuttings[position].text.as_str()) {
                words.push(asked(&cuttings, &joined, position));
            }
        }
        Self { words, key: key(text) }
    }

    /// Whether there is nothing in it that could be found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How well `word` is one of those asked for; 0 when it is none.
    pub(super) fn quality(&self, word: &str, of: Sort) -> Quality {
        let spellings = self.words.iter().flat_map(|asked| &asked.spellings);
        spellings.map(|spelling| spelling.quality(word, of)).max().unwrap_or(0)
    }

    /// Whether `word` is one of those asked for, as it is.
    pub(super) fn has(&self, word: &str) -> bool {
        let mut spellings = self.words.iter().flat_map(|asked| &asked.spellings);
        spellings.any(|spelling| spelling.text == word)
    }
}

/// The spellings of the word at `position`: itself, all of `J.Crew` in one, and one with a neighbor (`pay pal`).
fn asked(cuttings: &[Cutting], joined: &[(usize, String)], position: usize) -> Asked {
    let cutting = &cuttings[position];
    let Some(chunk) = cutting.chunk else {
        let exactly = Spelling::exactly(cutting.text.clone(), EXACT);
        let read = cutting
            .readings
            .iter()
            .map(|reading| Spelling::exactly(reading.clone(), READ));
        return Asked {
            spellings: std::iter::once(exactly).chain(read).collect(),
        };
    };
    let last_chunk = cuttings.last().and_then(|last| last.chunk);
    let begins = |text: &str, is_last: bool| is_last || text.chars().count() >= PREFIX_LETTERS_MIN;
    let whole = joined.iter().filter(|(of, _)| *of == chunk);
    // The `v` of `B.V.` begins nothing; `bv` may.
    let is_last = position + 1 == cuttings.len() && whole.clone().next().is_none();
    let mut spellings = vec![Spelling::of(&cutting.text, begins(&cutting.text, is_last))];
    spellings.extend(whole.map(|(_, text)| Spelling::of(text, begins(text, last_chunk == Some(chunk)))));
    let with_neighbor = |pair: Range<usize>| {
        let pair = cuttings.get(pair)?;
        let [one, other] = pair else { return None };
        let are_words = one.chunk.is_some() && other.chunk.is_some() && one.chunk != other.chunk;
        are_words.then(|| Spelling::exactly(format!("{}{}", one.text, other.text), RUN_TOGETHER))
    };
    let before = position
        .checked_sub(1)
        .and_then(|before| with_neighbor(before..position + 1));
    spellings.extend(before.into_iter().chain(with_neighbor(position..position + 2)));
    // The usual reading may have typos; looking for them in all takes too long.
    let (usual, others) = cutting.readings.split_at(cutting.readings.len().min(1));
    spellings.extend(
        usual
            .iter()
            .map(|reading| Spelling::read(reading, begins(reading, is_last))),
    );
    spellings.extend(others.iter().map(|reading| Spelling {
        typos: 0,
        ..Spelling::read(reading, false)
    }));
    spellings.extend(by_consonants(&cutting.text).map(|chain| Spelling::exactly(chain, CONSONANTS)));
    Asked { spellings }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Vec<String> {
        let question = Question::new(text).unwrap();
        let told = question.words.iter().map(|asked| {
            let texts: Vec<&str> = asked.spellings.iter().map(|spelling| spelling.text.as_str()).collect();
            texts.join("|")
        });
        told.collect()
    }

    #[test]
    fn each_word_is_asked_for_in_its_spellings() {
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
        let told = ["ant", "ebay", "alibaba", "bloomingdales", "20141128", "é", "Łódź"].map(typos);
        assert_eq!(told, [0, 1, 1, 2, 0, 0, 1]);
    }

    #[test]
    fn what_is_too_long_says_so() {
        assert_eq!(
            Question::new(&"x".repeat(10_000)),
            Err(Unaskable::Long { characters: 10_000 })
        );
        assert!(Question::new(&"支".repeat(TEXT_MAX)).is_ok());
        let words: Vec<String> = (0..=WORDS_MAX).map(|number| number.to_string()).collect();
        assert_eq!(
            Question::new(&words.join(" ")),
            Err(Unaskable::Words { words: WORDS_MAX + 1 })
        );
    }

    #[test]
    fn the_word_itself_beats_its_beginning_beats_a_typo() {
        let question = Question::new("alibaba").unwrap();
        let told =
            ["alibaba", "alibabas", "alibabagroup", "alibbaa", "baidu"].map(|word| question.quality(word, Sort::Prose));
        assert!(told.is_sorted_by(|one, other| one > other), "{told:?}");
        assert_eq!((told[0], told[4]), (EXACT, 0));
    }
}
