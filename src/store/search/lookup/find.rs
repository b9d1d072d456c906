//! Finding entities by a question: those that have every word in their texts, or, if there are none, those that have most words.
//! Scores are sums of integers, so that they do not depend on how the index was built.

use std::collections::HashMap;

use tantivy::schema::IndexRecordOption;

use super::{
    intersect::{DocumentMatch, SegmentWord, intersect},
    terms::{Expansion, SearchedField, WordMatch},
};
use crate::{
    graph::{Budget, EntityIx},
    store::search::{
        Error, Index,
        layers::segment::at,
        question::{Question, TextKind},
        text::keys::KeyKind,
    },
};

/// The worth of a word by its field, in percent. An exact word beats a prefix, and a prefix beats a typo; within each, the first
/// word of a main name beats its other words, then come other names, codes and descriptions.
const FIRST: u32 = 100;
const NAME: u32 = 85;
const OTHER_NAME: u32 = 80;
const CODE: u32 = 75;
const DESCRIPTION: u32 = 50;

/// The scores of entities with a name or code equal to the question.
const FULL_NAME: f64 = 1.0;
const FULL_OTHER_NAME: f64 = 0.98;
const FULL_CODE: f64 = 0.96;
/// The maximum score of an entity that has all words, and the part of it for a name of similar length.
const WORDS: f64 = 0.95;
const BREVITY: f64 = 0.04;

/// A search result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The entity.
    pub entity: EntityIx,
    /// How well it matches: 1 if its main name equals the question, else less, but above 0.
    pub score: f64,
}

impl Index {
    /// The entities that match `question` and satisfy `filter`, in the order of their ids. Every word must occur in a name, the
    /// description, an identifier or the id of an entity: exactly, as the prefix of a longer word (the last word, and others of at
    /// least three letters), or with typos. If no such entity has all words, those that have most of them. Every visited
    /// occurrence of a word spends a unit.
    ///
    /// # Errors
    /// [`Error::Exhausted`] when the budget does not allow it.
    pub fn search(
        &self,
        question: &Question,
        filter: impl Fn(EntityIx) -> bool,
        budget: &Budget,
    ) -> Result<Vec<Hit>, Error> {
        let fields = self.searched_fields();
        let expansions = question.words.iter().map(|word| self.expand(word, &fields, budget));
        let expansions: Vec<Expansion> = expansions.collect::<Result<_, _>>()?;
        let words: Vec<(Expansion, u32)> = expansions
            .into_iter()
            .map(|expansion| {
                let weight = self.weight(expansion.texts);
                (expansion, weight)
            })
            .collect();
        let full_matches = self.full_matches(&question.key, &filter);
        // An entity whose name or code equals the question has all of its words.
        let is_missing = |(expansion, _): &&(Expansion, u32)| expansion.matches.is_empty();
        let missing_words = words.iter().filter(is_missing).count();
        let partial_matches = match (full_matches.is_empty(), missing_words) {
            (true, _) => self.with_most_words(&words, words.len(), &filter, budget)?,
            (false, 0) => self.with_most_words(&words, 1, &filter, budget)?,
            (false, _) => Vec::new(),
        };
        let weight: u32 = words.iter().map(|(_, weight)| weight).sum();
        let question_letters = u32::try_from(question.key.chars().count()).unwrap_or(u32::MAX);
        let others = partial_matches
            .into_iter()
            .filter(|other| !full_matches.contains_key(&other.entity));
        let others = others.map(|other| Hit {
            entity: other.entity,
            score: score(other.worth, weight, (question_letters, other.letters)),
        });
        let full_hits = full_matches.iter().map(|(entity, kind)| Hit {
            entity: *entity,
            score: full_match_score(*kind),
        });
        let mut hits: Vec<Hit> = others.chain(full_hits).collect();
        hits.sort_unstable_by_key(|hit| hit.entity);
        Ok(hits)
    }

    /// The entities with a name or code of this key, and which of them it is.
    fn full_matches(&self, key: &str, filter: impl Fn(EntityIx) -> bool) -> HashMap<EntityIx, KeyKind> {
        let mut full_matches = HashMap::new();
        for layer in &self.layers {
            for kind in [KeyKind::Name, KeyKind::OtherName, KeyKind::Code] {
                let rows = layer.body.keys.rows(kind, key);
                let entities = rows.filter_map(|row| layer.entity(row).filter(|entity| filter(*entity)));
                entities.for_each(|entity| {
                    full_matches.entry(entity).or_insert(kind);
                });
            }
        }
        full_matches
    }

    /// The entities that lack fewest of the words that occur anywhere, and fewer than `lacking_max`. Tries to lack fewer than one,
    /// two, four, and so on, so that all attempts take about twice as long as the last.
    fn with_most_words(
        &self,
        words: &[(Expansion, u32)],
        lacking_max: usize,
        filter: impl Fn(EntityIx) -> bool,
        budget: &Budget,
    ) -> Result<Vec<EntityMatch>, Error> {
        let known_words: Vec<_> = words.iter().filter(|(word, _)| !word.matches.is_empty()).collect();
        let lacking_max = lacking_max.min(known_words.len());
        let mut next = Some(1).filter(|lacking| *lacking <= lacking_max);
        while let Some(lacking) = next {
            let (mut most, mut matches) = (0, Vec::new());
            for number in 0..self.segments.len() {
                let segment_words = known_words.iter().map(|(word, weight)| SegmentWord {
                    matches: word.in_segment(number).collect(),
                    weight: *weight,
                });
                let documents = self.segment(number).1.rows.len();
                for document_match in intersect(segment_words.collect(), lacking, documents, budget)? {
                    let entity_match = (document_match.words >= most)
                        .then(|| self.entity_match(number, document_match))
                        .flatten();
                    let Some(entity_match) = entity_match.filter(|candidate| filter(candidate.entity)) else {
                        continue;
                    };
                    if document_match.words > most {
                        most = document_match.words;
                        matches.clear();
                    }
                    matches.push(entity_match);
                }
            }
            if !matches.is_empty() {
                return Ok(matches);
            }
            next = Some((lacking * 2).min(lacking_max)).filter(|more| *more > lacking);
        }
        Ok(Vec::new())
    }

    /// The entity of a document, unless it is deleted.
    fn entity_match(&self, segment: usize, document_match: DocumentMatch) -> Option<EntityMatch> {
        let (layer, segment) = self.segment(segment);
        let row = segment.rows[at(document_match.document)];
        layer.entity(row).map(|entity| EntityMatch {
            entity,
            letters: layer.length(row),
            worth: document_match.worth,
        })
    }

    fn searched_fields(&self) -> [SearchedField; 5] {
        let searched = |field, percent, kind| SearchedField {
            field,
            percent,
            kind,
            allows_typos: kind == TextKind::Prose,
            counts_rarity: true,
        };
        let first = SearchedField {
            allows_typos: false,
            counts_rarity: false,
            ..searched(self.fields.first, FIRST, TextKind::Prose)
        };
        [
            first,
            searched(self.fields.name, NAME, TextKind::Prose),
            searched(self.fields.other_name, OTHER_NAME, TextKind::Prose),
            searched(self.fields.code, CODE, TextKind::Code),
            searched(self.fields.description, DESCRIPTION, TextKind::Prose),
        ]
    }

    /// The weight of a word that occurs in this many texts: the rarer, the higher.
    pub(in crate::store::search) fn weight(&self, texts: u64) -> u32 {
        let entities = u32::try_from(self.entities()).unwrap_or(u32::MAX);
        let texts = u32::try_from(texts).unwrap_or(u32::MAX);
        let rarity = (1.0 + f64::from(entities) / (1.0 + f64::from(texts))).ln();
        rounded(rarity * 100.0).max(1)
    }
}

/// An entity that has some words of the question.
struct EntityMatch {
    entity: EntityIx,
    /// The number of letters of its main name.
    letters: u8,
    /// The sum of the worth of each word times its weight.
    worth: u32,
}

fn full_match_score(kind: KeyKind) -> f64 {
    match kind {
        KeyKind::Name => FULL_NAME,
        KeyKind::OtherName => FULL_OTHER_NAME,
        KeyKind::Code | KeyKind::Core => FULL_CODE,
    }
}

/// The score of an entity, with the numbers of letters of the question and of the entity's main name.
fn score(worth: u32, weight: u32, (question_letters, letters): (u32, u8)) -> f64 {
    let score = f64::from(worth) / f64::from(weight.max(1)) / 1000.0;
    let brevity = (f64::from(question_letters) / f64::from(letters.max(1))).min(1.0);
    let score = WORDS * (score * (1.0 - BREVITY) + score * brevity * BREVITY);
    // Further digits have no meaning.
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

impl WordMatch {
    /// Calls `each` with the documents that contain the word, ascending. Each spends a unit.
    pub(in crate::store::search) fn for_each_document(
        &self,
        budget: &Budget,
        mut each: impl FnMut(u32),
    ) -> Result<(), Error> {
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
