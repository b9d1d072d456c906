//! Predicates on the further properties of records, as JSON. Reading them requires unpacking, so this is the most expensive test.

use std::borrow::Cow;

use serde_json::Value;

use super::{NumberFilter, TextFilter, scan::Scan};
use crate::graph::budget::Exhausted;

/// The units spent for reading the properties of one record.
const READING: u64 = 20;

/// A comparison of the values at a path. One value must match all given conditions; without a value, only `exists: false` and
/// conditions for a missing value hold.
#[derive(Debug, Clone, Default)]
pub struct PropertyFilter {
    /// A key, or keys joined by dots, compared exactly. Lists along the path and at its end match by each of their items.
    pub path: String,
    /// The text, or the JSON form of a number or a boolean.
    pub text: TextFilter,
    /// The number, also of a text that contains one.
    pub number: NumberFilter,
    /// Whether there is a value other than null.
    pub exists: Option<bool>,
}

impl PropertyFilter {
    /// Whether these properties fit. Spends 20 units if there are any.
    pub(super) fn matches(&self, scan: &Scan<'_>, properties: Option<Cow<'_, str>>) -> Result<bool, Exhausted> {
        let has_conditions =
            self.exists.is_some() || self.text.stated.is_some() || self.text.compares() || self.number.has_conditions();
        if !has_conditions {
            return Ok(true);
        }
        let Some(properties) = properties else {
            return Ok(self.fits(None));
        };
        scan.spend(READING)?;
        // Stored properties are valid JSON within the depth limit.
        let properties: Value = serde_json::from_str(&properties).unwrap_or_default();
        let mut exists = false;
        let fitting = any_at(&properties, &self.path, &mut |value| {
            exists = true;
            self.fits(Some(value))
        });
        Ok(fitting || (!exists && self.fits(None)))
    }

    fn fits(&self, value: Option<&Value>) -> bool {
        let text = value.and_then(text_of);
        self.exists.is_none_or(|exists| exists == value.is_some())
            && self.text.matches(text.as_deref())
            && self.number.matches(value.and_then(number_of))
    }
}

/// Whether any value at `path` below `value` fits. Every value has one path, so each is read at most once.
fn any_at(value: &Value, path: &str, fits: &mut impl FnMut(&Value) -> bool) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => items.iter().any(|item| any_at(item, path, fits)),
        value if path.is_empty() => fits(value),
        // A key may itself contain dots, as headings of columns do.
        Value::Object(fields) => fields.iter().any(|(key, value)| match path.strip_prefix(key.as_str()) {
            Some("") => any_at(value, "", fits),
            Some(rest) => rest.strip_prefix('.').is_some_and(|rest| any_at(value, rest, fits)),
            None => false,
        }),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(_) | Value::Bool(_) => Some(Cow::Owned(value.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn number_of(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        // Tables and mappings produce all values as text.
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number.filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The values at a path, in order, as JSON.
    fn at(properties: &Value, path: &str) -> Vec<String> {
        let mut values = Vec::new();
        any_at(properties, path, &mut |value| {
            values.push(value.to_string());
            false
        });
        values
    }

    #[test]
    fn a_path_leads_through_objects_and_lists() {
        let properties = json!({
            "a": {"b": [1, [2, null], {"c": 3}], "": 4},
            "list": [{"key": "x"}, {"key": ["y"]}, 5],
            "a.b": 6, "a.b.c": 7,
            "empty": [], "nothing": null, "object": {}
        });
        for (path, expected) in [
            ("a.b", &["1", "2", "{\"c\":3}", "6"][..]),
            ("a.b.c", &["3", "7"]),
            ("list.key", &["\"x\"", "\"y\""]),
            ("list", &["{\"key\":\"x\"}", "{\"key\":[\"y\"]}", "5"]),
            ("object", &["{}"]),
            ("empty", &[]),
            ("nothing", &[]),
            ("a.b.c.d", &[]),
            ("A", &[]),
        ] {
            assert_eq!(at(&properties, path), expected, "{path}");
        }
    }

    #[test]
    fn numbers_are_parsed_from_texts() {
        for (value, number) in [
            (json!(5), Some(5.0)),
            (json!(" 12.50 "), Some(12.5)),
            (json!("1e3"), Some(1000.0)),
            (json!("inf"), None),
            (json!("5 employees"), None),
            (json!(true), None),
            (json!([5]), None),
        ] {
            assert_eq!(number_of(&value), number, "{value}");
        }
    }
}
