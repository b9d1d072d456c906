//! What waits outside the graph: relationships that refer to something which nothing describes yet. They are no part of what is
//! known, and are told so that they can be mended.

use std::sync::Arc;

use super::snapshot::Snapshot;

/// A relationship that waits for something that it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// The id that it will have.
    pub id: String,
    /// What it claims, in kinds and ids: `p:2 OFFICER_OF t:AAA`.
    pub claim: String,
    /// The id that nothing describes yet.
    pub missing: String,
    /// Where it was read: the file, the record and the line.
    pub place: String,
}

impl Snapshot {
    /// The same with what waits for something that it refers to, by id.
    #[must_use]
    pub fn with_unresolved(self, mut unresolved: Vec<Unresolved>) -> Self {
        unresolved.sort_by(|one, other| one.id.cmp(&other.id));
        self.keeping(unresolved.into())
    }

    pub(super) fn keeping(mut self, unresolved: Arc<[Unresolved]>) -> Self {
        Arc::make_mut(&mut self.delta).unresolved = unresolved;
        self
    }

    /// What waits for something that it refers to, by id.
    #[must_use]
    pub fn unresolved(&self) -> &[Unresolved] {
        &self.delta.unresolved
    }
}
