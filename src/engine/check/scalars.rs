//! The formats of the date scalars, checked before execution.

use async_graphql_value::Value;

use crate::model::{Date, PartialDate, Timestamp};

/// Whether a literal or a variable parses as this scalar.
pub(super) fn fits(scalar: &str, value: &Value) -> bool {
    let Value::String(text) = value else {
        return false;
    };
    match scalar {
        "Date" => day(text).is_some(),
        "PartialDate" => text.parse::<PartialDate>().is_ok(),
        "DateTime" => text.parse::<Timestamp>().is_ok(),
        _ => true,
    }
}

/// An example of a scalar's format.
pub(super) fn example(scalar: &str) -> Option<&'static str> {
    match scalar {
        "Date" => Some("\"2014-11-28\""),
        "PartialDate" => Some("\"2013\", \"2014-11\" or \"2014-11-25\""),
        "DateTime" => Some("\"2026-11-22T00:00:00Z\""),
        _ => None,
    }
}

/// Parses a day. Only the plain form: a date with a time or an offset is a mistake of the caller.
pub(crate) fn day(text: &str) -> Option<Date> {
    let day: PartialDate = text.parse().ok()?;
    day.is_day().then(|| day.first_day())
}
