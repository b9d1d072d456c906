//! The part of the graph that is visible in a view and followed by a walk, as compact arrays for computations that read everything
//! many times. A relationship of an entity with itself counts only for its degree.

use crate::{
    graph::{
        Budget, Direction, EntityIx, Exhausted, Mask, Snapshot, Traversal, Walker,
        budget::Meter,
        query::expand::Gate,
        write::ranks::{Rank, Ranks},
    },
    model::Set,
};

/// The number of elements of compact arrays that are swept for one unit of work. Reading a relationship of the graph follows pointers
/// and tests dates (60 ns at a million entities); reading an element of the arrays takes 1 to 5 ns, depending on the distance of
/// neighbors.
pub const SWEPT_PER_UNIT: u64 = 30;
/// The distance of a row that a search has not visited.
pub(super) const UNVISITED: u32 = u32::MAX;
/// Above this, the numbers of shortest paths at one distance are scaled down: only their ratios matter, and the product of two must
/// stay finite.
pub(super) const PATHS_MAX: f64 = 1e100;

/// A relationship that a walk follows, between the rows of two entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProjectedRelationship {
    /// The row it starts from.
    pub from: u32,
    /// The row it leads to.
    pub to: u32,
    /// Whether its kind is symmetric, so that it fits every direction.
    pub symmetric: bool,
}

/// The links between entities, in the direction of a walk.
#[derive(Debug, Clone)]
pub struct Projection {
    /// The start of the arcs of each row, and one more for the end.
    offsets: Vec<usize>,
    /// The neighbors of each row, ascending, each once.
    targets: Vec<Rank>,
    /// The number of relationships to each target.
    weights: Vec<u32>,
    /// The number of relationships that the walk follows from each row, including those with itself.
    degrees: Vec<u32>,
    /// Whether each row is ranked.
    ranked: Vec<bool>,
    /// Whether a walk may pass through each row.
    passable: Vec<bool>,
    /// Whether every arc has a counterpart.
    symmetric: bool,
}

impl Projection {
    /// The arcs of these relationships in `direction`; `ranked` and `passable` have one value for each row. Both ends of every
    /// relationship are ranked as well. O(n log n).
    #[must_use]
    pub fn new(
        relationships: &[ProjectedRelationship],
        direction: Direction,
        mut ranked: Vec<bool>,
        passable: Vec<bool>,
    ) -> Self {
        let rows = ranked.len();
        let mut degrees = vec![0_u32; rows];
        let mut offsets = vec![0_usize; rows + 1];
        for relationship in relationships {
            let (from, to) = (Rank(relationship.from), Rank(relationship.to));
            ranked[from.at()] = true;
            ranked[to.at()] = true;
            for (end, other) in relationship.arcs(direction) {
                degrees[end.at()] += 1;
                offsets[end.at() + 1] += usize::from(end != other);
            }
        }
        for row in 0..rows {
            offsets[row + 1] += offsets[row];
        }
        let mut next = offsets.clone();
        let mut targets = vec![Rank::NONE; offsets[rows]];
        for relationship in relationships {
            for (end, other) in relationship.arcs(direction).filter(|(end, other)| end != other) {
                targets[next[end.at()]] = other;
                next[end.at()] += 1;
            }
        }
        let mut projection = Self {
            weights: Vec::with_capacity(targets.len()),
            offsets,
            targets,
            degrees,
            ranked,
            passable,
            symmetric: direction == Direction::Both,
        };
        projection.merge_parallel();
        projection
    }

    /// Merges the arcs between the same two rows into one with their number as its weight.
    fn merge_parallel(&mut self) {
        let mut end = 0;
        for row in 0..self.ranked.len() {
            let (start, stop) = (self.offsets[row], self.offsets[row + 1]);
            self.targets[start..stop].sort_unstable();
            self.offsets[row] = end;
            for position in start..stop {
                let target = self.targets[position];
                if end > self.offsets[row] && self.targets[end - 1] == target {
                    self.weights[end - 1] += 1;
                } else {
                    self.targets[end] = target;
                    self.weights.push(1);
                    end += 1;
                }
            }
        }
        self.targets.truncate(end);
        if let Some(last) = self.offsets.last_mut() {
            *last = end;
        }
    }

    /// The projection of the part of the graph that is visible through `mask` and followed by `traversal`. Entities that the walk
    /// avoids and those without relationships to follow are not ranked. Each entity and each relationship read spends one unit, from
    /// one end only; building the arrays spends the units of sweeping them.
    ///
    /// # Errors
    /// [`Exhausted`] when the budget does not allow it.
    pub(super) fn of(
        snapshot: &Snapshot,
        mask: Mask,
        traversal: &Traversal<EntityIx>,
        budget: &Budget,
    ) -> Result<(Self, Ranks), Exhausted> {
        let walker = Walker::new(snapshot, mask, budget);
        let mut meter = Meter::new(budget);
        let mut relationships = Vec::new();
        let ranks = Ranks::of(snapshot);
        for entity in snapshot.entities(&mask) {
            meter.tick()?;
            if traversal.avoid.contains(&entity) {
                continue;
            }
            for (neighbor, link) in snapshot.links_in(entity, Direction::Outgoing) {
                meter.tick()?;
                let fits = mask.sees_link(&link)
                    && traversal.step.kinds.contains(link.kind)
                    && !traversal.avoid.contains(&neighbor)
                    && walker.follows(link.relationship, &traversal.step);
                if fits {
                    relationships.push(ProjectedRelationship {
                        from: ranks.rank(entity).0,
                        to: ranks.rank(neighbor).0,
                        symmetric: link.kind.is_symmetric(),
                    });
                }
            }
        }
        meter.flush()?;
        let rows = ranks.count();
        let mut sweep = Sweep::new(budget);
        sweep.add(rows + 4 * relationships.len())?;
        sweep.flush()?;
        let mut projection = Self::new(
            &relationships,
            traversal.step.direction,
            vec![false; rows],
            vec![true; rows],
        );
        if traversal.degree_max.is_some() || traversal.through != Set::all() {
            let mut gate = Gate::new(&walker, traversal);
            for entity in snapshot.entities(&mask) {
                let at = ranks.rank(entity).at();
                if projection.ranked[at] {
                    projection.passable[at] = gate.admits(entity, snapshot.entity(entity).kind())?;
                }
            }
        }
        Ok((projection, ranks))
    }

    /// The number of rows, ranked or not.
    pub(super) fn rows(&self) -> usize {
        self.ranked.len()
    }

    /// The number of arcs.
    pub(super) fn arcs(&self) -> usize {
        self.targets.len()
    }

    /// The ranked rows.
    pub(super) fn ranked(&self) -> impl Iterator<Item = Rank> {
        (0..)
            .map(Rank)
            .zip(&self.ranked)
            .filter(|(_, ranked)| **ranked)
            .map(|(row, _)| row)
    }

    /// The neighbors of a row, ascending.
    pub(super) fn targets(&self, row: Rank) -> &[Rank] {
        &self.targets[self.offsets[row.at()]..self.offsets[row.at() + 1]]
    }

    /// The number of relationships to each of the [`Self::targets`].
    pub(super) fn weights(&self, row: Rank) -> &[u32] {
        &self.weights[self.offsets[row.at()]..self.offsets[row.at() + 1]]
    }

    /// Whether a walk may pass through a row that is none of its ends.
    pub(super) fn passes(&self, row: Rank) -> bool {
        self.passable[row.at()]
    }

    /// Whether every arc has a counterpart.
    pub(super) fn is_symmetric(&self) -> bool {
        self.symmetric
    }

    /// The number of relationships that the walk follows from each row, in its direction; one with itself counts once.
    #[must_use]
    pub fn degrees(&self) -> &[u32] {
        &self.degrees
    }

    /// The reversed arcs; the degrees remain those of this direction. O(n).
    pub(super) fn reversed(&self) -> Self {
        let mut offsets = vec![0_usize; self.rows() + 1];
        for target in &self.targets {
            offsets[target.at() + 1] += 1;
        }
        for row in 0..self.rows() {
            offsets[row + 1] += offsets[row];
        }
        let mut next = offsets.clone();
        let mut targets = vec![Rank::NONE; self.targets.len()];
        let mut weights = vec![0; self.targets.len()];
        for row in self.ranked() {
            for (target, weight) in self.targets(row).iter().zip(self.weights(row)) {
                targets[next[target.at()]] = row;
                weights[next[target.at()]] = *weight;
                next[target.at()] += 1;
            }
        }
        Self {
            offsets,
            targets,
            weights,
            degrees: self.degrees.clone(),
            ranked: self.ranked.clone(),
            passable: self.passable.clone(),
            symmetric: self.symmetric,
        }
    }
}

impl ProjectedRelationship {
    /// The arcs of the relationship in `direction`.
    fn arcs(self, direction: Direction) -> impl Iterator<Item = (Rank, Rank)> {
        let (from, to) = (Rank(self.from), Rank(self.to));
        let out = self.symmetric || direction != Direction::Incoming;
        let back = self.symmetric || direction != Direction::Outgoing;
        // A relationship of an entity with itself is one arc in every direction.
        let out = (out || from == to).then_some((from, to));
        let back = (back && from != to).then_some((to, from));
        out.into_iter().chain(back)
    }
}

/// Spends one unit for every [`SWEPT_PER_UNIT`] elements swept, in batches.
pub(super) struct Sweep<'a> {
    budget: &'a Budget,
    pending: u64,
    /// The total number of swept elements.
    pub(super) swept: u64,
}

impl<'a> Sweep<'a> {
    const BATCH: u64 = 300 * SWEPT_PER_UNIT;

    pub(super) fn new(budget: &'a Budget) -> Self {
        Self {
            budget,
            pending: 0,
            swept: 0,
        }
    }

    pub(super) fn add(&mut self, elements: usize) -> Result<(), Exhausted> {
        let elements = u64::try_from(elements).unwrap_or(u64::MAX);
        self.pending += elements;
        self.swept += elements;
        if self.pending < Self::BATCH {
            return Ok(());
        }
        self.flush()
    }

    /// Charges what is still pending.
    pub(super) fn flush(&mut self) -> Result<(), Exhausted> {
        self.budget
            .charge(std::mem::take(&mut self.pending).div_ceil(SWEPT_PER_UNIT))
    }
}
