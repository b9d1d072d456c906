//! Finding entities by a question: every word must stand in one of their texts, and where no entity has all words, those
//! that have most of them. Counts in whole numbers, so that scores are the same however the index was built.

use std::collections::HashMap;

use tantivy::schema::IndexRecordOption;

use super::{
    Error, Index,
    keys::Whole,
    meet::{Here, Met, meet},
    question::{Question, Sort},
    segment::at,
    terms::{Expansion, Found, Place},
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
    /// The entities of the snapshot this index is for that fit `question` and that `keep` keeps; in the order of their ids.
    /// Every word must stand in a name, the description, an identifier or the id of an entity: as it is, as the beginning of a
    /// longer one (the last, and others of at least three letters), or with typos. When no entity that is kept has all words,
    /// those that have most of them. Every occurrence of a word that is looked at spends a unit.
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
        let words: Vec<(Expansion, u32)> = expansions
            .into_iter()
            .map(|expansion| {
                let weight = self.weight(expansion.texts);
                (expansion, weight)
            })
            .collect();
        let wholes = self.wholes(&question.key, &keep);
        // Whoever goes by the whole text has all words, however these are parted.
        let is_nowhere = |(expansion, _): &&(Expansion, u32)| expansion.found.is_empty();
        let nowhere = words.iter().filter(is_nowhere).count();
        let found = match (wholes.is_empty(), nowhere) {
            (true, _) => self.having_most(&words, words.len(), &keep, budget)?,
            (false, 0) => self.having_most(&words, 1, &keep, budget)?,
            (false, _) => Vec::new(),
        };
        let weight: u32 = words.iter().map(|(_, weight)| weight).sum();
        let asked = u32::try_from(question.key.chars().count()).unwrap_or(u32::MAX);
        let others = found.into_iter().filter(|found| !wholes.contains_key(&found.entity));
        let others = others.map(|found| Hit {
            entity: found.entity,
            score: score(found.worth, weight, (asked, found.letters)),
        });
        let wholes = wholes.iter().map(|(entity, whole)| Hit {
            entity: *entity,
            score: whole_score(*whole),
        });
        let mut hits: Vec<Hit> = others.chain(wholes).collect();
        hits.sort_unstable_by_key(|hit| hit.entity);
        Ok(hits)
    }

    /// Those that go by the whole text, of which this is the key, and which of their texts it is.
    fn wholes(&self, key: &str, keep: impl Fn(EntityIx) -> bool) -> HashMap<EntityIx, Whole> {
        let mut wholes = HashMap::new();
        for layer in &self.layers {
            for whole in [Whole::Name, Whole::OtherName, Whole::Code] {
                let rows = layer.body.keys.rows(whole, key);
                let entities = rows.filter_map(|row| layer.entity(row).filter(|entity| keep(*entity)));
                entities.for_each(|entity| {
                    wholes.entry(entity).or_insert(whole);
                });
            }
        }
        wholes
    }

    /// Those that lack fewest of these words that stand anywhere, and fewer than so many. Words are listed that those would lack:
    /// one, two, four, and so on, so that all of it takes about twice as long as the last.
    fn having_most(
        &self,
        words: &[(Expansion, u32)],
        lacking_max: usize,
        keep: impl Fn(EntityIx) -> bool,
        budget: &Budget,
    ) -> Result<Vec<Having>, Error> {
        let somewhere: Vec<_> = words.iter().filter(|(word, _)| !word.found.is_empty()).collect();
        let lacking_max = lacking_max.min(somewhere.len());
        let mut next = Some(1).filter(|lacking| *lacking <= lacking_max);
        while let Some(lacking) = next {
            let (mut most, mut found) = (0, Vec::new());
            for number in 0..self.places.len() {
                let here = somewhere.iter().map(|(word, weight)| Here {
                    found: word.in_segment(number).collect(),
                    weight: *weight,
                });
                let documents = self.segment(number).1.rows.len();
                for met in meet(here.collect(), lacking, documents, budget)? {
                    let having = (met.words >= most).then(|| self.having(number, met)).flatten();
                    let Some(having) = having.filter(|found| keep(found.entity)) else {
                        continue;
                    };
                    if met.words > most {
                        most = met.words;
                        found.clear();
                    }
                    found.push(having);
                }
            }
            if !found.is_empty() {
                return Ok(found);
            }
            next = Some((lacking * 2).min(lacking_max)).filter(|more| *more > lacking);
        }
        Ok(Vec::new())
    }

    /// Who stands in a document, unless it is dead.
    fn having(&self, segment: usize, met: Met) -> Option<Having> {
        let (layer, segment) = self.segment(segment);
        let row = segment.rows[at(met.document)];
        layer.entity(row).map(|entity| Having {
            entity,
            letters: layer.length(row),
            worth: met.worth,
        })
    }

    fn places(&self) -> [Place; 5] {
        let place = |field, percent, sort| Place {
            field,
            percent,
            sort,
            typos: sort == Sort::Prose,
            counted: true,
        };
        let first = Place {
            typos: false,
            counted: false,
            ..place(self.fields.first, FIRST, Sort::Prose)
        };
        [
            first,
            place(self.fields.name, NAME, Sort::Prose),
            place(self.fields.other_name, OTHER_NAME, Sort::Prose),
            place(self.fields.code, CODE, Sort::Code),
            place(self.fields.description, DESCRIPTION, Sort::Prose),
        ]
    }

    /// What a word counts that stands in so many texts: the rarer, the more.
    pub(super) fn weight(&self, texts: u64) -> u32 {
        let entities = u32::try_from(self.entities()).unwrap_or(u32::MAX);
        let texts = u32::try_from(texts).unwrap_or(u32::MAX);
        let rarity = (1.0 + f64::from(entities) / (1.0 + f64::from(texts))).ln();
        rounded(rarity * 100.0).max(1)
    }
}

/// An entity that has words of the question.
struct Having {
    entity: EntityIx,
    /// How many letters its main name has.
    letters: u8,
    /// What the words are worth, each times its weight.
    worth: u32,
}

fn whole_score(whole: Whole) -> f64 {
    match whole {
        Whole::Name => WHOLE_NAME,
        Whole::OtherName => WHOLE_OTHER_NAME,
        Whole::Code | Whole::Core => WHOLE_CODE,
    }
}

/// How well an entity fits whose main name has so many letters, where so many are asked for.
fn score(worth: u32, weight: u32, (asked, letters): (u32, u8)) -> f64 {
    let score = f64::from(worth) / f64::from(weight.max(1)) / 1000.0;
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
