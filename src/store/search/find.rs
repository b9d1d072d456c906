//! Finding entities by a question: every word must stand in one of their texts, and where no entity has all words, those
//! that have most of them. Counts in whole numbers, so that scores are the same however the index was built.

use std::collections::HashMap;

use tantivy::schema::{Field, IndexRecordOption, Term};

use super::{
    Error, Index, at,
    question::Question,
    terms::{Counts, Expansion, Found, Place},
};
use crate::graph::{Budget, EntityIx};

/// What a word is worth in which text, in percent. Exact beats what only begins so, and that beats a typo; within each, the
/// word that a main name begins with comes before its others, main names before other names, and those before descriptions.
const FIRST: u32 = 100;
const NAME: u32 = 85;
const OTHER_NAME: u32 = 80;
const CODE: u32 = 75;
const DESCRIPTION: u32 = 50;

/// The scores of entities that go by the whole question.
const WHOLE_NAME: f64 = 1.0;
const WHOLE_OTHER_NAME: f64 = 0.98;
const WHOLE_CODE: f64 = 0.96;
/// The most that an entity gets which has all words, and the part of it for a name that is not much longer.
const WORDS: f64 = 0.95;
const BREVITY: f64 = 0.04;

/// An entity that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The entity.
    pub entity: EntityIx,
    /// How well it fits: 1 when its main name is the whole question, else less, above 0.
    pub score: f64,
}

impl Index {
    /// The entities of the snapshot this index is for that fit `question` and that `keep` keeps; in the order of their ids. Every word must stand in a name, the description, an identifier or the id of an entity: as it is, as the
    /// beginning of a longer one (the last, and others of at least three letters), or with typos. When no entity that is
    /// kept has all words, those that have most of them. Every occurrence of a word spends a unit.
    ///
    /// # Errors
    /// [`Error::Exhausted`] when the budget does not allow it.
    pub fn search(
        &self,
        question: &Question,
        keep: impl Fn(EntityIx) -> bool,
        budget: &Budget,
    ) -> Result<Vec<Hit>, Error> {
        let places = self.places();
        let expansions = question.words.iter().map(|asked| self.expand(asked, &places, budget));
        let expansions: Vec<Expansion> = expansions.collect::<Result<_, _>>()?;
        let weights: Vec<u32> = expansions
            .iter()
            .map(|expansion| self.weight(expansion.texts))
            .collect();
        let wholes = self.wholes(question)?;
        let mut best = Best::default();
        for number in 0..self.places.len() {
            let (layer, segment) = self.segment(number);
            let mut tally = Tally::new(segment.rows.len());
            for (expansion, weight) in expansions.iter().zip(&weights) {
                let found = expansion.found.iter().filter(|found| found.segment == number);
                tally.add(found, *weight, budget)?;
            }
            tally.add_wholes(
                wholes.iter().filter(|(found, _)| found.segment == number),
                question.words.len(),
                budget,
            )?;
            for document in tally.touched.iter().copied() {
                let sums = tally.sums(document);
                if sums.words >= best.words {
                    let row = segment.rows[at(document)];
                    let entity = layer.entity(row).filter(|entity| keep(*entity));
                    best.extend(sums, entity.map(|entity| (entity, layer.length(row))));
                }
            }
        }
        let weight: u32 = weights.iter().sum();
        let asked = u32::try_from(question.key.chars().count()).unwrap_or(u32::MAX);
        let mut hits: Vec<Hit> = best
            .found
            .into_iter()
            .map(|((entity, letters), sums)| {
                let score = score(sums, weight, (asked, letters));
                Hit { entity, score }
            })
            .collect();
        hits.sort_unstable_by_key(|hit| hit.entity);
        Ok(hits)
    }

    fn places(&self) -> [Place; 5] {
        let place = |field, percent, typos| Place {
            field,
            percent,
            typos,
            counted: true,
        };
        let first = Place {
            counted: false,
            ..place(self.fields.first, FIRST, false)
        };
        [
            first,
            place(self.fields.name, NAME, true),
            place(self.fields.other_name, OTHER_NAME, true),
            place(self.fields.code, CODE, false),
            place(self.fields.description, DESCRIPTION, true),
        ]
    }

    /// The terms of those that go by the whole question, and which of their texts it is.
    fn wholes(&self, question: &Question) -> Result<Vec<(Found, Whole)>, Error> {
        let mut wholes = Vec::new();
        let fields = [
            (self.fields.whole_name, Whole::Name),
            (self.fields.whole_other_name, Whole::OtherName),
            (self.fields.whole_code, Whole::Code),
        ];
        for number in 0..self.places.len() {
            for (field, whole) in fields {
                if let Some(found) = self.whole(number, field, &question.key)? {
                    wholes.push((found, whole));
                }
            }
        }
        Ok(wholes)
    }

    /// The term of those that have this key in one segment.
    pub(super) fn whole(&self, segment: usize, field: Field, key: &str) -> Result<Option<Found>, Error> {
        let reader = self.segment(segment).1.reader.inverted_index(field)?;
        let info = reader.get_term_info(&Term::from_field_text(field, key))?;
        Ok(info.map(|info| Found {
            segment,
            reader,
            info,
            worth: 0,
            counts: Counts::Never,
        }))
    }

    /// What a word counts that stands in so many texts: the rarer, the more.
    pub(super) fn weight(&self, texts: u64) -> u32 {
        let entities = u32::try_from(self.entities()).unwrap_or(u32::MAX);
        let texts = u32::try_from(texts).unwrap_or(u32::MAX);
        let rarity = (1.0 + f64::from(entities) / (1.0 + f64::from(texts))).ln();
        rounded(rarity * 100.0).max(1)
    }
}

/// How well an entity fits whose main name has so many letters, where so many are asked for.
fn score(sums: Sums, weight: u32, (asked, letters): (u32, u8)) -> f64 {
    let score = match sums.whole {
        Some(Whole::Name) => return WHOLE_NAME,
        Some(Whole::OtherName) => return WHOLE_OTHER_NAME,
        Some(Whole::Code) => return WHOLE_CODE,
        None => f64::from(sums.worth) / f64::from(weight.max(1)) / 1000.0,
    };
    let brevity = (f64::from(asked) / f64::from(letters.max(1))).min(1.0);
    let score = WORDS * (score * (1.0 - BREVITY) + score * brevity * BREVITY);
    // Digits beyond these say nothing.
    f64::from(rounded(score * 10_000.0).max(1)) / 10_000.0
}

/// A number of moderate size, without its fraction.
fn rounded(number: f64) -> u32 {
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the numbers that fit"
    )]
    {
        number.round().clamp(0.0, f64::from(u32::MAX)) as u32
    }
}

/// Which of its texts is the whole question; the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whole {
    Code,
    OtherName,
    Name,
}

/// What a document has of the question.
#[derive(Debug, Clone, Copy)]
struct Sums {
    /// How many words.
    words: u8,
    whole: Option<Whole>,
    /// What these are worth, each times the weight of its word.
    worth: u32,
}

/// What the documents of one segment have of the question. Columns of zeros come from the system untouched, so that a search
/// that finds little touches little.
struct Tally {
    /// How many words each document has.
    words: Vec<u8>,
    /// What these are worth, each times the weight of its word.
    worth: Vec<u32>,
    /// Those that go by the whole question.
    wholes: HashMap<u32, Whole>,
    /// The documents that have any word, each once.
    touched: Vec<u32>,
    /// The best of the current word for each document.
    word: Vec<u32>,
    word_touched: Vec<u32>,
}

impl Tally {
    fn new(documents: usize) -> Self {
        Self {
            words: vec![0; documents],
            worth: vec![0; documents],
            wholes: HashMap::new(),
            touched: Vec::new(),
            word: vec![0; documents],
            word_touched: Vec::new(),
        }
    }

    fn sums(&self, document: u32) -> Sums {
        Sums {
            words: self.words[at(document)],
            whole: self.wholes.get(&document).copied(),
            worth: self.worth[at(document)],
        }
    }

    /// Adds one word. It counts once for a document, where it is worth most.
    fn add<'a>(&mut self, found: impl Iterator<Item = &'a Found>, weight: u32, budget: &Budget) -> Result<(), Error> {
        for found in found {
            let (word, touched) = (&mut self.word, &mut self.word_touched);
            found.each_document(budget, |document| {
                let best = &mut word[at(document)];
                if *best == 0 {
                    touched.push(document);
                }
                *best = (*best).max(found.worth);
            })?;
        }
        for document in self.word_touched.drain(..) {
            let place = at(document);
            if self.words[place] == 0 {
                self.touched.push(document);
            }
            self.words[place] += 1;
            self.worth[place] += weight * std::mem::take(&mut self.word[place]);
        }
        Ok(())
    }

    /// Adds those that go by the whole question: they have all its words, however these are parted.
    fn add_wholes<'a>(
        &mut self,
        wholes: impl Iterator<Item = &'a (Found, Whole)>,
        words: usize,
        budget: &Budget,
    ) -> Result<(), Error> {
        for (found, whole) in wholes {
            found.each_document(budget, |document| {
                let had = std::mem::replace(&mut self.words[at(document)], u8::try_from(words).unwrap_or(u8::MAX));
                if had == 0 {
                    self.touched.push(document);
                }
                let known = self.wholes.entry(document).or_insert(*whole);
                *known = (*known).max(*whole);
            })?;
        }
        Ok(())
    }
}

impl Found {
    /// Tells `each` the documents that hold the word, ascending. Each spends a unit.
    pub(super) fn each_document(&self, budget: &Budget, mut each: impl FnMut(u32)) -> Result<(), Error> {
        budget.charge(u64::from(self.info.doc_freq))?;
        let reader = &self.reader;
        let mut blocks = reader.read_block_postings_from_terminfo(&self.info, IndexRecordOption::Basic)?;
        while blocks.block_len() > 0 {
            blocks.docs().iter().copied().for_each(&mut each);
            blocks.advance();
        }
        Ok(())
    }
}

/// Those that have most words.
#[derive(Default)]
struct Best {
    words: u8,
    /// Each with the length of its main name.
    found: Vec<((EntityIx, u8), Sums)>,
}

impl Best {
    fn extend(&mut self, sums: Sums, entity: Option<(EntityIx, u8)>) {
        let Some(entity) = entity else { return };
        if sums.words > self.words {
            self.words = sums.words;
            self.found.clear();
        }
        self.found.push((entity, sums));
    }
}
