//! `guanxi serve`: loads the graph, then serves it until told to stop.

use std::{io::IsTerminal, path::Path, process::ExitCode, sync::Arc};

use anyhow::Context;
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use super::{
    config::{LogFormat, ServeArguments},
    load_dataset, load_graph,
};
use crate::{
    http::{self, Readiness},
    model::{Timestamp, View},
    schema::Api,
    store::{
        Figures, State, Store,
        home::{self, Guest, Home},
    },
};

pub(super) fn serve(arguments: &ServeArguments) -> anyhow::Result<ExitCode> {
    start_log(arguments)?;
    let api = Arc::new(Api::new(arguments.limits.limits())?);
    let settings = arguments.http.settings();
    let access = arguments.access.access(arguments.store.as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(arguments.limits.limits().threads_max())
        .build()?;
    runtime.block_on(async {
        // The port first: a second start says so at once, instead of after loading pages and routes.
        let listener = http::bind(&arguments.host, arguments.port).await?;
        access.check_address(listener.local_addr()?)?;
        let readiness = Readiness::default();
        let store = Arc::new(open_store(arguments)?);
        arguments.access.check_tokens(arguments.store.as_deref(), &store)?;
        store.tell_address(&format!("http://{}", listener.local_addr()?))?;
        tell(&store, listener.local_addr()?);
        let service = http::Service {
            api,
            store: Arc::clone(&store),
            access: access.clone(),
        };
        let router = http::router(service, settings.clone(), readiness.clone())?;
        tokio::select! {
            () = http::serve(listener, router, &settings, readiness, stop_signal()) => {}
            () = access.follow() => {}
        }
        store.settle_before_end();
        // Those made meanwhile.
        arguments.access.remember_tokens(arguments.store.as_deref(), &store)?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Says what is served where. Holds no state afterwards: it would be kept as long as the program runs.
fn tell(store: &Store, address: std::net::SocketAddr) {
    let state = store.state();
    let graph = state.graph();
    let mask = graph.mask(&View::now(Timestamp::now()));
    tracing::info!(
        data = graph.title(),
        entities = graph.entities(&mask).count(),
        "serving GraphQL and GraphiQL on http://{address}"
    );
}

/// The store in the folder of the arguments, made where there is none yet; without a folder, one in memory.
fn open_store(arguments: &ServeArguments) -> anyhow::Result<Store> {
    let data = arguments.data.data.as_deref();
    let Some(dir) = arguments.store.as_deref() else {
        tracing::info!("changes last as long as this process; --store DIR keeps them");
        let store = Store::in_memory(Arc::new(State::unprepared(load_graph(data)?)));
        prepare(store.state());
        return Ok(store);
    };
    let home = match Home::enter(dir, Timestamp::now()) {
        Err(error) if error.is_unwritable() => return open_to_read(dir, arguments, error),
        entered => entered?,
    };
    if !home.is_begun()? {
        // Read before the folder is filled, so that what is wrong with it leaves nothing behind.
        home.begin(&load_dataset(data)?, Timestamp::now())?;
        tracing::info!(store = %dir.display(), "a store is begun");
    } else if let Some(data) = data {
        anyhow::bail!(
            "store {}: there is a store already, which begins with the data it was made from; start without --data (or \
             GUANXI_DATA) to serve it, or give another folder to begin with {}",
            dir.display(),
            data.display()
        );
    }
    let store = Store::open(home, |graph| Arc::new(State::unprepared(graph)))?;
    opened(&store, dir);
    store.verify_beside();
    Ok(store)
}

/// The store in a folder in which nothing can be written, to be read.
fn open_to_read(dir: &Path, arguments: &ServeArguments, error: home::Error) -> anyhow::Result<Store> {
    if !arguments.access.takes_no_changes() {
        return Err(anyhow::Error::new(error).context(format!(
            "store {}: nothing can be written in it, and changes must be; serve it with --read-only, or make it writable",
            dir.display()
        )));
    }
    let guest = Guest::enter(dir, Timestamp::now())?;
    let store = Store::open_to_read(dir, guest, |graph| Arc::new(State::unprepared(graph)))?;
    tracing::info!(reason = %error, "nothing can be written in the store, which is served as it is");
    opened(&store, dir);
    Ok(store)
}

fn opened(store: &Store, dir: &Path) {
    prepare(store.state());
    let Figures {
        position, log_bytes, ..
    } = store.figures();
    tracing::info!(store = %dir.display(), position, log_bytes, "the store is open");
}

/// Derives what takes long to derive, while questions are answered already when there is much.
fn prepare(state: Arc<State>) {
    /// So many are searched within the time it takes to open a page.
    const SMALL: usize = 10_000;
    let everything = state.graph().mask(&View::now(Timestamp::MAX));
    if state.graph().entities(&everything).nth(SMALL).is_none() {
        state.prepare();
    } else {
        std::thread::spawn(move || state.prepare());
    }
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
