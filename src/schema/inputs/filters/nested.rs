//! Filters inside filters. Input values may nest deeper than filters may, and parsing them takes stack.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{InputType, InputValueResult, Value, registry::Registry};

use super::scope::Scope;
use crate::engine::error::Error;

/// A filter inside another one, parsed only when the outer one is compiled, which checks the depth.
#[derive(Debug, Clone)]
pub(crate) struct Nested<T> {
    value: Value,
    filter: PhantomData<T>,
}

impl<T: InputType> Nested<T> {
    /// Parses the filter; errors are those of `scope`.
    pub(super) fn parse_in(self, scope: Scope<'_>) -> Result<T, Error> {
        let filter = T::parse(Some(self.value));
        filter.map_err(|error| scope.refuse(error.into_server_error(Default::default()).message))
    }
}

impl<T: InputType> InputType for Nested<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        Ok(Self {
            value: value.unwrap_or_default(),
            filter: PhantomData,
        })
    }

    fn to_value(&self) -> Value {
        self.value.clone()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}
