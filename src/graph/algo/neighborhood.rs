//! The neighborhood of some entities: everything within a number of steps, level by level.

use hashbrown::{HashMap, HashSet};

use crate::graph::{Crossing, Expand, Traversal, query::expand::Gate};

/// The bounds of a neighborhood.
#[derive(Debug, Clone, Copy)]
pub struct NeighborhoodBounds {
    /// The most steps from a start.
    pub depth_max: usize,
    /// The most entities, including the starts.
    pub entities_max: usize,
    /// The most relationships.
    pub relationships_max: usize,
}

/// A part of the graph.
#[derive(Debug, Clone)]
pub struct Neighborhood<N, L> {
    /// The entities with their distance from the nearest start, by distance, then id.
    pub entities: Vec<(N, usize)>,
    /// The relationships between them, by id.
    pub relationships: Vec<L>,
    /// Whether a bound was reached.
    pub truncated: bool,
}

/// Everything within `bounds` around `starts`. At a bound, the entities with the smallest ids of a level remain.
///
/// A breadth-first search: O(relationships read), each of which spends one unit. Memory is proportional to the result.
///
/// # Errors
/// The errors of the store, or an exhausted budget.
pub fn neighborhood<E: Expand>(
    walk: &E,
    traversal: &Traversal<E::Node>,
    starts: &[E::Node],
    bounds: NeighborhoodBounds,
) -> Result<Neighborhood<E::Node, E::Link>, E::Error> {
    let by_id = |nodes: &mut Vec<E::Node>| nodes.sort_unstable_by(|a, b| walk.entity_id(*a).cmp(walk.entity_id(*b)));
    let mut gate = Gate::new(walk, traversal);
    let mut distances: HashMap<E::Node, usize> = HashMap::new();
    let mut entities = Vec::new();
    let mut frontier: Vec<E::Node> = Vec::new();
    for start in starts {
        if distances.insert(*start, 0).is_none() {
            frontier.push(*start);
        }
    }
    by_id(&mut frontier);
    let mut truncated = frontier.len() > bounds.entities_max;
    for dropped in frontier.drain(bounds.entities_max.min(frontier.len())..) {
        distances.remove(&dropped);
    }
    entities.extend(frontier.iter().map(|start| (*start, 0)));
    let mut crossings: Vec<Crossing<E::Node, E::Link>> = Vec::new();
    for distance in 1..=bounds.depth_max {
        let previous = crossings.len();
        walk.expand(&frontier, &traversal.step, &mut crossings)?;
        crossings.retain(|crossing| !traversal.avoid.contains(&crossing.to));
        let (mut level, mut passable) = (Vec::new(), HashSet::new());
        for crossing in &crossings[previous.min(crossings.len())..] {
            if distances.contains_key(&crossing.to) {
                continue;
            }
            distances.insert(crossing.to, distance);
            level.push(crossing.to);
            if gate.admits(crossing.to, crossing.to_kind)? {
                passable.insert(crossing.to);
            }
        }
        by_id(&mut level);
        let room = bounds.entities_max - entities.len();
        if level.len() > room {
            truncated = true;
            for dropped in level.drain(room..) {
                distances.remove(&dropped);
            }
        }
        entities.extend(level.iter().map(|node| (*node, distance)));
        frontier = level;
        frontier.retain(|node| passable.contains(node));
        if truncated || frontier.is_empty() {
            break;
        }
    }
    // The outermost entities may be linked among themselves.
    walk.expand(&frontier, &traversal.step, &mut crossings)?;
    let within = |crossing: &Crossing<E::Node, E::Link>| {
        distances.contains_key(&crossing.from) && distances.contains_key(&crossing.to)
    };
    let links: HashSet<E::Link> = crossings
        .iter()
        .filter(|crossing| within(crossing))
        .map(|crossing| crossing.link)
        .collect();
    let mut relationships: Vec<E::Link> = links.into_iter().collect();
    relationships.sort_by_cached_key(|link| walk.relationship_id(*link).into_owned());
    truncated |= relationships.len() > bounds.relationships_max;
    relationships.truncate(bounds.relationships_max);
    Ok(Neighborhood {
        entities,
        relationships,
        truncated,
    })
}
