//! Values out of JSON, and texts as the model takes them. What is of another type than expected is left where it is, so that
//! it ends in the properties.

use serde_json::{Map, Value, json};

use crate::{
    formats::reader::RecordFault,
    model::{LINE_CHARS_MAX, PROPERTIES_BYTES_MAX, PartialDate, is_blank},
};

pub(in crate::formats::bods) fn take_text(map: &mut Map<String, Value>, key: &str) -> Option<String> {
    match map.remove(key) {
        Some(Value::String(text)) => Some(text),
        other => put_back(map, key, other),
    }
}

pub(in crate::formats::bods) fn take_map(map: &mut Map<String, Value>, key: &str) -> Option<Map<String, Value>> {
    match map.remove(key) {
        Some(Value::Object(inner)) => Some(inner),
        other => put_back(map, key, other),
    }
}

pub(in crate::formats::bods) fn take_list(map: &mut Map<String, Value>, key: &str) -> Vec<Value> {
    match map.remove(key) {
        Some(Value::Array(list)) => list,
        other => put_back(map, key, other).unwrap_or_default(),
    }
}

fn put_back<T>(map: &mut Map<String, Value>, key: &str, value: Option<Value>) -> Option<T> {
    if let Some(value) = value {
        map.insert(key.to_owned(), value);
    }
    None
}

/// The text in a map, where there is one that is not blank.
pub(in crate::formats::bods) fn text<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    let text = map.get(key)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

/// One line: white space and control characters become single spaces. None when it is blank or too long.
pub(in crate::formats::bods) fn one_line(text: &str) -> Option<String> {
    let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    (!is_blank(&line) && line.chars().count() <= LINE_CHARS_MAX).then_some(line)
}

/// The date under `key`. What is no date stays where it is, with a fault.
pub(in crate::formats::bods) fn take_date(
    map: &mut Map<String, Value>,
    key: &'static str,
    field: &'static str,
    faults: &mut Vec<RecordFault>,
) -> Option<PartialDate> {
    let original = take_text(map, key)?;
    if let Some(date) = date(&original) {
        return Some(date);
    }
    faults.push(RecordFault::in_properties(field, "not a date").with(&original));
    map.insert(key.to_owned(), Value::String(original));
    None
}

/// The date under `key`, on which something ends. One in the year 9999 is how registers write that there is none.
pub(in crate::formats::bods) fn take_end(
    map: &mut Map<String, Value>,
    key: &'static str,
    field: &'static str,
    faults: &mut Vec<RecordFault>,
) -> Option<PartialDate> {
    take_date(map, key, field, faults).filter(|end| end.first_day().year() < YEAR_OF_NO_END)
}

/// The year that stands for no end.
const YEAR_OF_NO_END: i16 = 9999;

/// A date, or the day of a moment.
pub(in crate::formats::bods) fn date(text: &str) -> Option<PartialDate> {
    let text = text.trim();
    let day = text.split_once(['T', ' ']).map_or(text, |(day, _)| day);
    day.parse().ok()
}

/// The properties without empty values; none when nothing is left, and not more than a record may have.
pub(in crate::formats::bods) fn properties(
    mut rest: Map<String, Value>,
    faults: &mut Vec<RecordFault>,
) -> Option<Map<String, Value>> {
    let size = |value: &Value| serde_json::to_string(value).map_or(usize::MAX, |text| text.len());
    rest.retain(|_, value| !is_nothing(value));
    let mut bytes_left: usize = PROPERTIES_BYTES_MAX;
    rest.retain(|key, value| {
        let bytes = size(value).saturating_add(size(&json!(key))).saturating_add(2);
        let fits = bytes < bytes_left;
        if fits {
            bytes_left -= bytes;
        } else {
            faults.push(RecordFault::rejected("", "more fields than the properties of a record can hold").with(key));
        }
        fits
    });
    (!rest.is_empty()).then_some(rest)
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_contain_what_fits_and_the_rest_is_reported() {
        let mut faults = Vec::new();
        let rest = json!({"a": 1, "b": "x".repeat(PROPERTIES_BYTES_MAX), "c": [], "d": " ", "e": null, "f": false});
        let Value::Object(rest) = rest else { unreachable!() };
        let result = properties(rest, &mut faults).unwrap();
        assert_eq!(Value::Object(result), json!({"a": 1, "f": false}));
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].value.as_deref(), Some("b"));
    }

    #[test]
    fn lines_have_no_ends_of_lines_within() {
        assert_eq!(one_line(" a\n\tb \u{0}c ").as_deref(), Some("a b c"));
        assert_eq!(one_line(" \n"), None);
        assert_eq!(one_line(&"x".repeat(LINE_CHARS_MAX + 1)), None);
    }
}
