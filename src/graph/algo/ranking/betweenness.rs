//! Betweenness: the fraction of shortest paths between others on which an entity lies. Computed from every entity; see `sample` for
//! graphs in which that takes too long.

use super::projection::{PATHS_MAX, Projection, Sweep, UNVISITED};
use crate::graph::{Budget, Exhausted, write::ranks::Rank};

/// The betweenness of each row, from 0 to 1: for every ordered pair of other ranked entities, the fraction of the shortest paths
/// from one to the other that pass through it, on average over the pairs; 0 for a pair without a path. Parallel relationships count
/// as one. Entities that may not be passed through have 0.
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

/// The number of ordered pairs of entities other than a third, at least 1.
fn pairs_of_others(count: usize) -> f64 {
    let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    ((count - 1.0) * (count - 2.0)).max(1.0)
}

/// The buffers of the searches.
struct Search<'a> {
    projection: &'a Projection,
    /// The distance of each row from the source.
    distances: Vec<u32>,
    /// The numbers of shortest paths from the source, with one scale for each distance.
    path_counts: Vec<f64>,
    /// The dependency of the source on each row (Brandes).
    dependencies: Vec<f64>,
    /// The visited rows, by distance.
    visited: Vec<Rank>,
    /// The factor applied to the path counts of each distance.
    scales: Vec<f64>,
}

impl<'a> Search<'a> {
    fn new(projection: &'a Projection) -> Self {
        Self {
            projection,
            distances: vec![UNVISITED; projection.rows()],
            path_counts: vec![0.0; projection.rows()],
            dependencies: vec![0.0; projection.rows()],
            visited: Vec::new(),
            scales: Vec::new(),
        }
    }

    /// Adds the dependencies of `source` to `scores`.
    fn from(&mut self, source: Rank, scores: &mut [f64], sweep: &mut Sweep<'_>) -> Result<(), Exhausted> {
        for row in self.visited.drain(..) {
            self.distances[row.at()] = UNVISITED;
            self.dependencies[row.at()] = 0.0;
        }
        self.distances[source.at()] = 0;
        self.path_counts[source.at()] = 1.0;
        self.visited.push(source);
        self.scales.clear();
        self.scales.push(1.0);
        let (mut start, mut distance) = (0, 0);
        while start < self.visited.len() {
            let end = self.visited.len();
            distance += 1;
            for position in start..end {
                let row = self.visited[position];
                if row == source || self.projection.passes(row) {
                    sweep.add(1 + self.projection.targets(row).len())?;
                    self.expand(row, distance);
                }
            }
            self.scale(end);
            start = end;
        }
        for position in (1..self.visited.len()).rev() {
            let row = self.visited[position];
            if self.projection.passes(row) {
                sweep.add(1 + self.projection.targets(row).len())?;
                self.dependencies[row.at()] = self.gather(row);
                scores[row.at()] += self.dependencies[row.at()];
            }
        }
        Ok(())
    }

    fn expand(&mut self, row: Rank, distance: u32) {
        let path_counts = self.path_counts[row.at()];
        for target in self.projection.targets(row) {
            let at = target.at();
            if self.distances[at] == UNVISITED {
                self.distances[at] = distance;
                self.path_counts[at] = path_counts;
                self.visited.push(*target);
            } else if self.distances[at] == distance {
                self.path_counts[at] += path_counts;
            }
        }
    }

    /// Scales the path counts of the last distance, visited from `start` on, to avoid an overflow.
    fn scale(&mut self, start: usize) {
        let last = &self.visited[start..];
        let most = last.iter().map(|row| self.path_counts[row.at()]).fold(0.0, f64::max);
        let scale = if most > PATHS_MAX { PATHS_MAX.recip() } else { 1.0 };
        if scale < 1.0 {
            last.iter().for_each(|row| self.path_counts[row.at()] *= scale);
        }
        self.scales.push(scale);
    }

    /// The dependency of the source on `row`, from the neighbors one step further.
    fn gather(&self, row: Rank) -> f64 {
        let (distance, path_counts) = (self.distances[row.at()] + 1, self.path_counts[row.at()]);
        let further = self.projection.targets(row).iter().map(|target| target.at());
        let further = further.filter(|at| self.distances[*at] == distance && self.path_counts[*at] > 0.0);
        let scale = usize::try_from(distance)
            .ok()
            .and_then(|distance| self.scales.get(distance));
        let part: f64 = further
            .map(|at| (1.0 + self.dependencies[at]) / self.path_counts[at])
            .sum();
        part * path_counts * scale.copied().unwrap_or(1.0)
    }
}
