//! Finding entities with similar names: those that share the rarest words of a name. They are the candidates for matching.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use super::terms::{Expansion, SearchedField};
use crate::{
    graph::{Budget, EntityIx},
    model::{CompanyName, Distinctiveness, Word},
    store::search::{
        Error, Index,
        layers::segment::at,
        question::{EXACT, Question, QuestionWord, Spelling, TEXT_MAX, TextKind, WORDS_MAX},
        text::{
            keys,
            words::{core_keys, key},
        },
    },
};

/// Words after the rarest add candidates only while all of them together occur in at most this many texts, so that one request
/// can match a thousand names in a register of any size. More frequent words, such as legal forms, only count for the candidates
/// of the other words.
const TEXTS_MAX: u64 = 5_000;
/// A word that occurs in this many names is not looked up with typos.
const EXACT_TEXTS_MIN: u64 = 20;

/// How a name matches; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum NameMatch {
    /// As written, regardless of spaces and punctuation.
    AsWritten,
    /// Except for legal forms and spelling variants.
    Core,
    /// It only shares some words.
    SharedWords,
}

/// An entity, with the number of letters of its main name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct NamedEntity {
    entity: EntityIx,
    letters: u8,
}

impl Index {
    /// At most `limit` entities with a name similar to `name`, which was parsed from `raw_name`. The best come first: equal names, names that
    /// are equal without legal forms, names that share the most of the rarest words; then names of similar length, then ids. Words
    /// like Group only count if there are no others; words in other scripts also match in Latin letters. Words that few or no names
    /// contain may have typos. Every visited occurrence of a word spends a unit.
    ///
    /// # Errors
    /// [`Error::Exhausted`] when the budget does not allow it.
    pub fn similar(
        &self,
        (raw_name, name): (&str, &CompanyName),
        limit: usize,
        budget: &Budget,
    ) -> Result<Vec<EntityIx>, Error> {
        let equal_names = self.with_equal_name(raw_name, name, budget)?;
        let candidates = self.with_shared_words(name, budget)?;
        let letters = raw_name.chars().count();
        let rank = |named_entity: NamedEntity, worth: u32| {
            let name_match = equal_names
                .get(&named_entity)
                .copied()
                .unwrap_or(NameMatch::SharedWords);
            let difference = usize::from(named_entity.letters).abs_diff(letters);
            (name_match, Reverse(worth), difference, named_entity.entity)
        };
        let mut ranked: Vec<_> = candidates
            .iter()
            .map(|(named_entity, worth)| rank(*named_entity, *worth))
            .collect();
        // Equal names may be split into different words.
        let known: HashSet<NamedEntity> = candidates.iter().map(|(named_entity, _)| *named_entity).collect();
        let others = equal_names.keys().filter(|named_entity| !known.contains(named_entity));
        ranked.extend(others.map(|named_entity| rank(*named_entity, 0)));
        if ranked.len() > limit {
            ranked.select_nth_unstable(limit);
            ranked.truncate(limit);
        }
        ranked.sort_unstable();
        Ok(ranked.into_iter().map(|(.., entity)| entity).collect())
    }

    /// The entities with an equal name.
    fn with_equal_name(
        &self,
        raw_name: &str,
        name: &CompanyName,
        budget: &Budget,
    ) -> Result<HashMap<NamedEntity, NameMatch>, Error> {
        let mut same = HashMap::new();
        let raw_name = key(raw_name);
        let cores: Vec<String> = core_keys(name).collect();
        let cores = cores.iter().map(|core| (keys::KeyKind::Core, core, NameMatch::Core));
        let texts: Vec<_> = [
            (keys::KeyKind::Name, &raw_name, NameMatch::AsWritten),
            (keys::KeyKind::OtherName, &raw_name, NameMatch::AsWritten),
        ]
        .into_iter()
        .chain(cores)
        .collect();
        for layer in &self.layers {
            for (kind, key, name_match) in texts.iter().copied() {
                for row in layer.body.keys.rows(kind, key) {
                    budget.charge(1)?;
                    if let Some(entity) = layer.entity(row) {
                        let letters = layer.length(row);
                        let known = same.entry(NamedEntity { entity, letters }).or_insert(name_match);
                        *known = (*known).min(name_match);
                    }
                }
            }
        }
        Ok(same)
    }

    /// The entity of a document, unless it is deleted.
    fn named_entity(&self, segment: usize, document: u32) -> Option<NamedEntity> {
        let (layer, segment) = self.segment(segment);
        let row = segment.rows[at(document)];
        let letters = layer.length(row);
        layer.entity(row).map(|entity| NamedEntity { entity, letters })
    }

    /// The entities that share words with `name`, each with the worth of these words.
    fn with_shared_words(&self, name: &CompanyName, budget: &Budget) -> Result<Vec<(NamedEntity, u32)>, Error> {
        let mut words = Question::of_distinctive_words(name)
            .words
            .iter()
            .map(|word| self.expand_name_word(word, budget))
            .collect::<Result<Vec<_>, _>>()?;
        words.retain(|word| word.texts > 0);
        // Stable, so that equally rare words stay in the order of the name.
        words.sort_by_key(|word| word.texts);
        let mut texts = 0;
        let mut rarest = 0;
        for word in &words {
            texts += word.texts;
            if rarest > 0 && texts > TEXTS_MAX {
                break;
            }
            rarest += 1;
        }
        let mut candidates = Vec::new();
        for number in 0..self.segments.len() {
            self.candidates(number, words.split_at(rarest), &mut candidates, budget)?;
        }
        Ok(candidates)
    }

    /// The words of names that match `word`; with typos only if the word itself is rare, since looking for typos is slow.
    fn expand_name_word(&self, word: &QuestionWord, budget: &Budget) -> Result<Expansion, Error> {
        let searched = |field, percent| SearchedField {
            field,
            percent,
            kind: TextKind::Prose,
            allows_typos: true,
            counts_rarity: true,
        };
        let fields = [searched(self.fields.name, 100), searched(self.fields.other_name, 90)];
        let mut exact_word = word.clone();
        for spelling in &mut exact_word.spellings {
            (spelling.prefix, spelling.typos, spelling.by_consonants) = (false, 0, false);
        }
        let exact = self.expand(&exact_word, &fields, budget)?;
        let is_fuzzy = |spelling: &Spelling| spelling.typos > 0 || spelling.by_consonants;
        if exact.texts >= EXACT_TEXTS_MIN || !word.spellings.iter().any(is_fuzzy) {
            return Ok(exact);
        }
        let mut word = word.clone();
        word.spellings.iter_mut().for_each(|spelling| spelling.prefix = false);
        self.expand(&word, &fields, budget)
    }

    /// Adds the entities of one segment that have one of the first words, each with the worth of all shared words.
    fn candidates(
        &self,
        segment: usize,
        (rarest, others): (&[Expansion], &[Expansion]),
        candidates: &mut Vec<(NamedEntity, u32)>,
        budget: &Budget,
    ) -> Result<(), Error> {
        // Document, position of the word, worth. When sorted, the highest worth of each word comes last.
        let mut shared: Vec<(u32, usize, u32)> = Vec::new();
        for (position, word) in rarest.iter().enumerate() {
            let weight = self.weight(word.texts);
            for word_match in word.in_segment(segment) {
                word_match.for_each_document(budget, |document| {
                    shared.push((document, position, weight * word_match.worth))
                })?;
            }
        }
        let mut documents: Vec<u32> = shared.iter().map(|(document, ..)| *document).collect();
        documents.sort_unstable();
        documents.dedup();
        for (position, word) in (rarest.len()..).zip(others) {
            let weight = self.weight(word.texts);
            for word_match in word.in_segment(segment) {
                word_match.for_each_shared(&documents, budget, |index| {
                    shared.push((documents[index], position, weight * word_match.worth));
                })?;
            }
        }
        shared.sort_unstable();
        let mut last: Option<(u32, usize)> = None;
        let mut sum = 0;
        for (document, position, worth) in shared.into_iter().rev() {
            match last {
                Some((known, _)) if known != document => {
                    let named_entity = self.named_entity(segment, known);
                    candidates.extend(named_entity.map(|named_entity| (named_entity, std::mem::take(&mut sum))));
                    sum = worth;
                }
                Some((_, known)) if known == position => {}
                _ => sum += worth,
            }
            last = Some((document, position));
        }
        let named_entity = last.and_then(|(document, _)| self.named_entity(segment, document));
        candidates.extend(named_entity.map(|named_entity| (named_entity, sum)));
        Ok(())
    }
}

impl Question {
    /// The question of the distinctive words of `name`, each with all of its equivalent spellings.
    fn of_distinctive_words(name: &CompanyName) -> Self {
        let is_distinctive = |word: &&Word| name.is_weak() || word.distinctiveness != Distinctiveness::Weak;
        let core: Vec<&Word> = name.core().iter().filter(is_distinctive).collect();
        let texts: Vec<&str> = core.iter().map(|word| word.text.as_str()).collect();
        let text: String = texts.join(" ").chars().take(TEXT_MAX).collect();
        let mut question = Self::unbounded(&text);
        question.words.truncate(WORDS_MAX);
        for word in core {
            let question_word = question.words.iter_mut().find(|known| known.is_word(&word.text));
            if let Some(question_word) = question_word {
                let others = word.spellings().map(str::to_owned);
                question_word
                    .spellings
                    .extend(others.map(|text| Spelling::exact(text, EXACT)));
            }
        }
        question
    }
}
