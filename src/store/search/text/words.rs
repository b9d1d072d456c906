//! Splitting text into words, in the same way for the index and for questions. Scripts without spaces are split into characters and
//! overlapping pairs of them.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

use super::fold::fold_letters;
use crate::model::{
    CompanyName, fold,
    names::{
        letters::{is_unspaced, without_zeros},
        romanization::{consonants, consonants_of_latin, readings, spelled_without_marks},
    },
};

/// Longer words are cut off, in names as in questions.
const WORD_LETTERS_MAX: usize = 64;
/// Chains of more parts are rather a path or an address than a name: only their parts are words.
const PARTS_MAX: usize = 8;
/// The number of letters of a key.
const KEY_LETTERS_MAX: usize = 256;

/// The form of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::search) enum WordForm {
    /// A word, or a part of one with hyphens, dots, apostrophes or `&`. `chunk` numbers the stretches without spaces.
    Part { chunk: usize },
    /// The joined parts of a word: `jcrew` of `J.Crew`.
    Joined { chunk: usize },
    /// The preceding part in Latin letters, or without diacritics: `romashka` of `Ромашка`, `mueller` of `Müller`.
    Reading,
    /// `&`, read as `and`.
    And,
    /// One character of a script without spaces; `is_alone` if it has no neighbor.
    Single { is_alone: bool },
    /// Two characters of a script without spaces.
    Pair,
}

/// A word with its range in the text.
#[derive(Debug, Clone, Copy)]
pub(in crate::store::search) struct WordInText<'a> {
    pub(in crate::store::search) text: &'a str,
    pub(in crate::store::search) range: (usize, usize),
    pub(in crate::store::search) form: WordForm,
}

/// The role of a letter in splitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It belongs to a word.
    Letter,
    /// It belongs to a script without spaces.
    Character,
    /// It separates parts that may also be joined.
    Link,
    /// It is invisible.
    Invisible,
    /// It ends a word.
    End,
}

fn role(letter: char, inside_characters: bool) -> Role {
    match letter {
        'a'..='z' | '0'..='9' => return Role::Letter,
        ' ' => return Role::End,
        '\'' | '’' | '‘' | 'ʼ' | '`' | '-' | '‐' | '‑' | '.' | '&' | '_' | '+' | '@' | '/' => {
            return Role::Link;
        }
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' => {
            return Role::Invisible;
        }
        _ => {}
    }
    if !letter.is_alphanumeric() && !is_combining_mark(letter) {
        return Role::End;
    }
    // Some characters, such as the sign of a long vowel, are shared by scripts.
    let is_shared = || matches!(letter.script(), Script::Common | Script::Inherited);
    if is_unspaced(letter) || (inside_characters && is_shared()) {
        Role::Character
    } else {
        Role::Letter
    }
}

/// Splits texts into words, and reuses its buffers.
#[derive(Debug, Clone, Default)]
pub(in crate::store::search) struct WordSplitter {
    /// The folded letters of the current chunk, without separators.
    letters: String,
    /// The range of each letter in the text. One letter may fold to several, and several to one.
    ranges: Vec<(usize, usize)>,
    parts: Vec<ChunkPart>,
    chunk: usize,
}

#[derive(Debug, Clone, Copy)]
struct ChunkPart {
    start: usize,
    end: usize,
    /// The index of its first letter in the chunk.
    first: usize,
    range: (usize, usize),
    role: Role,
    /// Whether it follows an apostrophe.
    after_apostrophe: bool,
}

impl WordSplitter {
    /// Calls `each` with the words of `text`.
    pub(in crate::store::search) fn split(&mut self, text: &str, mut each: impl FnMut(WordInText<'_>)) {
        self.clear();
        self.chunk = 0;
        // Whether the next letter starts a part, and whether it follows an apostrophe.
        let (mut starts_part, mut after_apostrophe) = (true, false);
        fold_letters(text, |letter, range| {
            let inside = !starts_part && self.parts.last().is_some_and(|part| part.role == Role::Character);
            let role = role(letter, inside);
            match role {
                Role::Letter | Role::Character => {
                    if self.parts.last().is_some_and(|part| part.role != role) {
                        self.finish(text, &mut each);
                        starts_part = true;
                    }
                    self.push(letter, &range, role, starts_part.then_some(after_apostrophe));
                    (starts_part, after_apostrophe) = (false, false);
                }
                Role::Link => {
                    if letter == '&' {
                        let range = (range.start, range.end);
                        let (text, form) = ("and", WordForm::And);
                        each(WordInText { text, range, form });
                    }
                    starts_part = true;
                    after_apostrophe = matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`');
                }
                Role::Invisible => {}
                Role::End => {
                    self.finish(text, &mut each);
                    (starts_part, after_apostrophe) = (true, false);
                }
            }
        });
        self.finish(text, &mut each);
    }

    /// Adds a letter to the last part, or to a new one if `new_part` is given: whether it follows an apostrophe.
    fn push(&mut self, letter: char, range: &Range<usize>, role: Role, new_part: Option<bool>) {
        let (start, first) = (self.letters.len(), self.ranges.len());
        self.letters.push(letter);
        self.ranges.push((range.start, range.end));
        let end = self.letters.len();
        match self.parts.last_mut().filter(|_| new_part.is_none()) {
            Some(part) => {
                part.end = end;
                part.range.1 = range.end;
            }
            None => self.parts.push(ChunkPart {
                start,
                end,
                first,
                range: (range.start, range.end),
                role,
                after_apostrophe: new_part == Some(true),
            }),
        }
    }

    /// Calls `each` with the words of the finished chunk of `text`.
    fn finish(&mut self, text: &str, each: &mut impl FnMut(WordInText<'_>)) {
        let (Some(first), Some(last)) = (self.parts.first(), self.parts.last()) else {
            return;
        };
        let chunk = self.chunk;
        if first.role == Role::Character {
            for part in &self.parts {
                characters(&self.letters[part.start..part.end], &self.ranges[part.first..], each);
            }
        } else {
            for part in &self.parts {
                let letters = shortened(&self.letters[part.start..part.end], WORD_LETTERS_MAX);
                // The s of Macy's is not a word.
                if part.after_apostrophe && letters == "s" {
                    continue;
                }
                let range = part.range;
                each(WordInText {
                    text: letters,
                    range,
                    form: WordForm::Part { chunk },
                });
                let original = &text[range.0..range.1];
                if !original.is_ascii() || original.starts_with('0') {
                    for reading in other_forms(shortened(original, WORD_LETTERS_MAX), letters) {
                        each(WordInText {
                            text: &reading,
                            range,
                            form: WordForm::Reading,
                        });
                    }
                }
            }
            if (2..=PARTS_MAX).contains(&self.parts.len()) {
                let range = (first.range.0, last.range.1);
                let text = shortened(&self.letters, WORD_LETTERS_MAX);
                let form = WordForm::Joined { chunk };
                each(WordInText { text, range, form });
                if !text.is_ascii() {
                    other_forms(text, text)
                        .iter()
                        .for_each(|text| each(WordInText { text, range, form }));
                }
            }
        }
        self.chunk += 1;
        self.clear();
    }

    fn clear(&mut self) {
        self.letters.clear();
        self.ranges.clear();
        self.parts.clear();
    }
}

/// Marks the consonants of a word, so that they differ from words.
const CONSONANTS_MARK: char = '~';

/// The other forms of the word `original`, whose folded letters are `letters`: without diacritics, in Latin letters, its consonants;
/// of a number, the form without leading zeros.
fn other_forms(original: &str, letters: &str) -> Vec<String> {
    if original.is_ascii() {
        let number = Some(without_zeros(letters)).filter(|number| *number != letters);
        return number.map(str::to_owned).into_iter().collect();
    }
    let folded = fold(original);
    let mut forms: Vec<String> = spelled_without_marks(&folded).into_iter().collect();
    forms.extend(readings(&folded));
    forms.retain(|form| form != letters);
    forms.extend(consonants(&folded).iter().map(|chain| mark_consonants(chain)));
    forms
}

fn mark_consonants(chain: &str) -> String {
    format!("{CONSONANTS_MARK}{chain}")
}

/// The consonants that a word of the index represents; `None` for a normal word.
pub(in crate::store::search) fn consonants_of(word: &str) -> Option<&str> {
    word.strip_prefix(CONSONANTS_MARK)
}

/// The form by which a word in Latin letters matches words in scripts without vowels; `None` if it has too few consonants.
pub(in crate::store::search) fn by_consonants(word: &str) -> Option<String> {
    consonants_of_latin(word).map(|chain| mark_consonants(&chain))
}

/// The words of a name in a script without spaces, each with its form in Latin letters, without legal forms: `huawei` and `jishu`
/// for 华为技术有限公司. Empty for other scripts.
pub(in crate::store::search) fn readings_of_unspaced(name: &str) -> Vec<(String, String)> {
    if name.is_ascii() || !name.chars().any(is_unspaced) {
        return Vec::new();
    }
    let name = CompanyName::new(name);
    let words = name.core().iter().filter(|word| is_unspaced_word(&word.text));
    let pairs = words.filter_map(|word| Some((word.text.clone(), word.readings.first()?.clone())));
    pairs.collect()
}

fn is_unspaced_word(word: &str) -> bool {
    word.chars().next().is_some_and(is_unspaced)
}

/// Calls `each` with the characters of `run` and the pairs of neighbors. `ranges` starts with those of the run.
fn characters(run: &str, ranges: &[(usize, usize)], each: &mut impl FnMut(WordInText<'_>)) {
    let starts: Vec<usize> = run.char_indices().map(|(start, _)| start).chain([run.len()]).collect();
    let is_alone = starts.len() == 2;
    for (ends, range) in starts.windows(2).zip(ranges) {
        let (text, range, form) = (&run[ends[0]..ends[1]], *range, WordForm::Single { is_alone });
        each(WordInText { text, range, form });
    }
    for (ends, pair) in starts.windows(3).zip(ranges.windows(2)) {
        let (text, range, form) = (&run[ends[0]..ends[2]], (pair[0].0, pair[1].1), WordForm::Pair);
        each(WordInText { text, range, form });
    }
}

/// At most the first `letters_max` letters of `text`.
pub(in crate::store::search) fn shortened(text: &str, letters_max: usize) -> &str {
    text.char_indices()
        .nth(letters_max)
        .map_or(text, |(end, _)| &text[..end])
}

/// The joined folded letters of `text`, which identify complete names regardless of spaces and punctuation.
pub(in crate::store::search) fn key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    if text.is_ascii() {
        let letters = text.bytes().filter(u8::is_ascii_alphanumeric).take(KEY_LETTERS_MAX);
        key.extend(letters.map(|letter| char::from(letter.to_ascii_lowercase())));
        return key;
    }
    fold_letters(text, |letter, _| {
        if matches!(role(letter, true), Role::Letter | Role::Character) {
            key.push(letter);
        }
    });
    match shortened(&key, KEY_LETTERS_MAX).len() {
        len if len < key.len() => key.truncate(len),
        _ => {}
    }
    key
}

/// The keys of a name without legal forms, in each of its spellings: names that compare as equal share one.
pub(in crate::store::search) fn core_keys(name: &CompanyName) -> impl Iterator<Item = String> {
    name.core_texts().into_iter().map(|text| key(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        WordSplitter::default().split(text, |word| words.push(word.text.to_owned()));
        words
    }

    #[test]
    fn words_with_separators_are_split_and_joined() {
        for (text, expected) in [
            ("Macy's", "macy macys"),
            ("J.Crew", "j crew jcrew"),
            ("E-bay", "e bay ebay"),
            ("AT&T Inc.", "and at t att inc"),
            ("7-Eleven", "7 eleven 7eleven"),
            ("Lord & Taylor", "lord and taylor"),
            ("Alibaba Group", "alibaba group"),
            ("L’Oréal", "l oreal loreal"),
            ("(Yahoo!)", "yahoo"),
            ("a-b-c-d-e-f-g-h-i", "a b c d e f g h i"),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn words_are_followed_by_their_other_forms() {
        for (text, expected) in [
            ("Müller & Söhne", "muller mueller and sohne soehne"),
            ("Café", "cafe"),
            ("Нева", "нева neva"),
            ("Fund 007 0x7", "fund 007 7 0x7"),
            ("Ωμέγα", "ωμεγα omega"),
            ("المراعي", "المراعي ~lmr"),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
        let readings = readings_of_unspaced("华为技术有限公司");
        assert_eq!(
            readings,
            [("华为", "huawei"), ("技术", "jishu")].map(|(word, reading)| (word.to_owned(), reading.to_owned()))
        );
    }

    #[test]
    fn scripts_without_spaces_are_split_into_characters_and_pairs() {
        for (text, expected) in [
            ("支付宝", "支 付 宝 支付 付宝"),
            ("阿里Group", "阿 里 阿里 group"),
            ("トヨタ・ガス", "ト ヨ タ トヨ ヨタ ガ ス ガス"),
            ("スーパー", "ス ー パ ー スー ーパ パー"),
            ("삼성 전자", "삼 성 삼성 전 자 전자"),
            ("7天", "7 天"),
            ("हिंदी लिमिटेड", "हिंदी himdi लिमिटेड limited"),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn text_without_letters_has_no_words() {
        for text in ["", "   ", "*:+\"()", "\u{0}\u{7}\u{200B}", "— … !", "&"] {
            let remaining: Vec<String> = words(text).into_iter().filter(|word| word != "and").collect();
            assert_eq!(remaining, [""; 0], "{text:?}");
            assert_eq!(key(text), "");
        }
    }

    #[test]
    fn every_word_has_its_range() {
        let text = "Aéropostale, Macy's 支付宝";
        let mut words = Vec::new();
        WordSplitter::default().split(text, |word| {
            words.push((word.text.to_owned(), &text[word.range.0..word.range.1]))
        });
        for (word, original) in [("aeropostale", "Aéropostale"), ("macys", "Macy's"), ("付宝", "付宝")] {
            assert!(words.contains(&(word.to_owned(), original)), "{words:?}");
        }
    }

    #[test]
    fn ranges_are_right_if_folding_changes_lengths() {
        let text = "\u{2F804}\u{2F804}\u{2F804}㌔";
        let mut words = Vec::new();
        WordSplitter::default().split(text, |word| {
            words.push((word.text.to_owned(), &text[word.range.0..word.range.1]))
        });
        assert!(words.contains(&("你キ".to_owned(), "\u{2F804}㌔")), "{words:?}");
    }

    #[test]
    fn keys_ignore_spaces_and_punctuation() {
        for (one, other) in [
            ("PayPal", "pay pal"),
            ("J. Crew", "J.Crew"),
            ("MACYS", "Macy’s"),
            ("支付 宝", "支付宝"),
        ] {
            assert_eq!(key(one), key(other));
        }
        assert_eq!(key(&"x".repeat(1000)).len(), KEY_LETTERS_MAX);
        for letter in '\0'..='\x7f' {
            let contains_letter = |text: String| key(&text).contains(letter.to_ascii_lowercase());
            assert_eq!(
                contains_letter(letter.to_string()),
                contains_letter(format!("{letter}é")),
                "{letter:?}"
            );
        }
    }
}
