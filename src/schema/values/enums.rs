//! The enums of the model as GraphQL enums, with the model's descriptions.

use std::{any::type_name, borrow::Cow};

use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, Name, OutputType, Positioned, ServerResult,
    Value,
    parser::types::Field,
    registry::{Deprecation, MetaEnumValue, MetaType, MetaTypeId, Registry},
};

use crate::model::{Catalog, Set};

/// A member of an enum of the model, as GraphQL reads and writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member<T>(pub(crate) T);

impl<T: Catalog> Member<T> {
    /// The set of these members.
    pub(crate) fn set(members: &[Self]) -> Set<T> {
        members.iter().map(|member| member.0).collect()
    }

    /// The members of a set, in the order of declaration.
    pub(crate) fn list(set: Set<T>) -> Vec<Self> {
        set.iter().map(Member).collect()
    }

    fn value(self) -> Value {
        Value::Enum(Name::new(self.0.as_str()))
    }

    fn meta() -> MetaType {
        let values = T::ALL.iter().map(|member| {
            let value = MetaEnumValue {
                name: member.as_str().to_owned(),
                description: Some(member.description().to_owned()),
                deprecation: Deprecation::NoDeprecated,
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                directive_invocations: Vec::new(),
            };
            (member.as_str().to_owned(), value)
        });
        MetaType::Enum {
            name: T::NAME.to_owned(),
            description: Some(T::SUMMARY.to_owned()),
            enum_values: values.collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: Some(type_name::<Self>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        }
    }
}

impl<T: Catalog + Send + Sync> InputType for Member<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::Enum, |_| Self::meta())
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        // Variables carry enum values as strings.
        let text = match value {
            Some(Value::Enum(name)) => name.to_string(),
            Some(Value::String(text)) => text,
            other => return Err(InputValueError::expected_type(other.unwrap_or_default())),
        };
        T::parse(&text).map(Member).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        self.value()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<T: Catalog + Send + Sync> OutputType for Member<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Enum, |_| Self::meta())
    }

    async fn resolve(&self, _ctx: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> ServerResult<Value> {
        Ok(self.value())
    }
}
