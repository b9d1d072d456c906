//! The parameters of a GraphQL request, from a query string or a JSON body, with their types checked. Errors are one
//! sentence.

use serde_json::{Map, Value};

use crate::engine::PERSISTED_QUERY;

/// The parameters as received; the query is not parsed.
#[derive(Debug, Default, PartialEq)]
pub(in crate::http) struct Params {
    pub(in crate::http) query: String,
    pub(in crate::http) operation_name: Option<String>,
    pub(in crate::http) variables: Map<String, Value>,
    pub(in crate::http) extensions: Map<String, Value>,
}

/// One request, or several that share a body.
#[derive(Debug, PartialEq)]
pub(in crate::http) enum RequestBody {
    Single(Params),
    Batch(Vec<Value>),
}

impl RequestBody {
    pub(in crate::http) fn parse(bytes: &[u8]) -> Result<Self, String> {
        match serde_json::from_slice(bytes) {
            Ok(Value::Array(items)) => Ok(Self::Batch(items)),
            Ok(value) => Params::from_json(value).map(Self::Single),
            // The JSON parser limits its recursion, and reports deep nesting as a syntax error.
            Err(error) if error.to_string().starts_with("recursion limit") => {
                Err("The body nests lists and objects more than 127 deep. Nest its variables less.".to_owned())
            }
            Err(error) => Err(format!("The body is not JSON: {error}.")),
        }
    }
}

impl Params {
    pub(in crate::http) fn from_json(value: Value) -> Result<Self, String> {
        let Value::Object(mut body) = value else {
            return Err("The body must be a JSON object with a `query`.".to_owned());
        };
        let extensions = object("extensions", body.remove("extensions"))?;
        let is_persisted = extensions.contains_key(PERSISTED_QUERY);
        Ok(Self {
            operation_name: match body.remove("operationName") {
                None | Some(Value::Null) => None,
                Some(Value::String(name)) => Some(name),
                Some(_) => return Err("`operationName` must be a string or null.".to_owned()),
            },
            variables: object("variables", body.remove("variables"))?,
            extensions,
            query: match body.remove("query") {
                Some(Value::String(query)) => query,
                // Refused later as an unknown persisted query, so that the client sends its text.
                None | Some(Value::Null) if is_persisted => String::new(),
                Some(_) => return Err("`query` must be a string.".to_owned()),
                None => return Err("The request has no `query`.".to_owned()),
            },
        })
    }

    /// `variables` and `extensions` are JSON inside the query string.
    pub(in crate::http) fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, String> {
        let mut body = Map::new();
        for (name, text) in pairs {
            let value = match name.as_str() {
                "query" | "operationName" => Value::String(text),
                "variables" | "extensions" if text.is_empty() => Value::Null,
                "variables" | "extensions" => {
                    serde_json::from_str(&text).map_err(|error| format!("`{name}` is not JSON: {error}."))?
                }
                // Other parameters are for proxies and caches.
                _ => continue,
            };
            if body.insert(name.clone(), value).is_some() {
                return Err(format!("`{name}` is given twice."));
            }
        }
        Self::from_json(Value::Object(body))
    }
}

fn object(name: &str, value: Option<Value>) -> Result<Map<String, Value>, String> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(format!("`{name}` must be an object or null.")),
    }
}
