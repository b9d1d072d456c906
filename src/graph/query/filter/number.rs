//! Comparisons of numbers that may be ranges: a comparison holds for a range if it holds for every number in it.

use crate::model::ShareRange;

/// A comparison of a number. All given conditions must hold; a missing number matches only `stated: false`.
#[derive(Debug, Clone, Default)]
pub struct NumberFilter {
    /// Equal to this.
    pub eq: Option<f64>,
    /// Not equal to this.
    pub ne: Option<f64>,
    /// Less than this.
    pub lt: Option<f64>,
    /// At most this.
    pub lte: Option<f64>,
    /// More than this.
    pub gt: Option<f64>,
    /// At least this.
    pub gte: Option<f64>,
    /// Equal to one of these.
    pub any_of: Option<Vec<f64>>,
    /// Whether there is a number at all.
    pub stated: Option<bool>,
}

impl NumberFilter {
    pub(super) fn matches(&self, number: Option<f64>) -> bool {
        self.holds_of(number.map(|number| Extent {
            min: number,
            max: number,
            min_inclusive: true,
            max_inclusive: true,
        }))
    }

    pub(super) fn matches_range(&self, range: Option<ShareRange>) -> bool {
        self.holds_of(range.map(|range| Extent {
            min: range.min,
            max: range.max,
            min_inclusive: range.min_inclusive,
            max_inclusive: range.max_inclusive,
        }))
    }

    fn holds_of(&self, extent: Option<Extent>) -> bool {
        let compares = |bound: Option<f64>, holds: fn(&Extent, f64) -> bool| {
            bound.is_none_or(|bound| extent.as_ref().is_some_and(|extent| holds(extent, bound)))
        };
        let is_any = |numbers: &Vec<f64>| {
            let single = extent.as_ref().and_then(Extent::single);
            single.is_some_and(|number| numbers.contains(&number))
        };
        self.stated.is_none_or(|stated| stated == extent.is_some())
            && compares(self.eq, |extent, bound| extent.single() == Some(bound))
            && compares(self.ne, |extent, bound| {
                extent.is_below(bound) || extent.is_above(bound)
            })
            && compares(self.lt, Extent::is_below)
            && compares(self.lte, |extent, bound| extent.max <= bound)
            && compares(self.gt, Extent::is_above)
            && compares(self.gte, |extent, bound| extent.min >= bound)
            && self.any_of.as_ref().is_none_or(is_any)
    }

    /// Whether there are any conditions.
    pub(super) fn has_conditions(&self) -> bool {
        let bounds = [self.eq, self.ne, self.lt, self.lte, self.gt, self.gte];
        bounds.into_iter().any(|bound| bound.is_some()) || self.any_of.is_some() || self.stated.is_some()
    }
}

/// The numbers from a low to a high end, which are equal for a single number.
#[derive(Debug, Clone, Copy)]
struct Extent {
    min: f64,
    max: f64,
    min_inclusive: bool,
    max_inclusive: bool,
}

impl Extent {
    fn single(&self) -> Option<f64> {
        (self.min == self.max).then_some(self.min)
    }

    fn is_above(&self, bound: f64) -> bool {
        self.min > bound || (self.min == bound && !self.min_inclusive)
    }

    fn is_below(&self, bound: f64) -> bool {
        self.max < bound || (self.max == bound && !self.max_inclusive)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The comparisons of `= <> < <= > >= in` with 50 that hold for a share.
    fn holding(share: &str) -> String {
        let range: ShareRange = share.parse().unwrap();
        let any = |set: fn(&mut NumberFilter)| {
            let mut filter = NumberFilter::default();
            set(&mut filter);
            filter
        };
        let operators = [
            ("=", any(|filter| filter.eq = Some(50.0))),
            ("<>", any(|filter| filter.ne = Some(50.0))),
            ("<", any(|filter| filter.lt = Some(50.0))),
            ("<=", any(|filter| filter.lte = Some(50.0))),
            (">", any(|filter| filter.gt = Some(50.0))),
            (">=", any(|filter| filter.gte = Some(50.0))),
            ("in", any(|filter| filter.any_of = Some(vec![20.0, 50.0]))),
        ];
        let holding = operators.iter().filter(|(_, filter)| filter.matches_range(Some(range)));
        holding.map(|(operator, _)| *operator).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_comparison_holds_for_a_range_if_it_holds_for_every_number_in_it() {
        for (share, expected) in [
            ("50", "= <= >= in"),
            ("20", "<> < <= in"),
            ("60", "<> > >="),
            ("50..60", ">="),
            (">50..60", "<> > >="),
            ("40..50", "<="),
            ("40..<50", "<> < <="),
            ("40..60", ""),
            ("51..60", "<> > >="),
            ("..", ""),
        ] {
            assert_eq!(holding(share), expected, "{share}");
        }
    }

    #[test]
    fn a_missing_number_matches_only_empty_filters_and_stated_false() {
        let stated = |stated| NumberFilter {
            stated,
            ..NumberFilter::default()
        };
        for (filter, missing, present) in [
            (stated(None), true, true),
            (stated(Some(false)), true, false),
            (stated(Some(true)), false, true),
        ] {
            assert_eq!(
                (filter.matches(None), filter.matches(Some(1.0))),
                (missing, present),
                "{filter:?}"
            );
        }
        let none = NumberFilter {
            any_of: Some(Vec::new()),
            ..NumberFilter::default()
        };
        assert!(!none.matches(None) && !none.matches(Some(1.0)));
    }
}
