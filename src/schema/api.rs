//! guanxi's schema, ready to answer requests over one state of the data, and subscriptions over all later states.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{ObjectType, Schema, SubscriptionType, parser::types::OperationType};

use super::{
    context::{
        view::ViewInput,
        viewer::{RequestContext, WriteContext},
    },
    mutation::Mutation,
    query::root::Query,
    subscription::{
        feed::Feed,
        log_readers::LogReaders,
        root::{SpecSlot, Subscription, SubscriptionTask},
    },
    types::changes::change::ChangePosition,
};
use crate::{
    engine::{
        answer::{Answer, Outcome},
        catalog::SdlError,
        cost::tally,
        error::Error,
        limits::Limits,
        run::{
            executor::{ExecutionContext, Executor, PreparedRequest, Request, Streams},
            work::{Pool, StopSignal, WorkerTurn},
        },
    },
    graph::Budget,
    model::{Timestamp, View},
    store::Store,
};

/// How many times an event is attempted while no worker is free, and the pause between attempts.
const ATTEMPTS: usize = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// Returns the current time.
pub type Clock = fn() -> Timestamp;

/// The schema and the limits under which it answers; the same for every transport and the command line.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use std::sync::Arc;
/// use guanxi::{
///     engine::{Limits, Request},
///     formats::tables,
///     graph::Snapshot,
///     model::Timestamp,
///     schema::Api,
///     store::{State, Store},
/// };
///
/// let graph = Snapshot::build(&tables::bundled()?)?;
/// let store = Arc::new(Store::in_memory(Arc::new(State::new(graph))));
/// let api = Api::new(Limits::default())?;
/// let request = Request::new("a request", r#"{ company(by: {id: "paypal"}) { name } }"#);
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
/// let answer = runtime.block_on(api.answer(request, store, Timestamp::now()));
/// let answer = serde_json::to_value(&answer)?;
/// assert_eq!(answer["data"]["company"]["name"], "PayPal");
/// # Ok(())
/// # }
/// ```
pub struct Api {
    executor: Executor<Query, Mutation, Subscription>,
    pool: Pool,
    readers: Arc<LogReaders>,
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
    /// [`SdlError`] when the schema cannot be read back, which no limit can cause.
    pub fn new(limits: Limits) -> Result<Self, SdlError> {
        let schema = Schema::build(Query::default(), Mutation, Subscription);
        let pool = Pool::new(&limits);
        let executor = Executor::new(schema, limits)?;
        Ok(Self {
            executor,
            pool,
            readers: Arc::default(),
        })
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

    /// Answers one request over the latest state of a store, with `now` as the current time. Dropping the future stops the work.
    pub async fn answer(&self, request: Request, store: Arc<Store>, now: Timestamp) -> Answer {
        answer(&self.executor, &self.pool, request, store, now).await
    }

    /// Answers one request, or opens a subscription. `resume_after` replaces the argument `after` of the subscription.
    pub async fn start(
        self: &Arc<Self>,
        request: Request,
        store: &Arc<Store>,
        clock: Clock,
        resume_after: Option<String>,
    ) -> Reply {
        let client = request.client;
        let prepared = match self.executor.prepare(request, Streams::Allowed) {
            Ok(prepared) => prepared,
            Err(answer) => return Reply::Answer(answer),
        };
        if prepared.kind != OperationType::Subscription {
            let answer = self.run(prepared, Arc::clone(store), clock(), None).await;
            return Reply::Answer(Box::new(answer));
        }
        let slot = Arc::new(SpecSlot::new(resume_after));
        let task = SubscriptionTask::Open(Arc::clone(&slot));
        let mut answer = self.run(prepared.clone(), Arc::clone(store), clock(), Some(task)).await;
        let Some(spec) = slot.take() else {
            // Whatever the error, nothing has been executed yet.
            if answer.outcome == Outcome::Executed {
                answer.outcome = Outcome::RequestError;
            }
            return Reply::Answer(Box::new(answer));
        };
        let entries_max = usize::try_from(self.limits().entries_ahead_max).unwrap_or(usize::MAX);
        match Feed::open(
            Arc::clone(store),
            spec,
            entries_max,
            (Arc::clone(&self.readers), client),
        )
        .await
        {
            Ok(feed) => Reply::Subscription(Box::new(SubscriptionEvents {
                api: Arc::clone(self),
                store: Arc::clone(store),
                clock,
                prepared,
                feed: Some(feed),
            })),
            Err(error) => Reply::Answer(Box::new(Answer::refused([error]))),
        }
    }

    async fn run(
        &self,
        prepared: PreparedRequest,
        store: Arc<Store>,
        now: Timestamp,
        task: Option<SubscriptionTask>,
    ) -> Answer {
        run(&self.executor, &self.pool, prepared, store, now, task).await
    }
}

/// The reply to a request.
pub enum Reply {
    /// One answer, or a refusal.
    Answer(Box<Answer>),
    /// The events of a subscription.
    Subscription(Box<SubscriptionEvents>),
}

/// The events of a subscription. Each one is computed when the next event is requested.
pub struct SubscriptionEvents {
    api: Arc<Api>,
    store: Arc<Store>,
    clock: Clock,
    prepared: PreparedRequest,
    /// None after the last event.
    feed: Option<Feed>,
}

/// One event of a subscription.
#[derive(Debug)]
pub struct SubscriptionEvent {
    /// The cursor to resume after. None for the error that ends the subscription.
    pub cursor: Option<String>,
    /// The event itself.
    pub answer: Answer,
}

impl SubscriptionEvents {
    /// Waits for the next event, and answers it over the latest state. None when there are no more. Dropping the future may
    /// lose an event: after that, drop the whole value and resume by cursor.
    pub async fn next(&mut self) -> Option<SubscriptionEvent> {
        let (entry, step) = match self.feed.as_mut()?.next().await {
            Ok(next) => next?,
            Err(error) => {
                self.feed = None;
                let answer = Answer::refused([error]);
                return Some(SubscriptionEvent { cursor: None, answer });
            }
        };
        let position = entry.position;
        let cursor = ChangePosition { position, step }.encode();
        let task = SubscriptionTask::Deliver(entry, step);
        // A skipped event would be a gap: while no worker is free it waits, and in the end the subscriber has to resume.
        for _ in 0..ATTEMPTS {
            let (store, now) = (Arc::clone(&self.store), (self.clock)());
            let answer = self
                .api
                .run(self.prepared.clone(), store, now, Some(task.clone()))
                .await;
            if answer.outcome != Outcome::Unavailable {
                return Some(SubscriptionEvent {
                    cursor: Some(cursor),
                    answer,
                });
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.feed = None;
        let message =
            "The server was too busy to answer this event. Subscribe again after the last cursor in a moment.";
        let answer = Answer::refused([Error::unavailable(message)]);
        Some(SubscriptionEvent { cursor: None, answer })
    }
}

/// Answers one request to any schema over the latest state of a store.
pub(super) async fn answer<Q: ObjectType + 'static, M: ObjectType + 'static, S: SubscriptionType + 'static>(
    executor: &Executor<Q, M, S>,
    pool: &Pool,
    request: Request,
    store: Arc<Store>,
    now: Timestamp,
) -> Answer {
    match executor.prepare(request, Streams::Refused) {
        Ok(prepared) => run(executor, pool, prepared, store, now, None).await,
        Err(answer) => *answer,
    }
}

async fn run<Q: ObjectType + 'static, M: ObjectType + 'static, S: SubscriptionType + 'static>(
    executor: &Executor<Q, M, S>,
    pool: &Pool,
    prepared: PreparedRequest,
    store: Arc<Store>,
    now: Timestamp,
    task: Option<SubscriptionTask>,
) -> Answer {
    let work_max = executor.limits().work_max;
    let by = prepared.caller().name.clone();
    let changes_max = executor.limits().changes_max;
    let kind = prepared.kind;
    let state = store.state();
    let stop = StopSignal::default();
    let _stop = stop.on_drop();
    let mut request_context = None;
    let attach_context = |mut inner: async_graphql::Request, execution: ExecutionContext<'_>| {
        let default_view = execution
            .view
            .cloned()
            .map(ViewInput::from_json)
            .transpose()?
            .unwrap_or_default();
        // An error is reported now rather than by the first field that uses the view.
        default_view.resolve(&View::now(now), "Guanxi-View")?;
        let (deadline, handover) = (execution.deadline, execution.handover.clone());
        // A mutation that has begun keeps its worker to the end.
        let turn = (kind != OperationType::Mutation).then(|| execution.turn.clone());
        let read_handover = handover.clone();
        let is_late = move |now: Instant| {
            // After a commit, the answer may be read past the deadline for changes.
            now >= deadline && read_handover.read_deadline().is_none_or(|until| now >= until)
        };
        let context = Arc::new(RequestContext {
            state,
            store,
            now,
            by,
            changes_max,
            default_view,
            write: WriteContext {
                handover,
                deadline,
                read_time: execution.timeout,
                stop: stop.clone(),
            },
            budget: Arc::new(Budget::new(work_max, move || {
                let is_over = |now| stop.is_set() || is_late(now);
                let now = Instant::now();
                let goes_on = |turn: &WorkerTurn| turn.checkpoint(now, || is_over(Instant::now()));
                is_over(now) || !turn.as_ref().is_none_or(goes_on)
            })),
        });
        request_context = Some(Arc::clone(&context));
        if let Some(task) = task {
            inner = inner.data(task);
        }
        Ok::<_, Error>(inner.data(context))
    };
    let mut answer = executor.run(prepared, pool, attach_context).await;
    if let Some(context) = request_context {
        let (explored, budget) = (context.budget.spent(), context.budget.work_max());
        tally::extend_report(&mut answer.response, [("explored", explored), ("budget", budget)]);
    }
    answer
}
