//! `guanxi check`: reads tables and says every problem in them.

use std::{path::Path, process::ExitCode};

use super::{load_dataset, print};
use crate::{graph::Snapshot, model::disputed};

pub(super) fn check(dir: Option<&Path>) -> anyhow::Result<ExitCode> {
    let dataset = load_dataset(dir)?;
    Snapshot::build(&dataset)?;
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
        "{}: {} entities, {} relationships ({in_dispute} disputed) with {evidence} statements from {} sources; no problems\n",
        dataset.title,
        dataset.entities.len(),
        dataset.relationships.len(),
        dataset.sources.len(),
    ))?;
    Ok(ExitCode::SUCCESS)
}
