//! An async-graphql extension: it records whether execution began, and counts the resolved fields of requests that ask for their
//! cost.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use async_graphql::{
    Response, ServerResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo},
};

use crate::engine::cost::tally::CostTally;

/// In a request's data: set when execution begins, so that validation errors can be distinguished from execution errors.
#[derive(Clone, Default)]
pub(super) struct ExecutionStarted(Arc<AtomicBool>);

impl ExecutionStarted {
    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

pub(super) struct ExecutionObserver;

impl ExtensionFactory for ExecutionObserver {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(ObservedExecution::default())
    }
}

/// The execution of one request.
#[derive(Default)]
struct ObservedExecution {
    /// Set if the request asks for its cost.
    tally: OnceLock<Arc<CostTally>>,
}

#[async_graphql::async_trait::async_trait]
impl Extension for ObservedExecution {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        if let Some(started) = ctx.data_opt::<ExecutionStarted>() {
            started.0.store(true, Ordering::Relaxed);
        }
        if let Some(tally) = ctx.data_opt::<Arc<CostTally>>() {
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
