//! guanxi's API as an [`async_graphql::Executor`], the interface by which integrations of async-graphql with web frameworks run
//! a schema: one executor per caller, who may differ by request or connection. Batches are refused.

use std::{any::TypeId, sync::Arc};

use async_graphql::{
    BatchRequest, BatchResponse, Data, Executor, Response, Value,
    futures_util::{
        StreamExt, future,
        stream::{self, BoxStream},
    },
};

use super::api::{Api, Clock, Reply};
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

/// Runs requests of one caller over a store. Cheap to clone, and cheap to create for each request.
///
/// Every limit of the [`Api`] applies, except those that are checked before a request is parsed: limits on the bytes of the body,
/// connections and sockets are up to the server. A request that is refused before execution is answered by errors without data.
#[derive(Debug, Clone)]
pub struct MountedApi {
    api: Arc<Api>,
    store: Arc<Store>,
    clock: Clock,
    /// The caller. A [`Caller`] in the data of a connection replaces it.
    pub caller: Caller,
    /// The view of root fields without a `view` argument, as a `ViewInput` in JSON.
    pub view: Option<serde_json::Value>,
    /// The reason why mutations are refused for every caller, if they are.
    pub read_only: Option<&'static str>,
    /// Identifies the request in the log, and in the answer to the caller when the server failed.
    pub request_id: String,
    /// The client for sharing the workers: a client with many requests waits behind others. All requests with the default
    /// value count as one client.
    pub client: Client,
}

impl MountedApi {
    /// The API over a store, for this caller, with defaults for everything else.
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

    /// The same with another clock, which is read at the start of each request.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The request in the form of the [`Api`].
    fn api_request(&self, request: async_graphql::Request, data: Option<&Data>) -> Result<Request, Error> {
        if !request.uploads.is_empty() {
            return Err(Error::bad_request(
                "File uploads are not supported. Send application/json.",
            ));
        }
        let caller = data.and_then(|data| data.get(&TypeId::of::<Caller>()));
        let caller = caller.and_then(|caller| caller.downcast_ref::<Caller>());
        let object = |value: Value| match value.into_json() {
            Ok(serde_json::Value::Object(fields)) => Ok(fields),
            _ => Err(Error::bad_request("The variables are not a JSON object.")),
        };
        let extensions = request.extensions.0.into_iter();
        let extensions = extensions.map(|(name, value)| match value.into_json() {
            Ok(value) => Ok((name, value)),
            Err(_) => Err(Error::bad_request("The extensions are not a JSON object.")),
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

    async fn run_stream(
        self,
        request: async_graphql::Request,
        data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        let request = match self.api_request(request, data.as_deref()) {
            Ok(request) => request,
            Err(error) => return single(error_response(error)),
        };
        match self.api.start(request, &self.store, self.clock, None).await {
            Reply::Answer(answer) => single(answer.response),
            Reply::Subscription(events) => stream::unfold(events, async |mut events| {
                let event = events.next().await?;
                Some((event.answer.response, events))
            })
            .boxed(),
        }
    }
}

impl Executor for MountedApi {
    async fn execute(&self, request: async_graphql::Request) -> Response {
        match self.api_request(request, None) {
            Ok(request) => {
                let answer = self.api.answer(request, Arc::clone(&self.store), (self.clock)());
                answer.await.response
            }
            Err(error) => error_response(error),
        }
    }

    async fn execute_batch(&self, requests: BatchRequest) -> BatchResponse {
        match requests {
            BatchRequest::Single(request) => BatchResponse::Single(self.execute(request).await),
            BatchRequest::Batch(_) => BatchResponse::Single(error_response(Error::bad_request(
                "The body is a list, but batches are not supported here. Send one operation per request.",
            ))),
        }
    }

    fn execute_stream(
        &self,
        request: async_graphql::Request,
        session_data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        stream::once(self.clone().run_stream(request, session_data))
            .flatten()
            .boxed()
    }
}

fn error_response(error: Error) -> Response {
    Response::from_errors(vec![error.into_server_error()])
}

fn single(response: Response) -> BoxStream<'static, Response> {
    stream::once(future::ready(response)).boxed()
}
