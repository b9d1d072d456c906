//! Who was meant: the search index says who shares words with a name, and these are scored against all that is told, best
//! first.

use super::Index;
use crate::{
    graph::{Budget, EntityIx, Exhausted, Mask, Snapshot},
    model::{EntityProfile, Identifier, MatchCriteria, MatchScore},
    store::search,
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

/// The best of `among`, each named once, for `wanted`: by score, descending, then those with the name to the letter, then
/// by id. Where one has an identifier that was given, those without it are hardly meant. Spends a unit for each name that is
/// compared.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn best(
    snapshot: &Snapshot,
    wanted: &MatchCriteria,
    among: impl IntoIterator<Item = EntityIx>,
    kept: Kept,
    budget: &Budget,
) -> Result<Vec<Candidate>, Exhausted> {
    let mut scored: Vec<Candidate> = Vec::new();
    for entity in among {
        let known = known(snapshot, entity);
        // Comparing takes much longer than charging, and must end soon when told to.
        budget.charge(u64::try_from(known.names.len()).unwrap_or(u64::MAX))?;
        let score = MatchScore::of(wanted, &known);
        if score.total > 0.0 {
            scored.push(Candidate { entity, score });
        }
    }
    let decided_by = scored.iter().find_map(|candidate| candidate.score.decided_by());
    if let Some(given) = decided_by.map(str::to_owned) {
        scored
            .iter_mut()
            .for_each(|candidate| candidate.score.discount_identifier(&given));
    }
    scored.retain(|candidate| candidate.score.total > 0.0 && candidate.score.total >= kept.threshold);
    // Rows stand in the order of ids.
    scored.sort_by(|one, other| {
        let score = other.score.total.total_cmp(&one.score.total);
        let to_the_letter = || other.score.is_exact_name().cmp(&one.score.is_exact_name());
        score.then_with(to_the_letter).then(one.entity.cmp(&other.entity))
    });
    scored.truncate(kept.limit);
    Ok(scored)
}

fn known(snapshot: &Snapshot, entity: EntityIx) -> EntityProfile<'_> {
    let read = snapshot.entity(entity);
    EntityProfile {
        names: read.all_names().collect(),
        country: read.country(),
        kind: read.kind(),
        identifiers: read.identifiers().collect(),
    }
}

/// How many entities are scored for one name. The index tells those that share the rarest words first.
const RETRIEVED_MAX: usize = 100;
/// How many of those with the wanted country and kind are scored as well, where the others stand before them.
const FITTING_MAX: usize = 50;
/// Among how many alike these are looked for: names are shared by hundreds.
const ALIKE_MAX: usize = 5_000;

/// Those worth scoring for `wanted`, each once: who has one of its identifiers, who goes by its name, and whose names share
/// words with it. Spends what looking takes.
///
/// # Errors
/// [`search::Error`] when the budget does not allow it.
pub fn retrieve(
    snapshot: &Snapshot,
    index: &Index,
    mask: &Mask,
    wanted: &MatchCriteria,
    budget: &Budget,
) -> Result<Vec<EntityIx>, search::Error> {
    let mut found = identified(snapshot, &wanted.identifiers, mask, budget)?;
    if let Some((written, name)) = &wanted.name {
        let alike = index.similar((written, name), ALIKE_MAX, budget)?;
        let (first, others) = alike.split_at(alike.len().min(RETRIEVED_MAX));
        found.extend(first);
        if wanted.has_country_or_kind() {
            budget.charge(u64::try_from(others.len()).unwrap_or(u64::MAX))?;
            let fits = |entity: EntityIx| {
                let read = snapshot.entity(entity);
                wanted.accepts(read.country(), read.kind())
            };
            let fitting = others.iter().copied().filter(|entity| fits(*entity));
            found.extend(fitting.take(FITTING_MAX));
        }
    }
    found.retain(|entity| snapshot.knows(*entity, mask));
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The entities that have one of these identifiers, as written or in capitals. Spends a unit for each that is found, and one
/// for looking.
fn identified(
    snapshot: &Snapshot,
    identifiers: &[Identifier],
    mask: &Mask,
    budget: &Budget,
) -> Result<Vec<EntityIx>, Exhausted> {
    let mut entities = Vec::new();
    for Identifier { scheme, value } in identifiers {
        let capitals = Some(value.to_uppercase()).filter(|capitals| capitals != value);
        for value in std::iter::once(value).chain(&capitals) {
            let found = snapshot.entities_by_identifier(scheme, value, mask);
            budget.charge(u64::try_from(found.len() + 1).unwrap_or(u64::MAX))?;
            entities.extend(found);
        }
    }
    Ok(entities)
}
