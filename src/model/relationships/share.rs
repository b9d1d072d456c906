//! Shares as ranges in percent. Never normalised: sources overlap, so shares of one company may add up to over 100 %.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::model::{Invalid, catalog::catalog, records::serialized};

const EXPECTED: &str = "a share in percent like 48, 20..25, >25..50, 25..<50 or ..50, within 0 and 100";

/// A range of percentages within 0 and 100, its ends inclusive or exclusive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareRange {
    /// The low end, in percent.
    pub min: f64,
    /// The high end, in percent.
    pub max: f64,
    /// Whether the low end itself is possible.
    pub min_inclusive: bool,
    /// Whether the high end itself is possible.
    pub max_inclusive: bool,
}

catalog! {
    /// The basis of a share.
    pub enum ShareOf as "what a share is of" {
        /// Capital, shares or equity.
        Capital = "CAPITAL",
        /// Voting rights.
        Votes = "VOTES",
        /// Profit.
        Profit = "PROFIT",
    }
}

/// A share: a range and its basis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The range in percent.
    pub range: ShareRange,
    /// The basis.
    pub of: ShareOf,
}

impl ShareRange {
    /// Unknown: 0 to 100.
    pub const UNKNOWN: Self = Self {
        min: 0.0,
        max: 100.0,
        min_inclusive: true,
        max_inclusive: true,
    };

    /// Exactly `percent`.
    ///
    /// # Errors
    /// [`Invalid`] outside 0 to 100.
    pub fn exact(percent: f64) -> Result<Self, Invalid> {
        Self::range(percent, percent)
    }

    /// From `min` to `max`, both inclusive.
    ///
    /// # Errors
    /// [`Invalid`] outside 0 to 100, or reversed.
    pub fn range(min: f64, max: f64) -> Result<Self, Invalid> {
        Self::bounded(min, true, max, true)
    }

    /// From `min` to `max`, each end inclusive or not.
    ///
    /// # Errors
    /// [`Invalid`] outside 0 to 100, reversed, or empty.
    pub fn bounded(min: f64, min_inclusive: bool, max: f64, max_inclusive: bool) -> Result<Self, Invalid> {
        // Adding 0 turns -0 into 0, which is written without a sign.
        let range = Self {
            min: min + 0.0,
            max: max + 0.0,
            min_inclusive,
            max_inclusive,
        };
        let within = (0.0..=100.0).contains(&min) && (0.0..=100.0).contains(&max);
        let nonempty = min < max || (min == max && min_inclusive && max_inclusive);
        if within && nonempty {
            Ok(range)
        } else {
            Err(Invalid::new(&range, EXPECTED))
        }
    }

    /// The percentage, if the range is a single value.
    #[must_use]
    pub fn single(self) -> Option<f64> {
        (self.min == self.max).then_some(self.min)
    }

    /// Whether it is over 50 % for certain.
    #[must_use]
    pub fn is_majority(self) -> bool {
        self.min > 50.0 || (self.min == 50.0 && !self.min_inclusive)
    }

    /// The intersection of both ranges; `None` if it is empty.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (min, min_inclusive) = match self.min.total_cmp(&other.min) {
            std::cmp::Ordering::Less => (other.min, other.min_inclusive),
            std::cmp::Ordering::Greater => (self.min, self.min_inclusive),
            std::cmp::Ordering::Equal => (self.min, self.min_inclusive && other.min_inclusive),
        };
        let (max, max_inclusive) = match self.max.total_cmp(&other.max) {
            std::cmp::Ordering::Less => (self.max, self.max_inclusive),
            std::cmp::Ordering::Greater => (other.max, other.max_inclusive),
            std::cmp::Ordering::Equal => (self.max, self.max_inclusive && other.max_inclusive),
        };
        Self::bounded(min, min_inclusive, max, max_inclusive).ok()
    }

    /// The smallest range that contains both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        let (min, min_inclusive) = match self.min.total_cmp(&other.min) {
            std::cmp::Ordering::Less => (self.min, self.min_inclusive),
            std::cmp::Ordering::Greater => (other.min, other.min_inclusive),
            std::cmp::Ordering::Equal => (self.min, self.min_inclusive || other.min_inclusive),
        };
        let (max, max_inclusive) = match self.max.total_cmp(&other.max) {
            std::cmp::Ordering::Less => (other.max, other.max_inclusive),
            std::cmp::Ordering::Greater => (self.max, self.max_inclusive),
            std::cmp::Ordering::Equal => (self.max, self.max_inclusive || other.max_inclusive),
        };
        Self {
            min,
            max,
            min_inclusive,
            max_inclusive,
        }
    }
}

impl FromStr for ShareRange {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new(text, EXPECTED);
        let number = |part: &str| -> Result<f64, Invalid> {
            let plain = part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            if plain {
                part.parse().map_err(|_| invalid())
            } else {
                Err(invalid())
            }
        };
        let text = text.trim();
        let parsed = match text.split_once("..") {
            None => Self::exact(number(text)?),
            Some((low, high)) => {
                let (low, min_inclusive) = low.strip_prefix('>').map_or((low, true), |low| (low, false));
                let (high, max_inclusive) = high.strip_prefix('<').map_or((high, true), |high| (high, false));
                let min = if low.is_empty() { 0.0 } else { number(low)? };
                let max = if high.is_empty() { 100.0 } else { number(high)? };
                Self::bounded(min, min_inclusive, max, max_inclusive)
            }
        };
        parsed.map_err(|_| invalid())
    }
}

serialized::as_text!(ShareRange);

impl fmt::Display for ShareRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(percent) = self.single() {
            return write!(f, "{percent}");
        }
        if !self.min_inclusive {
            write!(f, ">{}", self.min)?;
        } else if self.min > 0.0 {
            write!(f, "{}", self.min)?;
        }
        write!(f, "..")?;
        let max_in_full = !self.max_inclusive || self.max < 100.0 || self.min > 0.0 || !self.min_inclusive;
        match (self.max_inclusive, max_in_full) {
            (false, _) => write!(f, "<{}", self.max),
            (true, true) => write!(f, "{}", self.max),
            (true, false) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn written_forms_round_trip() {
        for text in [
            "48", "20..25", ">25..50", ">50..100", "..50", "25..<50", "34.4", "0", "100", "..", "..<50",
        ] {
            assert_eq!(text.parse::<ShareRange>().unwrap().to_string(), text);
        }
        assert_eq!("75..".parse::<ShareRange>().unwrap().to_string(), "75..100");
    }

    #[test]
    fn shares_outside_0_to_100_reversed_or_empty_are_refused() {
        for text in [
            "150", "-1", "50..20", ">50..50", "abc", "", "NaN", "1e1", "20...25", "48%",
        ] {
            assert!(text.parse::<ShareRange>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_majority_is_over_half_for_certain() {
        let majority = |text: &str| text.parse::<ShareRange>().unwrap().is_majority();
        assert!(majority("50.1") && majority(">50..100") && majority("51..60"));
        assert!(!majority("50") && !majority("50..100") && !majority("..") && !majority("..50"));
    }

    fn range() -> impl Strategy<Value = ShareRange> {
        (0u8..=10, 0u8..=10, any::<bool>(), any::<bool>()).prop_filter_map("empty", |(min, max, low, high)| {
            ShareRange::bounded(f64::from(min) * 10.0, low, f64::from(max) * 10.0, high).ok()
        })
    }

    proptest! {
        #[test]
        fn text_and_range_agree(range in range()) {
            prop_assert_eq!(range.to_string().parse::<ShareRange>().unwrap(), range);
        }

        #[test]
        fn the_intersection_is_what_lies_in_both(a in range(), b in range(), percent in 0u8..=20) {
            let percent = f64::from(percent) * 5.0;
            let lies_in = |range: ShareRange| {
                (range.min < percent || (range.min_inclusive && range.min == percent))
                    && (percent < range.max || (range.max_inclusive && range.max == percent))
            };
            prop_assert_eq!(a.intersection(b).is_some_and(lies_in), lies_in(a) && lies_in(b));
        }

        #[test]
        fn the_hull_contains_both_and_has_an_end_of_each_side(a in range(), b in range()) {
            let hull = a.hull(b);
            for inner in [a, b] {
                prop_assert_eq!(hull.intersection(inner), Some(inner));
            }
            let low = [a, b].into_iter().any(|range| (range.min, range.min_inclusive) == (hull.min, hull.min_inclusive));
            let high = [a, b].into_iter().any(|range| (range.max, range.max_inclusive) == (hull.max, hull.max_inclusive));
            prop_assert!(low && high);
        }
    }
}
