//! What a file of the golden copy holds, and in which syntax.

use super::{
    records::{self, parts::GleifOutcome},
    syntax::{fields::RecordFields, row::GleifRow},
};

/// The content of a file and its syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileType {
    /// What it holds.
    pub content: Content,
    /// How it is written.
    pub syntax: Syntax,
}

/// What a file of the golden copy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Legal entities: level 1, LEI-CDF.
    Lei,
    /// Relationships: level 2, RR-CDF.
    Rr,
    /// Reporting exceptions: level 2.
    Repex,
}

/// How a file of the golden copy is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// A table with one column for each field.
    Csv,
    /// Elements, with whatever prefixes of namespaces.
    Xml,
    /// One object with a list of records.
    Json,
}

impl Content {
    /// The fields of its records.
    pub(super) fn fields(self) -> RecordFields {
        RecordFields::new(match self {
            Self::Lei => records::field_meaning::of_entity,
            Self::Rr => records::field_meaning::of_relationship,
            Self::Repex => records::field_meaning::of_exception,
        })
    }

    /// What its records are made into.
    pub(super) fn record_mapping(self) -> fn(&GleifRow<'_>) -> GleifOutcome {
        match self {
            Self::Lei => records::entity::record,
            Self::Rr => records::relationship::record,
            Self::Repex => records::exception::record,
        }
    }
}
