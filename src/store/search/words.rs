//! Text cut into words: what is indexed and what is asked for go through the same cut. Scripts that write no spaces are cut
//! into characters and overlapping pairs of them.

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

/// What is longer is cut off here, in names as in questions.
const WORD_LETTERS_MAX: usize = 64;
/// Longer chains of parts are rather a path or an address than a name: their parts are words, the whole is none.
const PARTS_MAX: usize = 8;
/// Whole names are told apart by so many letters.
const KEY_LETTERS_MAX: usize = 256;

/// What a word is in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// A word, or a part of one written with hyphens, dots, apostrophes or `&`. `chunk` numbers what is written without a
    /// space.
    Part { chunk: usize },
    /// All parts of such a word in one: `jcrew` of `J.Crew`.
    Joined { chunk: usize },
    /// The part before in Latin letters, or without its marks: `romashka` of `Ромашка`, `mueller` of `Müller`.
    Reading,
    /// `&`, read as `and`.
    And,
    /// One character of a script without spaces; `alone` where no other stands beside it.
    Single { alone: bool },
    /// Two characters of a script without spaces.
    Pair,
}

/// A word with its place in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) place: (usize, usize),
    pub(super) cut: Cut,
}

/// What a letter does to the word that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It belongs to a word.
    Letter,
    /// It is written without spaces around words.
    Character,
    /// It parts a word that may be written in one as well.
    Link,
    /// It is not seen.
    Nothing,
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
            return Role::Nothing;
        }
        _ => {}
    }
    if !letter.is_alphanumeric() && !is_combining_mark(letter) {
        return Role::End;
    }
    // The sign of a long vowel, for one, is shared by scripts.
    let is_shared = || matches!(letter.script(), Script::Common | Script::Inherited);
    if is_unspaced(letter) || (inside_characters && is_shared()) {
        Role::Character
    } else {
        Role::Letter
    }
}

/// Cuts text into words; keeps its buffers from one text to the next.
#[derive(Debug, Clone, Default)]
pub(super) struct Cutter {
    /// The letters of the chunk being read, its parts one after the other.
    letters: String,
    /// Where each letter stands in the text. One written letter may fold to several, and several to one.
    places: Vec<(usize, usize)>,
    parts: Vec<Part>,
    chunk: usize,
}

#[derive(Debug, Clone, Copy)]
struct Part {
    start: usize,
    end: usize,
    /// Its first letter, counted from the start of the chunk.
    first: usize,
    place: (usize, usize),
    role: Role,
    /// Whether an apostrophe stands before it.
    owned: bool,
}

impl Cutter {
    /// Tells `each` the words of `text`.
    pub(super) fn cut(&mut self, text: &str, mut each: impl FnMut(Word<'_>)) {
        self.clear();
        self.chunk = 0;
        // Whether the next letter begins a part, and whether after an apostrophe.
        let (mut apart, mut owned) = (true, false);
        fold_letters(text, |letter, place| {
            let inside = !apart && self.parts.last().is_some_and(|part| part.role == Role::Character);
            let role = role(letter, inside);
            match role {
                Role::Letter | Role::Character => {
                    if self.parts.last().is_some_and(|part| part.role != role) {
                        self.finish(text, &mut each);
                        apart = true;
                    }
                    self.push(letter, &place, role, apart.then_some(owned));
                    (apart, owned) = (false, false);
                }
                Role::Link => {
                    if letter == '&' {
                        let place = (place.start, place.end);
                        let (text, cut) = ("and", Cut::And);
                        each(Word { text, place, cut });
                    }
                    apart = true;
                    owned = matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`');
                }
                Role::Nothing => {}
                Role::End => {
                    self.finish(text, &mut each);
                    (apart, owned) = (true, false);
                }
            }
        });
        self.finish(text, &mut each);
    }

    /// Adds a letter to the last part, or to a new one that is `apart`: after an apostrophe or not.
    fn push(&mut self, letter: char, place: &Range<usize>, role: Role, apart: Option<bool>) {
        let (start, first) = (self.letters.len(), self.places.len());
        self.letters.push(letter);
        self.places.push((place.start, place.end));
        let end = self.letters.len();
        match self.parts.last_mut().filter(|_| apart.is_none()) {
            Some(part) => {
                part.end = end;
                part.place.1 = place.end;
            }
            None => self.parts.push(Part {
                start,
                end,
                first,
                place: (place.start, place.end),
                role,
                owned: apart == Some(true),
            }),
        }
    }

    /// Tells the words of the chunk of `text` that has ended.
    fn finish(&mut self, text: &str, each: &mut impl FnMut(Word<'_>)) {
        let (Some(first), Some(last)) = (self.parts.first(), self.parts.last()) else {
            return;
        };
        let chunk = self.chunk;
        if first.role == Role::Character {
            for part in &self.parts {
                characters(&self.letters[part.start..part.end], &self.places[part.first..], each);
            }
        } else {
            for part in &self.parts {
                let letters = shortened(&self.letters[part.start..part.end], WORD_LETTERS_MAX);
                // The s of Macy's is no word.
                if part.owned && letters == "s" {
                    continue;
                }
                let place = part.place;
                each(Word {
                    text: letters,
                    place,
                    cut: Cut::Part { chunk },
                });
                let written = &text[place.0..place.1];
                if !written.is_ascii() || written.starts_with('0') {
                    for reading in other_ways(shortened(written, WORD_LETTERS_MAX), letters) {
                        each(Word {
                            text: &reading,
                            place,
                            cut: Cut::Reading,
                        });
                    }
                }
            }
            if (2..=PARTS_MAX).contains(&self.parts.len()) {
                let place = (first.place.0, last.place.1);
                let text = shortened(&self.letters, WORD_LETTERS_MAX);
                let cut = Cut::Joined { chunk };
                each(Word { text, place, cut });
                if !text.is_ascii() {
                    other_ways(text, text)
                        .iter()
                        .for_each(|text| each(Word { text, place, cut }));
                }
            }
        }
        self.chunk += 1;
        self.clear();
    }

    fn clear(&mut self) {
        self.letters.clear();
        self.places.clear();
        self.parts.clear();
    }
}

/// Before the consonants of a word, which are no word.
const CONSONANTS_MARK: char = '~';

/// In which other ways the word `written` so may be looked for, whose folded letters are `letters`: without its marks, in Latin
/// letters, by its consonants; a number without the zeros that it begins with.
fn other_ways(written: &str, letters: &str) -> Vec<String> {
    if written.is_ascii() {
        let number = Some(without_zeros(letters)).filter(|number| *number != letters);
        return number.map(str::to_owned).into_iter().collect();
    }
    let folded = fold(written);
    let mut ways: Vec<String> = spelled_without_marks(&folded).into_iter().collect();
    ways.extend(readings(&folded));
    ways.retain(|way| way != letters);
    ways.extend(consonants(&folded).iter().map(|chain| marked(chain)));
    ways
}

fn marked(chain: &str) -> String {
    format!("{CONSONANTS_MARK}{chain}")
}

/// The consonants that a word of the index consists of; none where it is a word of letters.
pub(super) fn consonants_of(word: &str) -> Option<&str> {
    word.strip_prefix(CONSONANTS_MARK)
}

/// How a word of Latin letters is found that stands in a script of consonants; none where it has few.
pub(super) fn by_consonants(word: &str) -> Option<String> {
    consonants_of_latin(word).map(|chain| marked(&chain))
}

/// How the words of a name in a script without spaces are written in Latin letters, its legal forms left out: `huawei` and
/// `jishu` for 华为技术有限公司. Empty for other scripts.
pub(super) fn readings_of_unspaced(name: &str) -> Vec<(String, String)> {
    if name.is_ascii() || !name.chars().any(is_unspaced) {
        return Vec::new();
    }
    let name = CompanyName::new(name);
    let words = name.core().iter().filter(|word| is_unspaced_word(&word.text));
    let read = words.filter_map(|word| Some((word.text.clone(), word.readings.first()?.clone())));
    read.collect()
}

fn is_unspaced_word(word: &str) -> bool {
    word.chars().next().is_some_and(is_unspaced)
}

/// Tells the characters of `run` and the pairs of neighbors. `places` begins with those of the run.
fn characters(run: &str, places: &[(usize, usize)], each: &mut impl FnMut(Word<'_>)) {
    let starts: Vec<usize> = run.char_indices().map(|(start, _)| start).chain([run.len()]).collect();
    let alone = starts.len() == 2;
    for (ends, place) in starts.windows(2).zip(places) {
        let (text, place, cut) = (&run[ends[0]..ends[1]], *place, Cut::Single { alone });
        each(Word { text, place, cut });
    }
    for (ends, pair) in starts.windows(3).zip(places.windows(2)) {
        let (text, place, cut) = (&run[ends[0]..ends[2]], (pair[0].0, pair[1].1), Cut::Pair);
        each(Word { text, place, cut });
    }
}

/// The first so many letters of `text`.
pub(super) fn shortened(text: &str, letters_max: usize) -> &str {
    text.char_indices()
        .nth(letters_max)
        .map_or(text, |(end, _)| &text[..end])
}

/// All letters of `text` in one: what tells whole names apart, whatever stands between their words.
pub(super) fn key(text: &str) -> String {
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

/// The same of a name without its legal forms, in every way in which it may be written: names that are compared as equal share one.
pub(super) fn core_keys(name: &CompanyName) -> impl Iterator<Item = String> {
    name.core_texts().into_iter().map(|text| key(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        Cutter::default().cut(text, |word| words.push(word.text.to_owned()));
        words
    }

    #[test]
    fn words_with_links_are_found_in_parts_and_in_one() {
        for (text, cut) in [
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
            assert_eq!(words(text).join(" "), cut, "{text}");
        }
    }

    #[test]
    fn words_are_told_in_the_other_ways_in_which_they_are_looked_for() {
        for (text, cut) in [
            ("Müller & Söhne", "muller mueller and sohne soehne"),
            ("Café", "cafe"),
            ("Нева", "нева neva"),
            ("Fund 007 0x7", "fund 007 7 0x7"),
            ("Ωμέγα", "ωμεγα omega"),
            ("المراعي", "المراعي ~lmr"),
        ] {
            assert_eq!(words(text).join(" "), cut, "{text}");
        }
        let read = readings_of_unspaced("华为技术有限公司");
        assert_eq!(
            read,
            [("华为", "huawei"), ("技术", "jishu")].map(|(word, read)| (word.to_owned(), read.to_owned()))
        );
    }

    #[test]
    fn scripts_without_spaces_are_cut_into_characters_and_pairs() {
        for (text, cut) in [
            ("支付宝", "支 付 宝 支付 付宝"),
            ("阿里Group", "阿 里 阿里 group"),
            ("トヨタ・ガス", "ト ヨ タ トヨ ヨタ ガ ス ガス"),
            ("スーパー", "ス ー パ ー スー ーパ パー"),
            ("삼성 전자", "삼 성 삼성 전 자 전자"),
            ("7天", "7 天"),
            ("हिंदी लिमिटेड", "हिंदी himdi लिमिटेड limited"),
        ] {
            assert_eq!(words(text).join(" "), cut, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_has_no_words() {
        for text in ["", "   ", "*:+\"()", "\u{0}\u{7}\u{200B}", "— … !", "&"] {
            let unread: Vec<String> = words(text).into_iter().filter(|word| word != "and").collect();
            assert_eq!(unread, [""; 0], "{text:?}");
            assert_eq!(key(text), "");
        }
    }

    #[test]
    fn every_word_knows_its_place() {
        let text = "Aéropostale, Macy's 支付宝";
        let mut placed = Vec::new();
        Cutter::default().cut(text, |word| {
            placed.push((word.text.to_owned(), &text[word.place.0..word.place.1]))
        });
        for (word, written) in [("aeropostale", "Aéropostale"), ("macys", "Macy's"), ("付宝", "付宝")] {
            assert!(placed.contains(&(word.to_owned(), written)), "{placed:?}");
        }
    }

    #[test]
    fn places_are_right_where_folding_changes_lengths() {
        let text = "\u{2F804}\u{2F804}\u{2F804}㌔";
        let mut placed = Vec::new();
        Cutter::default().cut(text, |word| {
            placed.push((word.text.to_owned(), &text[word.place.0..word.place.1]))
        });
        assert!(placed.contains(&("你キ".to_owned(), "\u{2F804}㌔")), "{placed:?}");
    }

    #[test]
    fn whole_names_are_equal_however_they_are_parted() {
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
            let is_in_it = |text: String| key(&text).contains(letter.to_ascii_lowercase());
            assert_eq!(
                is_in_it(letter.to_string()),
                is_in_it(format!("{letter}é")),
                "{letter:?}"
            );
        }
    }
}
