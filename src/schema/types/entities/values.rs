//! Shares, amounts, names and identifiers: values of an entity, a relationship or a statement.

use async_graphql::SimpleObject;

use crate::{
    graph,
    model::{self, NameKind, ShareOf},
    schema::values::enums::Member,
};

/// A share: a range in percent of capital, votes or profit. Not normalised: sources overlap, so shares may add up to over 100.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Share {
    /// The percentage, if the range is a single value; null otherwise.
    exact: Option<f64>,
    /// The low end, in percent.
    min: f64,
    /// The high end, in percent.
    max: f64,
    /// Whether the range includes its low end.
    min_inclusive: bool,
    /// Whether the range includes its high end.
    max_inclusive: bool,
    /// What it is a share of.
    of: Member<ShareOf>,
    /// The range in the notation of tables: `48`, `20..25`, `>50..100`.
    text: String,
}

impl From<model::Share> for Share {
    fn from(share: model::Share) -> Self {
        let range = share.range;
        Self {
            exact: range.single(),
            min: range.min,
            max: range.max,
            min_inclusive: range.min_inclusive,
            max_inclusive: range.max_inclusive,
            of: Member(share.of),
            text: range.to_string(),
        }
    }
}

/// A range of percentages from 0 to 100.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct ShareRange {
    /// The low end, in percent.
    min: f64,
    /// The high end, in percent.
    max: f64,
    /// Whether the range includes its low end.
    min_inclusive: bool,
    /// Whether the range includes its high end.
    max_inclusive: bool,
    /// The range in the notation of tables: `48`, `20..25`, `>50..100`.
    text: String,
}

impl From<model::ShareRange> for ShareRange {
    fn from(range: model::ShareRange) -> Self {
        Self {
            min: range.min,
            max: range.max,
            min_inclusive: range.min_inclusive,
            max_inclusive: range.max_inclusive,
            text: range.to_string(),
        }
    }
}

/// An amount of money.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Amount {
    /// The value in units of the currency.
    value: f64,
    /// The currency (ISO 4217).
    currency: String,
    /// What the amount is of, in words; null when not stated.
    of: Option<String>,
    /// The amount for display: `USD 75 million`.
    text: String,
}

impl From<model::Amount> for Amount {
    fn from(amount: model::Amount) -> Self {
        Self {
            value: amount.value,
            currency: amount.currency.to_string(),
            text: amount.to_string(),
            of: amount.of,
        }
    }
}

/// A name of an entity other than its main name.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Name {
    /// The name as written.
    text: String,
    /// Its language (BCP 47); null when not stated.
    language: Option<String>,
    /// Its script (ISO 15924); null when not stated.
    script: Option<String>,
    /// The kind of name.
    kind: Member<NameKind>,
}

impl From<graph::NameRef<'_>> for Name {
    fn from(name: graph::NameRef<'_>) -> Self {
        Self {
            text: name.text().to_owned(),
            language: name.language().map(str::to_owned),
            script: name.script().map(str::to_owned),
            kind: Member(name.kind()),
        }
    }
}

/// An identifier of an entity in a register or standard.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Identifier {
    /// The scheme, in lower case: `lei`, `iso3166-1`.
    scheme: String,
    /// The value as the scheme writes it.
    value: String,
}

impl From<(&str, &str)> for Identifier {
    fn from((scheme, value): (&str, &str)) -> Self {
        Self {
            scheme: scheme.to_owned(),
            value: value.to_owned(),
        }
    }
}
