//! Comparisons of single values that filters are made of.

use async_graphql::InputObject;

use super::Scope;
use crate::{
    graph,
    schema::{error::Error, scalars::PartialDate},
};

/// A comparison of text, both sides in NFKC, case-folded, with white space collapsed. Everything given must hold.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct StringFilter {
    /// Equal to this.
    eq: Option<String>,
    /// Equal to one of these, at most 10,000. An empty list does not hold.
    r#in: Option<Vec<String>>,
    /// Starting with this.
    starts_with: Option<String>,
    /// Ending with this.
    ends_with: Option<String>,
    /// Containing this.
    contains: Option<String>,
}

/// A comparison of dates by their first days: `2014` compares as 2014-01-01. Everything given must hold. A date that is not
/// stated fits only `stated: false`.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct DateFilter {
    /// On the same first day.
    eq: Option<PartialDate>,
    /// Before this.
    lt: Option<PartialDate>,
    /// Before this or on the same first day.
    lte: Option<PartialDate>,
    /// After this.
    gt: Option<PartialDate>,
    /// After this or on the same first day.
    gte: Option<PartialDate>,
    /// Whether a date is stated at all.
    stated: Option<bool>,
}

/// A comparison of whole numbers. Everything given must hold; `{}` always holds.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct IntFilter {
    /// Equal to this.
    eq: Option<i32>,
    /// Not equal to this.
    ne: Option<i32>,
    /// Less than this.
    lt: Option<i32>,
    /// At most this.
    lte: Option<i32>,
    /// More than this.
    gt: Option<i32>,
    /// At least this.
    gte: Option<i32>,
    /// Equal to one of these, at most 10,000. An empty list does not hold.
    r#in: Option<Vec<i32>>,
}

impl StringFilter {
    pub(super) fn compile(self, scope: Scope<'_>) -> Result<graph::TextFilter, Error> {
        Ok(graph::TextFilter {
            eq: self.eq,
            any_of: scope.list("in", self.r#in)?.map(|texts| texts.into_iter().collect()),
            starts_with: self.starts_with,
            ends_with: self.ends_with,
            contains: self.contains,
        }
        .folded())
    }
}

impl DateFilter {
    pub(super) fn compile(self) -> graph::DateFilter {
        let date = |date: Option<PartialDate>| date.map(|date| date.0);
        graph::DateFilter {
            eq: date(self.eq),
            lt: date(self.lt),
            lte: date(self.lte),
            gt: date(self.gt),
            gte: date(self.gte),
            stated: self.stated,
        }
    }
}

impl IntFilter {
    pub(super) fn compile(self, scope: Scope<'_>) -> Result<graph::IntFilter, Error> {
        let number = |number: Option<i32>| number.map(i64::from);
        let any_of = scope.list("in", self.r#in)?;
        Ok(graph::IntFilter {
            eq: number(self.eq),
            ne: number(self.ne),
            lt: number(self.lt),
            lte: number(self.lte),
            gt: number(self.gt),
            gte: number(self.gte),
            any_of: any_of.map(|numbers| numbers.into_iter().map(i64::from).collect()),
        })
    }
}
