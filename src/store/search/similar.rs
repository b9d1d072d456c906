//! Entities whose names share the rarest words of a name: where resolving a messy name looks for its candidates.

use tantivy::{DocSet, TERMINATED, schema::IndexRecordOption};

use super::{
    Error, Index, at,
    question::{Asked, Question, TEXT_MAX, WORDS_MAX},
    terms::{Expansion, Place},
};
use crate::graph::{Budget, EntityIx, Snapshot};

/// Words after the rarest bring in further candidates only as long as all of them stand in no more texts than this.
/// Legal forms stand in more; they count for the candidates that the other words found.
const TEXTS_MAX: u64 = 20_000;
/// A word that stands in so many names is spelled as it is meant.
const SURE: u64 = 20;

impl Index {
    /// At most `limit` entities of `snapshot`, the one this index was built from, one of whose names shares words with
    /// `name`, best first: those that share most of the rarest words, then the names nearest in length, then ids. Words that
    /// few or no names have may have typos. Spends a unit for every occurrence of a word that is looked at.
    ///
    /// # Errors
    /// [`Error::Exhausted`] when the budget does not allow it.
    pub fn similar(
        &self,
        snapshot: &Snapshot,
        name: &str,
        limit: usize,
        budget: &Budget,
    ) -> Result<Vec<EntityIx>, Error> {
        let question = Question::first_words(name);
        let mut words = question
            .words
            .iter()
            .map(|asked| self.shared(asked, budget))
            .collect::<Result<Vec<_>, _>>()?;
        words.retain(|word| !word.found.is_empty());
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
        let mut candidates: Vec<(u32, u32)> = Vec::new();
        for number in 0..self.segments.len() {
            self.candidates(number, words.split_at(bringing), &mut candidates, budget)?;
        }
        let letters = name.chars().count();
        let mut ranked: Vec<_> = candidates
            .into_iter()
            .map(|(row, worth)| {
                (
                    u32::MAX - worth,
                    usize::from(self.lengths[at(row)]).abs_diff(letters),
                    row,
                )
            })
            .collect();
        if ranked.len() > limit {
            ranked.select_nth_unstable(limit);
            ranked.truncate(limit);
        }
        ranked.sort_unstable();
        Ok(ranked
            .into_iter()
            .filter_map(|(_, _, row)| snapshot.entity_at(row))
            .collect())
    }

    /// The words of names that will do for `asked`, with typos only where the word itself is rare: looking for typos takes
    /// longest.
    fn shared(&self, asked: &Asked, budget: &Budget) -> Result<Expansion, Error> {
        let place = |field, percent| Place {
            field,
            percent,
            typos: true,
        };
        let places = [place(self.fields.name, 100), place(self.fields.other_name, 90)];
        let mut asked = asked.clone();
        let typos: Vec<u8> = asked.spellings.iter().map(|spelling| spelling.typos).collect();
        for spelling in &mut asked.spellings {
            (spelling.prefix, spelling.typos) = (false, 0);
        }
        let exact = self.expand(&asked, &places, budget)?;
        if exact.texts >= SURE || typos.iter().all(|typos| *typos == 0) {
            return Ok(exact);
        }
        for (spelling, typos) in asked.spellings.iter_mut().zip(typos) {
            spelling.typos = typos;
        }
        self.expand(&asked, &places, budget)
    }

    /// The rows of one segment that hold one of the first words, each with what all words are worth there.
    fn candidates(
        &self,
        segment: usize,
        (bringing, counting): (&[Expansion], &[Expansion]),
        candidates: &mut Vec<(u32, u32)>,
        budget: &Budget,
    ) -> Result<(), Error> {
        let here = |word: &'_ Expansion| -> Vec<usize> {
            (0..word.found.len())
                .filter(|found| word.found[*found].segment == segment)
                .collect()
        };
        // Document, position of the word, worth: sorted, the best of each word comes last.
        let mut shared: Vec<(u32, usize, u32)> = Vec::new();
        for (position, word) in bringing.iter().enumerate() {
            let weight = self.weight(word.texts);
            for found in here(word).into_iter().map(|found| &word.found[found]) {
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
            for found in here(word).into_iter().map(|found| &word.found[found]) {
                budget.charge(u64::try_from(documents.len()).unwrap_or(u64::MAX))?;
                let reader = &found.reader;
                let mut postings = reader.read_postings_from_terminfo(&found.info, IndexRecordOption::Basic)?;
                for document in &documents {
                    if postings.doc() < *document && postings.seek(*document) == TERMINATED {
                        break;
                    }
                    if postings.doc() == *document {
                        shared.push((*document, position, weight * found.worth));
                    }
                }
            }
        }
        shared.sort_unstable();
        let rows = &self.segments[segment].rows;
        let mut last = None;
        for (document, position, worth) in shared.into_iter().rev() {
            match candidates
                .last_mut()
                .filter(|_| last.is_some_and(|(known, _)| known == document))
            {
                Some((_, sum)) if last != Some((document, position)) => *sum += worth,
                Some(_) => {}
                None => candidates.push((rows[at(document)], worth)),
            }
            last = Some((document, position));
        }
        Ok(())
    }
}

impl Question {
    /// The question after as much of `text` as may be asked.
    fn first_words(text: &str) -> Self {
        let text: String = text.chars().take(TEXT_MAX).collect();
        let mut question = Self::unbounded(&text);
        question.words.truncate(WORDS_MAX);
        question
    }
}
