//! Readers and writers of data in files. Each turns files into a [`Dataset`](crate::model::Dataset) or into the list of
//! everything that is wrong with them, never into a part of the data. No GraphQL, no HTTP.

pub mod bods;
pub mod cells;
mod csv_records;
pub mod export;
pub mod followthemoney;
pub mod gleif;
pub mod json_lines;
mod json_values;
pub mod mapping;
mod percentage;
mod problem;
pub mod reader;
pub mod tables;

use std::{io, path::PathBuf};

pub use problem::{PROBLEMS_MAX, Problem, Problems};

/// Why files could not be read as data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The files were read, but their contents are invalid.
    #[error("{0}")]
    Problems(Problems),
    /// A file or folder could not be read at all.
    #[error("cannot read {}: {reason}; {advice}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
        /// What to do about it.
        advice: &'static str,
    },
}
