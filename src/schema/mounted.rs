//! guanxi's API as async-graphql's own interface, [`async_graphql::Executor`], by which integrations of async-graphql with web
//! frameworks run it: one executor for one caller, who may be another for each request or connection. Batches are refused.

use std::{any::TypeId, sync::Arc};

use async_graphql::{
    BatchRequest, BatchResponse, Data, Executor, Response, Value,
    futures_util::{
        StreamExt, future,
        stream::{self, BoxStream},
    },
};

use super::api::{Api, Clock, Started};
use crate::{
    engine::{
        client::Client,
        error::Error,
        run::executor::{Operations, Request},
        write_handover::WriteHandover,
    },
    model::{Caller, Timestamp},
    store::Store,
};

/// Runs requests of one caller over a store. Cloning is cheap, and so is making one for each request.
///
/// Every limit of the [`Api`] holds, except what is counted before a request is parsed: bytes of the body, connections and
/// sockets are for whoever serves it. What is refused before execution comes back as errors without data.
#[derive(Debug, Clone)]
pub struct MountedApi {
    api: Arc<Api>,
    store: Arc<Store>,
    clock: Clock,
    /// Who asks. A [`Caller`] in the data of a connection takes their place.
    pub caller: Caller,
    /// The view that root fields inherit when they name none, as a `ViewInput` in JSON.
    pub view: Option<serde_json::Value>,
    /// Why no change is taken, where none is whoever asks.
    pub read_only: Option<&'static str>,
    /// Names the request in the log, and to the caller where the server failed.
    pub request_id: String,
    /// Who asks, as far as sharing the workers goes: who asks much waits behind others. All of whom nothing is said are one.
    pub client: Client,
}

impl MountedApi {
    /// The API over a store, for this caller, with nothing else said.
    #[must_use]
    pub fn new(api: Arc<Api>, store: Arc<Store>, caller: Caller) -> Self {
        Self {
            api,
            store,
            clock: Timestamp::now,
            caller,
            view: None,
            read_only: None,
            request_id: "mounted".to_owned(),
            client: Client::default(),
        }
    }

    /// The same with another clock, which says when a request is asked.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The request as the API takes it.
    fn request(&self, request: async_graphql::Request, data: Option<&Data>) -> Result<Request, Error> {
        if !request.uploads.is_empty() {
            return Err(Error::bad_request("Files are not taken. Send application/json."));
        }
        let caller = data.and_then(|data| data.get(&TypeId::of::<Caller>()));
        let caller = caller.and_then(|caller| caller.downcast_ref::<Caller>());
        let object = |value: Value| match value.into_json() {
            Ok(serde_json::Value::Object(fields)) => Ok(fields),
            _ => Err(Error::bad_request("The variables are no JSON object.")),
        };
        let extensions = request.extensions.0.into_iter();
        let extensions = extensions.map(|(name, value)| match value.into_json() {
            Ok(value) => Ok((name, value)),
            Err(_) => Err(Error::bad_request("The extensions are no JSON object.")),
        });
        Ok(Request {
            id: self.request_id.clone(),
            query: request.query,
            operation_name: request.operation_name,
            variables: object(request.variables.into_value())?,
            extensions: extensions.collect::<Result<_, _>>()?,
            view: self.view.clone(),
            operations: Operations::Any,
            caller: caller.unwrap_or(&self.caller).clone(),
            read_only: self.read_only,
            client: self.client,
            handover: WriteHandover::default(),
        })
    }

    async fn started(self, request: async_graphql::Request, data: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let request = match self.request(request, data.as_deref()) {
            Ok(request) => request,
            Err(error) => return only(refused(error)),
        };
        match self.api.start(request, &self.store, self.clock, None).await {
            Started::Answered(answer) => only(answer.response),
            Started::Subscribed(events) => stream::unfold(events, async |mut events| {
                let event = events.next().await?;
                Some((event.answer.response, events))
            })
            .boxed(),
        }
    }
}

impl Executor for MountedApi {
    async fn execute(&self, request: async_graphql::Request) -> Response {
        match self.request(request, None) {
            Ok(request) => {
                let answer = self.api.answer(request, Arc::clone(&self.store), (self.clock)());
                answer.await.response
            }
            Err(error) => refused(error),
        }
    }

    async fn execute_batch(&self, requests: BatchRequest) -> BatchResponse {
        match requests {
            BatchRequest::Single(request) => BatchResponse::Single(self.execute(request).await),
            BatchRequest::Batch(_) => BatchResponse::Single(refused(Error::bad_request(
                "The body is a list, and batches are not taken here. Send one operation per request.",
            ))),
        }
    }

    fn execute_stream(
        &self,
        request: async_graphql::Request,
        session_data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        stream::once(self.clone().started(request, session_data))
            .flatten()
            .boxed()
    }
}

fn refused(error: Error) -> Response {
    Response::from_errors(vec![error.into_server_error()])
}

fn only(response: Response) -> BoxStream<'static, Response> {
    stream::once(future::ready(response)).boxed()
}
