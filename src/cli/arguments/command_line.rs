//! The whole command line: the commands with their arguments.

use clap::{Parser, Subcommand};

use super::{
    check::CheckArguments,
    export::ExportArguments,
    import::ImportArguments,
    query::QueryArguments,
    schema::SchemaArguments,
    serve::ServeArguments,
    store::{BackupArguments, RestoreArguments, StoreArguments},
    token::TokenCommand,
};

/// A GraphQL server over a graph of business relationships, each a dated claim with its evidence.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub(in crate::cli) struct Arguments {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<Command>,
    #[command(flatten)]
    pub(in crate::cli) serve: ServeArguments,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Serve the graph over HTTP, with GraphiQL on /. The default.
    Serve(ServeArguments),
    /// Print the GraphQL schema.
    Schema(SchemaArguments),
    /// Answer one query on standard output.
    #[command(after_help = super::query::EXIT_CODES)]
    Query(Box<QueryArguments>),
    /// Create, list and revoke the tokens of a server.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Read tables or a store and report every problem in them.
    Check(CheckArguments),
    /// Import data into a store: GLEIF, FollowTheMoney, BODS, any table by a mapping.
    #[command(after_help = super::import::EXIT_CODES)]
    Import(ImportArguments),
    /// Export the graph or a part of it: FollowTheMoney, BODS, GraphML, DOT, tables.
    Export(ExportArguments),
    /// Write a store to one file, even while it is served.
    Backup(BackupArguments),
    /// Create a store from a backup.
    Restore(RestoreArguments),
    /// Shrink the file of a store that is not being served.
    Compact(StoreArguments),
}
