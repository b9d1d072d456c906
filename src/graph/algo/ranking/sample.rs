//! Betweenness of large graphs, from a sample of shortest ways, with a bound of the error that holds for all entities at
//! once. Chance comes from a seed: the same question, the same answer.

use super::projection::{Projection, Sweep, UNSEEN, WAYS_MAX};
use crate::graph::{Budget, Exhausted, write::ranks::Rank};

/// With what probability the stated error holds for all entities at once.
pub const CONFIDENCE: f64 = 0.99;
/// How many ways are drawn to see what one costs.
const PILOT: u32 = 64;
/// How many ways are drawn at most, and at least.
const SAMPLES_MAX: u32 = 20_000;
const SAMPLES_MIN: u32 = 16;
/// By what the numbers of shortest ways are scaled where they get too large.
const WAYS_SCALE: f64 = 1.0 / WAYS_MAX;

/// Estimated scores of each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampled {
    /// One score for each row, as [`super::betweenness`] would compute it.
    pub scores: Vec<f64>,
    /// By how much any score is off at most, with probability [`CONFIDENCE`].
    pub error: f64,
    /// How many pairs of entities were drawn.
    pub samples: u32,
}

/// An estimate of betweenness that sweeps about `swept` elements of the projection.
///
/// Draws pairs of entities, and one of the shortest ways between them, each with the same chance, by a breadth-first search
/// from both ends. How many are drawn is decided by what others, which do not count, have cost. A row lies on a drawn way with
/// a probability that is its score (of ordered pairs that may contain the row itself, which is corrected for); the bound is
/// W. Hoeffding's with relative entropy, over all rows that are passed through.
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
) -> Result<Sampled, Exhausted> {
    let ranked: Vec<Rank> = projection.ranked().collect();
    let mut counts = vec![0_u32; projection.rows()];
    if ranked.len() < 3 {
        let scores = vec![0.0; projection.rows()];
        return Ok(Sampled {
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
    let mut draw = Draw {
        near: Side::new(projection.rows()),
        far: Side::new(projection.rows()),
        forward: projection,
        backward: reversed.as_ref().unwrap_or(projection),
        chance: Chance(seed),
        ranked,
    };
    let before = sweep.swept;
    for _ in 0..PILOT {
        draw.way(&mut sweep, |_| {})?;
    }
    let cost = (sweep.swept - before).div_ceil(u64::from(PILOT)).max(1);
    let samples = u32::try_from(swept / cost)
        .unwrap_or(u32::MAX)
        .clamp(SAMPLES_MIN, SAMPLES_MAX);
    for _ in 0..samples {
        draw.way(&mut sweep, |row| counts[row.at()] += 1)?;
    }
    sweep.flush()?;
    let passed = draw.ranked.iter().filter(|row| projection.passes(**row)).count();
    let corrected = |part: f64| {
        let count = f64::from(u32::try_from(draw.ranked.len()).unwrap_or(u32::MAX));
        part * count / (count - 2.0)
    };
    let mut distinct = counts.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let error = distinct
        .into_iter()
        .map(|count| deviation(count, samples, passed))
        .fold(0.0, f64::max);
    Ok(Sampled {
        scores: counts
            .iter()
            .map(|count| corrected(f64::from(*count) / f64::from(samples)).min(1.0))
            .collect(),
        error: corrected(error).min(1.0),
        samples,
    })
}

/// How far the probability of something seen `count` times in `samples` may lie from what was seen, if none of `events` such
/// things is to lie further with probability [`CONFIDENCE`].
fn deviation(count: u32, samples: u32, events: usize) -> f64 {
    let (seen, drawn) = (f64::from(count) / f64::from(samples), f64::from(samples));
    let events = f64::from(u32::try_from(events).unwrap_or(u32::MAX)).max(1.0);
    let divergence_max = (2.0 * events / (1.0 - CONFIDENCE)).ln() / drawn;
    let term = |part: f64, of: f64| if part > 0.0 { part * (part / of).ln() } else { 0.0 };
    let divergence = |probability: f64| term(seen, probability) + term(1.0 - seen, 1.0 - probability);
    let farthest = |mut inside: f64, mut outside: f64| {
        for _ in 0..60 {
            let middle = f64::midpoint(inside, outside);
            if divergence(middle) <= divergence_max {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        // The end that is not inside any more: the bound may be a little too wide, never too narrow.
        (outside - seen).abs()
    };
    farthest(seen, 1.0).max(farthest(seen, 0.0))
}

/// Numbers drawn by chance, the same for the same seed (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom
/// number generators", OOPSLA 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of `choices`.
    fn one_of(&mut self, choices: &[Rank]) -> Rank {
        let count = u128::try_from(choices.len()).expect("a length fits");
        let drawn = usize::try_from((u128::from(self.next()) * count) >> 64);
        choices[drawn.expect("less than a length")]
    }

    /// From 0 to 1.
    fn part(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).expect("32 bits")) / f64::from(u32::MAX)
    }

    /// One of `choices`, with a chance in proportion to the number beside it.
    fn weighed(&mut self, choices: &[(Rank, f64)]) -> Option<Rank> {
        let sum: f64 = choices.iter().map(|(_, weight)| weight).sum();
        let mut left = self.part() * sum;
        let drawn = choices.iter().find(|(_, weight)| {
            left -= weight;
            left < 0.0
        });
        drawn.or(choices.last()).map(|(row, _)| *row)
    }
}

/// One end of a search.
struct Side {
    distances: Vec<u32>,
    /// How many shortest ways lead there, scaled alike for all of one distance.
    ways: Vec<f64>,
    found: Vec<Rank>,
    /// Where those at the last distance begin in `found`.
    frontier: usize,
    depth: u32,
    /// How many arcs the next level crosses.
    ahead: usize,
}

impl Side {
    fn new(rows: usize) -> Self {
        Self {
            distances: vec![UNSEEN; rows],
            ways: vec![0.0; rows],
            found: Vec::new(),
            frontier: 0,
            depth: 0,
            ahead: 0,
        }
    }

    fn begin(&mut self, end: Rank, arcs: &Projection) {
        for row in self.found.drain(..) {
            self.distances[row.at()] = UNSEEN;
        }
        self.distances[end.at()] = 0;
        self.ways[end.at()] = 1.0;
        self.found.push(end);
        self.frontier = 0;
        self.depth = 0;
        self.ahead = arcs.targets(end).len();
    }

    /// Finds the next level. Returns those of it that `other` has found too.
    fn grow(&mut self, arcs: &Projection, other: &Self, other_end: Rank) -> Vec<Rank> {
        self.depth += 1;
        let (start, end) = (self.frontier, self.found.len());
        for position in start..end {
            let row = self.found[position];
            let ways = self.ways[row.at()];
            for target in arcs.targets(row) {
                let at = target.at();
                if self.distances[at] == UNSEEN {
                    // Whoever is not passed through leads nowhere, unless it is where the way ends.
                    if arcs.passes(*target) || *target == other_end {
                        self.distances[at] = self.depth;
                        self.ways[at] = ways;
                        self.found.push(*target);
                    }
                } else if self.distances[at] == self.depth {
                    self.ways[at] += ways;
                }
            }
        }
        self.frontier = end;
        let level = &self.found[end..];
        self.ahead = level.iter().map(|row| arcs.targets(*row).len()).sum();
        if level.iter().any(|row| self.ways[row.at()] > WAYS_MAX) {
            level.iter().for_each(|row| self.ways[row.at()] *= WAYS_SCALE);
        }
        let met = level.iter().filter(|row| other.distances[row.at()] != UNSEEN);
        met.copied().collect()
    }
}

struct Draw<'a> {
    forward: &'a Projection,
    backward: &'a Projection,
    near: Side,
    far: Side,
    chance: Chance,
    ranked: Vec<Rank>,
}

impl Draw<'_> {
    /// Draws two entities and a shortest way from one to the other, and tells `pass` whom it passes through.
    fn way(&mut self, sweep: &mut Sweep<'_>, mut pass: impl FnMut(Rank)) -> Result<(), Exhausted> {
        let from = self.chance.one_of(&self.ranked);
        let to = loop {
            let drawn = self.chance.one_of(&self.ranked);
            if drawn != from {
                break drawn;
            }
        };
        self.near.begin(from, self.forward);
        self.far.begin(to, self.backward);
        let met = loop {
            let (near, far) = (self.near.ahead, self.far.ahead);
            if near == 0 || far == 0 {
                return sweep.add(1);
            }
            let met = if near <= far {
                sweep.add(1 + near)?;
                self.near.grow(self.forward, &self.far, to)
            } else {
                sweep.add(1 + far)?;
                self.far.grow(self.backward, &self.near, from)
            };
            if !met.is_empty() {
                break met;
            }
        };
        let met: Vec<(Rank, f64)> = met
            .into_iter()
            .map(|row| (row, self.near.ways[row.at()] * self.far.ways[row.at()]))
            .collect();
        let Some(middle) = self.chance.weighed(&met) else {
            return Ok(());
        };
        if middle != from && middle != to {
            pass(middle);
        }
        for (side, arcs) in [(&self.near, self.backward), (&self.far, self.forward)] {
            let mut here = middle;
            while side.distances[here.at()] > 1 {
                let targets = arcs.targets(here);
                sweep.add(1 + targets.len())?;
                let closer = side.distances[here.at()] - 1;
                let before = targets.iter().filter(|row| side.distances[row.at()] == closer);
                let before: Vec<(Rank, f64)> = before.map(|row| (*row, side.ways[row.at()])).collect();
                let Some(row) = self.chance.weighed(&before) else { break };
                pass(row);
                here = row;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviation_grows_with_what_is_to_hold_and_shrinks_with_what_was_drawn() {
        assert!(deviation(50, 1000, 1_000_000) > deviation(50, 1000, 10));
        assert!(deviation(500, 10_000, 10) < deviation(50, 1000, 10));
        // Nothing seen of a thousand: the probability is below ln(2 · 10 / 0.01) / 1000.
        let bound = 1.0 - (-(2000.0_f64).ln() / 1000.0).exp();
        assert!((deviation(0, 1000, 10) - bound).abs() < 1e-9);
    }
}
