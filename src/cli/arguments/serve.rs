//! The arguments of `guanxi serve`: address, log, limits, HTTP and access.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum, builder::BoolishValueParser};

use super::{Switch, token::tokens_in};
use crate::{
    auth::tokens,
    engine::{Introspection, Limits},
    http,
    store::{Store, commit},
};

/// The key of the note in a store that tokens protect it.
const TOKENS_NOTE: &str = "tokens";

/// An error of the store, with its message.
fn store_error(error: &commit::Error) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}

/// Access to the server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Access")]
pub(in crate::cli) struct AccessArguments {
    /// The file with the tokens (guanxi token create).
    ///
    /// Without tokens, everyone who can reach the server has full access, so it listens only on addresses of this machine.
    #[arg(long, env = "GUANXI_TOKENS", value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// Whether queries are answered without a token.
    #[arg(long, env = "GUANXI_PUBLIC_READ", value_enum, default_value_t = Switch::On)]
    public_read: Switch,
    /// Refuse all changes.
    #[arg(long, env = "GUANXI_READ_ONLY", value_parser = BoolishValueParser::new())]
    read_only: bool,
}

impl AccessArguments {
    /// Whether all changes are refused.
    pub(in crate::cli) fn refuses_changes(&self) -> bool {
        self.read_only
    }

    /// Refuses to serve a store without protection if it was protected by tokens and their file is missing.
    pub(in crate::cli) fn check_tokens(&self, folder: Option<&Path>, store: &Store) -> anyhow::Result<()> {
        let Some(file) = tokens_in(self.tokens.as_deref(), folder).filter(|file| !file.exists()) else {
            return self.remember_tokens(folder, store);
        };
        let is_known = store.note(TOKENS_NOTE).map_err(|error| store_error(&error))?.is_some();
        if !is_known && !tokens::had_tokens(&file) {
            return Ok(());
        }
        let file = file.display();
        anyhow::bail!(
            "{file}: the tokens that protect the store are missing; without them everyone would have full access; restore the file, \
             name another one with --tokens, or create a token: guanxi token create NAME --role ADMIN --tokens {file}"
        );
    }

    /// Notes in the store that tokens protect it, if there are any.
    pub(in crate::cli) fn remember_tokens(&self, folder: Option<&Path>, store: &Store) -> anyhow::Result<()> {
        let file = tokens_in(self.tokens.as_deref(), folder);
        // A server that refuses changes may have a read-only store.
        if !self.read_only
            && file.is_some_and(|file| file.exists())
            && store.note(TOKENS_NOTE).map_err(|error| store_error(&error))?.is_none()
        {
            let note = [(TOKENS_NOTE.to_owned(), Some(Vec::new()))];
            store.write_notes(&note.into()).map_err(|error| store_error(&error))?;
        }
        Ok(())
    }

    /// Access by the tokens of the named file, else of the store.
    pub(in crate::cli) fn access(&self, store: Option<&Path>) -> anyhow::Result<http::Access> {
        // A misspelt name must not leave the server unprotected.
        if let Some(file) = self.tokens.as_deref().filter(|file| !file.exists()) {
            anyhow::bail!(
                "--tokens {}: there is no such file; guanxi token create NAME --role EDITOR --tokens {} creates it",
                file.display(),
                file.display()
            );
        }
        let public_read = match self.public_read {
            Switch::On => http::PublicRead::On,
            Switch::Off => http::PublicRead::Off,
        };
        let changes = if self.read_only {
            http::Changes::Refused
        } else {
            http::Changes::Allowed
        };
        Ok(http::Access::new(
            tokens_in(self.tokens.as_deref(), store),
            public_read,
            changes,
        )?)
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DataArguments {
    /// The folder with the tables to serve. Default: the bundled network.
    #[arg(long, env = "GUANXI_DATA", value_name = "DIR")]
    pub(in crate::cli) data: Option<PathBuf>,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LogFormat {
    /// For people.
    Human,
    /// One JSON object per line.
    Json,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ServeArguments {
    /// The address to listen on.
    #[arg(long, env = "GUANXI_HOST", default_value = "127.0.0.1")]
    pub(in crate::cli) host: String,
    /// The port to listen on; 0 lets the system choose.
    #[arg(long, env = "GUANXI_PORT", default_value_t = 8000)]
    pub(in crate::cli) port: u16,
    /// The format of log lines.
    #[arg(long, env = "GUANXI_LOG_FORMAT", value_enum, default_value_t = LogFormat::Human)]
    pub(in crate::cli) log_format: LogFormat,
    /// The level of the log: error, warn, info, debug, trace, or a filter such as guanxi=debug.
    #[arg(long, env = "GUANXI_LOG", default_value = "info")]
    pub(in crate::cli) log: String,
    /// Bytes of log lines of requests that may wait to be written; 0 writes each line at once.
    ///
    /// When they are full, lines are dropped, and their number is logged.
    #[arg(long, env = "GUANXI_LOG_QUEUE_BYTES", default_value_t = 1 << 20)]
    pub(in crate::cli) log_queue_bytes: usize,
    /// The folder of the store. Default: changes last as long as the process.
    ///
    /// The first start creates it, from the tables of --data or the bundled network.
    #[arg(long, env = "GUANXI_STORE", value_name = "DIR")]
    pub(in crate::cli) store: Option<PathBuf>,
    // A flag of other commands, which is refused here with advice.
    #[arg(long, value_name = "URL", hide = true)]
    pub(in crate::cli) server: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) data: DataArguments,
    #[command(flatten)]
    pub(in crate::cli) limits: LimitArguments,
    #[command(flatten)]
    pub(in crate::cli) http: HttpArguments,
    #[command(flatten)]
    pub(in crate::cli) access: AccessArguments,
}

/// The limits of one request.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(in crate::cli) struct LimitArguments {
    /// Bytes in a request body.
    #[arg(long, env = "GUANXI_BODY_BYTES_MAX", default_value_t = Limits::default().body_bytes_max)]
    body_bytes_max: u64,
    /// Tokens in a document.
    #[arg(long, env = "GUANXI_TOKENS_MAX", default_value_t = Limits::default().tokens_max)]
    tokens_max: u64,
    /// Aliases, fragments expanded.
    #[arg(long, env = "GUANXI_ALIASES_MAX", default_value_t = Limits::default().aliases_max)]
    aliases_max: u64,
    /// Root fields of the operation.
    #[arg(long, env = "GUANXI_ROOT_FIELDS_MAX", default_value_t = Limits::default().root_fields_max)]
    root_fields_max: u64,
    /// Directives, fragments expanded.
    #[arg(long, env = "GUANXI_DIRECTIVES_MAX", default_value_t = Limits::default().directives_max)]
    directives_max: u64,
    /// Levels of fields.
    #[arg(long, env = "GUANXI_DEPTH_MAX", default_value_t = Limits::default().depth_max)]
    depth_max: u64,
    /// Selections, fragments expanded.
    #[arg(long, env = "GUANXI_SELECTIONS_MAX", default_value_t = Limits::default().selections_max)]
    selections_max: u64,
    /// Points of complexity: one per field, times the sizes of the pages around it.
    #[arg(long, env = "GUANXI_COMPLEXITY_MAX", default_value_t = Limits::default().complexity_max)]
    complexity_max: u64,
    /// Values in the variables: numbers, strings, lists, objects.
    #[arg(long, env = "GUANXI_VALUES_MAX", default_value_t = Limits::default().values_max)]
    values_max: u64,
    /// Bytes of a document, without comments.
    #[arg(long, env = "GUANXI_DOCUMENT_BYTES_MAX", default_value_t = Limits::default().document_bytes_max)]
    document_bytes_max: u64,
    /// Entities and relationships that one request may visit.
    #[arg(long, env = "GUANXI_WORK_MAX", default_value_t = Limits::default().work_max)]
    work_max: u64,
    /// Milliseconds that one request may take.
    #[arg(long, env = "GUANXI_TIMEOUT_MS", default_value_t = Limits::default().timeout_ms)]
    timeout_ms: u64,
    /// Concurrent requests that scan the whole graph, and as many others that search, traverse or filter. Default: one for each
    /// processor, at least 2. Lookups need no worker.
    #[arg(
        long,
        env = "GUANXI_WORKERS_MAX",
        default_value_t = Limits::default().workers_max,
        value_parser = clap::value_parser!(u64).range(1..=Limits::WORKERS_MAX)
    )]
    workers_max: u64,
    /// Requests of each of these two classes that may wait for a worker; further ones are refused and may be retried.
    #[arg(long, env = "GUANXI_QUEUE_MAX", default_value_t = Limits::default().queue_max)]
    queue_max: u64,
    /// Entries of the log of changes that a subscription reads ahead of its client.
    #[arg(long, env = "GUANXI_ENTRIES_AHEAD_MAX", default_value_t = Limits::default().entries_ahead_max)]
    entries_ahead_max: u64,
    /// Refuse introspection; the schema is still served as text at /schema.graphql.
    #[arg(long, env = "GUANXI_NO_INTROSPECTION", value_parser = BoolishValueParser::new())]
    no_introspection: bool,
    /// Records and statements that one mutation may name.
    #[arg(long, env = "GUANXI_CHANGES_MAX", default_value_t = Limits::default().changes_max)]
    changes_max: u64,
}

impl LimitArguments {
    pub(in crate::cli) fn limits(&self) -> Limits {
        Limits {
            body_bytes_max: self.body_bytes_max,
            tokens_max: self.tokens_max,
            aliases_max: self.aliases_max,
            root_fields_max: self.root_fields_max,
            directives_max: self.directives_max,
            depth_max: self.depth_max,
            selections_max: self.selections_max,
            complexity_max: self.complexity_max,
            values_max: self.values_max,
            document_bytes_max: self.document_bytes_max,
            work_max: self.work_max,
            timeout_ms: self.timeout_ms,
            workers_max: self.workers_max,
            queue_max: self.queue_max,
            entries_ahead_max: self.entries_ahead_max,
            introspection: if self.no_introspection {
                Introspection::Closed
            } else {
                Introspection::Open
            },
            changes_max: self.changes_max,
        }
    }
}

/// The settings for HTTP clients.
#[derive(Debug, Args)]
#[command(next_help_heading = "HTTP")]
pub(in crate::cli) struct HttpArguments {
    /// A host name that requests may use (their Host), such as graph.example; *.example is every name below it, * is
    /// any. May be repeated, or separated by commas. localhost and loopback addresses are always allowed, and
    /// other addresses if tokens protect the server or it is open to other machines.
    #[arg(long, env = "GUANXI_HOST_NAME", value_name = "NAME", value_delimiter = ',')]
    host_name: Vec<String>,
    /// An origin whose pages may read answers, such as https://example.org; * is any. May be repeated, or separated by
    /// commas. Default: only pages of this server.
    #[arg(long, env = "GUANXI_CORS_ORIGIN", value_name = "ORIGIN", value_delimiter = ',')]
    cors_origin: Vec<String>,
    /// Operations in one body; 0 turns batches off.
    #[arg(long, env = "GUANXI_BATCH_MAX", default_value_t = http::Settings::default().batch_max)]
    batch_max: usize,
    /// Answer a GET only if it has the header GraphQL-Require-Preflight.
    #[arg(long, env = "GUANXI_GET_PREFLIGHT", value_parser = BoolishValueParser::new())]
    get_preflight: bool,
    /// Milliseconds that the headers of a request may take to arrive.
    #[arg(long, env = "GUANXI_HEADER_TIMEOUT_MS", default_value_t = http::Settings::default().header_timeout_ms)]
    header_timeout_ms: u64,
    /// Milliseconds that a request body may take to arrive.
    #[arg(long, env = "GUANXI_BODY_TIMEOUT_MS", default_value_t = http::Settings::default().body_timeout_ms)]
    body_timeout_ms: u64,
    /// Concurrent connections. Further ones wait until the longest idle ones are closed, after at least a quarter of a second. Lowered if
    /// the system allows fewer open files.
    #[arg(long, env = "GUANXI_CONNECTIONS_MAX", default_value_t = http::Settings::default().connections_max)]
    connections_max: usize,
    /// Concurrent WebSockets; further ones are refused and may be retried. Lowered if the system allows fewer open files.
    #[arg(long, env = "GUANXI_SOCKETS_MAX", default_value_t = http::Settings::default().sockets_max)]
    sockets_max: usize,
    /// Concurrent operations on one WebSocket.
    #[arg(long, env = "GUANXI_SOCKET_OPERATIONS_MAX", default_value_t = http::Settings::default().socket_operations_max)]
    socket_operations_max: usize,
    /// Milliseconds that a WebSocket may take to initialise (connection_init).
    #[arg(long, env = "GUANXI_INIT_TIMEOUT_MS", default_value_t = http::Settings::default().init_timeout_ms)]
    init_timeout_ms: u64,
    /// Milliseconds between keep-alive messages on a stream or socket without events.
    #[arg(long, env = "GUANXI_KEEP_ALIVE_MS", default_value_t = http::Settings::default().keep_alive_ms)]
    keep_alive_ms: u64,
    /// Milliseconds that a client may leave data unread; then its WebSocket is closed. Any other connection is closed
    /// after twice as long.
    #[arg(long, env = "GUANXI_SLOW_CLIENT_MS", default_value_t = http::Settings::default().slow_client_ms)]
    slow_client_ms: u64,
    /// Serve no pages: GraphQL only.
    #[arg(long, env = "GUANXI_NO_GRAPHIQL", value_parser = BoolishValueParser::new())]
    no_graphiql: bool,
    /// Milliseconds between a request to terminate (SIGTERM) and closing the port: /health/ready reports that the server is stopping,
    /// and requests are answered as before. An interrupt (Ctrl-C) or a second signal skips the delay.
    #[arg(long, env = "GUANXI_STOP_DELAY_MS", default_value_t = http::Settings::default().stop_delay_ms)]
    stop_delay_ms: u64,
    /// Milliseconds that running requests may continue after the port was closed.
    #[arg(long, env = "GUANXI_DRAIN_MS", default_value_t = http::Settings::default().drain_ms)]
    drain_ms: u64,
}

impl HttpArguments {
    pub(in crate::cli) fn settings(&self) -> http::Settings {
        http::Settings {
            host_names: self.host_name.clone(),
            cors_origins: self.cors_origin.clone(),
            batch_max: self.batch_max,
            get_preflight: if self.get_preflight {
                http::GetPreflight::Required
            } else {
                http::GetPreflight::Optional
            },
            header_timeout_ms: self.header_timeout_ms,
            body_timeout_ms: self.body_timeout_ms,
            connections_max: self.connections_max,
            stop_delay_ms: self.stop_delay_ms,
            drain_ms: self.drain_ms,
            sockets_max: self.sockets_max,
            socket_operations_max: self.socket_operations_max,
            init_timeout_ms: self.init_timeout_ms,
            keep_alive_ms: self.keep_alive_ms,
            slow_client_ms: self.slow_client_ms,
            pages: if self.no_graphiql {
                http::Pages::Off
            } else {
                http::Pages::Served
            },
        }
    }
}
