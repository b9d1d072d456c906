//! Entities with the same identifier become one: each by a merge of its own, which can be undone.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::{Error, Fault, Origin, filing::Filing, run::Running};
use crate::{
    graph::{EntityIx, Snapshot},
    model::{Timestamp, View, comparable},
    store::{
        Store,
        commit::{self, Proposal},
        edit::{Named, Path, merge_entities},
    },
};

/// How many merges are proposed at a time: those share a write.
const AT_ONCE: usize = 64;

/// Entities that are one, the smallest id first.
type Alike = Vec<String>;

impl Running<'_> {
    /// Joins the entities of the store that have the same identifier of one of the schemes asked for. The smallest id stays.
    pub(super) fn join(&mut self, filing: &mut Filing) -> Result<(), Error> {
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
        self.joined = merge_all(filing.store(), &alike, self.job.now)?;
        filing.flush()
    }
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
    let mut of_other_kinds = Vec::new();
    for holders in holders.into_values().filter(|holders| holders.len() > 1) {
        for other in &holders[1..] {
            if graph.entity(holders[0]).kind() == graph.entity(*other).kind() {
                let (one, other) = (root(&leads, holders[0]), root(&leads, *other));
                leads.insert(one.max(other), one.min(other));
            } else {
                let id = |entity: EntityIx| graph.entity(entity).id().to_owned();
                of_other_kinds.push((id(*other), id(holders[0])));
            }
        }
    }
    let mut alike: BTreeMap<EntityIx, BTreeSet<EntityIx>> = BTreeMap::new();
    for entity in leads.keys() {
        alike.entry(root(&leads, *entity)).or_default().insert(*entity);
    }
    let alike = alike.into_iter().filter_map(|(first, mut others)| {
        others.remove(&first);
        let ids = std::iter::once(first).chain(others);
        let ids: Alike = ids.map(|entity| graph.entity(entity).id().to_owned()).collect();
        (ids.len() > 1).then_some(ids)
    });
    (alike.collect(), of_other_kinds)
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
                while let Some(ids) = alike.get(next.fetch_add(1, Ordering::Relaxed)) {
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
        reason: Some("joined by an identifier".to_owned()),
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
