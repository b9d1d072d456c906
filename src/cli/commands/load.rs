//! Loads tables.

use std::path::Path;

use anyhow::Context;

use crate::{formats::tables, graph::Snapshot, model::Dataset};

/// The tables in `dir`, or the bundled ones.
pub(super) fn load_dataset(dir: Option<&Path>) -> anyhow::Result<Dataset> {
    match dir {
        Some(dir) => tables::read_dir(dir)
            // One problem per line, as other programs expect of file and line.
            .map_err(|problems| anyhow::anyhow!("the data in {} cannot be used:\n{problems}", dir.display())),
        None => tables::bundled().context("the bundled data cannot be used"),
    }
}

/// The graph of the tables in `dir`, or of the bundled ones.
pub(super) fn load_graph(dir: Option<&Path>) -> anyhow::Result<Snapshot> {
    Ok(Snapshot::build(&load_dataset(dir)?)?)
}
