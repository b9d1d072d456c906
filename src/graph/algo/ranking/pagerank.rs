//! PageRank: how often a random walk visits each entity. Scores sum to 1.

use super::projection::{Projection, Sweep};
use crate::graph::{Budget, Exhausted, write::ranks::Rank};

/// When the iteration stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StopCondition {
    /// After this many steps of the walk from a uniform distribution.
    Iterations(usize),
    /// When the total error of all scores is at most `error`, or before more than `swept_max` elements are swept.
    Converged {
        /// The largest total error.
        error: f64,
        /// The most elements of the projection to sweep.
        swept_max: u64,
    },
}

/// The score of each row, and the distance from the limit.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRank {
    /// One score for each row; 0 for unranked ones.
    pub scores: Vec<f64>,
    /// A bound of the total error of all scores; `None` after a requested number of iterations.
    pub error: Option<f64>,
}

/// How often a random walk visits each row: from an entity it continues over one of the relationships it follows, each with the same
/// probability, or with probability 1 − `damping` to any entity. The latter also happens from an entity without relationships to
/// follow, and from one that may not be passed through.
///
/// [`StopCondition::Iterations`] is the power iteration. [`StopCondition::Converged`] solves y = G·y + 1 and scales it to sum 1, which has
/// the same limit; where every arc has its counterpart the eigenvalues of G are real and within ±`damping`, and Chebyshev's
/// semi-iteration gains a factor of 0.56 a sweep instead of 0.85. Each iteration sweeps every row and arc.
///
/// Source: L. Page, S. Brin, R. Motwani, T. Winograd, "The PageRank Citation Ranking" (1999); G. H. Golub, R. S. Varga,
/// "Chebyshev semi-iterative methods", Numerische Mathematik 3 (1961); G. M. Del Corso, A. Gullì, F. Romani, "Fast PageRank
/// computation via a sparse linear system", Internet Mathematics 2 (2005).
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn pagerank(
    projection: &Projection,
    damping: f64,
    ending: StopCondition,
    budget: &Budget,
) -> Result<PageRank, Exhausted> {
    let ranked: Vec<Rank> = projection.ranked().collect();
    let mut sweep = Sweep::new(budget);
    let reversed = (!projection.is_symmetric()).then(|| projection.reversed());
    sweep.add(projection.rows() + reversed.as_ref().map_or(0, |reversed| 2 * reversed.arcs()))?;
    let walk = Walk {
        projection,
        backward: reversed.as_ref().unwrap_or(projection),
        damping,
        leaving: leaving(projection, &ranked),
        ranked,
    };
    let answer = match ending {
        StopCondition::Iterations(iterations) => walk.iterated(iterations, &mut sweep)?,
        StopCondition::Converged { error, swept_max } => walk.converged(error, swept_max, &mut sweep)?,
    };
    sweep.flush()?;
    Ok(answer)
}

/// 1 over the number of relationships by which a walk leaves each row; zero where it ends.
fn leaving(projection: &Projection, ranked: &[Rank]) -> Vec<f64> {
    let mut leaving = vec![0.0; projection.rows()];
    for row in ranked.iter().filter(|row| projection.passes(**row)) {
        let ways: f64 = projection.weights(*row).iter().copied().map(f64::from).sum();
        leaving[row.at()] = if ways > 0.0 { 1.0 / ways } else { 0.0 };
    }
    leaving
}

struct Walk<'a> {
    projection: &'a Projection,
    /// The same the other way round.
    backward: &'a Projection,
    damping: f64,
    leaving: Vec<f64>,
    ranked: Vec<Rank>,
}

impl Walk<'_> {
    fn count(&self) -> f64 {
        f64::from(u32::try_from(self.ranked.len()).unwrap_or(u32::MAX))
    }

    /// Adds to `onto` what a walk that stands at each row as often as `at` states carries along the relationships.
    fn step(&self, at: &[f64], onto: &mut [f64], sweep: &mut Sweep<'_>) -> Result<(), Exhausted> {
        // Each row gathers what comes in: scattered reads are faster than scattered writes.
        let mut taken = vec![0.0; at.len()];
        for row in &self.ranked {
            taken[row.at()] = self.damping * at[row.at()] * self.leaving[row.at()];
        }
        for row in &self.ranked {
            let (sources, weights) = (self.backward.targets(*row), self.backward.weights(*row));
            sweep.add(1 + sources.len())?;
            let gathered = sources.iter().zip(weights);
            onto[row.at()] += gathered
                .map(|(source, weight)| taken[source.at()] * f64::from(*weight))
                .sum::<f64>();
        }
        Ok(())
    }

    fn iterated(&self, iterations: usize, sweep: &mut Sweep<'_>) -> Result<PageRank, Exhausted> {
        let count = self.count();
        let mut scores = vec![0.0; self.projection.rows()];
        self.ranked.iter().for_each(|row| scores[row.at()] = 1.0 / count);
        for _ in 0..iterations {
            let ends = self.ranked.iter().filter(|row| self.leaving[row.at()] == 0.0);
            let stuck: f64 = ends.map(|row| scores[row.at()]).sum();
            let anywhere = (1.0 - self.damping + self.damping * stuck) / count;
            let mut next = vec![0.0; scores.len()];
            self.ranked.iter().for_each(|row| next[row.at()] = anywhere);
            self.step(&scores, &mut next, sweep)?;
            scores = next;
        }
        Ok(PageRank { scores, error: None })
    }

    fn converged(&self, error_max: f64, swept_max: u64, sweep: &mut Sweep<'_>) -> Result<PageRank, Exhausted> {
        let rows = self.projection.rows();
        let an_iteration = u64::try_from(self.ranked.len() + self.projection.arcs()).unwrap_or(u64::MAX);
        let (mut before, mut scores) = (vec![0.0; rows], vec![0.0; rows]);
        // So that every component without ends has all its rank from the start, and only distributes it.
        self.ranked
            .iter()
            .for_each(|row| scores[row.at()] = 1.0 / (1.0 - self.damping));
        let (mut relaxation, mut first) = (1.0, true);
        let mut stepped = vec![0.0; rows];
        loop {
            self.ranked.iter().for_each(|row| stepped[row.at()] = 1.0);
            self.step(&scores, &mut stepped, sweep)?;
            let (mut residual, mut sum) = (0.0, 0.0);
            for row in &self.ranked {
                residual += (stepped[row.at()] - scores[row.at()]).abs();
                sum += scores[row.at()];
            }
            // What is missing is at most the residual over 1 − damping; scaling to sum 1 may double it. On the way the sum may
            // be anything.
            let error = match sum {
                _ if self.ranked.is_empty() => 0.0,
                sum if sum > 0.0 => 2.0 * residual / (1.0 - self.damping) / sum,
                _ => f64::INFINITY,
            };
            let is_time_over = sweep.swept + an_iteration > swept_max && error.is_finite();
            if error <= error_max || is_time_over {
                self.ranked.iter().for_each(|row| scores[row.at()] /= sum);
                return Ok(PageRank {
                    scores,
                    error: Some(error),
                });
            }
            if self.projection.is_symmetric() {
                let square = self.damping * self.damping;
                relaxation = match (first, relaxation) {
                    (true, _) => 1.0,
                    (false, 1.0) => 1.0 / (1.0 - square / 2.0),
                    (false, last) => 1.0 / (1.0 - square * last / 4.0),
                };
                first = false;
            }
            for row in &self.ranked {
                let at = row.at();
                let next = relaxation * (stepped[at] - before[at]) + before[at];
                before[at] = scores[at];
                scores[at] = next;
            }
        }
    }
}
