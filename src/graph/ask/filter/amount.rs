//! Predicates on amounts of money.

use super::{NumberFilter, TextFilter};
use crate::model::{Amount, Currency};

/// A comparison of an amount. Everything given must hold; a missing amount fits none but `stated: false`.
#[derive(Debug, Clone, Default)]
pub struct AmountFilter {
    /// In one of these currencies.
    pub currencies: Option<Vec<Currency>>,
    /// Of what, in the source's words.
    pub of: Option<TextFilter>,
    /// How much, in units of its currency: nothing is converted.
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
