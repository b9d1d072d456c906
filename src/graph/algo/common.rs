//! Common connections of several entities: the entities that each of them reaches within a number of steps.

use std::hash::Hash;

use hashbrown::HashMap;

use super::paths::{CrossingOf, Path};
use crate::graph::{Crossing, Expand, Traversal, query::expand::Gate};

/// The number of entities compared between checks for cancellation.
const BATCH: usize = 256;

/// The entities that each of several others reaches.
#[derive(Debug, Clone)]
pub struct CommonConnections<N, L> {
    /// The reachable entities of each of the others, with distance and last crossing.
    reach_maps: Vec<ReachMap<N, L>>,
    connections: Vec<CommonConnection<N>>,
}

/// An entity that each of several others reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommonConnection<N> {
    /// The entity they have in common.
    pub entity: N,
    /// The total number of steps of the shortest paths from all of them.
    pub distance: usize,
}

impl<N: Copy + Eq + Hash, L: Copy> CommonConnections<N, L> {
    /// The common connections, each once, in any order.
    #[must_use]
    pub fn connections(&self) -> &[CommonConnection<N>] {
        &self.connections
    }

    /// A shortest path from each of the others to one of the connections, in the order of the request. O(their lengths).
    #[must_use]
    pub fn paths_to(&self, entity: N) -> Vec<Path<N, L>> {
        self.reach_maps.iter().map(|reached| path_to(reached, entity)).collect()
    }
}

/// The entities that each of `of` reaches within `depth_max` steps. The given entities themselves are excluded and not passed
/// through: an entity that one reaches only through another is not common. Of several shortest paths, the one with the smallest ids,
/// read from the far end, is returned.
///
/// One breadth-first search for each of them, O(relationships read), each of which spends one unit.
///
/// # Errors
/// The errors of the store, or an exhausted budget.
pub fn common_connections<E: Expand>(
    walk: &E,
    traversal: &Traversal<E::Node>,
    of: &[E::Node],
    depth_max: usize,
) -> Result<CommonConnections<E::Node, E::Link>, E::Error> {
    let mut gate = Gate::new(walk, traversal);
    let mut reach_maps = Vec::with_capacity(of.len());
    for start in of {
        reach_maps.push(reach(walk, traversal, &mut gate, (*start, of), depth_max)?);
    }
    let mut connections = Vec::new();
    // The smallest map bounds the result.
    let fewest = reach_maps.iter().min_by_key(|reached| reached.len());
    for (place, entity) in fewest.into_iter().flat_map(HashMap::keys).enumerate() {
        if place % BATCH == 0 {
            walk.spend(0)?;
        }
        let distances = reach_maps.iter().map(|from| Some(from.get(entity)?.0));
        if let Some(distance) = distances.sum() {
            let entity = *entity;
            connections.push(CommonConnection { entity, distance });
        }
    }
    Ok(CommonConnections {
        reach_maps,
        connections,
    })
}

/// The reached entities, with distance and last crossing.
type ReachMap<N, L> = HashMap<N, (usize, Crossing<N, L>)>;

fn reach<E: Expand>(
    walk: &E,
    traversal: &Traversal<E::Node>,
    gate: &mut Gate<'_, E>,
    (start, of): (E::Node, &[E::Node]),
    depth_max: usize,
) -> Result<ReachMap<E::Node, E::Link>, E::Error> {
    let ids = |crossing: &CrossingOf<E>| (walk.entity_id(crossing.from), walk.relationship_id(crossing.link));
    let mut reached = ReachMap::<E::Node, E::Link>::new();
    let mut frontier = vec![start];
    for distance in 1..=depth_max {
        let mut crossings = Vec::new();
        walk.expand(&frontier, &traversal.step, &mut crossings)?;
        frontier.clear();
        for crossing in crossings {
            if of.contains(&crossing.to) || traversal.avoid.contains(&crossing.to) {
                continue;
            }
            match reached.get_mut(&crossing.to) {
                Some((shortest, best)) if *shortest == distance => {
                    if ids(&crossing) < ids(best) {
                        *best = crossing;
                    }
                }
                Some(_) => {}
                None => {
                    reached.insert(crossing.to, (distance, crossing));
                    if gate.admits(crossing.to, crossing.to_kind)? {
                        frontier.push(crossing.to);
                    }
                }
            }
        }
        if frontier.is_empty() {
            break;
        }
    }
    Ok(reached)
}

/// The path to `entity`; empty if there is none.
fn path_to<N: Copy + Eq + Hash, L: Copy>(reached: &ReachMap<N, L>, entity: N) -> Path<N, L> {
    let mut path = Vec::new();
    let mut current = entity;
    while let Some((_, crossing)) = reached.get(&current) {
        path.push(*crossing);
        current = crossing.from;
    }
    path.reverse();
    path
}
