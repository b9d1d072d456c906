//! Legal forms at the ends of a name: found whatever the dots, spaces and brackets, and cut off. Never in the middle, and
//! never so that nothing distinctive is left.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    forms::{LEGAL_FORMS, LegalForm},
    words::{Piece, Telling, is_unspaced_word, pieces, words},
};

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
                let pieces = pieces(written);
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
            Self::First => pieces.first()?.text.chars().next(),
            Self::Last => pieces.last()?.text.chars().next_back(),
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
}

/// The pieces of a name without the legal forms at its ends, and these, outermost last.
pub(super) fn strip(mut name: Vec<Piece>) -> (Vec<Piece>, Vec<&'static LegalForm>) {
    let mut found = Vec::new();
    for end in [End::Last, End::First] {
        for _ in 0..FORMS_MAX {
            let Some((rest, form)) = strip_one(&name, end) else {
                break;
            };
            name = rest;
            if !found.contains(&form) {
                found.push(form);
            }
        }
    }
    (name, found)
}

fn strip_one(name: &[Piece], end: End) -> Option<(Vec<Piece>, &'static LegalForm)> {
    let letter = end.letter(name)?;
    let spellings = match end {
        End::First => SPELLINGS.prefixes.get(&letter),
        End::Last => SPELLINGS.suffixes.get(&letter),
    };
    spellings?.iter().find_map(|spelling| {
        let rest = without(name, &spelling.pieces, end)?;
        names_somebody(&rest).then_some((rest, spelling.form))
    })
}

/// Whether the name is nothing but a legal form.
pub(super) fn is_only_form(name: &[Piece]) -> bool {
    let spellings = End::Last
        .letter(name)
        .and_then(|letter| SPELLINGS.suffixes.get(&letter));
    let is_name = |spelling: &Spelling| without(name, &spelling.pieces, End::Last).is_some_and(|rest| rest.is_empty());
    spellings.is_some_and(|spellings| spellings.iter().any(is_name))
}

/// Whether these pieces still tell one company from another.
fn names_somebody(rest: &[Piece]) -> bool {
    words(rest).iter().any(|word| word.telling != Telling::Weak)
}

/// What is left of `name` without the pieces of `form` at this end; none when it does not stand there.
fn without(name: &[Piece], form: &[Piece], end: End) -> Option<Vec<Piece>> {
    let Some((wanted, inner)) = end.split(form) else {
        return Some(name.to_vec());
    };
    let (outer, others) = end.split(name)?;
    if outer.text == wanted.text {
        if wanted.is_bracketed && !outer.is_bracketed {
            return None;
        }
        return without(others, inner, end);
    }
    if wanted.is_bracketed {
        return None;
    }
    // Glued to the name: 株式会社 needs no space. Only the innermost piece can be.
    let is_glued = inner.is_empty() && is_unspaced_word(&wanted.text);
    if let Some(kept) = end.strip(&outer.text, &wanted.text).filter(|_| is_glued) {
        let kept = Piece {
            text: kept.to_owned(),
            is_bracketed: outer.is_bracketed,
        };
        let mut rest = others.to_vec();
        match end {
            End::First => rest.insert(0, kept),
            End::Last => rest.push(kept),
        }
        return Some(rest);
    }
    // Spelled out in letters: S. p. A. Only at the end, since A. O. Smith is no АО.
    let is_spelled = end == End::Last && outer.text.chars().count() == 1 && wanted.text.chars().count() > 1;
    if !is_spelled {
        return None;
    }
    let mut rest = name;
    for letter in wanted.text.chars().rev() {
        let (last, others) = rest.split_last()?;
        let mut letters = last.text.chars();
        if letters.next() != Some(letter) || letters.next().is_some() {
            return None;
        }
        rest = others;
    }
    without(rest, inner, end)
}
