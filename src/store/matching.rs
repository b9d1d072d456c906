//! Who was meant: the search index says who shares words with a name, and these are scored against all that is told, best
//! first.

use super::search::{self, Index};
use crate::{
    graph::{Budget, EntityIx, Exhausted, Mask, Snapshot},
    model::{EntityKind, Identifier, Known, MatchScore, Wanted, fold, lies_in},
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
    wanted: &Wanted,
    among: impl IntoIterator<Item = EntityIx>,
    kept: Kept,
    budget: &Budget,
) -> Result<Vec<Candidate>, Exhausted> {
    let written = wanted.name.as_ref().map(|(written, _)| fold(written));
    let mut scored: Vec<(Candidate, bool)> = Vec::new();
    for entity in among {
        let known = known(snapshot, entity);
        // Comparing takes much longer than charging, and must end soon when told to.
        budget.charge(u64::try_from(known.names.len()).unwrap_or(u64::MAX))?;
        let score = MatchScore::of(wanted, &known);
        if score.total > 0.0 {
            let mut names = known.names.iter();
            let is_as_written = written
                .as_ref()
                .is_some_and(|written| names.any(|name| fold(name) == *written));
            scored.push((Candidate { entity, score }, is_as_written));
        }
    }
    if scored.iter().any(|(candidate, _)| candidate.score.is_decided()) {
        for (candidate, _) in &mut scored {
            candidate.score.yield_to_decided(wanted);
        }
    }
    scored.retain(|(candidate, _)| candidate.score.total > 0.0 && candidate.score.total >= kept.threshold);
    // Of equals, the one with the name to the letter. Rows stand in the order of ids.
    scored.sort_by(|(one, one_as_written), (other, other_as_written)| {
        let score = other.score.total.total_cmp(&one.score.total);
        let as_written = other_as_written.cmp(one_as_written);
        score.then(as_written).then(one.entity.cmp(&other.entity))
    });
    scored.truncate(kept.limit);
    Ok(scored.into_iter().map(|(candidate, _)| candidate).collect())
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
    wanted: &Wanted,
    budget: &Budget,
) -> Result<Vec<EntityIx>, search::Error> {
    let mut found = identified(snapshot, &wanted.identifiers, mask, budget)?;
    if let Some((written, name)) = wanted.name.as_ref().filter(|_| snapshot.knows_entities(mask)) {
        let alike = index.similar(snapshot, (written, name), ALIKE_MAX, budget)?;
        let (first, others) = alike.split_at(alike.len().min(RETRIEVED_MAX));
        found.extend(first);
        if wanted.country.is_some() || wanted.kind.is_some() {
            budget.charge(u64::try_from(others.len()).unwrap_or(u64::MAX))?;
            let fitting = others.iter().filter(|entity| fits(snapshot, **entity, wanted));
            found.extend(fitting.take(FITTING_MAX));
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Whether the country and the kind of an entity, as far as they are asked for, are those that are wanted.
fn fits(snapshot: &Snapshot, entity: EntityIx, wanted: &Wanted) -> bool {
    let read = snapshot.entity(entity);
    let is_legal = |kind| matches!(kind, EntityKind::Company | EntityKind::Organization);
    let fits_kind = |kind: EntityKind| kind == read.kind() || (is_legal(kind) && is_legal(read.kind()));
    let is_there = |place: &str| {
        read.country()
            .is_some_and(|country| lies_in(country, place) || lies_in(place, country))
    };
    wanted.kind.is_none_or(fits_kind) && wanted.country.as_deref().is_none_or(is_there)
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
