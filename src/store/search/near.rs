//! Which words of a dictionary are near a word asked for: those with typos, and those of Latin letters that have the consonants
//! of a word in Arabic or Hebrew.

use tantivy::{
    Term,
    query::{DfaWrapper, FuzzyTermQuery},
    schema::Field,
};
use tantivy_fst::Automaton;

use super::{Error, question::Spelling, words::consonants_of};

/// What accepts the words that are near another, and some that are not.
pub(super) enum Near {
    /// Those with so many letters wrong, missing, too many, or swapped with the next.
    Typos(Box<DfaWrapper>),
    /// Those with these consonants, whatever vowels stand between them.
    Consonants(Vec<u8>),
}

impl Near {
    /// What accepts the words near `spelling`; none where it must be right.
    pub(super) fn of(spelling: &Spelling) -> Result<Option<Self>, Error> {
        if spelling.by_consonants {
            return Ok(consonants_of(&spelling.text).map(|chain| Self::Consonants(chain.as_bytes().to_vec())));
        }
        if spelling.typos == 0 {
            return Ok(None);
        }
        // The automaton is of the text alone; that a query has a field as well does not matter.
        let term = Term::from_field_text(Field::from_field_id(0), &spelling.text);
        let typos = FuzzyTermQuery::new(term, spelling.typos, true).automaton()?;
        Ok(Some(Self::Typos(Box::new(typos))))
    }
}

/// The state in which nothing is accepted any more. Others count the consonants that were read.
const DEAD: u32 = u32::MAX;

/// The state after one more letter.
fn after(chain: &[u8], read: u32, letter: u8) -> u32 {
    let place = usize::try_from(read).unwrap_or(usize::MAX);
    let next = chain.get(place).copied();
    let last = place.checked_sub(1).and_then(|place| chain.get(place)).copied();
    // With an h behind it, a letter is another consonant.
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

impl Automaton for Near {
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
            Self::Consonants(chain) => after(chain, *state, letter),
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
            let near = Near::Consonants(chain.into_bytes());
            let accepts = |word: &str| {
                let end = word
                    .bytes()
                    .fold(near.start(), |state, letter| near.accept(&state, letter));
                near.is_match(&end)
            };
            assert!(accepts(latin), "{latin}");
            assert!(
                !accepts("acorn") && !accepts(&format!("{latin}n")) && !accepts(""),
                "{latin}"
            );
        }
    }
}
