//! A record that is being written.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde_json::{Map, Value, json};

use crate::formats::{
    export::ExportSummary,
    followthemoney::{
        read::raw_record::{CONTEXT, SCHEMA},
        terms::extension::EXTENSION_KEY,
    },
};

/// A record of FollowTheMoney.
pub(super) struct OutputRecord {
    id: String,
    schema: &'static str,
    values: BTreeMap<String, Vec<String>>,
    context: Map<String, Value>,
    /// Fields that FollowTheMoney has no property for.
    extension: Map<String, Value>,
}

impl OutputRecord {
    /// A record without properties yet.
    pub(super) fn new(id: String, schema: &'static str) -> Self {
        Self {
            id,
            schema,
            values: BTreeMap::new(),
            context: Map::new(),
            extension: Map::new(),
        }
    }

    /// Adds a value, unless it is there.
    pub(super) fn put(&mut self, property: &str, value: impl Into<String>) {
        let value = value.into();
        let values = self.values.entry(property.to_owned()).or_default();
        if !value.is_empty() && !values.contains(&value) {
            values.push(value);
        }
    }

    /// Adds what FollowTheMoney has no property for.
    pub(super) fn put_extension(&mut self, name: &str, value: impl Into<Value>) {
        self.extension.insert(name.to_owned(), value.into());
    }

    /// Adds what a record holds beyond the model, as far as FollowTheMoney `knows` the names.
    pub(super) fn put_properties(
        &mut self,
        properties: Option<&Map<String, Value>>,
        knows: impl Fn(&str) -> bool,
        summary: &mut ExportSummary,
    ) {
        for (name, value) in properties.into_iter().flatten() {
            match value {
                Value::Object(context) if name == CONTEXT => {
                    let own = ["id", "schema", "properties", EXTENSION_KEY];
                    let others = context.iter().filter(|(name, _)| !own.contains(&name.as_str()));
                    self.context = others.map(|(name, value)| (name.clone(), value.clone())).collect();
                }
                Value::String(schema) if name == SCHEMA && schema == self.schema => {}
                value if knows(name) => {
                    for text in texts(value) {
                        self.put(name, text);
                    }
                }
                _ => summary.leave_out("property that FollowTheMoney does not have"),
            }
        }
    }

    /// Writes the record on a line.
    pub(super) fn write(self, out: &mut impl Write) -> io::Result<()> {
        let mut record = self.context;
        let values = self.values.into_iter().filter(|(_, values)| !values.is_empty());
        let properties: Map<String, Value> = values.map(|(name, values)| (name, Value::from(values))).collect();
        if !self.extension.is_empty() {
            record.insert(EXTENSION_KEY.to_owned(), Value::Object(self.extension));
        }
        record.insert("id".to_owned(), json!(self.id));
        record.insert("schema".to_owned(), json!(self.schema));
        record.insert("properties".to_owned(), Value::Object(properties));
        serde_json::to_writer(&mut *out, &record)?;
        out.write_all(b"\n")
    }
}

/// The texts of a property, as FollowTheMoney lists them.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        other => vec![other.to_string()],
    }
}
