//! The one way to run a request, for every transport and the command line: apply the limits, parse, select the operation, validate,
//! execute before the deadline, and prepare errors for callers.

mod observer;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::futures_util::{FutureExt, StreamExt};
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{
    ObjectType, Positioned, Response, Schema, SchemaBuilder, SubscriptionType, ValidationMode, Value, Variables,
};

use self::observer::{ExecutionObserver, ExecutionStarted};
use crate::{
    engine::{
        answer::{self, Answer, Outcome},
        catalog::{SchemaCatalog, SdlError},
        check::{document, merge, variables},
        client::Client,
        cost::{
            measure::{self, Estimate},
            tally::{self, CostReport, CostTally},
        },
        error::{Code, Error},
        limits::{Introspection, Limit, Limits},
        parse::{self, lexical},
        write_handover::WriteHandover,
    },
    model::{Caller, Role},
};

use super::{
    absent_variables, empty_objects, introspection, root_field,
    work::{Pool, WorkClass, WorkerTurn},
};

/// Added to the message if a request failed after it had made a change.
const CHANGES_WERE_RECORDED: &str = " Changes of this request were recorded before it failed: see the log of changes, or send each again with its idempotencyKey, which never applies it twice.";

/// The extension with the hash of a persisted query.
pub(crate) const PERSISTED_QUERY: &str = "persistedQuery";

/// Which operations the caller may run: GET is for reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operations {
    /// Mutations are refused.
    QueriesOnly,
    /// Queries and mutations.
    Any,
}

/// One GraphQL request, as every transport passes it.
#[derive(Clone, Debug)]
pub struct Request {
    /// Identifies the request in the log, and to the caller if the server failed.
    pub id: String,
    /// The document.
    pub query: String,
    /// Which operation of the document to run; required if it has several.
    pub operation_name: Option<String>,
    /// Values for the operation's variables; undeclared ones are ignored.
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// Extensions sent by the client.
    pub extensions: serde_json::Map<String, serde_json::Value>,
    /// The view for the whole operation, as a `ViewInput` in JSON (the `Guanxi-View` header).
    pub view: Option<serde_json::Value>,
    /// Which operations may run.
    pub operations: Operations,
    /// The authenticated caller.
    pub caller: Caller,
    /// Why changes are refused for all callers, if they are.
    pub read_only: Option<&'static str>,
    /// The connection, for the fair sharing of workers.
    pub client: Client,
    /// Tracks which of its changes were handed to the writer, for a transport that may abandon the request.
    pub handover: WriteHandover,
}

impl Request {
    /// A request with only a document; the other fields have defaults.
    pub fn new(id: impl Into<String>, query: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            query: query.into(),
            operation_name: None,
            variables: serde_json::Map::new(),
            extensions: serde_json::Map::new(),
            view: None,
            operations: Operations::Any,
            caller: Caller::unnamed(Role::Admin),
            read_only: None,
            client: Client::default(),
            handover: WriteHandover::default(),
        }
    }
}

/// The parts of the request and its execution that resolvers may need.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExecutionContext<'a> {
    /// The view that root fields without a view of their own inherit, as sent: not checked yet.
    pub(crate) view: Option<&'a serde_json::Value>,
    /// When the request times out. Work without an await must check it by itself.
    pub(crate) deadline: Instant,
    /// The time from the arrival of the request to the deadline.
    pub(crate) timeout: Duration,
    /// The turn on the workers: work must check it by itself as well.
    pub(crate) turn: &'a WorkerTurn,
    /// Hands changes to the writer.
    pub(crate) handover: &'a WriteHandover,
}

/// The schema with every stage of the execution of a request.
pub(crate) struct Executor<Q, M, S> {
    schema: Schema<Q, M, S>,
    sdl: String,
    catalog: Arc<SchemaCatalog>,
    limits: Limits,
}

impl<Q, M, S> Executor<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// Takes the builder, because it adds an extension and replaces async-graphql's checks of depth and validity: the former
    /// expands fragments repeatedly, the latter takes time proportional to uses of variables times operations, and both have gaps.
    pub(crate) fn new(builder: SchemaBuilder<Q, M, S>, limits: Limits) -> Result<Self, SdlError> {
        let schema = builder
            .extension(ExecutionObserver)
            .limit_recursive_depth(usize::MAX)
            .validation_mode(ValidationMode::Fast)
            .finish();
        let sdl = schema.sdl();
        let catalog = Arc::new(SchemaCatalog::new(&sdl)?);
        Ok(Self {
            schema,
            sdl,
            catalog,
            limits,
        })
    }

    /// The schema in SDL, as async-graphql prints it.
    pub(crate) fn sdl(&self) -> &str {
        &self.sdl
    }

    /// The limits of a request.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Answers one request other than a subscription; see [`Self::run`].
    #[cfg(test)]
    pub(crate) async fn answer(
        &self,
        request: Request,
        pool: &Pool,
        data: impl FnOnce(async_graphql::Request, ExecutionContext<'_>) -> Result<async_graphql::Request, Error>,
    ) -> Answer {
        match self.prepare(request, Streams::Refused) {
            Ok(prepared) => self.run(prepared, pool, data).await,
            Err(answer) => *answer,
        }
    }

    /// Runs one request, or computes one event of a subscription, on a worker of `pool` if it scans, traverses or computes, or is
    /// large. `data` attaches data for the resolvers to the context, or refuses the request. Dropping the future stops the
    /// work at its next await.
    pub(crate) async fn run(
        &self,
        prepared: PreparedRequest,
        pool: &Pool,
        data: impl FnOnce(async_graphql::Request, ExecutionContext<'_>) -> Result<async_graphql::Request, Error>,
    ) -> Answer {
        let request = prepared.request;
        let timeout = Duration::from_millis(self.limits.timeout_ms);
        let deadline = Instant::now() + timeout;
        let started = ExecutionStarted::default();
        let tally = match prepared.cost_report {
            CostReport::Included => Some(Arc::new(CostTally::new(Arc::clone(&self.catalog)))),
            CostReport::Omitted => None,
        };
        let mut inner = async_graphql::Request::new(String::new())
            .variables(prepared.variables)
            .data(started.clone());
        if let Some(tally) = &tally {
            inner = inner.data(Arc::clone(tally));
        }
        inner.operation_name.clone_from(&prepared.name);
        inner.extensions = extensions(request.extensions);
        let turn = WorkerTurn::new(pool, request.client);
        let context = ExecutionContext {
            view: request.view.as_ref(),
            turn: &turn,
            deadline,
            timeout,
            handover: &request.handover,
        };
        let mut inner = match data(inner, context) {
            Ok(inner) => inner,
            Err(error) => {
                return Answer {
                    operation_name: prepared.name,
                    ..Answer::refused([error])
                };
            }
        };
        inner = inner.data(Arc::clone(&self.catalog));
        inner.set_parsed_query(prepared.document);

        let schema = self.schema.clone();
        let execution = async move {
            let response = async {
                match prepared.kind {
                    // The first event is the only one: see `subscription`.
                    OperationType::Subscription => schema.execute_stream(inner).next().await.unwrap_or_default(),
                    OperationType::Query | OperationType::Mutation => schema.execute(inner).await,
                }
            };
            AssertUnwindSafe(response).catch_unwind().await
        };
        let response = async {
            match prepared.estimate.work {
                WorkClass::Lookup => {
                    let _guard = turn.begin_lookup();
                    Ok(execution.await)
                }
                work => pool.run(work, &turn, deadline, execution).await,
            }
        };
        tokio::pin!(response);
        let mut result = tokio::time::timeout_at(deadline.into(), &mut response).await.ok();
        // Changes that were handed to the writer complete in any case: their outcome is awaited, and no more are handed over.
        if result.is_none() && request.handover.close() {
            result = Some(response.await);
        }
        let mut response = match result {
            Some(Ok(Ok(response))) => response,
            Some(Ok(Err(_panic))) => {
                tracing::error!(request_id = request.id, "a resolver panicked");
                let mut error = answer::internal(&request.id);
                if request.handover.has_begun() {
                    error.message.push_str(CHANGES_WERE_RECORDED);
                }
                Response::from_errors(vec![error.into_server_error()])
            }
            Some(Err(error)) => {
                return Answer {
                    operation_name: prepared.name,
                    outcome: Outcome::Unavailable,
                    ..Answer::refused([error])
                };
            }
            None => Response::from_errors(vec![timed_out(self.limits.timeout_ms).into_server_error()]),
        };
        if prepared.has_marks {
            empty_objects::unmark(&mut response.data);
        }
        let outcome = if started.is_set() {
            Outcome::Executed
        } else {
            Outcome::RequestError
        };
        if let (Some(tally), Outcome::Executed) = (tally, outcome) {
            let cost = tally.report(prepared.estimate.points, self.limits.complexity_max);
            response.extensions.insert(tally::EXTENSION.to_owned(), cost);
        }
        Answer {
            outcome,
            response: answer::normalise(response, outcome, &request.id),
            operation_name: prepared.name,
        }
    }

    /// Everything before execution; an error here leaves the answer without `data`.
    pub(crate) fn prepare(&self, mut request: Request, streams: Streams) -> Result<PreparedRequest, Box<Answer>> {
        let refuse = |error: Error| Box::new(Answer::refused([error]));
        let cost_report = CostReport::read(&request.extensions).map_err(refuse)?;
        if request.query.is_empty() && request.extensions.contains_key(PERSISTED_QUERY) {
            // Apollo's clients send the whole query after exactly this message and code.
            let error = Error::new(Code::PersistedQueryNotSupported, "PersistedQueryNotSupported");
            return Err(refuse(error));
        }
        let text = lexical::check(&request.query, &self.limits).map_err(refuse)?;
        let mut document = parse::parse(&text).map_err(refuse)?;
        if self.limits.introspection == Introspection::Closed {
            introspection::refuse(&document).map_err(refuse)?;
        }
        let (name, operation) = select_operation(&document, request.operation_name.as_deref()).map_err(refuse)?;
        let named = |mut answer: Box<Answer>| {
            answer.operation_name.clone_from(&name);
            answer
        };
        let kind = operation.node.ty;
        self.check_permission(operation, &request, streams).map_err(named)?;
        let value_count = variables::count(&request.variables);
        self.limits
            .check(Limit::Values, value_count)
            .map_err(|error| named(refuse(error)))?;
        let values = serde_json::Value::Object(std::mem::take(&mut request.variables));
        let values = Variables::from_json(variables::with_integers(values));
        let estimate = measure::check(&document, operation, &values, &self.catalog, &self.limits)
            .map_err(|error| named(refuse(error)))?;
        document::check(&document, &self.catalog).map_err(|errors| named(Box::new(Answer::refused(errors))))?;
        merge::check(&document, &self.catalog).map_err(|error| named(refuse(error)))?;
        let variables = variables::coerce(&self.catalog, &operation.node, values)
            .map_err(|errors| named(Box::new(Answer::refused(errors))))?;
        retain_operation(&mut document, name.as_deref());
        if kind == OperationType::Subscription {
            root_field::reduce(&mut document).map_err(|error| named(refuse(error)))?;
        }
        variables::check_conditions(&document, &variables).map_err(|error| named(refuse(error)))?;
        absent_variables::remove_absent(&mut document, &variables);
        let has_marks = empty_objects::mark(&mut document);
        Ok(PreparedRequest {
            request,
            kind,
            name,
            document,
            has_marks,
            variables,
            cost_report,
            estimate,
        })
    }

    fn check_permission(
        &self,
        operation: &Positioned<OperationDefinition>,
        request: &Request,
        streams: Streams,
    ) -> Result<(), Box<Answer>> {
        let (error, outcome) = match (operation.node.ty, request.operations) {
            (OperationType::Subscription, _)
                if streams == Streams::Refused && self.catalog.root(OperationType::Subscription).is_some() =>
            {
                let error = Error::bad_request(
                    "Subscriptions run over WebSocket (graphql-transport-ws) or over HTTP as server-sent events (Accept: text/event-stream) or in parts (Accept: multipart/mixed;subscriptionSpec=1.0), not over a plain request.",
                );
                (error, Outcome::RequestError)
            }
            (OperationType::Mutation, Operations::QueriesOnly) => {
                let error = Error::bad_request("Mutations are not allowed over GET. Send a POST.");
                (error, Outcome::MutationOverGet)
            }
            (OperationType::Mutation, Operations::Any) => match may_change(request) {
                Ok(()) => return Ok(()),
                Err(error) => (error, Outcome::Forbidden),
            },
            _ => return Ok(()),
        };
        Err(Box::new(Answer {
            outcome,
            ..Answer::refused([error.at(operation.pos)])
        }))
    }
}

/// Whether subscriptions may run: only on transports whose answers may have several parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Streams {
    Allowed,
    Refused,
}

/// A request that passed validation.
#[derive(Clone)]
pub(crate) struct PreparedRequest {
    /// Its variables are moved to `variables`.
    request: Request,
    pub(crate) kind: OperationType,
    name: Option<String>,
    document: ExecutableDocument,
    /// Whether marker fields must be removed from the answer.
    has_marks: bool,
    variables: Variables,
    cost_report: CostReport,
    estimate: Estimate,
}

impl PreparedRequest {
    /// The authenticated caller.
    pub(crate) fn caller(&self) -> &Caller {
        &self.request.caller
    }
}

/// Whether the caller may make changes: the only place that decides it, for every transport.
fn may_change(request: &Request) -> Result<(), Error> {
    if let Some(why) = request.read_only {
        return Err(Error::forbidden(why));
    }
    let Caller { name, role } = &request.caller;
    if *role >= Role::Editor {
        return Ok(());
    }
    let current_role = match name {
        Some(name) => format!("the token {name:?} has {role}"),
        None => "this request came without a token".to_owned(),
    };
    Err(Error::forbidden(format!(
        "Changes need the role {}; {current_role}. Send a token with that role as Authorization: Bearer gxt_…, over WebSocket in the payload of connection_init.",
        Role::Editor
    )))
}

/// The most names of operations that an error message lists.
const NAMES_MAX: usize = 10;

fn select_operation<'d>(
    document: &'d ExecutableDocument,
    operation_name: Option<&str>,
) -> Result<(Option<String>, &'d Positioned<OperationDefinition>), Error> {
    // Some clients send an empty name instead of none.
    match (&document.operations, operation_name.filter(|name| !name.is_empty())) {
        (DocumentOperations::Single(operation), None) => Ok((None, operation)),
        (DocumentOperations::Multiple(operations), Some(name)) if operations.contains_key(name) => {
            Ok((Some(name.to_owned()), &operations[name]))
        }
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations
            .iter()
            .next()
            .map(|(name, operation)| (Some(name.to_string()), operation))
            .ok_or_else(|| Error::bad_request("The document has no operation.")),
        (operations, Some(name)) => {
            let name: String = name.chars().take(60).collect();
            let mut names: Vec<&str> = operations
                .iter()
                .filter_map(|(name, _)| name.map(async_graphql::Name::as_str))
                .collect();
            names.sort_unstable();
            let names = match &names[..] {
                [] => "its operation has no name; omit `operationName`".to_owned(),
                [first, .., last] if names.len() > NAMES_MAX => format!("it has {first} to {last}"),
                names => format!("it has {}", names.join(", ")),
            };
            Err(Error::bad_request(format!(
                "The document has no operation named {name}; {names}."
            )))
        }
        (_, None) => Err(Error::bad_request(
            "The document has several operations; select one with `operationName`.",
        )),
    }
}

/// Removes the operations that will not run from a validated document.
fn retain_operation(document: &mut ExecutableDocument, selected: Option<&str>) {
    if let (DocumentOperations::Multiple(operations), Some(selected)) = (&mut document.operations, selected) {
        operations.retain(|name, _| name == selected);
    }
}

fn timed_out(timeout_ms: u64) -> Error {
    Error::timeout(format!(
        "The request took longer than {timeout_ms} ms and was stopped. Request less at a time. The server's setting is --timeout-ms."
    ))
}

fn extensions(values: serde_json::Map<String, serde_json::Value>) -> async_graphql::Extensions {
    let mut extensions = async_graphql::Extensions::default();
    for (name, value) in values {
        if let Ok(value) = Value::from_json(value) {
            extensions.0.insert(name, value);
        }
    }
    extensions
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod values;
