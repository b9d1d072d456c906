//! The formats that are read, how each is told from the others, and what reads it.

use super::{Each, Input, Unreadable};
use crate::model::catalog;

catalog! {
    /// A format that can be imported.
    pub enum Format as "a format" {
        /// guanxi's own tables: a folder.
        Guanxi = "guanxi",
        /// Any table, by a mapping of its columns.
        Csv = "csv",
        /// The registers of the Global Legal Entity Identifier Foundation.
        Gleif = "gleif",
        /// FollowTheMoney entities, one a line.
        FollowTheMoney = "followthemoney",
        /// The Beneficial Ownership Data Standard.
        Bods = "bods",
        /// guanxi's records, one a line.
        JsonLines = "json-lines",
    }
}

/// What reads a file.
#[derive(Debug, Clone)]
pub enum Reader {}

impl Reader {
    /// Whether what it reads carries versions: when each was known.
    #[must_use]
    pub fn carries_versions(&self) -> bool {
        match *self {}
    }

    /// Reads a file to its end.
    ///
    /// # Errors
    /// [`Unreadable`] when it is not what it should be. What was handed over before holds.
    pub fn read(&self, input: Input<'_>, each: Each<'_>) -> Result<(), Unreadable> {
        let _ = (input, each);
        match *self {}
    }
}
