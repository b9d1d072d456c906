//! What a view sees and a walk follows, as compact arrays: computations that read everything many times read these. A
//! relationship of an entity with itself counts for its degree and is no way to anywhere.

use crate::{
    graph::{
        Budget, Direction, EntityIx, Exhausted, Mask, Snapshot, Traversal, Walker,
        ask::expand::Gate,
        budget::Meter,
        write::ranks::{Rank, Ranks},
    },
    model::Set,
};

/// How many elements of compact arrays are swept for one unit of work. Looking at a relationship of the graph follows
/// pointers and tests dates (60 ns at a million entities); an element of the arrays is read in 1 to 5 ns, by how far apart
/// neighbors lie.
pub const SWEPT_PER_UNIT: u64 = 30;
/// The distance of a row that a search has not found.
pub(super) const UNSEEN: u32 = u32::MAX;
/// Above this, the numbers of shortest ways at one distance are scaled down: only their ratios matter, and the product of two
/// must stay finite.
pub(super) const WAYS_MAX: f64 = 1e100;

/// A relationship that a walk follows, between the rows of two entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// The row it starts from.
    pub from: u32,
    /// The row it leads to.
    pub to: u32,
    /// Whether its kind is symmetric, so that it fits every direction.
    pub symmetric: bool,
}

/// Who is linked to whom, in the direction of a walk.
#[derive(Debug, Clone)]
pub struct Projection {
    /// Where the arcs of each row begin, and one more for the end.
    offsets: Vec<usize>,
    /// The neighbors of each row, ascending, each once.
    targets: Vec<Rank>,
    /// How many relationships lead to each.
    weights: Vec<u32>,
    /// How many relationships the walk follows from each row, those with itself included.
    degrees: Vec<u32>,
    /// Which rows take part.
    ranked: Vec<bool>,
    /// Which rows a walk passes through.
    passed: Vec<bool>,
    /// Whether every arc has its counterpart.
    symmetric: bool,
}

impl Projection {
    /// The arcs of these relationships in `direction`; `ranked` and `passed` have one value for each row. Takes part who is
    /// ranked already, and both ends of every relationship. O(n log n).
    #[must_use]
    pub fn new(followed: &[Followed], direction: Direction, mut ranked: Vec<bool>, passed: Vec<bool>) -> Self {
        let rows = ranked.len();
        let mut degrees = vec![0_u32; rows];
        let mut offsets = vec![0_usize; rows + 1];
        for relationship in followed {
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
        for relationship in followed {
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
            passed,
            symmetric: direction == Direction::Both,
        };
        projection.join_parallel();
        projection
    }

    /// Joins the arcs between the same two rows into one that weighs as many.
    fn join_parallel(&mut self) {
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

    /// What `mask` sees of the graph and `traversal` follows. Entities that the walk avoids take no part, nor do those with
    /// nothing to follow. Each entity and each relationship looked at spends one unit, from one end only; arranging the
    /// arrays spends what sweeping them does.
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
        let mut followed = Vec::new();
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
                    followed.push(Followed {
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
        sweep.add(rows + 4 * followed.len())?;
        sweep.flush()?;
        let mut projection = Self::new(&followed, traversal.step.direction, vec![false; rows], vec![true; rows]);
        if traversal.degree_max.is_some() || traversal.through != Set::all() {
            let mut gate = Gate::new(&walker, traversal);
            for entity in snapshot.entities(&mask) {
                let at = ranks.rank(entity).at();
                if projection.ranked[at] {
                    projection.passed[at] = gate.admits(entity, snapshot.entity(entity).kind())?;
                }
            }
        }
        Ok((projection, ranks))
    }

    /// How many rows there are, whether they take part or not.
    pub(super) fn rows(&self) -> usize {
        self.ranked.len()
    }

    /// How many arcs there are.
    pub(super) fn arcs(&self) -> usize {
        self.targets.len()
    }

    /// The rows that take part.
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

    /// How many relationships lead to each of the [`Self::targets`].
    pub(super) fn weights(&self, row: Rank) -> &[u32] {
        &self.weights[self.offsets[row.at()]..self.offsets[row.at() + 1]]
    }

    /// Whether a walk goes on from a row that is none of its ends.
    pub(super) fn passes(&self, row: Rank) -> bool {
        self.passed[row.at()]
    }

    /// Whether every arc has its counterpart.
    pub(super) fn is_symmetric(&self) -> bool {
        self.symmetric
    }

    /// How many relationships the walk follows from each row, in its direction; one with itself counts once.
    #[must_use]
    pub fn degrees(&self) -> &[u32] {
        &self.degrees
    }

    /// The arcs the other way round; the degrees stay those of this direction. O(n).
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
            passed: self.passed.clone(),
            symmetric: self.symmetric,
        }
    }
}

impl Followed {
    /// From which end to which other one crosses it going in `direction`.
    fn arcs(self, direction: Direction) -> impl Iterator<Item = (Rank, Rank)> {
        let (from, to) = (Rank(self.from), Rank(self.to));
        let out = self.symmetric || direction != Direction::Incoming;
        let back = self.symmetric || direction != Direction::Outgoing;
        // With itself, it is found once, whichever way one looks.
        let out = (out || from == to).then_some((from, to));
        let back = (back && from != to).then_some((to, from));
        out.into_iter().chain(back)
    }
}

/// Spends one unit for every [`SWEPT_PER_UNIT`] elements swept, in batches.
pub(super) struct Sweep<'a> {
    budget: &'a Budget,
    pending: u64,
    /// How many elements were swept in all.
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
