//! What the scalars that hold dates look like: asked before anything runs.

use async_graphql_value::Value;

use crate::model::{Date, PartialDate, Timestamp};

/// Whether a literal or a variable can be read as this scalar.
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

/// What a scalar looks like.
pub(super) fn example(scalar: &str) -> Option<&'static str> {
    match scalar {
        "Date" => Some("\"2014-11-28\""),
        "PartialDate" => Some("\"2013\", \"2014-11\" or \"2014-11-25\""),
        "DateTime" => Some("\"2026-11-22T00:00:00Z\""),
        _ => None,
    }
}

/// The day written so. Only the plain form: a date with a time or an offset is a slip of the caller.
pub(crate) fn day(text: &str) -> Option<Date> {
    let day: PartialDate = text.parse().ok()?;
    day.is_day().then(|| day.first_day())
}
