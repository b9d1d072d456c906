//! The scalars of the schema: dates, partial dates, moments and JSON objects.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

use crate::{engine::check::scalars::day, model};

/// A day: `2014-11-28` (ISO 8601, Gregorian).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date(pub(crate) model::Date);

/// A day: `2014-11-28` (ISO 8601, Gregorian).
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/local-date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let invalid = || InputValueError::custom(format!("{text:?} is not a date like 2014-11-28"));
        day(text).map(Self).ok_or_else(invalid)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A date as precise as its source states it: `2013`, `2014-11` or `2014-11-25`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PartialDate(pub(crate) model::PartialDate);

/// A date as precise as its source states it: `2013`, `2014-11` or `2014-11-25`.
#[Scalar]
impl ScalarType for PartialDate {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text
                .parse()
                .map(Self)
                .map_err(|invalid: model::Invalid| InputValueError::custom(invalid)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A moment with its offset from UTC: `2026-11-22T00:00:00Z` (RFC 3339).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateTime(pub(crate) model::Timestamp);

/// A moment with its offset from UTC: `2026-11-22T00:00:00Z` (RFC 3339).
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let moment = text.parse().map(Self);
        moment.map_err(|_| InputValueError::custom(format!("{text:?} is not a moment like 2026-11-22T00:00:00Z")))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Json(pub(crate) serde_json::Value);

/// A JSON value.
#[Scalar(name = "JSON")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value.into_json()?))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

impl Json {
    /// Parses the JSON text that the graph stores.
    pub(crate) fn of(text: Option<&str>) -> Option<Self> {
        text.and_then(|text| serde_json::from_str(text).ok()).map(Self)
    }
}
