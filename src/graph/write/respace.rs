//! New places for all records added since the base, when there is no room left between two ids. All changes are applied respaced to
//! the same base, with all ids known from the start.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{
    applier::Applier,
    apply_error::ApplyError,
    places::{AddedIds, Plan},
};
use crate::{
    graph::{
        columns::rows::{EntityRow, SourceRow, VersionSpan},
        delta::{Delta, RowVersion},
        read::{
            refs::{EntityRef, SourceRef},
            snapshot::Snapshot,
        },
    },
    model::{Action, AppliedChange, Change, Noun, Record},
};

/// The steps recorded at one moment, by id.
type Moment = BTreeMap<String, AppliedChange>;

impl Snapshot {
    /// The same graph with room between all records added since the base, and the places of the records that `steps` add to it.
    /// O(n log n) in the records added since the base, whose number is bounded by rebuilding the base.
    ///
    /// # Errors
    /// [`ApplyError::Graph`] if there is more than a graph can hold, and [`ApplyError::NoPlaceLeft`] if there is more between two
    /// ids of the base than there are numbers.
    pub(in crate::graph) fn respaced(&self, steps: &[AppliedChange]) -> Result<(Self, Plan), ApplyError> {
        let moments = self.moments();
        let mut delta = Delta::default();
        delta.unresolved = Arc::clone(&self.delta.unresolved);
        let mut graph = Self::with(Arc::clone(&self.base), delta);
        let mut added = AddedIds::default();
        let all = moments.iter().flat_map(|(_, moment)| moment);
        added.extend(all.map(|step| &step.change));
        added.extend(steps.iter().map(|step| &step.change));
        let mut plan = added.plan(&graph).ok_or(ApplyError::NoPlaceLeft)?;
        for (at, steps) in moments {
            graph = Applier::new(&graph, at, &mut plan).apply(&steps)?;
        }
        Ok((graph, plan))
    }

    /// The steps recorded at each moment since the base.
    fn moments(&self) -> Vec<(Timestamp, Vec<AppliedChange>)> {
        let mut moments: Vec<Moment> = self.delta.times.iter().map(|_| Moment::new()).collect();
        let first = u32::try_from(self.base.times.len()).unwrap_or(u32::MAX);
        let mut record = |at: u32, id: String, step: AppliedChange| {
            let place = at.checked_sub(first).and_then(|place| usize::try_from(place).ok());
            if let Some(moment) = place.and_then(|place| moments.get_mut(place)) {
                // A new version replaces the retraction of the old one at the same moment.
                match step.change {
                    Change::Put(_) => drop(moment.insert(id, step)),
                    _ => drop(moment.entry(id).or_insert(step)),
                }
            }
        };
        for ix in self.delta.entities.keys() {
            for version in self.entity_versions(*ix) {
                let RowVersion::<EntityRow> {
                    recorded, merged_into, ..
                } = version;
                let read = EntityRef::of(self, version);
                let id = read.id().to_owned();
                let end = match merged_into {
                    Some(into) => Change::Merge {
                        from: id.clone(),
                        into: self.entity_id(into).to_owned(),
                    },
                    None => Change::Retract {
                        noun: Noun::Entity,
                        id: id.clone(),
                    },
                };
                record(recorded.until, id.clone(), step(recorded, end));
                if recorded.from >= first {
                    record(recorded.from, id, put(recorded, Record::Entity(read.record())));
                }
            }
        }
        for ix in self.delta.sources.keys() {
            for version in self.source_versions(*ix) {
                let RowVersion::<SourceRow> { recorded, .. } = version;
                let read = SourceRef::of(self, version);
                let id = read.id().to_owned();
                let end = Change::Retract {
                    noun: Noun::Source,
                    id: id.clone(),
                };
                record(recorded.until, id.clone(), step(recorded, end));
                if recorded.from >= first {
                    record(recorded.from, id, put(recorded, Record::Source(read.record())));
                }
            }
        }
        for ix in self.delta.relationships.keys() {
            let recorded = self.recorded(*ix);
            let read = self.relationship(*ix);
            let id = read.id().into_owned();
            let end = Change::Retract {
                noun: Noun::Relationship,
                id: id.clone(),
            };
            record(recorded.until, id.clone(), step(recorded, end));
            if recorded.from >= first {
                record(recorded.from, id, put(recorded, Record::Relationship(read.record())));
            }
        }
        let steps = moments.into_iter().map(|moment| moment.into_values().collect());
        self.delta.times.iter().copied().zip(steps).collect()
    }
}

fn put(recorded: VersionSpan, record: Record) -> AppliedChange {
    step(recorded, Change::Put(Box::new(record)))
}

/// A step with only the parts that are applied.
fn step(recorded: VersionSpan, change: Change) -> AppliedChange {
    AppliedChange {
        change,
        action: Action::Updated,
        version: recorded.version,
        entities: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        graph::GraphBuilder,
        model::{Ends, Entity, EntityKind, Relationship, RelationshipKind, View},
    };

    fn at(moment: usize) -> Timestamp {
        Timestamp::from_second(i64::try_from(moment).unwrap() + 1).unwrap()
    }

    fn company(id: &str, name: &str) -> Change {
        Change::Put(Box::new(Record::Entity(
            Entity::new(id, EntityKind::Company, name).unwrap(),
        )))
    }

    fn initial_graph() -> Snapshot {
        let mut builder = GraphBuilder::new(Timestamp::UNIX_EPOCH);
        for id in ["a", "m", "z"] {
            let entity = Entity::new(id, EntityKind::Company, id).unwrap();
            builder.add(&Record::Entity(entity)).unwrap();
        }
        builder.finish("Test", None, None).unwrap()
    }

    /// Whether two graphs have the same records at all times, in order.
    fn is_same(one: &Snapshot, other: &Snapshot, moments: usize) -> bool {
        let all = |graph: &Snapshot, moment: usize| -> Vec<String> {
            let mask = graph.mask(&View::now(at(moment)));
            let known = graph.known_at(at(moment));
            let ids: Vec<String> = known
                .entities(&mask)
                .map(|entity| format!("{} {}", known.entity(entity).id(), known.entity(entity).name()))
                .collect();
            assert!(ids.is_sorted());
            ids
        };
        one.digest() == other.digest() && (0..moments).all(|moment| all(one, moment) == all(other, moment))
    }

    #[test]
    fn a_respaced_graph_has_the_same_records_at_all_times() {
        let relationship = |id: &str, from: &str, to: &str| {
            let ends = Ends::Known {
                from: from.to_owned(),
                to: to.to_owned(),
            };
            let relationship = Relationship::new(id.to_owned(), RelationshipKind::Owns, ends);
            Change::Put(Box::new(Record::Relationship(relationship)))
        };
        let retract = |noun, id: &str| Change::Retract {
            noun,
            id: id.to_owned(),
        };
        let commits = [
            vec![company("b", "B"), company("n", "N")],
            vec![relationship("r1", "b", "m"), relationship("r2", "b", "n")],
            vec![
                company("b", "B two"),
                company("m", "M two"),
                relationship("r1", "b", "n"),
            ],
            vec![retract(Noun::Relationship, "r2"), retract(Noun::Entity, "z")],
            vec![company("z", "Z respaced"), company("o", "O")],
            vec![Change::Merge {
                from: "o".to_owned(),
                into: "z".to_owned(),
            }],
            vec![retract(Noun::Relationship, "r1")],
            vec![relationship("r1", "z", "a")],
        ];
        let mut graph = initial_graph();
        let count = commits.len();
        for (moment, changes) in commits.into_iter().enumerate() {
            graph = graph.apply(changes, at(moment)).unwrap().0;
            let (respaced, _) = graph.respaced(&[]).unwrap();
            assert!(is_same(&graph, &respaced, count));
            assert_eq!(respaced.changes(), graph.changes());
            assert!(is_same(&respaced.rebuilt().unwrap(), &graph.rebuilt().unwrap(), count));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn ids_in_any_order_can_be_added(ids in proptest::collection::vec("[ab]{1,40}b", 1..120), size in 1usize..5) {
            let mut graph = initial_graph();
            let mut added = std::collections::BTreeSet::new();
            for (moment, commit) in ids.chunks(size).enumerate() {
                let new: std::collections::BTreeSet<&String> = commit.iter().collect();
                let changes = new.iter().map(|id| company(id, id)).collect();
                graph = graph.apply(changes, at(moment)).unwrap().0;
                added.extend(new);
            }
            let mask = graph.mask(&View::now(Timestamp::MAX));
            let entities: Vec<&str> = graph.entities(&mask).map(|entity| graph.entity(entity).id()).collect();
            prop_assert!(entities.is_sorted() && entities.len() == added.len() + 3);
        }
    }
}
