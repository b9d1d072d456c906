//! What several entities have in common: whom each of them reaches within so many steps.

use hashbrown::HashMap;

use super::paths::{CrossingOf, Path, PathOf};
use crate::graph::{Expand, Traversal, expand::Gate};

/// An entity that each of several others reaches.
#[derive(Debug, Clone)]
pub struct CommonConnection<N, L> {
    /// The entity they have in common.
    pub entity: N,
    /// A shortest way from each of them to it, in their order.
    pub ways: Vec<Path<N, L>>,
}

impl<N, L> CommonConnection<N, L> {
    /// How many steps all ways take together.
    pub fn distance(&self) -> usize {
        self.ways.iter().map(Vec::len).sum()
    }
}

/// A common connection over what `E` expands.
type CommonOf<E> = CommonConnection<<E as Expand>::Node, <E as Expand>::Link>;

/// Whom each of `of` reaches within `depth_max` steps: nearest first, then by id. They themselves are left out and not
/// passed through: what one reaches only by way of another is not in common. Where several shortest ways lead there, the one with the smallest ids, read from the far end, is told.
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
) -> Result<Vec<CommonOf<E>>, E::Error> {
    let mut gate = Gate::new(walk, traversal);
    let mut reached = Vec::with_capacity(of.len());
    for start in of {
        reached.push(reach(walk, traversal, &mut gate, (*start, of), depth_max)?);
    }
    let Some((first, others)) = reached.split_first() else {
        return Ok(Vec::new());
    };
    let shared = first
        .keys()
        .filter(|node| others.iter().all(|other| other.contains_key(*node)));
    let mut common: Vec<CommonOf<E>> = shared
        .map(|entity| CommonConnection {
            entity: *entity,
            ways: reached.iter().map(|from| way_to::<E>(from, *entity)).collect(),
        })
        .collect();
    common.sort_unstable_by(|a, b| {
        let ids = || walk.entity_id(a.entity).cmp(walk.entity_id(b.entity));
        a.distance().cmp(&b.distance()).then_with(ids)
    });
    Ok(common)
}

/// How each entity was reached: at which distance, and over which crossing.
type Reached<E> = HashMap<<E as Expand>::Node, (usize, CrossingOf<E>)>;

fn reach<E: Expand>(
    walk: &E,
    traversal: &Traversal<E::Node>,
    gate: &mut Gate<'_, E>,
    (start, of): (E::Node, &[E::Node]),
    depth_max: usize,
) -> Result<Reached<E>, E::Error> {
    let ids = |crossing: &CrossingOf<E>| (walk.entity_id(crossing.from), walk.relationship_id(crossing.link));
    let mut reached: Reached<E> = HashMap::new();
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

fn way_to<E: Expand>(reached: &Reached<E>, entity: E::Node) -> PathOf<E> {
    let mut way = Vec::new();
    let mut here = entity;
    while let Some((_, crossing)) = reached.get(&here) {
        way.push(*crossing);
        here = crossing.from;
    }
    way.reverse();
    way
}
