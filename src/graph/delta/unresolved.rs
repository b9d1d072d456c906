//! Relationships that wait outside the graph, because they refer to a record that does not exist yet. They are not part of the
//! graph, and are reported so that they can be resolved.

/// A relationship that waits for a missing record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnresolvedRelationship {
    /// Its future id.
    pub id: String,
    /// The claim, in kinds and ids: `p:2 OFFICER_OF t:AAA`.
    pub claim: String,
    /// The id of the missing record.
    pub missing: String,
    /// The place it was read from: file, record and line.
    pub place: String,
}
