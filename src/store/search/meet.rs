//! The documents of one segment that have all words, or lack few. Those of the rarest words are listed; of every other word only
//! what these have is looked at, by skipping ahead in what it stands in.

use tantivy::{DocSet, TERMINATED, schema::IndexRecordOption};

use super::{Error, segment::at, terms::Found};
use crate::graph::Budget;

/// Skipping ahead takes as long as reading so many documents one after the other.
const SKIP: u64 = 16;
/// What occurs in one of so many documents is listed in a column of them all, what is rarer by sorting.
const DENSE: u64 = 64;

/// A word, as it is found in one segment, and what it counts.
pub(super) struct Here<'a> {
    pub(super) found: Vec<&'a Found>,
    pub(super) weight: u32,
}

impl Here<'_> {
    /// How often it occurs at most.
    fn occurrences(&self) -> u64 {
        self.found.iter().map(|found| u64::from(found.info.doc_freq)).sum()
    }
}

/// A document that has some of the words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Met {
    pub(super) document: u32,
    /// How many of the words.
    pub(super) words: usize,
    /// What these are worth, each times its weight. A word counts once, where it is worth most.
    pub(super) worth: u32,
}

/// The documents, ascending, of so many that lack fewer of these words than `lacking`, which is at least 1 and at most as many as
/// there are words.
pub(super) fn meet(
    mut words: Vec<Here<'_>>,
    lacking: usize,
    documents: usize,
    budget: &Budget,
) -> Result<Vec<Met>, Error> {
    words.sort_by_key(Here::occurrences);
    let needed = words.len() - (lacking - 1);
    // Whoever has none of so many words lacks them.
    let (rarest, others) = words.split_at(lacking);
    let mut met = list(rarest, documents, budget)?;
    for (word, left) in others.iter().zip((0..others.len()).rev()) {
        if met.is_empty() {
            break;
        }
        let known: Vec<u32> = met.iter().map(|met| met.document).collect();
        let mut best = vec![0; known.len()];
        for found in &word.found {
            found.each_shared(&known, budget, |place| best[place] = best[place].max(found.worth))?;
        }
        for (met, best) in met.iter_mut().zip(best) {
            met.words += usize::from(best > 0);
            met.worth += word.weight * best;
        }
        met.retain(|met| met.words + left >= needed);
    }
    met.retain(|met| met.words >= needed);
    Ok(met)
}

/// The documents, ascending, of so many that have any of these words.
fn list(words: &[Here<'_>], documents: usize, budget: &Budget) -> Result<Vec<Met>, Error> {
    let occurrences: u64 = words.iter().map(Here::occurrences).sum();
    match occurrences > u64::try_from(documents).unwrap_or(u64::MAX) / DENSE {
        true => list_in_columns(words, documents, budget),
        false => list_by_sorting(words, budget),
    }
}

fn list_in_columns(words: &[Here<'_>], documents: usize, budget: &Budget) -> Result<Vec<Met>, Error> {
    let (mut counts, mut worths, mut best) = (vec![0u8; documents], vec![0; documents], vec![0; documents]);
    let mut touched = Vec::new();
    for word in words {
        for found in &word.found {
            found.each_document(budget, |document| {
                let best = &mut best[at(document)];
                if *best == 0 {
                    touched.push(document);
                }
                *best = found.worth.max(*best);
            })?;
        }
        for document in touched.drain(..) {
            let place = at(document);
            // There are no more words than this holds.
            counts[place] = counts[place].saturating_add(1);
            worths[place] += word.weight * std::mem::take(&mut best[place]);
        }
    }
    let columns = (0..).zip(counts).zip(worths);
    let met = columns
        .filter(|((_, words), _)| *words > 0)
        .map(|((document, words), worth)| Met {
            document,
            words: words.into(),
            worth,
        });
    Ok(met.collect())
}

fn list_by_sorting(words: &[Here<'_>], budget: &Budget) -> Result<Vec<Met>, Error> {
    let mut told: Vec<(u32, usize, u32)> = Vec::new();
    for (number, word) in words.iter().enumerate() {
        for found in &word.found {
            found.each_document(budget, |document| {
                told.push((document, number, word.weight * found.worth))
            })?;
        }
    }
    told.sort_unstable();
    let mut met: Vec<Met> = Vec::new();
    for (place, (document, number, worth)) in told.iter().enumerate() {
        // Of one word in one document, what is worth most comes last.
        let is_last = told
            .get(place + 1)
            .is_none_or(|next| (next.0, next.1) != (*document, *number));
        match met.last_mut().filter(|met| met.document == *document) {
            _ if !is_last => {}
            Some(met) => {
                met.words += 1;
                met.worth += worth;
            }
            None => met.push(Met {
                document: *document,
                words: 1,
                worth: *worth,
            }),
        }
    }
    Ok(met)
}

impl Found {
    /// Tells `each` the places in `documents`, which ascend, of those that hold the word. What is looked at spends a unit each.
    pub(super) fn each_shared(
        &self,
        documents: &[u32],
        budget: &Budget,
        mut each: impl FnMut(usize),
    ) -> Result<(), Error> {
        let wanted = u64::try_from(documents.len()).unwrap_or(u64::MAX);
        if wanted * SKIP >= u64::from(self.info.doc_freq) {
            let mut next = 0;
            return self.each_document(budget, |document| {
                next = forward(documents, next, document);
                if documents.get(next) == Some(&document) {
                    each(next);
                }
            });
        }
        budget.charge(wanted)?;
        let reader = &self.reader;
        let mut postings = reader.read_postings_from_terminfo(&self.info, IndexRecordOption::Basic)?;
        for (place, document) in documents.iter().enumerate() {
            if postings.doc() < *document && postings.seek(*document) == TERMINATED {
                break;
            }
            if postings.doc() == *document {
                each(place);
            }
        }
        Ok(())
    }
}

/// The first place from this one on whose document is not below `document`. O(log of how far that is).
fn forward(documents: &[u32], from: usize, document: u32) -> usize {
    let rest = &documents[from..];
    let mut far = 1;
    while rest.get(far - 1).is_some_and(|known| *known < document) {
        far *= 2;
    }
    let (near, far) = (far / 2, far.min(rest.len()));
    from + near + rest[near..far].partition_point(|known| *known < document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_forward_finds_the_first_that_is_not_below() {
        let documents: Vec<u32> = vec![1, 2, 5, 8, 9, 20, 21, 22, 40];
        for from in 0..=documents.len() {
            for wanted in 0..45 {
                let known = documents[from..].iter().position(|known| *known >= wanted);
                let expected = known.map_or(documents.len(), |place| from + place);
                assert_eq!(forward(&documents, from, wanted), expected, "{wanted} from {from}");
            }
        }
    }
}
