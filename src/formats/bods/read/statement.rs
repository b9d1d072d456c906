//! One statement, with what its record says still to be read.

use serde_json::{Map, Value, json};

use super::values::properties;
use crate::{formats::reader::Fault, model::PartialDate};

/// A statement in the shape of 0.4, with what its record says still to be read.
pub(in crate::formats::bods) struct Statement {
    /// The record it is about.
    pub(in crate::formats::bods) record: String,
    pub(in crate::formats::bods) status: Status,
    pub(in crate::formats::bods) stated_on: Option<PartialDate>,
    /// The source that publishes it.
    pub(in crate::formats::bods) source: String,
    /// What the record says.
    pub(in crate::formats::bods) details: Map<String, Value>,
    /// What stands beside that.
    pub(in crate::formats::bods) beside: Map<String, Value>,
}

/// Where in its life a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats::bods) enum Status {
    New,
    Updated,
    Closed,
}

impl Statement {
    /// What remains for the properties, when the rest is read: what the record says, and what stands beside it.
    pub(in crate::formats::bods) fn rest(
        &mut self,
        about: &str,
        faults: &mut Vec<Fault>,
    ) -> Option<Map<String, Value>> {
        let mut rest = std::mem::take(&mut self.beside);
        // The subject of the declaration is said twice where it is what the record is about.
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
