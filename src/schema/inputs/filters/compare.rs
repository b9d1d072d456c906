//! Comparisons of single values, which filters consist of. An empty comparison holds for every value; null as an operand is
//! refused.

use async_graphql::{InputObject, MaybeUndefined};

use super::scope::Scope;
use crate::{engine::error::Error, graph, schema::values::scalars::PartialDate};

/// A comparison of text, both sides in NFKC, case-folded, with white space collapsed. All given conditions must hold; `{}` always
/// holds. A missing text matches only `stated: false`.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct StringFilter {
    /// Equal to this.
    eq: MaybeUndefined<String>,
    /// Equal to one of these, at most 10,000. An empty list never holds.
    r#in: MaybeUndefined<Vec<String>>,
    /// Starting with this.
    starts_with: MaybeUndefined<String>,
    /// Ending with this.
    ends_with: MaybeUndefined<String>,
    /// Containing this.
    contains: MaybeUndefined<String>,
    /// Whether a text is stated.
    stated: MaybeUndefined<bool>,
}

/// A comparison of dates by their first days: `2014` compares as 2014-01-01. All given conditions must hold; `{}` always holds. A
/// missing date matches only `stated: false`.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct DateFilter {
    /// With the same first day.
    eq: MaybeUndefined<PartialDate>,
    /// Before this.
    lt: MaybeUndefined<PartialDate>,
    /// Before this or with the same first day.
    lte: MaybeUndefined<PartialDate>,
    /// After this.
    gt: MaybeUndefined<PartialDate>,
    /// After this or with the same first day.
    gte: MaybeUndefined<PartialDate>,
    /// Whether a date is stated.
    stated: MaybeUndefined<bool>,
}

/// A comparison of whole numbers. All given conditions must hold; `{}` always holds.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct IntFilter {
    /// Equal to this.
    eq: MaybeUndefined<i32>,
    /// Not equal to this.
    ne: MaybeUndefined<i32>,
    /// Less than this.
    lt: MaybeUndefined<i32>,
    /// At most this.
    lte: MaybeUndefined<i32>,
    /// More than this.
    gt: MaybeUndefined<i32>,
    /// At least this.
    gte: MaybeUndefined<i32>,
    /// Equal to one of these, at most 10,000. An empty list never holds.
    r#in: MaybeUndefined<Vec<i32>>,
}

/// A comparison of numbers. All given conditions must hold; `{}` always holds. A missing number matches only
/// `stated: false`.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct FloatFilter {
    /// Equal to this.
    eq: MaybeUndefined<f64>,
    /// Not equal to this.
    ne: MaybeUndefined<f64>,
    /// Less than this.
    lt: MaybeUndefined<f64>,
    /// At most this.
    lte: MaybeUndefined<f64>,
    /// More than this.
    gt: MaybeUndefined<f64>,
    /// At least this.
    gte: MaybeUndefined<f64>,
    /// Equal to one of these, at most 10,000. An empty list never holds.
    r#in: MaybeUndefined<Vec<f64>>,
    /// Whether a number is stated.
    stated: MaybeUndefined<bool>,
}

impl StringFilter {
    pub(super) fn compile(self, scope: Scope<'_>) -> Result<graph::TextFilter, Error> {
        Ok(graph::TextFilter {
            eq: scope.operand("eq", self.eq)?,
            any_of: scope
                .operands("in", self.r#in)?
                .map(|texts| texts.into_iter().collect()),
            starts_with: scope.operand("startsWith", self.starts_with)?,
            ends_with: scope.operand("endsWith", self.ends_with)?,
            contains: scope.operand("contains", self.contains)?,
            stated: scope.operand("stated", self.stated)?,
        }
        .folded())
    }
}

impl DateFilter {
    pub(super) fn compile(self, scope: Scope<'_>) -> Result<graph::DateFilter, Error> {
        let date =
            |operator, operand| Ok::<_, Error>(scope.operand(operator, operand)?.map(|date: PartialDate| date.0));
        Ok(graph::DateFilter {
            eq: date("eq", self.eq)?,
            lt: date("lt", self.lt)?,
            lte: date("lte", self.lte)?,
            gt: date("gt", self.gt)?,
            gte: date("gte", self.gte)?,
            stated: scope.operand("stated", self.stated)?,
        })
    }
}

impl IntFilter {
    pub(super) fn compile(self, scope: Scope<'_>) -> Result<graph::IntFilter, Error> {
        let number = |operator, operand| Ok::<_, Error>(scope.operand(operator, operand)?.map(i64::from));
        let any_of = scope.operands("in", self.r#in)?;
        Ok(graph::IntFilter {
            eq: number("eq", self.eq)?,
            ne: number("ne", self.ne)?,
            lt: number("lt", self.lt)?,
            lte: number("lte", self.lte)?,
            gt: number("gt", self.gt)?,
            gte: number("gte", self.gte)?,
            any_of: any_of.map(|numbers| numbers.into_iter().map(i64::from).collect()),
        })
    }
}

impl FloatFilter {
    pub(super) fn compile(self, scope: Scope<'_>) -> Result<graph::NumberFilter, Error> {
        Ok(graph::NumberFilter {
            eq: scope.operand("eq", self.eq)?,
            ne: scope.operand("ne", self.ne)?,
            lt: scope.operand("lt", self.lt)?,
            lte: scope.operand("lte", self.lte)?,
            gt: scope.operand("gt", self.gt)?,
            gte: scope.operand("gte", self.gte)?,
            any_of: scope.operands("in", self.r#in)?,
            stated: scope.operand("stated", self.stated)?,
        })
    }
}
