//! A server of generated companies on a free port, and the latencies of requests.

use std::{fmt, sync::Arc, time::Duration};

use guanxi::{
    engine::Limits,
    http::{self, Access, Backend, Readiness, Settings},
    schema::Api,
    store::Store,
};
use tokio::{
    runtime::{Builder, Runtime},
    sync::oneshot,
    task::JoinHandle,
};

use super::support::World;

/// A running server.
pub(crate) struct Served {
    pub(crate) port: u16,
    runtime: Runtime,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Served {
    /// Serves these companies with the default limits.
    pub(crate) fn start(world: &World) -> Self {
        let backend = Backend {
            api: Arc::new(Api::new(Limits::default()).expect("the schema reads back")),
            store: Arc::new(Store::in_memory(Arc::clone(&world.state))),
            access: Access::open(),
        };
        let (settings, readiness) = (Settings::default(), Readiness::default());
        let router = http::router(backend, settings.clone(), readiness.clone()).expect("no origins are set");
        let runtime = runtime(&mut Builder::new_multi_thread());
        let listener = runtime.block_on(http::bind("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = runtime.spawn(async move {
            let stopped = async { stopped.await.unwrap_or_default() };
            http::serve(listener, router, &settings, readiness, stopped).await;
        });
        Self {
            port,
            runtime,
            stop,
            serving,
        }
    }

    /// Stops the server, and waits for its end.
    pub(crate) fn stop(self) {
        self.stop.send(()).expect("the server waits for the signal");
        let ended = self.runtime.block_on(self.serving);
        ended.expect("the server ends after the signal");
    }
}

pub(crate) fn runtime(builder: &mut Builder) -> Runtime {
    builder
        .enable_all()
        .build()
        .expect("a runtime needs threads and timers")
}

/// The latencies of requests, ascending.
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn new(mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        Self(latencies)
    }

    pub(crate) fn at(&self, percent: usize) -> Duration {
        self.0[(self.0.len() - 1) * percent / 100]
    }
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (p50, p99, max) = (self.at(50), self.at(99), self.at(100));
        write!(
            f,
            "p50 {p50:.1?}, p99 {p99:.1?}, max {max:.1?}, {} requests",
            self.0.len()
        )
    }
}
