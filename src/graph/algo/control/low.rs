//! The low ends of shares as numbers that add up exactly, whatever their order. No high ends: control counts what is certain.

use std::{
    cmp::Ordering,
    ops::{Add, AddAssign},
};

use crate::model::ShareRange;

/// Billionths of a percent in one percent.
const PER_PERCENT: f64 = 1e9;

/// A low end, or a sum of low ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Low {
    /// In billionths of a percent. Whole numbers, which a double adds without error up to 90,000 times 100 %.
    billionths: f64,
    /// By how many excluded ends it lies above that; below, where it is negative.
    above: i64,
}

impl Low {
    /// Nothing.
    pub(super) const ZERO: Self = Self::percent(0.0);
    /// Exactly half: control takes more.
    pub(super) const HALF: Self = Self::percent(50.0);
    /// The weight of a claim that needs no share.
    pub(super) const WHOLE: Self = Self::percent(100.0);

    const fn percent(percent: f64) -> Self {
        Self {
            billionths: percent * PER_PERCENT,
            above: 0,
        }
    }

    /// The low end of `range`: an excluded end counts as above itself.
    pub(super) fn of(range: ShareRange) -> Self {
        Self {
            billionths: (range.min * PER_PERCENT).round(),
            above: i64::from(!range.min_inclusive),
        }
    }

    /// What this leaves of 100 %; nothing where it is more.
    pub(super) fn remainder(self) -> Self {
        let left = Self {
            billionths: Self::WHOLE.billionths - self.billionths,
            above: -self.above,
        };
        left.max(Self::ZERO)
    }
}

impl Eq for Low {}

impl Ord for Low {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.billionths.total_cmp(&other.billionths);
        order.then(self.above.cmp(&other.above))
    }
}

impl PartialOrd for Low {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Add for Low {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            billionths: self.billionths + other.billionths,
            above: self.above + other.above,
        }
    }
}

impl AddAssign for Low {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(shares: &[&str]) -> Low {
        let low = |text: &&str| Low::of(text.parse().unwrap());
        shares.iter().map(low).fold(Low::ZERO, Low::add)
    }

    #[test]
    fn low_ends_add_up_without_error_and_excluded_ones_lie_above_themselves() {
        assert_eq!(sum(&["16.7", "16.7", "16.6"]), Low::HALF);
        assert_eq!(sum(&["0.1"; 500]), Low::HALF);
        assert!(sum(&[">25..50", "25..50"]) > Low::HALF);
        assert!(sum(&["25..50", "25..50"]) <= Low::HALF);
        assert!(sum(&[">49..100"]) < Low::HALF);
    }

    #[test]
    fn what_a_sum_leaves_of_the_whole_is_never_less_than_nothing() {
        assert_eq!(sum(&["60", "70"]).remainder(), Low::ZERO);
        assert_eq!(sum(&["40"]).remainder(), sum(&["60"]));
        assert!(sum(&[">50..60"]).remainder() < Low::HALF);
    }
}
