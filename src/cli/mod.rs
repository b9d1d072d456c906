//! The command line: arguments, environment, printing and exit codes.

mod check;
mod client;
mod config;
mod data;
mod export;
mod flat;
mod help;
mod import;
mod issues;
mod query;
mod schema;
mod serve;
mod store;
mod suggest;
mod token;

use std::{io::Write, path::Path, process::ExitCode};

use anyhow::Context;
use clap::FromArgMatches;

use self::config::{Arguments, Command};
use crate::{formats::tables, graph::Snapshot, model::Dataset};

/// The exit code for wrong arguments, the same as clap's.
const USAGE_ERROR: u8 = 2;

/// Arguments that cannot be combined, with advice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

/// Writes a line to standard error. `eprintln` would panic if its reader is gone, such as `head`.
macro_rules! say {
    ($($line:tt)*) => {{
        use std::io::Write as _;
        // An error here cannot be reported anywhere else.
        let _ = writeln!(std::io::stderr(), $($line)*);
    }};
}
use say;

/// Runs the command in the arguments.
#[must_use]
pub fn run() -> ExitCode {
    let mut command = help::command();
    let mut matches = command
        .try_get_matches_from_mut(std::env::args_os())
        .unwrap_or_else(|error| help::with_tip(error).exit());
    let arguments =
        Arguments::from_arg_matches_mut(&mut matches).unwrap_or_else(|error| error.format(&mut command).exit());
    let result = match arguments.command {
        None => serve::serve(&arguments.serve),
        Some(Command::Serve(serve)) => serve::serve(&serve),
        Some(Command::Schema(schema)) => schema::schema(&schema),
        Some(Command::Query(query)) => query::query(&query),
        Some(Command::Token(command)) => token::token(&command),
        Some(Command::Check(check)) => check::check(&check),
        Some(Command::Export(export)) => export::export(&export),
        Some(Command::Import(import)) => import::import(&import),
        Some(Command::Backup(backup)) => store::backup(&backup),
        Some(Command::Restore(restore)) => store::restore(&restore),
        Some(Command::Compact(compact)) => store::compact(&compact),
    };
    result.unwrap_or_else(|error| {
        say!("guanxi: {error:#}");
        match error.is::<UsageError>() {
            true => ExitCode::from(USAGE_ERROR),
            false => ExitCode::FAILURE,
        }
    })
}

/// Writes to standard output; a reader that closes the pipe early, such as `head`, is not an error.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error).context("cannot write the answer"),
        _ => Ok(()),
    }
}

/// The tables in `dir`, or the bundled ones.
fn load_dataset(dir: Option<&Path>) -> anyhow::Result<Dataset> {
    match dir {
        Some(dir) => tables::read_dir(dir)
            // One problem per line, as other programs expect of file and line.
            .map_err(|problems| anyhow::anyhow!("the data in {} cannot be used:\n{problems}", dir.display())),
        None => tables::bundled().context("the bundled data cannot be used"),
    }
}

/// The graph of the tables in `dir`, or of the bundled ones.
fn load_graph(dir: Option<&Path>) -> anyhow::Result<Snapshot> {
    Ok(Snapshot::build(&load_dataset(dir)?)?)
}
