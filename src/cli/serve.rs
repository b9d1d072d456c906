//! `guanxi serve`: loads the graph, then serves it until told to stop.

use std::{io::IsTerminal, process::ExitCode, sync::Arc};

use anyhow::Context;
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use super::{
    config::{LogFormat, ServeArguments},
    load_graph,
};
use crate::{
    graph::Snapshot,
    http::{self, Readiness},
    model::{Timestamp, View},
    schema::Api,
    store::{State, Store},
};

pub(super) fn serve(arguments: &ServeArguments) -> anyhow::Result<ExitCode> {
    start_log(arguments)?;
    let graph = load_graph(arguments.data.data.as_deref())?;
    let api = Arc::new(Api::new(arguments.limits.limits())?);
    let settings = arguments.http.settings();
    let access = arguments.access.access(None)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        // The port first: a second start says so at once, instead of after loading pages and routes.
        let listener = http::bind(&arguments.host, arguments.port).await?;
        access.check_address(listener.local_addr()?)?;
        let readiness = Readiness::default();
        let store = prepared(graph);
        let state = store.state();
        let graph = state.graph();
        let mask = graph.mask(&View::now(Timestamp::now()));
        tracing::info!(
            data = graph.title(),
            entities = graph.entities(&mask).count(),
            "serving GraphQL and GraphiQL on http://{}",
            listener.local_addr()?
        );
        let service = http::Service {
            api,
            store,
            access: access.clone(),
        };
        let router = http::router(service, settings.clone(), readiness.clone())?;
        tokio::select! {
            () = http::serve(listener, router, &settings, readiness, stop_signal()) => {}
            () = access.follow() => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// A store that begins with `graph`. What takes long to derive from it is derived while questions are answered already.
fn prepared(graph: Snapshot) -> Arc<Store> {
    /// So many are searched within the time it takes to open a page.
    const SMALL: usize = 10_000;
    let everything = graph.mask(&View::now(Timestamp::MAX));
    let is_small = graph.entities(&everything).nth(SMALL).is_none();
    let state = Arc::new(State::unprepared(graph));
    let store = Arc::new(Store::in_memory(Arc::clone(&state)));
    if is_small {
        state.prepare();
    } else {
        std::thread::spawn(move || state.prepare());
    }
    store
}

async fn stop_signal() {
    if let Err(error) = http::stop_signal().await {
        tracing::error!(%error, "signals cannot be awaited; stop the program by killing it");
        std::future::pending::<()>().await;
    }
}

fn start_log(arguments: &ServeArguments) -> anyhow::Result<()> {
    let filter =
        EnvFilter::try_new(&arguments.log).with_context(|| format!("--log {:?} is not a filter", arguments.log))?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    match arguments.log_format {
        LogFormat::Human => {
            let colours = std::io::stderr().is_terminal();
            registry.with(lines.with_ansi(colours).with_target(false)).init();
        }
        LogFormat::Json => registry.with(lines.json()).init(),
    }
    Ok(())
}
