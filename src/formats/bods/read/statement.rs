//! One statement; the details of its record are read later.

use serde_json::{Map, Value, json};

use super::values::properties;
use crate::{formats::reader::RecordFault, model::PartialDate};

/// A statement in the shape of 0.4, with what its record says still to be read.
pub(in crate::formats::bods) struct Statement {
    /// The record it is about.
    pub(in crate::formats::bods) record: String,
    pub(in crate::formats::bods) status: Status,
    pub(in crate::formats::bods) stated_on: Option<PartialDate>,
    /// The source that publishes it.
    pub(in crate::formats::bods) source: String,
    /// The details of the record.
    pub(in crate::formats::bods) details: Map<String, Value>,
    /// The other fields of the statement.
    pub(in crate::formats::bods) other_fields: Map<String, Value>,
}

/// Where in its life a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::bods) enum Status {
    New,
    Updated,
    Closed,
}

impl Statement {
    /// The fields that remain for the properties: details of the record and other fields of the statement.
    pub(in crate::formats::bods) fn rest(
        &mut self,
        about: &str,
        faults: &mut Vec<RecordFault>,
    ) -> Option<Map<String, Value>> {
        let mut rest = std::mem::take(&mut self.other_fields);
        // The subject of the declaration is redundant where it is the entity that the record is about.
        if rest.get("declarationSubject").and_then(Value::as_str) == Some(about) {
            rest.remove("declarationSubject");
        }
        rest.append(&mut self.details);
        if rest.get("isComponent") == Some(&json!(false)) {
            rest.remove("isComponent");
        }
        properties(rest, faults)
    }
}
