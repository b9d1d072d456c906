//! `guanxi serve`: loads the graph, then serves it until told to stop.

use std::{io::IsTerminal, net::IpAddr, path::Path, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context;
use tokio::{net::TcpListener, sync::oneshot};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use super::{
    Misused,
    config::{LogFormat, ServeArguments},
    load_dataset, load_graph,
    store::with_way_out,
};
use crate::{
    http::{self, Readiness, Routes, Settings, Stop},
    model::{Timestamp, View},
    schema::Api,
    store::{
        Figures, State, Store,
        folder::{self, FolderAccess, StoreFolder},
    },
};

pub(super) fn serve(arguments: &ServeArguments) -> anyhow::Result<ExitCode> {
    if arguments.server.is_some() {
        let why = "guanxi serve serves data of its own, by --store DIR or --data DIR; to ask another server: guanxi query --server URL";
        return Err(Misused(why.to_owned()).into());
    }
    start_log(arguments)?;
    let api = Arc::new(Api::new(arguments.limits.limits())?);
    let mut settings = arguments.http.settings();
    // Whoever is to be reached by a name may be called so.
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
        // The port first: a second start says so at once, instead of after loading pages and routes.
        let listener = http::bind(&arguments.host, arguments.port).await?;
        let address = listener.local_addr()?;
        access.check_address(address)?;
        if let Some(Err(too_few)) = http::raise_open_files().map(|max| http::fit_to_open_files(&mut settings, max)) {
            tracing::warn!("{too_few}");
        }
        let readiness = Readiness::default();
        let routes = Routes::starting(&readiness);
        let delay = Duration::from_millis(settings.stop_delay_ms);
        let serves = routes.clone();
        let stop = Stop::on_signals(readiness.clone(), delay, move || serves.is_open())
            .context("signals cannot be waited for")?;
        let mut serving = tokio::spawn(serve_until(
            stop,
            listener,
            routes.clone(),
            settings.clone(),
            readiness.clone(),
        ));
        tracing::info!(%address, "the port is taken; requests are told to come back until the graph is loaded");
        let store = tokio::select! {
            store = load(arguments) => Arc::new(store?),
            // Told to stop before there was anything to serve: whatever loads ends with the process.
            _ = &mut serving => return Ok(ExitCode::SUCCESS),
        };
        arguments.access.check_tokens(arguments.store.as_deref(), &store)?;
        store.write_address(&format!("http://{address}"))?;
        if let Some(fault) = store.clock_fault(Timestamp::now()) {
            tracing::warn!("{fault}");
        }
        let service = http::Service {
            api,
            store: Arc::clone(&store),
            access: access.clone(),
        };
        routes.open(http::router(service, settings, readiness)?);
        tell(&store, address);
        tokio::select! {
            ended = serving => ended?,
            () = access.follow() => {}
        }
        store.rebase_before_exit();
        // Those made meanwhile.
        arguments.access.remember_tokens(arguments.store.as_deref(), &store)?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Serves until a signal says to stop, and then until everything is answered, the time for that is over or another signal comes.
async fn serve_until(stop: Stop, listener: TcpListener, routes: Routes, settings: Settings, readiness: Readiness) {
    let Stop { begins, at_once } = stop;
    // No error can be: what sends ends with the process only.
    let begins = async { begins.await.unwrap_or_default() };
    tokio::select! {
        () = http::serve(listener, routes, &settings, readiness, begins) => {}
        _ = at_once => tracing::warn!("stopped at once, before every request was answered"),
    }
}

/// Opens the store on a thread of its own, while requests are told to come back.
async fn load(arguments: &ServeArguments) -> anyhow::Result<Store> {
    let (data, folder) = (arguments.data.data.clone(), arguments.store.clone());
    let takes_changes = !arguments.access.takes_no_changes();
    let (done, loaded) = oneshot::channel();
    // Not one of the runtime's threads: those are waited for at the end.
    std::thread::Builder::new().name("load".to_owned()).spawn(move || {
        // Nobody waits where the program was told to stop.
        let _ = done.send(open_store(data.as_deref(), folder.as_deref(), takes_changes));
    })?;
    loaded
        .await
        .context("the graph was not loaded: a fault of the program, said above")?
}

/// Says what is served where. Holds no state afterwards: it would be kept as long as the program runs.
fn tell(store: &Store, address: std::net::SocketAddr) {
    let state = store.state();
    let graph = state.graph();
    let mask = graph.mask(&graph.latest_view(Timestamp::now()));
    tracing::info!(
        data = graph.title(),
        entities = graph.entities(&mask).count(),
        "serving GraphQL and GraphiQL on http://{address}"
    );
}

/// The store in the folder, made where there is none yet; without a folder, one in memory.
fn open_store(data: Option<&Path>, folder: Option<&Path>, takes_changes: bool) -> anyhow::Result<Store> {
    let Some(dir) = folder else {
        tracing::info!("changes last as long as this process; --store DIR keeps them");
        let store = Store::in_memory(Arc::new(State::unprepared(load_graph(data)?)));
        prepare(store.state());
        return Ok(store);
    };
    let home = match StoreFolder::open(dir, Timestamp::now()) {
        Err(error) if error.is_unwritable() => return open_read_only(dir, takes_changes, error),
        entered => entered?,
    };
    if !home.has_store()? {
        // Read before the folder is filled, so that what is wrong with it leaves nothing behind.
        home.create(&load_dataset(data)?, Timestamp::now())?;
        tracing::info!(store = %dir.display(), "a store is begun");
    } else if let Some(data) = data {
        anyhow::bail!(
            "store {}: there is a store already, which begins with the data it was made from; start without --data (or \
             GUANXI_DATA) to serve it, or give another folder to begin with {}",
            dir.display(),
            data.display()
        );
    }
    let store = Store::open(home, |graph| Arc::new(State::unprepared(graph)));
    let store = store.map_err(|error| with_way_out(error.into()))?;
    opened(&store, dir);
    store.verify_in_background();
    Ok(store)
}

/// The store in a folder in which nothing can be written, to be read.
fn open_read_only(dir: &Path, takes_changes: bool, error: folder::Error) -> anyhow::Result<Store> {
    if takes_changes {
        return Err(anyhow::Error::new(error).context(format!(
            "store {}: nothing can be written in it, and changes must be; serve it with --read-only, or make it writable",
            dir.display()
        )));
    }
    let guest = FolderAccess::open(dir, Timestamp::now())?;
    let store = Store::open_read_only(dir, guest, |graph| Arc::new(State::unprepared(graph)));
    let store = store.map_err(|error| with_way_out(error.into()))?;
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
