//! A name cut into words, folded so that case, width, accents, punctuation and traditional characters do not matter; how each
//! is written in Latin letters; and which words say little about who is meant. No legal forms.

use std::sync::LazyLock;

use hashbrown::{HashMap, HashSet};
use unicode_normalization::char::{decompose_canonical, is_combining_mark};
use unicode_script::{Script, UnicodeScript};

use super::{
    abbreviations::unabbreviated,
    vocabulary::{COMMON, CONNECTIVES, MEANINGS, SPELLINGS, STRUCTURE, VEHICLES},
};
use crate::model::{
    fold,
    names::{
        letters::{is_unspaced, simplified, spelled_out, without_zeros},
        romanization::{consonants, readings, spelled_without_marks},
    },
};

/// How much a word says about who is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Telling {
    /// Next to nothing: Group, Holding, of.
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
    /// How much it says.
    pub telling: Telling,
    /// The same without marks, where other letters stand for these: `mueller` for `Müller`.
    pub without_marks: Option<String>,
    /// How a word of another script is written in Latin letters, the usual way first.
    pub readings: Vec<String>,
    /// The consonants of a word of a script that writes no others.
    pub consonants: Vec<String>,
}

impl Word {
    /// A word that is read in no other way.
    fn plain(text: &str, telling: Telling) -> Self {
        Self {
            text: text.to_owned(),
            telling,
            without_marks: None,
            readings: Vec::new(),
            consonants: Vec::new(),
        }
    }

    /// Other spellings of the word, which are compared as this one.
    pub(crate) fn spellings(&self) -> impl Iterator<Item = &str> {
        let same = SPELLINGS.iter().filter(|(_, compared_as)| *compared_as == self.text);
        same.map(|(spelling, _)| *spelling).chain(self.without_marks.as_deref())
    }

    /// Whether both are one word, but for how its marks are spelled.
    pub(in crate::model) fn is_same(&self, other: &Self) -> bool {
        let is_spelled = |one: &Self, other: &Self| one.without_marks.as_deref() == Some(&other.text);
        self.text == other.text || is_spelled(self, other) || is_spelled(other, self)
    }

    /// Whether the word is a line of business in another script, and `english` is what that is called in English.
    pub(in crate::model) fn means(&self, english: &Self) -> bool {
        let meant = |(word, meaning): &&(&str, &str)| *word == without_article(&self.text) && *meaning == english.text;
        self.telling == Telling::Common && !self.text.is_ascii() && MEANINGS.iter().any(|pair| meant(&pair))
    }

    /// Whether the word is an article or a connective.
    pub(in crate::model) fn is_connective(&self) -> bool {
        self.telling == Telling::Weak && LEXICON.connectives.contains(self.text.as_str())
    }

    /// Whether it is a line of business of funds and lenders.
    pub(in crate::model) fn is_vehicle(&self) -> bool {
        self.telling == Telling::Common && VEHICLES.split(' ').any(|word| word == self.text)
    }

    /// Whether a word is of a script that puts no spaces between words.
    pub(in crate::model) fn is_unspaced(word: &str) -> bool {
        is_unspaced_word(word)
    }
}

/// A word before anything is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    /// The same with its marks, folded; empty where it has none.
    marked: String,
    /// The word that it is compared as in a legal form, where that is another.
    in_form: Option<&'static str>,
    /// Whether brackets stand right around it.
    pub(super) is_bracketed: bool,
}

impl Piece {
    /// The word that it is compared as in a legal form.
    pub(super) fn in_form(&self) -> &str {
        self.in_form.unwrap_or(&self.text)
    }

    /// Its letter, where it is a single one.
    pub(super) fn single_letter(&self) -> Option<char> {
        let mut letters = self.text.chars();
        letters.next().filter(|_| letters.next().is_none())
    }
}

/// Longer names are compared by their first words only: so much bounds the work, and no name needs more.
pub(super) const WORDS_MAX: usize = 24;
/// The same for the letters of one word.
const LETTERS_MAX: usize = 64;

/// Whether a word is of a script without spaces. Its first letter tells: prolonging signs are shared by scripts.
pub(super) fn is_unspaced_word(word: &str) -> bool {
    word.chars().next().is_some_and(is_unspaced)
}

/// `text` folded for comparing: as [`fold`] does, and without the marks of Latin, Greek, Cyrillic, Hebrew and Arabic letters.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in fold(text).chars() {
        each_plain(letter, |plain| out.push(plain));
    }
    out
}

/// Tells `each` what is left of a folded letter without its marks: mostly one letter, of some two, of a mark none.
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

/// Whether a letter is its own plain form for certain: most are, and looking up their scripts takes long.
fn is_plain(letter: char) -> bool {
    matches!(letter, '\0'..='\u{7F}' | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

/// Whether a letter is a Latin one with a mark for certain, as most of those are whose scripts would be looked up.
fn is_latin(letter: char) -> bool {
    matches!(letter, '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}')
}

/// A letter of a name without its marks, and the one that it is written as; the second of two letters is written as none.
type Lettered = (char, Option<char>);

fn lettered(folded: &str) -> Vec<Lettered> {
    let mut letters = Vec::with_capacity(folded.len());
    for written in folded.chars() {
        let mut written_as = Some(written);
        each_plain(written, |plain| letters.push((plain, written_as.take())));
    }
    letters
}

/// The pieces of a folded text, in its order.
pub(super) fn pieces(folded: &str) -> Vec<Piece> {
    let letters = lettered(folded);
    let mut letters = letters.iter().copied().peekable();
    let mut cut = Cutter::default();
    let mut last = None;
    while let Some((letter, written)) = letters.next() {
        if cut.pieces.len() == WORDS_MAX {
            break;
        }
        let (before, after) = (last.replace(letter), letters.peek().map(|(letter, _)| *letter));
        let is_inside = || before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
        match letter {
            'a'..='z' | '0'..='9' => cut.push(letter, written),
            // Macy's, L'Oréal, בע"מ.
            '\'' | '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' | '\u{00b4}' if is_inside() => {}
            '"' | '\u{201c}' | '\u{201d}' | '\u{05f4}' | '\u{05f3}'
                if is_inside() && before.is_some_and(|letter| letter.script() == Script::Hebrew) => {}
            '&' | '+' => {
                cut.end(after);
                "and".clone_into(&mut cut.piece);
                cut.end(after);
            }
            letter if letter.is_alphanumeric() || is_combining_mark(letter) => cut.push(letter, written),
            _ => {
                cut.end(Some(letter));
                cut.opened = letter == '(';
            }
        }
    }
    cut.end(None);
    cut.pieces.truncate(WORDS_MAX);
    cut.pieces
}

#[derive(Default)]
struct Cutter {
    pieces: Vec<Piece>,
    piece: String,
    /// The piece as written, once it differs.
    marked: String,
    letters: usize,
    /// Whether the piece is of a script without spaces.
    unspaced: bool,
    /// Whether a bracket opened right before the piece.
    opened: bool,
}

impl Cutter {
    fn push(&mut self, letter: char, written: Option<char>) {
        // A change to or from a script without spaces ends a word; marks and prolonging signs belong to what they follow.
        let is_shared =
            !letter.is_ascii() && matches!(letter.script(), Script::Common | Script::Inherited) && !letter.is_numeric();
        if !is_shared && !self.piece.is_empty() && self.unspaced != is_unspaced(letter) {
            self.end(Some(letter));
        }
        if !is_shared || self.piece.is_empty() {
            self.unspaced = is_unspaced(letter);
        }
        if self.letters < LETTERS_MAX {
            let has_marks = written != Some(letter) || !letter.is_ascii();
            if self.marked.is_empty() && has_marks {
                self.marked.push_str(&self.piece);
            }
            if has_marks || !self.marked.is_empty() {
                self.marked.extend(written);
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
                in_form: unabbreviated(&text),
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
    telling: HashMap<String, Telling>,
    connectives: HashSet<String>,
    spellings: HashMap<&'static str, &'static str>,
    /// Words that may stand glued to the end of another in a script without spaces; longest first.
    glued: Vec<String>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let classes = [
        (CONNECTIVES, Telling::Weak),
        (STRUCTURE, Telling::Weak),
        (COMMON, Telling::Common),
    ];
    let listed = classes
        .into_iter()
        .flat_map(|(words, telling)| words.split_whitespace().map(move |word| (plain(word), telling)));
    let telling: HashMap<String, Telling> = listed.collect();
    let spelled = SPELLINGS.iter().map(|(spelling, _)| plain(spelling));
    let glued = telling.keys().cloned().chain(spelled);
    let mut glued: Vec<String> = glued.filter(|word| is_unspaced_word(word)).collect();
    glued.sort_by(|one, other| (other.len(), one).cmp(&(one.len(), other)));
    glued.dedup();
    Lexicon {
        telling,
        connectives: CONNECTIVES.split_whitespace().map(plain).collect(),
        spellings: SPELLINGS.iter().copied().collect(),
        glued,
    }
});

/// The words of these pieces: initials that stand together joined, descriptive endings cut off, spellings made one.
pub(super) fn words(pieces: &[Piece]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::with_capacity(pieces.len());
    let mut initials = String::new();
    for piece in pieces {
        if is_initial(&piece.text) {
            initials.push_str(&piece.text);
            continue;
        }
        flush(&mut initials, &mut words);
        unglue(piece, &mut words);
    }
    flush(&mut initials, &mut words);
    weaken_inner_forms(&mut words);
    words
}

/// `Limited` says little behind the name proper, as in `Acorn Limited Holdings`; in `Limited Brands` it is the name.
fn weaken_inner_forms(words: &mut [Word]) {
    let is_proper = |word: &Word| word.telling == Telling::Distinctive;
    let proper = words
        .iter()
        .position(is_proper)
        .filter(|place| words[*place].text != "limited");
    let behind = proper.and_then(|place| words.get_mut(place + 1..)).unwrap_or_default();
    behind
        .iter_mut()
        .filter(|word| word.text == "limited")
        .for_each(|word| word.telling = Telling::Weak);
}

/// Whether a piece is a letter that stands for a word. H & M keeps its parts, U.S. and U. S. are one word; letters of a
/// script without spaces are words.
fn is_initial(piece: &str) -> bool {
    let mut letters = piece.chars();
    matches!((letters.next(), letters.next()), (Some(letter), None) if letter.is_alphabetic() && !is_unspaced(letter))
}

/// Whether words of these pieces still tell one company from another.
pub(super) fn names_somebody(pieces: &[Piece]) -> bool {
    // Almost always a piece that is a word says so, and no words need be made.
    let is_telling = |piece: &Piece| {
        !is_initial(&piece.text) && !is_unspaced_word(&piece.text) && telling(compared_as(&piece.text)) != Telling::Weak
    };
    pieces.iter().any(is_telling) || words(pieces).iter().any(|word| word.telling != Telling::Weak)
}

/// These pieces as they are, none of which says much.
pub(super) fn uncut(pieces: &[Piece]) -> Vec<Word> {
    let uncut = |piece: &Piece| Word::plain(&piece.text, Telling::Weak);
    pieces.iter().map(uncut).collect()
}

fn flush(initials: &mut String, words: &mut Vec<Word>) {
    if !initials.is_empty() {
        let initials = std::mem::take(initials);
        // Without their marks; few have any.
        let marked = if initials.is_ascii() { "" } else { &initials };
        words.push(word(&initials, marked));
    }
}

/// Cuts what describes off the end of a word: 阿里巴巴集团 is 阿里巴巴 and 集团. Two letters at least stay.
fn unglue(piece: &Piece, words: &mut Vec<Word>) {
    let start = words.len();
    let mut rest = piece.text.as_str();
    while is_unspaced_word(rest) {
        let cut = LEXICON.glued.iter().find_map(|ending| {
            let kept = rest.strip_suffix(ending.as_str())?;
            (kept.chars().count() >= 2).then_some((kept, ending))
        });
        let Some((kept, ending)) = cut else { break };
        words.insert(start, word(ending, ""));
        rest = kept;
    }
    words.insert(start, word(rest, &piece.marked));
}

/// A legal form of two or three letters at the start of a name without any other: it may be one, or a name of these letters.
const LEADING: [&str; 10] = ["ab", "ag", "as", "bv", "doo", "nv", "sa", "sas", "spa", "se"];

/// Lets what may be a legal form at the start of a name say little, where another word names somebody.
pub(super) fn weaken_leading_form(words: &mut [Word]) {
    if let Some((first, others)) = words.split_first_mut()
        && LEADING.contains(&first.text.as_str())
        && others.iter().any(|word| word.telling == Telling::Distinctive)
    {
        first.telling = Telling::Weak;
    }
}

/// The word of a piece, and of how it is written with its marks.
fn word(text: &str, marked: &str) -> Word {
    let text = without_zeros(compared_as(text));
    let mut word = Word::plain(text, telling(text));
    if is_unspaced_word(text) {
        // A part of a piece has no marks of its own.
        word.readings = readings(text);
    } else if !marked.is_empty() {
        word.without_marks = spelled_without_marks(marked).filter(|spelling| spelling != text);
        word.readings = readings(marked);
        word.consonants = consonants(marked);
    }
    word
}

fn compared_as(text: &str) -> &str {
    LEXICON.spellings.get(text).copied().unwrap_or(text)
}

fn telling(text: &str) -> Telling {
    let known = |text: &str| LEXICON.telling.get(text).copied();
    known(text)
        .or_else(|| known(without_article(text)))
        .unwrap_or(Telling::Distinctive)
}

/// An Arabic word without its article; any other as it is.
fn without_article(text: &str) -> &str {
    text.strip_prefix("ال").unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_are_taken_for_latin_are() {
        let taken: Vec<char> = ('\0'..='\u{FFFF}').filter(|letter| is_latin(*letter)).collect();
        assert!(taken.len() > 300);
        assert!(taken.iter().all(|letter| letter.script() == Script::Latin));
    }
}
