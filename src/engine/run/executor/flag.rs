//! An extension of async-graphql's: it tells whether execution began, and counts what was resolved for requests that ask for their
//! cost.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use async_graphql::{
    Response, ServerResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo},
};

use crate::engine::cost::tally::Tally;

/// In a request's data: set when execution begins, so that validation errors can be told apart.
#[derive(Clone, Default)]
pub(super) struct Began(Arc<AtomicBool>);

impl Began {
    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

pub(super) struct ExecutionFlag;

impl ExtensionFactory for ExecutionFlag {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Execution::default())
    }
}

/// The execution of one request.
#[derive(Default)]
struct Execution {
    /// Set when the request asks for its cost.
    tally: OnceLock<Arc<Tally>>,
}

#[async_graphql::async_trait::async_trait]
impl Extension for Execution {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        if let Some(began) = ctx.data_opt::<Began>() {
            began.0.store(true, Ordering::Relaxed);
        }
        if let Some(tally) = ctx.data_opt::<Arc<Tally>>() {
            self.tally.get_or_init(|| Arc::clone(tally));
        }
        next.run(ctx, operation_name).await
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        if let Some(tally) = self.tally.get() {
            tally.add(&info);
        }
        next.run(ctx, info).await
    }
}
