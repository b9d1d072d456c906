//! Comparisons of single values: text, dates and counts. A comparison without conditions always holds.

use std::collections::BTreeSet;

use crate::model::{PartialDate, fold};

/// A comparison of text, folded on both sides. All given conditions must hold; a missing text matches only `stated: false`.
#[derive(Debug, Clone, Default)]
pub struct TextFilter {
    /// Equal to this.
    pub eq: Option<String>,
    /// Equal to one of these.
    pub any_of: Option<BTreeSet<String>>,
    /// Starting with this.
    pub starts_with: Option<String>,
    /// Ending with this.
    pub ends_with: Option<String>,
    /// Containing this.
    pub contains: Option<String>,
    /// Whether there is a text at all.
    pub stated: Option<bool>,
}

impl TextFilter {
    /// The filter with every text folded, ready to compare.
    #[must_use]
    pub fn folded(self) -> Self {
        let fold_in = |text: Option<String>| text.map(|text| fold(&text));
        Self {
            eq: fold_in(self.eq),
            any_of: self.any_of.map(|texts| texts.iter().map(|text| fold(text)).collect()),
            starts_with: fold_in(self.starts_with),
            ends_with: fold_in(self.ends_with),
            contains: fold_in(self.contains),
            stated: self.stated,
        }
    }

    pub(super) fn matches(&self, text: Option<&str>) -> bool {
        self.stated.is_none_or(|stated| stated == text.is_some())
            && (!self.compares() || text.is_some_and(|text| self.holds_of(&fold(text))))
    }

    /// Whether the text itself matters.
    pub(super) fn compares(&self) -> bool {
        let Self {
            eq,
            any_of,
            starts_with,
            ends_with,
            contains,
            stated: _,
        } = self;
        any_of.is_some() || [eq, starts_with, ends_with, contains].into_iter().any(Option::is_some)
    }

    fn holds_of(&self, text: &str) -> bool {
        self.eq.as_ref().is_none_or(|eq| eq == text)
            && self.any_of.as_ref().is_none_or(|any_of| any_of.contains(text))
            && self.starts_with.as_ref().is_none_or(|start| text.starts_with(start))
            && self.ends_with.as_ref().is_none_or(|end| text.ends_with(end))
            && self.contains.as_ref().is_none_or(|part| text.contains(part))
    }
}

/// A comparison of dates by their first days. All given conditions must hold; a missing date matches only `stated: false`.
#[derive(Debug, Clone, Copy, Default)]
pub struct DateFilter {
    /// The same first day.
    pub eq: Option<PartialDate>,
    /// Before.
    pub lt: Option<PartialDate>,
    /// Before, or the same.
    pub lte: Option<PartialDate>,
    /// After.
    pub gt: Option<PartialDate>,
    /// After, or the same.
    pub gte: Option<PartialDate>,
    /// Whether there is a date at all.
    pub stated: Option<bool>,
}

impl DateFilter {
    pub(super) fn matches(&self, date: Option<PartialDate>) -> bool {
        if self.stated.is_some_and(|stated| stated != date.is_some()) {
            return false;
        }
        let compares = |bound: Option<PartialDate>, fits: fn(&jiff::civil::Date, &jiff::civil::Date) -> bool| {
            bound.is_none_or(|bound| date.is_some_and(|date| fits(&date.first_day(), &bound.first_day())))
        };
        compares(self.eq, PartialEq::eq)
            && compares(self.lt, PartialOrd::lt)
            && compares(self.lte, PartialOrd::le)
            && compares(self.gt, PartialOrd::gt)
            && compares(self.gte, PartialOrd::ge)
    }
}

/// A comparison of a count. All given conditions must hold.
#[derive(Debug, Clone, Default)]
pub struct IntFilter {
    /// Equal to this.
    pub eq: Option<i64>,
    /// Not equal to this.
    pub ne: Option<i64>,
    /// Less than this.
    pub lt: Option<i64>,
    /// At most this.
    pub lte: Option<i64>,
    /// More than this.
    pub gt: Option<i64>,
    /// At least this.
    pub gte: Option<i64>,
    /// Equal to one of these.
    pub any_of: Option<BTreeSet<i64>>,
}

impl IntFilter {
    pub(super) fn matches(&self, count: i64) -> bool {
        self.eq.is_none_or(|eq| count == eq)
            && self.ne.is_none_or(|ne| count != ne)
            && self.lt.is_none_or(|lt| count < lt)
            && self.lte.is_none_or(|lte| count <= lte)
            && self.gt.is_none_or(|gt| count > gt)
            && self.gte.is_none_or(|gte| count >= gte)
            && self.any_of.as_ref().is_none_or(|any_of| any_of.contains(&count))
    }

    /// The count from which on the result no longer changes.
    pub(super) fn settled_at(&self) -> i64 {
        let reached = [self.lt, self.gte];
        let last_of_any = self.any_of.as_ref().and_then(|any_of| any_of.last().copied());
        let passed = [self.eq, self.ne, self.lte, self.gt, last_of_any];
        let passed = passed.into_iter().flatten().map(|bound| bound.saturating_add(1));
        reached.into_iter().flatten().chain(passed).fold(0, i64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_above_the_settled_count_have_the_same_result() {
        let any = |filter: fn(&mut IntFilter)| {
            let mut result = IntFilter::default();
            filter(&mut result);
            result
        };
        let filters = [
            (any(|_| ()), 0),
            (any(|filter| filter.eq = Some(2)), 3),
            (any(|filter| filter.ne = Some(2)), 3),
            (any(|filter| filter.lt = Some(2)), 2),
            (any(|filter| filter.lte = Some(2)), 3),
            (any(|filter| filter.gt = Some(2)), 3),
            (any(|filter| filter.gte = Some(2)), 2),
            (any(|filter| filter.gte = Some(-1)), 0),
            (any(|filter| filter.any_of = Some(BTreeSet::new())), 0),
            (any(|filter| filter.any_of = Some(BTreeSet::from([1, 4]))), 5),
        ];
        for (filter, settled) in filters {
            assert_eq!(filter.settled_at(), settled, "{filter:?}");
            for count in settled..settled + 5 {
                assert_eq!(filter.matches(count), filter.matches(settled), "{filter:?} at {count}");
            }
        }
    }
}
