//! Betweenness of large graphs, from a sample of shortest paths, with a bound of the error that holds for all entities at
//! once. Randomness comes from a seed, so that the same question has the same answer.

use super::projection::{PATHS_MAX, Projection, Sweep, UNVISITED};
use crate::graph::{Budget, Exhausted, write::ranks::Rank};

/// The probability that the stated error holds for all entities at once.
pub const CONFIDENCE: f64 = 0.99;
/// The number of paths sampled to estimate the cost of one.
const PILOT: u32 = 64;
/// The most and the fewest sampled paths.
const SAMPLES_MAX: u32 = 20_000;
const SAMPLES_MIN: u32 = 16;
/// The factor by which too large numbers of shortest paths are scaled.
const PATHS_SCALE: f64 = 1.0 / PATHS_MAX;

/// Estimated scores of each row.
#[derive(Debug, Clone, PartialEq)]
pub struct SampledScores {
    /// One score for each row, as [`super::betweenness`] would compute it.
    pub scores: Vec<f64>,
    /// The largest error of any score, with probability [`CONFIDENCE`].
    pub error: f64,
    /// The number of sampled pairs of entities.
    pub samples: u32,
}

/// An estimate of betweenness that sweeps about `swept` elements of the projection.
///
/// Samples pairs of entities, and one of the shortest paths between them, each with the same probability, by a breadth-first search
/// from both ends. The size of the sample depends on the cost of a pilot sample, which does not count. The probability that a row
/// lies on a sampled path is its score (of ordered pairs that may contain the row itself, which is corrected for); the bound is
/// W. Hoeffding's with relative entropy, over all rows that may be passed through.
///
/// Source: M. Riondato, E. M. Kornaropoulos, "Fast approximation of betweenness centrality through sampling", Data Mining and
/// Knowledge Discovery 30 (2016); M. Borassi, E. Natale, "KADABRA is an ADaptive Algorithm for Betweenness via Random
/// Approximation", ESA (2016), for the search from both ends; W. Hoeffding, "Probability inequalities for sums of bounded
/// random variables", Journal of the American Statistical Association 58 (1963), theorem 1.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn sampled_betweenness(
    projection: &Projection,
    swept: u64,
    seed: u64,
    budget: &Budget,
) -> Result<SampledScores, Exhausted> {
    let ranked: Vec<Rank> = projection.ranked().collect();
    let mut counts = vec![0_u32; projection.rows()];
    if ranked.len() < 3 {
        let scores = vec![0.0; projection.rows()];
        return Ok(SampledScores {
            scores,
            error: 0.0,
            samples: 0,
        });
    }
    let mut sweep = Sweep::new(budget);
    let reversed = (!projection.is_symmetric()).then(|| projection.reversed());
    sweep.add(if reversed.is_some() {
        projection.rows() + 2 * projection.arcs()
    } else {
        0
    })?;
    let mut sampler = PathSampler {
        near: Side::new(projection.rows()),
        far: Side::new(projection.rows()),
        forward: projection,
        backward: reversed.as_ref().unwrap_or(projection),
        random: RandomSource(seed),
        ranked,
    };
    let before = sweep.swept;
    for _ in 0..PILOT {
        sampler.sample(&mut sweep, |_| {})?;
    }
    let cost = (sweep.swept - before).div_ceil(u64::from(PILOT)).max(1);
    let samples = u32::try_from(swept / cost)
        .unwrap_or(u32::MAX)
        .clamp(SAMPLES_MIN, SAMPLES_MAX);
    for _ in 0..samples {
        sampler.sample(&mut sweep, |row| counts[row.at()] += 1)?;
    }
    sweep.flush()?;
    let passable = sampler.ranked.iter().filter(|row| projection.passes(**row)).count();
    let corrected = |part: f64| {
        let count = f64::from(u32::try_from(sampler.ranked.len()).unwrap_or(u32::MAX));
        part * count / (count - 2.0)
    };
    let mut distinct = counts.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let error = distinct
        .into_iter()
        .map(|count| deviation(count, samples, passable))
        .fold(0.0, f64::max);
    Ok(SampledScores {
        scores: counts
            .iter()
            .map(|count| corrected(f64::from(*count) / f64::from(samples)).min(1.0))
            .collect(),
        error: corrected(error).min(1.0),
        samples,
    })
}

/// The distance between the probability of an event observed `count` times in `samples` and its observed frequency that, with
/// probability [`CONFIDENCE`], none of `events` such events exceeds.
fn deviation(count: u32, samples: u32, events: usize) -> f64 {
    let (frequency, size) = (f64::from(count) / f64::from(samples), f64::from(samples));
    let events = f64::from(u32::try_from(events).unwrap_or(u32::MAX)).max(1.0);
    let divergence_max = (2.0 * events / (1.0 - CONFIDENCE)).ln() / size;
    let term = |part: f64, of: f64| if part > 0.0 { part * (part / of).ln() } else { 0.0 };
    let divergence = |probability: f64| term(frequency, probability) + term(1.0 - frequency, 1.0 - probability);
    let farthest = |mut inside: f64, mut outside: f64| {
        for _ in 0..60 {
            let middle = f64::midpoint(inside, outside);
            if divergence(middle) <= divergence_max {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        // The outer end: the bound may be slightly too wide, never too narrow.
        (outside - frequency).abs()
    };
    farthest(frequency, 1.0).max(farthest(frequency, 0.0))
}

/// Pseudorandom numbers, reproducible by seed (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom
/// number generators", OOPSLA 2014).
struct RandomSource(u64);

impl RandomSource {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of `choices`.
    fn one_of(&mut self, choices: &[Rank]) -> Rank {
        let count = u128::try_from(choices.len()).expect("a length fits 128 bits");
        let drawn = usize::try_from((u128::from(self.next()) * count) >> 64);
        choices[drawn.expect("less than a length")]
    }

    /// A number from 0 to 1.
    fn fraction(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).expect("32 bits")) / f64::from(u32::MAX)
    }

    /// One of `choices`, with probabilities proportional to their weights.
    fn weighted_choice(&mut self, choices: &[(Rank, f64)]) -> Option<Rank> {
        let sum: f64 = choices.iter().map(|(_, weight)| weight).sum();
        let mut remainder = self.fraction() * sum;
        let drawn = choices.iter().find(|(_, weight)| {
            remainder -= weight;
            remainder < 0.0
        });
        drawn.or(choices.last()).map(|(row, _)| *row)
    }
}

/// One end of a search.
struct Side {
    distances: Vec<u32>,
    /// The numbers of shortest paths, with one scale for each distance.
    path_counts: Vec<f64>,
    visited: Vec<Rank>,
    /// The start of the rows at the last distance in `visited`.
    frontier: usize,
    depth: u32,
    /// The number of arcs that the next level crosses.
    next_arcs: usize,
}

impl Side {
    fn new(rows: usize) -> Self {
        Self {
            distances: vec![UNVISITED; rows],
            path_counts: vec![0.0; rows],
            visited: Vec::new(),
            frontier: 0,
            depth: 0,
            next_arcs: 0,
        }
    }

    fn begin(&mut self, end: Rank, arcs: &Projection) {
        for row in self.visited.drain(..) {
            self.distances[row.at()] = UNVISITED;
        }
        self.distances[end.at()] = 0;
        self.path_counts[end.at()] = 1.0;
        self.visited.push(end);
        self.frontier = 0;
        self.depth = 0;
        self.next_arcs = arcs.targets(end).len();
    }

    /// Visits the next level. Returns its rows that `other` has visited too.
    fn grow(&mut self, arcs: &Projection, other: &Self, other_end: Rank) -> Vec<Rank> {
        self.depth += 1;
        let (start, end) = (self.frontier, self.visited.len());
        for position in start..end {
            let row = self.visited[position];
            let path_counts = self.path_counts[row.at()];
            for target in arcs.targets(row) {
                let at = target.at();
                if self.distances[at] == UNVISITED {
                    // An entity that may not be passed through can only be an end.
                    if arcs.passes(*target) || *target == other_end {
                        self.distances[at] = self.depth;
                        self.path_counts[at] = path_counts;
                        self.visited.push(*target);
                    }
                } else if self.distances[at] == self.depth {
                    self.path_counts[at] += path_counts;
                }
            }
        }
        self.frontier = end;
        let level = &self.visited[end..];
        self.next_arcs = level.iter().map(|row| arcs.targets(*row).len()).sum();
        if level.iter().any(|row| self.path_counts[row.at()] > PATHS_MAX) {
            level.iter().for_each(|row| self.path_counts[row.at()] *= PATHS_SCALE);
        }
        let meeting = level.iter().filter(|row| other.distances[row.at()] != UNVISITED);
        meeting.copied().collect()
    }
}

struct PathSampler<'a> {
    forward: &'a Projection,
    backward: &'a Projection,
    near: Side,
    far: Side,
    random: RandomSource,
    ranked: Vec<Rank>,
}

impl PathSampler<'_> {
    /// Samples two entities and a shortest path between them, and calls `pass` with each row it passes through.
    fn sample(&mut self, sweep: &mut Sweep<'_>, mut pass: impl FnMut(Rank)) -> Result<(), Exhausted> {
        let from = self.random.one_of(&self.ranked);
        let to = loop {
            let drawn = self.random.one_of(&self.ranked);
            if drawn != from {
                break drawn;
            }
        };
        self.near.begin(from, self.forward);
        self.far.begin(to, self.backward);
        let meeting = loop {
            let (near, far) = (self.near.next_arcs, self.far.next_arcs);
            if near == 0 || far == 0 {
                return sweep.add(1);
            }
            let meeting = if near <= far {
                sweep.add(1 + near)?;
                self.near.grow(self.forward, &self.far, to)
            } else {
                sweep.add(1 + far)?;
                self.far.grow(self.backward, &self.near, from)
            };
            if !meeting.is_empty() {
                break meeting;
            }
        };
        let meeting: Vec<(Rank, f64)> = meeting
            .into_iter()
            .map(|row| (row, self.near.path_counts[row.at()] * self.far.path_counts[row.at()]))
            .collect();
        let Some(middle) = self.random.weighted_choice(&meeting) else {
            return Ok(());
        };
        if middle != from && middle != to {
            pass(middle);
        }
        for (side, arcs) in [(&self.near, self.backward), (&self.far, self.forward)] {
            let mut current = middle;
            while side.distances[current.at()] > 1 {
                let targets = arcs.targets(current);
                sweep.add(1 + targets.len())?;
                let closer = side.distances[current.at()] - 1;
                let before = targets.iter().filter(|row| side.distances[row.at()] == closer);
                let before: Vec<(Rank, f64)> = before.map(|row| (*row, side.path_counts[row.at()])).collect();
                let Some(row) = self.random.weighted_choice(&before) else {
                    break;
                };
                pass(row);
                current = row;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviation_grows_with_the_number_of_events_and_shrinks_with_the_sample() {
        assert!(deviation(50, 1000, 1_000_000) > deviation(50, 1000, 10));
        assert!(deviation(500, 10_000, 10) < deviation(50, 1000, 10));
        // No observation in a thousand: the probability is below ln(2 · 10 / 0.01) / 1000.
        let bound = 1.0 - (-(2000.0_f64).ln() / 1000.0).exp();
        assert!((deviation(0, 1000, 10) - bound).abs() < 1e-9);
    }
}
