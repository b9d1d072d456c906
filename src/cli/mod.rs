//! The command line: arguments, environment, printing and exit codes.

mod check;
mod config;
mod export;
mod flat;
mod import;
mod issues;
mod query;
mod serve;
mod store;
mod suggest;
mod token;

use std::{io::Write, path::Path, process::ExitCode};

use anyhow::Context;
use clap::Parser;

use self::config::{Arguments, Command};
use crate::{
    formats::tables,
    graph::Snapshot,
    model::Dataset,
    schema::{Api, Limits},
};

/// Runs what the arguments ask for.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        None => serve::serve(&arguments.serve),
        Some(Command::Serve(serve)) => serve::serve(&serve),
        Some(Command::Schema) => print_schema(),
        Some(Command::Query(query)) => query::query(&query),
        Some(Command::Token(command)) => token::token(&command),
        Some(Command::Check(check)) => match check.store.as_deref() {
            Some(store) => store::check(store),
            None => check::check(check.dir.as_deref()),
        },
        Some(Command::Export(export)) => export::export(&export),
        Some(Command::Import(import)) => import::import(&import),
        Some(Command::Backup(backup)) => store::backup(&backup),
        Some(Command::Restore(restore)) => store::restore(&restore),
        Some(Command::Compact(compact)) => store::compact(&compact),
    };
    done.unwrap_or_else(|error| {
        eprintln!("guanxi: {error:#}");
        ExitCode::FAILURE
    })
}

fn print_schema() -> anyhow::Result<ExitCode> {
    let api = Api::new(Limits::default())?;
    print(api.sdl())?;
    Ok(ExitCode::SUCCESS)
}

/// Writes to standard output; a reader that has seen enough, such as `head`, is no error.
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
            // Problems stand on lines of their own, as other programs expect of file and line.
            .map_err(|problems| anyhow::anyhow!("the data in {} cannot be used:\n{problems}", dir.display())),
        None => tables::bundled().context("the bundled data cannot be used"),
    }
}

/// The graph of the tables in `dir`, or of the bundled ones.
fn load_graph(dir: Option<&Path>) -> anyhow::Result<Snapshot> {
    Ok(Snapshot::build(&load_dataset(dir)?)?)
}
