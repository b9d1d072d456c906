//! Entities that hold each other: the least fixpoint of `x = min(1, inflow + shares · x)`, approached from both sides.

use super::factors::Factors;
use crate::graph::{Exhausted, budget::Meter};

/// The two sides have met.
const MET_WITHIN: f64 = 1e-12;
/// After how many rounds a circle is solved by elimination: some come to rest only after millions.
const ROUNDS_BEFORE_ELIMINATION: usize = 30;
/// Up to how many entities elimination is tried where the whole has no factors: what is left to solve once some are capped
/// may have them.
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

    /// The factors of its shares, for [`Circle::solve`]: the same whatever flows in.
    pub(super) fn factors(&self, meter: &mut Meter<'_>) -> Result<Option<Factors>, Exhausted> {
        Factors::of(self.inflow.len(), self.shares(), meter)
    }

    fn shares(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        let holders = self.holders.iter().enumerate();
        holders.flat_map(|(held, holders)| holders.iter().map(move |(holder, share)| (*holder, held, *share)))
    }

    /// Solves it. Where nothing is capped, the factors of its shares give the answer at once.
    ///
    /// Else in rounds. Where something flows in, the fixpoint is the only one (the map is concave and positive there), so that
    /// rounds from nothing rise to it, rounds from the whole fall to it, and their distance bounds the error. Where nothing
    /// flows in, the least fixpoint is nothing, however much they hold of each other.
    pub(super) fn solve(&self, factors: Option<&Factors>, meter: &mut Meter<'_>) -> Result<Solution, Exhausted> {
        if let Some(factors) = factors {
            let mut values = self.inflow.clone();
            factors.solve(&mut values, meter)?;
            if values.iter().all(|value| *value <= 1.0 + MET_WITHIN) {
                return Ok(Solution::exact(values));
            }
        }
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
                && (factors.is_some() || wet.len() <= SMALL)
                && let Some(values) = self.eliminate(&wet, meter)?
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
        let mut is_free = vec![false; wet.len()];
        loop {
            let less_than_whole = |member: &usize| self.sum(*member, &values) < 1.0;
            let freed = (0..wet.len()).filter(|member| wet[*member] && !is_free[*member]);
            let freed: Vec<usize> = freed.filter(less_than_whole).collect();
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

    /// The values of the free while the others keep theirs; false when that cannot be solved.
    fn solve_free(&self, is_free: &[bool], values: &mut [f64], meter: &mut Meter<'_>) -> Result<bool, Exhausted> {
        let free: Vec<usize> = (0..is_free.len()).filter(|member| is_free[*member]).collect();
        let place = |member: usize| free.binary_search(&member).ok();
        let among_free = |(holder, held, share)| Some((place(holder)?, place(held)?, share));
        let Some(factors) = Factors::of(free.len(), self.shares().filter_map(among_free), meter)? else {
            return Ok(false);
        };
        let fixed = |member: &usize| -> f64 {
            let holders = self.holders[*member].iter().filter(|(holder, _)| !is_free[*holder]);
            self.inflow[*member] + holders.map(|(holder, share)| values[*holder] * share).sum::<f64>()
        };
        let mut solved: Vec<f64> = free.iter().map(fixed).collect();
        factors.solve(&mut solved, meter)?;
        for (member, value) in free.into_iter().zip(solved) {
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
        for (holder, held, share) in shares {
            circle.add(*holder, *held, *share);
        }
        let budget = Budget::new(u64::MAX, || false);
        let mut meter = Meter::new(&budget);
        let factors = circle.factors(&mut meter).unwrap();
        circle.solve(factors.as_ref(), &mut meter).unwrap()
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
