//! Merges the properties of records with one id: their keys are joined, and so are lists of texts and the data of other records.

use serde_json::{Map, Value};

use super::records::{Precedence, RecordMerger, joined};
use crate::{import::update::additions::BY_RECORD, model::PROPERTIES_BYTES_MAX};

impl<P: Precedence> RecordMerger<'_, P> {
    pub(in crate::import) fn properties(
        &mut self,
        existing: Option<&Map<String, Value>>,
        new: Option<&Map<String, Value>>,
    ) -> Option<Map<String, Value>> {
        let (Some(existing), Some(new)) = (existing, new) else {
            return existing.or(new).cloned();
        };
        let mut properties = self.join_keys("properties", existing, new);
        for group in BY_RECORD.into_iter().chain(["context"]) {
            if let (Some(Value::Object(known)), Some(Value::Object(addition))) = (existing.get(group), new.get(group)) {
                let all = self.join_keys(&format!("properties.{group}"), known, addition);
                properties.insert(group.to_owned(), Value::Object(all));
            }
        }
        let bytes = serde_json::to_string(&properties).map_or(usize::MAX, |text| text.len());
        if bytes > PROPERTIES_BYTES_MAX {
            let joined = format!("{bytes} bytes");
            self.add_conflict("properties", &joined, &format!("at most {PROPERTIES_BYTES_MAX} bytes"));
            return Some(existing.clone());
        }
        Some(properties)
    }

    /// Both objects joined by keys.
    fn join_keys(
        &mut self,
        place: &str,
        existing: &Map<String, Value>,
        new: &Map<String, Value>,
    ) -> Map<String, Value> {
        let mut joined = existing.clone();
        for (key, value) in new {
            let field = format!("{place}.{key}");
            match (joined.get(key), value) {
                (Some(known), value) if known == value => {}
                (Some(Value::Array(known)), Value::Array(addition))
                    if !self.precedence.prefers_new(&field) && lists_of_texts(known, addition) =>
                {
                    let all = joined_lists(known, addition);
                    joined.insert(key.clone(), Value::Array(all));
                }
                // Data of other records on an entity, by their ids.
                (Some(Value::Object(known)), Value::Object(addition)) if is_by_record(place) => {
                    let all = self.join_keys(&field, &known.clone(), addition);
                    joined.insert(key.clone(), Value::Object(all));
                }
                (Some(Value::Object(_)), Value::Object(_)) if BY_RECORD.contains(&&**key) || key == "context" => {}
                (Some(_), value) if self.precedence.prefers_new(&field) => {
                    joined.insert(key.clone(), value.clone());
                }
                (Some(known), value) => {
                    let winning_value = known.to_string();
                    self.add_conflict(&field, &value.to_string(), &winning_value);
                }
                (None, value) => {
                    joined.insert(key.clone(), value.clone());
                }
            }
        }
        joined
    }
}

/// Whether the properties at this path are data of other records, by their ids.
fn is_by_record(place: &str) -> bool {
    place
        .strip_prefix("properties.")
        .is_some_and(|group| BY_RECORD.contains(&group))
}

fn lists_of_texts(one: &[Value], other: &[Value]) -> bool {
    one.iter().chain(other).all(Value::is_string)
}

/// The members of both lists, each once, sorted: lists of texts are joined like names and identifiers.
fn joined_lists(existing: &[Value], new: &[Value]) -> Vec<Value> {
    joined(existing, new, |value| value.as_str().unwrap_or_default().to_owned())
}
