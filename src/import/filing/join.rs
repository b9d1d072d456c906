//! Entities with the same identifier become one: each by a merge of its own, which can be undone.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::Filing;
use crate::{
    edit::{Named, Path, merge_entities},
    formats::reader::Fault,
    graph::{EntityIx, Snapshot},
    import::{
        Error, Origin,
        merge::{merge_records::in_order, specificity::Nature},
        run::Running,
    },
    model::{Catalog, Change, Entity, EntityKind, Record, Timestamp, View, comparable},
    store::{
        Store,
        commit::{self, Proposal},
    },
};

/// How many merges are proposed at a time: those share a write.
const AT_ONCE: usize = 64;

/// How many entities are put in order by one entry of the log.
const ORDERED_AT_ONCE: usize = 1_000;

const REASON: &str = "joined by an identifier";

/// Entities that are one.
struct Alike {
    /// Their ids, the smallest first.
    ids: Vec<String>,
    /// What they are together: of two kinds the more specific.
    kind: EntityKind,
    nature: Nature,
    /// Whether some of them are something else so far.
    is_mixed: bool,
}

impl Running<'_> {
    /// Joins the entities of the store that have the same identifier of one of the schemes asked for. The smallest id stays.
    pub(in crate::import) fn join(&mut self, filing: &mut Filing) -> Result<(), Error> {
        if self.job.join.is_empty() {
            return Ok(());
        }
        filing.flush()?;
        let (alike, of_other_kinds) = alike(filing.graph(), self.job.join);
        for (id, other) in of_other_kinds {
            let fault = Fault::noted("identifiers", "it has the identifier of an entity of another kind");
            self.fault(
                &Origin::NOWHERE,
                &fault.with(&id).instead(Some(&other), "the store".to_owned()),
            );
        }
        for group in alike.iter().filter(|group| group.is_mixed) {
            self.make_of_one_kind(filing, group)?;
        }
        self.joined = merge_all(filing.store(), &alike, self.job.now)?;
        filing.flush()?;
        // What several records say stands in the order in which records add up, so that the same records again say nothing new.
        let mut changes = Vec::new();
        for group in &alike {
            if let Some(Record::Entity(entity)) = filing.latest(&group.ids[0])
                && let ordered = in_order(&entity)
                && ordered != entity
            {
                changes.push(Change::Put(Box::new(Record::Entity(ordered))));
            }
        }
        for changes in changes.chunks(ORDERED_AT_ONCE) {
            filing.commit_all(changes.to_vec(), REASON.to_owned())?;
        }
        Ok(())
    }
}

impl Running<'_> {
    /// Makes all of them what they are together, since only entities of one kind are merged.
    fn make_of_one_kind(&mut self, filing: &mut Filing, group: &Alike) -> Result<(), Error> {
        for id in &group.ids {
            let Some(Record::Entity(entity)) = filing.latest(id) else {
                continue;
            };
            if entity.kind != group.kind {
                let fault = Fault::noted("kind", "it is joined with an entity of a more specific kind");
                let fault = fault.with(&format!("{id}: {}", entity.kind));
                let place = format!("the store: {}", group.ids[0]);
                self.fault(&Origin::NOWHERE, &fault.instead(Some(group.kind.as_str()), place));
            }
            let Some(entity) = as_one_of(entity, group) else {
                continue;
            };
            filing.commit_all(filing.graph().as_another_kind(entity), REASON.to_owned())?;
        }
        Ok(())
    }
}

/// The entity as those that it is joined with; none where it says nothing else.
fn as_one_of(mut entity: Entity, group: &Alike) -> Option<Entity> {
    if Nature::of(&entity) == group.nature {
        return None;
    }
    let schema = entity
        .properties
        .as_mut()
        .and_then(|properties| properties.remove("schema"));
    if schema.is_none() && entity.kind == group.kind {
        return None;
    }
    entity.kind = group.kind;
    entity.properties.take_if(|properties| properties.is_empty());
    Some(entity)
}

/// The entities that are one, and those that would be but are of different kinds. O(identifiers).
fn alike(graph: &Snapshot, schemes: &[String]) -> (Vec<Alike>, Vec<(String, String)>) {
    let mask = graph.mask(&View::now(Timestamp::MAX));
    let mut holders: BTreeMap<(&str, String), Vec<EntityIx>> = BTreeMap::new();
    for entity in graph.entities(&mask) {
        for (scheme, value) in graph.entity(entity).identifiers() {
            if schemes.iter().any(|wanted| wanted == scheme) {
                let value = comparable(scheme, value).into_owned();
                holders.entry((scheme, value)).or_default().push(entity);
            }
        }
    }
    // Each leads to a smaller one that it is, or to itself.
    let mut leads: BTreeMap<EntityIx, EntityIx> = BTreeMap::new();
    let mut natures: BTreeMap<EntityIx, Nature> = BTreeMap::new();
    let mut nature = |entity: EntityIx| {
        let nature = natures.entry(entity);
        *nature.or_insert_with(|| Nature::of(&graph.entity(entity).record()))
    };
    let id = |entity: EntityIx| graph.entity(entity).id().to_owned();
    let mut of_other_kinds = Vec::new();
    for holders in holders.into_values().filter(|holders| holders.len() > 1) {
        for (position, other) in holders.iter().enumerate().skip(1) {
            let mut before = holders[..position].iter();
            match before.find(|one| nature(**one).compares_with(nature(*other))) {
                Some(one) => {
                    let (one, other) = (root(&leads, *one), root(&leads, *other));
                    leads.insert(one.max(other), one.min(other));
                }
                None => of_other_kinds.push((id(*other), id(holders[0]))),
            }
        }
    }
    let mut together: BTreeMap<EntityIx, BTreeSet<EntityIx>> = BTreeMap::new();
    for entity in leads.keys() {
        together.entry(root(&leads, *entity)).or_default().insert(*entity);
    }
    let mut alike = Vec::new();
    for (first, mut others) in together {
        others.remove(&first);
        let mut group = Alike {
            ids: vec![id(first)],
            kind: graph.entity(first).kind(),
            nature: nature(first),
            is_mixed: false,
        };
        for other in others {
            // What compares with each of two need not make these compare.
            if !group.nature.compares_with(nature(other)) {
                of_other_kinds.push((id(other), id(first)));
                continue;
            }
            group.is_mixed |= nature(other) != group.nature;
            if nature(other).says_more_than(group.nature) {
                (group.nature, group.kind) = (nature(other), graph.entity(other).kind());
            }
            group.ids.push(id(other));
        }
        if group.ids.len() > 1 {
            alike.push(group);
        }
    }
    (alike, of_other_kinds)
}

/// The smallest of the entities that are one with this one, as far as is known.
fn root(leads: &BTreeMap<EntityIx, EntityIx>, mut entity: EntityIx) -> EntityIx {
    while let Some(to) = leads.get(&entity).filter(|to| **to != entity) {
        entity = *to;
    }
    entity
}

/// Merges all that are alike. How many entities became others.
fn merge_all(store: &Store, alike: &[Alike], at: Timestamp) -> Result<u64, Error> {
    let (next, merged) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failed = std::sync::Mutex::new(None);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(alike.len()) {
            scope.spawn(|| {
                while let Some(Alike { ids, .. }) = alike.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match merge(store, ids, at) {
                        Ok(()) => drop(merged.fetch_add(ids.len() - 1, Ordering::Relaxed)),
                        Err(error) => {
                            failed
                                .lock()
                                .unwrap_or_else(PoisonError::into_inner)
                                .get_or_insert(error);
                            return;
                        }
                    }
                }
            });
        }
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(Error::Commit(error)),
        None => Ok(u64::try_from(merged.into_inner()).unwrap_or(u64::MAX)),
    }
}

fn merge(store: &Store, ids: &[String], at: Timestamp) -> Result<(), String> {
    let Some((into, from)) = ids.split_first() else {
        return Ok(());
    };
    let (into, from) = (into.clone(), from.to_vec());
    let proposal = Proposal {
        retry: None,
        by: None,
        reason: Some(REASON.to_owned()),
        at,
        decide: Box::new(move |graph| {
            let named = from.iter().map(|id| Named {
                id: id.clone(),
                expected: None,
            });
            let named: Vec<Named> = named.collect();
            let decision = merge_entities(graph, &named, &into, None, &Path::root("join"));
            decision
                .changes
                .map_err(|rejected| -> commit::Rejected { Box::new(format!("{rejected:?}")) })
        }),
    };
    match store.commit(proposal) {
        Ok(_) => Ok(()),
        Err(commit::Error::Rejected(reason)) => Err(reason
            .downcast::<String>()
            .map_or_else(|_| "a merge was rejected".to_owned(), |reason| *reason)),
        Err(error) => Err(error.to_string()),
    }
}
