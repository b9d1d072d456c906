//! Connections of two entities: the k shortest simple paths, by length, undisputed before disputed, then by ids. The result is
//! independent of the order of the data.

use std::cmp::Ordering;

use hashbrown::{HashMap, HashSet};

use crate::{
    graph::{Crossing, Exhausted, Expand, Step, Traversal, query::expand::Gate},
    model::catalog,
};

/// A path: the relationships crossed, one after the other.
pub type Path<N, L> = Vec<Crossing<N, L>>;

/// A relationship crossed, of what `E` expands.
pub(super) type CrossingOf<E> = Crossing<<E as Expand>::Node, <E as Expand>::Link>;

/// A path over what `E` expands.
pub(super) type PathOf<E> = Vec<CrossingOf<E>>;

catalog! {
    /// The outcome of a search for paths.
    pub enum PathOutcome as "an outcome" {
        /// There is at least one path.
        Found = "FOUND",
        /// There is none of any length: everything that can be reached from one of the two ends was searched.
        NoneExists = "NONE_EXISTS",
        /// There is none within lengthMax, but both ends have further relationships: a longer one may exist.
        NoneWithinLength = "NONE_WITHIN_LENGTH",
        /// The budget of the request was exhausted before the search ended. The paths found until then are returned.
        BudgetExceeded = "BUDGET_EXCEEDED",
        /// None was found, but the search reached an undisclosed party, through which there may be one.
        BlockedByUnknown = "BLOCKED_BY_UNKNOWN",
    }
}

/// The paths between two entities.
#[derive(Debug, Clone)]
pub struct Paths<N, L> {
    /// The paths found, best first.
    pub paths: Vec<Path<N, L>>,
    /// The outcome of the search.
    pub outcome: PathOutcome,
    /// The number of relationships crossed by the search.
    pub explored: usize,
}

/// A search for paths.
#[derive(Debug, Clone, Copy)]
pub struct PathQuestion<N> {
    /// The start of the paths.
    pub from: N,
    /// Their end; another entity than `from`.
    pub to: N,
    /// The requested number of paths.
    pub count: usize,
    /// The most relationships of a path.
    pub length_max: usize,
}

/// The `count` first simple paths between two entities, in the total order of length, dispute and ids.
///
/// Yen's algorithm over a bidirectional breadth-first search: at most `count · length_max` searches, each expanding the
/// smaller of two frontiers, so that memory is proportional to the explored part of the graph. Every relationship read spends one
/// unit, so that the budget bounds the search for paths of any length.
///
/// Source: J. Y. Yen, "Finding the K Shortest Loopless Paths in a Network", Management Science 17 (1971), with E. L.
/// Lawler's restriction (1972) that a path is varied only from where it left its predecessor.
///
/// # Errors
/// The errors of the store. An exhausted budget of work is an outcome, not an error.
pub fn paths<E: Expand>(
    walk: &E,
    traversal: &Traversal<E::Node>,
    question: &PathQuestion<E::Node>,
) -> Result<Paths<E::Node, E::Link>, E::Error> {
    let mut search = Search {
        walk,
        traversal,
        gate: Gate::new(walk, traversal),
        target: question.to,
        explored: 0,
    };
    let mut paths: Vec<PathOf<E>> = Vec::new();
    let result = search.collect(question, &mut paths);
    let outcome = match result {
        Err(error) => match E::exhausted(&error) {
            Some(Exhausted::Work { .. }) => PathOutcome::BudgetExceeded,
            _ => return Err(error),
        },
        Ok(outcome) => outcome,
    };
    Ok(Paths {
        paths,
        outcome,
        explored: search.explored,
    })
}

/// A candidate path, and the step from which on it may be varied.
struct Candidate<E: Expand> {
    path: PathOf<E>,
    deviates_at: usize,
}

/// The restrictions of one bidirectional search: it must avoid the continuations of earlier paths.
struct Detour<E: Expand> {
    start: E::Node,
    /// Entities already on the path.
    excluded_nodes: HashSet<E::Node>,
    /// Relationships that must not be the first.
    excluded_links: HashSet<E::Link>,
    length_max: usize,
    /// Whether the steps before are disputed, so that further disputes make no difference.
    disputed: bool,
}

struct Search<'a, E: Expand> {
    walk: &'a E,
    traversal: &'a Traversal<E::Node>,
    gate: Gate<'a, E>,
    target: E::Node,
    explored: usize,
}

/// The result of one bidirectional search.
enum SearchResult<E: Expand> {
    Found(PathOf<E>),
    /// The two sides, which did not meet.
    NotFound(Side<E>, Side<E>),
}

impl<E: Expand> Search<'_, E> {
    fn collect(
        &mut self,
        question: &PathQuestion<E::Node>,
        paths: &mut Vec<PathOf<E>>,
    ) -> Result<PathOutcome, E::Error> {
        let unrestricted = Detour {
            start: question.from,
            excluded_nodes: HashSet::new(),
            excluded_links: HashSet::new(),
            length_max: question.length_max,
            disputed: false,
        };
        let first = match self.best(&unrestricted)? {
            SearchResult::Found(path) => path,
            SearchResult::NotFound(near, far) => return self.outcome_without_path(near, far),
        };
        let mut candidates: Vec<Candidate<E>> = vec![Candidate {
            path: first,
            deviates_at: 0,
        }];
        while paths.len() < question.count {
            let best = (0..candidates.len()).min_by(|a, b| self.compare(&candidates[*a].path, &candidates[*b].path));
            let Some(best) = best else { break };
            let Candidate { path, deviates_at } = candidates.swap_remove(best);
            paths.push(path.clone());
            if paths.len() == question.count {
                break;
            }
            for position in deviates_at..path.len() {
                let (root, spur) = path.split_at(position);
                let shares_root =
                    |other: &&PathOf<E>| other.len() > position && same_links::<E>(&other[..position], root);
                let detour = Detour {
                    start: spur[0].from,
                    excluded_nodes: root.iter().map(|crossing| crossing.from).collect(),
                    excluded_links: paths
                        .iter()
                        .filter(shares_root)
                        .map(|other| other[position].link)
                        .collect(),
                    length_max: question.length_max - position,
                    disputed: root.iter().any(|crossing| crossing.disputed),
                };
                if let SearchResult::Found(rest) = self.best(&detour)? {
                    candidates.push(Candidate {
                        path: root.iter().copied().chain(rest).collect(),
                        deviates_at: position,
                    });
                }
            }
        }
        Ok(PathOutcome::Found)
    }

    /// The total order of paths.
    fn compare(&self, a: &PathOf<E>, b: &PathOf<E>) -> Ordering {
        let disputed = |path: &PathOf<E>| path.iter().any(|crossing| crossing.disputed);
        let by_ids = || {
            // Paths of one question share most of their steps, whose ids need not be read.
            let mut steps = a.iter().zip(b).filter(|(a, b)| (a.to, a.link) != (b.to, b.link));
            steps.next().map_or(Ordering::Equal, |(a, b)| self.compare_steps(a, b))
        };
        a.len()
            .cmp(&b.len())
            .then_with(|| disputed(a).cmp(&disputed(b)))
            .then_with(by_ids)
    }

    fn compare_steps(&self, a: &CrossingOf<E>, b: &CrossingOf<E>) -> Ordering {
        let ids = |crossing: &CrossingOf<E>| {
            (
                self.walk.entity_id(crossing.to),
                self.walk.relationship_id(crossing.link),
            )
        };
        ids(a).cmp(&ids(b))
    }

    /// The first path from the start of `detour` to the target, in the total order.
    fn best(&mut self, detour: &Detour<E>) -> Result<SearchResult<E>, E::Error> {
        let mut near = Side::new(detour.start);
        let mut far = Side::new(self.target);
        while near.depth + far.depth < detour.length_max && !near.frontier.is_empty() && !far.frontier.is_empty() {
            let has_met = if near.frontier.len() <= far.frontier.len() {
                self.grow(&mut near, &far, detour, Toward::Target)?
            } else {
                self.grow(&mut far, &near, detour, Toward::Start)?
            };
            if has_met {
                return Ok(SearchResult::Found(self.choose(&near, &far, detour)));
            }
        }
        Ok(SearchResult::NotFound(near, far))
    }

    /// Why the search for a first path found none.
    fn outcome_without_path(&mut self, mut near: Side<E>, mut far: Side<E>) -> Result<PathOutcome, E::Error> {
        let continues =
            self.can_continue(&mut near, &far, Toward::Target)? && self.can_continue(&mut far, &near, Toward::Start)?;
        Ok(if self.reaches_undisclosed(&near, &far) {
            PathOutcome::BlockedByUnknown
        } else if continues {
            PathOutcome::NoneWithinLength
        } else {
            PathOutcome::NoneExists
        })
    }

    /// Whether a further step takes `side` to the other side, or to a new entity that may be passed. Stops at the first. If there is
    /// none, the complete frontier was expanded and nothing lies beyond it.
    fn can_continue(&mut self, side: &mut Side<E>, other: &Side<E>, toward: Toward) -> Result<bool, E::Error> {
        let step = self.step(toward);
        let mut crossings = Vec::new();
        for end in &side.frontier {
            crossings.clear();
            self.walk.expand(std::slice::from_ref(end), &step, &mut crossings)?;
            for crossing in &crossings {
                if other.depths.contains_key(&crossing.to) {
                    return Ok(true);
                }
                let is_new = !side.depths.contains_key(&crossing.to) && !self.traversal.avoid.contains(&crossing.to);
                if is_new && self.gate.admits(crossing.to, crossing.to_kind)? {
                    return Ok(true);
                }
            }
        }
        side.depth += 1;
        side.frontier.clear();
        Ok(false)
    }

    /// The relationships followed by a side that grows in this direction.
    fn step(&self, toward: Toward) -> Step {
        match toward {
            Toward::Target => self.traversal.step,
            Toward::Start => self.traversal.step.reversed(),
        }
    }

    /// Whether an expanded entity of either side has a relationship to follow with an undisclosed other end.
    fn reaches_undisclosed(&self, near: &Side<E>, far: &Side<E>) -> bool {
        let reaches = |side: &Side<E>, step: Step| {
            let mut expanded = side.depths.iter().filter(|(_, depth)| **depth < side.depth);
            expanded.any(|(node, _)| self.walk.has_undisclosed(*node, &step))
        };
        reaches(near, self.step(Toward::Target)) || reaches(far, self.step(Toward::Start))
    }

    /// Expands one level of `side`. Returns whether it met the other side; then only the crossings to it remain.
    fn grow(
        &mut self,
        side: &mut Side<E>,
        other: &Side<E>,
        detour: &Detour<E>,
        toward: Toward,
    ) -> Result<bool, E::Error> {
        let step = self.step(toward);
        let mut crossings = Vec::new();
        self.walk.expand(&side.frontier, &step, &mut crossings)?;
        self.explored += crossings.len();
        side.depth += 1;
        side.frontier.clear();
        crossings.retain(|crossing| {
            let first_step = match toward {
                Toward::Target => crossing.from == detour.start,
                Toward::Start => crossing.to == detour.start,
            };
            let is_excluded = detour.excluded_nodes.contains(&crossing.to)
                || self.traversal.avoid.contains(&crossing.to)
                || (first_step && detour.excluded_links.contains(&crossing.link));
            !is_excluded
        });
        let meets = |crossing: &CrossingOf<E>| other.depths.contains_key(&crossing.to);
        if let Some(first) = crossings.iter().position(meets) {
            // No other crossing of this level is on a shortest path. The other side has already checked the entities met.
            crossings.drain(..first);
            crossings.retain(meets);
            side.depths
                .extend(crossings.iter().map(|crossing| (crossing.to, side.depth)));
            side.levels.push(crossings);
            return Ok(true);
        }
        side.depths.reserve(crossings.len());
        let mut level = Vec::with_capacity(crossings.len());
        for crossing in crossings {
            let node = crossing.to;
            match side.depths.get(&node) {
                Some(depth) if *depth == side.depth => {}
                Some(_) => continue,
                None => {
                    // Neither the other end, which would have been met, nor the own start, which has a depth.
                    if !self.gate.admits(node, crossing.to_kind)? {
                        continue;
                    }
                    side.depths.insert(node, side.depth);
                    side.frontier.push(node);
                }
            }
            level.push(crossing);
        }
        side.levels.push(level);
        Ok(false)
    }

    /// The first of all shortest paths through the entities in which both sides met.
    fn choose(&self, near: &Side<E>, far: &Side<E>, detour: &Detour<E>) -> PathOf<E> {
        let meeting =
            |node: &E::Node| near.depths.get(node) == Some(&near.depth) && far.depths.get(node) == Some(&far.depth);
        // All crossings on shortest paths, those nearest to the target first.
        let mut layers: Vec<Vec<CrossingOf<E>>> = Vec::new();
        let mut nodes: HashSet<E::Node> = far.depths.keys().copied().filter(meeting).collect();
        for level in far.levels.iter().rev() {
            let useful: Vec<_> = level
                .iter()
                .filter(|crossing| nodes.contains(&crossing.to))
                .copied()
                .collect();
            nodes = useful.iter().map(|crossing| crossing.from).collect();
            // Crossed from the target, but reported towards it.
            layers.push(useful.into_iter().map(Crossing::reversed).collect());
        }
        layers.reverse();
        let mut nodes: HashSet<E::Node> = near.depths.keys().copied().filter(meeting).collect();
        for level in near.levels.iter().rev() {
            let useful: Vec<_> = level
                .iter()
                .filter(|crossing| nodes.contains(&crossing.to))
                .copied()
                .collect();
            nodes = useful.iter().map(|crossing| crossing.from).collect();
            layers.push(useful);
        }
        let mut undisputed: HashSet<E::Node> = HashSet::from_iter([self.target]);
        let mut onwards: HashMap<E::Node, Vec<CrossingOf<E>>> = HashMap::new();
        for crossing in layers.into_iter().flatten() {
            if !crossing.disputed && undisputed.contains(&crossing.to) {
                undisputed.insert(crossing.from);
            }
            onwards.entry(crossing.from).or_default().push(crossing);
        }
        let avoid_disputes = !detour.disputed && undisputed.contains(&detour.start);
        let mut path = Vec::with_capacity(near.depth + far.depth);
        let mut current = detour.start;
        while current != self.target {
            let steps = onwards.get(&current).map_or(&[][..], Vec::as_slice);
            let allowed = steps
                .iter()
                .filter(|step| !avoid_disputes || (!step.disputed && undisputed.contains(&step.to)));
            let next = allowed.min_by(|a, b| self.compare_steps(a, b));
            let next = next.expect("every entity of the layers leads to the target");
            path.push(*next);
            current = next.to;
        }
        path
    }
}

/// The end towards which a side of the search grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Toward {
    Target,
    Start,
}

/// One side of a bidirectional search.
struct Side<E: Expand> {
    depths: HashMap<E::Node, usize>,
    frontier: Vec<E::Node>,
    depth: usize,
    /// The crossings that first reached each level, as found from this side.
    levels: Vec<Vec<CrossingOf<E>>>,
}

impl<E: Expand> Side<E> {
    fn new(end: E::Node) -> Self {
        Self {
            depths: HashMap::from_iter([(end, 0)]),
            frontier: vec![end],
            depth: 0,
            levels: Vec::new(),
        }
    }
}

fn same_links<E: Expand>(a: &[CrossingOf<E>], b: &[CrossingOf<E>]) -> bool {
    a.iter()
        .map(|crossing| crossing.link)
        .eq(b.iter().map(|crossing| crossing.link))
}
