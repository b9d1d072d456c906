//! guanxi's schema, ready to answer requests over a snapshot.

use std::{sync::Arc, time::Instant};

use async_graphql::{EmptyMutation, EmptySubscription, Schema};

use super::{
    answer::Answer,
    catalog::Unreadable,
    executor::{Executor, Request},
    limits::Limits,
    query::Query,
    view::ViewInput,
    viewer::Asking,
};
use crate::{
    graph::{Budget, Snapshot},
    model::Timestamp,
};

/// The schema and the limits under which it answers; the same for every transport and the command line.
pub struct Api {
    executor: Executor<Query, EmptyMutation, EmptySubscription>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api")
            .field("limits", self.limits())
            .finish_non_exhaustive()
    }
}

impl Api {
    /// The schema under these limits.
    ///
    /// # Errors
    /// [`Unreadable`] when the schema cannot be read back, which no limit can cause.
    pub fn new(limits: Limits) -> Result<Self, Unreadable> {
        let schema = Schema::build(Query::default(), EmptyMutation, EmptySubscription);
        let executor = Executor::new(schema, limits)?;
        Ok(Self { executor })
    }

    /// The schema in the GraphQL schema definition language.
    #[must_use]
    pub fn sdl(&self) -> &str {
        self.executor.sdl()
    }

    /// The limits of every request.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.executor.limits()
    }

    /// Answers one request over one snapshot, as asked at `now`.
    pub async fn answer(&self, request: Request, snapshot: Arc<Snapshot>, now: Timestamp) -> Answer {
        let work_max = self.limits().work_max;
        let asking = |inner: async_graphql::Request, given: super::executor::Given<'_>| {
            let default_view = given
                .view
                .cloned()
                .map(ViewInput::from_json)
                .transpose()?
                .unwrap_or_default();
            // Said now, and not by the first field that would use it.
            default_view.resolve(now, "Guanxi-View")?;
            let deadline = given.deadline;
            let asking = Asking {
                snapshot,
                now,
                default_view,
                budget: Budget::new(work_max, move || Instant::now() >= deadline),
            };
            Ok(inner.data(Arc::new(asking)))
        };
        self.executor.answer(request, asking).await
    }
}
