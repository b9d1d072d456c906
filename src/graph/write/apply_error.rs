//! Errors of applying a commit.

use jiff::Timestamp;

use crate::{
    graph::Error,
    model::{EntityKind, Noun},
};

/// Why changes cannot be applied. None of them was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// There is no such record to retract.
    #[error("there is no {noun} {id:?} to retract")]
    Unknown {
        /// The kind of the record.
        noun: Noun,
        /// The id of the record.
        id: String,
    },
    /// A reference to a missing record, or to one that the same commit retracts.
    #[error("{holder} refers to the {noun} {id:?}, which does not exist")]
    Dangling {
        /// The id of the record with the reference.
        holder: String,
        /// The kind of the missing record.
        noun: Noun,
        /// The id of the missing record.
        id: String,
    },
    /// The record to be retracted is still referred to.
    #[error("{id:?} cannot be retracted: {by:?} refers to it")]
    InUse {
        /// The id of the record.
        id: String,
        /// The id of the relationship that refers to it.
        by: String,
    },
    /// A commit changes a record twice.
    #[error("{id:?} is changed twice by one commit")]
    DuplicateChange {
        /// The record's id.
        id: String,
    },
    /// An id that a record of another kind has, or had.
    #[error("the id {id:?} belongs to a {noun}")]
    IdInUse {
        /// The id.
        id: String,
        /// The kind of that record.
        noun: Noun,
    },
    /// The commit is not later than the last one.
    #[error("the graph holds records of {last}, which is not before {at}")]
    NotLater {
        /// The time of the last commit.
        last: Timestamp,
        /// The time of this one.
        at: Timestamp,
    },
    /// More records were added between two ids since the last base than there are places: about 2^64.
    #[error("no place is left between two ids")]
    NoPlaceLeft,
    /// An entity keeps its kind until it is retracted, unless all its relationships are recorded again in the same commit.
    #[error("{id:?} is a {kind}, and stays one unless its relationships are recorded again with it")]
    KindChange {
        /// The entity's id.
        id: String,
        /// Its kind.
        kind: EntityKind,
    },
    /// The graph cannot store it.
    #[error(transparent)]
    Graph(#[from] Error),
}
