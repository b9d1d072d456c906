//! Why changes are refused: every fault found, up to a bound, each with a code, a message and its place in the input.

use crate::model::{Invalid, catalog};

/// How many faults of one batch are told; the rest are only counted.
pub const FAULTS_MAX: usize = 100;

/// How many others a fault names.
pub(super) const NAMED_MAX: usize = 10;

catalog! {
    /// What is wrong with a change, for programs.
    pub enum UserErrorCode as "a fault" {
        /// Something that is needed is missing.
        Required = "REQUIRED",
        /// A value is not of the form that is needed, too long, or does not go with the rest.
        Invalid = "INVALID",
        /// A share is not within 0 and 100 %, or stands where there can be none.
        Share = "SHARE",
        /// Dates are reversed.
        Dates = "DATES",
        /// There is no record with this id, identifier or name.
        NotFound = "NOT_FOUND",
        /// Several entities could be meant; `candidates` holds their ids.
        Ambiguous = "AMBIGUOUS",
        /// The id belongs to something else.
        IdTaken = "ID_TAKEN",
        /// The identifier belongs to another entity; `candidates` holds its id.
        IdentifierTaken = "IDENTIFIER_TAKEN",
        /// The batch names the same record twice.
        Duplicate = "DUPLICATE",
        /// The kind of a record and the ends of a relationship never change.
        Fixed = "FIXED",
        /// A relationship would have no evidence.
        NoEvidence = "NO_EVIDENCE",
        /// Others refer to it; `candidates` holds the ids of some.
        InUse = "IN_USE",
        /// An entity would be merged into itself, directly or by way of earlier merges.
        Cycle = "CYCLE",
        /// The record changed since: `currentVersion` is its version now, 0 when there is none.
        Conflict = "CONFLICT",
        /// The idempotency key was used for something else.
        IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
        /// It would change more records than one mutation may.
        Limit = "LIMIT",
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, for programs.
    pub code: UserErrorCode,
    /// What is wrong and what to do, for people.
    pub message: String,
    /// Where in the input: names of fields and positions in lists.
    pub path: Vec<String>,
    /// For conflicts, the record's version now; 0 when there is none.
    pub current_version: Option<u32>,
    /// The ids of records that the message is about.
    pub candidates: Vec<String>,
}

impl Fault {
    /// A fault at `path`.
    pub fn new(code: UserErrorCode, path: &Path<'_>, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            path: path.told(),
            current_version: None,
            candidates: Vec::new(),
        }
    }

    /// With the version that the record has now.
    #[must_use]
    pub fn current_version(mut self, version: u32) -> Self {
        self.current_version = Some(version);
        self
    }

    /// With the ids of the records that the message is about.
    #[must_use]
    pub fn candidates(mut self, ids: impl IntoIterator<Item = String>) -> Self {
        self.candidates = ids.into_iter().take(NAMED_MAX).collect();
        self
    }
}

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rejected {
    /// What is wrong, in the order of the input; at most [`FAULTS_MAX`].
    pub faults: Vec<Fault>,
    /// How many more there are.
    pub more: usize,
}

impl Rejected {
    pub(super) fn push(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        } else {
            self.more += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// How many there are, told or not.
    pub(super) fn count(&self) -> usize {
        self.faults.len() + self.more
    }

    /// The value, or nothing and a fault.
    pub(super) fn checked<T>(&mut self, code: UserErrorCode, path: &Path<'_>, result: Result<T, Invalid>) -> Option<T> {
        let refuse = |invalid: Invalid| self.push(Fault::new(code, path, invalid.to_string()));
        result.map_err(refuse).ok()
    }
}

/// A place in the input. Borrowed from the stack: only a fault writes it down.
#[derive(Debug, Clone, Copy)]
pub struct Path<'p> {
    above: Option<&'p Path<'p>>,
    here: Segment<'p>,
}

#[derive(Debug, Clone, Copy)]
enum Segment<'p> {
    Field(&'p str),
    Item(usize),
}

impl<'p> Path<'p> {
    /// The whole input, as the argument of this name.
    #[must_use]
    pub fn root(argument: &'p str) -> Self {
        Self {
            above: None,
            here: Segment::Field(argument),
        }
    }

    /// A field of what stands here.
    #[must_use]
    pub fn field(&'p self, name: &'p str) -> Self {
        Self {
            above: Some(self),
            here: Segment::Field(name),
        }
    }

    /// An item of the list that stands here.
    #[must_use]
    pub fn item(&'p self, position: usize) -> Self {
        Self {
            above: Some(self),
            here: Segment::Item(position),
        }
    }

    fn told(&self) -> Vec<String> {
        let mut told = self.above.map_or_else(Vec::new, Path::told);
        told.push(match self.here {
            Segment::Field(name) => name.to_owned(),
            Segment::Item(position) => position.to_string(),
        });
        told
    }
}
