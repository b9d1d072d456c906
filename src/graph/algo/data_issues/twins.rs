//! Entities that are probably one: they go by the same name, and nothing tells them apart.

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

/// Of names with more words than this the whole is compared.
const WORDS_MAX: usize = 20;
/// The same of names with a longer word.
const WORD_BYTES_MAX: usize = 60;

/// One name of one entity.
struct Named {
    kind: EntityKind,
    name: String,
    entity: EntityIx,
    /// Whether it is more than an alias.
    proper: bool,
}

/// Everyone that shares a name with another of its kind, in countries that do not differ. O(n log n) in the names, and those
/// who share one are looked at once for each of their countries.
pub(super) fn probable_duplicates(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let (mut named, mut meter) = (Vec::new(), context.meter());
    for entity in context.snapshot.entities(&context.mask) {
        let read = context.snapshot.entity(entity);
        if read.undisclosed() {
            // Nothing says that two unknown persons are one.
            meter.tick()?;
            continue;
        }
        let kind = read.kind();
        let main = std::iter::once((read.name(), true));
        let others = read.names().filter(|name| name.kind() != NameKind::Former);
        let others = others.map(|name| (name.text(), name.kind() != NameKind::Alias));
        for (name, proper) in main.chain(others) {
            meter.tick()?;
            named.push(Named {
                kind,
                name: compared(kind, name),
                entity,
                proper,
            });
        }
    }
    // Nothing is left of a name of signs only.
    named.retain(|named| !named.name.is_empty());
    named.sort_unstable_by(|a, b| {
        let key = |named: &Named| (named.kind.index(), named.entity, !named.proper);
        a.name.cmp(&b.name).then_with(|| key(a).cmp(&key(b)))
    });
    let mut issues = BTreeSet::new();
    for same in named.chunk_by(|a, b| (a.kind, &a.name) == (b.kind, &b.name)) {
        let mut members: Vec<(EntityIx, bool)> = same.iter().map(|named| (named.entity, named.proper)).collect();
        // Of several times the same name, the proper one stands first.
        members.dedup_by_key(|(entity, _)| *entity);
        if members.len() > 1 {
            alike(context.snapshot, &members, &mut issues, &mut meter)?;
        }
    }
    meter.flush()?;
    let issues = issues.into_iter().map(|entities| entities.into());
    Ok(issues.map(DataIssue::ProbableDuplicate).collect())
}

/// A name as it is compared: folded, without anything that is no letter, digit or mark; that of a company without its legal
/// form and its accents, and with the spellings of common words made one.
fn compared(kind: EntityKind, name: &str) -> String {
    let is_written = |letter: &char| letter.is_alphanumeric() || is_combining_mark(*letter);
    // The core of a long name is cut short: two of them may differ only behind that.
    let mut words = name.split(|letter| !is_written(&letter));
    let is_long = words.clone().count() > WORDS_MAX || words.any(|word| word.len() > WORD_BYTES_MAX);
    if kind != EntityKind::Company || is_long {
        return fold(name).chars().filter(is_written).collect();
    }
    let name = CompanyName::new(name);
    let core: String = name.core_text().chars().filter(is_written).collect();
    match name.register_suffix() {
        // A register writes it because another filer has the same name.
        Some(suffix) if !core.is_empty() => format!("{core}/{suffix}"),
        _ => core,
    }
}

/// Puts those of `members`, who share a name, together whose countries do not differ: each country with those that state none,
/// or only the country where others state a part of it.
fn alike(
    snapshot: &Snapshot,
    members: &[(EntityIx, bool)],
    issues: &mut BTreeSet<Vec<EntityIx>>,
    meter: &mut Meter<'_>,
) -> Result<(), Exhausted> {
    let country = |entity: EntityIx| snapshot.entity(entity).country();
    let stated: BTreeSet<&str> = members.iter().filter_map(|(entity, _)| country(*entity)).collect();
    // In the order of codes, the first part of a country follows it.
    let next = |here: &str| stated.range::<str, _>((Bound::Excluded(here), Bound::Unbounded)).next();
    let is_narrowest = |here: &&str| !next(here).is_some_and(|part| lies_in(part, here));
    let mut places: Vec<Option<&str>> = stated.iter().copied().filter(is_narrowest).map(Some).collect();
    if places.is_empty() {
        places.push(None);
    }
    for place in places {
        let mut together = Vec::new();
        for (entity, proper) in members {
            meter.tick()?;
            let whole = country(*entity);
            if whole.is_none_or(|whole| place.is_some_and(|place| lies_in(place, whole))) {
                together.push((*entity, *proper));
            }
        }
        let is_proper = together.iter().any(|(_, proper)| *proper);
        let entities: Vec<EntityIx> = together.into_iter().map(|(entity, _)| entity).collect();
        if entities.len() > 1 && is_proper && !are_told_apart(snapshot, &entities) {
            issues.insert(entities);
        }
    }
    Ok(())
}

/// Whether each has an LEI or a legal form, and no two the same: `Müller GmbH` is not `Müller GmbH & Co. KG`.
fn are_told_apart(snapshot: &Snapshot, entities: &[EntityIx]) -> bool {
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
