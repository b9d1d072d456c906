//! One line of a file: a record with its id, its schema and its properties, each a list of texts. What is not taken goes to the
//! `properties` of what it becomes.

use std::{
    collections::{BTreeMap, HashSet},
    mem,
};

use serde_json::{Map, Value};

use super::values;
use crate::{
    formats::{followthemoney::terms::extension::EXTENSION_KEY, reader::RecordFault},
    model::{LIST_MAX, PROPERTIES_BYTES_MAX, PartialDate},
};

/// The key of the schema in the `properties` of what a record became, unless the kind implies it.
pub(in crate::formats::followthemoney) const SCHEMA: &str = "schema";

/// The key of the fields outside of the properties of a record: the datasets it comes from, the ids it had before.
pub(in crate::formats::followthemoney) const CONTEXT: &str = "context";

/// Fields that are dropped: derived ones, and those that change with every crawl.
const TRANSIENT_FIELDS: [&str; 2] = ["caption", "last_seen"];

/// A record, of which what is understood is taken step by step.
#[derive(Debug)]
pub(in crate::formats::followthemoney) struct RawRecord {
    /// Its id, as written.
    pub(in crate::formats::followthemoney) id: String,
    /// Its schema.
    pub(in crate::formats::followthemoney) schema: String,
    /// What is wrong with it, as far as it is read.
    pub(in crate::formats::followthemoney) faults: Vec<RecordFault>,
    values: BTreeMap<String, Vec<String>>,
    context: Map<String, Value>,
    /// What our own export says beyond FollowTheMoney.
    pub(in crate::formats::followthemoney) extension: Option<Value>,
}

impl RawRecord {
    /// The record that these fields are.
    pub(in crate::formats::followthemoney) fn of(mut fields: Map<String, Value>) -> Result<Self, RecordFault> {
        let rejected = |field, reason| RecordFault::rejected(field, reason);
        let Some(Value::String(id)) = fields.remove("id").filter(|id| id != "") else {
            return Err(rejected("id", "no id"));
        };
        let Some(Value::String(schema)) = fields.remove("schema") else {
            return Err(rejected("schema", "no schema"));
        };
        let properties = match fields.remove("properties") {
            Some(Value::Object(properties)) => properties,
            None | Some(Value::Null) => Map::new(),
            Some(other) => {
                let fault = RecordFault::rejected("properties", "not a JSON object").with(&other.to_string());
                return Err(fault);
            }
        };
        let mut faults = Vec::new();
        let values = properties
            .into_iter()
            .map(|(name, value)| {
                let texts = texts(&name, value, &mut faults);
                // A property of theirs must not collide with our own keys.
                let own = [SCHEMA, CONTEXT].contains(&&*name);
                (if own { format!("properties.{name}") } else { name }, texts)
            })
            .filter(|(_, texts)| !texts.is_empty())
            .collect();
        let extension = fields.remove(EXTENSION_KEY);
        for transient in TRANSIENT_FIELDS {
            fields.remove(transient);
        }
        Ok(Self {
            id,
            schema,
            faults,
            values,
            context: fields,
            extension,
        })
    }

    /// The values of a property.
    pub(in crate::formats::followthemoney) fn values(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// The text of a field outside of the properties.
    pub(in crate::formats::followthemoney) fn context_text(&self, name: &str) -> Option<&str> {
        self.context.get(name)?.as_str()
    }

    /// Takes the values of a property, at most [`LIST_MAX`] of them.
    pub(in crate::formats::followthemoney) fn take(&mut self, name: &str) -> Vec<String> {
        let Some(values) = self.values.get_mut(name) else {
            return Vec::new();
        };
        let rest = values.split_off(values.len().min(LIST_MAX));
        mem::replace(values, rest)
    }

    /// Puts a value back that was taken and not understood.
    pub(in crate::formats::followthemoney) fn put_back(&mut self, name: &str, value: String) {
        self.values.entry(name.to_owned()).or_default().push(value);
    }

    /// Puts a date back that was taken, before the others, unless its text stayed because it says more.
    pub(in crate::formats::followthemoney) fn put_back_date(&mut self, name: &str, date: PartialDate) {
        let is_same_date = |text: &String| values::date(text).is_some_and(|(other, _)| other == date);
        if !self.values(name).iter().any(is_same_date) {
            self.values
                .entry(name.to_owned())
                .or_default()
                .insert(0, date.to_string());
        }
    }

    /// Takes the first value that can be read, with others that say the same, and leaves the rest. Reports when there are some and
    /// none can be read.
    pub(in crate::formats::followthemoney) fn take_first<T: PartialEq>(
        &mut self,
        name: &'static str,
        reason: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let values = self.values.get_mut(name).filter(|values| !values.is_empty())?;
        let first_readable = values.iter().find_map(|value| read(value));
        if first_readable.is_some() {
            values.retain(|value| read(value) != first_readable);
        } else {
            self.faults
                .push(RecordFault::in_properties(name, reason).with(&values[0]));
        }
        first_readable
    }

    /// Takes the first date. A text that also has a time of the day stays.
    pub(in crate::formats::followthemoney) fn take_date(&mut self, name: &'static str) -> Option<PartialDate> {
        let first = self.values(name).iter().find_map(|value| values::date(value));
        let Some((date, _)) = first else {
            return self.take_first(name, "not a date", |_| None);
        };
        if let Some(values) = self.values.get_mut(name) {
            values.retain(|value| values::date(value) != Some((date, false)));
        }
        Some(date)
    }

    /// Takes every value that can be read, at most [`LIST_MAX`] of them, and leaves the others. Reports the first that cannot
    /// be.
    pub(in crate::formats::followthemoney) fn take_each<T>(
        &mut self,
        name: &'static str,
        reason: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let mut values_read = Vec::new();
        let mut fault = None;
        for value in self.take(name) {
            if let Some(read) = read(&value) {
                values_read.push(read);
            } else {
                fault.get_or_insert_with(|| RecordFault::in_properties(name, reason).with(&value));
                self.put_back(name, value);
            }
        }
        self.faults.extend(fault);
        values_read
    }

    /// The values that were not taken, and the schema where the kind does not imply it.
    pub(in crate::formats::followthemoney) fn into_properties(
        self,
        implied: &str,
    ) -> (Option<Map<String, Value>>, Vec<RecordFault>) {
        let Self {
            schema,
            mut faults,
            values,
            context,
            ..
        } = self;
        let rest = values.into_iter().filter(|(_, values)| !values.is_empty());
        let mut properties: Map<String, Value> = rest.map(|(name, values)| (name, Value::from(values))).collect();
        if schema != implied {
            properties.insert(SCHEMA.to_owned(), Value::from(schema));
        }
        if !context.is_empty() {
            properties.insert(CONTEXT.to_owned(), Value::Object(context));
        }
        cut(&mut properties, &mut faults);
        ((!properties.is_empty()).then_some(properties), faults)
    }
}

/// The texts of a property, each once. References may be written out as the records they lead to.
fn texts(name: &str, value: Value, faults: &mut Vec<RecordFault>) -> Vec<String> {
    let values = match value {
        Value::Array(values) => values,
        other => vec![other],
    };
    let mut known_texts = HashSet::new();
    let mut texts = Vec::new();
    for value in values {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text,
            Value::Object(mut record) if record.contains_key("id") && record["id"].is_string() => {
                match record.remove("id") {
                    Some(Value::String(id)) => id,
                    _ => continue,
                }
            }
            other @ (Value::Bool(_) | Value::Number(_)) => other.to_string(),
            other => {
                let text = other.to_string();
                faults.push(RecordFault::in_properties(name.to_owned(), "a value that is not a text").with(&text));
                text
            }
        };
        if !text.is_empty() && known_texts.insert(text.clone()) {
            texts.push(text);
        }
    }
    texts
}

/// Shortens the longest properties until all fit into a record.
fn cut(properties: &mut Map<String, Value>, faults: &mut Vec<RecordFault>) {
    let size = |properties: &Map<String, Value>| serde_json::to_string(properties).map_or(0, |text| text.len());
    let length = |value: &Value| value.to_string().len();
    while size(properties) > PROPERTIES_BYTES_MAX {
        let Some(longest) = properties
            .iter()
            .max_by_key(|(_, value)| length(value))
            .map(|(name, _)| name.clone())
        else {
            return;
        };
        let reason = "more than a record can hold: only the start is stored";
        let value = properties.remove(&longest).unwrap_or_default();
        let Value::Array(mut texts) = value else {
            // What stands beside the properties: it has no start of its own.
            faults.push(RecordFault::in_properties(
                longest,
                "more than a record can hold: left out",
            ));
            continue;
        };
        faults.push(RecordFault::in_properties(longest.clone(), reason));
        texts.truncate((texts.len() / 2).max(1));
        if let [Value::String(text)] = &mut texts[..] {
            let chars_kept = text.chars().count() / 2;
            *text = text.chars().take(chars_kept).collect();
        }
        let has_text = texts
            .iter()
            .any(|text| text.as_str().is_some_and(|text| !text.is_empty()));
        if has_text {
            properties.insert(longest, Value::Array(texts));
        }
    }
    faults.dedup();
}
