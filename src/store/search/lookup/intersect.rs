//! Finding the documents of one segment that contain all words, or lack few. The documents of the rarest words are listed; the
//! other words are only checked for these, by skipping ahead in their postings.

use tantivy::{DocSet, TERMINATED, schema::IndexRecordOption};

use super::terms::WordMatch;
use crate::{
    graph::Budget,
    store::search::{Error, layers::segment::at},
};

/// Skipping ahead takes as long as reading this many documents sequentially.
const SKIP: u64 = 16;
/// Words that occur in one of this many documents are listed with a column for all documents, rarer ones by sorting.
const DENSE: u64 = 64;

/// A word with its matches in one segment, and its weight.
pub(in crate::store::search) struct SegmentWord<'a> {
    pub(in crate::store::search) matches: Vec<&'a WordMatch>,
    pub(in crate::store::search) weight: u32,
}

impl SegmentWord<'_> {
    /// The maximum number of its occurrences.
    fn occurrences(&self) -> u64 {
        self.matches
            .iter()
            .map(|word_match| u64::from(word_match.info.doc_freq))
            .sum()
    }
}

/// A document that contains some of the words.
#[derive(Debug, Clone, Copy)]
pub(in crate::store::search) struct DocumentMatch {
    pub(in crate::store::search) document: u32,
    /// The number of the words.
    pub(in crate::store::search) words: usize,
    /// The sum of the worth of each word times its weight. A word counts once, with its highest worth.
    pub(in crate::store::search) worth: u32,
}

/// The documents, ascending, that lack fewer than `lacking` of these words. `lacking` is at least 1 and at most the number of words;
/// `documents` is the number of documents in the segment.
pub(in crate::store::search) fn intersect(
    mut words: Vec<SegmentWord<'_>>,
    lacking: usize,
    documents: usize,
    budget: &Budget,
) -> Result<Vec<DocumentMatch>, Error> {
    words.sort_by_key(SegmentWord::occurrences);
    let needed = words.len() - (lacking - 1);
    // A document missing all of the first `lacking` words is missing too many.
    let (rarest, others) = words.split_at(lacking);
    let mut matches = list(rarest, documents, budget)?;
    for (word, remaining) in others.iter().zip((0..others.len()).rev()) {
        if matches.is_empty() {
            break;
        }
        let documents: Vec<u32> = matches.iter().map(|document_match| document_match.document).collect();
        let mut best = vec![0; documents.len()];
        for word_match in &word.matches {
            word_match.for_each_shared(&documents, budget, |index| {
                best[index] = best[index].max(word_match.worth)
            })?;
        }
        for (document_match, best) in matches.iter_mut().zip(best) {
            document_match.words += usize::from(best > 0);
            document_match.worth += word.weight * best;
        }
        matches.retain(|document_match| document_match.words + remaining >= needed);
    }
    matches.retain(|document_match| document_match.words >= needed);
    Ok(matches)
}

/// The documents, ascending, that contain any of these words. `documents` is the number of documents in the segment.
fn list(words: &[SegmentWord<'_>], documents: usize, budget: &Budget) -> Result<Vec<DocumentMatch>, Error> {
    let occurrences: u64 = words.iter().map(SegmentWord::occurrences).sum();
    match occurrences > u64::try_from(documents).unwrap_or(u64::MAX) / DENSE {
        true => list_in_columns(words, documents, budget),
        false => list_by_sorting(words, budget),
    }
}

fn list_in_columns(words: &[SegmentWord<'_>], documents: usize, budget: &Budget) -> Result<Vec<DocumentMatch>, Error> {
    let (mut counts, mut worths, mut best) = (vec![0u8; documents], vec![0; documents], vec![0; documents]);
    let mut touched = Vec::new();
    for word in words {
        for word_match in &word.matches {
            word_match.for_each_document(budget, |document| {
                let best = &mut best[at(document)];
                if *best == 0 {
                    touched.push(document);
                }
                *best = word_match.worth.max(*best);
            })?;
        }
        for document in touched.drain(..) {
            let index = at(document);
            // Questions have fewer words than fit into this type.
            counts[index] = counts[index].saturating_add(1);
            worths[index] += word.weight * std::mem::take(&mut best[index]);
        }
    }
    let columns = (0..).zip(counts).zip(worths);
    let matches = columns
        .filter(|((_, words), _)| *words > 0)
        .map(|((document, words), worth)| DocumentMatch {
            document,
            words: words.into(),
            worth,
        });
    Ok(matches.collect())
}

fn list_by_sorting(words: &[SegmentWord<'_>], budget: &Budget) -> Result<Vec<DocumentMatch>, Error> {
    let mut occurrences: Vec<(u32, usize, u32)> = Vec::new();
    for (number, word) in words.iter().enumerate() {
        for word_match in &word.matches {
            word_match.for_each_document(budget, |document| {
                occurrences.push((document, number, word.weight * word_match.worth))
            })?;
        }
    }
    occurrences.sort_unstable();
    let mut matches: Vec<DocumentMatch> = Vec::new();
    for (index, (document, number, worth)) in occurrences.iter().enumerate() {
        // Of one word in one document, the highest worth comes last.
        let is_last = occurrences
            .get(index + 1)
            .is_none_or(|next| (next.0, next.1) != (*document, *number));
        match matches.last_mut().filter(|last| last.document == *document) {
            _ if !is_last => {}
            Some(last) => {
                last.words += 1;
                last.worth += worth;
            }
            None => matches.push(DocumentMatch {
                document: *document,
                words: 1,
                worth: *worth,
            }),
        }
    }
    Ok(matches)
}

impl WordMatch {
    /// Calls `each` with the indexes in `documents`, which ascend, of those that contain the word. Each visited document spends a unit.
    pub(in crate::store::search) fn for_each_shared(
        &self,
        documents: &[u32],
        budget: &Budget,
        mut each: impl FnMut(usize),
    ) -> Result<(), Error> {
        let count = u64::try_from(documents.len()).unwrap_or(u64::MAX);
        if count * SKIP >= u64::from(self.info.doc_freq) {
            let mut next = 0;
            return self.for_each_document(budget, |document| {
                next = seek(documents, next, document);
                if documents.get(next) == Some(&document) {
                    each(next);
                }
            });
        }
        budget.charge(count)?;
        let reader = &self.reader;
        let mut postings = reader.read_postings_from_terminfo(&self.info, IndexRecordOption::Basic)?;
        for (index, document) in documents.iter().enumerate() {
            if postings.doc() < *document && postings.seek(*document) == TERMINATED {
                break;
            }
            if postings.doc() == *document {
                each(index);
            }
        }
        Ok(())
    }
}

/// The first index from `from` on whose document is not below `document`. O(log distance).
fn seek(documents: &[u32], from: usize, document: u32) -> usize {
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
    fn seeking_finds_the_first_document_that_is_not_below() {
        let documents: Vec<u32> = vec![1, 2, 5, 8, 9, 20, 21, 22, 40];
        for from in 0..=documents.len() {
            for document in 0..45 {
                let known = documents[from..].iter().position(|known| *known >= document);
                let expected = known.map_or(documents.len(), |index| from + index);
                assert_eq!(seek(&documents, from, document), expected, "{document} from {from}");
            }
        }
    }
}
