//! Fuzzy matching of dictionary words: with typos, or by the consonants of a word in Arabic or Hebrew.

use tantivy::{
    Term,
    query::{DfaWrapper, FuzzyTermQuery},
    schema::Field,
};
use tantivy_fst::Automaton;

use super::{Error, question::Spelling, text::words::consonants_of};

/// An automaton that accepts the words similar to another one. It may accept some others, which callers must check.
pub(super) enum FuzzyMatcher {
    /// Words with a number of letters that are wrong, missing, added, or swapped with the next.
    Typos(Box<DfaWrapper>),
    /// Words in Latin letters with these consonants and any vowels between them.
    Consonants(Vec<u8>),
}

impl FuzzyMatcher {
    /// The automaton for `spelling`; `None` if only exact words match.
    pub(super) fn new(spelling: &Spelling) -> Result<Option<Self>, Error> {
        if spelling.by_consonants {
            return Ok(consonants_of(&spelling.text).map(|chain| Self::Consonants(chain.as_bytes().to_vec())));
        }
        if spelling.typos == 0 {
            return Ok(None);
        }
        // The automaton depends only on the text, so any field will do.
        let term = Term::from_field_text(Field::from_field_id(0), &spelling.text);
        let typos = FuzzyTermQuery::new(term, spelling.typos, true).automaton()?;
        Ok(Some(Self::Typos(Box::new(typos))))
    }
}

/// The state that accepts nothing. Other states count the consonants read.
const DEAD: u32 = u32::MAX;

/// The state after one more letter.
fn next_state(chain: &[u8], read: u32, letter: u8) -> u32 {
    let place = usize::try_from(read).unwrap_or(usize::MAX);
    let next = chain.get(place).copied();
    let last = place.checked_sub(1).and_then(|place| chain.get(place)).copied();
    // A following h changes the consonant of some letters.
    let consonants = match letter {
        b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'w' => return read,
        b'k' => [b'k', b'h'],
        b'c' => [b'k', b's'],
        b'p' => [b'b', b'f'],
        b'q' => [b'k'; 2],
        b'j' => [b'g'; 2],
        b'v' => [b'f'; 2],
        letter if letter.is_ascii_lowercase() => [letter; 2],
        _ => return DEAD,
    };
    match (next, last) {
        (Some(next), _) if consonants.contains(&next) => read + 1,
        (_, Some(last)) if consonants.contains(&last) => read,
        _ if letter == b'h' => read,
        _ => DEAD,
    }
}

impl Automaton for FuzzyMatcher {
    type State = u32;

    fn start(&self) -> u32 {
        match self {
            Self::Typos(typos) => typos.start(),
            Self::Consonants(_) => 0,
        }
    }

    fn is_match(&self, state: &u32) -> bool {
        match self {
            Self::Typos(typos) => typos.is_match(state),
            Self::Consonants(chain) => usize::try_from(*state) == Ok(chain.len()),
        }
    }

    fn can_match(&self, state: &u32) -> bool {
        match self {
            Self::Typos(typos) => typos.can_match(state),
            Self::Consonants(_) => *state != DEAD,
        }
    }

    fn accept(&self, state: &u32, letter: u8) -> u32 {
        match self {
            Self::Typos(typos) => typos.accept(state, letter),
            Self::Consonants(_) if *state == DEAD => DEAD,
            Self::Consonants(chain) => next_state(chain, *state, letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::names::romanization::{consonants, consonants_of_latin};

    #[test]
    fn words_with_the_same_consonants_are_accepted() {
        for (arabic, latin) in [
            ("المراعي", "almarai"),
            ("الفطيم", "futtaim"),
            ("الخليج", "khaleej"),
            ("الراجحي", "rajhi"),
        ] {
            let chain = consonants_of_latin(latin).unwrap();
            assert!(consonants(arabic).contains(&chain), "{arabic}");
            let matcher = FuzzyMatcher::Consonants(chain.into_bytes());
            let accepts = |word: &str| {
                let end = word
                    .bytes()
                    .fold(matcher.start(), |state, letter| matcher.accept(&state, letter));
                matcher.is_match(&end)
            };
            assert!(accepts(latin), "{latin}");
            assert!(
                !accepts("acorn") && !accepts(&format!("{latin}n")) && !accepts(""),
                "{latin}"
            );
        }
    }
}
