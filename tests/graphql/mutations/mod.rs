//! Changes over the API, each test over a store of its own.

mod changes;
mod claims;
mod faults;
mod late;
mod merges;
mod records;
mod retries;

use std::sync::{Arc, LazyLock};

use guanxi::{
    engine::{Limits, Request},
    schema::Api,
    store::Store,
};
use serde_json::{Value, json};

use crate::harness::{BUNDLED, answer_over, store_of};

static API: LazyLock<Api> = LazyLock::new(|| Api::new(Limits::default()).unwrap());

/// The fields of a payload that every test selects.
const OUTCOME: &str =
    "changes { action noun recordId version } replayed userErrors { code path currentVersion candidates message }";

/// A store of the bundled network of its own.
pub(super) struct Desk {
    pub(super) store: Arc<Store>,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self {
            store: store_of(&BUNDLED),
        }
    }

    /// The answer as JSON.
    pub(super) fn answer(&self, query: &str, variables: Value) -> Value {
        let mut request = Request::new("test", query);
        if let Value::Object(variables) = variables {
            request.variables = variables;
        }
        serde_json::to_value(answer_over(&API, &self.store, request)).unwrap()
    }

    /// The data of an answer without errors.
    pub(super) fn ask(&self, query: &str) -> Value {
        let answer = self.answer(query, Value::Null);
        assert_eq!(answer.get("errors"), None, "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// The payload of a mutation: `fields` and the outcome.
    pub(super) fn run(&self, verb: &str, input: &str, fields: &str) -> Value {
        self.ask(&format!(
            "mutation {{ {verb}(input: {input}) {{ {fields} {OUTCOME} }} }}"
        ))[verb]
            .clone()
    }

    /// The same, which must have no faults.
    pub(super) fn done(&self, verb: &str, input: &str, fields: &str) -> Value {
        let payload = self.run(verb, input, fields);
        assert_eq!(payload["userErrors"], json!([]), "{verb} {input}\n{payload:#}");
        payload
    }

    /// The changes: `ACTION id version`.
    pub(super) fn changed(&self, verb: &str, input: &str) -> Vec<String> {
        changes_in(&self.done(verb, input, ""))
    }

    /// The faults of a mutation, `CODE path`, which must have changed nothing.
    pub(super) fn faults(&self, verb: &str, input: &str) -> Vec<String> {
        let position = self.position();
        let payload = self.run(verb, input, "");
        assert_eq!(payload["changes"], json!([]), "{verb} {input}\n{payload:#}");
        assert_eq!(self.position(), position, "nothing is applied: {verb} {input}");
        let faults = payload["userErrors"].as_array().unwrap().iter();
        let lines = faults.map(|fault| {
            let path: Vec<&str> = fault["path"]
                .as_array()
                .unwrap()
                .iter()
                .map(|part| part.as_str().unwrap())
                .collect();
            assert_ne!(fault["message"], "", "{payload:#}");
            format!("{} {}", fault["code"].as_str().unwrap(), path.join("."))
        });
        lines.collect()
    }

    /// The position of the last commit.
    pub(super) fn position(&self) -> u64 {
        *self.store.watch().borrow()
    }
}

/// The changes in a payload: `ACTION id version`.
pub(super) fn changes_in(payload: &Value) -> Vec<String> {
    let changes = payload["changes"].as_array().unwrap().iter();
    let lines = changes.map(|change| {
        let text = |field: &str| change[field].as_str().unwrap().to_owned();
        format!("{} {} {}", text("action"), text("recordId"), change["version"])
    });
    lines.collect()
}
