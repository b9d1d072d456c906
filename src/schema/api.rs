//! guanxi's schema, ready to answer requests over what a store holds.

use std::{sync::Arc, time::Instant};

use async_graphql::{EmptySubscription, ObjectType, Schema};

use super::{
    answer::Answer,
    catalog::Unreadable,
    executor::{Executor, Given, Request},
    limits::Limits,
    mutation::Mutation,
    query::Query,
    tally,
    view::ViewInput,
    viewer::Asking,
    work::{Pool, Stop},
};
use crate::{graph::Budget, model::Timestamp, store::Store};

/// The schema and the limits under which it answers; the same for every transport and the command line.
pub struct Api {
    executor: Executor<Query, Mutation, EmptySubscription>,
    pool: Pool,
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
        let schema = Schema::build(Query::default(), Mutation, EmptySubscription);
        let pool = Pool::new(&limits);
        let executor = Executor::new(schema, limits)?;
        Ok(Self { executor, pool })
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

    /// Answers one request over the latest state of a store, as asked at `now`. Dropping the future stops what it works on.
    pub async fn answer(&self, request: Request, store: Arc<Store>, now: Timestamp) -> Answer {
        answer(&self.executor, &self.pool, request, store, now).await
    }
}

/// Answers one request of any schema over the latest state of a store.
pub(super) async fn answer<Q: ObjectType + 'static, M: ObjectType + 'static>(
    executor: &Executor<Q, M, EmptySubscription>,
    pool: &Pool,
    request: Request,
    store: Arc<Store>,
    now: Timestamp,
) -> Answer {
    let work_max = executor.limits().work_max;
    let changes_max = executor.limits().changes_max;
    let state = store.state();
    // Whoever was told of a change sees it, though the clock may have been set back since.
    let now = now.max(state.graph().last_recorded_at());
    let stop = Stop::default();
    let _stop = stop.on_drop();
    let mut asked = None;
    let asking = |inner: async_graphql::Request, given: Given<'_>| {
        let default_view = given
            .view
            .cloned()
            .map(ViewInput::from_json)
            .transpose()?
            .unwrap_or_default();
        // Said now, and not by the first field that would use it.
        default_view.resolve(now, "Guanxi-View")?;
        let deadline = given.deadline;
        let asking = Arc::new(Asking {
            state,
            store,
            now,
            by: None,
            changes_max,
            default_view,
            budget: Arc::new(Budget::new(work_max, move || {
                stop.is_set() || Instant::now() >= deadline
            })),
        });
        asked = Some(Arc::clone(&asking));
        Ok(inner.data(asking))
    };
    let mut answer = executor.answer(request, pool, asking).await;
    if let Some(asking) = asked {
        let (explored, budget) = (asking.budget.spent(), asking.budget.work_max());
        tally::tell(&mut answer.response, [("explored", explored), ("budget", budget)]);
    }
    answer
}
