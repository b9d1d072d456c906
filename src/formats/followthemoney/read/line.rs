//! One line of a file: a record with its id, its schema and its properties, each a list of texts. What is neither understood
//! nor taken goes to the `properties` of what is made of it.

use std::{
    collections::{BTreeMap, HashSet},
    mem,
};

use serde_json::{Map, Value};

use super::values;
use crate::{
    formats::{followthemoney::terms::ours::OURS, reader::Fault},
    model::{LIST_MAX, PROPERTIES_BYTES_MAX, PartialDate},
};

/// Where the schema of a record stands in the `properties` of what it became, unless the kind says it.
pub(in crate::formats::followthemoney) const SCHEMA: &str = "schema";

/// Where what stands beside the properties of a record goes: the datasets it comes from, the ids it had before.
pub(in crate::formats::followthemoney) const CONTEXT: &str = "context";

/// What is not kept of it: what follows from the rest, and what changes whenever somebody looks.
const PASSING: [&str; 2] = ["caption", "last_seen"];

/// A record, of which what is understood is taken step by step.
#[derive(Debug)]
pub(in crate::formats::followthemoney) struct Line {
    /// Its id, as written.
    pub(in crate::formats::followthemoney) id: String,
    /// Its schema.
    pub(in crate::formats::followthemoney) schema: String,
    /// What is wrong with it, as far as it is read.
    pub(in crate::formats::followthemoney) faults: Vec<Fault>,
    values: BTreeMap<String, Vec<String>>,
    context: Map<String, Value>,
    /// What our own export says beyond FollowTheMoney.
    pub(in crate::formats::followthemoney) ours: Option<Value>,
}

impl Line {
    /// The record that these fields are.
    pub(in crate::formats::followthemoney) fn of(mut fields: Map<String, Value>) -> Result<Self, Fault> {
        let rejected = |field, reason| Fault::rejected(field, reason);
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
                let fault = Fault::rejected("properties", "not a JSON object").with(&other.to_string());
                return Err(fault);
            }
        };
        let mut faults = Vec::new();
        let values = properties
            .into_iter()
            .map(|(name, value)| {
                let texts = texts(&name, value, &mut faults);
                // What is ours in the properties is never theirs.
                let own = [SCHEMA, CONTEXT].contains(&&*name);
                (if own { format!("properties.{name}") } else { name }, texts)
            })
            .filter(|(_, texts)| !texts.is_empty())
            .collect();
        let ours = fields.remove(OURS);
        for passing in PASSING {
            fields.remove(passing);
        }
        Ok(Self {
            id,
            schema,
            faults,
            values,
            context: fields,
            ours,
        })
    }

    /// The values of a property.
    pub(in crate::formats::followthemoney) fn values(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// The text beside the properties with this name.
    pub(in crate::formats::followthemoney) fn beside(&self, name: &str) -> Option<&str> {
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
        let stayed = |text: &String| values::date(text).is_some_and(|(other, _)| other == date);
        if !self.values(name).iter().any(stayed) {
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
        let found = values.iter().find_map(|value| read(value));
        if found.is_some() {
            values.retain(|value| read(value) != found);
        } else {
            self.faults.push(Fault::kept(name, reason).with(&values[0]));
        }
        found
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
        let mut taken = Vec::new();
        let mut fault = None;
        for value in self.take(name) {
            if let Some(read) = read(&value) {
                taken.push(read);
            } else {
                fault.get_or_insert_with(|| Fault::kept(name, reason).with(&value));
                self.put_back(name, value);
            }
        }
        self.faults.extend(fault);
        taken
    }

    /// Whatever was not taken, and the schema where the kind does not say it.
    pub(in crate::formats::followthemoney) fn into_properties(
        self,
        implied: &str,
    ) -> (Option<Map<String, Value>>, Vec<Fault>) {
        let Self {
            schema,
            mut faults,
            values,
            context,
            ..
        } = self;
        let left = values.into_iter().filter(|(_, values)| !values.is_empty());
        let mut properties: Map<String, Value> = left.map(|(name, values)| (name, Value::from(values))).collect();
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
fn texts(name: &str, value: Value, faults: &mut Vec<Fault>) -> Vec<String> {
    let values = match value {
        Value::Array(values) => values,
        other => vec![other],
    };
    let mut seen = HashSet::new();
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
                faults.push(Fault::kept(name.to_owned(), "a value that is not a text").with(&text));
                text
            }
        };
        if !text.is_empty() && seen.insert(text.clone()) {
            texts.push(text);
        }
    }
    texts
}

/// Cuts what is longest until all has room in a record.
fn cut(properties: &mut Map<String, Value>, faults: &mut Vec<Fault>) {
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
        let reason = "more than a record can hold: only the start is kept";
        let value = properties.remove(&longest).unwrap_or_default();
        let Value::Array(mut texts) = value else {
            // What stands beside the properties: it has no start of its own.
            faults.push(Fault::kept(longest, "more than a record can hold: left out"));
            continue;
        };
        faults.push(Fault::kept(longest.clone(), reason));
        texts.truncate((texts.len() / 2).max(1));
        if let [Value::String(text)] = &mut texts[..] {
            let kept = text.chars().count() / 2;
            *text = text.chars().take(kept).collect();
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
