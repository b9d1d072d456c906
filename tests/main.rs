//! The integration tests: one binary, so that they link once.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod cli;
mod cli_arguments;
mod cli_data;
mod cli_export;
mod cli_files;
mod cli_import;
mod cli_out_again;
mod cli_suggest;
mod crash;
mod docs;
mod examples;
mod formats;
mod graph;
mod graphql;
mod harness;
mod http;
mod matching;
mod store;
mod tidy;
mod web;
