//! Probable duplicates: entities with the same name and no distinguishing property.

use std::{
    collections::{BTreeSet, HashSet},
    ops::Bound,
};

use unicode_normalization::char::is_combining_mark;

use super::{context::CheckContext, issue::DataIssue};
use crate::{
    graph::{EntityIx, Exhausted, Snapshot, budget::Meter},
    model::{Catalog, CompanyName, EntityKind, LEI_SCHEME, NameKind, fold, lies_in},
};

/// Names with more words are compared in full, not by their parsed cores.
const WORDS_MAX: usize = 20;
/// The same for names with a longer word.
const WORD_BYTES_MAX: usize = 60;

/// One name of one entity.
struct EntityName {
    kind: EntityKind,
    name: String,
    entity: EntityIx,
    /// Whether it is more than an alias.
    proper: bool,
}

/// All entities with the same name as another of their kind, in countries that do not differ. O(n log n) in the names; entities with
/// a shared name are visited once for each of their countries.
pub(super) fn find(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let (mut names, mut meter) = (Vec::new(), context.meter());
    for entity in context.snapshot.entities(&context.mask) {
        let read = context.snapshot.entity(entity);
        if read.undisclosed() {
            // Two unknown parties are never assumed to be the same.
            meter.tick()?;
            continue;
        }
        let kind = read.kind();
        let main = std::iter::once((read.name(), true));
        let others = read.names().filter(|name| name.kind() != NameKind::Former);
        let others = others.map(|name| (name.text(), name.kind() != NameKind::Alias));
        for (name, proper) in main.chain(others) {
            meter.tick()?;
            names.push(EntityName {
                kind,
                name: comparison_key(kind, name),
                entity,
                proper,
            });
        }
    }
    // The key of a name without letters and digits is empty.
    names.retain(|name| !name.name.is_empty());
    names.sort_unstable_by(|a, b| {
        let key = |name: &EntityName| (name.kind.index(), name.entity, !name.proper);
        a.name.cmp(&b.name).then_with(|| key(a).cmp(&key(b)))
    });
    let mut issues = BTreeSet::new();
    for same in names.chunk_by(|a, b| (a.kind, &a.name) == (b.kind, &b.name)) {
        let mut members: Vec<(EntityIx, bool)> = same.iter().map(|name| (name.entity, name.proper)).collect();
        // Of equal names of one entity, the proper one is first.
        members.dedup_by_key(|(entity, _)| *entity);
        if members.len() > 1 {
            add_duplicates(context.snapshot, &members, &mut issues, &mut meter)?;
        }
    }
    meter.flush()?;
    let issues = issues.into_iter().map(|entities| entities.into());
    Ok(issues.map(DataIssue::ProbableDuplicate).collect())
}

/// A name in the form for comparison: folded, only letters, digits and combining marks; that of a company without its legal form
/// and its accents, and with unified spellings of common words.
fn comparison_key(kind: EntityKind, name: &str) -> String {
    let is_significant = |letter: &char| letter.is_alphanumeric() || is_combining_mark(*letter);
    // The core of a long name is truncated: two long names may differ only after that.
    let mut words = name.split(|letter| !is_significant(&letter));
    let is_long = words.clone().count() > WORDS_MAX || words.any(|word| word.len() > WORD_BYTES_MAX);
    if kind != EntityKind::Company || is_long {
        return fold(name).chars().filter(is_significant).collect();
    }
    let name = CompanyName::new(name);
    let core: String = name.core_text().chars().filter(is_significant).collect();
    match name.register_suffix() {
        // A register adds it because another filer has the same name.
        Some(suffix) if !core.is_empty() => format!("{core}/{suffix}"),
        _ => core,
    }
}

/// Groups `members`, which have the same name, by countries that do not differ: each country with the members that state none, or
/// only the country of which others state a subdivision.
fn add_duplicates(
    snapshot: &Snapshot,
    members: &[(EntityIx, bool)],
    issues: &mut BTreeSet<Vec<EntityIx>>,
    meter: &mut Meter<'_>,
) -> Result<(), Exhausted> {
    let country = |entity: EntityIx| snapshot.entity(entity).country();
    let countries: BTreeSet<&str> = members.iter().filter_map(|(entity, _)| country(*entity)).collect();
    // In the order of codes, the first subdivision of a country follows it.
    let next = |code: &str| {
        countries
            .range::<str, _>((Bound::Excluded(code), Bound::Unbounded))
            .next()
    };
    let is_narrowest = |code: &&str| !next(code).is_some_and(|part| lies_in(part, code));
    let mut places: Vec<Option<&str>> = countries.iter().copied().filter(is_narrowest).map(Some).collect();
    if places.is_empty() {
        places.push(None);
    }
    for place in places {
        let mut together = Vec::new();
        for (entity, proper) in members {
            meter.tick()?;
            let own = country(*entity);
            if own.is_none_or(|own| place.is_some_and(|place| lies_in(place, own))) {
                together.push((*entity, *proper));
            }
        }
        let is_proper = together.iter().any(|(_, proper)| *proper);
        let entities: Vec<EntityIx> = together.into_iter().map(|(entity, _)| entity).collect();
        if entities.len() > 1 && is_proper && !are_distinguished(snapshot, &entities) {
            issues.insert(entities);
        }
    }
    Ok(())
}

/// Whether all have different LEIs, or all have different legal forms: `Müller GmbH` is not `Müller GmbH & Co. KG`.
fn are_distinguished(snapshot: &Snapshot, entities: &[EntityIx]) -> bool {
    let forms = |entity: &EntityIx| {
        let read = snapshot.entity(*entity);
        let forms = (read.kind() == EntityKind::Company).then(|| CompanyName::new(read.name()).forms().to_vec())?;
        let names: Vec<&str> = forms.iter().map(|form| form.name).collect();
        (!names.is_empty()).then_some(names)
    };
    let forms: Option<HashSet<_>> = entities.iter().map(forms).collect();
    if forms.is_some_and(|forms| forms.len() == entities.len()) {
        return true;
    }
    let lei = |entity: &EntityIx| {
        let mut identifiers = snapshot.entity(*entity).identifiers();
        identifiers.find(|(scheme, _)| *scheme == LEI_SCHEME)
    };
    let leis: Option<HashSet<_>> = entities.iter().map(lei).collect();
    leis.is_some_and(|leis| leis.len() == entities.len())
}
