//! Why changes are refused: all faults, up to a limit, each with a code, a message and its path in the input.

use crate::model::{Invalid, catalog};

/// The most faults of a batch that are reported; further ones are only counted.
pub const FAULTS_MAX: usize = 100;

/// The most candidates of a fault.
pub(super) const CANDIDATES_MAX: usize = 10;

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

/// A fault in the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The code, for programs.
    pub code: UserErrorCode,
    /// The message, for people: what is wrong and what to do.
    pub message: String,
    /// The path in the input: names of fields and positions in lists.
    pub path: Vec<String>,
    /// For conflicts, the current version of the record; 0 if it does not exist.
    pub current_version: Option<u32>,
    /// The ids of records that the message is about.
    pub candidates: Vec<String>,
}

impl Fault {
    /// A fault at `path`.
    pub fn new(code: UserErrorCode, path: &InputPath<'_>, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            path: path.segments(),
            current_version: None,
            candidates: Vec::new(),
        }
    }

    /// Sets the current version of the record.
    #[must_use]
    pub fn current_version(mut self, version: u32) -> Self {
        self.current_version = Some(version);
        self
    }

    /// Sets the ids of the records that the message is about.
    #[must_use]
    pub fn candidates(mut self, ids: impl IntoIterator<Item = String>) -> Self {
        self.candidates = ids.into_iter().take(CANDIDATES_MAX).collect();
        self
    }
}

/// The faults for which a batch is rejected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rejection {
    /// The faults in the order of the input; at most [`FAULTS_MAX`].
    pub faults: Vec<Fault>,
    /// The number of further faults.
    pub more: usize,
}

impl Rejection {
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

    /// The number of all faults, reported or not.
    pub(super) fn count(&self) -> usize {
        self.faults.len() + self.more
    }

    /// The value of a result; an error is reported as a fault.
    pub(super) fn accept<T>(
        &mut self,
        code: UserErrorCode,
        path: &InputPath<'_>,
        result: Result<T, Invalid>,
    ) -> Option<T> {
        let refuse = |invalid: Invalid| self.push(Fault::new(code, path, invalid.to_string()));
        result.map_err(refuse).ok()
    }
}

/// A path in the input. Borrowed from the stack: only a fault makes an owned copy.
#[derive(Debug, Clone, Copy)]
pub struct InputPath<'p> {
    parent: Option<&'p InputPath<'p>>,
    segment: Segment<'p>,
}

#[derive(Debug, Clone, Copy)]
enum Segment<'p> {
    Field(&'p str),
    Item(usize),
}

impl<'p> InputPath<'p> {
    /// The root of the input: the argument with this name.
    #[must_use]
    pub fn root(argument: &'p str) -> Self {
        Self {
            parent: None,
            segment: Segment::Field(argument),
        }
    }

    /// A field of the object at this path.
    #[must_use]
    pub fn field(&'p self, name: &'p str) -> Self {
        Self {
            parent: Some(self),
            segment: Segment::Field(name),
        }
    }

    /// An item of the list at this path.
    #[must_use]
    pub fn item(&'p self, position: usize) -> Self {
        Self {
            parent: Some(self),
            segment: Segment::Item(position),
        }
    }

    fn segments(&self) -> Vec<String> {
        let mut segments = self.parent.map_or_else(Vec::new, InputPath::segments);
        segments.push(match self.segment {
            Segment::Field(name) => name.to_owned(),
            Segment::Item(position) => position.to_string(),
        });
        segments
    }
}
