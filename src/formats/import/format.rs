//! The formats that are read, how each is told from the others, and what reads it.

use std::path::Path;

use super::{Each, Input, Part, Unplannable, Unreadable};
use crate::{
    formats::{bods, followthemoney, gleif, json_lines},
    model::{Catalog, catalog},
};

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
    /// A file of the golden copy.
    Gleif(gleif::Form),
    /// FollowTheMoney entities.
    FollowTheMoney,
    /// Statements of the Beneficial Ownership Data Standard.
    Bods,
    /// guanxi's records.
    JsonLines,
}

impl Reader {
    /// Whether what it reads carries versions: when each was known.
    #[must_use]
    pub fn carries_versions(&self) -> bool {
        match self {
            Self::Bods => true,
            Self::Guanxi | Self::Gleif(_) | Self::FollowTheMoney | Self::JsonLines => false,
        }
    }

    /// What is read first: what others refer to.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Guanxi | Self::FollowTheMoney | Self::Bods | Self::JsonLines => 0,
            Self::Gleif(form) => match form.content {
                gleif::Content::Lei => 1,
                gleif::Content::Rr => 2,
                gleif::Content::Repex => 3,
            },
        }
    }

    /// Reads a file to its end.
    ///
    /// # Errors
    /// [`Unreadable`] when it is not what it should be. What was handed over before holds.
    pub(super) fn read(&self, input: Input<'_>, each: Each<'_>) -> Result<(), Unreadable> {
        match self {
            Self::Guanxi => Ok(()),
            Self::Gleif(form) => gleif::read(input, *form, each),
            Self::FollowTheMoney => followthemoney::read(input, each),
            Self::Bods => bods::read(input, each),
            Self::JsonLines => json_lines::read(input, each),
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
        let _ = part;
        let of_none = |format: &str| {
            Unreadable::form(
                "its beginning",
                format!("is not of the format {format}; name the right one in front of the file"),
            )
        };
        match self.format {
            None => detected(start).ok_or_else(|| {
                Unreadable::form(
                    "its beginning",
                    "is of no format that is known; name the format in front of the file, or give a mapping with --map",
                )
            }),
            Some(Format::FollowTheMoney) => Ok(Reader::FollowTheMoney),
            Some(Format::Bods) => Ok(Reader::Bods),
            Some(Format::JsonLines) => Ok(Reader::JsonLines),
            Some(Format::Gleif) => gleif::detect(start).map(Reader::Gleif).ok_or_else(|| of_none("gleif")),
            Some(format) => Err(of_none(format.as_str())),
        }
    }
}

/// What reads a file that begins so, whatever it is called.
fn detected(start: &[u8]) -> Option<Reader> {
    let gleif = gleif::detect(start).map(Reader::Gleif);
    gleif
        .or_else(|| json_lines::detect(start).then_some(Reader::JsonLines))
        .or_else(|| bods::detect(start).then_some(Reader::Bods))
        .or_else(|| followthemoney::detect(start).then_some(Reader::FollowTheMoney))
}
