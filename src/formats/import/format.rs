//! The formats that are read, how each is told from the others, and what reads it.

use std::path::Path;

use super::{Each, Input, Part, Unplannable, Unreadable};
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
pub enum Reader {
    /// A folder of guanxi's tables.
    Guanxi,
}

impl Reader {
    /// Whether what it reads carries versions: when each was known.
    #[must_use]
    pub fn carries_versions(&self) -> bool {
        match self {
            Self::Guanxi => false,
        }
    }

    /// What is read first: what others refer to.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Guanxi => 0,
        }
    }

    /// Reads a file to its end.
    ///
    /// # Errors
    /// [`Unreadable`] when it is not what it should be. What was handed over before holds.
    pub(super) fn read(&self, input: Input<'_>, each: Each<'_>) -> Result<(), Unreadable> {
        let _ = (input, each);
        match self {
            Self::Guanxi => Ok(()),
        }
    }
}

/// How the reader of a file is chosen: the format that was named, or what the file begins with.
#[derive(Debug)]
pub struct Choice {
    format: Option<Format>,
}

impl Choice {
    /// Chooses this format, or what each file is; tables by the mapping in the file `map`.
    ///
    /// # Errors
    /// [`Unplannable`] when the mapping cannot be read, or a mapping is needed and there is none.
    pub fn new(format: Option<Format>, map: Option<&Path>) -> Result<Self, Unplannable> {
        let _ = map;
        Ok(Self { format })
    }

    /// What reads this file, which begins so.
    ///
    /// # Errors
    /// [`Unreadable`] when its format is not known, or it is not of the format that was named.
    pub fn reader(&self, part: &Part, start: &[u8]) -> Result<Reader, Unreadable> {
        let _ = (part, start);
        match self.format {
            _ => Err(Unreadable::form(
                "its beginning",
                "is of no format that is known; name the format in front of the file, or give a mapping with --map",
            )),
        }
    }
}
