//! Joins entities with equal identifiers: each by its own merge, which can be undone.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use parking_lot::Mutex;

use super::StoreUpdate;
use crate::{
    edit::{InputPath, RecordRef, merge_entities},
    formats::reader::RecordFault,
    graph::{EntityIx, Snapshot},
    import::{
        Error, Origin,
        merge::{records::with_sorted_lists, specificity::EntityClass},
        run::ImportRun,
    },
    model::{Catalog, Change, Entity, EntityKind, Record, Timestamp, View, comparable},
    store::{
        Store,
        commit::{self, Proposal},
    },
};

/// The number of concurrent merges, which share a write.
const CONCURRENT_MERGES: usize = 64;

/// The number of entities whose lists are sorted by one entry of the log.
const SORTED_PER_ENTRY: usize = 1_000;

const REASON: &str = "joined by an identifier";

/// Entities that are to be merged.
struct EntityGroup {
    /// Their ids, the smallest first.
    ids: Vec<String>,
    /// The kind of the merged entity: the most specific of theirs.
    kind: EntityKind,
    class: EntityClass,
    /// Whether they are of different classes.
    is_mixed: bool,
}

impl ImportRun<'_> {
    /// Joins the entities of the store with equal identifiers of the given schemes. The smallest id stays.
    pub(in crate::import) fn join(&mut self, update: &mut StoreUpdate) -> Result<(), Error> {
        if self.job.join.is_empty() {
            return Ok(());
        }
        update.flush()?;
        let (groups, incompatible) = groups_by_identifier(update.graph(), self.job.join);
        for (id, other) in incompatible {
            let fault = RecordFault::noted("identifiers", "it has the identifier of an entity of another kind");
            self.fault(
                &Origin::NOWHERE,
                &fault
                    .with(&id)
                    .with_effective_value(Some(&other), "the store".to_owned()),
            );
        }
        for group in groups.iter().filter(|group| group.is_mixed) {
            self.unify_kinds(update, group)?;
        }
        self.joined_entities = merge_all(update.store(), &groups, self.job.now)?;
        update.flush()?;
        // Sorts lists as merging records does, so that importing the same records again changes nothing.
        let mut changes = Vec::new();
        for group in &groups {
            if let Some(Record::Entity(entity)) = update.latest(&group.ids[0])
                && let ordered = with_sorted_lists(&entity)
                && ordered != entity
            {
                changes.push(Change::Put(Box::new(Record::Entity(ordered))));
            }
        }
        for changes in changes.chunks(SORTED_PER_ENTRY) {
            update.commit_all(changes.to_vec(), REASON.to_owned())?;
        }
        Ok(())
    }
}

impl ImportRun<'_> {
    /// Gives all entities of the group its kind, since only entities of one kind are merged.
    fn unify_kinds(&mut self, update: &mut StoreUpdate, group: &EntityGroup) -> Result<(), Error> {
        for id in &group.ids {
            let Some(Record::Entity(entity)) = update.latest(id) else {
                continue;
            };
            if entity.kind != group.kind {
                let fault = RecordFault::noted("kind", "it is joined with an entity of a more specific kind");
                let fault = fault.with(&format!("{id}: {}", entity.kind));
                let place = format!("the store: {}", group.ids[0]);
                self.fault(
                    &Origin::NOWHERE,
                    &fault.with_effective_value(Some(group.kind.as_str()), place),
                );
            }
            let Some(entity) = with_group_class(entity, group) else {
                continue;
            };
            update.commit_all(update.graph().as_another_kind(entity), REASON.to_owned())?;
        }
        Ok(())
    }
}

/// The entity with the class of the group; `None` if it has it already.
fn with_group_class(mut entity: Entity, group: &EntityGroup) -> Option<Entity> {
    if EntityClass::of(&entity) == group.class {
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

/// The groups of entities to be merged, and pairs that cannot be because of their kinds. O(identifiers).
fn groups_by_identifier(graph: &Snapshot, schemes: &[String]) -> (Vec<EntityGroup>, Vec<(String, String)>) {
    let mask = graph.mask(&View::now(Timestamp::MAX));
    let mut holders: BTreeMap<(&str, String), Vec<EntityIx>> = BTreeMap::new();
    for entity in graph.entities(&mask) {
        for (scheme, value) in graph.entity(entity).identifiers() {
            if schemes.iter().any(|known| known == scheme) {
                let value = comparable(scheme, value).into_owned();
                holders.entry((scheme, value)).or_default().push(entity);
            }
        }
    }
    // A union-find forest: each entity leads to a smaller one of its group, or to itself.
    let mut parents: BTreeMap<EntityIx, EntityIx> = BTreeMap::new();
    let mut classes: BTreeMap<EntityIx, EntityClass> = BTreeMap::new();
    let mut class = |entity: EntityIx| {
        let class = classes.entry(entity);
        *class.or_insert_with(|| EntityClass::of(&graph.entity(entity).record()))
    };
    let id = |entity: EntityIx| graph.entity(entity).id().to_owned();
    let mut incompatible = Vec::new();
    for holders in holders.into_values().filter(|holders| holders.len() > 1) {
        for (position, other) in holders.iter().enumerate().skip(1) {
            let mut before = holders[..position].iter();
            match before.find(|one| class(**one).is_comparable_with(class(*other))) {
                Some(one) => {
                    let (one, other) = (root(&parents, *one), root(&parents, *other));
                    parents.insert(one.max(other), one.min(other));
                }
                None => incompatible.push((id(*other), id(holders[0]))),
            }
        }
    }
    let mut members: BTreeMap<EntityIx, BTreeSet<EntityIx>> = BTreeMap::new();
    for entity in parents.keys() {
        members.entry(root(&parents, *entity)).or_default().insert(*entity);
    }
    let mut groups = Vec::new();
    for (first, mut others) in members {
        others.remove(&first);
        let mut group = EntityGroup {
            ids: vec![id(first)],
            kind: graph.entity(first).kind(),
            class: class(first),
            is_mixed: false,
        };
        for other in others {
            // Comparability is not transitive.
            if !group.class.is_comparable_with(class(other)) {
                incompatible.push((id(other), id(first)));
                continue;
            }
            group.is_mixed |= class(other) != group.class;
            if class(other).is_more_specific_than(group.class) {
                (group.class, group.kind) = (class(other), graph.entity(other).kind());
            }
            group.ids.push(id(other));
        }
        if group.ids.len() > 1 {
            groups.push(group);
        }
    }
    (groups, incompatible)
}

/// The root of an entity's group so far: its smallest member.
fn root(parents: &BTreeMap<EntityIx, EntityIx>, mut entity: EntityIx) -> EntityIx {
    while let Some(to) = parents.get(&entity).filter(|to| **to != entity) {
        entity = *to;
    }
    entity
}

/// Merges all groups. Returns the number of entities that were merged into others.
fn merge_all(store: &Store, groups: &[EntityGroup], at: Timestamp) -> Result<u64, Error> {
    let (next, merged) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let first_error = Mutex::new(None);
    thread::scope(|scope| {
        for _ in 0..CONCURRENT_MERGES.min(groups.len()) {
            scope.spawn(|| {
                while let Some(EntityGroup { ids, .. }) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match merge(store, ids, at) {
                        Ok(()) => drop(merged.fetch_add(ids.len() - 1, Ordering::Relaxed)),
                        Err(error) => {
                            first_error.lock().get_or_insert(error);
                            return;
                        }
                    }
                }
            });
        }
    });
    match first_error.into_inner() {
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
            let named = from.iter().map(|id| RecordRef {
                id: id.clone(),
                expected_version: None,
            });
            let named: Vec<RecordRef> = named.collect();
            let decision = merge_entities(graph, &named, &into, None, &InputPath::root("join"));
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
