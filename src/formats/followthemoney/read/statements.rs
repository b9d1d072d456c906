//! Statements: one value of one record on each line, as CSV or as JSON lines. Those of one record that stand together are joined
//! here; what stands apart is a fragment of it, and adds up as fragments do.

use serde_json::{Map, Value, json};

use crate::formats::{followthemoney::terms::schemata, reader::RecordFault};

/// The columns without which nothing is stated.
const COLUMNS: [&str; 3] = ["prop", "schema", "value"];
/// The columns that name the record, the better one first.
const IDS: [&str; 2] = ["canonical_id", "entity_id"];

/// Whether a table that starts like this holds statements.
pub(in crate::formats::followthemoney) fn is_table(start: &[u8]) -> bool {
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or(start);
    let Ok(line) = std::str::from_utf8(line) else {
        return false;
    };
    let columns: Vec<&str> = line.trim().split(',').map(|name| name.trim_matches('"')).collect();
    COLUMNS.iter().all(|name| columns.contains(name)) && IDS.iter().any(|name| columns.contains(name))
}

/// Whether an object of a JSON line is a statement.
pub(in crate::formats::followthemoney) fn is_statement(fields: &Map<String, Value>) -> bool {
    fields.contains_key("prop") && fields.contains_key("value") && !fields.contains_key("properties")
}

/// One value of one record.
#[derive(Debug, Default)]
pub(in crate::formats::followthemoney) struct ValueStatement {
    id: String,
    schema: String,
    property: String,
    value: String,
    dataset: Option<String>,
    is_external: bool,
}

impl ValueStatement {
    /// Whether it is a candidate from elsewhere, and no part of the data.
    pub(in crate::formats::followthemoney) fn is_external(&self) -> bool {
        self.is_external
    }

    /// The statement of a line of JSON.
    pub(in crate::formats::followthemoney) fn of(fields: &Map<String, Value>) -> Result<Self, RecordFault> {
        let text = |name: &str| match fields.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        Self::read(text)
    }

    pub(in crate::formats::followthemoney) fn read(text: impl Fn(&str) -> String) -> Result<Self, RecordFault> {
        let id = IDS.iter().map(|name| text(name)).find(|id| !id.is_empty());
        let Some(id) = id else {
            return Err(RecordFault::rejected(IDS[0], "no id"));
        };
        let (schema, property) = (text("schema"), text("prop"));
        for (name, value) in [("schema", &schema), ("prop", &property)] {
            if value.is_empty() {
                return Err(RecordFault::rejected(name, "nothing stands there"));
            }
        }
        Ok(Self {
            id,
            schema,
            property,
            value: text("value"),
            dataset: Some(text("dataset")).filter(|dataset| !dataset.is_empty()),
            is_external: ["t", "true", "True", "1"].contains(&&*text("external")),
        })
    }
}

/// Consecutive statements of one record.
#[derive(Debug, Default)]
pub(in crate::formats::followthemoney) struct StatementGroup {
    id: String,
    schema: String,
    properties: Map<String, Value>,
    datasets: Vec<String>,
    bytes: usize,
    first_line: u64,
}

/// The remark that external candidates were skipped.
pub(in crate::formats::followthemoney) fn passed_over(external: u64) -> RecordFault {
    let reason = "statements that are marked as external are candidates from elsewhere, and are passed over";
    RecordFault::noted("external", reason).with(&external.to_string())
}

impl StatementGroup {
    /// Adds a statement on this line; the record before it, where this one begins another or one that would be too large.
    pub(in crate::formats::followthemoney) fn add(
        &mut self,
        statement: ValueStatement,
        line: u64,
        bytes_max: usize,
    ) -> Option<(Map<String, Value>, u64)> {
        let bytes = statement.value.len() + statement.property.len();
        let is_same = self.id == statement.id && self.bytes + bytes <= bytes_max;
        let before = if is_same { None } else { self.finish() };
        if !is_same {
            self.first_line = line;
            self.id = statement.id;
        }
        self.bytes += bytes;
        self.schema = schemata::narrower(&self.schema, &statement.schema).to_owned();
        if let Some(dataset) = statement.dataset
            && !self.datasets.contains(&dataset)
        {
            self.datasets.push(dataset);
        }
        // A record is stated to exist by its id.
        if statement.property != "id" && !statement.value.is_empty() {
            let values = self.properties.entry(statement.property).or_insert_with(|| json!([]));
            let value = Value::String(statement.value);
            if let Value::Array(values) = values
                && !values.contains(&value)
            {
                values.push(value);
            }
        }
        before
    }

    /// The record so far, and on which line it begins.
    pub(in crate::formats::followthemoney) fn finish(&mut self) -> Option<(Map<String, Value>, u64)> {
        let Self {
            id,
            schema,
            properties,
            mut datasets,
            first_line,
            ..
        } = std::mem::take(self);
        if id.is_empty() {
            return None;
        }
        let mut record = Map::new();
        record.insert("id".to_owned(), json!(id));
        record.insert("schema".to_owned(), json!(schema));
        record.insert("properties".to_owned(), Value::Object(properties));
        if !datasets.is_empty() {
            datasets.sort();
            record.insert("datasets".to_owned(), json!(datasets));
        }
        Some((record, first_line))
    }
}
