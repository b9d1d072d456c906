//! Predicates on amounts of money.

use super::{NumberFilter, TextFilter};
use crate::model::{Amount, Currency};

/// A comparison of an amount. All given conditions must hold; a missing amount matches only `stated: false`.
#[derive(Debug, Clone, Default)]
pub struct AmountFilter {
    /// In one of these currencies.
    pub currencies: Option<Vec<Currency>>,
    /// The meaning, in the source's words.
    pub of: Option<TextFilter>,
    /// The value in units of its currency, without conversion.
    pub value: Option<NumberFilter>,
    /// Whether there is an amount at all.
    pub stated: Option<bool>,
}

impl AmountFilter {
    pub(super) fn matches(&self, amount: Option<&Amount>) -> bool {
        let is_listed = |currencies: &Vec<Currency>| amount.is_some_and(|amount| currencies.contains(&amount.currency));
        self.stated.is_none_or(|stated| stated == amount.is_some())
            && self.currencies.as_ref().is_none_or(is_listed)
            && self
                .of
                .as_ref()
                .is_none_or(|filter| filter.matches(amount.and_then(|amount| amount.of.as_deref())))
            && self
                .value
                .as_ref()
                .is_none_or(|filter| filter.matches(amount.map(|amount| amount.value)))
    }
}
