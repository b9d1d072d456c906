//! Filters inside filters. Values nest deeper than filters may, and reading them takes stack.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{InputType, InputValueResult, Value, registry::Registry};

use super::scope::Scope;
use crate::engine::error::Error;

/// A filter inside another, read only when that one is compiled, which counts how deep it stands.
#[derive(Debug, Clone)]
pub(crate) struct Nested<T> {
    value: Value,
    of: PhantomData<T>,
}

impl<T: InputType> Nested<T> {
    /// The filter.
    pub(super) fn read(self, scope: Scope<'_>) -> Result<T, Error> {
        let read = T::parse(Some(self.value));
        read.map_err(|error| scope.refuse(error.into_server_error(Default::default()).message))
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
            of: PhantomData,
        })
    }

    fn to_value(&self) -> Value {
        self.value.clone()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}
