//! GraphQL over HTTP at `/graphql`: GET for queries, POST for all operations. Only a GET or a POST with JSON is executed; requests
//! that violate the rules of HTTP are refused before they reach the schema. Sockets and streams are in `websocket`, `sse` and `multipart`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use http_body_util::LengthLimitError;

use super::{
    context::{EndpointState, RequestScope, connection, request_id, unauthenticated, view},
    multipart,
    negotiate::{self, AcceptedTypes, MediaType, Unsupported},
    params::{Params, RequestBody},
    sse, websocket,
};
use crate::{
    engine::{Answer, Error, Limit, Operations, Outcome},
    http::{
        refusal::{Refusal, json},
        settings::{Backend, GetPreflight, Pages},
        trace::OperationName,
    },
    model::Timestamp,
    schema::Reply,
};

const ALLOW: &str = "GET, POST";
const PREFLIGHT_HEADERS: [&str; 2] = ["graphql-require-preflight", "apollo-require-preflight"];

/// Answers requests to `/graphql`. If the client disconnects, hyper drops this future, and with it the execution.
pub(in crate::http) async fn graphql(State(endpoint): State<EndpointState>, request: Request) -> Response {
    match endpoint.answer(request).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

/// The headers on which the form of the answer depends.
struct AnswerOptions {
    accepted_types: AcceptedTypes,
    /// The cursor of the last event that the client received.
    last_event_id: Option<String>,
}

impl EndpointState {
    async fn answer(&self, request: Request) -> Result<Response, Refusal> {
        let operations = match *request.method() {
            Method::GET if websocket::is_upgrade(request.headers()) => {
                return websocket::upgrade(self.clone(), request).await;
            }
            Method::GET => Operations::QueriesOnly,
            Method::POST => Operations::Any,
            _ => return Err(Refusal::method_not_allowed(ALLOW)),
        };
        let headers = request.headers();
        let accept = headers.get_all(header::ACCEPT);
        let accept = || accept.iter().filter_map(|value| value.to_str().ok());
        let has_no_query = request.uri().query().is_none_or(|query| !query.contains("query="));
        let has_pages = self.settings.pages == Pages::Served;
        if operations == Operations::QueriesOnly && has_no_query && has_pages && negotiate::prefers_page(accept()) {
            return Ok(Redirect::to("/").into_response());
        }
        let accepted_types = negotiate::accept(accept()).ok_or_else(not_acceptable)?;
        let media = accepted_types.single;
        let session = self.backend.access.session(headers, Timestamp::now());
        let connection = connection(&request);
        connection.begin();
        let scope = RequestScope {
            id: request_id(&request),
            view: view(headers, media)?,
            operations,
            session: session.map_err(|error| unauthenticated(error, media))?,
            connection,
        };
        let last_event_id = headers.get("last-event-id").and_then(|id| id.to_str().ok());
        let options = AnswerOptions {
            accepted_types,
            last_event_id: last_event_id.filter(|id| !id.is_empty()).map(str::to_owned),
        };
        match operations {
            Operations::QueriesOnly => {
                let params = self.query_string(&request, media)?;
                Ok(self.single(params, scope, options).await)
            }
            Operations::Any => match self.body(request, media).await? {
                RequestBody::Single(params) => Ok(self.single(params, scope, options).await),
                RequestBody::Batch(items) => self.batch(items, &scope, media).await,
            },
        }
    }

    fn query_string(&self, request: &Request, media: MediaType) -> Result<Params, Refusal> {
        let has_header = |name: &&str| request.headers().contains_key(*name);
        if self.settings.get_preflight == GetPreflight::Required && !PREFLIGHT_HEADERS.iter().any(has_header) {
            return Err(Refusal::bad_request(
                media,
                "This server answers GET only with the header GraphQL-Require-Preflight: 1. Send it, or use POST.",
            ));
        }
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(request.uri())
            .map_err(|_| Refusal::bad_request(media, "The query string does not parse."))?;
        for (_, text) in pairs
            .iter()
            .filter(|(name, _)| name == "variables" || name == "extensions")
        {
            self.check_value_count(text.as_bytes(), 1)
                .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, media, error))?;
        }
        Params::from_pairs(pairs).map_err(|why| Refusal::bad_request(media, why))
    }

    async fn body(&self, request: Request, media: MediaType) -> Result<RequestBody, Refusal> {
        let headers = request.headers();
        let content_type = headers
            .get(header::CONTENT_TYPE)
            .map(|value| value.to_str().unwrap_or_default());
        negotiate::content_type(content_type).map_err(|why| unsupported(why, media))?;
        if headers
            .get(header::CONTENT_ENCODING)
            .is_some_and(|encoding| encoding != "identity")
        {
            let error = Error::bad_request("Compressed bodies are not supported. Send the JSON uncompressed.");
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, media, error));
        }
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| length > self.backend.api.limits().body_bytes_max) {
            return Err(self.too_large(announced, media));
        }
        let max = usize::try_from(self.backend.api.limits().body_bytes_max).unwrap_or(usize::MAX);
        let reading = axum::body::to_bytes(request.into_body(), max);
        let bytes = match tokio::time::timeout(Duration::from_millis(self.settings.body_timeout_ms), reading).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(error)) if is_length_limit(&error) => return Err(self.too_large(None, media)),
            Ok(Err(_)) => return Err(Refusal::bad_request(media, "The body ended before it was complete.")),
            Err(_) => {
                let error = Error::timeout("The body took too long to arrive. Send it without delays.");
                return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, media, error));
            }
        };
        let operations = self.settings.batch_max.max(1);
        self.check_value_count(&bytes, operations)
            .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, media, error))?;
        RequestBody::parse(&bytes).map_err(|why| Refusal::bad_request(media, why))
    }

    fn too_large(&self, measured: Option<u64>, media: MediaType) -> Refusal {
        let error = self.backend.api.limits().exceeded(Limit::BodyBytes, measured);
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, media, error)
    }

    async fn single(&self, params: Params, scope: RequestScope, options: AnswerOptions) -> Response {
        let AcceptedTypes {
            best,
            single,
            takes_single,
            stream,
        } = options.accepted_types;
        let Some(stream) = stream else {
            return respond(self.execute(params, &scope).await, single);
        };
        let Backend { api, store, .. } = &self.backend;
        let request = scope.request(params);
        scope.connection.add(&request.handover);
        match api.start(request, store, Timestamp::now, options.last_event_id).await {
            Reply::Subscription(events) if stream == MediaType::Multipart => {
                multipart::stream(self, scope.session, events).await
            }
            Reply::Subscription(events) => sse::stream(self, scope.session, events),
            Reply::Answer(answer) => match (answer.outcome, best) {
                (Outcome::Executed | Outcome::RequestError, MediaType::EventStream) => sse::once(&answer),
                (Outcome::Executed | Outcome::RequestError, MediaType::Multipart) if !takes_single => {
                    multipart::once(self, scope.session, *answer).await
                }
                _ => respond(*answer, single),
            },
        }
    }

    /// Executes the operations one after the other, so that a batch uses no more of the server than a single request.
    async fn batch(
        &self,
        items: Vec<serde_json::Value>,
        scope: &RequestScope,
        media: MediaType,
    ) -> Result<Response, Refusal> {
        let max = self.settings.batch_max;
        let refuse = |why: String| Refusal::bad_request(media, why);
        if max == 0 {
            return Err(refuse(
                "The body is a list, and batches are off. Send one operation per request; the server's setting is --batch-max.".to_owned(),
            ));
        }
        if items.is_empty() {
            return Err(refuse("The batch is empty.".to_owned()));
        }
        if items.len() > max {
            let error = Error::limit_exceeded(format!(
                "The batch has {} operations; at most {max} are allowed. Send several batches. The server's setting is --batch-max.",
                items.len()
            ));
            return Err(Refusal::new(StatusCode::BAD_REQUEST, media, error));
        }
        let all: Vec<Params> = items
            .into_iter()
            .map(Params::from_json)
            .collect::<Result<_, _>>()
            .map_err(refuse)?;
        let mut answers = Vec::with_capacity(all.len());
        for params in all {
            answers.push(self.execute(params, scope).await);
        }
        Ok(json(StatusCode::OK, media, &answers))
    }

    async fn execute(&self, params: Params, scope: &RequestScope) -> Answer {
        let Backend { api, store, .. } = &self.backend;
        let request = scope.request(params);
        scope.connection.add(&request.handover);
        api.answer(request, Arc::clone(store), Timestamp::now()).await
    }
}

/// The answer, with the status for its outcome.
fn respond(mut answer: Answer, media: MediaType) -> Response {
    let status = match (answer.outcome, media) {
        (Outcome::RequestError, MediaType::GraphqlResponse) => StatusCode::BAD_REQUEST,
        (Outcome::Executed | Outcome::RequestError, _) => StatusCode::OK,
        (Outcome::Unavailable, _) => StatusCode::SERVICE_UNAVAILABLE,
        (Outcome::Forbidden, _) => StatusCode::FORBIDDEN,
        (Outcome::MutationOverGet, _) => StatusCode::METHOD_NOT_ALLOWED,
    };
    let mut response = json(status, media, &answer);
    let header = match answer.outcome {
        Outcome::Unavailable => Some((header::RETRY_AFTER, "1")),
        Outcome::MutationOverGet => Some((header::ALLOW, "POST")),
        _ => None,
    };
    if let Some((name, value)) = header {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if let Some(name) = answer.operation_name.take() {
        response.extensions_mut().insert(OperationName(name));
    }
    response
}

fn not_acceptable() -> Refusal {
    let error = Error::bad_request(
        "Answers are written as application/graphql-response+json, application/json, text/event-stream or multipart/mixed;subscriptionSpec=1.0; the Accept header allows none of them.",
    );
    Refusal::new(StatusCode::NOT_ACCEPTABLE, MediaType::Json, error)
}

fn unsupported(why: Unsupported, media: MediaType) -> Refusal {
    let why = match why {
        Unsupported::Missing => "The request has no Content-Type",
        Unsupported::MediaType => "The Content-Type is not supported",
        Unsupported::Charset => "The charset is not supported",
    };
    let error = Error::bad_request(format!("{why}. Send application/json in UTF-8."));
    Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, media, error)
}

fn is_length_limit(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}
