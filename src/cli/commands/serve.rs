//! `guanxi serve`: loads the graph, then serves it until it is stopped.

use std::{net::IpAddr, path::Path, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context;
use tokio::{net::TcpListener, sync::oneshot};

use super::{
    load::{load_dataset, load_graph},
    store::with_advice,
};
use crate::{
    cli::{arguments::serve::ServeArguments, errors::UsageError, log},
    http::{self, Readiness, Routes, Settings, Stop},
    model::{Timestamp, View},
    schema::Api,
    store::{
        Figures, State, Store,
        folder::{self, FolderAccess, StoreFolder},
    },
};

pub(in crate::cli) fn serve(arguments: &ServeArguments) -> anyhow::Result<ExitCode> {
    if arguments.server.is_some() {
        let why = "guanxi serve serves local data, from --store DIR or --data DIR; to query another server: guanxi query --server URL";
        return Err(UsageError(why.to_owned()).into());
    }
    // To the end, when the lines that wait are written.
    let _log = log::start(arguments)?;
    let api = Arc::new(Api::new(arguments.limits.limits())?);
    let mut settings = arguments.http.settings();
    // A host name to listen on is also a valid Host of requests.
    settings.host_names.extend(
        arguments
            .host
            .parse::<IpAddr>()
            .is_err()
            .then(|| arguments.host.clone()),
    );
    let access = arguments.access.access(arguments.store.as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(arguments.limits.limits().threads_max())
        .build()?;
    runtime.block_on(async {
        // The port first, so that a second start fails at once instead of after loading pages and routes.
        let listener = http::bind(&arguments.host, arguments.port).await?;
        let address = listener.local_addr()?;
        access.check_address(address)?;
        if let Some(Err(too_few)) = http::raise_open_files().map(|max| http::fit_to_open_files(&mut settings, max)) {
            tracing::warn!("{too_few}");
        }
        let readiness = Readiness::default();
        let routes = Routes::starting(&readiness);
        let delay = Duration::from_millis(settings.stop_delay_ms);
        let serving_routes = routes.clone();
        let stop = Stop::on_signals(readiness.clone(), delay, move || serving_routes.is_open())
            .context("cannot listen for signals")?;
        let mut serving = tokio::spawn(serve_until(
            stop,
            listener,
            routes.clone(),
            settings.clone(),
            readiness.clone(),
        ));
        tracing::info!(%address, "listening; requests are answered with 503 until the graph is loaded");
        let store = tokio::select! {
            store = load(arguments) => Arc::new(store?),
            // Stopped before the graph was loaded: the loading thread ends with the process.
            _ = &mut serving => return Ok(ExitCode::SUCCESS),
        };
        arguments.access.check_tokens(arguments.store.as_deref(), &store)?;
        store.write_address(&format!("http://{address}"))?;
        if let Some(fault) = store.clock_fault(Timestamp::now()) {
            tracing::warn!("{fault}");
        }
        let backend = http::Backend {
            api,
            store: Arc::clone(&store),
            access: access.clone(),
        };
        routes.open(http::router(backend, settings, readiness)?);
        log_serving(&store, address);
        tokio::select! {
            result = serving => result?,
            () = access.follow() => {}
        }
        store.rebase_before_exit();
        // Tokens may have been created in the meantime.
        arguments.access.remember_tokens(arguments.store.as_deref(), &store)?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Serves until a stop signal, and then until everything is answered, the time for that is up or another signal comes.
async fn serve_until(stop: Stop, listener: TcpListener, routes: Routes, settings: Settings, readiness: Readiness) {
    let Stop { begins, at_once } = stop;
    // The sender lives as long as the process, so there is no error.
    let begins = async { begins.await.unwrap_or_default() };
    tokio::select! {
        () = http::serve(listener, routes, &settings, readiness, begins) => {}
        _ = at_once => tracing::warn!("stopped at once, before every request was answered"),
    }
}

/// Opens the store on a separate thread, while requests are answered with 503.
async fn load(arguments: &ServeArguments) -> anyhow::Result<Store> {
    let (data, folder) = (arguments.data.data.clone(), arguments.store.clone());
    let accepts_changes = !arguments.access.refuses_changes();
    let (sender, receiver) = oneshot::channel();
    // Not one of the runtime's threads, since the runtime waits for those at its end.
    std::thread::Builder::new().name("load".to_owned()).spawn(move || {
        // The receiver is gone if the program was stopped.
        let _ = sender.send(open_store(data.as_deref(), folder.as_deref(), accepts_changes));
    })?;
    receiver
        .await
        .context("the graph was not loaded: a bug in the program, see the error above")?
}

/// Logs the served data and the address. Must not hold on to the state, which would stay in memory while the program runs.
fn log_serving(store: &Store, address: std::net::SocketAddr) {
    let state = store.state();
    let graph = state.graph();
    let mask = graph.mask(&graph.latest_view(Timestamp::now()));
    tracing::info!(
        data = graph.title(),
        entities = graph.entities(&mask).count(),
        "serving GraphQL and GraphiQL on http://{address}"
    );
}

/// The store in the folder, created if necessary; without a folder, one in memory.
fn open_store(data: Option<&Path>, folder: Option<&Path>, accepts_changes: bool) -> anyhow::Result<Store> {
    let Some(dir) = folder else {
        tracing::info!("changes last as long as this process; --store DIR stores them");
        let store = Store::in_memory(Arc::new(State::unprepared(load_graph(data)?)));
        prepare(store.state());
        return Ok(store);
    };
    let home = match StoreFolder::open(dir, Timestamp::now()) {
        Err(error) if error.is_unwritable() => return open_read_only(dir, accepts_changes, error),
        result => result?,
    };
    if !home.has_store()? {
        // Read before the folder is filled, so that an error leaves nothing behind.
        home.create(&load_dataset(data)?, Timestamp::now())?;
        tracing::info!(store = %dir.display(), "created a store");
    } else if let Some(data) = data {
        anyhow::bail!(
            "store {}: the store exists already, with its own data; start without --data (or \
             GUANXI_DATA) to serve it, or give another folder for a store with {}",
            dir.display(),
            data.display()
        );
    }
    let store = Store::open(home, |graph| Arc::new(State::unprepared(graph)));
    let store = store.map_err(|error| with_advice(error.into()))?;
    log_opened(&store, dir);
    store.verify_in_background();
    Ok(store)
}

/// Opens the store in a read-only folder for reading.
fn open_read_only(dir: &Path, accepts_changes: bool, error: folder::Error) -> anyhow::Result<Store> {
    if accepts_changes {
        return Err(anyhow::Error::new(error).context(format!(
            "store {}: it is not writable, which changes need; serve it with --read-only, or make it writable",
            dir.display()
        )));
    }
    let reader = FolderAccess::open(dir, Timestamp::now())?;
    let store = Store::open_read_only(dir, reader, |graph| Arc::new(State::unprepared(graph)));
    let store = store.map_err(|error| with_advice(error.into()))?;
    tracing::info!(reason = %error, "the store is not writable, and is served read-only");
    log_opened(&store, dir);
    Ok(store)
}

fn log_opened(store: &Store, dir: &Path) {
    prepare(store.state());
    let Figures {
        position, log_bytes, ..
    } = store.figures();
    tracing::info!(store = %dir.display(), position, log_bytes, "the store is open");
}

/// Builds the indexes; for a large graph in the background, while requests are already answered.
fn prepare(state: Arc<State>) {
    /// The most entities whose indexes are built before serving.
    const SMALL: usize = 10_000;
    let everything = state.graph().mask(&View::now(Timestamp::MAX));
    if state.graph().entities(&everything).nth(SMALL).is_none() {
        state.prepare();
    } else {
        std::thread::spawn(move || state.prepare());
    }
}
