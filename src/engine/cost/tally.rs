//! The actual cost of an answer: the points of the resolved fields, by the same weights as the estimate.
//! Counted only for requests that ask for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_graphql::extensions::ResolveInfo;
use async_graphql::{Name, Number, QueryPathSegment, Value, indexmap::IndexMap};

use crate::engine::{catalog::SchemaCatalog, error::Error};

/// The extension in which a request asks for its cost and the answer reports it.
pub(crate) const EXTENSION: &str = "cost";

/// Whether the answer reports its cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CostReport {
    Included,
    Omitted,
}

impl CostReport {
    /// Reads `extensions: {"cost": true}`.
    pub(crate) fn read(extensions: &serde_json::Map<String, serde_json::Value>) -> Result<Self, Error> {
        match extensions.get(EXTENSION) {
            Some(serde_json::Value::Bool(true)) => Ok(Self::Included),
            None | Some(serde_json::Value::Null | serde_json::Value::Bool(false)) => Ok(Self::Omitted),
            Some(_) => Err(Error::bad_user_input(
                "extensions.cost",
                "extensions.cost takes true or false; with true the answer reports its cost",
            )),
        }
    }
}

/// Points spent so far.
#[derive(Debug)]
pub(crate) struct CostTally {
    catalog: Arc<SchemaCatalog>,
    points: AtomicU64,
}

impl CostTally {
    pub(crate) fn new(catalog: Arc<SchemaCatalog>) -> Self {
        Self {
            catalog,
            points: AtomicU64::new(0),
        }
    }

    /// Counts a field that is about to be resolved. List elements are not fields of their own.
    pub(crate) fn add(&self, info: &ResolveInfo<'_>) {
        if matches!(info.path_node.segment, QueryPathSegment::Name(_)) {
            let field = self.catalog.field(info.parent_type, info.name);
            let weight = field.map_or(1, |field| field.weight);
            self.points.fetch_add(weight, Ordering::Relaxed);
        }
    }

    /// `{ estimated actual limit }`, for the answer's extensions.
    pub(crate) fn report(&self, estimated: u64, limit: u64) -> Value {
        let actual = self.points.load(Ordering::Relaxed);
        object([("estimated", estimated), ("actual", actual), ("limit", limit)])
    }
}

/// Adds numbers to the cost report of an answer, if it has one.
pub(crate) fn extend_report(
    response: &mut async_graphql::Response,
    numbers: impl IntoIterator<Item = (&'static str, u64)>,
) {
    if let Some(Value::Object(cost)) = response.extensions.get_mut(EXTENSION) {
        cost.extend(entries(numbers));
    }
}

fn object(numbers: impl IntoIterator<Item = (&'static str, u64)>) -> Value {
    Value::Object(entries(numbers).collect::<IndexMap<_, _>>())
}

fn entries(numbers: impl IntoIterator<Item = (&'static str, u64)>) -> impl Iterator<Item = (Name, Value)> {
    numbers
        .into_iter()
        .map(|(name, number)| (Name::new(name), Value::Number(Number::from(number))))
}
