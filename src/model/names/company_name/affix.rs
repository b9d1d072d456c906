//! Legal forms at the ends of a name: found whatever the dots, spaces, brackets and abbreviations, and cut off. Never in the
//! middle, and never so that nothing distinctive is left.

use std::sync::LazyLock;

use super::{
    forms::LEGAL_FORMS,
    legal_form::LegalForm,
    words::{Piece, is_unspaced_word, names_somebody, pieces},
};
use crate::model::fold;
use hashbrown::HashMap;

/// How many forms may stand at one end: `GmbH & Co. KG` is one, `PT … Tbk` one at each end.
const FORMS_MAX: usize = 3;

/// A spelling of a form, as its pieces.
struct Spelling {
    form: &'static LegalForm,
    pieces: Vec<Piece>,
}

/// The spellings by the letter at the outer end: the last of a suffix, the first of a prefix. Longest first.
struct Spellings {
    suffixes: HashMap<char, Vec<Spelling>>,
    prefixes: HashMap<char, Vec<Spelling>>,
}

static SPELLINGS: LazyLock<Spellings> = LazyLock::new(|| {
    let (mut suffixes, mut prefixes) = (HashMap::new(), HashMap::new());
    for form in LEGAL_FORMS {
        let lists = [
            (form.suffixes, &mut suffixes, End::Last),
            (form.prefixes, &mut prefixes, End::First),
        ];
        for (list, by_letter, end) in lists {
            for written in list {
                let pieces = pieces(&fold(written));
                let Some(letter) = end.letter(&pieces) else { continue };
                by_letter
                    .entry(letter)
                    .or_insert_with(Vec::new)
                    .push(Spelling { form, pieces });
            }
        }
    }
    let letters = |spelling: &Spelling| spelling.pieces.iter().map(|piece| piece.text.len()).sum::<usize>();
    for spellings in suffixes.values_mut().chain(prefixes.values_mut()) {
        spellings.sort_by_key(|spelling| std::cmp::Reverse(letters(spelling)));
    }
    Spellings { suffixes, prefixes }
});

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

impl End {
    /// The outermost letter of these pieces.
    fn letter(self, pieces: &[Piece]) -> Option<char> {
        match self {
            Self::First => pieces.first()?.in_form().chars().next(),
            Self::Last => pieces.last()?.in_form().chars().next_back(),
        }
    }

    /// The outermost piece and the others.
    fn split(self, pieces: &[Piece]) -> Option<(&Piece, &[Piece])> {
        match self {
            Self::First => pieces.split_first(),
            Self::Last => pieces.split_last(),
        }
    }

    /// What is left of `text` without `affix` at this end.
    fn strip<'t>(self, text: &'t str, affix: &str) -> Option<&'t str> {
        match self {
            Self::First => text.strip_prefix(affix),
            Self::Last => text.strip_suffix(affix),
        }
    }

    /// `name` without so many pieces at this end.
    fn rest(self, name: &[Piece], pieces: usize) -> &[Piece] {
        match self {
            Self::First => &name[pieces..],
            Self::Last => &name[..name.len() - pieces],
        }
    }

    /// Takes this from `name`.
    fn take(self, name: &mut Vec<Piece>, taken: Taken) {
        match self {
            Self::First => {
                name.drain(..taken.pieces);
                if let Some(first) = name.first_mut() {
                    first.text.drain(..taken.bytes);
                }
            }
            Self::Last => {
                name.truncate(name.len() - taken.pieces);
                if let Some(last) = name.last_mut() {
                    last.text.truncate(last.text.len() - taken.bytes);
                }
            }
        }
    }
}

/// What a form takes from an end of a name.
#[derive(Debug, Clone, Copy)]
struct Taken {
    /// So many pieces,
    pieces: usize,
    /// and so many bytes of the next, to which it is glued.
    bytes: usize,
}

/// Whether the name ends in a legal form.
pub(super) fn ends_with_form(name: &[Piece]) -> bool {
    form_at(name, End::Last, &[]).is_some()
}

/// The pieces of a name without the legal forms at its ends, and these, outermost last.
pub(super) fn strip(mut name: Vec<Piece>) -> (Vec<Piece>, Vec<&'static LegalForm>) {
    let mut found: Vec<&'static LegalForm> = Vec::new();
    for end in [End::Last, End::First] {
        for _ in 0..FORMS_MAX {
            let Some((taken, form)) = form_at(&name, end, &found) else {
                break;
            };
            end.take(&mut name, taken);
            if end == End::Last {
                drop_dangling(&mut name);
            }
            if !found.contains(&form) {
                found.push(form);
            }
        }
    }
    drop_dangling(&mut name);
    (name, found)
}

/// Drops the sign of `Acorn & Co.`, which belongs to the form.
fn drop_dangling(name: &mut Vec<Piece>) {
    let dangling = name.split_last().filter(|(last, _)| last.text == "and");
    if dangling.is_some_and(|(_, rest)| names_somebody(rest)) {
        name.pop();
    }
}

/// The longest form at this end without which the name still names somebody. `others` were found before: some forms only stand
/// beside them.
fn form_at(name: &[Piece], end: End, others: &[&'static LegalForm]) -> Option<(Taken, &'static LegalForm)> {
    let letter = end.letter(name)?;
    let spellings = match end {
        End::First => SPELLINGS.prefixes.get(&letter),
        End::Last => SPELLINGS.suffixes.get(&letter),
    };
    spellings?.iter().find_map(|spelling| {
        let beside = spelling.form.beside;
        let may_stand = beside.is_empty() || others.iter().any(|other| beside.contains(&other.name));
        let taken = taken(name, &spelling.pieces, end).filter(|_| may_stand)?;
        names_somebody_without(name, taken, end).then_some((taken, spelling.form))
    })
}

/// Whether the name is a legal form, or ends in one and says next to nothing besides: `Ltd`, `The Limited`.
pub(super) fn is_mostly_form(name: &[Piece]) -> bool {
    let spellings = End::Last
        .letter(name)
        .and_then(|letter| SPELLINGS.suffixes.get(&letter));
    let ends_in = |spelling: &Spelling| {
        let taken = taken(name, &spelling.pieces, End::Last);
        taken.is_some_and(|taken| !names_somebody_without(name, taken, End::Last))
    };
    spellings.is_some_and(|spellings| spellings.iter().any(ends_in))
}

/// Whether what is left of `name` still tells one company from another.
fn names_somebody_without(name: &[Piece], taken: Taken, end: End) -> bool {
    if taken.bytes == 0 {
        return names_somebody(end.rest(name, taken.pieces));
    }
    let mut rest = name.to_vec();
    end.take(&mut rest, taken);
    names_somebody(&rest)
}

/// What the pieces of `form` take from `name` at this end; none when it does not stand there.
fn taken(name: &[Piece], form: &[Piece], end: End) -> Option<Taken> {
    let (mut form, mut pieces) = (form, 0);
    while let Some((wanted, inner)) = end.split(form) {
        let rest = end.rest(name, pieces);
        let (outer, _) = end.split(rest)?;
        if outer.in_form() == wanted.in_form() {
            if wanted.is_bracketed && !outer.is_bracketed {
                return None;
            }
            pieces += 1;
        } else if wanted.is_bracketed {
            return None;
        } else if inner.is_empty() && is_unspaced_word(&wanted.text) && end.strip(&outer.text, &wanted.text).is_some() {
            // Glued to the name: 株式会社 needs no space. Only the innermost piece can be.
            let bytes = wanted.text.len();
            return Some(Taken { pieces, bytes });
        } else {
            pieces += spelled_out(rest, &wanted.text, end)?;
        }
        form = inner;
    }
    Some(Taken { pieces, bytes: 0 })
}

/// In how many pieces `wanted` is spelled out in letters: S. p. A. At the start only from three letters on, or where a form at
/// the end goes with it, since A. O. Smith is no АО.
fn spelled_out(name: &[Piece], wanted: &str, end: End) -> Option<usize> {
    // Most names end in a word, which is seen at once.
    let (outer, _) = end.split(name)?;
    outer.single_letter()?;
    let letters = wanted.chars().count();
    let letters_min = if end == End::Last || wanted == "sc" { 2 } else { 3 };
    if letters < letters_min || name.len() < letters {
        return None;
    }
    let spelling = match end {
        End::First => &name[..letters],
        End::Last => &name[name.len() - letters..],
    };
    let is_letter = |(piece, letter): (&Piece, char)| piece.single_letter() == Some(letter);
    spelling.iter().zip(wanted.chars()).all(is_letter).then_some(letters)
}
