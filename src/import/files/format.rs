//! The formats that can be imported, their detection, and their readers.

use std::{fs, path::Path, sync::Arc};

use crate::{
    formats::{
        bods, followthemoney, gleif, json_lines,
        mapping::{self, Mapping},
        reader::{Input, ItemHandler, Unreadable},
    },
    import::PlanError,
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
        /// FollowTheMoney entities, one per line.
        FollowTheMoney = "followthemoney",
        /// The Beneficial Ownership Data Standard.
        Bods = "bods",
        /// guanxi's records, one per line.
        JsonLines = "json-lines",
    }
}

/// The reader of a file.
#[derive(Debug, Clone)]
pub enum Reader {
    /// A folder of guanxi's tables.
    Guanxi,
    /// A file of the golden copy.
    Gleif(gleif::FileType),
    /// A table, by the mapping of its columns.
    Csv(Arc<Mapping>),
    /// FollowTheMoney entities.
    FollowTheMoney,
    /// Statements of the Beneficial Ownership Data Standard.
    Bods,
    /// guanxi's records.
    JsonLines,
}

impl Reader {
    /// Whether its records have versions: timestamps of when each was known.
    #[must_use]
    pub fn carries_versions(&self) -> bool {
        match self {
            Self::Bods | Self::Guanxi | Self::JsonLines => true,
            Self::Gleif(_) | Self::Csv(_) | Self::FollowTheMoney => false,
        }
    }

    /// The schemes of identifiers by which a mapping joins entities.
    #[must_use]
    pub fn join(&self) -> &[String] {
        match self {
            Self::Csv(mapping) => mapping.join(),
            Self::Guanxi | Self::Gleif(_) | Self::FollowTheMoney | Self::Bods | Self::JsonLines => &[],
        }
    }

    /// The rank in reading order: files that others refer to come first.
    pub(in crate::import) fn rank(&self) -> u8 {
        match self {
            Self::Guanxi | Self::Csv(_) | Self::FollowTheMoney | Self::Bods | Self::JsonLines => 0,
            Self::Gleif(form) => match form.content {
                gleif::Content::Lei => 1,
                gleif::Content::Rr => 2,
                gleif::Content::Repex => 3,
            },
        }
    }

    /// Reads a file to its end. `replaced` has the replacements among the statements of all files.
    ///
    /// # Errors
    /// [`Unreadable`] if it is malformed. Records passed on before the error stay valid.
    pub(in crate::import) fn read(
        &self,
        input: Input<'_>,
        replaced: &Arc<bods::Replacements>,
        on_item: ItemHandler<'_>,
    ) -> Result<(), Unreadable> {
        match self {
            Self::Guanxi => Err(Unreadable::malformed(
                "the tables",
                "are a folder; name the folder instead of a file in it",
            )),
            Self::Csv(mapping) => mapping::read(input, mapping, on_item),
            Self::Gleif(form) => gleif::read(input, *form, on_item),
            Self::FollowTheMoney => followthemoney::read(input, on_item),
            Self::Bods => bods::read_with_replacements(input, Arc::clone(replaced), on_item),
            Self::JsonLines => json_lines::read(input, on_item),
        }
    }
}

/// Selects the reader of a file: by the named format, or by the beginning of the file.
#[derive(Debug)]
pub struct ReaderChoice {
    format: Option<Format>,
    mapping: Option<Arc<Mapping>>,
}

impl ReaderChoice {
    /// Selects this format, or detects that of each file; tables are read with the mapping in the file `map`.
    ///
    /// # Errors
    /// [`PlanError`] if the mapping cannot be read, or is not for this format.
    pub fn new(format: Option<Format>, map: Option<&Path>) -> Result<Self, PlanError> {
        let Some(path) = map else {
            return Ok(Self { format, mapping: None });
        };
        let failed = |reason| PlanError {
            path: path.to_owned(),
            reason,
        };
        if let Some(format) = format.filter(|format| *format != Format::Csv) {
            let reason = format!("is for tables, but the format is given as {format}");
            return Err(failed(Unreadable::malformed("the mapping", reason)));
        }
        let text = fs::read_to_string(path).map_err(|error| failed(error.into()))?;
        let mapping = Mapping::parse(&text).map_err(failed)?;
        Ok(Self {
            format,
            mapping: Some(Arc::new(mapping)),
        })
    }

    /// The reader of a file with this beginning.
    ///
    /// # Errors
    /// [`Unreadable`] if its format is unknown, or is not the named one.
    pub fn reader(&self, start: &[u8]) -> Result<Reader, Unreadable> {
        let mismatch = |format: &str| {
            Unreadable::malformed(
                "its beginning",
                format!("is not of the format {format}; name the right format before the file"),
            )
        };
        match (self.format, &self.mapping) {
            (None | Some(Format::Csv), Some(mapping)) => Ok(Reader::Csv(Arc::clone(mapping))),
            (Some(Format::Csv), None) => Err(Unreadable::malformed(
                "its columns",
                "need a mapping: give it with --map, as docs/importing/csv.md describes it; --suggest writes a first one",
            )),
            (None, None) => detect(start).ok_or_else(|| {
                Unreadable::malformed(
                    "its beginning",
                    "is of no known format; name the format before the file, or give a mapping with --map",
                )
            }),
            (Some(Format::FollowTheMoney), _) => Ok(Reader::FollowTheMoney),
            (Some(Format::Bods), _) => Ok(Reader::Bods),
            (Some(Format::JsonLines), _) => Ok(Reader::JsonLines),
            (Some(Format::Gleif), _) => gleif::detect(start).map(Reader::Gleif).ok_or_else(|| mismatch("gleif")),
            (Some(format @ Format::Guanxi), _) => Err(mismatch(format.as_str())),
        }
    }
}

/// The reader of a file with this beginning, regardless of its name.
fn detect(start: &[u8]) -> Option<Reader> {
    let gleif = gleif::detect(start).map(Reader::Gleif);
    gleif
        .or_else(|| json_lines::detect(start).then_some(Reader::JsonLines))
        .or_else(|| bods::detect(start).then_some(Reader::Bods))
        .or_else(|| followthemoney::detect(start).then_some(Reader::FollowTheMoney))
}
