//! Places between the ids of the base for added records. All ids of a commit get their places at once, spread in the room between
//! their neighbors. If no room is left, all added records get new places: see [`Snapshot::respaced`].

use std::{
    collections::{HashMap, VecDeque},
    ops::Bound,
    sync::Arc,
};

use imbl::OrdMap;

use crate::{
    graph::{
        ix::{EntityIx, RelationshipIx, SourceIx},
        read::snapshot::Snapshot,
    },
    model::{Change, Record},
};

/// The distance from an only neighbor.
const STRIDE: u64 = 1 << 40;
/// The difference of the prefixes shared with both neighbors from which an id counts as the successor of one of them.
const PREFIX_DIFFERENCE_MIN: usize = 4;
/// The fraction of the room used for ids that continue a sequence,
const SEQUENCE_FRACTION: u64 = 1024;
/// and for ids that may continue one.
const MAYBE_SEQUENCE_FRACTION: u64 = 16;
/// In less room than this, ids are placed in the middle, where the room lasts longest.
const NARROW: u64 = 1 << 32;

/// The neighbor of new places among the added ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Neighbor {
    place: u64,
    /// The length of the prefix that its id shares with the new one, in bytes.
    shared: usize,
}

/// Places at equal distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spread {
    first: u64,
    step: u64,
}

/// `count` places between two neighbors, each `None` at an end of the room. Ids with a common prefix are likely to come in sequence,
/// so an id with the prefix of one neighbor is placed near it and leaves the room to its successors. `None` if there is not enough
/// room.
///
/// A gap with `n` evenly spread places has room for at least 32 more commits of one id, in any order, if `n` is below 2^32: see the
/// tests.
fn spread(low: Option<Neighbor>, high: Option<Neighbor>, count: u64) -> Option<Spread> {
    let shared = |neighbor: Option<Neighbor>| neighbor.map_or(0, |neighbor| neighbor.shared);
    let (floor, ceiling) = (low.map_or(0, |low| low.place), high.map_or(u64::MAX, |high| high.place));
    let room = ceiling.checked_sub(floor)?;
    let difference = shared(low).abs_diff(shared(high));
    let near = match (low, high) {
        (Some(_), Some(_)) if room <= NARROW => room,
        (Some(_), Some(_)) if difference >= PREFIX_DIFFERENCE_MIN => room / SEQUENCE_FRACTION,
        (Some(_), Some(_)) if difference > 0 => room / MAYBE_SEQUENCE_FRACTION,
        (Some(_), None) | (None, Some(_)) => STRIDE,
        _ => room,
    };
    let step = near.min(room / count.checked_add(1)?);
    let is_like_low = high.is_none() || (low.is_some() && shared(low) >= shared(high));
    let first = match is_like_low {
        true => floor + step,
        false => ceiling - step * count,
    };
    (step > 0).then_some(Spread { first, step })
}

/// An id that needs places: their number, and the number of rows of the base before it.
#[derive(Debug)]
struct Slot {
    id: Arc<str>,
    rows: u32,
    count: u64,
}

/// An id with places next to a slot: the number of rows of the base before it, the place next to the slot, and the id.
type AdjacentId<'a> = Option<(u32, u64, &'a str)>;

/// The places of each slot, ascending by id. `neighbors` returns the ids with places on both sides of a slot. `None` if there is
/// not enough room.
fn assign<'a>(slots: &[Slot], neighbors: impl Fn(&Slot) -> [AdjacentId<'a>; 2]) -> Option<Vec<Spread>> {
    // An id after other rows of the base is not a neighbor.
    let adjacent = |slot: &Slot| neighbors(slot).map(|id| id.filter(|(rows, ..)| *rows == slot.rows));
    let mut places = Vec::with_capacity(slots.len());
    let mut start = 0;
    while let Some(first) = slots.get(start) {
        let [low, mut high] = adjacent(first);
        let mut end = start + 1;
        // All slots before the same neighbor share the room.
        while let Some(next) = slots.get(end).filter(|next| next.rows == first.rows) {
            let [next_low, next_high] = adjacent(next);
            if next_low.map(|(_, place, _)| place) != low.map(|(_, place, _)| place) {
                break;
            }
            (high, end) = (next_high, end + 1);
        }
        let run = &slots[start..end];
        let neighbor = |adjacent: AdjacentId<'_>, slot: &Slot| {
            let (_, place, id) = adjacent?;
            let prefix = slot.id.bytes().zip(id.bytes()).take_while(|(one, other)| one == other);
            let shared = prefix.count();
            Some(Neighbor { place, shared })
        };
        let count = run.iter().map(|slot| slot.count).sum();
        let Spread { first: mut place, step } = spread(neighbor(low, first), neighbor(high, &slots[end - 1]), count)?;
        for slot in run {
            places.push(Spread { first: place, step });
            // After the last slot there may be no more room.
            place = place.wrapping_add(step.wrapping_mul(slot.count));
        }
        start = end;
    }
    Some(places)
}

/// The places of added records.
#[derive(Debug, Default)]
pub(in crate::graph) struct Plan {
    entities: HashMap<Arc<str>, EntityIx>,
    sources: HashMap<Arc<str>, SourceIx>,
    /// The places of the added versions, in order.
    relationships: HashMap<Arc<str>, VecDeque<RelationshipIx>>,
}

/// The ids that need places.
#[derive(Debug, Default)]
pub(in crate::graph) struct AddedIds {
    entities: Vec<Arc<str>>,
    sources: Vec<Arc<str>>,
    relationships: Vec<Arc<str>>,
}

impl AddedIds {
    /// Adds the ids of the records that `changes` put.
    pub(in crate::graph) fn extend<'a>(&mut self, changes: impl Iterator<Item = &'a Change>) {
        for change in changes {
            let Change::Put(record) = change else { continue };
            let ids = match &**record {
                Record::Entity(_) => &mut self.entities,
                Record::Source(_) => &mut self.sources,
                Record::Relationship(_) => &mut self.relationships,
            };
            ids.push(Arc::from(record.id()));
        }
    }

    /// The places of all ids among those of `graph`. `None` if there is not enough room between two ids.
    pub(in crate::graph) fn plan(mut self, graph: &Snapshot) -> Option<Plan> {
        let (base, delta) = (&graph.base, &graph.delta);
        let mut plan = Plan::default();
        self.entities.retain(|id| graph.entity_with(id).is_none());
        let slots = ascending(
            self.entities,
            |_, id| base.entity_place(id).unwrap_or_else(|before| before),
            Times::Once,
        );
        let place_of = |ix: &EntityIx| [(ix.rows(), ix.place()); 2];
        let places = assign(&slots, |slot| adjacent_ids(&delta.entity_ids, slot, place_of))?;
        for (Slot { id, rows, .. }, Spread { first, .. }) in slots.into_iter().zip(places) {
            plan.entities.insert(id, EntityIx::added(rows, first));
        }
        self.sources.retain(|id| graph.source_with(id).is_none());
        let slots = ascending(
            self.sources,
            |_, id| base.source(id).unwrap_or_else(|before| before),
            Times::Once,
        );
        let place_of = |ix: &SourceIx| [(ix.rows(), ix.place()); 2];
        let places = assign(&slots, |slot| adjacent_ids(&delta.source_ids, slot, place_of))?;
        for (Slot { id, rows, .. }, Spread { first, .. }) in slots.into_iter().zip(places) {
            plan.sources.insert(id, SourceIx::added(rows, first));
        }
        // Ids in ascending order are close to each other.
        let rows = |before, id: &str| base.relationships_from(before, id).end;
        let slots = ascending(self.relationships, rows, Times::Each);
        let place_of =
            |(first, last): &(RelationshipIx, RelationshipIx)| [*first, *last].map(|ix| (ix.rows(), ix.place()));
        let places = assign(&slots, |slot| adjacent_ids(&delta.relationship_ids, slot, place_of))?;
        for (Slot { id, rows, count }, Spread { first, step }) in slots.into_iter().zip(places) {
            let versions = (0..count).map(|number| RelationshipIx::added(rows, first + number * step));
            plan.relationships.insert(id, versions.collect());
        }
        Some(plan)
    }
}

impl Plan {
    /// The place of a new entity.
    pub(in crate::graph) fn entity(&self, id: &str) -> EntityIx {
        *self.entities.get(id).expect("every new entity was planned for")
    }

    /// The place of a new source.
    pub(in crate::graph) fn source(&self, id: &str) -> SourceIx {
        *self.sources.get(id).expect("every new source was planned for")
    }

    /// The place of the next version of a relationship.
    pub(in crate::graph) fn relationship(&mut self, id: &str) -> RelationshipIx {
        let versions = self.relationships.get_mut(id);
        versions
            .and_then(VecDeque::pop_front)
            .expect("every new version was planned for")
    }
}

/// The number of places for an id that occurs several times.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Times {
    Once,
    Each,
}

/// A slot for each id, ascending. `rows` returns the number of rows of the base before an id, given a lower bound.
fn ascending(mut ids: Vec<Arc<str>>, rows: impl Fn(u32, &str) -> u32, times: Times) -> Vec<Slot> {
    ids.sort_unstable();
    let mut slots: Vec<Slot> = Vec::with_capacity(ids.len());
    for id in ids {
        match slots.last_mut() {
            Some(last) if last.id == id => last.count += u64::from(times == Times::Each),
            last => {
                let rows = rows(last.map_or(0, |last| last.rows), &id);
                slots.push(Slot { id, rows, count: 1 });
            }
        }
    }
    slots
}

/// The ids on both sides of a slot. `first_and_last` returns the first and the last place of an id, with the rows before them.
fn adjacent_ids<'a, V: Clone>(
    ids: &'a OrdMap<Arc<str>, V>,
    slot: &Slot,
    first_and_last: impl Fn(&V) -> [(u32, u64); 2],
) -> [AdjacentId<'a>; 2] {
    let low = ids.get_prev(&slot.id).map(|(id, value)| {
        let (rows, place) = first_and_last(value)[1];
        (rows, place, &**id)
    });
    let after = ids
        .range((Bound::Excluded(Arc::clone(&slot.id)), Bound::Unbounded))
        .next();
    let high = after.map(|(id, value)| {
        let (rows, place) = first_and_last(value)[0];
        (rows, place, &**id)
    });
    [low, high]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn adjacent_id<'a>((id, place): (&'a String, &'a u64)) -> (u32, u64, &'a str) {
        (0, *place, id.as_str())
    }

    /// Places in one gap of the base, which are all spread again when there is no room.
    #[derive(Default)]
    struct Gap {
        places: BTreeMap<String, u64>,
        /// The number of commits since all were spread the last time, and the fewest between two times.
        since: usize,
        fewest: Option<usize>,
        /// How often an id got another place.
        moved: usize,
    }

    impl Gap {
        /// Adds the ids of a commit.
        fn add(&mut self, mut ids: Vec<String>) {
            ids.retain(|id| !self.places.contains_key(id));
            ids.sort();
            ids.dedup();
            let slots: Vec<Slot> = ids.iter().map(|id| slot(id)).collect();
            let neighbors = |slot: &Slot| {
                let id = slot.id.to_string();
                let low = self.places.range(..id.clone()).next_back().map(adjacent_id);
                [low, self.places.range(id..).next().map(adjacent_id)]
            };
            match assign(&slots, neighbors) {
                Some(places) => {
                    let entries = ids.into_iter().zip(places.into_iter().map(|spread| spread.first));
                    self.places.extend(entries);
                    self.since += 1;
                }
                None => {
                    self.moved += self.places.len();
                    let all = std::mem::take(&mut self.places).into_keys().chain(ids).collect();
                    self.spread(all);
                }
            }
        }

        /// Spreads all of these again.
        fn spread(&mut self, mut all: Vec<String>) {
            all.sort();
            let slots: Vec<Slot> = all.iter().map(|id| slot(id)).collect();
            let places = assign(&slots, |_| [None, None]).expect("there is room for all");
            self.places = all
                .into_iter()
                .zip(places.into_iter().map(|spread| spread.first))
                .collect();
            self.fewest = Some(self.fewest.map_or(self.since, |fewest| fewest.min(self.since)));
            self.since = 0;
        }

        /// Whether places ascend with the ids.
        fn is_in_order(&self) -> bool {
            let places: Vec<u64> = self.places.values().copied().collect();
            places.first().is_none_or(|first| *first > 0) && places.is_sorted_by(|one, other| one < other)
        }
    }

    fn slot(id: &str) -> Slot {
        Slot {
            id: Arc::from(id),
            rows: 0,
            count: 1,
        }
    }

    fn randoms(seed: u64) -> impl Iterator<Item = u64> {
        let mut random = seed;
        std::iter::repeat_with(move || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            random ^ (random >> 29)
        })
    }

    #[test]
    fn ids_in_usual_orders_rarely_move() {
        const COUNT: usize = 30_000;
        let numbers = || (0..COUNT).map(|number| format!("acme-{number}"));
        let orders: Vec<Box<dyn Iterator<Item = String>>> = vec![
            Box::new(numbers()),
            Box::new((0..COUNT).map(|number| format!("acme-{:06}", COUNT - number))),
            Box::new((0..COUNT).map(|number| format!("rel:c{:02}:OWNS:x:{}", number % 2, number / 2))),
            Box::new((0..COUNT).map(|number| format!("rel:c{:02}:OWNS:x:{}", number % 7, number / 7))),
            Box::new((0..COUNT).map(|number| format!("rel:c{:02}:OWNS:x:{}", number % 50, number / 50))),
            Box::new(randoms(1).take(COUNT).map(|number| format!("rel:new:{number}"))),
            Box::new(randoms(2).take(COUNT).map(|number| format!("{number:016x}"))),
        ];
        for order in orders {
            let mut gap = Gap::default();
            order.for_each(|id| gap.add(vec![id]));
            assert!(gap.is_in_order());
            assert_eq!(gap.places.len(), COUNT);
            // Less than once each on average.
            assert!(gap.moved < COUNT, "{}", gap.moved);
        }
        // The same with many at a time.
        let mut gap = Gap::default();
        let all: Vec<String> = numbers().collect();
        all.chunks(300).for_each(|batch| gap.add(batch.to_vec()));
        assert!(gap.is_in_order());
        assert_eq!((gap.places.len(), gap.moved), (COUNT, 0));
    }

    /// Ids each of which lies between the last two.
    fn halving(count: usize) -> Vec<String> {
        let mut id = String::new();
        let ids = (0..count).map(|number| {
            let next = format!("{id}{}", if number % 2 == 0 { "m" } else { "lz" });
            id.push(if number % 2 == 0 { 'l' } else { 'm' });
            next
        });
        ids.collect()
    }

    #[test]
    fn after_spreading_there_is_room_for_thirty_ids_in_any_order() {
        let descending = |count: usize| (1..=count).map(|number| format!("{}b", "a".repeat(number))).collect();
        let ascending = |count: usize| (1..=count).map(|number| format!("{}a", "b".repeat(number))).collect();
        let orders: [(&str, Vec<String>); 3] = [
            ("descending", descending(1_500)),
            (
                "ascending before another",
                [vec!["c".to_owned()], ascending(1_500)].concat(),
            ),
            ("halving", halving(1_500)),
        ];
        for (name, order) in orders {
            let mut gap = Gap::default();
            order.into_iter().for_each(|id| gap.add(vec![id]));
            assert!(gap.is_in_order(), "{name}");
            assert!(gap.fewest.is_none_or(|fewest| fewest >= 12), "{name}: {:?}", gap.fewest);
            // On average an id moves at most once in 24 commits.
            assert!(
                gap.moved <= gap.places.len() * gap.places.len() / 24,
                "{name}: {}",
                gap.moved
            );
        }
    }

    #[test]
    fn a_million_ids_leave_room_for_thirty_commits_anywhere() {
        let mut all: Vec<String> = (0..1_000_000_u32).map(|number| format!("{number:07}")).collect();
        let mut gap = Gap::default();
        gap.spread(std::mem::take(&mut all));
        assert!(gap.is_in_order());
        let full = gap.places;
        for order in ["0500000", "0999999", "0000000"] {
            for is_halving in [false, true] {
                let mut gap = Gap {
                    places: full.clone(),
                    ..Gap::default()
                };
                for number in 0..32 {
                    let id = match is_halving {
                        true => format!("{order}{}", &halving(number + 1)[number]),
                        false => format!("{order}{}b", "a".repeat(32 - number)),
                    };
                    gap.add(vec![id]);
                }
                assert_eq!(gap.moved, 0, "{order}");
                assert!(gap.is_in_order());
            }
        }
        // And for all ids of one commit.
        let mut gap = Gap {
            places: full,
            ..Gap::default()
        };
        gap.add((1..100_000).map(|number| format!("0500000-{number}")).collect());
        assert_eq!(gap.moved, 0);
        assert!(gap.is_in_order() && gap.places.len() == 1_099_999);
    }

    #[test]
    fn without_room_there_are_no_places() {
        let neighbor = |place| Some(Neighbor { place, shared: 0 });
        assert_eq!(spread(neighbor(5), neighbor(6), 1), None);
        assert_eq!(spread(neighbor(6), neighbor(6), 1), None);
        assert_eq!(spread(neighbor(u64::MAX), None, 1), None);
        assert_eq!(spread(None, neighbor(1), 1), None);
        assert_eq!(spread(neighbor(5), neighbor(8), 3), None);
        assert_eq!(spread(neighbor(5), neighbor(8), 2), Some(Spread { first: 6, step: 1 }));
    }
}
