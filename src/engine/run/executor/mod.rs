//! The one way to run a request, for every transport and the command line: limits, parse, choose
//! the operation, check, execute within the time allowed, and make errors fit for callers.

mod flag;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::futures_util::{FutureExt, StreamExt};
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{
    ObjectType, Positioned, Response, Schema, SchemaBuilder, SubscriptionType, ValidationMode, Value, Variables,
};

use self::flag::{Began, ExecutionFlag};
use crate::{
    engine::{
        answer::{self, Answer, Outcome},
        catalog::{Catalog, Unreadable},
        check::{document, merge, variables},
        client::Client,
        cost::{
            measure::{self, Estimate},
            tally::{self, Tally, Wanted},
        },
        error::{Code, Error},
        handover::Handover,
        limits::{Introspection, Limit, Limits},
        parse::{self, lexical},
    },
    model::{Caller, Role},
};

use super::{
    absent, introspection, presence, root_field,
    work::{Pool, Turn, Work},
};

/// What is added where a request failed after it had changed something.
const CHANGES_MAY_STAND: &str = " Changes of this request were recorded before it failed: look at the log of changes, or send each again with its idempotencyKey, which never makes it twice.";

/// The extension in which clients name a query by its hash.
pub(crate) const PERSISTED_QUERY: &str = "persistedQuery";

/// What the caller may run: GET is for reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operations {
    /// Mutations are refused.
    QueriesOnly,
    /// Queries and mutations.
    Any,
}

/// One GraphQL request, as every transport hands it over.
#[derive(Clone, Debug)]
pub struct Request {
    /// Names the request in the log, and to the caller where the server failed.
    pub id: String,
    /// The document.
    pub query: String,
    /// Which operation of the document to run; needed where it holds several.
    pub operation_name: Option<String>,
    /// Values for the operation's variables; others are ignored.
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// What the client asks for beside the specification.
    pub extensions: serde_json::Map<String, serde_json::Value>,
    /// The view for the whole operation, as a `ViewInput` in JSON (the `Guanxi-View` header).
    pub view: Option<serde_json::Value>,
    /// What may run.
    pub operations: Operations,
    /// Who asks.
    pub caller: Caller,
    /// Why no change is taken, where none is whoever asks.
    pub read_only: Option<&'static str>,
    /// Over which connection it came.
    pub client: Client,
    /// Which of its changes can no longer be taken back, for who may have to give it up.
    pub handover: Handover,
}

impl Request {
    /// A request with nothing but a document; the other fields can be set.
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
            handover: Handover::default(),
        }
    }
}

/// What resolvers may need to know of the request itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'a> {
    /// The view that root fields inherit when they name none, as it was sent: not checked yet.
    pub(crate) view: Option<&'a serde_json::Value>,
    /// When the answer is given up. Work without an await must look at it by itself.
    pub(crate) deadline: Instant,
    /// How long that is after the request came.
    pub(crate) allowed: Duration,
    /// When others are served: work must look at it by itself as well.
    pub(crate) turn: &'a Turn,
    /// Through which changes reach the writer.
    pub(crate) handover: &'a Handover,
}

/// The schema with everything a request passes on its way to it.
pub(crate) struct Executor<Q, M, S> {
    schema: Schema<Q, M, S>,
    sdl: String,
    catalog: Arc<Catalog>,
    limits: Limits,
}

impl<Q, M, S> Executor<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// Takes the builder, because it adds an extension and replaces async-graphql's checks of depth and validity: the one
    /// expands fragments over and over, the other takes uses of variables times operations, and each has gaps.
    pub(crate) fn new(builder: SchemaBuilder<Q, M, S>, limits: Limits) -> Result<Self, Unreadable> {
        let schema = builder
            .extension(ExecutionFlag)
            .limit_recursive_depth(usize::MAX)
            .validation_mode(ValidationMode::Fast)
            .finish();
        let sdl = schema.sdl();
        let catalog = Arc::new(Catalog::new(&sdl)?);
        Ok(Self {
            schema,
            sdl,
            catalog,
            limits,
        })
    }

    /// The schema as text, as async-graphql prints it.
    pub(crate) fn sdl(&self) -> &str {
        &self.sdl
    }

    /// What a request may ask for.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Answers one request that is no subscription; see [`Self::run`].
    #[cfg(test)]
    pub(crate) async fn answer(
        &self,
        request: Request,
        pool: &Pool,
        data: impl FnOnce(async_graphql::Request, Given<'_>) -> Result<async_graphql::Request, Error>,
    ) -> Answer {
        match self.prepare(request, Streams::Refused) {
            Ok(prepared) => self.run(prepared, pool, data).await,
            Err(answer) => *answer,
        }
    }

    /// Runs one request, or gets one event of a subscription, on a worker of `pool` when it scans, walks or computes, or is
    /// large. `data` attaches what resolvers read from the context, or refuses the request. Dropping the future stops the
    /// work at its next await.
    pub(crate) async fn run(
        &self,
        prepared: Prepared,
        pool: &Pool,
        data: impl FnOnce(async_graphql::Request, Given<'_>) -> Result<async_graphql::Request, Error>,
    ) -> Answer {
        let request = prepared.request;
        let allowed = Duration::from_millis(self.limits.timeout_ms);
        let deadline = Instant::now() + allowed;
        let began = Began::default();
        let tally = match prepared.wanted {
            Wanted::Cost => Some(Arc::new(Tally::new(Arc::clone(&self.catalog)))),
            Wanted::Nothing => None,
        };
        let mut inner = async_graphql::Request::new(String::new())
            .variables(prepared.variables)
            .data(began.clone());
        if let Some(tally) = &tally {
            inner = inner.data(Arc::clone(tally));
        }
        inner.operation_name.clone_from(&prepared.name);
        inner.extensions = extensions(request.extensions);
        let turn = Turn::new(pool, request.client);
        let given = Given {
            view: request.view.as_ref(),
            turn: &turn,
            deadline,
            allowed,
            handover: &request.handover,
        };
        let mut inner = match data(inner, given) {
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
        let executed = async {
            match prepared.estimate.work {
                Work::Lookup => {
                    let _ended = turn.begin_lookup();
                    Ok(execution.await)
                }
                work => pool.run(work, &turn, deadline, execution).await,
            }
        };
        tokio::pin!(executed);
        let mut in_time = tokio::time::timeout_at(deadline.into(), &mut executed).await.ok();
        // What the writer was given is carried out, whoever waits: it is answered as it ends, and nothing more is given to it.
        if in_time.is_none() && request.handover.close() {
            in_time = Some(executed.await);
        }
        let mut response = match in_time {
            Some(Ok(Ok(response))) => response,
            Some(Ok(Err(_panic))) => {
                tracing::error!(request_id = request.id, "a resolver panicked");
                let mut error = answer::internal(&request.id);
                if request.handover.has_begun() {
                    error.message.push_str(CHANGES_MAY_STAND);
                }
                Response::from_errors(vec![error.into_server_error()])
            }
            Some(Err(refused)) => {
                return Answer {
                    operation_name: prepared.name,
                    outcome: Outcome::Unavailable,
                    ..Answer::refused([refused])
                };
            }
            None => Response::from_errors(vec![timed_out(self.limits.timeout_ms).into_server_error()]),
        };
        if prepared.marked {
            presence::unmark(&mut response.data);
        }
        let outcome = if began.is_set() {
            Outcome::Executed
        } else {
            Outcome::RequestError
        };
        if let (Some(tally), Outcome::Executed) = (tally, outcome) {
            let cost = tally.told(prepared.estimate.points, self.limits.complexity_max);
            response.extensions.insert(tally::EXTENSION.to_owned(), cost);
        }
        Answer {
            outcome,
            response: answer::normalise(response, outcome, &request.id),
            operation_name: prepared.name,
        }
    }

    /// Everything before execution; what fails here has no `data`.
    pub(crate) fn prepare(&self, mut request: Request, streams: Streams) -> Result<Prepared, Box<Answer>> {
        let refuse = |error: Error| Box::new(Answer::refused([error]));
        let wanted = Wanted::read(&request.extensions).map_err(refuse)?;
        if request.query.is_empty() && request.extensions.contains_key(PERSISTED_QUERY) {
            // These words and this code are what Apollo's clients send the whole query after.
            let error = Error::new(Code::PersistedQueryNotSupported, "PersistedQueryNotSupported");
            return Err(refuse(error));
        }
        let text = lexical::check(&request.query, &self.limits).map_err(refuse)?;
        let mut document = parse::parse(&text).map_err(refuse)?;
        if self.limits.introspection == Introspection::Closed {
            introspection::refuse(&document).map_err(refuse)?;
        }
        let (name, operation) = choose(&document, request.operation_name.as_deref()).map_err(refuse)?;
        let named = |mut answer: Box<Answer>| {
            answer.operation_name.clone_from(&name);
            answer
        };
        let kind = operation.node.ty;
        self.allowed(operation, &request, streams).map_err(named)?;
        let values = variables::count(&request.variables);
        self.limits
            .check(Limit::Values, values)
            .map_err(|error| named(refuse(error)))?;
        let given = serde_json::Value::Object(std::mem::take(&mut request.variables));
        let given = Variables::from_json(variables::whole(given));
        let estimate = measure::check(&document, operation, &given, &self.catalog, &self.limits)
            .map_err(|error| named(refuse(error)))?;
        document::check(&document, &self.catalog).map_err(|errors| named(Box::new(Answer::refused(errors))))?;
        merge::check(&document, &self.catalog).map_err(|error| named(refuse(error)))?;
        let variables = variables::coerce(&self.catalog, &operation.node, given)
            .map_err(|errors| named(Box::new(Answer::refused(errors))))?;
        leave_only(&mut document, name.as_deref());
        if kind == OperationType::Subscription {
            root_field::reduce(&mut document).map_err(|error| named(refuse(error)))?;
        }
        variables::decide(&document, &variables).map_err(|error| named(refuse(error)))?;
        absent::leave_out(&mut document, &variables);
        let marked = presence::mark(&mut document);
        Ok(Prepared {
            request,
            kind,
            name,
            document,
            marked,
            variables,
            wanted,
            estimate,
        })
    }

    fn allowed(
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
                let error = Error::bad_request("Mutations do not run over GET. Send a POST.");
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

/// Whether subscriptions may run: where an answer may have several parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Streams {
    Allowed,
    Refused,
}

/// A request that passed every check.
#[derive(Clone)]
pub(crate) struct Prepared {
    /// Its variables are checked, and no longer in there.
    request: Request,
    pub(crate) kind: OperationType,
    name: Option<String>,
    document: ExecutableDocument,
    /// Whether marks must be taken out of the answer.
    marked: bool,
    variables: Variables,
    wanted: Wanted,
    estimate: Estimate,
}

impl Prepared {
    /// Who asks.
    pub(crate) fn caller(&self) -> &Caller {
        &self.request.caller
    }
}

/// Whether the caller may change what is recorded: the one place where that is decided, for every transport.
fn may_change(request: &Request) -> Result<(), Error> {
    if let Some(why) = request.read_only {
        return Err(Error::forbidden(why));
    }
    let Caller { name, role } = &request.caller;
    if *role >= Role::Editor {
        return Ok(());
    }
    let has = match name {
        Some(name) => format!("the token {name:?} has {role}"),
        None => "this request came without a token".to_owned(),
    };
    Err(Error::forbidden(format!(
        "Changes need the role {}; {has}. Send another as Authorization: Bearer gxt_…, over WebSocket in the payload of connection_init.",
        Role::Editor
    )))
}

/// How many names of operations are told.
const NAMES_TOLD: usize = 10;

fn choose<'d>(
    document: &'d ExecutableDocument,
    wanted: Option<&str>,
) -> Result<(Option<String>, &'d Positioned<OperationDefinition>), Error> {
    // Some clients send an empty name where they mean none.
    match (&document.operations, wanted.filter(|name| !name.is_empty())) {
        (DocumentOperations::Single(operation), None) => Ok((None, operation)),
        (DocumentOperations::Multiple(operations), Some(wanted)) if operations.contains_key(wanted) => {
            Ok((Some(wanted.to_owned()), &operations[wanted]))
        }
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations
            .iter()
            .next()
            .map(|(name, operation)| (Some(name.to_string()), operation))
            .ok_or_else(|| Error::bad_request("The document holds no operation.")),
        (operations, Some(wanted)) => {
            let wanted: String = wanted.chars().take(60).collect();
            let mut names: Vec<&str> = operations
                .iter()
                .filter_map(|(name, _)| name.map(async_graphql::Name::as_str))
                .collect();
            names.sort_unstable();
            let names = match &names[..] {
                [] => "its operation has no name; leave `operationName` out".to_owned(),
                [first, .., last] if names.len() > NAMES_TOLD => format!("it holds {first} to {last}"),
                names => format!("it holds {}", names.join(", ")),
            };
            Err(Error::bad_request(format!(
                "The document holds no operation named {wanted}; {names}."
            )))
        }
        (_, None) => Err(Error::bad_request(
            "The document holds several operations; say which with `operationName`.",
        )),
    }
}

/// Takes the operations out of a document that will not run; they have been checked.
fn leave_only(document: &mut ExecutableDocument, chosen: Option<&str>) {
    if let (DocumentOperations::Multiple(operations), Some(chosen)) = (&mut document.operations, chosen) {
        operations.retain(|name, _| name == chosen);
    }
}

fn timed_out(timeout_ms: u64) -> Error {
    Error::timeout(format!(
        "The request took longer than {timeout_ms} ms and was stopped. Ask for less at a time. The server's setting is --timeout-ms."
    ))
}

fn extensions(given: serde_json::Map<String, serde_json::Value>) -> async_graphql::Extensions {
    let mut extensions = async_graphql::Extensions::default();
    for (name, value) in given {
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
