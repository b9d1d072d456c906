//! Betweenness: on how many shortest ways between others an entity lies. Computed from every entity; see `sample` for graphs
//! in which that takes too long.

use super::projection::{Projection, Sweep, UNSEEN, WAYS_MAX};
use crate::graph::{Budget, Exhausted, write::ranks::Rank};

/// The betweenness of each row, from 0 to 1: for every ordered pair of other entities that take part, the part of the
/// shortest ways from one to the other that pass through it, on average over the pairs; nothing for a pair without a way.
/// Parallel relationships are one way. Who is not passed through has none.
///
/// One breadth-first search from each row, O(rows · (rows + arcs)).
///
/// Source: U. Brandes, "A Faster Algorithm for Betweenness Centrality", Journal of Mathematical Sociology 25 (2001).
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn betweenness(projection: &Projection, budget: &Budget) -> Result<Vec<f64>, Exhausted> {
    let mut sweep = Sweep::new(budget);
    let mut search = Search::new(projection);
    let mut scores = vec![0.0; projection.rows()];
    for source in projection.ranked() {
        search.from(source, &mut scores, &mut sweep)?;
    }
    sweep.flush()?;
    let others = pairs_of_others(projection.ranked().count());
    scores.iter_mut().for_each(|score| *score /= others);
    Ok(scores)
}

/// How many ordered pairs there are of entities other than a third, at least 1.
fn pairs_of_others(count: usize) -> f64 {
    let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    ((count - 1.0) * (count - 2.0)).max(1.0)
}

/// The memory of one search after the other.
struct Search<'a> {
    projection: &'a Projection,
    /// At which distance each row was found.
    distances: Vec<u32>,
    /// How many shortest ways lead there, scaled alike for all of one distance.
    ways: Vec<f64>,
    /// For how much of the ways onwards it is needed.
    needed: Vec<f64>,
    /// The rows found, by distance.
    found: Vec<Rank>,
    /// By what the ways of each distance were multiplied.
    scales: Vec<f64>,
}

impl<'a> Search<'a> {
    fn new(projection: &'a Projection) -> Self {
        Self {
            projection,
            distances: vec![UNSEEN; projection.rows()],
            ways: vec![0.0; projection.rows()],
            needed: vec![0.0; projection.rows()],
            found: Vec::new(),
            scales: Vec::new(),
        }
    }

    /// Adds to `scores` what each row contributes to the ways from `source`.
    fn from(&mut self, source: Rank, scores: &mut [f64], sweep: &mut Sweep<'_>) -> Result<(), Exhausted> {
        for row in self.found.drain(..) {
            self.distances[row.at()] = UNSEEN;
            self.needed[row.at()] = 0.0;
        }
        self.distances[source.at()] = 0;
        self.ways[source.at()] = 1.0;
        self.found.push(source);
        self.scales.clear();
        self.scales.push(1.0);
        let (mut start, mut distance) = (0, 0);
        while start < self.found.len() {
            let end = self.found.len();
            distance += 1;
            for position in start..end {
                let row = self.found[position];
                if row == source || self.projection.passes(row) {
                    sweep.add(1 + self.projection.targets(row).len())?;
                    self.expand(row, distance);
                }
            }
            self.scale(end);
            start = end;
        }
        for position in (1..self.found.len()).rev() {
            let row = self.found[position];
            if self.projection.passes(row) {
                sweep.add(1 + self.projection.targets(row).len())?;
                self.needed[row.at()] = self.gather(row);
                scores[row.at()] += self.needed[row.at()];
            }
        }
        Ok(())
    }

    fn expand(&mut self, row: Rank, distance: u32) {
        let ways = self.ways[row.at()];
        for target in self.projection.targets(row) {
            let at = target.at();
            if self.distances[at] == UNSEEN {
                self.distances[at] = distance;
                self.ways[at] = ways;
                self.found.push(*target);
            } else if self.distances[at] == distance {
                self.ways[at] += ways;
            }
        }
    }

    /// Keeps the ways of the last distance, found from `start` on, within what a number can hold.
    fn scale(&mut self, start: usize) {
        let last = &self.found[start..];
        let most = last.iter().map(|row| self.ways[row.at()]).fold(0.0, f64::max);
        let scale = if most > WAYS_MAX { WAYS_MAX.recip() } else { 1.0 };
        if scale < 1.0 {
            last.iter().for_each(|row| self.ways[row.at()] *= scale);
        }
        self.scales.push(scale);
    }

    /// What the ways to the neighbors one step further on need of `row`.
    fn gather(&self, row: Rank) -> f64 {
        let (distance, ways) = (self.distances[row.at()] + 1, self.ways[row.at()]);
        let further = self.projection.targets(row).iter().map(|target| target.at());
        let further = further.filter(|at| self.distances[*at] == distance && self.ways[*at] > 0.0);
        let scale = usize::try_from(distance)
            .ok()
            .and_then(|distance| self.scales.get(distance));
        let part: f64 = further.map(|at| (1.0 + self.needed[at]) / self.ways[at]).sum();
        part * ways * scale.copied().unwrap_or(1.0)
    }
}
