//! Splits a name into words, folded so that case, width, accents, punctuation and traditional characters do not matter, with the
//! romanization and the distinctiveness of each. No legal forms.

use std::sync::LazyLock;

use hashbrown::{HashMap, HashSet};
use unicode_normalization::char::{decompose_canonical, is_combining_mark};
use unicode_script::{Script, UnicodeScript};

use super::{
    abbreviations::canonical_abbreviation,
    vocabulary::{COMMON, CONNECTIVES, MEANINGS, SPELLINGS, STRUCTURE, VEHICLES},
};
use crate::model::{
    fold,
    names::{
        letters::{is_unspaced, simplified, spelled_out, without_zeros},
        romanization::{consonants, readings, spelled_without_marks},
    },
};

/// How much a word helps to distinguish one company from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Distinctiveness {
    /// Hardly: Group, Holding, of.
    Weak,
    /// A line of business, shared by many: Bank, Technology.
    Common,
    /// The name proper.
    Distinctive,
}

/// A word of a name, folded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word {
    /// The word as it is compared.
    pub text: String,
    /// How much it distinguishes.
    pub distinctiveness: Distinctiveness,
    /// The spelling without diacritics, if other letters replace them: `mueller` for `Müller`.
    pub without_marks: Option<String>,
    /// The romanizations of a word in another script, the usual one first.
    pub readings: Vec<String>,
    /// The consonants of a word in a script without vowels.
    pub consonants: Vec<String>,
}

impl Word {
    /// A word without other spellings or readings.
    fn plain(text: &str, distinctiveness: Distinctiveness) -> Self {
        Self {
            text: text.to_owned(),
            distinctiveness,
            without_marks: None,
            readings: Vec::new(),
            consonants: Vec::new(),
        }
    }

    /// Other spellings that are compared as this word.
    pub(crate) fn spellings(&self) -> impl Iterator<Item = &str> {
        let same = SPELLINGS.iter().filter(|(_, canonical)| *canonical == self.text);
        same.map(|(spelling, _)| *spelling).chain(self.without_marks.as_deref())
    }

    /// Whether both are the same word, apart from the spelling of diacritics.
    pub(in crate::model) fn is_same(&self, other: &Self) -> bool {
        let is_spelled = |one: &Self, other: &Self| one.without_marks.as_deref() == Some(&other.text);
        self.text == other.text || is_spelled(self, other) || is_spelled(other, self)
    }

    /// Whether the word is a line of business in another script, and `english` is its English translation.
    pub(in crate::model) fn means(&self, english: &Self) -> bool {
        let is_pair =
            |(word, meaning): &&(&str, &str)| *word == without_article(&self.text) && *meaning == english.text;
        self.distinctiveness == Distinctiveness::Common
            && !self.text.is_ascii()
            && MEANINGS.iter().any(|pair| is_pair(&pair))
    }

    /// Whether the word is an article or a connective.
    pub(in crate::model) fn is_connective(&self) -> bool {
        self.distinctiveness == Distinctiveness::Weak && LEXICON.connectives.contains(self.text.as_str())
    }

    /// Whether it is a line of business of funds and lenders.
    pub(in crate::model) fn is_vehicle(&self) -> bool {
        self.distinctiveness == Distinctiveness::Common && VEHICLES.split(' ').any(|word| word == self.text)
    }

    /// Whether a word is in a script without spaces between words.
    pub(in crate::model) fn is_unspaced(word: &str) -> bool {
        is_unspaced_word(word)
    }
}

/// A word before classification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    /// The text with its diacritics, folded; empty if it has none.
    marked: String,
    /// Its canonical spelling in a legal form, if that is another.
    in_form: Option<&'static str>,
    /// Whether it is directly enclosed in brackets.
    pub(super) is_bracketed: bool,
}

impl Piece {
    /// Its canonical spelling in a legal form.
    pub(super) fn in_form(&self) -> &str {
        self.in_form.unwrap_or(&self.text)
    }

    /// Its letter, if it is a single one.
    pub(super) fn single_letter(&self) -> Option<char> {
        let mut letters = self.text.chars();
        letters.next().filter(|_| letters.next().is_none())
    }
}

/// The most words of a name that are compared, which bounds the work; no real name has more.
pub(super) const WORDS_MAX: usize = 24;
/// The most letters of a word that are compared.
const LETTERS_MAX: usize = 64;

/// Whether a word is in a script without spaces, by its first letter: prolonging signs are shared by scripts.
pub(super) fn is_unspaced_word(word: &str) -> bool {
    word.chars().next().is_some_and(is_unspaced)
}

/// `text` as [`fold`] returns it, without the diacritics of Latin, Greek, Cyrillic, Hebrew and Arabic letters.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in fold(text).chars() {
        each_plain(letter, |plain| out.push(plain));
    }
    out
}

/// Calls `each` with the letters of a folded letter without its diacritics: usually one, sometimes two, none for a diacritic.
fn each_plain(letter: char, mut each: impl FnMut(char)) {
    if is_plain(letter) {
        return each(simplified(letter));
    }
    let script = if is_latin(letter) {
        Script::Latin
    } else {
        letter.script()
    };
    let has_plain_letters = matches!(
        script,
        Script::Latin | Script::Greek | Script::Cyrillic | Script::Hebrew | Script::Arabic
    );
    if is_combining_mark(letter) && (has_plain_letters || script == Script::Inherited) {
        return;
    }
    if !has_plain_letters {
        return each(letter);
    }
    let mut base = None;
    decompose_canonical(letter, |part| base = base.or(Some(part)));
    let base = base.unwrap_or(letter);
    match spelled_out(base) {
        Some(spelling) => spelling.chars().for_each(each),
        None => each(base),
    }
}

/// Whether a letter is certainly its own plain form. A fast path for most letters, as looking up scripts is slow.
fn is_plain(letter: char) -> bool {
    matches!(letter, '\0'..='\u{7F}' | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

/// Whether a letter is certainly a Latin one with a diacritic. A fast path before looking up the script.
fn is_latin(letter: char) -> bool {
    matches!(letter, '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}')
}

/// A letter of a name without its diacritics, and the original one; the second of two letters for one original has none.
type PlainLetter = (char, Option<char>);

fn plain_letters(folded: &str) -> Vec<PlainLetter> {
    let mut letters = Vec::with_capacity(folded.len());
    for letter in folded.chars() {
        let mut original = Some(letter);
        each_plain(letter, |plain| letters.push((plain, original.take())));
    }
    letters
}

/// The pieces of a folded text, in order.
pub(super) fn pieces(folded: &str) -> Vec<Piece> {
    let letters = plain_letters(folded);
    let mut letters = letters.iter().copied().peekable();
    let mut splitter = Splitter::default();
    let mut last = None;
    while let Some((letter, original)) = letters.next() {
        if splitter.pieces.len() == WORDS_MAX {
            break;
        }
        let (before, after) = (last.replace(letter), letters.peek().map(|(letter, _)| *letter));
        let is_inside = || before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
        match letter {
            'a'..='z' | '0'..='9' => splitter.push(letter, original),
            // Macy's, L'Oréal, בע"מ.
            '\'' | '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' | '\u{00b4}' if is_inside() => {}
            '"' | '\u{201c}' | '\u{201d}' | '\u{05f4}' | '\u{05f3}'
                if is_inside() && before.is_some_and(|letter| letter.script() == Script::Hebrew) => {}
            '&' | '+' => {
                splitter.end(after);
                "and".clone_into(&mut splitter.piece);
                splitter.end(after);
            }
            letter if letter.is_alphanumeric() || is_combining_mark(letter) => splitter.push(letter, original),
            _ => {
                splitter.end(Some(letter));
                splitter.opened = letter == '(';
            }
        }
    }
    splitter.end(None);
    splitter.pieces.truncate(WORDS_MAX);
    splitter.pieces
}

#[derive(Default)]
struct Splitter {
    pieces: Vec<Piece>,
    piece: String,
    /// The piece with its diacritics, once it differs.
    marked: String,
    letters: usize,
    /// Whether the piece is in a script without spaces.
    unspaced: bool,
    /// Whether a bracket opened right before the piece.
    opened: bool,
}

impl Splitter {
    fn push(&mut self, letter: char, original: Option<char>) {
        // A change to or from a script without spaces ends a word; diacritics and prolonging signs belong to the letter before.
        let is_shared =
            !letter.is_ascii() && matches!(letter.script(), Script::Common | Script::Inherited) && !letter.is_numeric();
        if !is_shared && !self.piece.is_empty() && self.unspaced != is_unspaced(letter) {
            self.end(Some(letter));
        }
        if !is_shared || self.piece.is_empty() {
            self.unspaced = is_unspaced(letter);
        }
        if self.letters < LETTERS_MAX {
            let has_marks = original != Some(letter) || !letter.is_ascii();
            if self.marked.is_empty() && has_marks {
                self.marked.push_str(&self.piece);
            }
            if has_marks || !self.marked.is_empty() {
                self.marked.extend(original);
            }
            self.piece.push(letter);
            self.letters += 1;
        }
    }

    fn end(&mut self, next: Option<char>) {
        if !self.piece.is_empty() {
            let mut text = std::mem::take(&mut self.piece);
            if matches!(text.as_str(), "und" | "et" | "och" | "og") {
                "and".clone_into(&mut text);
            }
            let is_bracketed = self.opened && next == Some(')');
            let marked = std::mem::take(&mut self.marked);
            self.pieces.push(Piece {
                in_form: canonical_abbreviation(&text),
                text,
                marked,
                is_bracketed,
            });
        }
        self.letters = 0;
        self.opened = false;
    }
}

struct Lexicon {
    distinctiveness: HashMap<String, Distinctiveness>,
    connectives: HashSet<String>,
    spellings: HashMap<&'static str, &'static str>,
    /// Words that may be attached to the end of another in a script without spaces; longest first.
    endings: Vec<String>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let classes = [
        (CONNECTIVES, Distinctiveness::Weak),
        (STRUCTURE, Distinctiveness::Weak),
        (COMMON, Distinctiveness::Common),
    ];
    let classified = classes
        .into_iter()
        .flat_map(|(words, distinctiveness)| words.split_whitespace().map(move |word| (plain(word), distinctiveness)));
    let distinctiveness: HashMap<String, Distinctiveness> = classified.collect();
    let spellings = SPELLINGS.iter().map(|(spelling, _)| plain(spelling));
    let endings = distinctiveness.keys().cloned().chain(spellings);
    let mut endings: Vec<String> = endings.filter(|word| is_unspaced_word(word)).collect();
    endings.sort_by(|one, other| (other.len(), one).cmp(&(one.len(), other)));
    endings.dedup();
    Lexicon {
        distinctiveness,
        connectives: CONNECTIVES.split_whitespace().map(plain).collect(),
        spellings: SPELLINGS.iter().copied().collect(),
        endings,
    }
});

/// The words of these pieces: adjacent initials are joined, descriptive endings split off, spellings unified.
pub(super) fn words(pieces: &[Piece]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::with_capacity(pieces.len());
    let mut initials = String::new();
    for piece in pieces {
        if is_initial(&piece.text) {
            initials.push_str(&piece.text);
            continue;
        }
        flush(&mut initials, &mut words);
        split_endings(piece, &mut words);
    }
    flush(&mut initials, &mut words);
    weaken_inner_forms(&mut words);
    words
}

/// `Limited` is weak after the name proper, as in `Acorn Limited Holdings`; in `Limited Brands` it is the name.
fn weaken_inner_forms(words: &mut [Word]) {
    let is_proper = |word: &Word| word.distinctiveness == Distinctiveness::Distinctive;
    let proper = words
        .iter()
        .position(is_proper)
        .filter(|place| words[*place].text != "limited");
    let behind = proper.and_then(|place| words.get_mut(place + 1..)).unwrap_or_default();
    behind
        .iter_mut()
        .filter(|word| word.text == "limited")
        .for_each(|word| word.distinctiveness = Distinctiveness::Weak);
}

/// Whether a piece is an initial. H & M keeps its parts, U.S. and U. S. are one word; letters of a script without spaces are
/// words.
fn is_initial(piece: &str) -> bool {
    let mut letters = piece.chars();
    matches!((letters.next(), letters.next()), (Some(letter), None) if letter.is_alphabetic() && !is_unspaced(letter))
}

/// Whether these pieces have a word that is not weak.
pub(super) fn is_distinctive(pieces: &[Piece]) -> bool {
    // Fast path: almost always a whole piece is such a word, and the words need not be built.
    let is_not_weak = |piece: &Piece| {
        !is_initial(&piece.text)
            && !is_unspaced_word(&piece.text)
            && distinctiveness_of(canonical(&piece.text)) != Distinctiveness::Weak
    };
    pieces.iter().any(is_not_weak)
        || words(pieces)
            .iter()
            .any(|word| word.distinctiveness != Distinctiveness::Weak)
}

/// The unchanged pieces as weak words.
pub(super) fn weak_words(pieces: &[Piece]) -> Vec<Word> {
    let weak = |piece: &Piece| Word::plain(&piece.text, Distinctiveness::Weak);
    pieces.iter().map(weak).collect()
}

fn flush(initials: &mut String, words: &mut Vec<Word>) {
    if !initials.is_empty() {
        let initials = std::mem::take(initials);
        // Diacritics of initials are lost; few have any.
        let marked = if initials.is_ascii() { "" } else { &initials };
        words.push(word(&initials, marked));
    }
}

/// Splits descriptive endings off a word: 阿里巴巴集团 is 阿里巴巴 and 集团. At least two letters remain.
fn split_endings(piece: &Piece, words: &mut Vec<Word>) {
    let start = words.len();
    let mut rest = piece.text.as_str();
    while is_unspaced_word(rest) {
        let split = LEXICON.endings.iter().find_map(|ending| {
            let stem = rest.strip_suffix(ending.as_str())?;
            (stem.chars().count() >= 2).then_some((stem, ending))
        });
        let Some((stem, ending)) = split else { break };
        words.insert(start, word(ending, ""));
        rest = stem;
    }
    words.insert(start, word(rest, &piece.marked));
}

/// Words of two or three letters that, at the start of a name without a legal form, may be one or the name proper.
const LEADING: [&str; 10] = ["ab", "ag", "as", "bv", "doo", "nv", "sa", "sas", "spa", "se"];

/// Makes a possible legal form at the start of a name weak if another word is distinctive.
pub(super) fn weaken_leading_form(words: &mut [Word]) {
    if let Some((first, others)) = words.split_first_mut()
        && LEADING.contains(&first.text.as_str())
        && others
            .iter()
            .any(|word| word.distinctiveness == Distinctiveness::Distinctive)
    {
        first.distinctiveness = Distinctiveness::Weak;
    }
}

/// The word for a text, with its spelling with diacritics.
fn word(text: &str, marked: &str) -> Word {
    let text = without_zeros(canonical(text));
    let mut word = Word::plain(text, distinctiveness_of(text));
    if is_unspaced_word(text) {
        // A part of a piece has no diacritics of its own.
        word.readings = readings(text);
    } else if !marked.is_empty() {
        word.without_marks = spelled_without_marks(marked).filter(|spelling| spelling != text);
        word.readings = readings(marked);
        word.consonants = consonants(marked);
    }
    word
}

fn canonical(text: &str) -> &str {
    LEXICON.spellings.get(text).copied().unwrap_or(text)
}

fn distinctiveness_of(text: &str) -> Distinctiveness {
    let class = |text: &str| LEXICON.distinctiveness.get(text).copied();
    class(text)
        .or_else(|| class(without_article(text)))
        .unwrap_or(Distinctiveness::Distinctive)
}

/// An Arabic word without its article; any other unchanged.
fn without_article(text: &str) -> &str {
    text.strip_prefix("ال").unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_path_accepts_only_latin_letters() {
        let accepted: Vec<char> = ('\0'..='\u{FFFF}').filter(|letter| is_latin(*letter)).collect();
        assert!(accepted.len() > 300);
        assert!(accepted.iter().all(|letter| letter.script() == Script::Latin));
    }
}
