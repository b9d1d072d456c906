//! Predicates on amounts of money.

use async_graphql::{InputObject, MaybeUndefined};

use super::{
    compare::{FloatFilter, StringFilter},
    scope::Scope,
};
use crate::{engine::error::Error, graph, model::Currency};

/// A predicate on an amount of money: `{currency: "USD", value: {gt: 1000000}}`. Everything given must hold; `{}` always holds.
/// A relationship without an amount fits only `stated: false`.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct AmountFilter {
    /// In one of these currencies: codes of three letters (ISO 4217), in capitals or not. An empty list does not hold.
    currency: MaybeUndefined<Vec<String>>,
    /// What the amount is of, in the words of the source: `{contains: "loan"}`.
    of: Option<StringFilter>,
    /// How much, in units of its currency, whichever that is: nothing is converted. Name the currency as well, unless
    /// numbers alone are to be compared.
    value: Option<FloatFilter>,
    /// Whether an amount is stated at all.
    stated: MaybeUndefined<bool>,
}

impl AmountFilter {
    pub(super) fn compile(self, scope: Scope<'_>) -> Result<graph::AmountFilter, Error> {
        let currency = |code: String| {
            let read = code.trim().to_ascii_uppercase().parse::<Currency>();
            read.map_err(|_| {
                scope.refuse(format!(
                    "{code:?} is no currency; it takes a code of three letters, like USD"
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
