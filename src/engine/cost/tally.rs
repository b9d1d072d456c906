//! What an answer really cost: the points of the fields that were resolved, by the weights the estimate was made with.
//! Counted only for requests that ask for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_graphql::extensions::ResolveInfo;
use async_graphql::{Name, Number, QueryPathSegment, Value, indexmap::IndexMap};

use crate::engine::{catalog::Catalog, error::Error};

/// Where a request asks for its cost, and where the answer tells it.
pub(crate) const EXTENSION: &str = "cost";

/// Whether a request wants to know its cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Cost,
    Nothing,
}

impl Wanted {
    /// Reads `extensions: {"cost": true}`.
    pub(crate) fn read(extensions: &serde_json::Map<String, serde_json::Value>) -> Result<Self, Error> {
        match extensions.get(EXTENSION) {
            Some(serde_json::Value::Bool(true)) => Ok(Self::Cost),
            None | Some(serde_json::Value::Null | serde_json::Value::Bool(false)) => Ok(Self::Nothing),
            Some(_) => Err(Error::bad_user_input(
                "extensions.cost",
                "extensions.cost takes true or false; with true the answer tells its cost",
            )),
        }
    }
}

/// Points spent so far.
#[derive(Debug)]
pub(crate) struct Tally {
    catalog: Arc<Catalog>,
    points: AtomicU64,
}

impl Tally {
    pub(crate) fn new(catalog: Arc<Catalog>) -> Self {
        Self {
            catalog,
            points: AtomicU64::new(0),
        }
    }

    /// Adds what is about to be resolved. The elements of a list are not fields of their own.
    pub(crate) fn add(&self, resolved: &ResolveInfo<'_>) {
        if matches!(resolved.path_node.segment, QueryPathSegment::Name(_)) {
            let field = self.catalog.field(resolved.parent_type, resolved.name);
            let weight = field.map_or(1, |field| field.weight);
            self.points.fetch_add(weight, Ordering::Relaxed);
        }
    }

    /// `{ estimated actual limit }`, to stand in the answer's extensions.
    pub(crate) fn told(&self, estimated: u64, limit: u64) -> Value {
        let actual = self.points.load(Ordering::Relaxed);
        object([("estimated", estimated), ("actual", actual), ("limit", limit)])
    }
}

/// Adds numbers to what the answer tells of its cost, if it does.
pub(crate) fn tell(response: &mut async_graphql::Response, numbers: impl IntoIterator<Item = (&'static str, u64)>) {
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
