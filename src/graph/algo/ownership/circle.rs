//! Entities that hold each other: the least fixpoint of `x = min(1, inflow + shares · x)`, approached from both sides.

use super::factors::Factors;
use crate::graph::{Exhausted, budget::Meter};

/// The distance at which the two sides count as equal.
const TOLERANCE: f64 = 1e-12;
/// The number of rounds after which a circle is solved by elimination: some converge only after millions.
const ROUNDS_BEFORE_ELIMINATION: usize = 30;
/// The most entities for which elimination is tried if the whole circle has no factors: the system that remains once some are
/// capped may have them.
const SMALL: usize = 64;
const ROUNDS_MAX: usize = 10_000;

/// A system of shares among entities.
#[derive(Debug)]
pub(super) struct Circle {
    /// The inflow of each member from outside.
    inflow: Vec<f64>,
    /// The holders of each member, with their shares.
    holders: Vec<Vec<(usize, f64)>>,
    /// The investees of each member.
    investees: Vec<Vec<usize>>,
}

/// Bounds of the fixpoint.
#[derive(Debug)]
pub(super) struct Solution {
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    /// Whether the bounds are equal within the tolerance.
    pub(super) converged: bool,
}

impl Circle {
    pub(super) fn new(inflow: Vec<f64>) -> Self {
        let count = inflow.len();
        Self {
            inflow,
            holders: vec![Vec::new(); count],
            investees: vec![Vec::new(); count],
        }
    }

    pub(super) fn add(&mut self, holder: usize, investee: usize, share: f64) {
        if share > 0.0 {
            self.holders[investee].push((holder, share));
            self.investees[holder].push(investee);
        }
    }

    /// The value of `member` for these `values` of the others, not capped.
    pub(super) fn sum(&self, member: usize, values: &[f64]) -> f64 {
        let inside: f64 = self.holders[member]
            .iter()
            .map(|(holder, share)| values[*holder] * share)
            .sum();
        self.inflow[member] + inside
    }

    /// The factors of its shares, for [`Circle::solve`]; independent of the inflow.
    pub(super) fn factors(&self, meter: &mut Meter<'_>) -> Result<Option<Factors>, Exhausted> {
        Factors::of(self.inflow.len(), self.shares(), meter)
    }

    fn shares(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        let holders = self.holders.iter().enumerate();
        holders.flat_map(|(investee, holders)| holders.iter().map(move |(holder, share)| (*holder, investee, *share)))
    }

    /// Solves the system. If nothing is capped, the factors of its shares give the solution directly.
    ///
    /// Otherwise by iteration. With an inflow, the fixpoint is unique (the map is concave and positive there), so that iteration
    /// from 0 rises to it, iteration from 1 falls to it, and their distance bounds the error. Without an inflow, the least fixpoint
    /// is 0, regardless of the shares within the circle.
    pub(super) fn solve(&self, factors: Option<&Factors>, meter: &mut Meter<'_>) -> Result<Solution, Exhausted> {
        if let Some(factors) = factors {
            let mut values = self.inflow.clone();
            factors.solve(&mut values, meter)?;
            if values.iter().all(|value| *value <= 1.0 + TOLERANCE) {
                return Ok(Solution::exact(values));
            }
        }
        let reachable = self.reachable();
        let mut lower = vec![0.0; self.inflow.len()];
        let mut upper: Vec<f64> = reachable
            .iter()
            .map(|reachable| if *reachable { 1.0 } else { 0.0 })
            .collect();
        for round in 0..ROUNDS_MAX {
            let mut distance: f64 = 0.0;
            for member in (0..reachable.len()).filter(|member| reachable[*member]) {
                for _ in &self.holders[member] {
                    meter.tick()?;
                }
                lower[member] = self.sum(member, &lower).min(1.0);
                upper[member] = self.sum(member, &upper).min(1.0);
                distance = distance.max(upper[member] - lower[member]);
            }
            if distance <= TOLERANCE {
                return Ok(Solution {
                    lower,
                    upper,
                    converged: true,
                });
            }
            if round == ROUNDS_BEFORE_ELIMINATION
                && (factors.is_some() || reachable.len() <= SMALL)
                && let Some(values) = self.eliminate(&reachable, meter)?
            {
                return Ok(Solution::exact(values));
            }
        }
        Ok(Solution {
            lower,
            upper,
            converged: false,
        })
    }

    /// Whether each member gets any inflow, directly or through others.
    fn reachable(&self) -> Vec<bool> {
        let mut reachable: Vec<bool> = self.inflow.iter().map(|inflow| *inflow > 0.0).collect();
        let mut ahead: Vec<usize> = (0..reachable.len()).filter(|member| reachable[*member]).collect();
        while let Some(member) = ahead.pop() {
            for investee in &self.investees[member] {
                if !std::mem::replace(&mut reachable[*investee], true) {
                    ahead.push(*investee);
                }
            }
        }
        reachable
    }

    /// The fixpoint by policy iteration: all members start as capped; those with a value below 1 are freed and solved for, until
    /// none is left to free. `None` if rounding prevents a solution.
    fn eliminate(&self, reachable: &[bool], meter: &mut Meter<'_>) -> Result<Option<Vec<f64>>, Exhausted> {
        let mut values: Vec<f64> = reachable
            .iter()
            .map(|reachable| if *reachable { 1.0 } else { 0.0 })
            .collect();
        let mut is_free = vec![false; reachable.len()];
        loop {
            let is_below_cap = |member: &usize| self.sum(*member, &values) < 1.0;
            let capped = (0..reachable.len()).filter(|member| reachable[*member] && !is_free[*member]);
            let freed: Vec<usize> = capped.filter(is_below_cap).collect();
            if freed.is_empty() {
                return Ok(Some(values));
            }
            for member in freed {
                is_free[member] = true;
            }
            if !self.solve_free(&is_free, &mut values, meter)? {
                return Ok(None);
            }
        }
    }

    /// Solves for the free members with the values of the others fixed; false if that is not possible.
    fn solve_free(&self, is_free: &[bool], values: &mut [f64], meter: &mut Meter<'_>) -> Result<bool, Exhausted> {
        let free: Vec<usize> = (0..is_free.len()).filter(|member| is_free[*member]).collect();
        let place = |member: usize| free.binary_search(&member).ok();
        let among_free = |(holder, investee, share)| Some((place(holder)?, place(investee)?, share));
        let Some(factors) = Factors::of(free.len(), self.shares().filter_map(among_free), meter)? else {
            return Ok(false);
        };
        let fixed = |member: &usize| -> f64 {
            let holders = self.holders[*member].iter().filter(|(holder, _)| !is_free[*holder]);
            self.inflow[*member] + holders.map(|(holder, share)| values[*holder] * share).sum::<f64>()
        };
        let mut solution: Vec<f64> = free.iter().map(fixed).collect();
        factors.solve(&mut solution, meter)?;
        for (member, value) in free.into_iter().zip(solution) {
            values[member] = value.clamp(0.0, 1.0);
        }
        Ok(true)
    }
}

impl Solution {
    fn exact(values: Vec<f64>) -> Self {
        let values: Vec<f64> = values.into_iter().map(|value| value.clamp(0.0, 1.0)).collect();
        Self {
            lower: values.clone(),
            upper: values,
            converged: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Budget;

    fn solve(inflow: &[f64], shares: &[(usize, usize, f64)]) -> Solution {
        let mut circle = Circle::new(inflow.to_vec());
        for (holder, investee, share) in shares {
            circle.add(*holder, *investee, *share);
        }
        let budget = Budget::new(u64::MAX, || false);
        let mut meter = Meter::new(&budget);
        let factors = circle.factors(&mut meter).unwrap();
        circle.solve(factors.as_ref(), &mut meter).unwrap()
    }

    #[test]
    fn two_that_own_all_of_each_other_accumulate_any_inflow_to_the_cap() {
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
    fn without_an_inflow_nothing_is_owned() {
        let solution = solve(&[0.0, 0.0, 0.2], &[(0, 1, 1.0), (1, 0, 1.0), (2, 2, 0.5)]);
        assert_eq!(&solution.lower[..2], [0.0, 0.0]);
        assert!((solution.lower[2] - 0.4).abs() < 1e-11);
    }

    #[test]
    fn a_large_circle_that_does_not_converge_is_bounded_from_both_sides() {
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
