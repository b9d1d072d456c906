//! Expanding a word of the question to the words of the index that match it: itself, longer words, and words with typos.

use std::sync::Arc;

use tantivy::{
    DocSet, InvertedIndexReader, TERMINATED,
    postings::TermInfo,
    schema::{Field, IndexRecordOption},
};

use crate::{
    graph::Budget,
    store::search::{
        Error, Index,
        fuzzy::FuzzyMatcher,
        layers::segment::at,
        question::{EXACT, Quality, QuestionWord, Spelling, TextKind, prefix_quality},
    },
};

/// The number of words of the index that are charged at once.
const BATCH: u64 = 4096;
/// The cost of building an automaton: about 0.2 ms.
const AUTOMATON: u64 = 200;
/// The cost of walking the words of one layer for typos, in units of visited entities: about a millisecond for millions of companies,
/// since only words with similar first letters are visited.
const WALK: u64 = 1_000;

/// A field to search, with the worth of its words in percent.
#[derive(Debug, Clone, Copy)]
pub(in crate::store::search) struct SearchedField {
    pub(in crate::store::search) field: Field,
    pub(in crate::store::search) percent: u32,
    pub(in crate::store::search) kind: TextKind,
    /// Whether its words may have typos. A code with a typo is another code; and the words of some fields also occur in others.
    pub(in crate::store::search) allows_typos: bool,
    /// Whether its words occur in no other field, so that they count for the rarity of a word.
    pub(in crate::store::search) counts_rarity: bool,
}

/// A matching word of the index in one segment.
pub(in crate::store::search) struct WordMatch {
    pub(in crate::store::search) segment: usize,
    pub(in crate::store::search) reader: Arc<InvertedIndexReader>,
    pub(in crate::store::search) info: TermInfo,
    pub(in crate::store::search) worth: Quality,
    pub(in crate::store::search) rarity: RarityRule,
}

/// Whether the texts with a word count for the rarity of the question's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::search) enum RarityRule {
    /// They count, since it is the word itself.
    Always,
    /// They count only if the word itself occurs nowhere.
    IfWordIsMissing,
    /// They do not count, since other fields contain the same words.
    Never,
}

/// All matches of one word of the question.
pub(in crate::store::search) struct Expansion {
    pub(in crate::store::search) matches: Vec<WordMatch>,
    /// The number of texts with the word itself; if there are none, of texts with its other matches.
    pub(in crate::store::search) texts: u64,
}

impl Expansion {
    /// The matches in this segment.
    pub(in crate::store::search) fn in_segment(&self, segment: usize) -> impl Iterator<Item = &WordMatch> {
        self.matches
            .iter()
            .filter(move |word_match| word_match.segment == segment)
    }
}

impl Index {
    /// The words in `fields` that match `word`. Each spends a unit, and looking for typos spends more.
    pub(in crate::store::search) fn expand(
        &self,
        word: &QuestionWord,
        fields: &[SearchedField],
        budget: &Budget,
    ) -> Result<Expansion, Error> {
        let mut expander = Expander {
            matches: Vec::new(),
            uncharged: 0,
            budget,
        };
        for spelling in &word.spellings {
            for segment in 0..self.segments.len() {
                for searched in fields {
                    let reader = self.segment(segment).1.reader.inverted_index(searched.field)?;
                    if reader.terms().num_terms() > 0 {
                        expander.add_exact_and_longer(
                            &Dictionary {
                                segment,
                                reader,
                                searched,
                            },
                            spelling,
                        )?;
                    }
                }
            }
            if let Some(matcher) = FuzzyMatcher::new(spelling)? {
                budget.charge(AUTOMATON)?;
                self.expand_to_typos(spelling, &matcher, fields, &mut expander)?;
            }
        }
        budget.charge(expander.uncharged)?;
        let matches = expander.matches;
        let mut texts = self.texts(&matches, RarityRule::Always, budget)?;
        if texts == 0 {
            texts = self.texts(&matches, RarityRule::IfWordIsMissing, budget)?;
        }
        Ok(Expansion { matches, texts })
    }

    /// Adds the words that match `spelling` with the differences that `matcher` allows.
    fn expand_to_typos(
        &self,
        spelling: &Spelling,
        matcher: &FuzzyMatcher,
        fields: &[SearchedField],
        expander: &mut Expander<'_>,
    ) -> Result<(), Error> {
        let segments = self.segments.iter().enumerate();
        let mut dictionaries: Vec<Vec<Dictionary<'_>>> = (0..self.layers.len()).map(|_| Vec::new()).collect();
        for (segment, (layer, _)) in segments {
            for searched in fields.iter().filter(|field| field.allows_typos) {
                let reader = self.segment(segment).1.reader.inverted_index(searched.field)?;
                if reader.terms().num_terms() > 0 {
                    dictionaries[*layer].push(Dictionary {
                        segment,
                        reader,
                        searched,
                    });
                }
            }
        }
        for (layer, dictionaries) in self.layers.iter().zip(&dictionaries) {
            match &layer.body.lexicon {
                Some(lexicon) => {
                    expander.budget.charge(WALK)?;
                    lexicon.for_each_match(matcher, |word, has| {
                        let Some(quality) = spelling.fuzzy_quality(word) else {
                            return Ok(());
                        };
                        let mut containing = dictionaries.iter().filter(|dictionary| has(dictionary.searched.field));
                        containing.try_for_each(|dictionary| {
                            let info = dictionary.reader.terms().get(word)?;
                            info.map_or(Ok(()), |info| expander.push(dictionary, &info, quality))
                        })
                    })?;
                }
                None => dictionaries
                    .iter()
                    .try_for_each(|dictionary| expander.add_fuzzy(dictionary, spelling, matcher))?,
            }
        }
        Ok(())
    }

    /// The number of texts with words of this rarity rule, without those of deleted rows.
    fn texts(&self, matches: &[WordMatch], rarity: RarityRule, budget: &Budget) -> Result<u64, Error> {
        let selected = matches.iter().filter(|word_match| word_match.rarity == rarity);
        let live = selected.map(|word_match| {
            let deleted = self.deleted_among(word_match, budget)?;
            Ok(u64::from(word_match.info.doc_freq).saturating_sub(deleted))
        });
        live.sum()
    }

    /// The number of deleted documents with a word. Each visited document spends a unit.
    fn deleted_among(&self, word_match: &WordMatch, budget: &Budget) -> Result<u64, Error> {
        let deleted = self.deleted_documents(word_match.segment);
        if deleted.is_empty() {
            return Ok(0);
        }
        let mut count = 0;
        if u64::from(word_match.info.doc_freq) < u64::try_from(deleted.len()).unwrap_or(u64::MAX) {
            let (layer, segment) = self.segment(word_match.segment);
            word_match.for_each_document(budget, |document| {
                count += u64::from(layer.entity(segment.rows[at(document)]).is_none());
            })?;
            return Ok(count);
        }
        budget.charge(u64::try_from(deleted.len()).unwrap_or(u64::MAX))?;
        let reader = &word_match.reader;
        let mut postings = reader.read_postings_from_terminfo(&word_match.info, IndexRecordOption::Basic)?;
        for document in deleted {
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
    searched: &'a SearchedField,
}

struct Expander<'a> {
    matches: Vec<WordMatch>,
    uncharged: u64,
    budget: &'a Budget,
}

impl Expander<'_> {
    /// Adds a word with this quality.
    fn push(&mut self, dictionary: &Dictionary<'_>, info: &TermInfo, quality: Quality) -> Result<(), Error> {
        let searched = dictionary.searched;
        let rarity = match searched.counts_rarity {
            true if quality == EXACT => RarityRule::Always,
            true => RarityRule::IfWordIsMissing,
            false => RarityRule::Never,
        };
        self.matches.push(WordMatch {
            segment: dictionary.segment,
            reader: Arc::clone(&dictionary.reader),
            info: info.clone(),
            worth: searched.percent * quality / 100,
            rarity,
        });
        self.uncharged += 1;
        if self.uncharged == BATCH {
            self.budget.charge(std::mem::take(&mut self.uncharged))?;
        }
        Ok(())
    }

    /// Adds the word itself, and longer words if they match.
    fn add_exact_and_longer(&mut self, dictionary: &Dictionary<'_>, spelling: &Spelling) -> Result<(), Error> {
        let (terms, text) = (dictionary.reader.terms(), spelling.text.as_str());
        if let Some(info) = terms.get(text)? {
            self.push(dictionary, &info, spelling.exact)?;
        }
        if spelling.allows_prefix(dictionary.searched.kind) {
            let longer = terms.range().gt(text);
            let mut longer = longer.lt(end_of_prefix(text)).into_stream()?;
            while longer.advance() {
                let quality = prefix_quality(spelling.letters, letters(longer.key()));
                self.push(dictionary, longer.value(), quality)?;
            }
        }
        Ok(())
    }

    /// Adds the words of one dictionary that match `spelling` with the differences that `matcher` allows.
    fn add_fuzzy(
        &mut self,
        dictionary: &Dictionary<'_>,
        spelling: &Spelling,
        matcher: &FuzzyMatcher,
    ) -> Result<(), Error> {
        let terms = dictionary.reader.terms();
        let count = u64::try_from(terms.num_terms()).unwrap_or(u64::MAX);
        // A small dictionary costs less.
        self.budget.charge(count.min(WALK))?;
        let mut words = terms.search(matcher).into_stream()?;
        while words.advance() {
            let word = std::str::from_utf8(words.key()).unwrap_or_default();
            if let Some(quality) = spelling.fuzzy_quality(word) {
                self.push(dictionary, words.value(), quality)?;
            }
        }
        Ok(())
    }
}

/// The number of letters of a word of the index.
fn letters(word: &[u8]) -> usize {
    std::str::from_utf8(word).map_or(word.len(), |word| word.chars().count())
}

/// The first key after all words with the prefix `text`.
fn end_of_prefix(text: &str) -> Vec<u8> {
    let mut end = text.as_bytes().to_vec();
    // No byte of UTF-8 is 255.
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    end
}
