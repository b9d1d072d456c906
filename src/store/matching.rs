//! Who was meant: entities scored against what is told of them, best first. Which entities are scored is said by the caller,
//! so that a search index and a scan of everything share the scoring.

use crate::{
    graph::{Budget, EntityIx, Exhausted, Mask, Snapshot},
    model::{Identifier, Known, MatchScore, Wanted},
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

/// The entities that have one of these identifiers, as written or in capitals.
pub fn identified<'a>(
    snapshot: &'a Snapshot,
    identifiers: &'a [Identifier],
    mask: &'a Mask,
) -> impl Iterator<Item = EntityIx> + 'a {
    identifiers.iter().flat_map(|identifier| {
        let capitals = identifier.value.to_uppercase();
        let values = [
            Some(identifier.value.clone()),
            (capitals != identifier.value).then_some(capitals),
        ];
        let values = values.into_iter().flatten();
        values.flat_map(|value| snapshot.entities_by_identifier(&identifier.scheme, &value, mask))
    })
}
