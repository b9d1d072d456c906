//! Where what is recorded is kept, and how much of it there is.

use async_graphql::Object;

use super::change::Place;
use crate::{
    engine::error::Error,
    schema::{
        context::viewer::{Asking, Viewer},
        values::scalars::DateTime,
    },
};

/// Where what is recorded is kept.
#[derive(Debug, Clone)]
pub(crate) struct StoreFigures {
    viewer: Viewer,
}

impl StoreFigures {
    pub(crate) fn new(viewer: Viewer) -> Self {
        Self { viewer }
    }

    fn asking(&self) -> &Asking {
        self.viewer.asking()
    }
}

/// Where what is recorded is kept.
#[Object]
impl StoreFigures {
    /// Whether changes outlast the process: they are on the disk before they are acknowledged.
    async fn durable(&self) -> bool {
        self.asking().store.figures().began_at.is_some()
    }

    /// When the store was begun; null where changes last as long as the process.
    async fn began_at(&self) -> Option<DateTime> {
        self.asking().store.figures().began_at.map(DateTime)
    }

    /// How many commits the log of changes holds, as far as they are in this answer.
    async fn commits(&self) -> Option<Result<i32, Error>> {
        let last = self.asking().last_entry();
        Some(last.map(|last| last.map_or(0, |entry| i32::try_from(entry.position).unwrap_or(i32::MAX))))
    }

    /// The cursor of the last change that is in this answer: `changes(after:)` tells what followed, as a query and as a
    /// subscription.
    async fn cursor(&self) -> Option<Result<String, Error>> {
        // No change stands at position 0: what follows it is all.
        let begin = Place { position: 0, step: 0 };
        let last = self.asking().last_entry();
        Some(last.map(|last| last.as_deref().map_or(begin, Place::end_of).encode()))
    }

    /// Bytes of the log on the disk, a whole number; 0 where changes last as long as the process.
    async fn log_bytes(&self) -> f64 {
        whole(self.asking().store.figures().log_bytes)
    }
}

/// A number that GraphQL's Int does not hold; exact up to 2^53.
fn whole(number: u64) -> f64 {
    let half = |number: u64| u32::try_from(number & u64::from(u32::MAX)).map_or(0.0, f64::from);
    half(number >> 32).mul_add(4_294_967_296.0, half(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_to_the_last() {
        for number in [0_u32, 1, u32::MAX] {
            assert_eq!(whole(number.into()), f64::from(number));
        }
        assert_eq!(format!("{}", whole((1 << 53) - 1)), "9007199254740991");
    }
}
