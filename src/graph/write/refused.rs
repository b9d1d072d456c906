//! Why a commit cannot be carried out.

use jiff::Timestamp;

use crate::{
    graph::Error,
    model::{EntityKind, Noun},
};

/// Why changes cannot be carried out. Nothing was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is nothing to take back.
    #[error("there is no {noun} {id:?} to take back")]
    Unknown {
        /// What was to be taken back.
        noun: Noun,
        /// By which id.
        id: String,
    },
    /// A reference to what is not there, or is taken back by the same commit.
    #[error("{holder} refers to the {noun} {id:?}, which does not exist")]
    Dangling {
        /// What holds the reference.
        holder: String,
        /// What it refers to.
        noun: Noun,
        /// By which id.
        id: String,
    },
    /// What is to be taken back is still referred to.
    #[error("{id:?} cannot be taken back: {by:?} refers to it")]
    InUse {
        /// What was to be taken back.
        id: String,
        /// The id of the relationship that refers to it.
        by: String,
    },
    /// A commit names a record twice.
    #[error("{id:?} is changed twice by one commit")]
    Twice {
        /// The record's id.
        id: String,
    },
    /// An id that another kind of record has, or had.
    #[error("the id {id:?} belongs to a {noun}")]
    Taken {
        /// The id.
        id: String,
        /// What has it.
        noun: Noun,
    },
    /// The commit is not later than what is recorded already.
    #[error("the graph holds records of {last}, which is not before {at}")]
    NotLater {
        /// When the last record was made.
        last: Timestamp,
        /// When this one would be.
        at: Timestamp,
    },
    /// More was added between two ids since the last base than there are places: about 2^64.
    #[error("no place is left between two ids")]
    Crowded,
    /// An entity keeps its kind until it is retracted, unless all that connects it is recorded anew with it.
    #[error("{id:?} is a {is}, and stays one unless its relationships are recorded anew with it")]
    Kind {
        /// The entity's id.
        id: String,
        /// What it is.
        is: EntityKind,
    },
    /// The graph cannot hold it.
    #[error(transparent)]
    Graph(#[from] Error),
}
