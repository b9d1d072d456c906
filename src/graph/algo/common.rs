//! What several entities have in common: whom each of them reaches within so many steps.

use std::hash::Hash;

use hashbrown::HashMap;

use super::paths::{CrossingOf, Path};
use crate::graph::{Crossing, Expand, Traversal, ask::expand::Gate};

/// How many entities are compared before it is looked whether the work is to go on.
const AT_ONCE: usize = 256;

/// The entities that each of several others reaches.
#[derive(Debug, Clone)]
pub struct CommonConnections<N, L> {
    /// How each of the others reaches entities: at which distance, and over which crossing.
    reached: Vec<Reached<N, L>>,
    found: Vec<CommonConnection<N>>,
}

/// An entity that each of several others reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommonConnection<N> {
    /// The entity they have in common.
    pub entity: N,
    /// How many steps the shortest ways from all of them take together.
    pub distance: usize,
}

impl<N: Copy + Eq + Hash, L: Copy> CommonConnections<N, L> {
    /// They, each once, in any order.
    #[must_use]
    pub fn found(&self) -> &[CommonConnection<N>] {
        &self.found
    }

    /// A shortest way from each of the others to one of those found, in the order in which they were named. O(their lengths).
    #[must_use]
    pub fn ways_to(&self, entity: N) -> Vec<Path<N, L>> {
        self.reached.iter().map(|reached| way_to(reached, entity)).collect()
    }
}

/// Whom each of `of` reaches within `depth_max` steps. They themselves are left out and not passed through: what one reaches only
/// by way of another is not in common. Where several shortest ways lead there, the one with the smallest ids, read from the far
/// end, is told.
///
/// One breadth-first search for each of them, O(relationships looked at), each of which spends one unit.
///
/// # Errors
/// What the store fails with, or an exhausted budget.
pub fn common_connections<E: Expand>(
    walk: &E,
    traversal: &Traversal<E::Node>,
    of: &[E::Node],
    depth_max: usize,
) -> Result<CommonConnections<E::Node, E::Link>, E::Error> {
    let mut gate = Gate::new(walk, traversal);
    let mut reached = Vec::with_capacity(of.len());
    for start in of {
        reached.push(reach(walk, traversal, &mut gate, (*start, of), depth_max)?);
    }
    let mut found = Vec::new();
    // Whoever reaches fewest bounds what they have in common.
    let fewest = reached.iter().min_by_key(|reached| reached.len());
    for (place, entity) in fewest.into_iter().flat_map(HashMap::keys).enumerate() {
        if place % AT_ONCE == 0 {
            walk.spend(0)?;
        }
        let distances = reached.iter().map(|from| Some(from.get(entity)?.0));
        if let Some(distance) = distances.sum() {
            let entity = *entity;
            found.push(CommonConnection { entity, distance });
        }
    }
    Ok(CommonConnections { reached, found })
}

/// How each entity was reached: at which distance, and over which crossing.
type Reached<N, L> = HashMap<N, (usize, Crossing<N, L>)>;

fn reach<E: Expand>(
    walk: &E,
    traversal: &Traversal<E::Node>,
    gate: &mut Gate<'_, E>,
    (start, of): (E::Node, &[E::Node]),
    depth_max: usize,
) -> Result<Reached<E::Node, E::Link>, E::Error> {
    let ids = |crossing: &CrossingOf<E>| (walk.entity_id(crossing.from), walk.relationship_id(crossing.link));
    let mut reached = Reached::<E::Node, E::Link>::new();
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
                Some((known, best)) if *known == distance => {
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

/// The way that leads to `entity`; empty where none does.
fn way_to<N: Copy + Eq + Hash, L: Copy>(reached: &Reached<N, L>, entity: N) -> Path<N, L> {
    let mut way = Vec::new();
    let mut here = entity;
    while let Some((_, crossing)) = reached.get(&here) {
        way.push(*crossing);
        here = crossing.from;
    }
    way.reverse();
    way
}
