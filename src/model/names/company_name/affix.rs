//! Strips legal forms from the ends of a name, regardless of dots, spaces, brackets and abbreviations. Never from the middle,
//! and never so that nothing distinctive remains.

use std::sync::LazyLock;

use super::{
    forms::LEGAL_FORMS,
    legal_form::LegalForm,
    words::{Piece, is_distinctive, is_unspaced_word, pieces},
};
use crate::model::fold;
use hashbrown::HashMap;

/// The most forms at one end: `GmbH & Co. KG` is one, `PT … Tbk` one at each end.
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
            for spelling in list {
                let pieces = pieces(&fold(spelling));
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

    /// `text` without `affix` at this end.
    fn strip<'t>(self, text: &'t str, affix: &str) -> Option<&'t str> {
        match self {
            Self::First => text.strip_prefix(affix),
            Self::Last => text.strip_suffix(affix),
        }
    }

    /// `name` without the first or last `pieces`.
    fn rest(self, name: &[Piece], pieces: usize) -> &[Piece] {
        match self {
            Self::First => &name[pieces..],
            Self::Last => &name[..name.len() - pieces],
        }
    }

    /// Removes an affix from `name`.
    fn remove(self, name: &mut Vec<Piece>, affix: Affix) {
        match self {
            Self::First => {
                name.drain(..affix.pieces);
                if let Some(first) = name.first_mut() {
                    first.text.drain(..affix.bytes);
                }
            }
            Self::Last => {
                name.truncate(name.len() - affix.pieces);
                if let Some(last) = name.last_mut() {
                    last.text.truncate(last.text.len() - affix.bytes);
                }
            }
        }
    }
}

/// The extent of a legal form at an end of a name.
#[derive(Debug, Clone, Copy)]
struct Affix {
    /// The number of pieces,
    pieces: usize,
    /// and of bytes in the next piece, to which it is attached.
    bytes: usize,
}

/// Whether the name ends in a legal form.
pub(super) fn ends_with_form(name: &[Piece]) -> bool {
    form_at(name, End::Last, &[]).is_some()
}

/// The pieces of a name without the legal forms at its ends, and these forms, outermost last.
pub(super) fn strip(mut name: Vec<Piece>) -> (Vec<Piece>, Vec<&'static LegalForm>) {
    let mut forms: Vec<&'static LegalForm> = Vec::new();
    for end in [End::Last, End::First] {
        for _ in 0..FORMS_MAX {
            let Some((affix, form)) = form_at(&name, end, &forms) else {
                break;
            };
            end.remove(&mut name, affix);
            if end == End::Last {
                drop_dangling(&mut name);
            }
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    drop_dangling(&mut name);
    (name, forms)
}

/// Drops the `&` of `Acorn & Co.`, which belongs to the form.
fn drop_dangling(name: &mut Vec<Piece>) {
    let dangling = name.split_last().filter(|(last, _)| last.text == "and");
    if dangling.is_some_and(|(_, rest)| is_distinctive(rest)) {
        name.pop();
    }
}

/// The longest form at this end without which the name is still distinctive. `others` were found before: some forms require one
/// of them.
fn form_at(name: &[Piece], end: End, others: &[&'static LegalForm]) -> Option<(Affix, &'static LegalForm)> {
    let letter = end.letter(name)?;
    let spellings = match end {
        End::First => SPELLINGS.prefixes.get(&letter),
        End::Last => SPELLINGS.suffixes.get(&letter),
    };
    spellings?.iter().find_map(|spelling| {
        let requires_any = spelling.form.requires_any;
        let is_allowed = requires_any.is_empty() || others.iter().any(|other| requires_any.contains(&other.name));
        let affix = find_affix(name, &spelling.pieces, end).filter(|_| is_allowed)?;
        is_distinctive_without(name, affix, end).then_some((affix, spelling.form))
    })
}

/// Whether the name is a legal form, or ends in one and has nothing distinctive besides: `Ltd`, `The Limited`.
pub(super) fn is_mostly_form(name: &[Piece]) -> bool {
    let spellings = End::Last
        .letter(name)
        .and_then(|letter| SPELLINGS.suffixes.get(&letter));
    let ends_in = |spelling: &Spelling| {
        let affix = find_affix(name, &spelling.pieces, End::Last);
        affix.is_some_and(|affix| !is_distinctive_without(name, affix, End::Last))
    };
    spellings.is_some_and(|spellings| spellings.iter().any(ends_in))
}

/// Whether `name` without the affix still distinguishes a company.
fn is_distinctive_without(name: &[Piece], affix: Affix, end: End) -> bool {
    if affix.bytes == 0 {
        return is_distinctive(end.rest(name, affix.pieces));
    }
    let mut rest = name.to_vec();
    end.remove(&mut rest, affix);
    is_distinctive(&rest)
}

/// The extent of `form` at this end of `name`; `None` if the form is not there.
fn find_affix(name: &[Piece], form: &[Piece], end: End) -> Option<Affix> {
    let (mut form, mut pieces) = (form, 0);
    while let Some((form_piece, inner)) = end.split(form) {
        let rest = end.rest(name, pieces);
        let (outer, _) = end.split(rest)?;
        if outer.in_form() == form_piece.in_form() {
            if form_piece.is_bracketed && !outer.is_bracketed {
                return None;
            }
            pieces += 1;
        } else if form_piece.is_bracketed {
            return None;
        } else if inner.is_empty()
            && is_unspaced_word(&form_piece.text)
            && end.strip(&outer.text, &form_piece.text).is_some()
        {
            // Attached to the name: 株式会社 needs no space. Only the innermost piece can be.
            let bytes = form_piece.text.len();
            return Some(Affix { pieces, bytes });
        } else {
            pieces += spelled_out(rest, &form_piece.text, end)?;
        }
        form = inner;
    }
    Some(Affix { pieces, bytes: 0 })
}

/// The number of pieces in which `form_piece` is spelled out in letters: S. p. A. At the start only from three letters on, or
/// together with a form at the end, since A. O. Smith is not an АО.
fn spelled_out(name: &[Piece], form_piece: &str, end: End) -> Option<usize> {
    // Fast path: most names end in a word.
    let (outer, _) = end.split(name)?;
    outer.single_letter()?;
    let letters = form_piece.chars().count();
    let letters_min = if end == End::Last || form_piece == "sc" { 2 } else { 3 };
    if letters < letters_min || name.len() < letters {
        return None;
    }
    let spelling = match end {
        End::First => &name[..letters],
        End::Last => &name[name.len() - letters..],
    };
    let is_letter = |(piece, letter): (&Piece, char)| piece.single_letter() == Some(letter);
    spelling
        .iter()
        .zip(form_piece.chars())
        .all(is_letter)
        .then_some(letters)
}
