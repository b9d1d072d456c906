//! The words of the index that are a word asked for: itself, longer ones that begin so, and those with a typo.

use std::sync::Arc;

use tantivy::{
    DocSet, InvertedIndexReader, TERMINATED, Term,
    postings::TermInfo,
    query::{DfaWrapper, FuzzyTermQuery},
    schema::{Field, IndexRecordOption},
};

use super::{
    Error, Index, at,
    question::{Asked, EXACT, Quality, Spelling, prefix_quality, typo_quality},
};
use crate::graph::Budget;

/// How many words of the index are charged at once.
const BATCH: u64 = 4096;
/// What looking for typos in the words of one field costs, whatever is found: about 0.2 ms where a million companies are
/// indexed, as long as looking at so many entities takes. It goes into words that begin like the one asked for.
const WALK: u64 = 200;

/// A field and what a word in it is worth, in percent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) field: Field,
    pub(super) percent: u32,
    /// Whether its words may have typos. A code with a typo is another code.
    pub(super) typos: bool,
    /// Whether its words stand in no other field, so that they say how rare they are.
    pub(super) counted: bool,
}

/// A word of the index that will do, in one segment.
pub(super) struct Found {
    pub(super) segment: usize,
    pub(super) reader: Arc<InvertedIndexReader>,
    pub(super) info: TermInfo,
    pub(super) worth: Quality,
    pub(super) counts: Counts,
}

/// Whether the texts with a word say how rare the word asked for is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    /// They do: it is the word itself.
    Always,
    /// Only when the word itself stands nowhere.
    Instead,
    /// They do not: other fields hold the same texts.
    Never,
}

/// All that will do for one word asked for.
pub(super) struct Expansion {
    pub(super) found: Vec<Found>,
    /// In how many texts the word itself stands; where it stands in none, in how many what will do for it.
    pub(super) texts: u64,
}

impl Index {
    /// The words in `places` that will do for `asked`. Each spends a unit, and looking for typos spends more.
    pub(super) fn expand(&self, asked: &Asked, places: &[Place], budget: &Budget) -> Result<Expansion, Error> {
        let mut expanding = Expanding {
            found: Vec::new(),
            uncharged: 0,
            budget,
        };
        for spelling in &asked.spellings {
            let near = automaton(spelling)?;
            for number in 0..self.places.len() {
                for place in places {
                    let reader = self.segment(number).1.reader.inverted_index(place.field)?;
                    if reader.terms().num_terms() > 0 {
                        let near = near.as_ref().filter(|_| place.typos);
                        expanding.search(number, &reader, place, spelling, near)?;
                    }
                }
            }
        }
        budget.charge(expanding.uncharged)?;
        let found = expanding.found;
        let mut texts = self.texts(&found, Counts::Always, budget)?;
        if texts == 0 {
            texts = self.texts(&found, Counts::Instead, budget)?;
        }
        Ok(Expansion { found, texts })
    }

    /// In how many texts of entities that stand the words of one sort stand.
    fn texts(&self, found: &[Found], counts: Counts, budget: &Budget) -> Result<u64, Error> {
        let counted = found.iter().filter(|found| found.counts == counts);
        let standing = counted.map(|found| {
            let dead = self.dead_among(found, budget)?;
            Ok(u64::from(found.info.doc_freq).saturating_sub(dead))
        });
        standing.sum()
    }

    /// How many of the documents with a word stand no longer. What is looked at is charged.
    fn dead_among(&self, found: &Found, budget: &Budget) -> Result<u64, Error> {
        let dead = self.dead_documents(found.segment);
        if dead.is_empty() {
            return Ok(0);
        }
        let mut count = 0;
        if u64::from(found.info.doc_freq) < u64::try_from(dead.len()).unwrap_or(u64::MAX) {
            let (layer, segment) = self.segment(found.segment);
            found.each_document(budget, |document| {
                count += u64::from(layer.entity(segment.rows[at(document)]).is_none());
            })?;
            return Ok(count);
        }
        budget.charge(u64::try_from(dead.len()).unwrap_or(u64::MAX))?;
        let reader = &found.reader;
        let mut postings = reader.read_postings_from_terminfo(&found.info, IndexRecordOption::Basic)?;
        for document in dead {
            if postings.doc() < *document && postings.seek(*document) == TERMINATED {
                break;
            }
            count += u64::from(postings.doc() == *document);
        }
        Ok(count)
    }
}

/// What accepts the words that are `spelling` but for a few letters; none where it must be right.
fn automaton(spelling: &Spelling) -> Result<Option<DfaWrapper>, Error> {
    if spelling.typos == 0 {
        return Ok(None);
    }
    // The automaton is of the text alone; that a query has a field as well does not matter.
    let term = Term::from_field_text(Field::from_field_id(0), &spelling.text);
    Ok(Some(FuzzyTermQuery::new(term, spelling.typos, true).automaton()?))
}

struct Expanding<'a> {
    found: Vec<Found>,
    uncharged: u64,
    budget: &'a Budget,
}

impl Expanding<'_> {
    fn search(
        &mut self,
        segment: usize,
        reader: &Arc<InvertedIndexReader>,
        place: &Place,
        spelling: &Spelling,
        near: Option<&DfaWrapper>,
    ) -> Result<(), Error> {
        let (terms, text, budget) = (reader.terms(), spelling.text.as_str(), self.budget);
        let words = u64::try_from(terms.num_terms()).unwrap_or(u64::MAX);
        let mut push = |info: &TermInfo, quality: Quality| -> Result<(), Error> {
            let counts = match place.counted {
                true if quality == EXACT => Counts::Always,
                true => Counts::Instead,
                false => Counts::Never,
            };
            self.found.push(Found {
                segment,
                reader: Arc::clone(reader),
                info: info.clone(),
                worth: place.percent * quality / 100,
                counts,
            });
            self.uncharged += 1;
            if self.uncharged == BATCH {
                self.budget.charge(std::mem::take(&mut self.uncharged))?;
            }
            Ok(())
        };
        if let Some(info) = terms.get(text)? {
            push(&info, spelling.exact)?;
        }
        if spelling.prefix {
            let longer = terms.range().gt(text);
            let mut longer = longer.lt(after_all_that_begin_with(text)).into_stream()?;
            while longer.advance() {
                let quality = prefix_quality(spelling.letters, letters(longer.key()));
                push(longer.value(), quality)?;
            }
        }
        if let Some(near) = near {
            // Where there are few words, there is not so far to go.
            budget.charge(if segment == 0 { WALK } else { words.min(WALK) })?;
            let mut near = terms.search(near).into_stream()?;
            while near.advance() {
                let word = std::str::from_utf8(near.key()).unwrap_or_default();
                let is_known = word == text || (spelling.prefix && word.starts_with(text));
                if !is_known {
                    push(near.value(), typo_quality(strsim::osa_distance(text, word)))?;
                }
            }
        }
        Ok(())
    }
}

/// How many letters a word of the index has.
fn letters(word: &[u8]) -> usize {
    std::str::from_utf8(word).map_or(word.len(), |word| word.chars().count())
}

/// The first key after every word that begins with `text`.
fn after_all_that_begin_with(text: &str) -> Vec<u8> {
    let mut end = text.as_bytes().to_vec();
    // No byte of UTF-8 is 255.
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    end
}
