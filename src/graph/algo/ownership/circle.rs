//! Entities that hold each other: the least fixpoint of `x = min(1, inflow + shares · x)`, approached from both sides.

use crate::graph::{Exhausted, budget::Meter};

/// The two sides have met.
const MET_WITHIN: f64 = 1e-12;
/// After how many rounds a small circle is solved by elimination: some come to rest only after millions.
const ROUNDS_BEFORE_ELIMINATION: usize = 100;
/// How many entities a small circle has; elimination takes their third power.
const SMALL: usize = 64;
const ROUNDS_MAX: usize = 10_000;

/// A system of shares among entities.
#[derive(Debug)]
pub(super) struct Circle {
    /// What each gets from outside.
    inflow: Vec<f64>,
    /// Who holds how much of each.
    holders: Vec<Vec<(usize, f64)>>,
    /// What each holds something of.
    held: Vec<Vec<usize>>,
}

/// Between what the fixpoint lies.
#[derive(Debug)]
pub(super) struct Solution {
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    /// Whether the two have met.
    pub(super) converged: bool,
}

impl Circle {
    pub(super) fn new(inflow: Vec<f64>) -> Self {
        let count = inflow.len();
        Self {
            inflow,
            holders: vec![Vec::new(); count],
            held: vec![Vec::new(); count],
        }
    }

    pub(super) fn add(&mut self, holder: usize, held: usize, share: f64) {
        if share > 0.0 {
            self.holders[held].push((holder, share));
            self.held[holder].push(held);
        }
    }

    /// What `member` gets when each of the others has `values`, not capped.
    pub(super) fn sum(&self, member: usize, values: &[f64]) -> f64 {
        let inside: f64 = self.holders[member]
            .iter()
            .map(|(holder, share)| values[*holder] * share)
            .sum();
        self.inflow[member] + inside
    }

    /// Solves it. Where something flows in, the fixpoint is the only one (the map is concave and positive there), so that
    /// rounds from nothing rise to it, rounds from the whole fall to it, and their distance bounds the error. Where nothing
    /// flows in, the least fixpoint is nothing, however much they hold of each other.
    pub(super) fn solve(&self, meter: &mut Meter<'_>) -> Result<Solution, Exhausted> {
        let wet = self.reached();
        let mut lower = vec![0.0; self.inflow.len()];
        let mut upper: Vec<f64> = wet.iter().map(|wet| if *wet { 1.0 } else { 0.0 }).collect();
        for round in 0..ROUNDS_MAX {
            let mut apart: f64 = 0.0;
            for member in (0..wet.len()).filter(|member| wet[*member]) {
                for _ in &self.holders[member] {
                    meter.tick()?;
                }
                lower[member] = self.sum(member, &lower).min(1.0);
                upper[member] = self.sum(member, &upper).min(1.0);
                apart = apart.max(upper[member] - lower[member]);
            }
            if apart <= MET_WITHIN {
                return Ok(Solution {
                    lower,
                    upper,
                    converged: true,
                });
            }
            if round == ROUNDS_BEFORE_ELIMINATION
                && wet.len() <= SMALL
                && let Some(exact) = self.eliminate(&wet, meter)?
            {
                return Ok(Solution {
                    lower: exact.clone(),
                    upper: exact,
                    converged: true,
                });
            }
        }
        Ok(Solution {
            lower,
            upper,
            converged: false,
        })
    }

    /// Who gets anything at all.
    fn reached(&self) -> Vec<bool> {
        let mut wet: Vec<bool> = self.inflow.iter().map(|inflow| *inflow > 0.0).collect();
        let mut ahead: Vec<usize> = (0..wet.len()).filter(|member| wet[*member]).collect();
        while let Some(member) = ahead.pop() {
            for held in &self.held[member] {
                if !std::mem::replace(&mut wet[*held], true) {
                    ahead.push(*held);
                }
            }
        }
        wet
    }

    /// The fixpoint by policy iteration: all are taken as capped, then those that get less than the whole are freed and
    /// solved for, until none is left to free. None when rounding gets in the way.
    fn eliminate(&self, wet: &[bool], meter: &mut Meter<'_>) -> Result<Option<Vec<f64>>, Exhausted> {
        let mut values: Vec<f64> = wet.iter().map(|wet| if *wet { 1.0 } else { 0.0 }).collect();
        let mut free: Vec<usize> = Vec::new();
        loop {
            let freed: Vec<usize> = (0..wet.len())
                .filter(|member| wet[*member] && !free.contains(member) && self.sum(*member, &values) < 1.0)
                .collect();
            if freed.is_empty() {
                return Ok(Some(values));
            }
            free.extend(freed);
            free.sort_unstable();
            for _ in 0..free.len() * free.len() {
                meter.tick()?;
            }
            let Some(solved) = self.solve_free(&free, &values) else {
                return Ok(None);
            };
            for (member, value) in free.iter().zip(solved) {
                values[*member] = value.clamp(0.0, 1.0);
            }
        }
    }

    /// The values of those in `free` while the others keep theirs: Gaussian elimination, which needs no pivoting here,
    /// because the diagonal dominates.
    fn solve_free(&self, free: &[usize], values: &[f64]) -> Option<Vec<f64>> {
        let count = free.len();
        let mut rows = vec![vec![0.0; count + 1]; count];
        for (row, member) in free.iter().enumerate() {
            rows[row][row] = 1.0;
            rows[row][count] = self.inflow[*member];
            for (holder, share) in &self.holders[*member] {
                match free.binary_search(holder) {
                    Ok(column) => rows[row][column] -= share,
                    Err(_) => rows[row][count] += share * values[*holder],
                }
            }
        }
        for pivot in 0..count {
            if rows[pivot][pivot] <= f64::EPSILON {
                return None;
            }
            let (above, below) = rows.split_at_mut(pivot + 1);
            let above = &above[pivot];
            for row in below {
                let factor = row[pivot] / above[pivot];
                if factor != 0.0 {
                    for (cell, known) in row.iter_mut().zip(above).skip(pivot) {
                        *cell -= factor * known;
                    }
                }
            }
        }
        let mut solved = vec![0.0; count];
        for row in (0..count).rev() {
            let known: f64 = (row + 1..count).map(|column| rows[row][column] * solved[column]).sum();
            solved[row] = (rows[row][count] - known) / rows[row][row];
        }
        Some(solved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Budget;

    fn solve(inflow: &[f64], shares: &[(usize, usize, f64)]) -> Solution {
        let mut circle = Circle::new(inflow.to_vec());
        for (holder, held, share) in shares {
            circle.add(*holder, *held, *share);
        }
        let budget = Budget::new(u64::MAX, || false);
        circle.solve(&mut Meter::new(&budget)).unwrap()
    }

    #[test]
    fn two_that_own_each_other_wholly_pass_every_drop_on_until_they_are_full() {
        let solution = solve(&[1e-9, 0.0], &[(0, 1, 1.0), (1, 0, 1.0)]);
        assert!(solution.converged);
        assert_eq!(solution.lower, [1.0, 1.0]);
    }

    #[test]
    fn two_that_own_nearly_all_of_each_other_are_solved_exactly() {
        let solution = solve(&[1e-5, 0.0], &[(0, 1, 0.99999), (1, 0, 0.99999)]);
        assert!(solution.converged);
        let expected = 1e-5 / (1.0 - 0.99999 * 0.99999);
        assert!(
            (solution.lower[0] - expected).abs() < 1e-11,
            "{} is not {expected}",
            solution.lower[0]
        );
    }

    #[test]
    fn where_nothing_flows_in_nothing_is_owned() {
        let solution = solve(&[0.0, 0.0, 0.2], &[(0, 1, 1.0), (1, 0, 1.0), (2, 2, 0.5)]);
        assert_eq!(&solution.lower[..2], [0.0, 0.0]);
        assert!((solution.lower[2] - 0.4).abs() < 1e-11);
    }

    #[test]
    fn a_large_circle_that_does_not_come_to_rest_is_bounded_from_both_sides() {
        let count = 100;
        let mut inflow = vec![0.0; count];
        inflow[0] = 1e-9;
        let shares: Vec<(usize, usize, f64)> = (0..count).map(|at| (at, (at + 1) % count, 1.0 - 1e-10)).collect();
        let solution = solve(&inflow, &shares);
        assert!(!solution.converged);
        let exact = 1e-9 / (1.0 - (1.0 - 1e-10_f64).powi(100));
        assert!(solution.lower[0] <= exact && exact <= solution.upper[0]);
    }
}
