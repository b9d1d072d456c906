//! GraphQL over HTTP at `/graphql`: GET for queries, POST for everything, sockets and streams in files of their own. Only a
//! JSON POST or a GET executes; what is refused by HTTP's rules is refused before the schema sees it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use http_body_util::LengthLimitError;

use super::{
    context::{Graphql, Shared, client, request_id, unauthenticated, view},
    multipart,
    negotiate::{self, Accepted, MediaType, Unsupported},
    params::{Body, Params},
    sse, websocket,
};
use crate::{
    engine::{Answer, Error, Limit, Operations, Outcome},
    http::{
        refusal::{Refusal, json},
        settings::{GetPreflight, Pages, Service},
        trace::OperationName,
    },
    model::Timestamp,
    schema::Reply,
};

const ALLOW: &str = "GET, POST";
const PREFLIGHT_HEADERS: [&str; 2] = ["graphql-require-preflight", "apollo-require-preflight"];

/// The whole of `/graphql`. When the client goes away, hyper drops this future, and with it the execution.
pub(in crate::http) async fn graphql(State(graphql): State<Graphql>, request: Request) -> Response {
    match graphql.answer(request).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

/// How the answer may be written.
struct Wanted {
    accepted: Accepted,
    /// The cursor of the last event that the client saw.
    last_event_id: Option<String>,
}

impl Graphql {
    async fn answer(&self, request: Request) -> Result<Response, Refusal> {
        let operations = match *request.method() {
            Method::GET if websocket::is_wanted(request.headers()) => {
                return websocket::upgrade(self.clone(), request).await;
            }
            Method::GET => Operations::QueriesOnly,
            Method::POST => Operations::Any,
            _ => return Err(Refusal::method_not_allowed(ALLOW)),
        };
        let headers = request.headers();
        let accepted = headers.get_all(header::ACCEPT);
        let accepted = || accepted.iter().filter_map(|value| value.to_str().ok());
        let asks_nothing = request.uri().query().is_none_or(|query| !query.contains("query="));
        let has_pages = self.settings.pages == Pages::Served;
        if operations == Operations::QueriesOnly && asks_nothing && has_pages && negotiate::wants_page(accepted()) {
            return Ok(Redirect::to("/").into_response());
        }
        let accepted = negotiate::accept(accepted()).ok_or_else(not_acceptable)?;
        let media = accepted.single;
        let session = self.service.access.session(headers, Timestamp::now());
        let client = client(&request);
        client.begin();
        let shared = Shared {
            id: request_id(&request),
            view: view(headers, media)?,
            operations,
            session: session.map_err(|why| unauthenticated(why, media))?,
            client,
        };
        let last_event_id = headers.get("last-event-id").and_then(|id| id.to_str().ok());
        let wanted = Wanted {
            accepted,
            last_event_id: last_event_id.filter(|id| !id.is_empty()).map(str::to_owned),
        };
        match operations {
            Operations::QueriesOnly => {
                let params = self.query_string(&request, media)?;
                Ok(self.single(params, shared, wanted).await)
            }
            Operations::Any => match self.body(request, media).await? {
                Body::Single(params) => Ok(self.single(params, shared, wanted).await),
                Body::Batch(items) => self.batch(items, &shared, media).await,
            },
        }
    }

    fn query_string(&self, request: &Request, media: MediaType) -> Result<Params, Refusal> {
        let asked = |name: &&str| request.headers().contains_key(*name);
        if self.settings.get_preflight == GetPreflight::Required && !PREFLIGHT_HEADERS.iter().any(asked) {
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
            self.few_enough(text.as_bytes(), 1)
                .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, media, error))?;
        }
        Params::from_pairs(pairs).map_err(|why| Refusal::bad_request(media, why))
    }

    async fn body(&self, request: Request, media: MediaType) -> Result<Body, Refusal> {
        let headers = request.headers();
        let content_type = headers
            .get(header::CONTENT_TYPE)
            .map(|value| value.to_str().unwrap_or_default());
        negotiate::content_type(content_type).map_err(|why| unsupported(why, media))?;
        if headers
            .get(header::CONTENT_ENCODING)
            .is_some_and(|encoding| encoding != "identity")
        {
            let error = Error::bad_request("Compressed bodies are not read. Send the JSON as it is.");
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, media, error));
        }
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| length > self.service.api.limits().body_bytes_max) {
            return Err(self.too_large(announced, media));
        }
        let max = usize::try_from(self.service.api.limits().body_bytes_max).unwrap_or(usize::MAX);
        let reading = axum::body::to_bytes(request.into_body(), max);
        let bytes = match tokio::time::timeout(Duration::from_millis(self.settings.body_timeout_ms), reading).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(error)) if is_length_limit(&error) => return Err(self.too_large(None, media)),
            Ok(Err(_)) => return Err(Refusal::bad_request(media, "The body ended before it was complete.")),
            Err(_) => {
                let error = Error::timeout("The body took too long to arrive. Send it at once.");
                return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, media, error));
            }
        };
        let operations = self.settings.batch_max.max(1);
        self.few_enough(&bytes, operations)
            .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, media, error))?;
        Body::parse(&bytes).map_err(|why| Refusal::bad_request(media, why))
    }

    fn too_large(&self, measured: Option<u64>, media: MediaType) -> Refusal {
        let error = self.service.api.limits().exceeded(Limit::BodyBytes, measured);
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, media, error)
    }

    async fn single(&self, params: Params, shared: Shared, wanted: Wanted) -> Response {
        let Accepted {
            best,
            single,
            takes_single,
            stream,
        } = wanted.accepted;
        let Some(stream) = stream else {
            return respond(self.execute(params, &shared).await, single);
        };
        let Service { api, store, .. } = &self.service;
        let request = shared.request(params);
        shared.client.add(&request.handover);
        match api.start(request, store, Timestamp::now, wanted.last_event_id).await {
            Reply::Subscription(events) if stream == MediaType::Multipart => {
                multipart::stream(self, shared.session, events).await
            }
            Reply::Subscription(events) => sse::stream(self, shared.session, events),
            Reply::Answer(answer) => match (answer.outcome, best) {
                (Outcome::Executed | Outcome::RequestError, MediaType::EventStream) => sse::once(&answer),
                (Outcome::Executed | Outcome::RequestError, MediaType::Multipart) if !takes_single => {
                    multipart::once(self, shared.session, *answer).await
                }
                _ => respond(*answer, single),
            },
        }
    }

    /// One after the other, so that a batch holds no more of the server than a single request.
    async fn batch(
        &self,
        items: Vec<serde_json::Value>,
        shared: &Shared,
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
            answers.push(self.execute(params, shared).await);
        }
        Ok(json(StatusCode::OK, media, &answers))
    }

    async fn execute(&self, params: Params, shared: &Shared) -> Answer {
        let Service { api, store, .. } = &self.service;
        let request = shared.request(params);
        shared.client.add(&request.handover);
        api.answer(request, Arc::clone(store), Timestamp::now()).await
    }
}

/// The answer with the status that its outcome means.
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
