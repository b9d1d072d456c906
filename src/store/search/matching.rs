//! Matching a description to entities: the search index retrieves candidates that share words of the name, and these are scored
//! against the whole description.

use super::Index;
use crate::{
    graph::{Budget, EntityIx, Exhausted, Mask, Snapshot},
    model::{EntityProfile, Identifier, MatchCriteria, MatchScore},
    store::search,
};

/// A candidate for a match.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The entity.
    pub entity: EntityIx,
    /// How well it matches.
    pub score: MatchScore,
}

/// Which candidates are returned.
#[derive(Debug, Clone, Copy)]
pub struct MatchLimits {
    /// The maximum number of candidates; the best are returned.
    pub limit: usize,
    /// The minimum score. Candidates with a score of 0 are never returned.
    pub threshold: f64,
}

/// The best of the distinct entities `among` for `description`: by score, descending, then those with exactly equal names, then by
/// id. If one has an identifier of the description, the scores of those without it are lowered. Spends a unit for each name that
/// is compared.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn best(
    snapshot: &Snapshot,
    description: &MatchCriteria,
    among: impl IntoIterator<Item = EntityIx>,
    limits: MatchLimits,
    budget: &Budget,
) -> Result<Vec<Candidate>, Exhausted> {
    let mut scored: Vec<Candidate> = Vec::new();
    for entity in among {
        let known = known(snapshot, entity);
        // Charged for each entity, since comparing is slow and must end soon after a cancellation.
        budget.charge(u64::try_from(known.names.len()).unwrap_or(u64::MAX))?;
        let score = MatchScore::of(description, &known);
        if score.total > 0.0 {
            scored.push(Candidate { entity, score });
        }
    }
    let decided_by = scored.iter().find_map(|candidate| candidate.score.decided_by());
    if let Some(identifier) = decided_by.map(str::to_owned) {
        scored
            .iter_mut()
            .for_each(|candidate| candidate.score.discount_identifier(&identifier));
    }
    scored.retain(|candidate| candidate.score.total > 0.0 && candidate.score.total >= limits.threshold);
    // Entities are numbered in the order of their ids.
    scored.sort_by(|one, other| {
        let score = other.score.total.total_cmp(&one.score.total);
        let to_the_letter = || other.score.is_exact_name().cmp(&one.score.is_exact_name());
        score.then_with(to_the_letter).then(one.entity.cmp(&other.entity))
    });
    scored.truncate(limits.limit);
    Ok(scored)
}

fn known(snapshot: &Snapshot, entity: EntityIx) -> EntityProfile<'_> {
    let entity_ref = snapshot.entity(entity);
    EntityProfile {
        names: entity_ref.all_names().collect(),
        country: entity_ref.country(),
        kind: entity_ref.kind(),
        identifiers: entity_ref.identifiers().collect(),
    }
}

/// The number of entities that are scored for one name. The index returns those that share the rarest words first.
const RETRIEVED_MAX: usize = 100;
/// The number of further entities with the country and kind of the description that are scored.
const FITTING_MAX: usize = 50;
/// The number of similar entities among which those are searched, since hundreds may share a name.
const SIMILAR_MAX: usize = 5_000;

/// The distinct entities to score for `description`: those with one of its identifiers, and those whose names are equal or share
/// words. Charges the work to `budget`.
///
/// # Errors
/// [`search::Error`] when the budget does not allow it.
pub fn retrieve(
    snapshot: &Snapshot,
    index: &Index,
    mask: &Mask,
    description: &MatchCriteria,
    budget: &Budget,
) -> Result<Vec<EntityIx>, search::Error> {
    let mut candidates = with_identifiers(snapshot, &description.identifiers, mask, budget)?;
    if let Some((text, name)) = &description.name {
        let similar = index.similar((text, name), SIMILAR_MAX, budget)?;
        let (first, others) = similar.split_at(similar.len().min(RETRIEVED_MAX));
        candidates.extend(first);
        if description.has_country_or_kind() {
            budget.charge(u64::try_from(others.len()).unwrap_or(u64::MAX))?;
            let fits = |entity: EntityIx| {
                let entity_ref = snapshot.entity(entity);
                description.accepts(entity_ref.country(), entity_ref.kind())
            };
            let fitting = others.iter().copied().filter(|entity| fits(*entity));
            candidates.extend(fitting.take(FITTING_MAX));
        }
    }
    candidates.retain(|entity| snapshot.knows(*entity, mask));
    candidates.sort_unstable();
    candidates.dedup();
    Ok(candidates)
}

/// The entities that have one of these identifiers, as written or in upper case. Spends a unit for each lookup and each entity.
fn with_identifiers(
    snapshot: &Snapshot,
    identifiers: &[Identifier],
    mask: &Mask,
    budget: &Budget,
) -> Result<Vec<EntityIx>, Exhausted> {
    let mut entities = Vec::new();
    for Identifier { scheme, value } in identifiers {
        let capitals = Some(value.to_uppercase()).filter(|capitals| capitals != value);
        for value in std::iter::once(value).chain(&capitals) {
            let matches = snapshot.entities_by_identifier(scheme, value, mask);
            budget.charge(u64::try_from(matches.len() + 1).unwrap_or(u64::MAX))?;
            entities.extend(matches);
        }
    }
    Ok(entities)
}
