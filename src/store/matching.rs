//! Who was meant: the search index says who shares words with a name, and these are scored against all that is told, best
//! first.

use super::search::{self, Index};
use crate::{
    graph::{Budget, EntityIx, Exhausted, Mask, Snapshot},
    model::{Identifier, Known, MatchScore, Telling, Wanted, Word},
};

/// An entity that may be meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The entity.
    pub entity: EntityIx,
    /// How sure it is.
    pub score: MatchScore,
}

/// Which candidates to keep.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// At most so many, the best.
    pub limit: usize,
    /// With at least this score; never with none.
    pub threshold: f64,
}

/// The best of `among` for `wanted`: by score, descending, then by id. `among` may hold an entity twice. Spends a unit for
/// each.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn best(
    snapshot: &Snapshot,
    wanted: &Wanted,
    among: impl IntoIterator<Item = EntityIx>,
    kept: Kept,
    budget: &Budget,
) -> Result<Vec<Candidate>, Exhausted> {
    /// How many entities are charged at once: comparing takes much longer than charging, and must end soon when told to.
    const BATCH: u64 = 16;
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut pending = 0;
    for entity in among {
        pending += 1;
        if pending == BATCH {
            budget.charge(std::mem::take(&mut pending))?;
        }
        let score = MatchScore::of(wanted, &known(snapshot, entity));
        if score.total > 0.0 && score.total >= kept.threshold {
            candidates.push(Candidate { entity, score });
        }
    }
    budget.charge(pending)?;
    // Rows stand in the order of ids.
    candidates.sort_by(|one, other| {
        let score = other.score.total.total_cmp(&one.score.total);
        score.then(one.entity.cmp(&other.entity))
    });
    candidates.dedup_by_key(|candidate| candidate.entity);
    candidates.truncate(kept.limit);
    Ok(candidates)
}

fn known(snapshot: &Snapshot, entity: EntityIx) -> Known<'_> {
    let read = snapshot.entity(entity);
    Known {
        names: read.all_names().collect(),
        country: read.country(),
        kind: read.kind(),
        identifiers: read.identifiers().collect(),
    }
}

/// How many entities are scored for one name. The index tells those that share the rarest words first.
const RETRIEVED_MAX: usize = 200;

/// Those worth scoring for `wanted`: who has one of its identifiers, and whose names share words with its name, legal forms
/// and words like Group aside. Spends what looking takes.
///
/// # Errors
/// [`search::Error`] when the budget does not allow it.
pub fn retrieve(
    snapshot: &Snapshot,
    index: &Index,
    mask: &Mask,
    wanted: &Wanted,
    budget: &Budget,
) -> Result<Vec<EntityIx>, search::Error> {
    let mut found = identified(snapshot, &wanted.identifiers, mask);
    if let Some((_, name)) = wanted.name.as_ref().filter(|_| snapshot.knows_entities(mask)) {
        let telling = |word: &&Word| name.is_weak() || word.telling != Telling::Weak;
        let words: Vec<&str> = name
            .core()
            .iter()
            .filter(telling)
            .map(|word| word.text.as_str())
            .collect();
        found.extend(index.similar(snapshot, &words.join(" "), RETRIEVED_MAX, budget)?);
    }
    Ok(found)
}

/// The entities that have one of these identifiers, as written or in capitals.
fn identified(snapshot: &Snapshot, identifiers: &[Identifier], mask: &Mask) -> Vec<EntityIx> {
    let with = |identifier: &Identifier| {
        let values = [identifier.value.clone(), identifier.value.to_uppercase()];
        values.map(|value| snapshot.entities_by_identifier(&identifier.scheme, &value, mask))
    };
    identifiers.iter().flat_map(with).flatten().collect()
}
