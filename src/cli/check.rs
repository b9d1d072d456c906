//! `guanxi check`: reads tables or a store and reports every problem in them.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};

use super::{
    data::{Data, DataChoice, FOLDER},
    issues, load_dataset, print, store,
};
use crate::{
    graph::Snapshot,
    model::{Dataset, Timestamp, disputed},
};

/// Advice for checking the data of a server.
const SERVER_ADVICE: &str = "Query it: guanxi query --server URL '{ dataIssues { nodes { severity message } } }'.";

#[derive(Debug, Args)]
#[command(mut_arg("server", |server| server.hide(true)), mut_arg("token", |token| token.hide(true)))]
pub(super) struct CheckArguments {
    #[command(flatten)]
    data: CheckData,
}

/// The data to check: selected by the flags of all commands, or by a positional folder of tables.
#[derive(Debug)]
struct CheckData(DataChoice);

impl FromArgMatches for CheckData {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        DataChoice::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

impl Args for CheckData {
    fn augment_args(command: Command) -> Command {
        let folder = Arg::new(FOLDER)
            .value_name("DIR")
            .help("The folder with the tables; the same as --data DIR")
            .value_parser(value_parser!(PathBuf));
        DataChoice::augment_args(command.arg(folder))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

pub(super) fn check(arguments: &CheckArguments) -> anyhow::Result<ExitCode> {
    match arguments.data.0.files("check", SERVER_ADVICE)? {
        Data::Store(dir) => store::check(dir),
        Data::Tables(dir) => tables(&load_dataset(Some(dir))?),
        Data::Bundled | Data::Server(_) => tables(&load_dataset(None)?),
    }
}

fn tables(dataset: &Dataset) -> anyhow::Result<ExitCode> {
    let graph = Snapshot::build(dataset)?;
    let evidence: usize = dataset
        .relationships
        .iter()
        .map(|relationship| relationship.evidence.len())
        .sum();
    let in_dispute = dataset
        .relationships
        .iter()
        .filter(|relationship| disputed(&relationship.evidence))
        .count();
    print(&format!(
        "{}: {} entities, {} relationships ({in_dispute} disputed) with {evidence} statements from {} sources; no problems in their \
         format\n",
        dataset.title,
        dataset.entities.len(),
        dataset.relationships.len(),
        dataset.sources.len(),
    ))?;
    print(&issues::summary(&graph, Timestamp::now(), Duration::MAX))?;
    Ok(ExitCode::SUCCESS)
}
