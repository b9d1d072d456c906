//! Figures of the store: whether it is durable, and how large its change log is.

use async_graphql::Object;

use super::change::ChangePosition;
use crate::{
    engine::error::Error,
    schema::{
        context::viewer::{RequestContext, Viewer},
        values::scalars::DateTime,
    },
};

/// Figures of the store that holds the data.
#[derive(Debug, Clone)]
pub(crate) struct StoreFigures {
    viewer: Viewer,
}

impl StoreFigures {
    pub(crate) fn new(viewer: Viewer) -> Self {
        Self { viewer }
    }

    fn request(&self) -> &RequestContext {
        self.viewer.request()
    }
}

/// Figures of the store that holds the data.
#[Object]
impl StoreFigures {
    /// Whether changes survive a restart: if true, each is written to disk before it is acknowledged.
    async fn durable(&self) -> bool {
        self.request().store.figures().began_at.is_some()
    }

    /// When the store was created; null when it is not durable.
    async fn began_at(&self) -> Option<DateTime> {
        self.request().store.figures().began_at.map(DateTime)
    }

    /// The number of commits in the change log that this answer reflects.
    async fn commits(&self) -> Option<Result<i32, Error>> {
        let last = self.request().last_entry();
        Some(last.map(|last| last.map_or(0, |entry| i32::try_from(entry.position).unwrap_or(i32::MAX))))
    }

    /// The cursor of the last change that this answer reflects. `changes(after:)` returns all later changes, both as a query and
    /// as a subscription.
    async fn cursor(&self) -> Option<Result<String, Error>> {
        // There is no change at position 0, so all changes follow it.
        let begin = ChangePosition { position: 0, step: 0 };
        let last = self.request().last_entry();
        Some(last.map(|last| last.as_deref().map_or(begin, ChangePosition::end_of).encode()))
    }

    /// The size of the change log on disk in bytes, a whole number; 0 when the store is not durable.
    async fn log_bytes(&self) -> f64 {
        exact_float(self.request().store.figures().log_bytes)
    }
}

/// A number beyond the range of GraphQL's Int as a Float; exact up to 2^53.
fn exact_float(number: u64) -> f64 {
    let half = |number: u64| u32::try_from(number & u64::from(u32::MAX)).map_or(0.0, f64::from);
    half(number >> 32).mul_add(4_294_967_296.0, half(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_counts_are_exact() {
        for number in [0_u32, 1, u32::MAX] {
            assert_eq!(exact_float(number.into()), f64::from(number));
        }
        assert_eq!(format!("{}", exact_float((1 << 53) - 1)), "9007199254740991");
    }
}
