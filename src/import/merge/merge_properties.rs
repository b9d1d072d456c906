//! The properties of records of one id: their keys add up, as lists of texts do, and what other records say of an entity.

use serde_json::{Map, Value};

use super::merge_records::{Joining, Precedence, joined};
use crate::{import::filing::additions::BY_RECORD, model::PROPERTIES_BYTES_MAX};

impl<P: Precedence> Joining<'_, P> {
    pub(in crate::import) fn properties(
        &mut self,
        stands: Option<&Map<String, Value>>,
        new: Option<&Map<String, Value>>,
    ) -> Option<Map<String, Value>> {
        let (Some(stands), Some(new)) = (stands, new) else {
            return stands.or(new).cloned();
        };
        let mut properties = self.keys("properties", stands, new);
        for group in BY_RECORD.into_iter().chain(["context"]) {
            if let (Some(Value::Object(known)), Some(Value::Object(said))) = (stands.get(group), new.get(group)) {
                let all = self.keys(&format!("properties.{group}"), known, said);
                properties.insert(group.to_owned(), Value::Object(all));
            }
        }
        let bytes = serde_json::to_string(&properties).map_or(usize::MAX, |text| text.len());
        if bytes > PROPERTIES_BYTES_MAX {
            let joined = format!("{bytes} bytes");
            self.differs("properties", &joined, &format!("at most {PROPERTIES_BYTES_MAX} bytes"));
            return Some(stands.clone());
        }
        Some(properties)
    }

    /// The keys of both objects.
    fn keys(&mut self, place: &str, stands: &Map<String, Value>, new: &Map<String, Value>) -> Map<String, Value> {
        let mut joined = stands.clone();
        for (key, value) in new {
            let field = format!("{place}.{key}");
            match (joined.get(key), value) {
                (Some(known), value) if known == value => {}
                (Some(Value::Array(known)), Value::Array(said))
                    if !self.precedence.new_holds(&field) && lists_of_texts(known, said) =>
                {
                    let all = joined_lists(known, said);
                    joined.insert(key.clone(), Value::Array(all));
                }
                // What each record says of an entity, by its id.
                (Some(Value::Object(known)), Value::Object(said)) if is_by_record(place) => {
                    let all = self.keys(&field, &known.clone(), said);
                    joined.insert(key.clone(), Value::Object(all));
                }
                (Some(Value::Object(_)), Value::Object(_)) if BY_RECORD.contains(&&**key) || key == "context" => {}
                (Some(_), value) if self.precedence.new_holds(&field) => {
                    joined.insert(key.clone(), value.clone());
                }
                (Some(known), value) => {
                    let holds = known.to_string();
                    self.differs(&field, &value.to_string(), &holds);
                }
                (None, value) => {
                    joined.insert(key.clone(), value.clone());
                }
            }
        }
        joined
    }
}

/// Whether the properties at this place are what records say of an entity, by their ids.
fn is_by_record(place: &str) -> bool {
    place
        .strip_prefix("properties.")
        .is_some_and(|group| BY_RECORD.contains(&group))
}

fn lists_of_texts(one: &[Value], other: &[Value]) -> bool {
    one.iter().chain(other).all(Value::is_string)
}

/// The members of both lists, each once, in order: lists of texts add up as names and identifiers do.
fn joined_lists(stands: &[Value], new: &[Value]) -> Vec<Value> {
    joined(stands, new, |value| value.as_str().unwrap_or_default().to_owned())
}
