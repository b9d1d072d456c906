//! `guanxi check`: reads tables or a store and reports every problem in them.

use std::{process::ExitCode, time::Duration};

use super::{issues, load::load_dataset, store};
use crate::{
    cli::{
        arguments::{check::CheckArguments, data::Data},
        output::print,
    },
    graph::Snapshot,
    model::{Dataset, Timestamp, disputed},
};

/// Advice for checking the data of a server.
const SERVER_ADVICE: &str = "Query it: guanxi query --server URL '{ dataIssues { nodes { severity message } } }'.";

pub(in crate::cli) fn check(arguments: &CheckArguments) -> anyhow::Result<ExitCode> {
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
