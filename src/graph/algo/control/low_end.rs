//! The low ends of shares as numbers that add up exactly in any order. No high ends: control counts only certain shares.

use std::{
    cmp::Ordering,
    ops::{Add, AddAssign},
};

use crate::model::ShareRange;

/// Billionths of a percent in one percent.
const PER_PERCENT: f64 = 1e9;

/// A low end, or a sum of low ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LowEnd {
    /// In billionths of a percent. Integers, which a double adds without error up to 90,000 times 100 %.
    billionths: f64,
    /// The number of excluded ends by which it lies above that; below if negative.
    above: i64,
}

impl LowEnd {
    /// 0 %.
    pub(super) const ZERO: Self = Self::percent(0.0);
    /// Exactly 50 %: control requires more.
    pub(super) const HALF: Self = Self::percent(50.0);
    /// The weight of a claim that needs no share.
    pub(super) const FULL: Self = Self::percent(100.0);

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

    /// The remainder to 100 %, at least 0.
    pub(super) fn remainder(self) -> Self {
        let remainder = Self {
            billionths: Self::FULL.billionths - self.billionths,
            above: -self.above,
        };
        remainder.max(Self::ZERO)
    }
}

impl Eq for LowEnd {}

impl Ord for LowEnd {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.billionths.total_cmp(&other.billionths);
        order.then(self.above.cmp(&other.above))
    }
}

impl PartialOrd for LowEnd {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Add for LowEnd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            billionths: self.billionths + other.billionths,
            above: self.above + other.above,
        }
    }
}

impl AddAssign for LowEnd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(shares: &[&str]) -> LowEnd {
        let low = |text: &&str| LowEnd::of(text.parse().unwrap());
        shares.iter().map(low).fold(LowEnd::ZERO, LowEnd::add)
    }

    #[test]
    fn low_ends_add_up_exactly_and_excluded_ones_count_as_larger() {
        assert_eq!(sum(&["16.7", "16.7", "16.6"]), LowEnd::HALF);
        assert_eq!(sum(&["0.1"; 500]), LowEnd::HALF);
        assert!(sum(&[">25..50", "25..50"]) > LowEnd::HALF);
        assert!(sum(&["25..50", "25..50"]) <= LowEnd::HALF);
        assert!(sum(&[">49..100"]) < LowEnd::HALF);
    }

    #[test]
    fn a_remainder_is_never_negative() {
        assert_eq!(sum(&["60", "70"]).remainder(), LowEnd::ZERO);
        assert_eq!(sum(&["40"]).remainder(), sum(&["60"]));
        assert!(sum(&[">50..60"]).remainder() < LowEnd::HALF);
    }
}
