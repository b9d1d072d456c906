//! Predicates on amounts of money.

use async_graphql::{InputObject, MaybeUndefined};

use super::{
    compare::{FloatFilter, StringFilter},
    scope::Scope,
};
use crate::{engine::error::Error, graph, model::Currency};

/// A predicate on an amount of money: `{currency: "USD", value: {gt: 1000000}}`. All given conditions must hold; `{}` always holds.
/// A relationship without an amount matches only `stated: false`.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct AmountFilter {
    /// In one of these currencies: codes of three letters (ISO 4217), in upper or lower case. An empty list never holds.
    currency: MaybeUndefined<Vec<String>>,
    /// A comparison of what the amount is of, in the words of the source: `{contains: "loan"}`.
    of: Option<StringFilter>,
    /// A comparison of the value in units of its own currency. Nothing is converted, so give `currency` as well unless plain
    /// numbers are to be compared.
    value: Option<FloatFilter>,
    /// Whether an amount is stated.
    stated: MaybeUndefined<bool>,
}

impl AmountFilter {
    pub(super) fn compile(self, scope: Scope<'_>) -> Result<graph::AmountFilter, Error> {
        let currency = |code: String| {
            let parsed = code.trim().to_ascii_uppercase().parse::<Currency>();
            parsed.map_err(|_| {
                scope.refuse(format!(
                    "{code:?} is not a currency; it must be a code of three letters, like USD"
                ))
            })
        };
        let codes = scope.operands("currency", self.currency)?;
        Ok(graph::AmountFilter {
            currencies: codes
                .map(|codes| codes.into_iter().map(currency).collect::<Result<_, Error>>())
                .transpose()?,
            of: self.of.map(|filter| filter.compile(scope)).transpose()?,
            value: self.value.map(|filter| filter.compile(scope)).transpose()?,
            stated: scope.operand("stated", self.stated)?,
        })
    }
}
