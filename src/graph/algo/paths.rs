//! How two entities are connected: the k shortest simple paths, by length, undisputed before disputed, then by ids. The
//! same question has the same answer, whatever the order of the data.

use std::cmp::Ordering;

use hashbrown::{HashMap, HashSet};

use crate::{
    graph::{Crossing, Exhausted, Expand, Step, Traversal, ask::expand::Gate},
    model::catalog,
};

/// A path: the relationships crossed, one after the other.
pub type Path<N, L> = Vec<Crossing<N, L>>;

/// A relationship crossed, of what `E` expands.
pub(super) type CrossingOf<E> = Crossing<<E as Expand>::Node, <E as Expand>::Link>;

/// A path over what `E` expands.
pub(super) type PathOf<E> = Vec<CrossingOf<E>>;

catalog! {
    /// How a search for paths ended.
    pub enum PathOutcome as "an outcome" {
        /// There is at least one path.
        Found = "FOUND",
        /// There is none of any length: everything that can be reached from one of the two ends was searched.
        NoneExists = "NONE_EXISTS",
        /// There is none within lengthMax, but both ends lead further than was searched: a longer one may exist.
        NoneWithinLength = "NONE_WITHIN_LENGTH",
        /// The budget of the request ended before the search did. What was found until then is shown.
        BudgetExceeded = "BUDGET_EXCEEDED",
        /// None was found, but the search met a party that is not disclosed, through which there may be one.
        BlockedByUnknown = "BLOCKED_BY_UNKNOWN",
    }
}

/// The paths between two entities.
#[derive(Debug, Clone)]
pub struct Paths<N, L> {
    /// The paths found, best first.
    pub paths: Vec<Path<N, L>>,
    /// How the search ended.
    pub outcome: PathOutcome,
    /// How many relationships were crossed in searching.
    pub explored: usize,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct PathQuestion<N> {
    /// Where paths start.
    pub from: N,
    /// Where they end; another entity than `from`.
    pub to: N,
    /// How many are wanted.
    pub count: usize,
    /// How many relationships a path may have.
    pub length_max: usize,
}

/// The `count` first simple paths between two entities, in the total order of length, dispute and ids.
///
/// Yen's algorithm over a bidirectional breadth-first search: at most `count · length_max` searches, each expanding the
/// smaller of two frontiers, so that memory goes with what is explored and never with the graph. Every relationship looked
/// at spends one unit, so that the budget bounds the search however long a path may be.
///
/// Source: J. Y. Yen, "Finding the K Shortest Loopless Paths in a Network", Management Science 17 (1971), with E. L.
/// Lawler's restriction (1972) that a path is varied only from where it left its predecessor.
///
/// # Errors
/// What the store fails with. An exhausted budget of work is no error but an outcome.
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
    let mut found: Vec<PathOf<E>> = Vec::new();
    let ended = search.collect(question, &mut found);
    let outcome = match ended {
        Err(error) => match E::exhausted(&error) {
            Some(Exhausted::Work { .. }) => PathOutcome::BudgetExceeded,
            _ => return Err(error),
        },
        Ok(outcome) => outcome,
    };
    Ok(Paths {
        paths: found,
        outcome,
        explored: search.explored,
    })
}

/// A path waiting for its turn, and from which step on it may be varied.
struct Candidate<E: Expand> {
    path: PathOf<E>,
    deviates_at: usize,
}

/// What one bidirectional search must leave out: the continuations of an earlier path.
struct Detour<E: Expand> {
    start: E::Node,
    /// Entities that the path has passed already.
    passed: HashSet<E::Node>,
    /// Relationships that must not be the first.
    taken: HashSet<E::Link>,
    length_max: usize,
    /// Whether the steps before are disputed already, so that further disputes change nothing.
    disputed: bool,
}

struct Search<'a, E: Expand> {
    walk: &'a E,
    traversal: &'a Traversal<E::Node>,
    gate: Gate<'a, E>,
    target: E::Node,
    explored: usize,
}

/// How one bidirectional search ended.
enum Ended<E: Expand> {
    Met(PathOf<E>),
    /// The sides did not meet, as far as they went.
    Apart(Side<E>, Side<E>),
}

impl<E: Expand> Search<'_, E> {
    fn collect(
        &mut self,
        question: &PathQuestion<E::Node>,
        found: &mut Vec<PathOf<E>>,
    ) -> Result<PathOutcome, E::Error> {
        let whole = Detour {
            start: question.from,
            passed: HashSet::new(),
            taken: HashSet::new(),
            length_max: question.length_max,
            disputed: false,
        };
        let first = match self.best(&whole)? {
            Ended::Met(path) => path,
            Ended::Apart(near, far) => return self.why_none(near, far),
        };
        let mut candidates: Vec<Candidate<E>> = vec![Candidate {
            path: first,
            deviates_at: 0,
        }];
        while found.len() < question.count {
            let best = (0..candidates.len()).min_by(|a, b| self.compare(&candidates[*a].path, &candidates[*b].path));
            let Some(best) = best else { break };
            let Candidate { path, deviates_at } = candidates.swap_remove(best);
            found.push(path.clone());
            if found.len() == question.count {
                break;
            }
            for position in deviates_at..path.len() {
                let (root, spur) = path.split_at(position);
                let shares_root =
                    |other: &&PathOf<E>| other.len() > position && same_links::<E>(&other[..position], root);
                let detour = Detour {
                    start: spur[0].from,
                    passed: root.iter().map(|crossing| crossing.from).collect(),
                    taken: found
                        .iter()
                        .filter(shares_root)
                        .map(|other| other[position].link)
                        .collect(),
                    length_max: question.length_max - position,
                    disputed: root.iter().any(|crossing| crossing.disputed),
                };
                if let Ended::Met(rest) = self.best(&detour)? {
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
    fn best(&mut self, detour: &Detour<E>) -> Result<Ended<E>, E::Error> {
        let mut near = Side::new(detour.start);
        let mut far = Side::new(self.target);
        while near.depth + far.depth < detour.length_max && !near.frontier.is_empty() && !far.frontier.is_empty() {
            let met = if near.frontier.len() <= far.frontier.len() {
                self.grow(&mut near, &far, detour, Toward::Target)?
            } else {
                self.grow(&mut far, &near, detour, Toward::Start)?
            };
            if met {
                return Ok(Ended::Met(self.choose(&near, &far, detour)));
            }
        }
        Ok(Ended::Apart(near, far))
    }

    /// Why the search for a first path found none.
    fn why_none(&mut self, mut near: Side<E>, mut far: Side<E>) -> Result<PathOutcome, E::Error> {
        let goes_on =
            self.leads_on(&mut near, &far, Toward::Target)? && self.leads_on(&mut far, &near, Toward::Start)?;
        Ok(if self.borders_unknown(&near, &far) {
            PathOutcome::BlockedByUnknown
        } else if goes_on {
            PathOutcome::NoneWithinLength
        } else {
            PathOutcome::NoneExists
        })
    }

    /// Whether one step more takes `side` to the other side, or to an entity that it has not reached yet and that may be passed.
    /// Stops at the first. If there is none, the whole frontier was expanded and nothing lies beyond it.
    fn leads_on(&mut self, side: &mut Side<E>, other: &Side<E>, toward: Toward) -> Result<bool, E::Error> {
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

    /// Which relationships a side follows that grows in this direction.
    fn step(&self, toward: Toward) -> Step {
        match toward {
            Toward::Target => self.traversal.step,
            Toward::Start => self.traversal.step.reversed(),
        }
    }

    /// Whether anyone that either side went on from has a relationship to follow whose other end is not disclosed.
    fn borders_unknown(&self, near: &Side<E>, far: &Side<E>) -> bool {
        let borders = |side: &Side<E>, step: Step| {
            let mut passed = side.depths.iter().filter(|(_, depth)| **depth < side.depth);
            passed.any(|(node, _)| self.walk.meets_unknown(*node, &step))
        };
        borders(near, self.step(Toward::Target)) || borders(far, self.step(Toward::Start))
    }

    /// Expands one whole level of `side`. Returns whether it met the other side; then it keeps only what leads there.
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
            let left_out = detour.passed.contains(&crossing.to)
                || self.traversal.avoid.contains(&crossing.to)
                || (first_step && detour.taken.contains(&crossing.link));
            !left_out
        });
        let meets = |crossing: &CrossingOf<E>| other.depths.contains_key(&crossing.to);
        if let Some(first) = crossings.iter().position(meets) {
            // Whatever else this level reaches is on no shortest path. Who was met was let through by the other side.
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
            let reached = crossing.to;
            match side.depths.get(&reached) {
                Some(depth) if *depth == side.depth => {}
                Some(_) => continue,
                None => {
                    // The end of this search would have been met, and its own start has its depth.
                    if !self.gate.admits(reached, crossing.to_kind)? {
                        continue;
                    }
                    side.depths.insert(reached, side.depth);
                    side.frontier.push(reached);
                }
            }
            level.push(crossing);
        }
        side.levels.push(level);
        Ok(false)
    }

    /// The first of all shortest paths through the entities that both sides have just met in.
    fn choose(&self, near: &Side<E>, far: &Side<E>, detour: &Detour<E>) -> PathOf<E> {
        let meeting =
            |node: &E::Node| near.depths.get(node) == Some(&near.depth) && far.depths.get(node) == Some(&far.depth);
        // All crossings on shortest paths, those nearest to the target first.
        let mut layers: Vec<Vec<CrossingOf<E>>> = Vec::new();
        let mut wanted: HashSet<E::Node> = far.depths.keys().copied().filter(meeting).collect();
        for level in far.levels.iter().rev() {
            let useful: Vec<_> = level
                .iter()
                .filter(|crossing| wanted.contains(&crossing.to))
                .copied()
                .collect();
            wanted = useful.iter().map(|crossing| crossing.from).collect();
            // Found from the target, told towards it.
            layers.push(useful.into_iter().map(Crossing::reversed).collect());
        }
        layers.reverse();
        let mut wanted: HashSet<E::Node> = near.depths.keys().copied().filter(meeting).collect();
        for level in near.levels.iter().rev() {
            let useful: Vec<_> = level
                .iter()
                .filter(|crossing| wanted.contains(&crossing.to))
                .copied()
                .collect();
            wanted = useful.iter().map(|crossing| crossing.from).collect();
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
        let keep_clean = !detour.disputed && undisputed.contains(&detour.start);
        let mut path = Vec::with_capacity(near.depth + far.depth);
        let mut here = detour.start;
        while here != self.target {
            let steps = onwards.get(&here).map_or(&[][..], Vec::as_slice);
            let allowed = steps
                .iter()
                .filter(|step| !keep_clean || (!step.disputed && undisputed.contains(&step.to)));
            let next = allowed.min_by(|a, b| self.compare_steps(a, b));
            let next = next.expect("every entity of the layers leads to the target");
            path.push(*next);
            here = next.to;
        }
        path
    }
}

/// Which end a side of the search grows towards.
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
