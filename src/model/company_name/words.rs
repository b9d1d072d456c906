//! A name cut into words, folded so that case, width, accents, punctuation and script variants do not matter; and which words
//! say little about who is meant. No legal forms.

use std::sync::LazyLock;

use hashbrown::HashMap;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};
use unicode_script::{Script, UnicodeScript};

use super::vocabulary::{COMMON, SPELLINGS, WEAK};
use crate::model::{
    fold,
    letters::{is_unspaced, spelled_out},
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
}

impl Word {
    /// Other spellings of the word, which are compared as this one.
    pub(crate) fn spellings(&self) -> impl Iterator<Item = &'static str> {
        let same = SPELLINGS.iter().filter(|(_, compared_as)| *compared_as == self.text);
        same.map(|(spelling, _)| *spelling)
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
    /// Whether brackets stand right around it.
    pub(super) is_bracketed: bool,
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
    let folded = fold(text);
    if folded.is_ascii() {
        return folded;
    }
    let mut out = String::with_capacity(folded.len());
    for letter in folded.chars() {
        if is_plain(letter) {
            out.push(letter);
            continue;
        }
        let script = letter.script();
        let has_plain_letters = matches!(
            script,
            Script::Latin | Script::Greek | Script::Cyrillic | Script::Hebrew | Script::Arabic
        );
        if is_combining_mark(letter) && (has_plain_letters || script == Script::Inherited) {
            continue;
        }
        if !has_plain_letters {
            out.push(letter);
            continue;
        }
        let mut base = None;
        decompose_canonical(letter, |part| base = base.or(Some(part)));
        let base = base.unwrap_or(letter);
        match spelled_out(base) {
            Some(spelling) => out.push_str(spelling),
            None => out.push(base),
        }
    }
    out
}

/// Whether a letter is its own plain form for certain: most are, and looking up their scripts takes long.
fn is_plain(letter: char) -> bool {
    matches!(letter, '\0'..='\u{7F}' | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

/// The pieces of `text`, in its order.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let plain = plain(text);
    let mut letters = plain.chars().peekable();
    let mut cut = Cutter::default();
    let mut last = None;
    while let Some(letter) = letters.next() {
        if cut.pieces.len() == WORDS_MAX {
            break;
        }
        let (before, after) = (last.replace(letter), letters.peek().copied());
        let is_inside = || before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
        match letter {
            'a'..='z' | '0'..='9' => cut.push(letter),
            // Macy's, L'Oréal, בע"מ.
            '\'' | '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' | '\u{00b4}' if is_inside() => {}
            '"' | '\u{201c}' | '\u{201d}' | '\u{05f4}' | '\u{05f3}'
                if is_inside() && before.is_some_and(|letter| letter.script() == Script::Hebrew) => {}
            '&' | '+' => {
                cut.end(after);
                "and".clone_into(&mut cut.piece);
                cut.end(after);
            }
            letter if letter.is_alphanumeric() || is_combining_mark(letter) => cut.push(letter),
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
    letters: usize,
    /// Whether the piece is of a script without spaces.
    unspaced: bool,
    /// Whether a bracket opened right before the piece.
    opened: bool,
}

impl Cutter {
    fn push(&mut self, letter: char) {
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
            self.pieces.push(Piece { text, is_bracketed });
        }
        self.letters = 0;
        self.opened = false;
    }
}

struct Lexicon {
    telling: HashMap<String, Telling>,
    spellings: HashMap<&'static str, &'static str>,
    /// Words that may stand glued to the end of another in a script without spaces; longest first.
    glued: Vec<String>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let classes = [(WEAK, Telling::Weak), (COMMON, Telling::Common)];
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
        unglue(&piece.text, &mut words);
    }
    flush(&mut initials, &mut words);
    words
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
    let uncut = |piece: &Piece| Word {
        text: piece.text.clone(),
        telling: Telling::Weak,
    };
    pieces.iter().map(uncut).collect()
}

fn flush(initials: &mut String, words: &mut Vec<Word>) {
    if !initials.is_empty() {
        words.push(word(&std::mem::take(initials)));
    }
}

/// Cuts what describes off the end of a word: 阿里巴巴集团 is 阿里巴巴 and 集团. Two letters at least stay.
fn unglue(text: &str, words: &mut Vec<Word>) {
    let start = words.len();
    let mut rest = text;
    while is_unspaced_word(rest) {
        let cut = LEXICON.glued.iter().find_map(|ending| {
            let kept = rest.strip_suffix(ending.as_str())?;
            (kept.chars().count() >= 2).then_some((kept, ending))
        });
        let Some((kept, ending)) = cut else { break };
        words.insert(start, word(ending));
        rest = kept;
    }
    words.insert(start, word(rest));
}

fn word(text: &str) -> Word {
    let text = compared_as(text);
    Word {
        text: text.to_owned(),
        telling: telling(text),
    }
}

fn compared_as(text: &str) -> &str {
    LEXICON.spellings.get(text).copied().unwrap_or(text)
}

fn telling(text: &str) -> Telling {
    LEXICON.telling.get(text).copied().unwrap_or(Telling::Distinctive)
}
