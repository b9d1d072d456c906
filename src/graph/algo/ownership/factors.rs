//! Sparse elimination for holdings: factors of `I - A` for shares `A`, computed once and solved for many owners. Refuses systems too
//! close to singular to be solved to 1e-9.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Exhausted, budget::Meter};

/// The largest amplification of rounding errors: their part in the answer then stays below 1e-9.
const GAIN_MAX: f64 = 1e6;
/// The most cells touched for each share and member. A circle with more fill-in is better solved by iteration.
const FILL_MAX: usize = 50;

/// `I - A` as a product of triangular factors, eliminated in the order of least fill.
#[derive(Debug)]
pub(super) struct Factors {
    pivots: Vec<Pivot>,
}

#[derive(Debug)]
struct Pivot {
    member: usize,
    diagonal: f64,
    /// The rows from which it was subtracted, with the factors.
    subtracted_from: Vec<(usize, f64)>,
    /// The remainder of its own row.
    row: Vec<(usize, f64)>,
}

impl Factors {
    /// The factors of `I - A` for `count` members with these shares `(holder, investee, share)`. `None` if a pivot is not positive
    /// (holdings that reinforce themselves), rounding errors would show, or there is too much fill-in. O(fill), which is small for
    /// holdings like trees with a few circles.
    ///
    /// For a matrix with a positive diagonal and no other positive entry, positive pivots imply that the inverse exists and has no
    /// negative entry (an M-matrix), so that no pivoting is needed for stability.
    pub(super) fn of(
        count: usize,
        shares: impl Iterator<Item = (usize, usize, f64)>,
        meter: &mut Meter<'_>,
    ) -> Result<Option<Self>, Exhausted> {
        let mut elimination = Elimination::new(count, shares);
        let mut pivots = Vec::with_capacity(count);
        while let Some((_, member)) = elimination.ahead.pop_first() {
            match elimination.pivot(member, meter)? {
                Some(pivot) => pivots.push(pivot),
                None => return Ok(None),
            }
        }
        let factors = Self { pivots };
        let mut gain = vec![1.0; count];
        factors.solve(&mut gain, meter)?;
        let most = gain.into_iter().fold(0.0, f64::max);
        Ok((most <= GAIN_MAX).then_some(factors))
    }

    /// Replaces the inflow by the total of each member. O(fill).
    pub(super) fn solve(&self, values: &mut [f64], meter: &mut Meter<'_>) -> Result<(), Exhausted> {
        for pivot in &self.pivots {
            let value = values[pivot.member];
            for (other, factor) in &pivot.subtracted_from {
                meter.tick()?;
                values[*other] -= factor * value;
            }
        }
        for pivot in self.pivots.iter().rev() {
            let mut rest = values[pivot.member];
            for (column, cell) in &pivot.row {
                meter.tick()?;
                rest -= cell * values[*column];
            }
            values[pivot.member] = rest / pivot.diagonal;
        }
        Ok(())
    }
}

/// A matrix during elimination.
struct Elimination {
    rows: Vec<BTreeMap<usize, f64>>,
    /// The rows with an entry in each column.
    columns: Vec<BTreeSet<usize>>,
    /// The members still to be eliminated, by possible fill-in.
    ahead: BTreeSet<(usize, usize)>,
    degrees: Vec<usize>,
    /// The remaining number of cells that may be touched.
    cells_left: usize,
}

impl Elimination {
    fn new(count: usize, shares: impl Iterator<Item = (usize, usize, f64)>) -> Self {
        let mut rows: Vec<BTreeMap<usize, f64>> = (0..count).map(|member| BTreeMap::from([(member, 1.0)])).collect();
        let mut columns: Vec<BTreeSet<usize>> = (0..count).map(|member| BTreeSet::from([member])).collect();
        let mut cells_left = FILL_MAX * count;
        for (holder, investee, share) in shares {
            *rows[investee].entry(holder).or_default() -= share;
            columns[holder].insert(investee);
            cells_left += FILL_MAX;
        }
        let degrees: Vec<usize> = rows
            .iter()
            .zip(&columns)
            .map(|(row, column)| row.len() * column.len())
            .collect();
        Self {
            ahead: degrees.iter().copied().zip(0..).collect(),
            rows,
            columns,
            degrees,
            cells_left,
        }
    }

    /// Eliminates `member`; `None` if that is not possible, or there is too much fill-in.
    fn pivot(&mut self, member: usize, meter: &mut Meter<'_>) -> Result<Option<Pivot>, Exhausted> {
        let mut row = std::mem::take(&mut self.rows[member]);
        let diagonal = row.remove(&member).unwrap_or_default();
        if diagonal <= f64::EPSILON {
            return Ok(None);
        }
        let mut subtracted_from = Vec::new();
        let below = std::mem::take(&mut self.columns[member]);
        for other in below.into_iter().filter(|other| *other != member) {
            let Some(value) = self.rows[other].remove(&member) else {
                continue;
            };
            let factor = value / diagonal;
            subtracted_from.push((other, factor));
            let Some(cells_left) = self.cells_left.checked_sub(row.len()) else {
                return Ok(None);
            };
            self.cells_left = cells_left;
            for (column, cell) in &row {
                meter.tick()?;
                *self.rows[other].entry(*column).or_default() -= factor * cell;
                self.columns[*column].insert(other);
            }
        }
        for column in row.keys() {
            self.columns[*column].remove(&member);
        }
        let touched = row
            .keys()
            .copied()
            .chain(subtracted_from.iter().map(|(other, _)| *other));
        for touched in touched.collect::<BTreeSet<_>>() {
            self.ahead.remove(&(self.degrees[touched], touched));
            self.degrees[touched] = self.rows[touched].len() * self.columns[touched].len();
            self.ahead.insert((self.degrees[touched], touched));
        }
        Ok(Some(Pivot {
            member,
            diagonal,
            subtracted_from,
            row: row.into_iter().collect(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::graph::Budget;

    fn solve(shares: &[(usize, usize, f64)], inflow: &[f64]) -> Option<Vec<f64>> {
        let budget = Budget::new(u64::MAX, || false);
        let mut meter = Meter::new(&budget);
        let factors = Factors::of(inflow.len(), shares.iter().copied(), &mut meter).unwrap()?;
        let mut values = inflow.to_vec();
        factors.solve(&mut values, &mut meter).unwrap();
        Some(values)
    }

    #[test]
    fn holdings_that_reinforce_themselves_have_no_factors() {
        assert_eq!(solve(&[(0, 1, 1.0), (1, 0, 1.0)], &[0.5, 0.0]), None);
        assert_eq!(solve(&[(0, 0, 1.5)], &[0.5]), None);
    }

    #[test]
    fn systems_that_amplify_rounding_errors_have_no_factors() {
        let nearly = 1.0 - 1e-8;
        assert_eq!(solve(&[(0, 1, nearly), (1, 0, nearly)], &[0.5, 0.0]), None);
    }

    #[test]
    fn elimination_with_much_fill_in_is_abandoned_before_it_exhausts_the_budget() {
        let count = 2_000;
        let shares = (0..count)
            .flat_map(|investee| (1..6).map(move |by| ((investee * 7 + by * by * 331) % count, investee, 0.1)));
        let budget = Budget::new(2_000_000, || false);
        let factors = Factors::of(count, shares, &mut Meter::new(&budget));
        assert!(factors.unwrap().is_none());
    }

    proptest! {
        #[test]
        fn the_solution_is_the_inflow_plus_the_contributions_of_holders(
            shares in proptest::collection::vec((0usize..30, 0usize..30, 0.0..0.2), 0..60),
            inflow in proptest::collection::vec(0.0..1.0, 30),
        ) {
            let Some(values) = solve(&shares, &inflow) else { return Ok(()) };
            for member in 0..30 {
                let passed: f64 = shares.iter().filter(|(_, investee, _)| *investee == member)
                    .map(|(holder, _, share)| values[*holder] * share).sum();
                prop_assert!((values[member] - inflow[member] - passed).abs() < 1e-9 * values[member].max(1.0));
            }
        }
    }
}
