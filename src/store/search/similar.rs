//! Entities whose names share the rarest words of a name: where resolving a messy name looks for its candidates.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use super::{
    Error, Index, keys,
    question::{Asked, EXACT, Question, Sort, Spelling, TEXT_MAX, WORDS_MAX},
    segment::at,
    terms::{Expansion, Place},
    words::{core_keys, key},
};
use crate::{
    graph::{Budget, EntityIx},
    model::{CompanyName, Distinctiveness, Word},
};

/// Words after the rarest bring in further candidates only as long as all of them stand in no more texts than this, so that a
/// thousand names stay within what one request may spend, however large the register.
/// Legal forms stand in more; they count for the candidates that the other words found.
const TEXTS_MAX: u64 = 5_000;
/// A word that stands in so many names is spelled as it is meant.
const SURE: u64 = 20;

/// How a whole name is the one looked for; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whole {
    /// As written, however its words are parted.
    AsWritten,
    /// But for legal forms and other spellings.
    Core,
    /// It only shares words.
    No,
}

/// An entity, and how many letters its main name has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Named {
    entity: EntityIx,
    letters: u8,
}

impl Index {
    /// At most `limit` entities of the snapshot this index is for, one of whose names is like `name`, which was `written` so, best first: those of the whole name, those of the name without its legal forms, those that share
    /// most of the rarest words; then the names nearest in length, then ids. Words like Group do not count beside others; words of
    /// other scripts are looked for in Latin letters too.
    /// Words that few or no names have may have typos. Spends a unit for every occurrence of a word that is looked at.
    ///
    /// # Errors
    /// [`Error::Exhausted`] when the budget does not allow it.
    pub fn similar(
        &self,
        (written, name): (&str, &CompanyName),
        limit: usize,
        budget: &Budget,
    ) -> Result<Vec<EntityIx>, Error> {
        let wholes = self.same_names(written, name, budget)?;
        let candidates = self.sharing(name, budget)?;
        let letters = written.chars().count();
        let rank = |named: Named, worth: u32| {
            let whole = wholes.get(&named).copied().unwrap_or(Whole::No);
            let off = usize::from(named.letters).abs_diff(letters);
            (whole, Reverse(worth), off, named.entity)
        };
        let mut ranked: Vec<_> = candidates.iter().map(|(named, worth)| rank(*named, *worth)).collect();
        // Those of the same name need not share a word as it is cut.
        let sharing: HashSet<Named> = candidates.iter().map(|(named, _)| *named).collect();
        let others = wholes.keys().filter(|named| !sharing.contains(named));
        ranked.extend(others.map(|named| rank(*named, 0)));
        if ranked.len() > limit {
            ranked.select_nth_unstable(limit);
            ranked.truncate(limit);
        }
        ranked.sort_unstable();
        Ok(ranked.into_iter().map(|(.., entity)| entity).collect())
    }

    /// Those that go by the whole name.
    fn same_names(&self, written: &str, name: &CompanyName, budget: &Budget) -> Result<HashMap<Named, Whole>, Error> {
        let mut same = HashMap::new();
        let written = key(written);
        let cores: Vec<String> = core_keys(name).collect();
        let cores = cores.iter().map(|core| (keys::Whole::Core, core, Whole::Core));
        let texts: Vec<_> = [
            (keys::Whole::Name, &written, Whole::AsWritten),
            (keys::Whole::OtherName, &written, Whole::AsWritten),
        ]
        .into_iter()
        .chain(cores)
        .collect();
        for layer in &self.layers {
            for (of, key, whole) in texts.iter().copied() {
                for row in layer.body.keys.rows(of, key) {
                    budget.charge(1)?;
                    if let Some(entity) = layer.entity(row) {
                        let letters = layer.length(row);
                        let known = same.entry(Named { entity, letters }).or_insert(whole);
                        *known = (*known).min(whole);
                    }
                }
            }
        }
        Ok(same)
    }

    /// Who stands in a document, unless it is dead.
    fn named(&self, segment: usize, document: u32) -> Option<Named> {
        let (layer, segment) = self.segment(segment);
        let row = segment.rows[at(document)];
        let letters = layer.length(row);
        layer.entity(row).map(|entity| Named { entity, letters })
    }

    /// Those that share words with `name`, each with what these are worth.
    fn sharing(&self, name: &CompanyName, budget: &Budget) -> Result<Vec<(Named, u32)>, Error> {
        let mut words = Question::of_core(name)
            .words
            .iter()
            .map(|asked| self.shared(asked, budget))
            .collect::<Result<Vec<_>, _>>()?;
        words.retain(|word| word.texts > 0);
        // Stable, so that equally rare words stay in the order of the name.
        words.sort_by_key(|word| word.texts);
        let mut texts = 0;
        let mut bringing = 0;
        for word in &words {
            texts += word.texts;
            if bringing > 0 && texts > TEXTS_MAX {
                break;
            }
            bringing += 1;
        }
        let mut candidates = Vec::new();
        for number in 0..self.places.len() {
            self.candidates(number, words.split_at(bringing), &mut candidates, budget)?;
        }
        Ok(candidates)
    }

    /// The words of names that will do for `asked`, with typos only where the word itself is rare: looking for typos takes
    /// longest.
    fn shared(&self, asked: &Asked, budget: &Budget) -> Result<Expansion, Error> {
        let place = |field, percent| Place {
            field,
            percent,
            sort: Sort::Prose,
            typos: true,
            counted: true,
        };
        let places = [place(self.fields.name, 100), place(self.fields.other_name, 90)];
        let mut exactly = asked.clone();
        for spelling in &mut exactly.spellings {
            (spelling.prefix, spelling.typos, spelling.by_consonants) = (false, 0, false);
        }
        let exact = self.expand(&exactly, &places, budget)?;
        let is_near = |spelling: &Spelling| spelling.typos > 0 || spelling.by_consonants;
        if exact.texts >= SURE || !asked.spellings.iter().any(is_near) {
            return Ok(exact);
        }
        let mut asked = asked.clone();
        asked.spellings.iter_mut().for_each(|spelling| spelling.prefix = false);
        self.expand(&asked, &places, budget)
    }

    /// Those of one segment that have one of the first words, each with what all words are worth there.
    fn candidates(
        &self,
        segment: usize,
        (bringing, counting): (&[Expansion], &[Expansion]),
        candidates: &mut Vec<(Named, u32)>,
        budget: &Budget,
    ) -> Result<(), Error> {
        // Document, position of the word, worth: sorted, the best of each word comes last.
        let mut shared: Vec<(u32, usize, u32)> = Vec::new();
        for (position, word) in bringing.iter().enumerate() {
            let weight = self.weight(word.texts);
            for found in word.in_segment(segment) {
                found.each_document(budget, |document| {
                    shared.push((document, position, weight * found.worth))
                })?;
            }
        }
        let mut documents: Vec<u32> = shared.iter().map(|(document, ..)| *document).collect();
        documents.sort_unstable();
        documents.dedup();
        for (position, word) in (bringing.len()..).zip(counting) {
            let weight = self.weight(word.texts);
            for found in word.in_segment(segment) {
                found.each_shared(&documents, budget, |place| {
                    shared.push((documents[place], position, weight * found.worth));
                })?;
            }
        }
        shared.sort_unstable();
        let mut last: Option<(u32, usize)> = None;
        let mut sum = 0;
        for (document, position, worth) in shared.into_iter().rev() {
            match last {
                Some((known, _)) if known != document => {
                    let named = self.named(segment, known);
                    candidates.extend(named.map(|named| (named, std::mem::take(&mut sum))));
                    sum = worth;
                }
                Some((_, known)) if known == position => {}
                _ => sum += worth,
            }
            last = Some((document, position));
        }
        let named = last.and_then(|(document, _)| self.named(segment, document));
        candidates.extend(named.map(|named| (named, sum)));
        Ok(())
    }
}

impl Question {
    /// The question after the words of `name` that tell something, each in all the spellings that are compared as one.
    fn of_core(name: &CompanyName) -> Self {
        let telling = |word: &&Word| name.is_weak() || word.distinctiveness != Distinctiveness::Weak;
        let core: Vec<&Word> = name.core().iter().filter(telling).collect();
        let texts: Vec<&str> = core.iter().map(|word| word.text.as_str()).collect();
        let text: String = texts.join(" ").chars().take(TEXT_MAX).collect();
        let mut question = Self::unbounded(&text);
        question.words.truncate(WORDS_MAX);
        for word in core {
            let asked = question.words.iter_mut().find(|asked| asked.is(&word.text));
            if let Some(asked) = asked {
                let others = word.spellings().map(str::to_owned);
                asked
                    .spellings
                    .extend(others.map(|text| Spelling::exactly(text, EXACT)));
            }
        }
        question
    }
}
