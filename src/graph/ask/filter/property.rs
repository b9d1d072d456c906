//! Predicates on what records carry beyond their fields, as JSON. Reading it takes unpacking: dearer than any other test.

use std::borrow::Cow;

use serde_json::Value;

use super::{NumberFilter, TextFilter, scan::Scan};
use crate::graph::budget::Exhausted;

/// What reading the properties of one record spends.
const READING: u64 = 20;

/// A comparison of the values at a path. One value fits everything given; where there is none, only `exists: false` and what
/// asks for a missing value holds.
#[derive(Debug, Clone, Default)]
pub struct PropertyFilter {
    /// A key, or keys joined by dots, compared as written. Lists on the way and at the end stand for each of their items.
    pub path: String,
    /// The text, or what JSON writes for a number or a boolean.
    pub text: TextFilter,
    /// The number, also of a text that writes one.
    pub number: NumberFilter,
    /// Whether there is a value other than null.
    pub exists: Option<bool>,
}

impl PropertyFilter {
    /// Whether these properties fit. Spends 20 units where there are any.
    pub(super) fn matches(&self, scan: &Scan<'_>, properties: Option<Cow<'_, str>>) -> Result<bool, Exhausted> {
        let asks = self.exists.is_some() || self.text.stated.is_some() || self.text.compares() || self.number.asks();
        if !asks {
            return Ok(true);
        }
        let Some(properties) = properties else {
            return Ok(self.fits(None));
        };
        scan.spend(READING)?;
        // What a store keeps is JSON, and no deeper than this reads.
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

/// Whether any value at `path` below `value` fits. Every value has one path, so that each is looked at once at most.
fn any_at(value: &Value, path: &str, fits: &mut impl FnMut(&Value) -> bool) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => items.iter().any(|item| any_at(item, path, fits)),
        value if path.is_empty() => fits(value),
        // A key may have dots itself, as headings of columns do.
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
        // Tables and mappings bring every value as text.
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
        let mut found = Vec::new();
        any_at(properties, path, &mut |value| {
            found.push(value.to_string());
            false
        });
        found
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
    fn numbers_are_read_from_texts_that_write_one() {
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
