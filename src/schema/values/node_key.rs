//! Ids as arguments: an id in an answer carries the view through which the record was read; an argument refers to the record.

use std::{borrow::Cow, ops::Deref};

use async_graphql::{ID, InputType, InputValueError, InputValueResult, Value, registry::Registry};

use crate::model::RequestedView;

/// The key of a record, from any of its ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodeKey(pub(crate) String);

impl Deref for NodeKey {
    type Target = String;
    fn deref(&self) -> &String {
        &self.0
    }
}

impl InputType for NodeKey {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let id = <ID as InputType>::parse(value).map_err(InputValueError::propagate)?;
        Ok(Self(RequestedView::of_id(&id).0.to_owned()))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}
