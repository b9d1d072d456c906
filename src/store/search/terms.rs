//! The words of the index that are a word asked for: itself, longer ones that begin so, and those with a typo.

use std::sync::Arc;

use tantivy::{
    DocSet, InvertedIndexReader, TERMINATED,
    postings::TermInfo,
    schema::{Field, IndexRecordOption},
};

use super::{
    Error, Index,
    near::Near,
    question::{Asked, EXACT, Quality, Sort, Spelling, prefix_quality},
    segment::at,
};
use crate::graph::Budget;

/// How many words of the index are charged at once.
const BATCH: u64 = 4096;
/// What it costs to tell what is near a word, before any word is looked at: about 0.2 ms.
const AUTOMATON: u64 = 200;
/// What looking for typos in the words of one layer costs, whatever is found: about a millisecond where millions of companies
/// are indexed, as long as looking at so many entities takes. It goes into words that begin like the one asked for.
const WALK: u64 = 1_000;

/// A field and what a word in it is worth, in percent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) field: Field,
    pub(super) percent: u32,
    pub(super) sort: Sort,
    /// Whether its words may have typos. A code with a typo is another code, and what stands in another field as well is found
    /// there.
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

impl Expansion {
    /// What was found in this segment.
    pub(super) fn in_segment(&self, segment: usize) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(move |found| found.segment == segment)
    }
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
            for segment in 0..self.places.len() {
                for place in places {
                    let reader = self.segment(segment).1.reader.inverted_index(place.field)?;
                    if reader.terms().num_terms() > 0 {
                        expanding.as_written(&Dictionary { segment, reader, place }, spelling)?;
                    }
                }
            }
            if let Some(near) = Near::of(spelling)? {
                budget.charge(AUTOMATON)?;
                self.expand_to_typos(spelling, &near, places, &mut expanding)?;
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

    /// Adds the words that are `spelling` but for what `near` allows.
    fn expand_to_typos(
        &self,
        spelling: &Spelling,
        near: &Near,
        places: &[Place],
        expanding: &mut Expanding<'_>,
    ) -> Result<(), Error> {
        let segments = self.places.iter().enumerate();
        let mut dictionaries: Vec<Vec<Dictionary<'_>>> = (0..self.layers.len()).map(|_| Vec::new()).collect();
        for (segment, (layer, _)) in segments {
            for place in places.iter().filter(|place| place.typos) {
                let reader = self.segment(segment).1.reader.inverted_index(place.field)?;
                if reader.terms().num_terms() > 0 {
                    dictionaries[*layer].push(Dictionary { segment, reader, place });
                }
            }
        }
        for (layer, dictionaries) in self.layers.iter().zip(&dictionaries) {
            match &layer.body.lexicon {
                Some(lexicon) => {
                    expanding.budget.charge(WALK)?;
                    lexicon.each_near(near, |word, has| {
                        let Some(quality) = spelling.near_quality(word) else {
                            return Ok(());
                        };
                        let mut having = dictionaries.iter().filter(|dictionary| has(dictionary.place.field));
                        having.try_for_each(|dictionary| {
                            let info = dictionary.reader.terms().get(word)?;
                            info.map_or(Ok(()), |info| expanding.push(dictionary, &info, quality))
                        })
                    })?;
                }
                None => dictionaries
                    .iter()
                    .try_for_each(|dictionary| expanding.near(dictionary, spelling, near))?,
            }
        }
        Ok(())
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

/// The words of one field in one segment.
struct Dictionary<'a> {
    segment: usize,
    reader: Arc<InvertedIndexReader>,
    place: &'a Place,
}

struct Expanding<'a> {
    found: Vec<Found>,
    uncharged: u64,
    budget: &'a Budget,
}

impl Expanding<'_> {
    /// Adds a word, which is so well the one asked for.
    fn push(&mut self, dictionary: &Dictionary<'_>, info: &TermInfo, quality: Quality) -> Result<(), Error> {
        let place = dictionary.place;
        let counts = match place.counted {
            true if quality == EXACT => Counts::Always,
            true => Counts::Instead,
            false => Counts::Never,
        };
        self.found.push(Found {
            segment: dictionary.segment,
            reader: Arc::clone(&dictionary.reader),
            info: info.clone(),
            worth: place.percent * quality / 100,
            counts,
        });
        self.uncharged += 1;
        if self.uncharged == BATCH {
            self.budget.charge(std::mem::take(&mut self.uncharged))?;
        }
        Ok(())
    }

    /// Adds the word itself, and longer ones that begin so where they will do.
    fn as_written(&mut self, dictionary: &Dictionary<'_>, spelling: &Spelling) -> Result<(), Error> {
        let (terms, text) = (dictionary.reader.terms(), spelling.text.as_str());
        if let Some(info) = terms.get(text)? {
            self.push(dictionary, &info, spelling.exact)?;
        }
        if spelling.begins(dictionary.place.sort) {
            let longer = terms.range().gt(text);
            let mut longer = longer.lt(after_all_that_begin_with(text)).into_stream()?;
            while longer.advance() {
                let quality = prefix_quality(spelling.letters, letters(longer.key()));
                self.push(dictionary, longer.value(), quality)?;
            }
        }
        Ok(())
    }

    /// Adds the words of one dictionary that are `spelling` but for what `near` allows.
    fn near(&mut self, dictionary: &Dictionary<'_>, spelling: &Spelling, near: &Near) -> Result<(), Error> {
        let terms = dictionary.reader.terms();
        let words = u64::try_from(terms.num_terms()).unwrap_or(u64::MAX);
        // Where there are few words, there is not so far to go.
        self.budget.charge(words.min(WALK))?;
        let mut near = terms.search(near).into_stream()?;
        while near.advance() {
            let word = std::str::from_utf8(near.key()).unwrap_or_default();
            if let Some(quality) = spelling.near_quality(word) {
                self.push(dictionary, near.value(), quality)?;
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
